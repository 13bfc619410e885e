"""What the step says reaches the product's own door as it was given, whatever it holds."""

from __future__ import annotations

import base64
import json
from typing import Final

import pytest

from tests.publish_step.app import KEY, SECRET
from tests.publish_step.conftest import PUBLISHED, Scene
from tests.publish_step.steps import PROGRAMS

_ODD: Final = (
    'say "hello"',
    "back\\slash\\",
    "$(touch x)",
    "`touch x`",
    "${HOME}",
    "it's; touch x #",
    "%s %n \\n \\u0041",
    "*",
    "näme 📦",
    "@scope/name",
    "-n",
)


async def test_publish_is_told(either: Scene) -> None:
    """One delivery, queued with every hint, and a log line that says so; the job goes on."""
    ended = await either.tell()
    assert (ended.code, either.app.answered) == (0, [202])
    (hint,) = either.app.hints
    assert (hint.hinted_project, hint.hinted_feed) == ("Payments", "core")
    assert (hint.hinted_ecosystem, hint.hinted_package) == ("npm", "@contoso/billing")
    assert json.loads(either.app.tries[0][1]) == {"type": "package.published", "data": PUBLISHED}
    assert ended.output.startswith("notice: Feedwarden: queued (@contoso/billing, publish-")
    assert either.agent.waits == []


@pytest.mark.parametrize("odd", _ODD)
async def test_odd_values_arrive_as_they_are(scene: Scene, odd: str) -> None:
    """Nothing in a value is run, expanded, or able to leave its text in the body."""
    ended = await scene.tell({"project": odd, "feed": odd})
    assert (ended.code, scene.app.answered) == (0, [202])
    (hint,) = scene.app.hints
    assert (hint.hinted_project, hint.hinted_feed) == (odd, odd)
    assert scene.agent.left_behind == []


@pytest.mark.parametrize("broken", ["two\nlines", "tab\there", "carriage\r"])
async def test_control_characters_are_refused_before_anything_is_sent(scene: Scene, broken: str) -> None:
    """No name holds one, so something else went wrong in the job; its log says where."""
    ended = await scene.tell({"package": broken})
    assert (ended.code, scene.app.tries) == (0, [])
    assert "The package holds a line break or another control character" in ended.output


async def test_values_that_no_name_is_as_long_as_are_refused(scene: Scene) -> None:
    """At once: to write a file's worth into the body would take this script minutes."""
    ended = await scene.tell({"package": "x" * 2001})
    assert (ended.code, scene.app.tries) == (0, [])
    assert "The package is longer than 2,000 bytes: nothing was sent." in ended.output
    await scene.tell({"feed": "x" * 2000, "version": '"' * 2000})
    assert len(scene.app.tries) == 1


async def test_what_is_missing_is_left_out(either: Scene) -> None:
    """Also where Azure Pipelines leaves the reference of a variable that is not set."""
    ended = await either.tell({"feed": "core", "version": "$(Release.Version)", "package": "$(Package)"})
    assert (ended.code, either.app.answered) == (0, [202])
    assert json.loads(either.app.tries[0][1])["data"] == {"feed": "core"}
    assert "(no package named, publish-" in ended.output


@pytest.mark.parametrize("ending", ["/", "//", "/api/hooks/generic", "/api/hooks/generic/"])
async def test_address_may_be_written_longer(scene: Scene, ending: str) -> None:
    """With a slash at its end, or with the whole path that docs/deliveries.md names."""
    await scene.tell({"address": scene.app.address + ending})
    assert scene.app.answered == [202]


@pytest.mark.parametrize(
    "key",
    [bytes(24), bytes(range(25)), b"\n\0\xff" * 10, b"\xff" * 64],
    ids=["zeros", "25 bytes", "line ends", "whole block"],
)
async def test_every_key_signs_as_the_door_verifies(scene: Scene, key: bytes) -> None:
    """Any bytes, of any length that the door takes."""
    scene.app.secret = base64.b64encode(key).decode()
    await scene.tell(secret=scene.app.secret)
    assert scene.app.answered == [202]


@pytest.mark.parametrize("written", ["whsec_{}", "{}=", " {}\n"])
async def test_secret_may_be_written_as_people_paste_it(scene: Scene, written: str) -> None:
    """With or without its prefix and its padding; spaces around it are no part of it."""
    await scene.tell(secret=written.format(SECRET.removeprefix("whsec_").rstrip("=")))
    assert scene.app.answered == [202]


async def test_no_program_and_no_log_sees_the_secret(scene: Scene) -> None:
    """Not in arguments, not in the environment, not in the output: also where variables of ours came in exported."""
    scene.agent.witness(*PROGRAMS)
    traced = dict.fromkeys(("secret", "key", "inner", "outer", "all", "mixed"), "from outside")
    scene.environment |= {**traced, "SHELLOPTS": "xtrace"}
    ended = await scene.tell()
    assert (ended.code, scene.app.answered) == (0, [202])
    witnessed = scene.agent.witnessed
    assert all(b"\n%b\0" % name.encode() in b"\n" + witnessed for name in ("curl", "openssl", "od", "date"))
    inner = "".join(f"\\0{byte ^ 0x36:03o}" for byte in KEY)
    for secret in (SECRET.removeprefix("whsec_"), KEY.decode(), KEY.hex(), inner):
        assert secret.encode() not in witnessed
        assert secret not in ended.output
