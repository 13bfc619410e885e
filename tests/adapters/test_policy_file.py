"""The policy file: read whole, or refused with everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared.adapters.policy_file import LARGEST_FILE, MOST_RULES, read_policy
from shared.adapters.policy_ours import MOST_ENTRIES
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed, FeedRef
from shared.domain.names import PackageName
from shared.domain.policy import Mode, Stance
from shared.domain.rules import GuardPolicy, Rule
from shared.errors import ConfigurationError, RefusedName

# Two cores may be busy with other tests: how long an example takes says nothing.
_PATIENT: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_DOCS: Final = Path(__file__).parents[2] / "docs"
_AUDIT, _ENFORCE, _PREEMPT = Stance(Mode.AUDIT), Stance(Mode.ENFORCE), Stance(Mode.ENFORCE, preempt=True)


_FILE_KEYS: Final = "version, mode, preempt, rules, ours, notices, approvals"
_RULE_KEYS: Final = "mode, preempt, feed, name, ecosystem"


def _read(text: str, default: Mode = Mode.AUDIT) -> GuardPolicy:
    return read_policy(text, default=default)


def _problems(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        _read(text)
    return caught.value.problems


def _rules(*rows: str) -> str:
    return "version: 1\nrules:\n" + "".join(f"  - {{{row}}}\n" for row in rows)


def _feed(title: str) -> Feed:
    project, _, name = title.rpartition("/")
    return Feed(FeedRef("acme", "p", "f"), name, project or None, enabled=True, upstream_enabled=True, upstreams=())


def _stance(policy: GuardPolicy, feed: str, ecosystem: Ecosystem, name: str) -> Stance:
    return policy.stance(_feed(feed), PackageName.of(ecosystem, name))


@pytest.mark.parametrize("default", Mode)
def test_the_smallest_file_leaves_the_default(default: Mode) -> None:
    """A version, and nothing else."""
    assert _read("version: 1", default) == GuardPolicy(Stance(default))


def test_the_files_own_mode_is_stronger_than_the_default() -> None:
    """And its preempt holds where no rule applies."""
    assert _read("version: 1\nmode: enforce\npreempt: true", Mode.AUDIT) == GuardPolicy(_PREEMPT)


def test_rules_keep_their_order_and_take_preempt_from_the_file() -> None:
    """A rule says its mode itself."""
    text = "version: 1\npreempt: true\nrules: [{mode: enforce, feed: a}, {mode: audit, preempt: false}]"
    assert _read(text).rules == (Rule(_PREEMPT, feed="a"), Rule(_AUDIT))


def test_the_sample_is_read_and_does_what_its_comments_say() -> None:
    """The documented file is a working one."""
    policy = _read((_DOCS / "policy.sample.yaml").read_text("utf-8"), Mode.ENFORCE)
    assert _stance(policy, "Elsewhere/Feed", Ecosystem.PYPI, "other") == _AUDIT
    assert _stance(policy, "sandbox/anything", Ecosystem.NPM, "@acme/core") == _AUDIT
    assert _stance(policy, "Shop/Payments", Ecosystem.NPM, "@acme/core") == _ENFORCE
    assert _stance(policy, "Shop/Other", Ecosystem.NPM, "@acme/core") == _PREEMPT
    assert _stance(policy, "Shop/Other", Ecosystem.PYPI, "acme.core") == _PREEMPT
    assert _stance(policy, "Shop/Other", Ecosystem.CARGO, "acme-core") == _PREEMPT
    assert _stance(policy, "Shop/Other", Ecosystem.NPM, "acme-core") == _AUDIT


def test_the_page_tells_every_key_and_every_limit() -> None:
    """The tables in docs/policy-file.md name what the reader knows."""
    page = (_DOCS / "policy-file.md").read_text("utf-8")
    sample = yaml.safe_load((_DOCS / "policy.sample.yaml").read_text("utf-8"))
    keys = set(sample) | {key for rule in sample["rules"] for key in rule} | set(sample["ours"])
    keys |= {key for section in ("notices", "approvals") for rule in sample[section] for key in rule}
    rules = {"version", "mode", "preempt", "rules", "feed", "name", "ecosystem"}
    notices = {"notices", "kinds", "to", "teams"}
    # Of the approvals' keys the sample has some; test_policy_approvals.py compares all of them with the page.
    approvals = {"approvals", "default_days", "most_days", "four_eyes", "needed", "break_glass", "when_worse"}
    assert keys == rules | notices | approvals | {"ours", "publishers", "repositories", "prefixes"}
    assert all(f"| `{key}` |" in page for key in keys)
    assert f"at most {MOST_RULES}" in page
    assert f"at most {MOST_ENTRIES} entries" in page
    assert f"more than {LARGEST_FILE:,} characters" in page


@pytest.mark.parametrize(
    ("pattern", "ecosystem", "meant"),
    [
        ("My_Pkg*", Ecosystem.PYPI, "my-pkg*"),
        ("my.-_pkg", Ecosystem.PYPI, "my-pkg"),
        ("*_Core", Ecosystem.PYPI, "*-core"),
        ("My_?[A-Z0-9]*", Ecosystem.PYPI, "my-?[a-z0-9]*"),
        ("[!A-C]*", Ecosystem.NUGET, "[!a-c]*"),
        ("Acme.*", Ecosystem.NUGET, "acme.*"),
        ("Acme-*", Ecosystem.CARGO, "acme_*"),
        ("[A]cme-*", Ecosystem.CARGO, "[a]cme_*"),
        ("@Acme/*", Ecosystem.NPM, "@Acme/*"),
        ("[A-C]*", Ecosystem.NPM, "[A-C]*"),
        ("com.Acme*:*", Ecosystem.MAVEN, "com.Acme*:*"),
    ],
)
def test_a_name_pattern_is_read_as_its_registry_reads_names(pattern: str, ecosystem: Ecosystem, meant: str) -> None:
    """Literal text and brackets become canonical, wildcards stay."""
    policy = _read(_rules(f"mode: enforce, name: '{pattern}', ecosystem: {ecosystem}"))
    assert policy.rules == (Rule(_ENFORCE, name=meant, ecosystem=ecosystem),)


def test_a_pattern_without_ecosystem_means_each_in_its_own_way() -> None:
    """One rule of the file becomes one for each ecosystem, where they read it differently."""
    policy = _read(_rules("mode: enforce, name: 'My_Pkg*'"))
    assert {rule.ecosystem: rule.name for rule in policy.rules} == {
        Ecosystem.NPM: "My_Pkg*",
        Ecosystem.PYPI: "my-pkg*",
        Ecosystem.NUGET: "my_pkg*",
        Ecosystem.MAVEN: "My_Pkg*",
        Ecosystem.CARGO: "my_pkg*",
    }
    assert _read(_rules("mode: enforce, name: 'acme*'")).rules == (Rule(_ENFORCE, name="acme*"),)


def test_a_plain_name_without_ecosystem_means_those_that_can_have_it() -> None:
    """A coordinate with a colon is Maven's alone."""
    (rule,) = _read(_rules("mode: enforce, name: 'com.acme:core'")).rules
    assert rule == Rule(_ENFORCE, name="com.acme:core", ecosystem=Ecosystem.MAVEN)


