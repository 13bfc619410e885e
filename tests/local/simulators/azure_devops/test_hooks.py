"""What becomes of a subscription by the answers of its target; all waits are on the simulator's clock.

Source: https://learn.microsoft.com/azure/devops/service-hooks/troubleshoot
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator

import pytest

from tests.local.simulators.azure_devops.hooked import PATH, SECRET, Hooked, hooked

_HOUR = 3600


@pytest.fixture
async def hooks() -> AsyncIterator[Hooked]:
    """Give a stage with a target and one subscription."""
    made = hooked()
    inputs = made.wish()["consumerInputs"] | {"httpHeaders": f"X-Feedwarden-Secret: {SECRET}\nX-Other:1"}
    await made.create(consumerInputs=inputs)
    yield made
    await made.aclose()


async def test_an_event_is_sent_as_the_service_sends_it(hooks: Hooked) -> None:
    """The documented envelope, with the headers and the password of the subscription."""
    (told,) = await hooks.occur(resource={"id": 7, "status": "completed"})
    (came,) = hooks.target.came
    body = json.loads(came.content)
    assert (body["subscriptionId"], body["eventType"], body["publisherId"]) == (told["id"], "build.complete", "tfs")
    assert body["resourceContainers"]["project"]["id"] == body["resource"]["project"]["id"] == hooks.payments
    assert (body["resource"]["id"], body["createdDate"][-1]) == (7, "Z")
    assert came.headers["x-feedwarden-secret"] == SECRET
    assert came.headers["x-other"] == "1"
    assert base64.b64decode(came.headers["authorization"].removeprefix("Basic ")) == f"hooks:{SECRET}".encode()
    assert told["sent"] == [{"notificationId": body["notificationId"], "event": body["id"], "answers": [202]}]


@pytest.mark.parametrize(
    ("inputs", "resource"),
    [
        ({}, {"project", "id"}),
        ({"resourceDetailsToSend": "minimal"}, {"id"}),
        ({"resourceDetailsToSend": "none"}, None),
    ],
)
async def test_less_is_sent_where_less_is_wanted(
    hooks: Hooked, inputs: dict[str, str], resource: set[str] | None
) -> None:
    """A receiver has to live with the least."""
    await hooks.create(consumerInputs=hooks.wish()["consumerInputs"] | {"messagesToSend": "none"} | inputs)
    await hooks.occur(resource={"id": 7})
    body = json.loads(hooks.target.came[-1].content)
    assert (body.get("resource") if resource is None else set(body["resource"])) == resource
    assert "message" not in body


async def test_an_event_reaches_only_who_wants_it(hooks: Hooked) -> None:
    """Another project's and another kind's events do not; one without a project is for all."""
    await hooks.occur("Zürich Office")
    await hooks.occur(event_type="git.push")
    assert hooks.target.came == []
    await hooks.create(publisherInputs={})
    assert len(await hooks.occur("Zürich Office")) == 1
    assert len(hooks.target.came) == 1
    answer = await hooks.stage.nobody.post(
        "http://azure.example.test/_control/event", json={"project": "Payments", "event_type": "package.published"}
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("status", [408, 502, 503, 504, 0])
async def test_what_may_pass_is_tried_again_and_leaves_no_mark(hooks: Hooked, status: int) -> None:
    """Meanwhile the subscription stays enabled, and other events are sent."""
    hooks.target.status = status
    await hooks.occur()
    await hooks.wait(2.9)
    assert len(hooks.target.came) == 2
    assert await hooks.statuses() == ["enabled"]
    hooks.target.status = 200
    await hooks.wait(0.2)
    assert len(hooks.target.came) == 3
    assert len({json.loads(came.content)["notificationId"] for came in hooks.target.came}) == 1
    await hooks.wait(_HOUR)
    assert len(hooks.target.came) == 3


async def test_what_does_not_pass_ends_on_probation(hooks: Hooked) -> None:
    """After eight retries within 183 seconds."""
    hooks.target.status = 503
    await hooks.occur()
    await hooks.wait(182)
    assert (len(hooks.target.came), await hooks.statuses()) == (8, ["enabled"])
    await hooks.wait(2)
    assert (len(hooks.target.came), await hooks.statuses()) == (9, ["onProbation"])


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429, 500])
async def test_any_other_failure_is_probation_and_events_are_lost(hooks: Hooked, status: int) -> None:
    """Until the one that failed gets through, 20 minutes later."""
    hooks.target.status = status
    await hooks.occur()
    assert await hooks.statuses() == ["onProbation"]
    hooks.target.status = 202
    (told,) = await hooks.occur()
    assert (told["lost"], len(hooks.target.came)) == (1, 1)
    await hooks.wait(20 * 60 + 1)
    assert (await hooks.statuses(), len(hooks.target.came)) == (["enabled"], 2)
    await hooks.occur()
    assert len(hooks.target.came) == 3


async def test_probation_loses_what_was_to_be_sent_again(hooks: Hooked) -> None:
    """Only the notification that failed for good is kept."""
    hooks.target.status = 503
    await hooks.occur()
    hooks.target.status = 401
    (told,) = await hooks.occur()
    assert (told["status"], told["lost"], len(told["waiting"])) == ("onProbation", 1, 1)


async def test_seven_failures_on_probation_disable(hooks: Hooked) -> None:
    """The waits double up to fifteen hours: a day and a half in all."""
    hooks.target.status = 401
    await hooks.occur()
    await hooks.wait(35.9 * _HOUR)
    assert (len(hooks.target.came), await hooks.statuses()) == (7, ["onProbation"])
    await hooks.wait(0.2 * _HOUR)
    assert (len(hooks.target.came), await hooks.statuses()) == (8, ["disabledBySystem"])
    await hooks.wait(100 * _HOUR)
    await hooks.occur()
    assert len(hooks.target.came) == 8


async def test_gone_disables_at_once_and_somebody_enables_again(hooks: Hooked) -> None:
    """410 is the one answer that is never tried again."""
    hooks.target.status = 410
    await hooks.occur()
    (row,) = (await hooks.stage.get(PATH, by="chief")).json()["value"]
    assert row["status"] == "disabledBySystem"
    hooks.target.status = 202
    await hooks.occur()
    assert len(hooks.target.came) == 1
    await hooks.stage.ask("PUT", f"{PATH}/{row['id']}", by="chief", json=row | {"status": "enabled"})
    await hooks.occur()
    assert (len(hooks.target.came), await hooks.statuses()) == (2, ["enabled"])


async def test_what_is_due_is_sent_when_somebody_asks(hooks: Hooked) -> None:
    """Where time passes by itself, nothing else moves it."""
    hooks.target.status = 401
    await hooks.occur()
    hooks.target.status = 202
    hooks.stage.advance(21 * 60)
    assert await hooks.statuses() == ["enabled"]


async def test_a_header_that_cannot_be_sent_is_no_answer(hooks: Hooked) -> None:
    """And not the simulator's end."""
    inputs = {"url": "https://guard.example.test/x", "httpHeaders": "X-Odd: \u20ac"}
    await hooks.create(consumerInputs=inputs)
    told = await hooks.occur()
    assert [one["sent"][0]["answers"] for one in told] == [[202], [0]]
