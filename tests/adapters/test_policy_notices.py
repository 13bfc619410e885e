"""The policy file's section `notices`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from shared.adapters.policy_file import MOST_RULES, read_policy
from shared.adapters.policy_notices import MOST_ADDRESSES
from shared.domain.ecosystems import Ecosystem
from shared.domain.letter_rules import Addressing, NoticeRule
from shared.domain.notices import NoticeKind
from shared.domain.policy import Mode
from shared.errors import ConfigurationError
from tests.domain.letters import notice

_DOCS: Final = Path(__file__).parents[2] / "docs"


def _rules(*rows: str) -> tuple[NoticeRule, ...]:
    section = "".join(f"\n  - {{{row}}}" for row in rows)
    return read_policy(f"version: 1\nnotices:{section or ' []'}", default=Mode.AUDIT).notices


def _problems(*rows: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        _rules(*rows)
    return caught.value.problems


def test_nothing_said_means_owners_and_teams() -> None:
    """Without the section, with an empty one, and with a rule that says nothing."""
    assert read_policy("version: 1", default=Mode.AUDIT).notices == ()
    assert _rules() == ()
    assert _rules("") == (NoticeRule(Addressing()),)


def test_the_sample_does_what_its_comments_say() -> None:
    """The documented file is a working one."""
    policy = read_policy((_DOCS / "policy.sample.yaml").read_text("utf-8"), default=Mode.AUDIT)
    assert policy.addressing(notice(facts={"feed": "sandbox/any"})) == Addressing(teams=False)
    assert policy.addressing(notice(facts={"feed": "Shop/Payments"})) == Addressing()
    contaminated = notice(NoticeKind.CONTAMINATION_FOUND, facts={"feed": "Shop/Payments"})
    assert policy.addressing(contaminated) == Addressing(("security@contoso.example",), owners=True)


def test_each_kind_is_explained() -> None:
    """The table in docs/policy-file.md names what the reader knows."""
    page = (_DOCS / "policy-file.md").read_text("utf-8")
    assert all(f"| `{kind}` |" in page for kind in NoticeKind)
    assert f"at most {MOST_ADDRESSES};" in page
    assert f"at most {MOST_RULES} rules" in page


def test_a_rule_is_read_as_it_is_written() -> None:
    """Addresses once each, the owners' word apart from them, names as each registry reads them."""
    (rule,) = _rules(
        "feed: shop/*, name: My_Pkg*, ecosystem: pypi, kinds: [look-alike-found, switch-closed], teams: false, "
        "to: [a@contoso.example, owners, a@contoso.example]"
    )
    assert rule == NoticeRule(
        Addressing(("a@contoso.example",), owners=True, teams=False),
        "shop/*",
        "my-pkg*",
        Ecosystem.PYPI,
        frozenset({NoticeKind.LOOK_ALIKE_FOUND, NoticeKind.SWITCH_CLOSED}),
    )
    assert [rule.addressing for rule in _rules("to: [], teams: false")] == [Addressing((), owners=False, teams=False)]
    assert len(_rules("name: 'My_Pkg*'")) == len(Ecosystem)


_ADVICE: Final = "write a mail address such as security@contoso.example, or the word owners"
_KINDS: Final = ", ".join(NoticeKind)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("to: a@contoso.example", "notices[1].to: must be a list"),
        ("to: [7]", "notices[1].to[1]: must be a text: put it in quotes"),
        ("to: [owner]", f"notices[1].to[1]: {_ADVICE}"),
        ("to: ['Ann <ann@contoso.example>']", f"notices[1].to[1]: {_ADVICE}"),
        ("to: ['a@contoso.example,b@contoso.example']", f"notices[1].to[1]: {_ADVICE}"),
        ('to: ["a@contoso.example\\nBcc: b@contoso.example"]', f"notices[1].to[1]: {_ADVICE}"),
        ("to: [owners, 'ann@localhost']", f"notices[1].to[2]: {_ADVICE}"),
        (f"to: ['{'x' * 65}@contoso.example']", f"notices[1].to[1]: {_ADVICE}"),
        ("teams: 'yes'", "notices[1].teams: must be true or false"),
        ("kinds: all", "notices[1].kinds: must be a list"),
        ("kinds: [colision-blocked]", "did you mean collision-blocked? use one of"),
        ("kinds: []", "notices[1]: kinds is empty, so the rule could never apply: leave it out for every kind"),
        ("name: 'a b'", "notices[1]: the name holds a blank, and no package name does"),
        ("feed: a/b/c", "notices[1].feed: the feed is written project/feed, or feed alone"),
        ("ecosystem: nmp", "notices[1].ecosystem: is no ecosystem: did you mean npm?"),
        (
            "mode: audit",
            "notices[1].mode: is no key of a policy file: use one of feed, name, ecosystem, kinds, to, teams",
        ),
    ],
)
def test_each_problem_is_told_with_its_line(row: str, problem: str) -> None:
    """In words that say what to write instead."""
    (told,) = _problems(row)
    assert told.startswith("line 3: ")
    assert problem in told


def test_each_list_has_a_limit() -> None:
    """Of rules, and of a rule's addresses."""
    most = ", ".join(f"a{number}@contoso.example" for number in range(MOST_ADDRESSES))
    assert len(_rules(f"to: [{most}]")[0].addressing.to) == MOST_ADDRESSES
    assert _problems(f"to: [{most}, b@contoso.example]") == (
        f"line 3: notices[1].to: holds more than {MOST_ADDRESSES} entries",
    )
    rows = [f"name: n{number}" for number in range(MOST_RULES + 1)]
    assert _problems(*rows) == (f"line 2: notices: holds more than {MOST_RULES} rules",)


@pytest.mark.parametrize(
    ("earlier", "later", "dead"),
    [
        ("", "feed: a", True),
        ("feed: a", "", False),
        ("feed: a", "feed: a, kinds: [switch-closed]", True),
        ("kinds: [switch-closed]", "feed: a", False),
        ("kinds: [switch-closed, check-abandoned]", "kinds: [switch-closed]", True),
        ("kinds: [switch-closed]", "kinds: [switch-closed, check-abandoned]", False),
        ("kinds: [switch-closed]", "kinds: [check-abandoned]", False),
        ("ecosystem: npm", "name: '@contoso/*', ecosystem: npm", True),
        ("ecosystem: npm", "name: contoso-x", False),
    ],
)
def test_a_rule_that_can_never_apply_is_a_problem(earlier: str, later: str, *, dead: bool) -> None:
    """Feeds, names, ecosystems and kinds: one rule above it covers all of them."""
    if not dead:
        assert _rules(earlier, later)
        return
    assert _problems(earlier, later) == (
        "line 4: notices[2]: can never apply, notices[1] above it covers all that it covers",
    )


def test_dead_rules_of_both_sections_come_together() -> None:
    """All problems at once."""
    text = "version: 1\nrules: [{mode: audit}, {mode: enforce}]\nnotices: [{}, {feed: a}]"
    with pytest.raises(ConfigurationError) as caught:
        read_policy(text, default=Mode.AUDIT)
    assert [problem.split(":")[1].strip() for problem in caught.value.problems] == ["rules[2]", "notices[2]"]