@_PATIENT
@given(
    spelling=st.from_regex(r"\A[A-Za-z][A-Za-z0-9._\-]{0,6}[a-z]\Z"),
    ecosystem=st.sampled_from(Ecosystem),
    named=st.booleans(),
)
@example(spelling="A._-b", ecosystem=Ecosystem.PYPI, named=False)
def test_a_rule_in_any_spelling_of_a_package_covers_it(spelling: str, ecosystem: Ecosystem, *, named: bool) -> None:
    """Written as a plain name, or as its beginning and a star, with the ecosystem or without."""
    try:
        name = PackageName.of(ecosystem, spelling)
    except RefusedName:
        return
    scope = f", ecosystem: {ecosystem}" if named else ""
    for pattern in (spelling, spelling[:-1] + "*", "*" + spelling[-1], spelling[:-1] + "[a-z]"):
        policy = _read(_rules(f"mode: enforce, name: '{pattern}'{scope}"))
        assert policy.stance(_feed("Shop/Payments"), name) == _ENFORCE


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ("line 1: the file: must be a mapping of keys to values",)),
        ("# only a comment", ("line 1: the file: must be a mapping of keys to values",)),
        ("- version: 1", ("line 1: the file: must be a mapping of keys to values",)),
        ("mode: audit", ("line 1: version: is missing",)),
        ("version: 2", ("line 1: version: must be 1, the only version there is",)),
        ("version: 0", ("line 1: version: must be 1, the only version there is",)),
        ("version: true", ("line 1: version: must be 1, the only version there is",)),
        ("version: '1'", ("line 1: version: must be 1, the only version there is",)),
        ("version: 1\nmode: enforc", ("line 2: mode: is no mode: did you mean enforce? use one of audit, enforce",)),
        ("version: 1\nmode: off", ("line 2: mode: is no mode: use one of audit, enforce",)),
        ("version: 1\npreempt: 1", ("line 2: preempt: must be true or false",)),
        ("version: 1\nrules: {}", ("line 2: rules: must be a list",)),
        ("version: 1\nrules:", ("line 2: rules: must be a list",)),
        (_rules("feed: a"), ("line 3: rules[1].mode: is missing",)),
        (_rules("mode: audit, name: 1.0"), ("line 3: rules[1].name: must be a text: put it in quotes",)),
        (_rules("mode: audit, name: 2024-01-01"), ("line 3: rules[1].name: must be a text: put it in quotes",)),
        (
            _rules("mode: audit, ecosystem: nugget"),
            (f"line 3: rules[1].ecosystem: is no ecosystem: did you mean nuget? use one of {', '.join(Ecosystem)}",),
        ),
        (
            _rules("mode: audit, feeds: a"),
            (f"line 3: rules[1].feeds: is no key of a policy file: did you mean feed? use one of {_RULE_KEYS}",),
        ),
        (
            "version: 1\nrule: []",
            (f"line 2: rule: is no key of a policy file: did you mean rules? use one of {_FILE_KEYS}",),
        ),
        ("version: 1\nversion: 1", ("line 2: the key 'version' stands twice in one place",)),
        (_rules("mode: audit, feed: a, feed: b"), ("line 3: the key 'feed' stands twice in one place",)),
        ("version: 1\n? [a]\n: b", ("line 2: a key must be a plain word",)),
        (
            "version: 1\nmode: 2024-13-45",
            ("line 2: this value cannot be read: put it in quotes",),
        ),
        ("version: 1\nmode: audit\n---\nversion: 1", ("line 3: but found another document",)),
        ("version: [", ("line 1: expected the node content, but found '<stream end>'",)),
        ("version: 1\x07", ("the file holds characters that YAML does not know",)),
        ("%YAML " + "9" * 5000 + ".1\n---\nversion: 1", ("the file is no YAML that can be read",)),
        ("version: 1\nrules: *all", ("line 2: an alias has no place in this file",)),
        ("version: 1\nrules: &all []", ("line 2: an anchor has no place in this file",)),
        ("version: &one 1", ("line 1: an anchor has no place in this file",)),
        ("version: !!int 1", ("line 1: a tag has no place in this file",)),
        ("version: 1\nrules: !!python/object/apply:os.system [x]", ("line 2: a tag has no place in this file",)),
        ("[" * 100_000, ("line 1: a value nested this deeply has no place in this file",)),
        (" " * (LARGEST_FILE + 1), ("the policy file is longer than 262144 characters",)),
    ],
)
def test_each_problem_is_told_with_its_line(text: str, problems: tuple[str, ...]) -> None:
    """In words that say what to write instead."""
    assert _problems(text) == problems


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("feed: a/b/c", "rules[1].feed: the feed is written project/feed"),
        ("feed: ''", "rules[1].feed: the feed must be 1 to 300 printable characters"),
        ("feed: '[x'", "rules[1].feed: brackets in the feed may hold"),
        ('feed: "a\\tb"', "rules[1].feed: the feed must be 1 to 300 printable characters"),
        ("name: ''", "rules[1]: the name must be 1 to 300 printable characters"),
        (f"name: {'x' * 301}", "rules[1]: the name must be 1 to 300 printable characters"),
        ("name: 'a b*'", "rules[1]: the name holds a blank"),
        ("name: '[]'", "rules[1]: brackets in the name may hold"),
        ("name: 'a[b'", "rules[1]: brackets in the name may hold"),
        ("name: 'ab]'", "rules[1]: brackets in the name may hold"),
        ("name: '[[a]'", "rules[1]: brackets in the name may hold"),
        ("name: '[_.]x'", "rules[1]: brackets in the name may hold"),
        ("name: '[A-z]x'", "rules[1]: brackets in the name may hold"),
        ("name: '[z-a]x'", "rules[1]: brackets in the name may hold"),
        ("name: '[!]'", "rules[1]: brackets in the name may hold"),
        ("name: ../x", "rules[1]: the name is no package name of any ecosystem"),
        ("name: a.b, ecosystem: cargo", "rules[1]: the name is no package name of cargo"),
        ("name: 'com.acme:core', ecosystem: npm", "rules[1]: the name is no package name of npm"),
    ],
)
def test_a_pattern_that_could_not_work_is_a_problem(row: str, problem: str) -> None:
    """A rule that silently covers nothing is the worst kind."""
    (found,) = _problems(_rules(f"mode: audit, {row}"))
    assert found.startswith(f"line 3: {problem}")


