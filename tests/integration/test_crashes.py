"""The plug is pulled: the process dies by SIGKILL in the middle of an enforcement, and nothing is lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from local.demo.stage import Stage
from local.demo.waiting import until
from shared.domain.cases import Case, CaseEvent
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName

SOON = timedelta(seconds=90)


def verdict(case: Case) -> str:
    """Return what people see first."""
    return case.protection.value


@pytest.mark.stack
@pytest.mark.parametrize("point", ["before-patch", "after-patch", "after-record", "after-relay"])
def test_a_killed_process_loses_nothing(dying_stage: Stage, point: str) -> None:
    """After a restart the case ends protected, its events complete, and its notice is sent."""
    stage, stack = dying_stage, dying_stage.stack
    name = PackageName.of(Ecosystem.NPM, f"acme-crash-{point}")
    stage.publishes_quietly(name, "1.0.0")
    stage.opens_switch(name)
    stage.attacker_publishes(name, "99.0.0")
    died = stage.folder / "died"
    died.unlink()
    stack.kill_app()
    stack.start_app({"DIE_AT": point})
    assert stage.publish_job(name, "1.0.0") == 202
    assert until(died.exists, within=SOON), "the app did not come to the point where it dies"
    assert until(lambda: not stack.app_is_running(), within=SOON)
    stack.start_app({"DIE_AT": point})
    assert stage.becomes(name, verdict, "protected", within=SOON) == "protected"
    assert stage.switch(name) == "auto"
    assert stage.story(name) == [
        CaseEvent.ENFORCEMENT_INTENDED,
        CaseEvent.ENFORCEMENT_SENT,
        CaseEvent.FOUND_PROTECTED,
    ]
    assert stage.chain(name) == "sound"
    told = rf"collision-blocked: (request: \w+; )?feed: Payments/core; .*package: {re.escape(str(name))}"
    assert until(lambda: re.search(told, stack.app_log()) is not None, within=SOON)
