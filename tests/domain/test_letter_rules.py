"""Who is told of what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import whole_organization
from shared.domain.letter_rules import DEFAULT_ADDRESSING, Addressing, NoticeRule, Outlet, package_of
from shared.domain.names import PackageName
from shared.domain.notices import Notice, NoticeKind
from shared.domain.policy import Mode, Stance
from shared.domain.rules import GuardPolicy
from tests.domain.letters import FEED, notice

_TEAM = Addressing(("team@contoso.example",), owners=False)


@pytest.mark.parametrize(
    ("rule", "covered"),
    [
        (NoticeRule(_TEAM), True),
        (NoticeRule(_TEAM, feed="shop/*"), True),
        (NoticeRule(_TEAM, feed="Payments"), False),
        (NoticeRule(_TEAM, name="@contoso/*"), True),
        (NoticeRule(_TEAM, name="@other/*"), False),
        (NoticeRule(_TEAM, ecosystem=Ecosystem.NPM), True),
        (NoticeRule(_TEAM, ecosystem=Ecosystem.PYPI), False),
        (NoticeRule(_TEAM, kinds=frozenset({NoticeKind.COLLISION_BLOCKED})), True),
        (NoticeRule(_TEAM, kinds=frozenset({NoticeKind.SWITCH_CLOSED})), False),
        (NoticeRule(_TEAM, feed="shop/*", name="@contoso/billing", ecosystem=Ecosystem.NPM), True),
    ],
)
def test_a_rule_covers_what_all_its_parts_cover(rule: NoticeRule, *, covered: bool) -> None:
    """Feed, name, ecosystem, kind."""
    assert rule.covers(notice()) is covered


def _about_the_organization() -> Notice:
    row = notice(NoticeKind.ORGANIZATION_POLICY_OFF, ref=whole_organization("contoso"))
    return replace(row, subject="contoso/organization-policy-off", facts={"organization": "contoso"})


@pytest.mark.parametrize(
    ("rule", "covered"),
    [
        (NoticeRule(_TEAM), True),
        (NoticeRule(_TEAM, kinds=frozenset({NoticeKind.ORGANIZATION_POLICY_OFF})), True),
        (NoticeRule(_TEAM, feed="shop/*"), False),
        (NoticeRule(_TEAM, name="c*"), False),
        (NoticeRule(_TEAM, ecosystem=Ecosystem.NPM), False),
    ],
)
def test_what_is_about_no_feed_and_no_package_fits_only_rules_that_ask_for_none(
    rule: NoticeRule, *, covered: bool
) -> None:
    """A rule for one team's packages must not swallow what concerns all."""
    assert rule.covers(_about_the_organization()) is covered


def test_the_package_is_told_by_the_subject() -> None:
    """Of a case with its scope, of a look-alike by its public name; slashes of npm's scopes are no separators."""
    assert package_of(notice()) == PackageName.of(Ecosystem.NPM, "@contoso/billing")
    of_organization = FeedRef("contoso", None, "feed-1")
    assert package_of(notice(ref=of_organization)) == PackageName.of(Ecosystem.NPM, "@contoso/billing")
    look_alike = replace(notice(NoticeKind.LOOK_ALIKE_FOUND), subject="pypi:My_Pkg")
    assert package_of(look_alike) == PackageName.of(Ecosystem.PYPI, "my-pkg")
    assert package_of(_about_the_organization()) is None
    assert package_of(replace(notice(), subject="")) is None


def test_the_first_rule_speaks_and_without_one_owners_and_teams_are_told() -> None:
    """As everywhere in the policy."""
    nobody = Addressing((), owners=False, teams=False)
    policy = GuardPolicy(
        Stance(Mode.AUDIT), notices=(NoticeRule(_TEAM, name="@contoso/*"), NoticeRule(nobody, feed="shop/*"))
    )
    assert policy.addressing(notice()) is _TEAM
    assert policy.addressing(notice(name="other")) is nobody
    assert policy.addressing(notice(ref=FEED, name="other", facts={"feed": "Else"})) is DEFAULT_ADDRESSING


@pytest.mark.parametrize(
    ("addressing", "outlets"),
    [
        (Addressing(), (Outlet.MAIL, Outlet.TEAMS)),
        (_TEAM, (Outlet.MAIL, Outlet.TEAMS)),
        (Addressing((), owners=True, teams=False), (Outlet.MAIL,)),
        (Addressing((), owners=False, teams=True), (Outlet.TEAMS,)),
        (Addressing((), owners=False, teams=False), ()),
    ],
)
def test_which_ways_are_meant(addressing: Addressing, outlets: tuple[Outlet, ...]) -> None:
    """Mail only where somebody is to get one."""
    assert addressing.outlets == outlets
