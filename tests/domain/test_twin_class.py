"""The rules one by one, that they are total, and that their page is equal to them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given

from shared.domain import twin_class
from shared.domain.advisories import NOT_ASKED
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence_pack import EvidencePack, OwnHistory, TwinClass
from shared.domain.names import PackageName
from shared.domain.twin_signs import HIGH_STUB_VERSION, MOST_STUB_RELEASES, NPM_ACCOUNT, PLACEHOLDER_DETAIL, YOUNG
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.domain.version_jumps import HIGHEST_ORDINARY_MAJOR, SUSPICIOUS_MAJORS_ABOVE
from tests.domain.packs import MALICIOUS, OUR_ACCOUNT, OURS, OWN, PACKS, on, pack, twin

_PAGE: Final = (Path(__file__).parents[2] / "docs" / "twin-classes.md").read_text("utf-8")
_SECTIONS: Final = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", _PAGE, flags=re.MULTILINE | re.DOTALL))

_STUB: Final = PublicTwin(Presence.PRESENT, latest_version="0.0.1", description="A placeholder.", releases=1)


def _kind(public: PublicTwin, own: OwnHistory = OWN) -> TwinClass:
    return pack(public, own=own).classification.kind


def test_the_page_has_a_section_a_class_in_the_order_of_the_rules() -> None:
    """What cannot be said stands last, although what was not looked at is told early."""
    order = dict.fromkeys(
        rule.kind for rule in twin_class._RULES if rule.kind is not TwinClass.UNDETERMINED
    )  # the table is private, its order is documented
    assert list(_SECTIONS) == [*order, TwinClass.UNDETERMINED]
    assert set(_SECTIONS) == {kind.value for kind in TwinClass}


@pytest.mark.parametrize("kind", TwinClass)
def test_a_section_says_meaning_decision_and_remedy(kind: TwinClass) -> None:
    """Three parts, in this order, each at least a sentence."""
    found = re.findall(
        r"^\*\*([A-Z][^*]+)\.\*\* (.+?)(?=\n\n|\Z)", _SECTIONS[kind.value], flags=re.MULTILINE | re.DOTALL
    )
    assert [title for title, _ in found] == ["What it means", "What decides", "What to do"]
    assert all(text.strip().endswith(".") and len(text) > 7 for _, text in found)
    assert kind.value == kind.name.lower().replace("_", "-")


def test_the_page_tells_the_numbers_of_the_code() -> None:
    """Written in words there, compared here."""
    assert (SUSPICIOUS_MAJORS_ABOVE, "ten\nor more major versions above" in _PAGE) == (10, True)
    assert (HIGHEST_ORDINARY_MAJOR, "90 and more where ours is not known" in _PAGE) == (89, True)
    assert (MOST_STUB_RELEASES, "At most two versions" in _PAGE) == (2, True)
    assert f"came within {YOUNG.days} days" in _PAGE
    assert HIGH_STUB_VERSION in _SECTIONS["placeholder"]


@given(PACKS)
def test_every_twin_has_a_class_and_a_reason(any_pack: EvidencePack) -> None:
    """Whatever is missing; the reason names something, in a sentence."""
    why = any_pack.classification.why
    assert re.fullmatch(r".{10,}\.", why, re.DOTALL)
    assert "None" not in why
    assert "Not known: ." not in why


@given(PACKS)
def test_not_knowing_never_reassures(any_pack: EvidencePack) -> None:
    """Each reassuring class has what it rests on."""
    public, own, kind = any_pack.twin, any_pack.own, any_pack.classification.kind
    if kind is TwinClass.OURS:
        assert set(public.publishers) == {OUR_ACCOUNT}
    if kind is TwinClass.UNRELATED_OLDER:
        assert public.first_published is not None
        assert own.first_published is not None
        assert public.first_published < own.first_published
        assert public.latest_version
        assert own.latest_version
    if public.presence in (Presence.UNKNOWN, Presence.ABSENT):
        assert kind in (TwinClass.UNDETERMINED, TwinClass.KNOWN_MALICIOUS)


@pytest.mark.parametrize(
    "members",
    [
        {"publishers": ()},
        {"publishers": (), "maintainers": (OUR_ACCOUNT,)},
        {"publishers": (OUR_ACCOUNT, "zoe")},
        {"publishers": (OUR_ACCOUNT.upper(),)},
        {"publishers": (), "repository": "https://github.com/contoso/acme-billing", "maintainers": (OUR_ACCOUNT,)},
    ],
)
def test_only_vouched_accounts_make_it_ours(members: dict[str, Any]) -> None:
    """All of them must be ours; names for people and links are anybody's."""
    assert _kind(twin(publishers=(OUR_ACCOUNT,))) is TwinClass.OURS
    assert _kind(twin(**members)) is TwinClass.UNRELATED_OLDER


