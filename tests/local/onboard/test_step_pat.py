"""When a personal access token ends: told by its owner's Entra token only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.local.onboard.town import USER_TOKEN, Town


async def _told(town: Town, *pats: dict[str, Any]) -> dict[str, str]:
    ann = {"name": "Ann", "mail": "ann@acme.test", "tokens": [USER_TOKEN], "listed_pats": list(pats)}
    await town.control("identity", identity=ann)
    town.environment["AZURE_DEVOPS_USER_TOKEN"] = USER_TOKEN
    return (await town.run("--pat-name", "guard", steps=("PAT expiry",))).only("PAT expiry")


def _pat(days: float, **more: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON of the simulator's choice
    return {"name": "guard", "valid_to": (datetime.now(UTC) + timedelta(days=days)).isoformat(), **more}


@pytest.mark.parametrize(("days", "state"), [(90, "not known"), (31, "not known"), (29, "missing"), (0.5, "missing")])
async def test_a_token_that_ends_within_a_month_is_told(town: Town, days: float, state: str) -> None:
    """Early enough to make another."""
    assert (await _told(town, _pat(days)))["state"] == state


@pytest.mark.parametrize("days", [90, 3])
async def test_a_name_does_not_tie_a_token_to_the_one_in_use(town: Town, days: float) -> None:
    """Nothing that Azure DevOps tells does, so a good one is never `ok`."""
    told = await _told(town, _pat(days))
    assert told["seen"].startswith("a token of the name guard is good until")
    assert told["seen"].endswith("whether it is the one in use is not known")


async def test_a_token_of_all_organizations_is_missing(town: Town) -> None:
    """They stop working on a day that is known, whatever their own end is."""
    told = await _told(town, _pat(300, everywhere=True))
    assert (told["state"], "1 December 2026" in told["seen"]) == ("missing", True)


async def test_of_several_of_one_name_the_first_to_end_counts(town: Town) -> None:
    """Nobody knows which of them is the one."""
    assert (await _told(town, _pat(300), _pat(3)))["state"] == "missing"


async def test_a_token_on_a_later_page_is_found(town: Town) -> None:
    """A hundred stand on a page."""
    others = [{**_pat(50), "name": f"other-{number}"} for number in range(150)]
    assert (await _told(town, *others, _pat(90)))["seen"].startswith("a token of the name guard is")


async def test_an_unknown_name_is_not_known(town: Town) -> None:
    """It may be another person's."""
    assert (await _told(town))["state"] == "not known"


async def test_a_token_that_is_not_asked_about_is_not_known(town: Town) -> None:
    """And says what stops working anyway."""
    told = (await town.run(steps=("PAT expiry",))).only("PAT expiry")
    assert (told["state"], "1 December 2026" in told["seen"]) == ("not known", True)


async def test_a_personal_access_token_opens_no_list(town: Town) -> None:
    """Neither does one that nobody has."""
    town.environment["AZURE_DEVOPS_USER_TOKEN"] = "sample-of-nobody"
    told = (await town.run("--pat-name", "guard", steps=("PAT expiry",))).only("PAT expiry")
    assert told["state"] == "not known"


async def test_without_a_token_nothing_ends(town: Town) -> None:
    """A managed identity has none."""
    town.environment["AZURE_DEVOPS_PAT"] = ""
    assert (await town.run(steps=("PAT expiry",))).only("PAT expiry")["state"] == "skipped"
