"""Microsoft's own Python client works against the simulator, so what it can express is simulated as it expects."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.local.simulators.azure_devops.town import Town, open_town, run

pytestmark = pytest.mark.stack

_PROGRAM = Path(__file__).with_name("program.py")


@pytest.fixture(scope="module")
async def town() -> AsyncIterator[Town]:
    """Serve the sample world for the whole conversation."""
    async with open_town() as opened:
        yield opened


async def _drive(folder: Path, *arguments: str) -> tuple[int, str]:
    # Off its normal path: the client believes what it once wrote to disk about an address for twelve hours.
    environment = {"AZURE_DEVOPS_CACHE_DIR": str(folder), "PYTHONWARNINGS": "ignore"}
    ran = await run([sys.executable, str(_PROGRAM), *arguments], folder=folder, environment=environment)
    return ran.code, ran.text


@pytest.fixture(scope="module")
async def seen(town: Town, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Let the client do everything once."""
    code, text = await _drive(tmp_path_factory.mktemp("client"), f"{town.azure}/Acme", "pat-owner")
    assert code == 0, text
    told: dict[str, Any] = json.loads(text.splitlines()[-1])
    return told


async def test_feeds_are_listed_by_scope_and_role(seen: dict[str, Any]) -> None:
    """Organization-scoped feeds have no project; a role filters; deleted sources come on request."""
    feeds = seen["feeds"]
    assert feeds["all"] == [["archive", None], ["büro", "Zürich Office"], ["core", "Payments"], ["shared", None]]
    assert feeds["of project"] == ["core"]
    assert feeds["owned"] == ["archive", "core", "shared"]
    assert feeds["sources"] == [
        ["npm", "npm", "public", "ok", False],
        ["python", "PyPI", "public", "ok", False],
        ["shared", "npm", "internal", "ok", False],
        ["gone", "nuget", "public", "ok", True],
        ["off", "Maven", "public", "disabled", False],
    ]
    assert ["Local", "implicit"] in feeds["views"]


async def test_packages_are_paged_and_filtered(seen: dict[str, Any]) -> None:
    """Paging, the filter for packages that were pushed to this very feed, and where a saved version came from."""
    packages = seen["packages"]
    assert packages["second page"] == ["saved", "Acme.Core"]
    assert packages["pushed here"] == ["acme-billing", "Acme_Tools", "Acme.Core"]
    assert packages["unlisted"] == ["Acme.Core"]
    assert packages["saved"] == ["saved", "saved", "Npm"]
    assert packages["version"] == ["1.0.0", True, True]
    assert packages["chain"] == [["npm", "public"]]
    assert packages["direct"] is True


async def test_changes_are_followed_by_token(seen: dict[str, Any]) -> None:
    """Tokens are 64-bit, the end keeps its token, and the feed's newest token tells whether to look at all."""
    changes = seen["changes"]
    assert changes["first"] == [["acme-billing", "addOrUpdate"], ["acme-billing", "addOrUpdate"]]
    assert changes["rest"] == 4
    assert changes["end"] == [0, True]
    assert changes["beyond 32 bits"] is True
    assert changes["newest"] is True
    assert changes["feeds"] == ["core"]


async def test_people_are_found_with_their_roles(seen: dict[str, Any]) -> None:
    """Owners by office are inherited rows; a role may come through a group within a group."""
    people = seen["people"]
    assert sorted(people["roles"]) == [
        ["Chief", "administrator", True],
        ["Collaborator", "administrator", False],
        ["Division", "contributor", False],
        ["Owner", "administrator", False],
        ["Reader", "reader", False],
    ]
    assert people["global"] == ["administrator"]
    assert people["through groups"] is True


async def test_the_switch_is_got_and_set_in_every_protocol(seen: dict[str, Any]) -> None:
    """The client has no class for Cargo."""
    opened = ["auto", "allowExternalVersions"]
    expected: dict[str, Any] = dict.fromkeys(("npm", "npm scoped", "nuget", "pypi", "maven"), opened)
    assert seen["switches"] == expected | {"7.0": "allowExternalVersions"}


async def test_refusals_keep_their_type_key(seen: dict[str, Any]) -> None:
    """The client reads the error bodies as it reads the real ones."""
    assert seen["refusals"] == {
        "wrong scope": ["AzureDevOpsServiceError", "FeedIdNotFoundException"],
        "wrong project": ["AzureDevOpsServiceError", "ProjectDoesNotExistWithNameException"],
        "wrong value": ["AzureDevOpsServiceError", "VssServiceException"],
        "not an owner": ["AzureDevOpsServiceError", "FeedNeedsPermissionsException"],
    }


async def test_a_bad_token_meets_the_sign_in_page(town: Town, tmp_path: Path) -> None:
    """The client cannot read it: it stops with an error about JSON, not about the credential."""
    code, text = await _drive(tmp_path, f"{town.azure}/Acme", "no-such-token")
    assert code != 0
    assert "DeserializationError" in text or "JSON is invalid" in text


async def test_it_speaks_to_the_simulator_alone(town: Town, seen: dict[str, Any]) -> None:
    """Every area is listed, so the client has no reason to ask the real service; versions travel in Accept."""
    assert seen
    asked = (await town.http.get(f"{town.azure}/_control/requests")).json()["requests"]
    paths = [one["path"] for one in asked if one["method"] == "OPTIONS"]
    assert "/acme/_apis" in paths  # lower-cased by the client
    assert not [one["path"] for one in asked if "api-version" in one["path"]]
