"""The pack and its digest: everything that is judged, and nothing that changes by looking again."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.advisories import Advisories, AdvisoryState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence_pack import EvidencePack, OwnHistory, TwinClass
from shared.domain.names import PackageName
from shared.domain.ours import NOTHING_OURS
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from tests.domain.packs import MALICIOUS, NONE_KNOWN, OUR_ACCOUNT, OWN, PACKS, STRANGER, on, pack, twin

# Another value for each member of a twin.
_OTHERWISE: Final[dict[str, Any]] = {
    "presence": Presence.TOMBSTONE,
    "detail": "every version is unlisted",
    "first_published": on("2015-03-02"),
    "latest_version": "3.2.2",
    "maintainers": ("Zoe",),
    "publishers": ("zoe",),
    "latest_published": on("2024-03-02"),
    "install_scripts": None,
    "repository": None,
    "description": "",
    "releases": 41,
    "withdrawn": None,
    "name": None,
}


def test_a_pack_tells_the_jump_and_whose_repository_is_named() -> None:
    """Worked out once, when the pack is put together."""
    assert pack(twin(latest_version="99.0.0")).jump == "99.0.0 is 97 major versions above ours, 2.1.0"
    assert pack(twin(latest_version="1.0.0")).jump == ""
    assert pack().repository_is_ours is False
    assert pack(twin(repository="git+ssh://git@github.com/contoso/x.git")).repository_is_ours is True
    assert pack(twin(repository="https://github.com/contoso-evil/x")).repository_is_ours is False
    assert pack(twin(repository="a folder somewhere")).repository_is_ours is False
    assert pack(twin(repository=None)).repository_is_ours is None
    assert pack(ours=NOTHING_OURS).repository_is_ours is None


def test_a_repository_of_ours_changes_no_class() -> None:
    """Whoever publishes writes that address."""
    claimed = twin(repository="https://github.com/contoso/x", first_published=on("2026-01-01"))
    assert pack(claimed).classification.kind is TwinClass.NEW_AND_SUSPICIOUS


def test_the_digest_stays_what_it_was() -> None:
    """Decisions are kept with it: a change of its form needs a new schema number, and this test says so."""
    document = json.dumps(pack().document(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    assert document == (
        '{"advisories":{"ids":[],"state":"none-known"},"class":"unrelated-older","ecosystem":"npm",'
        '"name":"acme-billing","own":{"first_published":"2020-05-01T12:00:00+00:00","latest_version":"2.1.0"},'
        '"repository_is_ours":false,"schema":1,"twin":{"description":"Bills of exchange.","detail":"",'
        '"first_published":"2015-03-01T12:00:00+00:00","install_scripts":[],'
        '"latest_published":"2024-03-01T12:00:00+00:00","latest_version":"3.2.1","maintainers":["Al","Zoe"],'
        '"name":"acme-billing","presence":"present","publishers":["al","zoe"],"releases":40,'
        '"repository":"https://github.com/zoe/acme-billing","withdrawn":2}}'
    )
    assert pack().digest() == "444cb478999228654ef2517fb201629642354c8c1817132d0ac2e603ee1fa3c5"


@given(PACKS)
def test_any_pack_has_a_digest_of_plain_values(any_pack: EvidencePack) -> None:
    """Hexadecimal, and the document survives being written down."""
    assert re.fullmatch(r"[0-9a-f]{64}", any_pack.digest())
    assert json.loads(json.dumps(any_pack.document())) == any_pack.document()


@given(data=st.data(), any_pack=PACKS, later=st.datetimes(timezones=st.just(UTC)))
def test_looking_again_changes_nothing(data: st.DataObject, any_pack: EvidencePack, later: datetime) -> None:
    """In another order, at another time, in another spelling, with our reasons put in other words."""
    again = replace(
        any_pack,
        name=PackageName(any_pack.name.ecosystem, any_pack.name.canonical, "Acme-Billing"),
        twin=replace(
            any_pack.twin,
            maintainers=tuple(data.draw(st.permutations(any_pack.twin.maintainers))),
            publishers=tuple(data.draw(st.permutations(any_pack.twin.publishers))),
        ),
        advisories=replace(any_pack.advisories, asked_at=later),
        jump="other words",
        classification=replace(any_pack.classification, why="Other words."),
    )
    assert again.digest() == any_pack.digest()


def test_a_failed_looks_words_change_nothing() -> None:
    """They tell of the attempt, not of the package; what is known of a tombstone is judged."""
    first, second = (pack(unknown_twin(f"it asks to wait {seconds} s")) for seconds in (30, 31))
    assert first.digest() == second.digest()
    graves = {pack(PublicTwin(Presence.TOMBSTONE, words)).digest() for words in ("unpublished", "yanked")}
    assert len(graves) == 2


def test_the_same_moment_in_another_zone_changes_nothing() -> None:
    """Registries write their own."""
    elsewhere = on("2015-03-01").astimezone(timezone(timedelta(hours=2)))
    assert pack(twin(first_published=elsewhere)).digest() == pack().digest()


def test_every_member_of_a_twin_has_another_value_here() -> None:
    """So that a new member is not forgotten in the digest; which versions there are is for the moment only."""
    assert set(_OTHERWISE) == {member.name for member in fields(PublicTwin)} - {"versions"}


@pytest.mark.parametrize("versions", [(), ("3.2.1", "3.2.0")])
def test_which_versions_there_are_changes_no_digest(versions: tuple[str, ...]) -> None:
    """A pack that was looked at must not differ because an old version was taken away."""
    assert pack(twin(versions=versions)).document() == pack().document()
    assert pack(twin(versions=versions)).digest() == pack().digest()
    assert all(getattr(STRANGER, member) != value for member, value in _OTHERWISE.items())


@pytest.mark.parametrize("member", _OTHERWISE)
def test_each_member_of_the_twin_is_judged(member: str) -> None:
    """A pack that differs in it alone has another digest."""
    before = pack()
    assert replace(before, twin=twin(**{member: _OTHERWISE[member]})).digest() != before.digest()


@pytest.mark.parametrize(
    "changed",
    [
        {"name": PackageName.of(Ecosystem.NPM, "acme-billing2")},
        {"name": PackageName.of(Ecosystem.PYPI, "acme-billing")},
        {"own": replace(OWN, first_published=None)},
        {"own": replace(OWN, latest_version="2.1.1")},
        {"own": OwnHistory(None, None)},
        {"advisories": MALICIOUS},
        {"advisories": replace(MALICIOUS, ids=("MAL-2026-2",))},
        {"advisories": Advisories(AdvisoryState.UNKNOWN)},
        {"advisories": Advisories(AdvisoryState.NOT_ASKED)},
        {"repository_is_ours": True},
        {"repository_is_ours": None},
        {"classification": replace(pack().classification, kind=TwinClass.UNDETERMINED)},
    ],
)
def test_everything_else_is_judged_too(changed: dict[str, Any]) -> None:
    """Each in itself, and no two of these look the same."""
    assert replace(pack(), **changed).digest() != pack().digest()
    assert pack(advisories=NONE_KNOWN).digest() == pack().digest()


def test_nothing_known_and_known_to_be_nothing_differ() -> None:
    """No install scripts is an answer, not told is none."""
    assert pack(twin(install_scripts=())).digest() != pack(twin(install_scripts=None)).digest()
    assert pack(twin(publishers=(OUR_ACCOUNT,))).digest() != pack(twin(maintainers=(OUR_ACCOUNT,))).digest()


def test_texts_of_strangers_can_be_digested() -> None:
    """Even halves of characters."""
    assert pack(twin(description="\ud800\u202e")).digest() != pack(twin(description="\u202e")).digest()
