"""Taking deliveries in: proved, inserted once, queued, and never lost between the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from shared.application.intake import LARGEST_BODY, Intake, Outcome
from shared.application.messages import SweepRequest
from shared.domain.cases import CaseState
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.hints import Hint
from shared.errors import BadSignature, TooLarge, UnknownSource, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import BILLING, House


@dataclass(frozen=True, slots=True)
class OneDoor:
    """A door that knows one secret and reads the body as the delivery id."""

    def read(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Hint:
        """Prove the sender, return the hint."""
        if headers.get("secret") != "sample":
            raise BadSignature(f"wrong secret at {at:%H:%M}")
        return Hint(body.decode(), "package.published", project="Payments", feed="core")


def intake(house: House) -> Intake:
    """Build the use case with the one door."""
    return Intake({"generic": OneDoor()}, house.deliveries, house.queue, house.clock)


def queued(house: House) -> list[SweepRequest]:
    """Return what the intake queued."""
    return [SweepRequest.of(text) for text in house.queue.visible(QueueName.FEED_SWEEPS)]


async def test_a_delivery_is_inserted_and_queued() -> None:
    """One insert, one message, and the message knows which delivery it works for."""
    house = House()
    receipt = await intake(house).accept(source="generic", headers={"secret": "sample"}, body=b"d-1")
    assert (receipt.delivery_id, receipt.outcome) == ("d-1", Outcome.QUEUED)
    (request,) = queued(house)
    assert (request.hinted_project, request.hinted_feed) == ("Payments", "core")
    assert request.delivery is not None
    assert (request.delivery.source, request.delivery.delivery_id) == ("generic", "d-1")
    assert house.deliveries.faults.count("take_in") == house.queue.faults.count("put") == 1


async def test_a_repeat_of_a_handled_delivery_is_not_queued_again() -> None:
    """A replay within the tolerance of its signature does no work twice."""
    house = House()
    await intake(house).accept(source="generic", headers={"secret": "sample"}, body=b"d-1")
    await house.pump()
    receipt = await intake(house).accept(source="generic", headers={"secret": "sample"}, body=b"d-1")
    assert receipt.outcome is Outcome.REPEATED
    assert queued(house) == []


async def test_a_crash_between_insert_and_queue_loses_nothing() -> None:
    """The sender gets no answer, sends again, and the delivery is queued then."""
    house = House()
    house.queue.faults.fail("put", UpstreamUnavailable("503", service="queues"))
    with pytest.raises(UpstreamUnavailable):
        await intake(house).accept(source="generic", headers={"secret": "sample"}, body=b"d-1")
    receipt = await intake(house).accept(source="generic", headers={"secret": "sample"}, body=b"d-1")
    assert receipt.outcome is Outcome.REPEATED
    assert len(queued(house)) == 1


async def test_an_unproved_sender_leaves_no_trace() -> None:
    """Nothing is inserted and nothing queued for a wrong secret."""
    house = House()
    with pytest.raises(BadSignature):
        await intake(house).accept(source="generic", headers={}, body=b"d-1")
    assert house.deliveries.faults.calls == []
    assert queued(house) == []


async def test_a_body_over_two_megabytes_is_refused_unread() -> None:
    """The size is looked at before the signature, and long before any parser."""
    with pytest.raises(TooLarge, match="at most"):
        await intake(House()).accept(source="generic", headers={}, body=b"x" * (LARGEST_BODY + 1))


async def test_an_unknown_source_is_told_which_exist() -> None:
    """The error names the doors."""
    with pytest.raises(UnknownSource, match="generic"):
        await intake(House()).accept(source="nobody", headers={}, body=b"")


@dataclass(frozen=True, slots=True)
class SaidDoor:
    """A door through which one hint comes, whoever knocks."""

    hint: Hint

    def read(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Hint:
        """Return the hint."""
        del headers, body, at
        return self.hint


async def said(house: House, hint: Hint) -> Outcome:
    """Take one hint in."""
    use_case = Intake({"github": SaidDoor(hint)}, house.deliveries, house.queue, house.clock)
    return (await use_case.accept(source="github", headers={}, body=b"{}")).outcome


async def test_what_is_not_watched_leaves_no_trace() -> None:
    """A ping is answered, nothing is inserted and nothing queued, however often it comes."""
    house = House()
    for _ in range(2):
        assert await said(house, Hint("d-1", "ping", watched=False)) is Outcome.NOT_WATCHED
    assert house.deliveries.faults.calls == []
    assert queued(house) == []


@pytest.mark.parametrize(("feed", "asked_for"), [("core", "@contoso/billing"), (None, None)])
async def test_a_package_is_only_asked_for_in_a_feed_that_was_named(feed: str | None, asked_for: str | None) -> None:
    """A name on another registry widens to every feed's changes, which tell what came in under whatever name."""
    house = House()
    hint = Hint("d-1", "registry_package.published", None, feed, "npm", "@contoso/billing", "1.2.0")
    assert await said(house, hint) is Outcome.QUEUED
    (request,) = queued(house)
    assert (request.hinted_feed, request.hinted_ecosystem, request.hinted_package) == (feed, "npm", asked_for)


async def test_what_another_registry_tells_of_is_found_in_the_feeds() -> None:
    """A pipeline that publishes to both places tells of the one; the other is looked at and protected."""
    house = House()
    feed = house.service.world.add_feed("core", project="Payments")
    behavior = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=behavior)
    house.attack(BILLING)
    hint = Hint("d-1", "registry_package.published", ecosystem="npm", package="@contoso/spelt-another-way")
    assert await said(house, hint) is Outcome.QUEUED
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED
    assert await said(house, hint) is Outcome.REPEATED
