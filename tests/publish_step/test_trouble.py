"""Trouble: what may pass is tried again, what cannot is told, and the publish is not failed for it."""

from __future__ import annotations

import asyncio
import os
import re
import time
from dataclasses import replace
from typing import Final

import pytest

from tests.publish_step.app import CUT, HANGS, LOST, App, Fault
from tests.publish_step.conftest import PUBLISHED, Scene
from tests.publish_step.steps import Agent, Step

_BUSY: Final[Fault] = (503, "not taken in: send it again")
_ASSURED: Final = "The package is published, and the next sweep looks at it: nothing is lost but time."


async def test_what_may_pass_is_tried_again(scene: Scene) -> None:
    """Whatever the trouble, one after another; then it is taken in, and nothing was wrong."""
    troubles = [408, 429, 500, 502, 503, 504]
    scene.app.faults = [(status, "busy") for status in troubles]
    scene.environment["FEEDWARDEN_WAITS"] = "1 2 3 4 5 6"
    ended = await scene.tell()
    assert (ended.code, scene.app.answered) == (0, [*troubles, 202])
    assert scene.agent.waits == ["1", "2", "3", "4", "5", "6"]
    assert "warning" not in ended.output


async def test_each_try_has_the_same_id_and_is_signed_anew(scene: Scene) -> None:
    """The door refuses what is older than five minutes, and knows a repeat by its id."""
    scene.app.faults = [_BUSY, _BUSY]
    clock = scene.agent.folder / "clock"
    clock.write_text(str(int(time.time()) - 100), "utf-8")
    scene.agent.program("date", f'read -r now <"{clock}"; echo $((now + 50)) >"{clock}"; echo "$now"')
    await scene.tell()
    sent = [headers for headers, _ in scene.app.tries]
    assert scene.app.answered == [503, 503, 202]
    assert len({headers["webhook-id"] for headers in sent}) == 1
    assert len({headers["webhook-timestamp"] for headers in sent}) == 3
    assert len({headers["webhook-signature"] for headers in sent}) == 3
    assert len({body for _, body in scene.app.tries}) == 1


async def test_two_publishes_have_two_ids(scene: Scene) -> None:
    """The same version published to the same feed again is worth another look."""
    await scene.tell()
    await scene.tell()
    assert len({headers["webhook-id"] for headers, _ in scene.app.tries}) == 2


async def test_lost_answer_is_made_good(scene: Scene) -> None:
    """The app took the delivery in, the answer did not arrive: the second try is known as a repeat."""
    scene.app.faults = [LOST]
    ended = await scene.tell()
    assert (ended.code, scene.app.answered) == (0, [202])
    assert "repeated" in ended.output


@pytest.mark.parametrize("fault", [HANGS, CUT])
async def test_no_answer_is_tried_again(scene: Scene, fault: Fault) -> None:
    """A try has a limit, and a connection that is cut is no verdict."""
    scene.app.faults = [fault]
    scene.environment["FEEDWARDEN_TRY_SECONDS"] = "1" if fault == HANGS else "20"
    ended = await scene.tell()
    # A busy machine may need more than the second try.
    assert (ended.code, scene.app.answered, scene.agent.waits[0]) == (0, [202], "2")


@pytest.mark.parametrize("trouble", [HANGS, CUT, None], ids=["no answer", "cut", "no connection"])
async def test_last_trouble_is_told_in_one_clean_sentence(scene: Scene, trouble: Fault | None) -> None:
    """What curl says of it, without the status that there is none of."""
    scene.app.faults = [] if trouble is None else [trouble]
    # Nobody listens on the port "discard".
    values = PUBLISHED if trouble else {**PUBLISHED, "address": "http://127.0.0.1:9"}
    scene.environment |= {"FEEDWARDEN_WAITS": " ", "FEEDWARDEN_TRY_SECONDS": "0.2" if trouble == HANGS else "20"}
    ended = await scene.tell(values)
    assert re.search(r"tries: 1, last trouble: curl: \(\d+\) .*[a-z]\. The package is published", ended.output)
    assert "??" not in ended.output


async def test_file_of_the_machines_user_changes_nothing(scene: Scene) -> None:
    """A file in a home, which curl obeys by itself, could lead the delivery elsewhere, or keep a trace of it."""
    home = scene.agent.folder / "home"
    home.mkdir()
    lines = f'proxy = "http://127.0.0.1:9"\ntrace-ascii = "{scene.agent.folder / "work" / "trace"}"\n'
    for name in (".curlrc", "curlrc"):
        (home / name).write_text(lines, "utf-8")
    scene.environment |= dict.fromkeys(("HOME", "CURL_HOME", "XDG_CONFIG_HOME"), str(home))
    assert ((await scene.tell()).code, scene.app.answered) == (0, [202])
    assert scene.agent.left_behind == []


