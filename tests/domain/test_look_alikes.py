"""Look-alikes of internal names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ecosystems import Ecosystem
from shared.domain.findings import Likeness
from shared.domain.look_alikes import look_alikes_of
from shared.domain.names import PackageName

DROPPED, JOINED = Likeness.SCOPE_DROPPED, Likeness.SCOPE_JOINED


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("@contoso/core", {"core": DROPPED, "contoso-core": JOINED}),
        ("@Contoso/Core", {"Core": DROPPED, "Contoso-Core": JOINED}),
        ("@a/a-b", {"a-b": DROPPED, "a-a-b": JOINED}),
        ("@a/_b", {"a-_b": JOINED}),
        ("@a/node_modules", {"a-node_modules": JOINED}),
        ("@_a/b", {"b": DROPPED}),
        ("@favicon.ico/x", {"x": DROPPED, "favicon.ico-x": JOINED}),
        ("core", {}),
        ("contoso-core", {}),
    ],
)
def test_npm_names(spelling: str, expected: dict[str, Likeness]) -> None:
    """The scope is dropped or joined; what no registry could hold is left out; unscoped names have none."""
    found = look_alikes_of(PackageName.of(Ecosystem.NPM, spelling))
    assert {public.spelling: likeness for public, likeness in found} == expected


@pytest.mark.parametrize("ecosystem", [each for each in Ecosystem if each is not Ecosystem.NPM])
def test_other_ecosystems_have_none(ecosystem: Ecosystem) -> None:
    """Only npm has scopes."""
    spelling = "com.contoso:core" if ecosystem is Ecosystem.MAVEN else "contoso-core"
    assert look_alikes_of(PackageName.of(ecosystem, spelling)) == ()


@given(st.from_regex(r"@[a-z_\-~'.()]{1,12}/[a-z_\-~'.()]{1,12}", fullmatch=True))
def test_look_alikes_are_never_scoped(spelling: str) -> None:
    """Whatever the parts are, what comes out are unscoped npm names that are not the name itself."""
    name = PackageName(Ecosystem.NPM, spelling, spelling)
    for public, _ in look_alikes_of(name):
        assert public.npm_scope is None
        assert public == PackageName.of(Ecosystem.NPM, public.spelling)
        assert public != name
