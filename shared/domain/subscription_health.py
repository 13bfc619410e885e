"""Which service hooks call us, and what has become of them since they were looked at last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import SplitResult, urlsplit

from shared.domain.subscriptions import SubscriptionStatus

OUR_PATH: Final = "/api/hooks/azure-devops"
GONE: Final = "gone"
ELSEWHERE: Final = "elsewhere"
OTHER_HOST: Final = "other-host"
# These are not ours any more: they are remembered for as long as their letters count.
AWAY: Final = frozenset({GONE, ELSEWHERE, OTHER_HOST})
_S = SubscriptionStatus
STATES: Final[Mapping[str, str]] = MappingProxyType(
    {
        _S.ENABLED: "enabled",
        _S.ON_PROBATION: "on probation",
        _S.DISABLED_BY_USER: "switched off by a person",
        _S.DISABLED_BY_SYSTEM: "disabled by Azure DevOps after failures",
        _S.DISABLED_BY_INACTIVE_IDENTITY: "disabled because its creator is inactive",
        _S.UNKNOWN: "of a status that is not known",
        GONE: "not there any more",
        ELSEWHERE: "leads elsewhere now",
        OTHER_HOST: "leads to our path at another host",
    }
)
# What people are told of. A status that is not known is neither good nor bad: it is shown, and ends nothing. Another
# host is no trouble of a subscription: it is our own address that was set to something else.
_TOLD_OF: Final = frozenset(
    {_S.ON_PROBATION, _S.DISABLED_BY_USER, _S.DISABLED_BY_SYSTEM, _S.DISABLED_BY_INACTIVE_IDENTITY, GONE, ELSEWHERE}
)
# One that comes and goes is told of so often within so long.
_MOST_LETTERS: Final = 3
_WITHIN: Final = timedelta(days=1)
_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class KnownHook:
    """What is known of one subscription that calls us.

    `state` is a status, or one of AWAY; `told` = the bad state that people know of, empty = none since it was well.
    `letters` = when they were told, as far as that still counts.
    """

    event_type: str
    where: str
    state: str
    told: str = ""
    letters: tuple[datetime, ...] = ()

    @property
    def words(self) -> str:
        """What it is for, and how it is."""
        event, where = self.event_type or "an event that is not told", self.where or "a project that is not told"
        return f"{event} in {where}: {STATES.get(self.state, self.state)}"


@dataclass(frozen=True, slots=True)
class Rest:
    """What else is to be known of a look.

    `urls` = where listed subscriptions lead that do not call us, by id; `whole` = the list had no row that could not be
    read; `quiet` = of some that are bad nobody remembers that they were told.
    """

    urls: Mapping[str, str]
    whole: bool = True
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class HookChanges:
    """What is known now, and the ids of those that people are to be told of."""

    known: Mapping[str, KnownHook]
    worse: tuple[str, ...]


def calls_our_path(url: str) -> bool:
    """Say whether an address ends in the path of our door for Azure DevOps; routes know no letter case."""
    parts = _parts(url)
    return parts is not None and parts.path.lower().rstrip("/").endswith(OUR_PATH)


def calls_us(url: str, base_url: str) -> bool:
    """Say whether an address is that of our door; `base_url` empty = we do not know our own, and any host may be us."""
    parts, ours = _parts(url), _parts(base_url)
    if parts is None or not calls_our_path(url):
        return False
    return not base_url or (ours is not None and _place(parts) == _place(ours))


def compare(
    before: Mapping[str, KnownHook], seen: Mapping[str, KnownHook], *, now: datetime, rest: Rest
) -> HookChanges:
    """Compare what was known with what is listed now; a bad state is told once, until all was well in between."""
    known: dict[str, KnownHook] = {}
    worse: list[str] = []
    for key in sorted({*before, *seen}):
        one = _carried(before.get(key), seen[key] if key in seen else _missed(key, before[key], rest), now)
        if rest.quiet and key not in before and one.state in _TOLD_OF:
            # Most likely one of those that found no room in the row.
            one = replace(one, told=one.state)
        if one.state in _TOLD_OF and one.state != one.told and len(one.letters) < _MOST_LETTERS:
            worse.append(key)
            one = replace(one, told=one.state, letters=(*one.letters, now))
        if one.state not in AWAY or one.letters:
            known[key] = one
    return HookChanges(known, tuple(worse))


def _missed(key: str, was: KnownHook, rest: Rest) -> KnownHook:
    """Say what became of one that does not call us any more; only a whole list says that it is gone."""
    url = rest.urls.get(key)
    if url is None:
        unsure = was.state if was.state in AWAY else _S.UNKNOWN
        return replace(was, state=GONE if rest.whole else unsure)
    if _parts(url) is None:
        return replace(was, state=_S.UNKNOWN)
    return replace(was, state=OTHER_HOST if calls_our_path(url) else ELSEWHERE)


def _carried(was: KnownHook | None, seen: KnownHook, now: datetime) -> KnownHook:
    """Put what is seen in the place of what was, and keep what people were told."""
    if was is None:
        return seen
    told = "" if seen.state == _S.ENABLED else was.told
    return replace(seen, told=told, letters=tuple(at for at in was.letters if now - at < _WITHIN))


def _place(parts: SplitResult) -> tuple[str, int | None]:
    return parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises as well
    except ValueError:
        return None
    return parts if parts.hostname else None
