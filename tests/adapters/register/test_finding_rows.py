"""Findings as rows."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.register.documents import pack, unpack
from shared.adapters.register.finding_rows import read_finding, write_finding
from shared.domain.ecosystems import Ecosystem
from shared.domain.findings import Finding, Likeness
from shared.domain.names import PackageName
from shared.errors import UnexpectedAnswer
from tests.contract.storage.samples import FEED, NAME, OTHER_FEED
from tests.fakes import START

_FINDINGS = st.builds(
    Finding,
    st.sampled_from([FEED, OTHER_FEED]),
    st.builds(PackageName, st.sampled_from(Ecosystem), st.text(), st.text()),
    st.sampled_from(Likeness),
    st.text(),
    st.datetimes(timezones=st.just(UTC)),
)
_DOCUMENT = unpack(write_finding(Finding(FEED, NAME, Likeness.SCOPE_DROPPED, "@a/b", START)))
_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(_FINDINGS)
def test_finding_survives(finding: Finding) -> None:
    """Every field is read back as it was."""
    read = read_finding(write_finding(finding))
    assert read == finding
    assert read.public.spelling == finding.public.spelling


@pytest.mark.parametrize("field", sorted(_DOCUMENT))
@pytest.mark.parametrize("junk", [None, [], 7])
def test_junk_in_a_finding_is_refused(field: str, junk: object) -> None:
    """A field of another type is refused, and so is one that is not there."""
    with pytest.raises(UnexpectedAnswer):
        read_finding(pack(_DOCUMENT | {field: junk}))
    with pytest.raises(UnexpectedAnswer):
        read_finding(pack({name: value for name, value in _DOCUMENT.items() if name != field}))


@given(st.dictionaries(st.sampled_from(sorted(_DOCUMENT)), _JUNK))
def test_any_junk_raises_only_our_error(junk: dict[str, object]) -> None:
    """Whatever a row says, it is a finding or refused."""
    try:
        read_finding(pack(_DOCUMENT | junk))
    except UnexpectedAnswer:
        return
