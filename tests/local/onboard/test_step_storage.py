"""The storage account: asked, and left as it is."""

from __future__ import annotations

from typing import Any

import pytest

from local.azurite import Azurite
from local.onboard.step_storage import remedy
from shared.errors import (
    AuthenticationFailed,
    FeedwardenError,
    PermissionMissing,
    UnexpectedAnswer,
    UpstreamUnavailable,
)
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


async def test_nothing_that_listens_is_no_matter_of_roles(town: Town) -> None:
    """With a connection string there are keys, and nobody listens: the address or the emulator."""
    town.environment["STORAGE_CONNECTION"] = _CLOSED
    todo = (await _told(town))["todo"]
    assert ("STORAGE_CONNECTION" in todo, "without keys" in todo) == (True, False)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (AuthenticationFailed("a", service="s"), "key"),
        (PermissionMissing("a", service="s"), "key"),
        (UpstreamUnavailable("a", service="s"), "address"),
        (UnexpectedAnswer("a", service="s"), "address"),
    ],
)
def test_each_trouble_has_its_own_advice(error: FeedwardenError, word: str) -> None:
    """By a key, or by roles."""
    assert word in remedy(error, by_key=True)
    assert "Storage Table Data Reader" not in remedy(error, by_key=True)
    assert ("Storage Table Data Reader" in remedy(error, by_key=False)) is (word == "key")


async def test_no_account_is_missing(town: Town) -> None:
    """The settings say so too."""
    town.environment["STORAGE_CONNECTION"] = ""
    assert (await _told(town))["state"] == "missing"
