"""What people are told of a canary that is overdue, and what the documented rule mutes."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from shared.adapters.policy_file import read_policy
from shared.application import canary_outcome
from shared.domain.canary import Phase, Trial, version_of
from shared.domain.letter_rules import DEFAULT_ADDRESSING
from shared.domain.notices import NoticeKind
from shared.domain.policy import Mode
from tests.application.canary_scene import MINUTE, NAME, scene
from tests.application.house import House
from tests.fakes import START

PAGE = (Path(__file__).parent.parent.parent / "docs" / "operations.md").read_text(encoding="utf-8")


async def test_the_documented_rules_mute_the_days_and_not_the_alarm() -> None:
    """As the page has them: enforce in that feed, none of the case's letters, and the alarm to everybody as ever."""
    (text,) = re.findall(r"```yaml\n(version: 1\nrules:\n  - feed: guard/canary\n.+?)```", PAGE, re.DOTALL)
    policy = read_policy(text, default=Mode.AUDIT)
    made = await scene(House(policy=policy))
    made.ours = policy.ours
    assert policy.stance(made.feed, NAME).mode is Mode.ENFORCE
    await made.tick()
    await made.minutes(2)
    letters = list(made.house.register.waiting.values())
    assert {letter.kind for letter in letters} == {NoticeKind.COLLISION_BLOCKED, NoticeKind.PROTECTION_CONFIRMED}
    for letter in letters:
        addressing = policy.addressing(letter)
        assert (addressing.to, addressing.owners, addressing.teams) == ((), False, False)
    trial = Trial(START, START, version_of(START), made.feed.ref, NAME)
    assert policy.addressing(canary_outcome.overdue(trial, "stuck", START)) == DEFAULT_ADDRESSING


async def test_nothing_is_measured_before_there_is_news() -> None:
    """A case that has not moved since is not read event by event."""
    made = await scene()
    await made.tick()
    await made.minutes(2)
    later = Trial(START, START + timedelta(days=1), version_of(START), made.feed.ref, NAME)
    before = made.house.register.faults.count("events")
    assert await canary_outcome.look(made.house.register, later, seen=0) == canary_outcome.Look(0)
    assert made.house.register.faults.count("events") == before
    assert "the case is protected since 2025-03-01" in await canary_outcome.state(
        made.house.register, later, later.since
    )


async def test_the_chain_is_read_once_for_each_change() -> None:
    """A proof may take hours; meanwhile each tick reads the case, and its events only where it has a new one."""
    made = await scene()
    await made.tick()
    made.house.service.slow_to_settle = True
    await made.minutes(5)
    faults, case = made.house.register.faults, await made.house.register.case(made.feed.ref, NAME)
    assert case is not None
    before = faults.count("events")
    assert await made.minutes(60, watching=False) is Phase.RUNNING
    assert faults.count("events") == before
    made.house.service.world.settle()
    made.house.clock.advance(MINUTE * 60)
    await made.watch()
    assert await made.tick() is Phase.REST
    assert faults.count("events") == before + 1
