"""The policy file's section `approvals`."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.policy_approvals import MOST_DAYS, MOST_LINK_DAYS, MOST_MINUTES, MOST_OWNERS, ApprovalRow
from shared.adapters.policy_file import MOST_RULES, read_policy
from shared.domain.approval_rules import DEFAULT_TERMS, ApprovalRule, ApprovalTerms, WhenWorse
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.policy import Mode
from shared.errors import ConfigurationError

_DOCS: Final = Path(__file__).parents[2] / "docs"


def _rules(*rows: str) -> tuple[ApprovalRule, ...]:
    section = "".join(f"\n  - {{{row}}}" for row in rows)
    return read_policy(f"version: 1\napprovals:{section or ' []'}", default=Mode.AUDIT).approvals


def _problems(*rows: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        _rules(*rows)
    return caught.value.problems


def _days(number: int) -> timedelta:
    return timedelta(days=number)


def test_nothing_said_means_the_default_terms() -> None:
    """Without the section, with an empty one, and with a rule that says nothing."""
    assert read_policy("version: 1", default=Mode.AUDIT).approvals == ()
    assert _rules() == ()
    assert _rules("") == (ApprovalRule(DEFAULT_TERMS),)


def test_a_rule_is_read_as_it_is_written() -> None:
    """Every key."""
    (rule,) = _rules(
        "feed: shop/*, name: My_Pkg*, ecosystem: pypi, default_days: 2, most_days: 5, exact_version_minutes: 90, "
        "link_days: 3, when_worse: reopen, known_malicious: retype-name, four_eyes: true, needed: 2, break_glass: true"
    )
    terms = ApprovalTerms(
        default_period=_days(2),
        longest_period=_days(5),
        exact_window=timedelta(minutes=90),
        link_for=_days(3),
        when_worse=WhenWorse.REOPEN,
        malicious_by_name=True,
        four_eyes=True,
        needed=2,
        break_glass=True,
    )
    assert rule == ApprovalRule(terms, "shop/*", "my-pkg*", Ecosystem.PYPI)
    assert len(_rules("name: 'My_Pkg*'")) == len(Ecosystem)


def test_a_short_limit_shortens_the_proposal() -> None:
    """A rule that allows three days proposes three, not the default's seven."""
    (rule,) = _rules("most_days: 3")
    assert (rule.terms.default_period, rule.terms.longest_period) == (_days(3), _days(3))
    (rule,) = _rules("most_days: 300")
    assert (rule.terms.default_period, rule.terms.longest_period) == (_days(7), _days(300))


def test_the_sample_does_what_its_comments_say() -> None:
    """The documented file is a working one."""
    policy = read_policy((_DOCS / "policy.sample.yaml").read_text("utf-8"), default=Mode.AUDIT)
    name = PackageName.of(Ecosystem.NPM, "left-pad")
    assert policy.terms("sandbox/any", name) == ApprovalTerms(_days(30), _days(180))
    assert policy.terms("Shop/Other", name) == DEFAULT_TERMS
    production = policy.terms("Shop/Payments", name)
    assert (production.default_period, production.needed, production.four_eyes) == (_days(3), 2, True)
    assert (production.break_glass, production.when_worse) == (True, WhenWorse.REOPEN)


