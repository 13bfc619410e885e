"""Twins and packs for tests: a plain stranger's package beside ours, and any there can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from hypothesis import strategies as st

from shared.domain.advisories import Advisories, AdvisoryState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence_pack import EvidencePack, OwnHistory, pack_of
from shared.domain.names import PackageName
from shared.domain.ours import Ours
from shared.domain.twin_signs import NPM_ACCOUNT, PLACEHOLDER_DETAIL, QUARANTINE_DETAIL
from shared.domain.twins import Presence, PublicTwin

NAME: Final = PackageName.of(Ecosystem.NPM, "acme-billing")
OUR_ACCOUNT: Final = "contoso-releases"
OURS: Final = Ours(MappingProxyType({Ecosystem.NPM: frozenset({OUR_ACCOUNT})}), ("github.com/contoso",))
NONE_KNOWN: Final = Advisories(AdvisoryState.NONE_KNOWN, (), datetime(2026, 8, 1, 10, tzinfo=UTC))
MALICIOUS: Final = replace(NONE_KNOWN, state=AdvisoryState.MALICIOUS, ids=("MAL-2026-1",))


def on(date: str) -> datetime:
    """Return noon of a day."""
    return datetime.fromisoformat(f"{date}T12:00:00+00:00")


OWN: Final = OwnHistory(on("2020-05-01"), "2.1.0")
# Older than ours and of another history: the class that is lost with the least doubt.
STRANGER: Final = PublicTwin(
    Presence.PRESENT,
    first_published=on("2015-03-01"),
    latest_version="3.2.1",
    maintainers=("Zoe", "Al"),
    publishers=("zoe", "al"),
    latest_published=on("2024-03-01"),
    install_scripts=(),
    repository="https://github.com/zoe/acme-billing",
    description="Bills of exchange.",
    releases=40,
    withdrawn=2,
    name="acme-billing",
)


def twin(**members: Any) -> PublicTwin:  # noqa: ANN401  # members of the dataclass, which checks their names
    """Return the stranger's package with some members otherwise."""
    return replace(STRANGER, **members)


def pack(
    public: PublicTwin = STRANGER,
    *,
    name: PackageName = NAME,
    own: OwnHistory = OWN,
    advisories: Advisories = NONE_KNOWN,
    ours: Ours = OURS,
) -> EvidencePack:
    """Put a pack together."""
    return pack_of(name=name, twin=public, own=own, advisories=advisories, ours=ours)


_MOMENTS: Final = st.none() | st.datetimes(timezones=st.just(UTC))
_TEXTS: Final = st.sampled_from(["", "a placeholder", "reserved by research", PLACEHOLDER_DETAIL, QUARANTINE_DETAIL])
_VERSIONS: Final = st.none() | st.sampled_from(
    ["", "x", "0.0.0", "0.0.1-security", "1.0.0", "2.1.0-rc.1", "999.9.9", "1!0", "9" * 300]
)
_PEOPLE: Final = st.lists(st.sampled_from([OUR_ACCOUNT, "zoe", NPM_ACCOUNT]), max_size=3).map(tuple)
_COUNTS: Final = st.none() | st.integers(0, 5)
TWINS: Final = st.builds(
    PublicTwin,
    presence=st.sampled_from(Presence),
    detail=_TEXTS,
    first_published=_MOMENTS,
    latest_version=_VERSIONS,
    maintainers=_PEOPLE,
    publishers=_PEOPLE,
    latest_published=_MOMENTS,
    install_scripts=st.none() | st.lists(st.just("postinstall"), max_size=1).map(tuple),
    repository=st.none() | st.sampled_from(["", "x", "https://github.com/contoso/x"]),
    description=_TEXTS,
    releases=_COUNTS,
    withdrawn=_COUNTS,
    name=st.none() | st.just("acme-billing"),
)
PACKS: Final = st.builds(
    pack,
    TWINS,
    own=st.builds(OwnHistory, _MOMENTS, _VERSIONS),
    advisories=st.builds(Advisories, st.sampled_from(AdvisoryState), st.just(()) | st.just(("MAL-2026-1",)), _MOMENTS),
    ours=st.sampled_from([Ours(), OURS]),
)
