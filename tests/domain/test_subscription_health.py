"""Which hooks are ours, and what of them is new: told once, and never healthy for want of knowing better."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.subscription_health import (
    AWAY,
    ELSEWHERE,
    GONE,
    OTHER_HOST,
    STATES,
    KnownHook,
    Rest,
    calls_our_path,
    calls_us,
    compare,
)
from shared.domain.subscriptions import SubscriptionStatus
from tests.fakes import START

_BASE = "https://guard.example.test"
_S = SubscriptionStatus
_NOTHING = Rest({})


def _hook(state: str) -> KnownHook:
    return KnownHook("build.complete", "Shop", state)


def _run(*states: str | None, apart: timedelta = timedelta(hours=1)) -> list[bool]:
    """Return at which of the looks people are told of one subscription; None = it is not listed."""
    known: dict[str, KnownHook] = {}
    told: list[bool] = []
    for number, state in enumerate(states):
        seen = {} if state is None else {"a": _hook(state)}
        changes = compare(known, seen, now=START + number * apart, rest=_NOTHING)
        known = dict(changes.known)
        told.append(changes.worse == ("a",))
    return told


def test_every_state_has_its_words() -> None:
    """And no two the same."""
    assert set(STATES) == {*SubscriptionStatus, *AWAY}
    assert len(set(STATES.values())) == len(STATES)


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://guard.example.test/api/hooks/azure-devops", True),
        ("https://GUARD.example.test:443/API/hooks/Azure-DevOps/?code=x", True),
        ("https://guard.example.test/proxy/api/hooks/azure-devops", True),
        ("https://guard.example.test:8443/api/hooks/azure-devops", False),
        ("https://guard.example.test.evil.test/api/hooks/azure-devops", False),
        ("https://other.example.test/api/hooks/azure-devops", False),
        ("https://guard.example.test/api/hooks/azure-devops-2", False),
        ("https://guard.example.test/api/hooks/github", False),
        ("https://guard.example.test/?x=/api/hooks/azure-devops", False),
        ("/api/hooks/azure-devops", False),
        ("https://[/api/hooks/azure-devops", False),
        ("https://guard.example.test:x/api/hooks/azure-devops", False),
        ("", False),
    ],
)
def test_who_calls_us(url: str, ours: bool) -> None:  # noqa: FBT001  # a column
    """By host and path; where our own host is not known, by the path alone."""
    assert calls_us(url, _BASE) is ours
    assert calls_us(url, "") is calls_our_path(url)


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_text_is_an_address_or_not(url: str, base: str) -> None:
    """It comes from other people."""
    assert not calls_us(url, base) or calls_our_path(url)


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ((_S.ENABLED, _S.ENABLED), (False, False)),
        ((_S.ON_PROBATION,), (True,)),  # also at the first look
        ((_S.ENABLED, _S.ON_PROBATION, _S.ON_PROBATION), (False, True, False)),
        ((_S.ON_PROBATION, _S.DISABLED_BY_SYSTEM, _S.DISABLED_BY_SYSTEM), (True, True, False)),
        ((_S.ON_PROBATION, _S.ENABLED, _S.ON_PROBATION), (True, False, True)),
        ((_S.DISABLED_BY_USER, _S.DISABLED_BY_USER), (True, False)),
        ((_S.DISABLED_BY_INACTIVE_IDENTITY,), (True,)),
        ((_S.ENABLED, None, None), (False, True, False)),
        ((_S.ENABLED, None, _S.ENABLED, None), (False, True, False, True)),
        ((_S.UNKNOWN, _S.UNKNOWN), (False, False)),
        ((_S.ON_PROBATION, _S.UNKNOWN, _S.ON_PROBATION), (True, False, False)),  # not knowing ends nothing
        ((_S.UNKNOWN, None), (False, True)),
    ],
)
def test_a_bad_state_is_told_once(states: tuple[str | None, ...], told: tuple[bool, ...]) -> None:
    """Again after it was well in between."""
    assert tuple(_run(*states)) == told


def test_one_that_comes_and_goes_is_told_three_times_a_day() -> None:
    """And then again, if it still does not deliver."""
    flapping = (_S.ON_PROBATION, _S.ENABLED) * 12
    assert sum(_run(*flapping)) == 3
    assert _run(*flapping[:8], *(_S.ON_PROBATION,) * 17).index(True, 6) == 24


def test_one_that_is_gone_is_forgotten_after_a_day() -> None:
    """The row does not grow with what people delete."""
    changes = compare({}, {"a": _hook(_S.ENABLED)}, now=START, rest=_NOTHING)
    gone = compare(changes.known, {}, now=START, rest=_NOTHING)
    assert [one.state for one in gone.known.values()] == [GONE]
    later = compare(gone.known, {}, now=START + timedelta(days=1), rest=_NOTHING)
    assert (later.known, later.worse) == ({}, ())


@pytest.mark.parametrize(
    ("rest", "state", "is_told"),
    [
        (Rest({}), GONE, True),
        (Rest({}, whole=False), _S.UNKNOWN, False),
        (Rest({"a": ""}), _S.UNKNOWN, False),
        (Rest({"a": "********"}), _S.UNKNOWN, False),
        (Rest({"a": "https://chat.example.test/hook"}), ELSEWHERE, True),
        (Rest({"a": "https://chat.example.test/hook"}, whole=False), ELSEWHERE, True),
        (Rest({"a": f"{_BASE}/api/hooks/azure-devops"}), None, False),
    ],
)
def test_one_that_does_not_call_us_any_more(rest: Rest, state: str | None, *, is_told: bool) -> None:
    """Gone is only what a whole list does not have; another host is our own doing, and forgotten at once."""
    before = {"a": _hook(_S.ENABLED)}
    changes = compare(before, {}, now=START, rest=rest)
    one = changes.known.get("a")
    assert (None if one is None else one.state) == state
    assert changes.worse == ("a",) * is_told


def test_what_people_were_told_outlives_another_host() -> None:
    """An address of ours that is set wrong and back within a day tells nothing twice."""
    first = compare({}, {"a": _hook(_S.ON_PROBATION)}, now=START, rest=_NOTHING)
    away = compare(first.known, {}, now=START, rest=Rest({"a": f"{_BASE}/api/hooks/azure-devops"}))
    assert away.known["a"].state == OTHER_HOST
    back = compare(away.known, {"a": _hook(_S.ON_PROBATION)}, now=START, rest=_NOTHING)
    assert (away.worse, back.worse) == ((), ())


def test_one_that_was_told_gone_stays_so_where_the_list_is_not_whole() -> None:
    """It is forgotten as it would have been."""
    gone = compare({"a": _hook(_S.ENABLED)}, {}, now=START, rest=_NOTHING)
    later = compare(gone.known, {}, now=START, rest=Rest({}, whole=False))
    assert (later.known["a"].state, later.worse) == (GONE, ())


def test_where_nobody_remembers_all_new_ones_are_quiet() -> None:
    """They may have been told before; what is known is told as ever."""
    seen = {"a": _hook(_S.ON_PROBATION), "b": _hook(_S.ON_PROBATION)}
    changes = compare({"a": _hook(_S.ENABLED)}, seen, now=START, rest=Rest({}, quiet=True))
    assert changes.worse == ("a",)
    assert (changes.known["b"].told, changes.known["b"].letters) == (_S.ON_PROBATION, ())
