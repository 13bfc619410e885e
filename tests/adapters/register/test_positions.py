"""Rows of deliveries and cursors that are not as we write them, and names that cannot be added."""

from __future__ import annotations

import pytest

from shared.adapters.register import Storage, TableCursors, TableDeliveries, TableNamesIndex, keys
from shared.adapters.register.documents import pack
from shared.adapters.register.operations import Insert
from shared.errors import PermissionMissing, TooLarge, UnexpectedAnswer
from tests.adapters.register.conftest import Answer, ScriptedAccount
from tests.contract.storage.samples import FEED, named


@pytest.mark.azurite
@pytest.mark.parametrize("entity", [{}, {"state": "odd"}, {"state": 5}], ids=str)
async def test_delivery_in_no_known_state(storage: Storage, entity: dict[str, object]) -> None:
    """An odd state is neither new nor handled."""
    await storage.table(storage.names.deliveries).write([Insert(*keys.delivery_keys("s", "d"), entity)])
    with pytest.raises(UnexpectedAnswer, match="no state"):
        await TableDeliveries(storage).state("s", "d")


@pytest.mark.azurite
async def test_cursor_without_position(storage: Storage) -> None:
    """An odd row is not "never saved": that would begin the feed anew."""
    await storage.table(storage.names.cursors).write([Insert("cursor", "k", pack({"value": 7}))])
    with pytest.raises(UnexpectedAnswer, match="position"):
        await TableCursors(storage).read("k")


async def test_first_failure_of_many_batches_is_raised_as_itself(scripted: ScriptedAccount) -> None:
    """Callers know our errors, not groups of them."""
    scripted.answers = [Answer(403, "AuthorizationPermissionMismatch")]
    storage = scripted.storage()
    with pytest.raises(PermissionMissing, match="Storage Table Data Contributor"):
        await TableNamesIndex(storage).add(FEED, [named(f"n{number}") for number in range(50)])
    await storage.close()


async def test_name_longer_than_a_key_is_refused(scripted: ScriptedAccount) -> None:
    """No ecosystem has such names; if one ever does, it is told before anything is sent."""
    scripted.answers = [Answer(500)]
    with pytest.raises(TooLarge):
        await TableNamesIndex(scripted.storage()).add(FEED, [named("x" * 600)])
    assert scripted.requests == []
