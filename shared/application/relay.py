"""Relay: from the outbox to the queue, and from the queue to people; at least once each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from shared.domain.feeds import FeedRef
from shared.domain.notices import Notice, NoticeKind
from shared.errors import FeedwardenError, UntrustedInput
from shared.ports import NoticeChannel, Queue, QueueName, Register


@dataclass(frozen=True, slots=True)
class Relay:
    """Moves notices out; a crash between queueing and removing repeats one, and loses none."""

    register: Register
    queue: Queue

    async def relay(self) -> int:
        """Queue every notice in the outbox, then forget it; return how many. Raises the last trouble at the end."""
        count, trouble = 0, None
        async for notice in self.register.outbox():
            try:
                await self.queue.put(QueueName.NOTICES, text_of(notice))
            except FeedwardenError as error:
                # One that cannot be queued must not hold up those behind it; it stays for the next time.
                trouble = error
                continue
            await self.register.remove_from_outbox(notice)
            count += 1
        if trouble is not None:
            raise trouble
        return count


@dataclass(frozen=True, slots=True)
class Messenger:
    """Sends one notice through the channel."""

    channel: NoticeChannel

    async def send(self, text: str) -> None:
        """Send the notice of one message. Raises UntrustedInput, UpstreamError."""
        await self.channel.send(read_notice(text))


def text_of(notice: Notice) -> str:
    """Return a notice as a queue message's text."""
    return json.dumps(
        {
            "schema": 1,
            "notice_id": notice.notice_id,
            "kind": notice.kind.value,
            "feed": asdict(notice.feed),
            "subject": notice.subject,
            "at": notice.at.isoformat(),
            "facts": dict(notice.facts),
        }
    )


def read_notice(text: str) -> Notice:
    """Read a queue message's text. Raises UntrustedInput."""
    try:
        row = json.loads(text)
        return Notice(
            notice_id=str(row["notice_id"]),
            kind=NoticeKind(row["kind"]),
            feed=FeedRef(**row["feed"]),
            subject=str(row["subject"]),
            at=datetime.fromisoformat(row["at"]),
            facts={str(key): str(fact) for key, fact in row["facts"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise UntrustedInput("not a notice") from error