def test_the_page_explains_each_key_with_its_range_and_default() -> None:
    """The table in docs/policy-file.md says what the reader does."""
    page = (_DOCS / "policy-file.md").read_text("utf-8")
    section = page.partition("## Who may allow versions from outside")[2].partition("\n## ")[0]
    rows = {row[1]: row[0] for row in re.finditer(r"^\| `(\w+)` \|.*\|$", section, re.MULTILINE)}
    assert list(rows) == list(ApprovalRow.model_fields)
    ranges = {
        "default_days": (MOST_DAYS, DEFAULT_TERMS.default_period.days),
        "most_days": (MOST_DAYS, DEFAULT_TERMS.longest_period.days),
        "exact_version_minutes": (MOST_MINUTES, DEFAULT_TERMS.exact_window // timedelta(minutes=1)),
        "link_days": (MOST_LINK_DAYS, DEFAULT_TERMS.link_for.days),
        "needed": (MOST_OWNERS, DEFAULT_TERMS.needed),
    }
    for key, (most, default) in ranges.items():
        assert f" 1 to {most}" in rows[key]
        assert re.search(rf"\| {default}\b[^|]*\|$", rows[key])
    assert f"at most {MOST_RULES}\nrules" in section
    for word in ("four_eyes", "break_glass"):
        assert rows[word].endswith("| `false` |")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("default_days: 0", "approvals[1].default_days: must be a whole number from 1 to 365"),
        ("default_days: 366, most_days: 365", "approvals[1].default_days: must be a whole number from 1 to 365"),
        ("most_days: 366", "approvals[1].most_days: must be a whole number from 1 to 365"),
        ("exact_version_minutes: 181", "approvals[1].exact_version_minutes: must be a whole number from 1 to 180"),
        ("link_days: 31", "approvals[1].link_days: must be a whole number from 1 to 30"),
        ("needed: 6", "approvals[1].needed: must be a whole number from 1 to 5"),
        ("needed: 0", "approvals[1].needed: must be a whole number from 1 to 5"),
        ("needed: true", "approvals[1].needed: must be a whole number from 1 to 5"),
        ("needed: '2'", "approvals[1].needed: must be a whole number from 1 to 5"),
        ("most_days: 1.5", "approvals[1].most_days: must be a whole number from 1 to 365"),
        ("most_days: -1", "approvals[1].most_days: must be a whole number from 1 to 365"),
        ("most_days:", "approvals[1].most_days: must be a whole number from 1 to 365"),
        ("default_days: 8, most_days: 7", "approvals[1]: default_days is 8, and most_days allows 7"),
        ("default_days: 31", "approvals[1]: default_days is 31, and most_days allows 30"),
        ("four_eyes: 'yes'", "approvals[1].four_eyes: must be true or false"),
        ("break_glass: 1", "approvals[1].break_glass: must be true or false"),
        (
            "when_worse: reopn",
            "is no answer to a change for the worse: did you mean reopen? use one of revoke, reopen",
        ),
        (
            "known_malicious: retype",
            "is no answer to known malware: did you mean retype-name? use one of refuse, retype-name",
        ),
        ("known_malicious: true", "use one of refuse, retype-name"),
        ("name: 'a b'", "approvals[1]: the name holds a blank, and no package name does"),
        ("feed: a/b/c", "approvals[1].feed: the feed is written project/feed, or feed alone"),
        ("ecosystem: nmp", "approvals[1].ecosystem: is no ecosystem: did you mean npm?"),
        (
            "foureyes: true",
            "approvals[1].foureyes: is no key of a policy file: did you mean four_eyes? use one of feed",
        ),
    ],
)
def test_each_problem_is_told_with_its_line(row: str, problem: str) -> None:
    """In words that say what to write instead."""
    (told,) = _problems(row)
    assert told.startswith("line 3: ")
    assert problem in told


_ANY: Final = st.none() | st.booleans() | st.floats() | st.text(max_size=20) | st.integers() | st.just([1])


@given(st.sampled_from([*ApprovalRow.model_fields]), _ANY)
def test_whatever_stands_in_a_key_is_read_or_told(key: str, value: object) -> None:
    """Terms inside their ranges, or our error: nothing loosens by mistake."""
    text = f"version: 1\napprovals: [{{{key}: {value!r}}}]"
    try:
        rules = read_policy(text, default=Mode.AUDIT).approvals
    except ConfigurationError:
        return
    for rule in rules:
        assert _days(1) <= rule.terms.default_period <= rule.terms.longest_period <= _days(MOST_DAYS)
        assert timedelta(minutes=1) <= rule.terms.exact_window <= timedelta(minutes=MOST_MINUTES)
        assert _days(1) <= rule.terms.link_for <= _days(MOST_LINK_DAYS)
        assert 1 <= rule.terms.needed <= MOST_OWNERS


def test_the_edges_of_each_range_are_in_it() -> None:
    """The largest and the smallest."""
    (rule,) = _rules("default_days: 365, most_days: 365, exact_version_minutes: 180, link_days: 30, needed: 5")
    assert (rule.terms.default_period, rule.terms.link_for, rule.terms.needed) == (_days(365), _days(30), 5)
    (rule,) = _rules("default_days: 1, most_days: 1, exact_version_minutes: 1, link_days: 1, needed: 1")
    assert (rule.terms.longest_period, rule.terms.exact_window) == (_days(1), timedelta(minutes=1))


def test_the_list_has_a_limit() -> None:
    """As the other lists of rules."""
    rows = [f"name: n{number}" for number in range(MOST_RULES + 1)]
    assert _problems(*rows) == (f"line 2: approvals: holds more than {MOST_RULES} rules",)


@pytest.mark.parametrize(
    ("earlier", "later", "dead"),
    [
        ("", "feed: a", True),
        ("feed: a", "", False),
        ("feed: Shop/*, needed: 2", "feed: shop/payments", True),
        ("ecosystem: npm", "name: '@contoso/*', ecosystem: npm", True),
        ("ecosystem: npm", "name: contoso-x", False),
    ],
)
def test_a_rule_that_can_never_apply_is_a_problem(earlier: str, later: str, *, dead: bool) -> None:
    """Whatever its terms: one rule above it covers all that it covers."""
    if not dead:
        assert _rules(earlier, later)
        return
    assert _problems(earlier, later) == (
        "line 4: approvals[2]: can never apply, approvals[1] above it covers all that it covers",
    )


def test_dead_rules_of_all_sections_come_together() -> None:
    """All problems at once."""
    text = "version: 1\n" + "\n".join(
        f"{section}: [{{{first}}}, {{feed: a, {first}}}]"
        for section, first in (("rules", "mode: audit"), ("notices", "teams: true"), ("approvals", "needed: 1"))
    )
    with pytest.raises(ConfigurationError) as caught:
        read_policy(text, default=Mode.AUDIT)
    told = [problem.split(":")[1].strip() for problem in caught.value.problems]
    assert told == ["rules[2]", "notices[2]", "approvals[2]"]
