"""Rows of the names index that somebody damaged, or that a newer version wrote."""

from __future__ import annotations

import logging

import pytest

from shared.adapters.register import Storage, TableNamesIndex, keys
from shared.adapters.register.operations import Merge
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from tests.contract.storage.samples import FEED, OTHER_FEED

NAME = PackageName.of(Ecosystem.NPM, "@contoso/core")
CORE = PackageName.of(Ecosystem.NPM, "core")


@pytest.mark.azurite
async def test_a_damaged_row_hides_no_other_and_is_healed_by_the_next_walk(
    storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    """The watch of a whole registry must not stop for it."""
    index = TableNamesIndex(storage)
    for feed in (FEED, OTHER_FEED):
        await index.add(feed, [NAME])
        await index.add_look_alikes(feed, [NAME])
    row = keys.names_partition(NAME), keys.names_row(NAME, FEED)
    await storage.table(storage.names.names).write([Merge(*row, {"body": "{"})])
    with caplog.at_level(logging.ERROR):
        assert await index.holders(NAME) == (OTHER_FEED,)
    assert "not readable" in caplog.text
    assert len(await index.resembling(CORE)) == 2
    await index.add(FEED, [NAME])
    assert set(await index.holders(NAME)) == {FEED, OTHER_FEED}
