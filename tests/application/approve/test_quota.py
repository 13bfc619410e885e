"""The quota of asks: so many a person in so long, and no more memory than for so many people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.application.approve import quota as module
from shared.application.approve.ask import Asker
from shared.application.approve.quota import MOST_ASKS, WITHIN, AskQuota
from shared.domain.approvals import Actor
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.policy import Protection
from shared.errors import DecisionRefused, TooManyAsks, UnknownFeed
from tests.application.approve.desk import Desk
from tests.application.approve.stand_ins import ANN, actor
from tests.fakes import START

_MINUTE = timedelta(minutes=1)


def used_up(who: Actor = ANN) -> AskQuota:
    """Return a quota of which one person has taken all, one ask a second."""
    quota = AskQuota()
    for number in range(MOST_ASKS):
        quota.take(who, START + timedelta(seconds=number))
    return quota


def test_a_person_asks_so_often_and_no_more() -> None:
    """In whatever letter case; the refusal says how long to wait."""
    quota = used_up()
    again = replace(ANN, object_id=ANN.object_id.upper(), name="Somebody else")
    with pytest.raises(TooManyAsks, match="in 9 minutes") as refused:
        quota.take(again, START + _MINUTE)
    assert refused.value.retry_after == WITHIN - _MINUTE
    quota.take(actor("ben"), START + _MINUTE)
    quota.take(replace(ANN, tenant="tenant-2"), START + _MINUTE)


def test_what_was_refused_lengthens_nothing() -> None:
    """One more is possible as soon as the first is old enough, and then one more again."""
    quota = used_up()
    for number in range(3):
        with pytest.raises(TooManyAsks):
            quota.take(ANN, START + _MINUTE * number + _MINUTE)
    quota.take(ANN, START + WITHIN)
    with pytest.raises(TooManyAsks, match="in a minute"):
        quota.take(ANN, START + WITHIN)


def test_what_is_given_back_may_be_taken_again() -> None:
    """Once; of somebody who took nothing, nothing is given back."""
    quota = used_up()
    quota.give_back(ANN)
    quota.give_back(actor("ben"))
    quota.take(ANN, START)
    with pytest.raises(TooManyAsks):
        quota.take(ANN, START)


def test_no_more_people_are_kept_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has not asked for longest is forgotten first."""
    monkeypatch.setattr(module, "_MOST_PEOPLE", 2)
    quota = used_up()
    quota.take(actor("ben"), START)
    with pytest.raises(TooManyAsks):
        quota.take(ANN, START)
    quota.take(actor("cleo"), START)
    with pytest.raises(TooManyAsks):
        quota.take(ANN, START)
    quota.take(actor("dora"), START)
    quota.take(actor("emil"), START)
    quota.take(ANN, START)


async def ask(asker: Asker, name: str = "acme-billing", feed: str = "Payments/core") -> None:
    """Ask for external versions."""
    await asker.ask(feed, "npm", name, "please", ANN)


async def test_what_is_refused_is_counted() -> None:
    """Each may cost questions to feeds and registries: after so many, nothing is asked any more."""
    desk = Desk()
    desk.checker.verdict = Protection.NOT_AT_RISK
    asker = desk.asker
    for number in range(MOST_ASKS - 1):
        with pytest.raises(DecisionRefused, match="nothing is blocked"):
            await ask(asker, f"acme-{number}")
    with pytest.raises(UnknownFeed):
        await ask(asker, feed="Payments/other")
    with pytest.raises(TooManyAsks):
        await ask(asker)
    assert len(desk.checker.asked) == MOST_ASKS - 1
    desk.clock.advance(WITHIN)
    with pytest.raises(DecisionRefused, match="nothing is blocked"):
        await ask(asker)


async def test_asking_again_for_what_is_open_is_not_counted() -> None:
    """Nothing is checked for it, and nobody gets a letter; where it is not known yet, it is."""
    desk = Desk()
    await desk.collide()
    await desk.collide(PackageName.of(Ecosystem.NPM, "acme-other"))
    asker = desk.asker
    for _ in range(2 * MOST_ASKS):
        await ask(asker)
        desk.clock.advance(timedelta(seconds=1))
    await ask(asker, "acme-other")
    for _ in range(MOST_ASKS - 2):
        with pytest.raises(UnknownFeed):
            await ask(asker, feed="nowhere")
    with pytest.raises(TooManyAsks):
        await ask(asker)