async def test_proxy_of_the_environment_gets_nothing_in_the_open(scene: Scene) -> None:
    """What is sent without TLS stays within the machine; what is sent with it may go through a proxy."""
    scene.environment |= dict.fromkeys(("http_proxy", "all_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    scene.environment["FEEDWARDEN_WAITS"] = " "
    assert ((await scene.tell()).code, scene.app.answered) == (0, [202])
    scene.agent.witness("curl")
    scene.environment["https_proxy"] = "http://127.0.0.1:9"
    ended = await scene.tell({**PUBLISHED, "address": "https://feedwarden.example.test"})
    assert "127.0.0.1" in ended.output
    assert b"--noproxy" not in scene.agent.witnessed


async def test_log_that_takes_no_line_changes_nothing(scene: Scene) -> None:
    """What was taken in is not sent again because nobody can be told so."""
    scene.step = replace(scene.step, text="exec >&-\n" + scene.step.text)
    assert (await scene.tell()).code == 0
    assert (scene.app.answered, scene.agent.waits) == ([202], [])


async def test_app_that_does_not_listen_yet(agent: Agent) -> None:
    """The first connection is refused; while the step pauses, the app comes up."""
    app = App()
    os.mkfifo(agent.gate)
    running = asyncio.create_task(Scene(agent, app).tell())
    try:
        # Opening waits until the step has come to its pause.
        gate = await asyncio.wait_for(asyncio.to_thread(agent.gate.open, "w"), 60)
        await app.start()
        gate.close()
        ended = await running
        assert (ended.code, app.answered) == (0, [202])
    finally:
        await app.stop()


async def test_it_ends_with_a_warning_by_default(either: Scene) -> None:
    """Six tries, the pauses together a minute; the job goes on, and its summary shows what happened."""
    either.app.faults = [_BUSY] * 6
    ended = await either.tell()
    assert (ended.code, len(either.app.answered)) == (0, 6)
    assert either.agent.waits == ["2", "4", "8", "16", "30"]
    text = f"Feedwarden: It could not be told of this publish; tries: 6, last trouble: it answered 503. {_ASSURED}\n"
    sign = "::warning::" if "GITHUB_ACTIONS" in either.step.environment else "##vso[task.logissue type=warning]"
    assert ended.output == sign + text


@pytest.mark.parametrize("word", ["true", "True"])
async def test_required_fails_the_job(either: Scene, word: str) -> None:
    """Who wants it so: as a boolean of Azure Pipelines or a word of GitHub."""
    either.app.faults = [(401, "no")]
    ended = await either.tell({**PUBLISHED, "required": word})
    assert ended.code == 1
    sign = "::error::" if "GITHUB_ACTIONS" in either.step.environment else "##vso[task.logissue type=error]"
    assert ended.output.startswith(sign)


async def test_required_is_true_or_false(scene: Scene) -> None:
    """Any other word is a mistake in the pipeline, which is best seen at once."""
    ended = await scene.tell({**PUBLISHED, "required": "perhaps"})
    assert (ended.code, scene.app.tries) == (1, [])
    assert "required says neither true nor false" in ended.output


async def test_pauses_and_limits_can_be_set(scene: Scene) -> None:
    """By who cannot wait so long."""
    scene.environment["FEEDWARDEN_WAITS"] = "0 1"
    scene.app.faults = [_BUSY] * 9
    ended = await scene.tell()
    assert scene.agent.waits == ["0", "1"]
    assert "tries: 3" in ended.output


@pytest.mark.parametrize("waits", ["x y", "1000", "61", "-1", "0.5", "1 2 x", "*", "0 " * 11])
async def test_odd_pauses_are_refused(scene: Scene, waits: str) -> None:
    """A mistyped one would be no pause at all, a long one would hold up the job."""
    scene.environment["FEEDWARDEN_WAITS"] = waits
    ended = await scene.tell()
    assert (ended.code, scene.app.tries, scene.agent.waits) == (0, [], [])
    assert "FEEDWARDEN_WAITS is no list of at most 10 pauses of 0 to 60 whole seconds" in ended.output


@pytest.mark.parametrize("limit", ["0", "0.0", "soon", "61", "1000", "-1", "1 2"])
async def test_odd_limits_are_refused(scene: Scene, limit: str) -> None:
    """Nought would be no limit to curl."""
    scene.environment["FEEDWARDEN_TRY_SECONDS"] = limit
    ended = await scene.tell()
    assert (ended.code, scene.app.tries) == (0, [])
    assert "FEEDWARDEN_TRY_SECONDS is no number of seconds above 0, up to 60" in ended.output


async def test_no_try_begins_after_the_time_is_over(scene: Scene) -> None:
    """The clock of the shell is set forward by the first pause; nothing is sent after it."""
    scene.step = _late(scene.step)
    scene.app.faults = [_BUSY] * 9
    ended = await scene.tell()
    assert (scene.app.answered, scene.agent.waits) == ([503], ["2"])
    assert "tries: 1" in ended.output


def _late(step: Step) -> Step:
    text = step.text.replace('sleep "$wait"', '{ sleep "$wait"; SECONDS=105; }')
    assert text != step.text
    return replace(step, text=text)
