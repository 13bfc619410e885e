"""The storage account: asked, and left as it is."""

from __future__ import annotations

from typing import Any

import pytest

from local.azurite import Azurite
from tests.local.onboard.town import Town

_CLOSED = (
    "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2FtcGxl;"
    "TableEndpoint=http://127.0.0.1:9/devstoreaccount1;QueueEndpoint=http://127.0.0.1:9/devstoreaccount1;"
)


@pytest.fixture
def emulated(town: Town, storage_account: Azurite) -> Town:
    """Name the storage emulator."""
    town.environment["STORAGE_CONNECTION"] = storage_account.connection_string
    return town


async def _told(town: Town) -> dict[str, Any]:
    return (await town.run(steps=("storage",))).only("storage")


@pytest.mark.azurite
async def test_an_account_that_answers_is_well(emulated: Town) -> None:
    """Also before anything was ever written to it."""
    told = await _told(emulated)
    assert (told["state"], "package-checks: 0" in told["seen"]) == ("ok", True)


async def test_an_account_that_does_not_answer_is_not_known(town: Town) -> None:
    """Its key is not printed."""
    town.environment["STORAGE_CONNECTION"] = _CLOSED
    told = await _told(town)
    assert (told["state"], "c2FtcGxl" in str(told)) == ("not known", False)


async def test_no_account_is_missing(town: Town) -> None:
    """The settings say so too."""
    town.environment["STORAGE_CONNECTION"] = ""
    assert (await _told(town))["state"] == "missing"