def test_an_account_is_ours_in_its_own_registry_only() -> None:
    """Whoever has that name elsewhere is somebody else."""
    elsewhere = replace(OURS, publishers={})
    assert pack(twin(publishers=(OUR_ACCOUNT,)), ours=elsewhere).classification.kind is TwinClass.UNRELATED_OLDER


@pytest.mark.parametrize(
    ("members", "own"),
    [
        ({"first_published": None}, OWN),
        ({"latest_version": None}, OWN),
        ({"latest_version": "latest"}, OWN),
        ({}, replace(OWN, first_published=None)),
        ({}, replace(OWN, latest_version=None)),
        ({"presence": Presence.TOMBSTONE, "detail": "every version was unpublished"}, OWN),
    ],
)
def test_an_older_package_needs_both_dates_both_versions_and_to_be_there(
    members: dict[str, Any], own: OwnHistory
) -> None:
    """Without one of them nothing is concluded."""
    assert _kind(twin(**members), own) is TwinClass.UNDETERMINED


@pytest.mark.parametrize(
    ("members", "sign"),
    [
        ({"first_published": on("2020-05-01")}, "It was first published on 2020-05-01, the same day as ours."),
        (
            {"first_published": on("2020-05-01") + timedelta(hours=1)},
            "It was first published on 2020-05-01, the same day as ours, after it.",
        ),
        ({"first_published": on("2020-05-02")}, "It was first published on 2020-05-02, ours on 2020-05-01."),
        ({"latest_version": "12.1.0"}, "12.1.0 is 10 major versions above ours, 2.1.0."),
        ({"first_published": None, "latest_version": "90.0"}, "90.0 is 88 major versions above ours, 2.1.0."),
    ],
)
def test_one_sign_is_enough_for_suspicion(members: dict[str, Any], sign: str) -> None:
    """The reason is that sign, and no other."""
    classification = pack(twin(**members)).classification
    assert (classification.kind, classification.why) == (TwinClass.NEW_AND_SUSPICIOUS, sign)


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"releases": 1}, TwinClass.NEW_AND_SUSPICIOUS),
        ({"latest_published": on("2015-03-30")}, TwinClass.NEW_AND_SUSPICIOUS),
        ({"latest_published": on("2015-03-31")}, TwinClass.UNDETERMINED),
        ({"latest_published": None}, TwinClass.UNDETERMINED),
        ({"releases": 1, "install_scripts": ()}, TwinClass.UNDETERMINED),
        ({"releases": 1, "install_scripts": None}, TwinClass.UNDETERMINED),
    ],
)
def test_install_scripts_are_a_sign_in_a_package_without_history(members: dict[str, Any], kind: TwinClass) -> None:
    """One version, or all within a month; told without a clock. Where it is known to be older, it has a history."""
    forgotten = replace(OWN, first_published=None)
    assert _kind(twin(**({"install_scripts": ("install",)} | members)), forgotten) is kind


@pytest.mark.parametrize(
    "members",
    [
        {"latest_version": "0.0.0"},
        {"latest_version": "0.0.1-reserved.1"},
        {"latest_version": "0.0.1a1"},
        {"description": "This name is reserved."},
        {"description": "Prevents dependency-confusion."},
        {"releases": 2},
        {"install_scripts": ()},
        {"presence": Presence.TOMBSTONE, "detail": "every version was yanked"},
        {"latest_version": HIGH_STUB_VERSION},
    ],
)
def test_a_stub_says_that_it_is_one(members: dict[str, Any]) -> None:
    """In its description and by its version."""
    assert _kind(replace(_STUB, **members)) is TwinClass.PLACEHOLDER


