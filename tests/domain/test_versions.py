"""Where a version was first pushed: told from two fields that must agree."""

from __future__ import annotations

from typing import Final

import pytest

from shared.domain.feeds import UpstreamKind
from shared.domain.versions import Origin, SourceLink, is_direct, origin_of

_ZERO: Final = "00000000-0000-0000-0000-000000000000"
_A, _B = "aaaaaaaa-1111-2222-3333-444444444444", "bbbbbbbb-1111-2222-3333-444444444444"


def _public(source_id: str | None = _A) -> SourceLink:
    return SourceLink(source_id, UpstreamKind.PUBLIC)


def _internal(source_id: str | None = _A) -> SourceLink:
    return SourceLink(source_id, UpstreamKind.INTERNAL)


@pytest.mark.parametrize(
    ("direct", "chain", "known", "expected"),
    [
        pytest.param(None, (), (), Origin.INTERNAL, id="pushed here: no source"),
        pytest.param("", (), (), Origin.INTERNAL, id="pushed here: an empty source"),
        pytest.param(_ZERO, (), (_public(),), Origin.INTERNAL, id="pushed here: the zero GUID"),
        pytest.param(None, (_public(),), (), Origin.UNKNOWN, id="no source, and yet a chain"),
        pytest.param(_ZERO, (_internal(),), (), Origin.UNKNOWN, id="the zero GUID, and yet a chain"),
        pytest.param(_A, (_internal(),), (_internal(),), Origin.INTERNAL, id="from another feed"),
        pytest.param(_A, (_internal(), _internal(_B)), (), Origin.INTERNAL, id="through two feeds"),
        pytest.param(_A, (_public(),), (_public(),), Origin.EXTERNAL, id="from a public registry"),
        pytest.param(_A, (_internal(), _public(_B)), (_internal(),), Origin.EXTERNAL, id="public behind a feed"),
        pytest.param(_A, (_public(), _internal(_B)), (), Origin.EXTERNAL, id="any public link is enough"),
        pytest.param(_A, (_public(None),), (), Origin.EXTERNAL, id="a chain that leaves the ids out"),
        pytest.param(_A, (_internal(None),), (), Origin.INTERNAL, id="the same through a feed"),
        pytest.param(_A, (_public(_B),), (), Origin.UNKNOWN, id="the chain begins elsewhere"),
        pytest.param(_A, (_internal(_B),), (_internal(_B),), Origin.UNKNOWN, id="even where that is a known feed"),
        pytest.param(_A, (_internal(),), (_public(),), Origin.UNKNOWN, id="the chain and the feed disagree"),
        pytest.param(_A, (_public(),), (_internal(),), Origin.UNKNOWN, id="the other way round"),
        pytest.param(_A, (_internal(),), (_internal(), _public()), Origin.UNKNOWN, id="the feed contradicts itself"),
        pytest.param(_A, (), (_public(),), Origin.EXTERNAL, id="no chain, a known public source"),
        pytest.param(_A, (), (_internal(),), Origin.UNKNOWN, id="no chain, a known feed: what is behind it?"),
        pytest.param(_A, (), (_public(_B),), Origin.UNKNOWN, id="no chain, a source since removed"),
        pytest.param(_A, (), (_public(), _internal()), Origin.UNKNOWN, id="no chain, and a contradiction"),
        pytest.param(_A, (_public(),), (_public(_B),), Origin.EXTERNAL, id="a chain, and a source since removed"),
        pytest.param(_A, (_internal(),), (), Origin.INTERNAL, id="a chain of feeds, and a source since removed"),
    ],
)
def test_the_origin_rule(
    direct: str | None, chain: tuple[SourceLink, ...], known: tuple[SourceLink, ...], expected: Origin
) -> None:
    """One row a case; a contradiction is unknown."""
    assert origin_of(direct_source_id=direct, chain=chain, known_sources=known) is expected


@pytest.mark.parametrize(
    ("source_id", "expected"), [(None, True), ("", True), (_ZERO, True), (_A, False), (" ", False)]
)
def test_direct_means_pushed_to_this_feed(source_id: str | None, *, expected: bool) -> None:
    """Three ways to say "no source"."""
    assert is_direct(source_id) is expected
