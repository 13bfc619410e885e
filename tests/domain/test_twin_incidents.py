"""What happened to others, as it would be judged here."""

from __future__ import annotations

from typing import Final

import pytest

from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence_pack import OwnHistory, TwinClass
from shared.domain.names import PackageName
from shared.domain.ours import Ours
from shared.domain.twin_signs import NPM_ACCOUNT, PLACEHOLDER_DETAIL, QUARANTINE_DETAIL
from shared.domain.twins import Presence, PublicTwin
from tests.domain.packs import MALICIOUS, NAME, NONE_KNOWN, OWN, on, pack

_PYPI: Final = PackageName.of(Ecosystem.PYPI, "acme-cloud")
_STUBS: Final = Ours({Ecosystem.PYPI: frozenset({"contoso-releases"})})
_STUB_TEXT: Final = "A placeholder against dependency confusion, see our internal index."
_BESIDE_OURS: Final = "If external versions are allowed, it is chosen in place of every internal version."
_HIGH_STUB: Final = PublicTwin(
    Presence.PRESENT,
    first_published=on("2023-01-01"),
    latest_version="999.9.9",
    publishers=("contoso-releases",),
    description=_STUB_TEXT,
    releases=1,
)


def _appeared(day: str, version: str | None, **members: object) -> PublicTwin:
    return PublicTwin(
        **{"presence": Presence.PRESENT, "first_published": on(day), "latest_version": version, **members}  # type: ignore[arg-type]  # members of the dataclass, by name
    )


_HELD: Final[dict[str, object]] = {
    "presence": Presence.TOMBSTONE,
    "detail": PLACEHOLDER_DETAIL,
    "releases": 1,
    "publishers": (NPM_ACCOUNT,),
    "install_scripts": (),
}
_NEW, _HOLDER = TwinClass.NEW_AND_SUSPICIOUS, TwinClass.SECURITY_HOLDER

_INCIDENTS: Final = [
    pytest.param(
        _appeared("2021-02-09", "9000.0.0", install_scripts=("preinstall",), releases=1, publishers=("researcher",)),
        _NEW,
        (
            "It was first published on 2021-02-09, ours on 2020-05-01;",
            "9000.0.0 is 8998 major versions above ours, 2.1.0;",
            "it runs install scripts (preinstall), and all its versions came within 30 days.",
        ),
        id="the first researcher, 2021: version 9000.0.0",
    ),
    pytest.param(
        _appeared("2022-12-25", "2.1.0", install_scripts=(), releases=1),
        _NEW,
        ("It was first published on 2022-12-25, ours on 2020-05-01.",),
        id="torchtriton, 2022: the same version line, a wheel that runs nothing on installation",
    ),
    pytest.param(
        _appeared("2022-03-21", "99.10.9", releases=1, publishers=("account-4711",)),
        _NEW,
        ("99.10.9 is 97 major versions above ours, 2.1.0",),
        id="a scope dropped, 2022: 99.10.9 from a made-up account",
    ),
    pytest.param(
        _appeared("2022-04-27", None, presence=Presence.TOMBSTONE, detail="the package was unpublished"),
        _NEW,
        ("first published on 2022-04-27, ours on 2020-05-01. Now the package was unpublished.",),
        id="a red team, 2022: removed later, and not forgotten",
    ),
    pytest.param(
        _appeared("2022-04-27", "0.0.1-security", **_HELD),
        _HOLDER,
        ("The registry's own placeholder holds the name",),
        id="a red team, 2022: after the registry took the name",
    ),
    pytest.param(
        PublicTwin(Presence.ABSENT),
        TwinClass.UNDETERMINED,
        ("The registry has no package of this name now: anyone may claim it.",),
        id="a cloud's own package, 2024: internal only, and never claimed",
    ),
    pytest.param(
        _appeared("2024-04-01", "1.0.0", releases=1),
        _NEW,
        ("It was first published on 2024-04-01, ours on 2020-05-01.",),
        id="an archived project's dependency, 2024: claimed when ours was deleted",
    ),
    pytest.param(
        _appeared("2026-04-01", "5.999.0", releases=3),
        _NEW,
        ("It was first published on 2026-04-01, ours on 2020-05-01.",),
        id="a researcher, 2026: 5.999.0",
    ),
    pytest.param(
        _appeared("2012-06-01", "4.1.0", releases=60, publishers=("owner",), latest_published=on("2025-01-01")),
        TwinClass.UNRELATED_OLDER,
        ("It was first published on 2012-06-01, before ours on 2020-05-01", "4.1.0 is 2 major versions above ours"),
        id="a generic name, 2026: taken by a stranger long before",
    ),
    pytest.param(
        _appeared("2019-01-01", "0.0.1-security", **_HELD),
        _HOLDER,
        ("there is nothing to install",),
        id="the registry's stub, even where it is older than ours",
    ),
    pytest.param(
        _appeared("2025-07-01", "0.0.1", releases=1, publishers=("farm",), description="Reserved name."),
        TwinClass.PLACEHOLDER,
        ("0.0.1, and it calls itself a stub. Anyone can write that",),
        id="a farm of placeholders, 2025",
    ),
]


