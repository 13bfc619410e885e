"""The evidence that a page showed comes back as it was, or not at all."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.evidence_pack import EvidencePack
from shared.web.forgery import FORM_LIFE
from shared.web.shown import open_pack, seal_pack
from tests.domain.packs import NAME, PACKS, pack, twin
from tests.web.scenes import PACK, Site


@given(PACKS)
def test_a_pack_comes_back_with_its_digest(known: EvidencePack) -> None:
    """Whatever was known."""
    seals = Site().seals
    found = open_pack(seals, seal_pack(seals, known), name=NAME, digest=known.digest())
    assert found == known


def test_nothing_is_nothing() -> None:
    """Where no pack was known, the form carries none."""
    assert seal_pack(Site().seals, None) == ""
    assert open_pack(Site().seals, "", name=NAME, digest="") is None


def test_a_pack_that_does_not_fit_is_left_out() -> None:
    """The digest alone then tells that something changed."""
    # Texts that cannot be compressed.
    names = [sha256(str(number).encode()).hexdigest() for number in range(800)]
    large = pack(twin(maintainers=tuple(names[:400]), publishers=tuple(names[400:])))
    assert seal_pack(Site().seals, large) == ""


def test_what_was_not_shown_by_us_is_not_believed() -> None:
    """Changed, of another purpose, too old, or with another digest than the form says."""
    site = Site()
    sealed = seal_pack(site.seals, PACK)
    other = site.seals.seal("shown", {"spelling": 7})
    csrf = site.seals.seal("csrf", "x")
    for text in (sealed[:-2], "x" * 50_000, "ünlesbar", other, csrf):
        assert open_pack(site.seals, text, name=NAME, digest=PACK.digest()) is None
    assert open_pack(site.seals, sealed, name=NAME, digest="ab") is None
    site.clock.advance(2 * FORM_LIFE)
    assert open_pack(site.seals, sealed, name=NAME, digest=PACK.digest()) is None


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_a_document_of_another_release_is_no_pack(document: object) -> None:
    """It may be anything."""
    seals = Site().seals
    assert open_pack(seals, seals.seal("shown", document), name=NAME, digest=PACK.digest()) is None
