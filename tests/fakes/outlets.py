"""Where things leave: queues with delays, channels that keep what they were given, and who owns feeds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared.domain.feeds import FeedRef
from shared.domain.letters import Letter
from shared.domain.notices import Notice
from shared.domain.owners import FeedOwners, Ownership, Person, ownership
from shared.ports import Clock, QueueName
from tests.fakes.faults import Faults
from tests.fakes.times import SettableClock

LONGEST_DELAY: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """One message, invisible until `visible_at`."""

    text: str
    visible_at: datetime


@dataclass(slots=True)
class MemoryQueue:
    """All queues; a message shows when the clock has reached its time."""

    clock: Clock = field(default_factory=SettableClock)
    faults: Faults = field(default_factory=Faults)
    messages: dict[QueueName, list[QueuedMessage]] = field(default_factory=dict)

    async def put(self, queue: QueueName, text: str, *, delay: timedelta = timedelta(0)) -> None:
        """Add one message."""
        call = await self.faults.begin("put")
        if not timedelta(0) <= delay <= LONGEST_DELAY:
            raise ValueError(f"a message waits between no time and 7 days, not {delay}")
        self.messages.setdefault(queue, []).append(QueuedMessage(text, self.clock() + delay))
        self.faults.end(call)

    async def waiting(self, queue: QueueName) -> int:
        """Return how many messages there are, delayed ones too."""
        await self.faults.begin("waiting")
        return len(self.messages.get(queue, []))

    def visible(self, queue: QueueName) -> list[str]:
        """Return the texts that a consumer would see now, in the order of their time."""
        now = self.clock()
        due = [message for message in self.messages.get(queue, []) if message.visible_at <= now]
        return [message.text for message in sorted(due, key=lambda message: message.visible_at)]

    def take(self, queue: QueueName) -> list[str]:
        """Return the visible texts and remove them, as a consumer that finished its work does."""
        texts, now = self.visible(queue), self.clock()
        self.messages[queue] = [message for message in self.messages.get(queue, []) if message.visible_at > now]
        return texts

    def delays(self, queue: QueueName) -> list[timedelta]:
        """Return how long each message still has to wait."""
        return [max(message.visible_at - self.clock(), timedelta(0)) for message in self.messages.get(queue, [])]


@dataclass(slots=True)
class RecordingChannel:
    """A way to reach people that only keeps what it was given."""

    faults: Faults = field(default_factory=Faults)
    sent: list[Notice] = field(default_factory=list)

    async def send(self, notice: Notice) -> None:
        """Keep one notice."""
        call = await self.faults.begin("send", feed=notice.feed)
        self.sent.append(notice)
        self.faults.end(call)


@dataclass(slots=True)
class RecordingOutlet:
    """A letter channel that only keeps what it was given."""

    faults: Faults = field(default_factory=Faults)
    sent: list[Letter] = field(default_factory=list)

    async def send(self, letter: Letter) -> None:
        """Keep one letter."""
        call = await self.faults.begin("send")
        self.sent.append(letter)
        self.faults.end(call)


def person(name: str, *, tenant: str = "tenant-1") -> Person:
    """Make a person with a mail address and an object id of their name."""
    return Person(tenant, f"oid-{name}", f"{name}@contoso.example", name.title(), f"claims;{tenant}\\{name}")


@dataclass(slots=True)
class FakeOwners:
    """Who owns which feed; by default one person owns all."""

    faults: Faults = field(default_factory=Faults)
    default: FeedOwners = field(default_factory=lambda: FeedOwners((person("olga"),)))
    by_feed: dict[FeedRef, FeedOwners] = field(default_factory=dict)

    async def owners_of(self, feed: FeedRef) -> FeedOwners:
        """Return the owners."""
        await self.faults.begin("owners_of", feed=feed)
        return self.by_feed.get(feed, self.default)

    async def is_owner(self, feed: FeedRef, *, tenant: str, object_id: str) -> Ownership:
        """Say whether a person is one of them."""
        await self.faults.begin("is_owner", feed=feed)
        return ownership(self.by_feed.get(feed, self.default), tenant=tenant, object_id=object_id)
