"""Being slowed down, and the plain faults beside it."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.local.simulators.azure_devops.stage import SIMULATOR, START, Stage

_FEEDS = "/acme/_apis/packaging/feeds"


async def test_a_good_answer_may_ask_to_wait(stage: Stage) -> None:
    """`Retry-After` comes with a 200 and the real body: before the next call, wait."""
    await stage.control("throttling", status=200, retry_after_seconds=30, times=1)
    slowed, free = await stage.get(_FEEDS), await stage.get(_FEEDS)
    assert (slowed.status_code, slowed.json()["count"]) == (200, 4)
    assert slowed.headers["retry-after"] == "30"
    assert slowed.headers["x-ratelimit-remaining"] == "0"
    assert "retry-after" not in free.headers


async def test_a_blocked_caller_gets_429_with_seconds_or_a_date(stage: Stage) -> None:
    """Both forms of the header are allowed."""
    await stage.control("throttling", retry_after_seconds=5, times=1)
    await stage.control("throttling", retry_after_seconds=5, retry_after_date=True, times=1)
    seconds, date = await stage.get(_FEEDS), await stage.get(_FEEDS)
    assert (seconds.status_code, date.status_code) == (429, 429)
    assert seconds.headers["retry-after"] == "5"
    assert parsedate_to_datetime(date.headers["retry-after"]) == START + timedelta(seconds=5)
    assert seconds.json()["message"].startswith("TF400733")


async def test_a_share_of_requests_fails_exactly(stage: Stage) -> None:
    """Every fourth, by counting, so that a test is the same each time."""
    await stage.control("throttling", status=503, share=0.25)
    answers = [await stage.get(_FEEDS) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 503, 200, 200, 200, 503]
    assert "x-ratelimit-remaining" not in answers[3].headers  # an outage is no throttling


async def test_a_rule_fits_by_method_and_path(stage: Stage) -> None:
    """Letter case does not matter, and the control API is never slowed down."""
    await stage.control("throttling", method="GET", path="*/PACKAGES", delay_seconds=0.01)
    assert (await stage.get(_FEEDS)).status_code == 200
    refused = await stage.get("/acme/Payments/_apis/packaging/feeds/core/packages")
    assert (refused.status_code, refused.headers["x-ratelimit-delay"]) == (429, "0.010")
    assert (await stage.ask("POST", "/acme/Payments/_apis/packaging/feeds/core/packages")).status_code == 405


async def test_rules_are_shown_and_removed(stage: Stage) -> None:
    """With how often each struck."""
    await stage.control("throttling", times=1)
    await stage.get(_FEEDS)
    url = f"{SIMULATOR}/_control/throttling"
    assert (await stage.nobody.get(url)).json()["rules"][0]["used"] == 1
    assert (await stage.nobody.delete(url)).json() == {"rules": []}


async def test_storms_pages_and_the_log(stage: Stage) -> None:
    """The faults that all simulators share work here too; the log keeps no credential."""
    faults = f"{SIMULATOR}/_control/faults"
    await stage.nobody.post(faults, json={"path": "*feeds", "times": 1, "status": 502})
    await stage.nobody.post(faults, json={"path": "*feeds", "times": 1, "html": True})
    assert (await stage.get(_FEEDS)).status_code == 502
    assert (await stage.get(_FEEDS)).text.startswith("<!DOCTYPE html>")
    log = (await stage.nobody.get(f"{SIMULATOR}/_control/requests")).text
    assert "502" in log
    assert "pat-owner" not in log
    assert "uthorization" not in log


@pytest.mark.parametrize("body", [{"status": 418}, {"share": 0}, {"colour": "red"}])
async def test_a_rule_that_cannot_be_is_refused(stage: Stage, body: dict[str, object]) -> None:
    """A typing error is not a silent default."""
    answer: httpx.Response = await stage.nobody.post(f"{SIMULATOR}/_control/throttling", json=body)
    assert answer.status_code == 400
