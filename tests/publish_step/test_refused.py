"""What no pause would mend: told with what to do, not tried again, and no failure of the publish."""

from __future__ import annotations

import time
from typing import Final

import pytest

from tests.publish_step.conftest import PUBLISHED, Scene
from tests.publish_step.steps import PROGRAMS, STEPS

_ASSURED: Final = "The package is published, and the next sweep looks at it: nothing is lost but time."


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (400, "The delivery was refused: as it says."),
        (401, "Compare FEEDWARDEN_SECRET with HOOK_SECRETS, and this machine's clock."),
        (403, "is the address that of the app, without /api, and is it started?"),
        (404, "is the address that of the app, without /api, and is it started?"),
        (413, "refused as too large"),
        (302, "It answered 302 in place of 202"),
        (200, "It answered 200 in place of 202"),
    ],
)
async def test_refusal_is_told_and_not_tried_again(scene: Scene, status: int, advice: str) -> None:
    """Nothing that a pause would mend."""
    scene.app.faults = [(status, "as it says")]
    ended = await scene.tell()
    assert (ended.code, scene.app.answered, scene.agent.waits) == (0, [status], [])
    assert advice in ended.output
    assert _ASSURED in ended.output


async def test_refusals_of_the_door_are_told_in_its_words(scene: Scene) -> None:
    """What the door says of an ecosystem that cannot be, another's secret, and a clock that is wrong."""
    assert "ruby" in (await scene.tell({**PUBLISHED, "ecosystem": "ruby"})).output
    other = await scene.tell(secret="b3RoZXIga2V5LCAyNCBieXRlcyBsb25nIQ==")
    assert "no signature in webhook-signature was made with a key that this door knows" in other.output
    scene.agent.program("date", f"echo {int(time.time()) - 3600}")
    assert "a clock that is wrong" in (await scene.tell()).output
    assert scene.app.answered == [400, 401, 401]


@pytest.mark.parametrize(
    "secret",
    [None, "", "$(FEEDWARDEN_SECRET)", "whsec_", "whsec_short", "whsec_not*base64*at*all*but*long*enough", "a" * 89],
)
async def test_wrong_form_of_the_secret_is_told(scene: Scene, secret: str | None) -> None:
    """Before anything is sent, and without showing it; `None` leaves the template's own mapping as it stands."""
    ended = await scene.tell(secret=secret)
    assert (ended.code, scene.app.tries) == (0, [])
    missing = secret in (None, "", "$(FEEDWARDEN_SECRET)")
    assert ("No secret is given" if missing else "no base64 of 24 to 64 bytes") in ended.output
    if secret and not missing:
        assert secret not in ended.output.replace("with or without whsec_ before it", "")


@pytest.mark.parametrize(
    "address",
    ["", "$(address)", "feedwarden.example.test", "http://feedwarden.example.test", "https://a:b@example.test",
     "https://example.test/?x=1", "file:///etc/passwd", "https://example.test/$(id)", "-o x"],
)  # fmt: skip  # one list
async def test_wrong_form_of_the_address_is_told(scene: Scene, address: str) -> None:
    """Nothing is asked over an unencrypted line, and nothing that is no address of an app."""
    ended = await scene.tell({**PUBLISHED, "address": address})
    assert (ended.code, scene.app.tries, scene.agent.waits) == (0, [], [])
    assert "ddress is" in ended.output


@pytest.mark.parametrize("name", PROGRAMS)
async def test_missing_program_is_told(scene: Scene, name: str) -> None:
    """By its name."""
    (scene.agent.programs / name).unlink()
    ended = await scene.tell()
    assert (ended.code, scene.app.tries) == (0, [])
    assert f"{name} is not on this machine" in ended.output


@pytest.mark.parametrize("status", [202, 400])
async def test_answer_of_another_can_be_read(scene: Scene, status: int) -> None:
    """A gateway on the way may answer in JSON; nothing in that is a command."""
    scene.app.faults = [(status, '{"status":"it\'s queued"}\n')]
    assert """{"status":"it's queued"}""" in (await scene.tell()).output


@pytest.mark.parametrize("step", STEPS)
async def test_value_is_no_command_to_the_agent(scene: Scene, step: str) -> None:
    """The name of a package comes from files that others wrote."""
    scene.step = STEPS[step]
    evil = "x##vso[task.setvariable variable=PATH]y::add-mask::a%0A::stop-commands::b##[add-path]z"
    scene.app.faults = [(202, "queued")]
    output = (await scene.tell({**PUBLISHED, "package": evil})).output
    assert (output.count("\n"), output.startswith("notice: Feedwarden: ")) == (1, True)
    assert not {"%", "#", "[", "]"} & set(output)


@pytest.mark.parametrize("step", STEPS)
async def test_answer_is_no_command_to_the_agent(scene: Scene, step: str) -> None:
    """Whoever answers at that address cannot set variables of the job, or hide lines of its log."""
    scene.step = STEPS[step]
    evil = "x\n##vso[task.setvariable variable=PATH]y\n::add-mask::a\r::stop-commands::b\n##[add-path]z%0A%25"
    scene.app.faults = [(400, evil), (202, evil)]
    for _ in range(2):
        output = (await scene.tell()).output
        assert output.count("\n") == 1
        assert output.count("##") == output.count("##vso[task.logissue type=warning]")
        assert not {"%", "\r"} & set(output)
