"""The policy file's section `ours`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from shared.adapters.policy_file import read_policy
from shared.adapters.policy_ours import MOST_ENTRIES
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.ours import NOTHING_OURS, Ours
from shared.domain.policy import Mode
from shared.domain.prefixes import prefix_of
from shared.domain.repositories import is_under
from shared.errors import ConfigurationError

_SAMPLE: Final = (Path(__file__).parents[2] / "docs" / "policy.sample.yaml").read_text("utf-8")
_ECOSYSTEMS: Final = "npm, pypi, nuget, maven, cargo"


def _ours(section: str) -> Ours:
    return read_policy(f"version: 1\nours: {section}", default=Mode.AUDIT).ours


def _problems(section: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        _ours(section)
    return caught.value.problems


@pytest.mark.parametrize("section", ["{}", "{publishers: {}}", "{repositories: [], prefixes: {npm: []}}"])
def test_nothing_is_ours_where_nothing_is_said(section: str) -> None:
    """As without the section."""
    assert _ours(section) == NOTHING_OURS
    assert read_policy("version: 1", default=Mode.AUDIT).ours == NOTHING_OURS


def test_the_sample_is_read_and_used_as_it_is_written() -> None:
    """Accounts exactly, repositories in lower case, prefixes as those who compare them expect."""
    ours = read_policy(_SAMPLE, default=Mode.AUDIT).ours
    assert ours.publishers == {
        Ecosystem.NPM: frozenset({"contoso-releases"}),
        Ecosystem.PYPI: frozenset({"contoso-releases"}),
    }
    assert is_under("https://github.com/Contoso/x", ours.repositories)
    for ecosystem, spelling in (
        (Ecosystem.NPM, "@contoso/x"),
        (Ecosystem.NUGET, "CONTOSO.X"),
        (Ecosystem.MAVEN, "com.contoso.tools:x"),
    ):
        assert prefix_of(PackageName.of(ecosystem, spelling), ours.prefixes[ecosystem])


def test_each_thing_is_kept_once_in_its_order() -> None:
    """Repeating oneself is no problem."""
    ours = _ours(
        "{publishers: {nuget: [Contoso, Contoso]}, repositories: [GitHub.com/Contoso, github.com/contoso, "
        "gitlab.example.test/group/team], prefixes: {npm: ['@b', '@a', '@b']}}"
    )
    assert ours.publishers == {Ecosystem.NUGET: frozenset({"Contoso"})}
    assert ours.repositories == ("github.com/contoso", "gitlab.example.test/group/team")
    assert ours.prefixes == {Ecosystem.NPM: ("@b", "@a")}


_KEY: Final = "is no key of a policy file:"
_SCOPE: Final = 'a prefix on npm is a scope, such as "@contoso": nobody owns the beginning of other names'
_ID: Final = 'a prefix of NuGet ids ends with a dot, such as "Contoso.": else ContosoX would be ours too'
_GROUP: Final = "a prefix on Maven is a group of two words or more, such as com.contoso"
_NONE: Final = "nobody can own a prefix of names there: name your accounts under publishers instead"
_PLACE: Final = "a place of repositories is written host/owner, such as github.com/contoso, without https://"
_ACCOUNT: Final = "an account is 1 to 100 printable ASCII characters without blanks"


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ("", "ours: must be a mapping of keys to values"),
        ("[]", "ours: must be a mapping of keys to values"),
        ("{publishers: [a]}", "ours.publishers: must be a mapping of keys to values"),
        (
            "{publisher: {}}",
            f"ours.publisher: {_KEY} did you mean publishers? use one of publishers, repositories, prefixes",
        ),
        ("{publishers: {nmp: [a]}}", f"ours.publishers.nmp: {_KEY} did you mean npm? use one of {_ECOSYSTEMS}"),
        ("{publishers: {npm: a}}", "ours.publishers.npm: must be a list"),
        ("{publishers: {npm: [7]}}", "ours.publishers.npm[1]: must be a text: put it in quotes"),
        ("{publishers: {npm: [a b]}}", f"ours.publishers.npm[1]: {_ACCOUNT}"),
        ("{publishers: {npm: ['']}}", f"ours.publishers.npm[1]: {_ACCOUNT}"),
        (f"{{publishers: {{npm: [{'x' * 101}]}}}}", f"ours.publishers.npm[1]: {_ACCOUNT}"),
        ("{publishers: {npm: [c\u043entoso]}}", f"ours.publishers.npm[1]: {_ACCOUNT}"),
        ("{repositories: github.com/contoso}", "ours.repositories: must be a list"),
        ("{repositories: ['https://github.com/contoso']}", f"ours.repositories[1]: {_PLACE}"),
        ("{repositories: [github.com]}", f"ours.repositories[1]: {_PLACE}"),
        ("{repositories: [github.com/]}", f"ours.repositories[1]: {_PLACE}"),
        ("{repositories: [contoso]}", f"ours.repositories[1]: {_PLACE}"),
        ("{repositories: ['github.com:443/contoso']}", f"ours.repositories[1]: {_PLACE}"),
        ("{repositories: [github.com/../contoso]}", f"ours.repositories[1]: {_PLACE}"),
        ("{repositories: [git@github.com/contoso]}", f"ours.repositories[1]: {_PLACE}"),
        (f"{{repositories: [github.com/{'x' * 200}]}}", f"ours.repositories[1]: {_PLACE}"),
        ("{prefixes: {npm: [contoso-]}}", f"ours.prefixes.npm[1]: {_SCOPE}"),
        ("{prefixes: {npm: ['@contoso/']}}", f"ours.prefixes.npm[1]: {_SCOPE}"),
        ("{prefixes: {npm: ['@']}}", f"ours.prefixes.npm[1]: {_SCOPE}"),
        ("{prefixes: {npm: ['@contoso/*']}}", f"ours.prefixes.npm[1]: {_SCOPE}"),
        ("{prefixes: {nuget: [Contoso]}}", f"ours.prefixes.nuget[1]: {_ID}"),
        ("{prefixes: {nuget: [.]}}", f"ours.prefixes.nuget[1]: {_ID}"),
        ("{prefixes: {nuget: ['Contoso.*.']}}", f"ours.prefixes.nuget[1]: {_ID}"),
        ("{prefixes: {maven: [com]}}", f"ours.prefixes.maven[1]: {_GROUP}"),
        ("{prefixes: {maven: ['com.contoso:x']}}", f"ours.prefixes.maven[1]: {_GROUP}"),
        ("{prefixes: {maven: [com.contoso.]}}", f"ours.prefixes.maven[1]: {_GROUP}"),
        ("{prefixes: {pypi: [contoso-]}}", f"ours.prefixes.pypi: {_NONE}"),
        ("{prefixes: {cargo: []}}", f"ours.prefixes.cargo: {_NONE}"),
    ],
)
def test_what_cannot_be_ours_is_a_problem(section: str, problem: str) -> None:
    """With its line, and what to write instead."""
    assert _problems(section) == (f"line 2: {problem}",)


def test_each_list_has_a_limit() -> None:
    """The most that there may be are read; one more is a problem."""
    most = ", ".join(f"account-{number}" for number in range(MOST_ENTRIES))
    assert len(_ours(f"{{publishers: {{npm: [{most}]}}}}").publishers[Ecosystem.NPM]) == MOST_ENTRIES
    assert _problems(f"{{publishers: {{npm: [{most}, more]}}}}") == (
        f"line 2: ours.publishers.npm: holds more than {MOST_ENTRIES} entries",
    )


def test_all_problems_are_told_with_their_own_lines() -> None:
    """Those of the rules as well."""
    text = "version: 1\nrules:\n  - name: x\nours:\n  repositories:\n    - github.com/contoso\n    - contoso\n  x: 1\n"
    with pytest.raises(ConfigurationError) as caught:
        read_policy(text, default=Mode.AUDIT)
    assert [problem.partition(": ")[0] for problem in caught.value.problems] == ["line 3", "line 7", "line 8"]
