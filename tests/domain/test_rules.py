"""The guard policy: the first rule that covers a package speaks."""

from __future__ import annotations

import pytest

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed, FeedRef
from shared.domain.names import PackageName
from shared.domain.policy import Mode, Stance
from shared.domain.rules import AUDIT_EVERYTHING, GuardPolicy, Rule

_AUDIT, _ENFORCE, _PREEMPT = Stance(Mode.AUDIT), Stance(Mode.ENFORCE), Stance(Mode.ENFORCE, preempt=True)


def _feed(name: str = "Payments", project: str | None = "Shop") -> Feed:
    return Feed(FeedRef("acme", "p", "f"), name, project, enabled=True, upstream_enabled=True, upstreams=())


def _name(spelling: str = "My_Pkg", ecosystem: Ecosystem = Ecosystem.PYPI) -> PackageName:
    return PackageName.of(ecosystem, spelling)


@pytest.mark.parametrize(
    ("rule", "covered"),
    [
        (Rule(_ENFORCE), True),
        (Rule(_ENFORCE, feed="Shop/Payments"), True),
        (Rule(_ENFORCE, feed="shop/PAYMENTS"), True),
        (Rule(_ENFORCE, feed="SHOP/*"), True),
        (Rule(_ENFORCE, feed="shop/[A-P]*"), True),
        (Rule(_ENFORCE, feed="Payments"), False),
        (Rule(_ENFORCE, feed="*/Payment"), False),
        (Rule(_ENFORCE, name="my-pkg"), True),
        (Rule(_ENFORCE, name="my-*"), True),
        (Rule(_ENFORCE, name="my?pkg"), True),
        (Rule(_ENFORCE, name="My_Pkg"), False),
        (Rule(_ENFORCE, name="MY-*"), False),
        (Rule(_ENFORCE, name="my-pk"), False),
        (Rule(_ENFORCE, ecosystem=Ecosystem.PYPI), True),
        (Rule(_ENFORCE, ecosystem=Ecosystem.NPM), False),
        (Rule(_ENFORCE, feed="shop/*", name="my-*", ecosystem=Ecosystem.PYPI), True),
        (Rule(_ENFORCE, feed="shop/*", name="my-*", ecosystem=Ecosystem.NUGET), False),
    ],
)
def test_a_rule_covers_what_all_its_parts_cover(rule: Rule, *, covered: bool) -> None:
    """Feeds match in any letter case, names by their canonical form, ecosystems exactly."""
    assert rule.covers(_feed(), _name()) is covered


def test_a_feed_of_the_organization_is_matched_by_its_name() -> None:
    """It has no project in its title."""
    assert Rule(_ENFORCE, feed="payments").covers(_feed(project=None), _name())
    assert not Rule(_ENFORCE, feed="shop/*").covers(_feed(project=None), _name())


def test_letter_case_tells_npm_names_apart() -> None:
    """Their canonical form keeps it."""
    rule = Rule(_ENFORCE, name="Core")
    assert rule.covers(_feed(), _name("Core", Ecosystem.NPM))
    assert not rule.covers(_feed(), _name("core", Ecosystem.NPM))


def test_the_first_rule_that_covers_speaks() -> None:
    """Order is meaning; where none covers, the default holds."""
    policy = GuardPolicy(
        _AUDIT, (Rule(_PREEMPT, name="my-pkg"), Rule(_ENFORCE, name="my-*"), Rule(_AUDIT, name="my-pkg"))
    )
    assert policy.stance(_feed(), _name("My_Pkg")) is _PREEMPT
    assert policy.stance(_feed(), _name("my.other")) is _ENFORCE
    assert policy.stance(_feed(), _name("else")) is _AUDIT


def test_without_a_policy_nothing_is_touched() -> None:
    """The stance of an installation that nobody configured is to report."""
    assert AUDIT_EVERYTHING.stance(_feed(), _name()) == Stance(Mode.AUDIT, preempt=False)