@pytest.mark.parametrize(
    "members",
    [
        {"latest_version": "0.0.2"},
        {"latest_version": "0.0.10"},
        {"latest_version": "0.1.0"},
        {"latest_version": "999.9.8"},
        {"latest_version": None},
        {"description": "Bills."},
        {"description": ""},
        {"description": "dependency confusion PoC"},
        {"description": "Security research: a placeholder for a bug bounty."},
        {"description": "reservedly"},
        {"releases": 3},
        {"releases": None},
        {"install_scripts": ("postinstall",)},
        {"presence": Presence.UNKNOWN},
    ],
)
def test_what_does_more_than_hold_a_name_is_no_stub(members: dict[str, Any]) -> None:
    """Nor what people write who try an attack out."""
    assert _kind(replace(_STUB, **members)) is not TwinClass.PLACEHOLDER


def test_a_stranger_can_publish_the_placeholders_version() -> None:
    """Only where the registry's adapter found nothing else is it the registry's own."""
    stranger = twin(latest_version="0.0.1-security", first_published=on("2024-01-01"))
    assert _kind(stranger) is TwinClass.NEW_AND_SUSPICIOUS
    assert _kind(replace(stranger, detail=PLACEHOLDER_DETAIL)) is TwinClass.NEW_AND_SUSPICIOUS


_HELD: Final = PublicTwin(
    Presence.TOMBSTONE, PLACEHOLDER_DETAIL, publishers=(NPM_ACCOUNT,), install_scripts=(), releases=1
)


def test_npm_s_own_placeholder_is_a_security_holder() -> None:
    """On npm: in another ecosystem, anybody may have that account's name."""
    assert _kind(_HELD) is TwinClass.SECURITY_HOLDER
    elsewhere = pack(_HELD, name=PackageName.of(Ecosystem.PYPI, "acme-billing"))
    assert elsewhere.classification.kind is TwinClass.UNDETERMINED


@pytest.mark.parametrize(
    "members",
    [
        {"publishers": ()},
        {"publishers": (), "maintainers": (NPM_ACCOUNT,)},
        {"publishers": (NPM_ACCOUNT, "mallory")},
        {"publishers": ("mallory",)},
        {"install_scripts": None},
        {"install_scripts": ("preinstall",)},
        {"detail": "every version was unpublished"},
        {"presence": Presence.PRESENT},
    ],
)
def test_a_placeholder_is_npm_s_only_where_that_is_known(members: dict[str, Any]) -> None:
    """Its number alone is anybody's; what is not known to be npm's is judged by the other rules."""
    kind = _kind(replace(_HELD, **members))
    assert kind in {TwinClass.UNDETERMINED, TwinClass.NEW_AND_SUSPICIOUS}
    assert (kind is TwinClass.NEW_AND_SUSPICIOUS) is bool(members.get("install_scripts"))


def test_what_could_not_be_looked_at_says_why() -> None:
    """An advisory stays one, all the same."""
    assert pack(unknown_twin("it answered 503")).classification.why == "Nothing is known of it now: it answered 503."
    assert pack(unknown_twin("it answered 503"), advisories=MALICIOUS).classification.kind is TwinClass.KNOWN_MALICIOUS
    assert pack(unknown_twin("")).classification.why.endswith("the registry could not be asked.")


def test_what_is_missing_is_named() -> None:
    """Everything that would have helped."""
    classification = pack(PublicTwin(Presence.PRESENT), own=OwnHistory(None, None), advisories=NOT_ASKED).classification
    assert classification.why == (
        "Not known: when it was first published, when ours was first published, which version is its latest, which "
        "version is our highest, who publishes it, whether advisories call it malicious."
    )
    gone = pack(PublicTwin(Presence.TOMBSTONE, "the project has no release")).classification
    assert gone.why == "The name is taken, or was: the project has no release. What stood there is not known."