@pytest.mark.parametrize(("twin", "kind", "told"), _INCIDENTS)
def test_an_incident_is_judged(twin: PublicTwin, kind: TwinClass, told: tuple[str, ...]) -> None:
    """By its class, and by a reason that names what it was judged by."""
    classification = pack(twin).classification
    assert classification.kind is kind
    for words in told:
        assert words in classification.why


def test_a_quarantined_proof_of_concept_is_held_by_the_registry() -> None:
    """PyPI shows no file of it, so neither date nor version; nobody can install it, and nobody should allow it."""
    twin = PublicTwin(Presence.TOMBSTONE, QUARANTINE_DETAIL, latest_version="99999.0.1", description="authorized VDP")
    classification = pack(twin, name=_PYPI).classification
    assert classification.kind is _HOLDER
    assert "suspects malware" in classification.why


def test_our_own_stub_is_ours_and_carries_the_warning() -> None:
    """999.9.9 wins against every internal version, whoever published it."""
    classification = pack(_HIGH_STUB, name=_PYPI, ours=_STUBS).classification
    assert classification.kind is TwinClass.OURS
    assert classification.why == (
        "Only accounts that the policy file calls ours publish it: contoso-releases. "
        f"Warning: 999.9.9 is 997 major versions above ours, 2.1.0. {_BESIDE_OURS}"
    )


def test_a_stub_of_an_account_that_nobody_named_is_a_placeholder_with_the_same_warning() -> None:
    """Also where our own version is not known."""
    classification = pack(_HIGH_STUB, name=_PYPI).classification
    assert classification.kind is TwinClass.PLACEHOLDER
    assert classification.why.endswith(f"997 major versions above ours, 2.1.0. {_BESIDE_OURS}")
    without = pack(_HIGH_STUB, name=_PYPI, own=OwnHistory(None, None)).classification
    assert without.kind is TwinClass.PLACEHOLDER
    assert without.why.endswith(f"its version 999.9.9 is higher than versions usually become. {_BESIDE_OURS}")


def test_a_name_claimed_after_ours_was_forgotten_is_not_called_harmless() -> None:
    """Where the feed keeps no date of the deleted versions."""
    classification = pack(_appeared("2024-04-01", "1.0.0", releases=1), own=OwnHistory(None, None)).classification
    assert classification.kind is TwinClass.UNDETERMINED
    assert "when ours was first published, which version is our highest" in classification.why


def test_each_package_of_a_wave_is_suspicious_by_itself() -> None:
    """Many at once, each known by its own date and version."""
    wave = [_appeared(f"2026-03-0{day}", f"{day}0.0.0", releases=1) for day in range(2, 8)]
    assert {pack(twin).classification.kind for twin in wave} == {_NEW}


def test_an_advisory_speaks_before_everything_else() -> None:
    """Even where the package is ours: an account can be stolen."""
    twin = _appeared("2015-01-01", "1.0.0", publishers=("contoso-releases",))
    assert pack(twin).classification.kind is TwinClass.OURS
    classification = pack(twin, advisories=MALICIOUS).classification
    assert classification.kind is TwinClass.KNOWN_MALICIOUS
    assert classification.why == "Advisories call it malicious: MAL-2026-1."


def test_the_sample_is_what_it_says() -> None:
    """The stranger that other tests change stays the plain case."""
    assert pack().classification.kind is TwinClass.UNRELATED_OLDER
    assert (pack().name, pack().own, pack().advisories) == (NAME, OWN, NONE_KNOWN)
