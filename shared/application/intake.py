"""Take deliveries in: prove the sender, insert once, queue. The queue does the work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.application.messages import DeliveryKey, SweepKind, SweepRequest
from shared.domain.hints import Hint
from shared.errors import TooLarge, UnknownSource
from shared.ports import Clock, Deliveries, DeliveryState, Door, Queue, QueueName

# Azure DevOps sends at most 2 MB: https://learn.microsoft.com/azure/devops/service-hooks/troubleshoot
LARGEST_BODY: Final = 2 * 1024 * 1024


class Outcome(StrEnum):
    """What became of a delivery."""

    QUEUED = "queued"
    REPEATED = "repeated"
    NOT_WATCHED = "not-watched"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a sender."""

    delivery_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Intake:
    """The use case behind every door."""

    doors: Mapping[str, Door]
    deliveries: Deliveries
    queue: Queue
    clock: Clock

    async def accept(self, *, source: str, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Take one delivery in.

        A repeat of a delivery whose work is done is not queued again. A repeat of one that was
        inserted but not yet handled is: the first may have died between insert and queue, and the
        work can be done twice without harm. A delivery that tells of nothing we watch leaves no trace.

        Raises:
            UntrustedInput: TooLarge, UnknownSource, BadSignature, or not readable.
            UpstreamError: storage did not take it; the sender must send again.
        """
        if len(body) > LARGEST_BODY:
            raise TooLarge(f"{len(body)} bytes: send at most {LARGEST_BODY}")
        door = self.doors.get(source)
        if door is None:
            raise UnknownSource(f"no deliveries are taken from {source[:40]!r}: use {', '.join(self.doors)}")
        now = self.clock()
        hint = door.read(headers=headers, body=body, at=now)
        if not hint.watched:
            return Receipt(hint.delivery_id, Outcome.NOT_WATCHED)
        state = await self.deliveries.take_in(hint, source=source, at=now)
        if state is DeliveryState.HANDLED:
            return Receipt(hint.delivery_id, Outcome.REPEATED)
        await self.queue.put(QueueName.FEED_SWEEPS, _request(hint, source).text())
        return Receipt(hint.delivery_id, Outcome.QUEUED if state is DeliveryState.NEW else Outcome.REPEATED)


def _request(hint: Hint, source: str) -> SweepRequest:
    return SweepRequest(
        kind=SweepKind.HINT,
        cause=f"delivery {source} {hint.delivery_id}",
        hinted_project=hint.project,
        hinted_feed=hint.feed,
        hinted_ecosystem=hint.ecosystem,
        # Without a feed it is a name on another registry. What came into our feeds from there stands in their
        # changes, under whatever name; asking each feed for this one name costs as much and finds less.
        hinted_package=None if hint.feed is None else hint.package,
        delivery=DeliveryKey(source, hint.delivery_id),
    )