def test_all_problems_are_told_at_once() -> None:
    """In the order of the file's lines, duplicates first."""
    rules = "- mode: enforc\n- mode: audit\n  feed: a/b/c\n- mode: audit\n  name: '['\n  name: x\n"
    text = f"version: 2\nmoed: audit\nrules:\n{rules}"
    assert [problem.partition(": ")[0] for problem in _problems(text)] == [
        "line 9",
        "line 1",
        "line 2",
        "line 4",
        "line 6",
        "line 7",
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("", "name: a"),
        ("", ""),
        ("feed: '*'", "feed: 'Shop/*'"),
        ("feed: 'Shop/*'", "feed: 'SHOP/payments'"),
        ("feed: 'shop/*'", "feed: 'Shop/pay*'"),
        ("name: 'acme*'", "name: 'acme-core*'"),
        ("name: 'acme*'", "name: Acme_Core, ecosystem: pypi"),
        ("name: 'acme*'", "name: 'acme?x'"),
        ("name: 'acme?'", "name: acmex"),
        ("name: '[ab]*'", "name: acme"),
        ("name: '[ab]*'", "name: '[ab]*', ecosystem: npm"),
        ("name: 'My_Pkg'", "name: my.pkg, ecosystem: pypi"),
        ("name: 'My_*'", "name: 'My_*', feed: a"),
        ("ecosystem: npm", "ecosystem: npm, name: a"),
    ],
)
def test_a_rule_below_one_that_covers_all_of_it_is_a_problem(first: str, second: str) -> None:
    """It can never apply, and its author thinks it does."""
    rows = [f"mode: audit{', ' if row else ''}{row}" for row in (first, second)]
    assert _problems(_rules("mode: audit, feed: other", *rows)) == (
        "line 5: rules[3]: can never apply, rules[2] above it covers all that it covers",
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("name: a", ""),
        ("feed: 'Shop/*'", "feed: '*'"),
        ("feed: a", "name: a"),
        ("ecosystem: npm", "name: a"),
        ("ecosystem: npm", "ecosystem: pypi"),
        ("name: 'acme-*'", "name: 'acme*'"),
        ("name: 'acme?'", "name: 'acme*'"),
        ("name: 'a?me'", "name: 'a*me'"),
        ("name: 'a??'", "name: 'a[bc]'"),
        ("name: '[ab]c'", "name: '[abc]c'"),
        ("name: 'My_*'", "name: 'my_*'"),
        ("name: 'acme', ecosystem: npm", "name: acme"),
    ],
)
def test_a_rule_that_something_is_left_to_is_none(first: str, second: str) -> None:
    """Nor one where it cannot be told for certain."""
    assert _read(_rules(f"mode: audit, {first}", f"mode: audit{', ' if second else ''}{second}")).rules


