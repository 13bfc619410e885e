"""Which hooks are ours, and what of them is new: told once, and never healthy for want of knowing better."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.subscription_health import GONE, STATES, KnownHook, calls_our_path, calls_us, compare
from shared.domain.subscriptions import SubscriptionStatus
from tests.fakes import START

_BASE = "https://guard.example.test"
_S = SubscriptionStatus


def _hook(state: str) -> KnownHook:
    return KnownHook("build.complete", "Shop", state)


def _run(*states: str | None, apart: timedelta = timedelta(hours=1)) -> list[bool]:
    """Return at which of the looks people are told of one subscription; None = it is not listed."""
    known: dict[str, KnownHook] = {}
    told: list[bool] = []
    for number, state in enumerate(states):
        seen = {} if state is None else {"a": _hook(state)}
        changes = compare(known, seen, now=START + number * apart)
        known = dict(changes.known)
        told.append(changes.worse == ("a",))
    return told


def test_every_state_has_its_words() -> None:
    """And no two the same."""
    assert set(STATES) == {*SubscriptionStatus, GONE}
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
    changes = compare({}, {"a": _hook(_S.ENABLED)}, now=START)
    gone = compare(changes.known, {}, now=START)
    assert [one.state for one in gone.known.values()] == [GONE]
    later = compare(gone.known, {}, now=START + timedelta(days=1))
    assert (later.known, later.worse) == ({}, ())
