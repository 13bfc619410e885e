"""Whose a repository is: host and owner are compared whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.repositories import is_under

_OURS = ("github.com/contoso", "gitlab.example.test/group/team")


@pytest.mark.parametrize(
    "repository",
    [
        "https://github.com/contoso/billing",
        "https://GitHub.com/Contoso/billing.git",
        "http://github.com/contoso",
        "https://github.com:443/contoso/x",
        "git+https://github.com/contoso/x.git",
        "git://github.com/contoso/x.git",
        "git+ssh://git@github.com/contoso/x.git",
        "git+ssh://git@github.com:contoso/x.git",
        "ssh://git@github.com:22/contoso/x",
        "git@github.com:contoso/x.git",
        "https://github.com/contoso/x/tree/main/packages/a#readme",
        "https://github.com/contoso?tab=repositories",
        "https://gitlab.example.test/group/team/x",
        "https://gitlab.example.test/group/team.git",
    ],
)
def test_a_repository_of_ours_is_found_in_every_way_of_writing_it(repository: str) -> None:
    """Letter case, schemes, ports and endings do not matter."""
    assert is_under(repository, _OURS)


@pytest.mark.parametrize(
    "repository",
    [
        "",
        "https://github.com",
        "https://github.com/",
        "https://github.com/contoso-evil/x",
        "https://github.com/contos/x",
        "https://github.com/contoso.git",
        "https://github.com/evil/contoso",
        "https://github.com.evil.test/contoso/x",
        "https://evil.test/github.com/contoso",
        "https://evil-github.com/contoso/x",
        "https://www.github.com/contoso/x",
        "https://github.com@evil.test/contoso/x",
        "https://user@github.com/contoso/x",
        "https://evil.test#@github.com/contoso/x",
        "https://evil.test?github.com/contoso",
        "https://evil.test\\@github.com/contoso/x",
        "https://github.com:8443/contoso/x",
        "ssh://git@github.com:2222/contoso/x",
        "ssh://git@evil.test:github.com/contoso",
        "git@evil.test:github.com/contoso",
        "git@github.com@evil.test:contoso/x",
        "git@github.com:/contoso/x",
        "git@github.com:22/contoso/x",
        "https://github.com/evil/../contoso/x",
        "https://github.com/contoso/../evil",
        "https://github.com/./contoso/x",
        "https://github.com//contoso/x",
        "https://github.com/%63ontoso/x",
        "https://github.com/contoso%2f../evil",
        "https://github.com./contoso/x",
        "javascript://github.com/contoso/x",
        "javascript:github.com/contoso/x",
        "file://github.com/contoso/x",
        "//github.com/contoso/x",
        "github.com/contoso/x",
        "contoso/x",
        "github:contoso/x",
        "https://github.com/c\u043ent\u043eso/x",
        "https://github.com/contoso\n/x",
        "https://github.com/contoso/x" + "x" * 500,
        "https://gitlab.example.test/group/x",
    ],
)
def test_nothing_else_is(repository: str) -> None:
    """Least of all what was written to look like it."""
    assert not is_under(repository, _OURS)


@pytest.mark.parametrize(
    "owner", ["github.com", "github.com/", "", "contoso", "https://github.com/contoso", "github.com/.."]
)
def test_an_owner_that_is_none_owns_nothing(owner: str) -> None:
    """A whole host is nobody's."""
    assert not is_under("https://github.com/contoso/x", (owner,))


@given(st.text(max_size=60) | st.from_regex(r"(git\+)?(ssh|https)://[a-z.@:/?#]{0,30}github\.com[/:.@]contoso[/.a-z]*"))
def test_any_text_is_read_or_not(repository: str) -> None:
    """Whoever publishes writes it; what is found below ours begins with ours, whatever stands around."""
    if is_under(repository, _OURS):
        assert "github.com" in repository.lower()
        assert is_under(repository, ("github.com/contoso",))
        assert not is_under(repository, ("github.com/contoso-evil", "evil.test/contoso"))
