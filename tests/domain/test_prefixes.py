"""Names under prefixes that are ours."""

from __future__ import annotations

import pytest

from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.prefixes import prefix_of

NPM, NUGET, MAVEN, PYPI = Ecosystem.NPM, Ecosystem.NUGET, Ecosystem.MAVEN, Ecosystem.PYPI


@pytest.mark.parametrize(
    ("ecosystem", "name", "prefix", "stands_under"),
    [
        (NPM, "@contoso/core", "@contoso", True),
        (NPM, "@contoso-evil/core", "@contoso", False),
        (NPM, "contoso", "@contoso", False),
        (NUGET, "Contoso.Billing", "contoso.", True),
        (NUGET, "contoso.billing", "Contoso", True),
        (NUGET, "ContosoX.Billing", "Contoso.", False),
        (NUGET, "Contoso", "Contoso.", False),
        (MAVEN, "com.contoso:core", "com.contoso", True),
        (MAVEN, "com.contoso.pay:core", "com.contoso", True),
        (MAVEN, "com.contosox:core", "com.contoso", False),
        (PYPI, "contoso-core", "contoso", False),
    ],
)
def test_prefixes_end_where_a_part_of_the_name_ends(
    ecosystem: Ecosystem, name: str, prefix: str, *, stands_under: bool
) -> None:
    """What only begins alike belongs to somebody else."""
    assert (prefix_of(PackageName.of(ecosystem, name), (prefix,)) == prefix) is stands_under


def test_the_first_prefix_that_fits_is_named() -> None:
    """People read which one it was."""
    name = PackageName.of(NPM, "@contoso/core")
    assert prefix_of(name, ("@fabrikam", "@contoso")) == "@contoso"
    assert prefix_of(name, ()) is None
