"""Deliveries: the first of an id is new, all others are told how far it came."""

from __future__ import annotations

import asyncio

import pytest

from shared.domain.hints import Hint
from shared.ports import Deliveries, DeliveryState
from tests.contract.storage.samples import HOSTILE
from tests.fakes import START

_SOURCE = "azure-devops"


def _hint(delivery_id: str) -> Hint:
    return Hint(delivery_id, "build.complete", project="payments", package="@scope/näme")


async def test_delivery_goes_through_its_states(deliveries: Deliveries) -> None:
    """Never seen, taken in, handled; a repeat changes nothing."""
    assert await deliveries.state(_SOURCE, "d") is DeliveryState.NEW
    assert await deliveries.take_in(_hint("d"), source=_SOURCE, at=START) is DeliveryState.NEW
    assert await deliveries.state(_SOURCE, "d") is DeliveryState.TAKEN_IN
    assert await deliveries.take_in(_hint("d"), source=_SOURCE, at=START) is DeliveryState.TAKEN_IN
    await deliveries.mark_handled(_SOURCE, "d")
    await deliveries.mark_handled(_SOURCE, "d")
    assert await deliveries.state(_SOURCE, "d") is DeliveryState.HANDLED
    assert await deliveries.take_in(_hint("d"), source=_SOURCE, at=START) is DeliveryState.HANDLED


async def test_marking_an_unknown_delivery_keeps_it_handled(deliveries: Deliveries) -> None:
    """Work that is done is done, even where the row went missing in between."""
    await deliveries.mark_handled(_SOURCE, "d")
    assert await deliveries.take_in(_hint("d"), source=_SOURCE, at=START) is DeliveryState.HANDLED


async def test_sources_have_ids_of_their_own(deliveries: Deliveries) -> None:
    """The same id from another source is another delivery."""
    await deliveries.take_in(_hint("d"), source=_SOURCE, at=START)
    assert await deliveries.take_in(_hint("d"), source="github", at=START) is DeliveryState.NEW


@pytest.mark.parametrize("delivery_id", [*HOSTILE, "", "x" * 5000], ids=lambda text: ascii(text)[:20])
async def test_any_id_is_taken(deliveries: Deliveries, delivery_id: str) -> None:
    """Ids are the senders': their characters and their length are theirs too."""
    assert await deliveries.take_in(_hint(delivery_id), source=_SOURCE, at=START) is DeliveryState.NEW
    assert await deliveries.take_in(_hint(delivery_id), source=_SOURCE, at=START) is DeliveryState.TAKEN_IN


async def test_one_of_many_repeats_is_the_first(deliveries: Deliveries) -> None:
    """Repeats that come at once: exactly one is new."""
    repeats = (deliveries.take_in(_hint("d"), source=_SOURCE, at=START) for _ in range(8))
    states = await asyncio.gather(*repeats)
    assert sorted(states) == [DeliveryState.NEW] + [DeliveryState.TAKEN_IN] * 7