_SMALL: Final = st.text(alphabet="ab*?", min_size=1, max_size=4)


@_PATIENT
@given(wide=_SMALL, narrow=_SMALL, name=st.text(alphabet="ab", min_size=1, max_size=5))
def test_a_rule_that_is_called_dead_is_dead(wide: str, narrow: str, name: str) -> None:
    """Whatever its pattern matches, the one above matches too."""
    text = _rules(f"mode: audit, ecosystem: npm, name: '{wide}'", f"mode: enforce, ecosystem: npm, name: '{narrow}'")
    try:
        read_policy(text, default=Mode.AUDIT)
    except ConfigurationError:
        package = PackageName.of(Ecosystem.NPM, name)
        upper, lower = (Rule(_AUDIT, name=pattern) for pattern in (wide, narrow))
        assert upper.covers(_feed("f"), package) or not lower.covers(_feed("f"), package)


@pytest.mark.no_cover  # the smaller tests are measured
def test_the_most_rules_there_may_be_are_read() -> None:
    """With patterns that are dear to compare, and within the time-out of a test; one more rule is a problem."""
    rows = [f"mode: audit, feed: '*{number:03}*a*', name: '*My_*{number:03}*'" for number in range(MOST_RULES)]
    assert len(_read(_rules(*rows)).rules) == 5 * MOST_RULES
    assert _problems(_rules(*rows, "mode: audit")) == ("line 2: rules: holds more than 500 rules",)


@_PATIENT
@given(text=st.text() | st.text(alphabet="version:1 \n-{}[]'\"&*!|>?%@`#,audmenforcerlsp"))
@example("version: 1\nrules:\n - mode: audit\n   name: !!binary x")
@example("a: !<tag:yaml.org,2002:python/name:os.system> x")
@example("\ud800")
@example("=")
@example("\U00018cd6:")
@example("<<: 1")
@example("version: 0b" + "1" * 20_000)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Only our error comes out, and each problem is a line that can be shown."""
    try:
        read_policy(text, default=Mode.AUDIT)
    except ConfigurationError as error:
        assert error.problems  # noqa: PT017  # both outcomes are right, the error's texts are checked
        assert all(problem.isprintable() for problem in error.problems)  # noqa: PT017  # the same
