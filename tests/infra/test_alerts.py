"""Alerts look for what the code really writes."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from shared.adapters.notices import LogChannel
from shared.domain.canary import EVERY, OVERDUE_AFTER, SILENT_AFTER
from shared.domain.evidence import OrganizationPolicy
from shared.domain.feeds import FeedRef
from shared.domain.notices import Notice, NoticeKind
from shared.logs import told
from tests.infra.bicep import INFRA, ROOT, body, module

RULES: Final[list[dict[str, Any]]] = module("alerts")["variables"]["rules"]["value"]
QUERIES: Final = {rule["name"]: rule["query"] for rule in RULES}
CODE: Final = "\n".join(
    path.read_text(encoding="utf-8") for folder in ("shared", "functions") for path in (ROOT / folder).rglob("*.py")
)

# Frequencies and windows that a log alert takes.
# Source: https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule
_FREQUENCIES: Final = {"PT1M", "PT5M", "PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H", "PT6H", "P1D"}
_WINDOWS: Final = _FREQUENCIES | {"P2D"}
_MINUTES: Final = {"PT5M": 5, "PT15M": 15, "PT1H": 60, "PT6H": 360, "P1D": 1440, "P2D": 2880}


def test_everything_that_must_wake_somebody_has_an_alert() -> None:
    """One rule a trouble."""
    assert set(QUERIES) == {
        "poison-not-empty",
        "no-sweep",
        "watch-silent",
        "watch-lag",
        "protection-not-holding",
        "server-errors",
        "notices-failing",
        "policy-off",
        "no-digest",
        "hooks-not-delivering",
        "canary-overdue",
        "canary-silent",
    }


@pytest.mark.parametrize("name", QUERIES)
def test_each_quoted_text_exists_in_the_code(name: str) -> None:
    """A log line that is worded anew must not silence its alert."""
    query = QUERIES[name]
    for text in re.findall(r'message startswith "([^"]+)"', query):
        assert re.search(rf'told\(\s*"{re.escape(text)}"', CODE), text
    for names in re.findall(r"name (?:in \(|!= )([^)\n]+)", query):
        for function in re.findall(r'"([^"]+)"', names):
            assert f'function_name("{function}")' in CODE, function


@pytest.mark.parametrize("name", QUERIES)
def test_no_quoted_text_goes_unchecked(name: str) -> None:
    """Whatever a query quotes is of a kind that some test here compares with the code."""
    known = re.sub(r'message startswith "[^"]+"|name (?:in \(|!= )[^)\n]+', "", QUERIES[name])
    known = re.sub(r'message matches regex "[^"]+"|message has "policy=off"|extract\("[^"]+"', "", known)
    assert '"' not in known


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("protection-not-holding", NoticeKind.PROTECTION_NOT_HOLDING),
        ("policy-off", NoticeKind.ORGANIZATION_POLICY_OFF),
        ("hooks-not-delivering", NoticeKind.HOOKS_NOT_DELIVERING),
    ],
)
async def test_the_alert_finds_the_notice(name: str, kind: NoticeKind, caplog: pytest.LogCaptureFixture) -> None:
    """The notice that the app writes matches; another one, which only speaks of it, does not."""
    (pattern,) = re.findall(r'message matches regex "([^"]+)"', QUERIES[name])
    with caplog.at_level(logging.INFO):
        await LogChannel().send(_notice(kind, {}))
        await LogChannel().send(_notice(NoticeKind.COLLISION_REPORTED, {"reasons": f"{kind.value}:"}))
    assert [bool(re.search(pattern, line)) for line in caplog.messages] == [True, False]


def _notice(kind: NoticeKind, facts: dict[str, str]) -> Notice:
    feed = FeedRef("contoso", None, "feed-1")
    return Notice("20261123T000000-1", kind, feed, "subject", datetime(2026, 11, 23, tzinfo=UTC), facts)


def test_the_policy_that_is_off_is_told_as_the_alert_expects() -> None:
    """The fact in the line is the published value."""
    line = told("the organization's policy is seen anew", policy=OrganizationPolicy.OFF.value)
    assert "policy=off" in line
    assert "policy=policy.value" in CODE


def test_silence_is_as_long_as_an_exercise_may_take() -> None:
    """From one beginning to the next, and until that one is overdue, at the least; the window reaches as far."""
    (hours,) = re.findall(r"timestamp > ago\((\d+)h\)", QUERIES["canary-silent"])
    (rule,) = (rule for rule in RULES if rule["name"] == "canary-silent")
    assert timedelta(hours=int(hours)) == SILENT_AFTER >= EVERY + OVERDUE_AFTER
    assert f"{hours} hours" in rule["title"]
    assert rule["window"] == "P2D"


def test_silence_is_an_alarm_only_where_there_is_a_canary() -> None:
    """Every other rule is always on; main.bicep tells by the setting."""
    enabled = re.findall(r"^    enabled: (.+)$", (INFRA / "modules" / "alerts.bicep").read_text("utf-8"), re.MULTILINE)
    assert enabled == ["true", "hasCanary || rule.name != 'canary-silent'"]
    main = (INFRA / "main.bicep").read_text("utf-8")
    assert "hasCanary: contains(settings, 'CANARY_FEED') && !empty(settings.CANARY_FEED)" in main


def test_each_feed_must_have_been_walked() -> None:
    """Feeds are counted by the title in the line, also one with blanks and quotes; as many as sweeps began with."""
    query = QUERIES["no-sweep"]
    titles = ("Payments/core", "Team's own/core feed", 'A "b"/core')
    (title,) = re.findall(r'extract\("(feed=[^"]+)", 1', query)
    found = [re.search(title, told("feed swept", feed=one, packages=7)) for one in titles]
    assert len({match[1] for match in found if match}) == len(titles)
    (count,) = re.findall(r'extract\("(feeds=[^"]+)", 1', query)
    begun = re.search(count, told("sweep begun", feeds=12, past_due=False))
    assert begun
    assert begun[1] == "12"
    assert "where ended == 0 or ended < begun" in query


def test_a_walk_has_time_after_a_daily_sweep_began() -> None:
    """What began a day ago must have ended; the title says in how many hours, and the window reaches as far."""
    (rule,) = (rule for rule in RULES if rule["name"] == "no-sweep")
    first, last, ended = re.findall(r"ago\((\d+)h\)", rule["query"])
    assert first == ended
    assert int(first) - int(last) == 24
    assert f"in {ended} hours" in rule["title"]
    assert _MINUTES[rule["window"]] >= int(ended) * 60


def test_the_lag_is_counted_by_registry() -> None:
    """The source is read out of the line, also where it has a blank in it and stands in quotes."""
    (pattern,) = re.findall(r'extract\("([^"]+)", 1', QUERIES["watch-lag"])
    sources = ("npm|https://registry.example.test", "npm https://registry.example.test")
    lines = [told("registry not followed", source=source, error="no answer: x") for source in sources]
    found = [re.search(pattern, line) for line in lines]
    assert [match[1].strip("'") if match else None for match in found] == list(sources)


def test_rules_ask_in_intervals_that_exist() -> None:
    """A window is never shorter than the time between two looks: what lies between them is seen."""
    for rule in RULES:
        assert rule["frequency"] in _FREQUENCIES, rule["name"]
        assert rule["window"] in _WINDOWS, rule["name"]
        assert _MINUTES[rule["window"]] >= _MINUTES[rule["frequency"]], rule["name"]


def test_a_rule_is_quiet_for_no_shorter_than_it_takes_to_look_again() -> None:
    """Azure refuses anything else, and with it the whole deployment.

    Source: https://github.com/Azure/azure-cli/issues/26581
    """
    for rule in RULES:
        assert _MINUTES[rule["mute"]] >= _MINUTES[rule["frequency"]], rule["name"]
    alert = body(module("alerts")["resources"]["alerts"])["properties"]
    assert alert["muteActionsDuration"]["operator"]["operands"] == {"operand_1": "rule", "operand_2": "mute"}
    # Quiet times are refused for alerts that resolve themselves.
    assert alert["autoMitigate"] is False


def test_a_query_that_finds_rows_raises_an_alert() -> None:
    """One row is enough, whoever is told."""
    alert = body(module("alerts")["resources"]["alerts"])["properties"]
    (criterion,) = alert["criteria"]["allOf"]
    assert (criterion["timeAggregation"], criterion["operator"], criterion["threshold"]) == ("Count", "GreaterThan", 0)
    assert alert["actions"]["actionGroups"]
