"""The evidence as rows: what nobody told says so."""

from __future__ import annotations

from hypothesis import given

from shared.domain.evidence_pack import EvidencePack
from shared.domain.ours import NOTHING_OURS
from shared.domain.twins import Presence, PublicTwin
from shared.web.evidence_rows import evidence_rows
from tests.domain.packs import MALICIOUS, PACKS, pack, twin


def facts(known: EvidencePack) -> dict[str, str]:
    """Return the facts by their labels; a time is left empty."""
    return {fact.label: fact.text for fact in evidence_rows(known).facts}


def test_silence_is_told_as_silence() -> None:
    """An empty place would read as "nothing"."""
    told = facts(pack(PublicTwin(Presence.UNKNOWN, "it did not answer")))
    assert told == {
        "On the registry": "could not be asked (it did not answer)",
        "Last upload": "not known",
        "Versions": "not known",
        "Published by": "not known",
        "Maintainers it names": "not known",
        "Runs when installed": "not told by the registry",
        "Repository it names": "none",
        "Says of itself": "nothing",
        "Advisories": "none known, which proves nothing of what was published lately",
    }


def test_what_is_known_is_told() -> None:
    """With what the policy file says of it, and lists that end."""
    known = twin(
        repository="https://github.com/contoso/billing",
        install_scripts=("preinstall", "postinstall"),
        name="Acme-Billing",
        maintainers=tuple(f"m{n}" for n in range(15)),
        withdrawn=0,
        releases=1200,
    )
    told = facts(pack(known, advisories=MALICIOUS))
    assert told["Runs when installed"] == "preinstall, postinstall"
    assert told["Its own spelling"] == "Acme-Billing"
    assert told["Maintainers it names"].endswith("m11 and 3 more")
    assert told["Versions"] == "1,200"
    assert told["Advisories"] == "call it malicious: MAL-2026-1"
    assert "one of ours, by its own word: anyone can write that" in told["Repository it names"]
    assert facts(pack(known, ours=NOTHING_OURS))["Repository it names"] == "https://github.com/contoso/billing"


@given(PACKS)
def test_there_are_rows_for_every_pack(known: EvidencePack) -> None:
    """Each with something in it."""
    rows = evidence_rows(known)
    assert all(fact.text or fact.at for fact in rows.facts)
    assert rows.verdict
    assert rows.digest == known.digest()
