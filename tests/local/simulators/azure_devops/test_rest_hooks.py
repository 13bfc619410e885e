"""Service-hook subscriptions over REST: who may, what may stand in one, what is never told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.local.simulators.azure_devops.hooked import PATH, SECRET, TARGET, Hooked, hooked


@pytest.fixture
async def hooks() -> AsyncIterator[Hooked]:
    """Give a stage with a target."""
    made = hooked()
    yield made
    await made.aclose()


async def test_an_administrator_makes_a_subscription_that_is_enabled(hooks: Hooked) -> None:
    """And everything secret in it stays with the service."""
    headers = f"X-Feedwarden-Secret:{SECRET}"
    inputs = hooks.wish()["consumerInputs"] | {"httpHeaders": headers}
    answer = await hooks.create(consumerInputs=inputs)
    made = answer.json()
    assert (answer.status_code, made["status"], made["publisherInputs"]) == (
        200,
        "enabled",
        {"projectId": hooks.payments},
    )
    assert made["consumerInputs"] == {
        "url": TARGET,
        "basicAuthUsername": "hooks",
        "basicAuthPassword": "********",
        "httpHeaders": "********",
    }
    listed = await hooks.stage.get(PATH, by="chief")
    assert (listed.json()["count"], listed.json()["value"][0]["id"]) == (1, made["id"])
    shown = await hooks.stage.nobody.get("http://azure.example.test/_control/state")
    assert SECRET not in listed.text + shown.text
    assert TARGET in shown.text


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"eventType": "package.published"}, 400),
        ({"publisherId": "rm"}, 400),
        ({"consumerId": "slack"}, 400),
        ({"consumerActionId": "enqueue"}, 400),
        ({"consumerInputs": {}}, 400),
        ({"consumerInputs": {"url": "http://guard.example.test/x"}}, 400),
        ({"consumerInputs": {"url": "http://[/x"}}, 400),
        ({"consumerInputs": {"url": 7}}, 400),
        ({"publisherInputs": []}, 200),  # nothing = every project
        ({"publisherInputs": {"projectId": "00000000-0000-4000-8000-00000000dead"}}, 404),
        ({"consumerInputs": {"url": "http://127.0.0.1:7071/api/hooks/azure-devops"}}, 200),
        ({"eventType": "ms.vss-pipelines.run-state-changed-event", "publisherId": "pipelines"}, 200),
    ],
)
async def test_what_may_stand_in_one(hooks: Hooked, changes: dict[str, Any], status: int) -> None:
    """An event that there is, a project that there is, an address that is https or on loopback."""
    answer = await hooks.create(**changes)
    assert answer.status_code == status, answer.text
    assert len(await hooks.statuses()) == (status == 200)


async def test_only_administrators_and_those_who_were_given_the_right_may(hooks: Hooked) -> None:
    """A project's administrators in their project; `view` sees and changes nothing; nobody else sees a row."""
    people = [
        {"name": "Paula", "pats": ["pat-paula"], "administers": ["Payments"]},
        {"name": "Zoe", "pats": ["pat-zoe"], "administers": ["Zürich Office"]},
        {"name": "Vera", "pats": ["pat-vera"], "subscriptions": "view"},
        {"name": "Edda", "pats": ["pat-edda"], "subscriptions": "edit"},
        {"name": "Scoped", "pats": {"pat-scoped": ["vso.packaging"]}, "subscriptions": "edit"},
    ]
    for person in people:
        await hooks.stage.control("identity", identity=person)
    made = {by: (await hooks.create(by=by)).status_code for by in ("paula", "zoe", "vera", "edda", "owner", "scoped")}
    assert made == {"paula": 200, "zoe": 403, "vera": 403, "edda": 200, "owner": 403, "scoped": 401}
    seen = {by: len(await hooks.statuses(by=by)) for by in ("chief", "paula", "zoe", "vera", "owner")}
    assert seen == {"chief": 2, "paula": 2, "zoe": 0, "vera": 2, "owner": 0}
    refusal = (await hooks.create(by="vera")).json()
    assert (refusal["typeKey"], "Edit subscriptions" in refusal["message"]) == ("AccessCheckException", True)
    assert (await hooks.create(by="paula", publisherInputs={})).status_code == 403


async def test_what_nobody_sees_is_an_empty_list_or_a_refusal(hooks: Hooked) -> None:
    """Which of the two reality chooses is not known; who sees something is never refused."""
    await hooks.create()
    assert (await hooks.stage.get(PATH)).json() == {"count": 0, "value": []}
    await hooks.stage.control("settings", unseen_subscriptions_status=403)
    refused = await hooks.stage.get(PATH)
    assert (refused.status_code, "View subscriptions" in refused.json()["message"]) == (403, True)
    assert await hooks.statuses() == ["enabled"]


async def test_the_list_is_filtered(hooks: Hooked) -> None:
    """By each of the documented parameters, in any letter case."""
    await hooks.create()
    await hooks.create(eventType="git.push")

    async def count(query: str) -> int:
        return len((await hooks.stage.get(f"{PATH}?{query}", by="chief")).json()["value"])

    assert await count("eventType=git.push&publisherId=TFS") == 1
    assert await count("consumerId=webhooks&consumerActionId=httpRequest") == 2
    assert await count("consumerId=azureStorageQueue") == 0
    assert await count("publisherId=rm") == 0


async def test_a_replacement_keeps_a_secret_that_is_sent_back_masked(hooks: Hooked) -> None:
    """And enables or disables."""
    made = (await hooks.create()).json()
    one = f"{PATH}/{made['id'].upper()}"
    assert (await hooks.stage.ask("PUT", one, by="owner", json=made)).status_code == 404
    changed = made | {"status": "disabledByUser", "eventType": "git.push"}
    answer = (await hooks.stage.ask("PUT", one, by="chief", json=changed)).json()
    assert (answer["status"], answer["eventType"]) == ("disabledByUser", "git.push")
    await hooks.stage.ask("PUT", one, by="chief", json=changed | {"status": "enabled"})
    assert (await hooks.stage.get(one, by="chief")).json()["status"] == "enabled"
    await hooks.occur(event_type="git.push")
    (came,) = hooks.target.came
    assert came.headers["authorization"].startswith("Basic ")
    assert hooks.stage.world.organizations[0].subscriptions[0].consumer_inputs["basicAuthPassword"] == SECRET


async def test_a_deleted_one_is_gone(hooks: Hooked) -> None:
    """Whatever of it was waiting is never sent."""
    made = (await hooks.create()).json()
    hooks.target.status = 503
    await hooks.occur()
    assert (await hooks.stage.ask("DELETE", f"{PATH}/{made['id']}", by="chief")).status_code == 204
    await hooks.wait(200)
    assert (await hooks.stage.get(f"{PATH}/{made['id']}", by="chief")).status_code == 404
    assert len(hooks.target.came) == 1
