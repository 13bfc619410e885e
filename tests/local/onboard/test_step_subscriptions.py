"""Service-hook subscriptions: what is missing is made once, what is there is left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.onboard.town import APP, SECRET, Town

_STEPS = ("organization", "feeds", "subscriptions")
_CREATE = "--create-subscriptions"


async def _run(town: Town, *words: str) -> list[tuple[str, str]]:
    told = await town.run(*words, steps=_STEPS)
    return [(one["state"], one["seen"]) for one in told.of("subscriptions")]


def _there(town: Town) -> list[Any]:
    return town.world.organizations[0].subscriptions


@pytest.fixture
async def allowed(town: Town) -> Town:
    """Let the guard see and create service hooks, and see the feed."""
    await town.guard(subscriptions="edit", artifacts_administrator=True)
    return town


async def test_a_dry_run_says_what_would_be_created_and_writes_nothing(allowed: Town) -> None:
    """The world is the same afterwards."""
    before = await allowed.state()
    ((state, seen),) = await _run(allowed, _CREATE, "--dry-run")
    assert state == "not known"
    assert seen.startswith(
        f"Payments: build.complete to {APP}/api/hooks/azure-devops would be created; none is visible"
    )
    assert await allowed.state() == before
    assert allowed.writes() == []


async def test_what_is_missing_is_created_once(allowed: Town) -> None:
    """With the secret, our address, and no more of the event than its ids; the second run changes nothing."""
    ((state, _),) = await _run(allowed, _CREATE)
    assert state == "ok"
    (made,) = _there(allowed)
    assert made.event_type == "build.complete"
    assert made.consumer_inputs == {
        "url": f"{APP}/api/hooks/azure-devops",
        "basicAuthUsername": "feedwarden",
        "basicAuthPassword": SECRET,
        "resourceDetailsToSend": "minimal",
        "messagesToSend": "none",
        "detailedMessagesToSend": "none",
    }
    ((state, seen),) = await _run(allowed, _CREATE)
    assert (state, "comes here" in seen) == ("ok", True)
    assert _there(allowed) == [made]
    assert len(allowed.writes()) == 1


async def test_projects_and_events_that_are_named_are_each_created(allowed: Town) -> None:
    """An event that is there does for a project unless another is named."""
    event = "ms.vss-pipelines.run-state-changed-event"
    told = await _run(allowed, _CREATE, "--project", "Payments", "--project", "Empty", "--event", event)
    assert [state for state, _ in told] == ["ok", "ok"]
    assert {one.publisher_id for one in _there(allowed)} == {"pipelines"}
    assert [state for state, _ in await _run(allowed)] == ["ok"]
    assert [state for state, _ in await _run(allowed, "--event", "build.complete")] == ["missing"]


async def test_a_project_that_is_not_there_is_told_and_the_others_are_done(allowed: Town) -> None:
    """One mistyped name does not hold up the rest."""
    told = await _run(allowed, _CREATE, "--project", "Nowhere", "--project", "Empty")
    assert [state for state, _ in told] == ["missing", "ok"]
    assert len(_there(allowed)) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("onProbation", "missing"),
        ("disabledBySystem", "missing"),
        ("disabledByUser", "missing"),
        ("disabledByInactiveIdentity", "missing"),
        ("somehow", "not known"),
    ],
)
async def test_one_that_does_not_work_is_told_and_not_duplicated(allowed: Town, status: str, state: str) -> None:
    """Somebody must look at why it stopped; a second one would stop as well."""
    await _run(allowed, _CREATE)
    _there(allowed)[0].status = status
    told = await _run(allowed, _CREATE)
    assert [got for got, _ in told] == [state]
    assert len(_there(allowed)) == 1


async def test_a_subscription_to_another_address_is_not_ours(allowed: Town) -> None:
    """Only where it leads counts."""
    await _run(allowed, _CREATE)
    allowed.environment["PUBLIC_BASE_URL"] = "https://other.acme.test"
    assert [state for state, _ in await _run(allowed)] == ["missing"]


@pytest.mark.parametrize(
    "url",
    [
        "https://feedwarden.acme.test:443/api/hooks/azure-devops",
        "https://FEEDWARDEN.acme.test/api/hooks/azure-devops/?x=1",
    ],
)
async def test_an_address_of_ours_that_is_written_otherwise_is_ours(allowed: Town, url: str) -> None:
    """The sweep counts it too: a second one would call us twice."""
    await _run(allowed, _CREATE)
    _there(allowed)[0].consumer_inputs["url"] = url
    assert [state for state, _ in await _run(allowed, _CREATE)] == ["ok"]
    assert len(_there(allowed)) == 1


async def test_an_empty_list_proves_nothing(town: Town, allowed: Town) -> None:
    """Who lacks the right sees none; one that is seen in a project, whoever it calls, proves the right there."""
    ((state, seen),) = await _run(town)
    assert state == "not known"
    assert "none is visible to this identity: there may be some that it has no right to see" in seen
    await _run(allowed, _CREATE)
    _there(allowed)[0].consumer_inputs["url"] = "https://other.acme.test/"
    told = await _run(allowed, "--project", "Payments", "--project", "Empty")
    assert [state for state, _ in told] == ["missing", "not known"]


async def test_a_list_with_rows_that_cannot_be_read_proves_nothing(allowed: Town) -> None:
    """Each of them may be the one that is looked for."""
    projects = allowed.world.organizations[0].projects
    row = {"id": "a", "publisherInputs": {"projectId": projects[0].id}, "consumerInputs": {"url": "https://x.test"}}
    for rows, state in (([row], "missing"), ([row, {}], "not known")):
        body = json.dumps({"count": len(rows), "value": rows})
        await allowed.control("faults", status=200, body=body, method="GET", path="*/hooks/subscriptions*", times=1)
        assert [got for got, _ in await _run(allowed)] == [state]


async def test_a_duplicate_that_is_possible_is_told(allowed: Town) -> None:
    """Who asks for it gets it, and is told where there may be one that nobody saw."""
    told = await allowed.run(_CREATE, steps=_STEPS)
    assert "there may be another" in told.only("subscriptions")["seen"]
    assert told.only("subscriptions")["todo"]
    event = "ms.vss-pipelines.run-state-changed-event"
    again = (await allowed.run(_CREATE, "--event", event, steps=_STEPS)).only("subscriptions")
    assert (again["state"], "another" in again["seen"], again["todo"]) == ("ok", False, "")


async def test_one_of_the_whole_organization_is_for_every_project(allowed: Town) -> None:
    """Its project is empty."""
    await _run(allowed, _CREATE)
    _there(allowed)[0].publisher_inputs.clear()
    assert [state for state, _ in await _run(allowed, "--project", "Empty")] == ["ok"]


async def test_who_may_not_create_is_told_so(town: Town) -> None:
    """Nothing is made."""
    await town.guard(subscriptions="view", artifacts_administrator=True)
    ((state, seen),) = await _run(town, _CREATE)
    assert (state, "may not create it" in seen) == ("missing", True)
    assert _there(town) == []


async def test_an_uncertain_answer_is_not_known_and_never_sent_again(allowed: Town) -> None:
    """Whether it was made only the list tells."""
    await allowed.control("faults", status=503, method="POST", path="*/subscriptions*")
    ((state, seen),) = await _run(allowed, _CREATE)
    assert (state, "whether it was created" in seen) == ("not known", True)
    assert len(allowed.writes()) == 1


async def test_what_was_made_and_cannot_be_seen_is_told(allowed: Town) -> None:
    """Else each run would make another one."""
    rule = {"status": 200, "body": '{"count": 0, "value": []}', "method": "GET", "path": "*/hooks/subscriptions*"}
    await allowed.control("faults", **rule)
    told = await _run(allowed, _CREATE)
    assert [state for state, _ in told] == ["ok", "not known"]
    assert "not visible" in told[1][1]


@pytest.mark.parametrize(
    ("name", "value"), [("HOOK_SECRETS", "{}"), ("PUBLIC_BASE_URL", ""), ("PUBLIC_BASE_URL", "http://127.0.0.1:7071")]
)
async def test_without_secret_or_https_address_nothing_is_created(allowed: Town, name: str, value: str) -> None:
    """The secret would go nowhere, or in the open."""
    allowed.environment[name] = value
    assert [state for state, _ in await _run(allowed, _CREATE)] == ["missing"]
    assert allowed.writes() == []


async def test_what_the_app_knows_is_not_claimed(town: Town) -> None:
    """Its own settings are not seen from here."""
    town.environment["HOOK_SECRETS"] = "{}"
    ((state, seen),) = await _run(town, "--project", "Payments")
    assert (state, seen.startswith("with these settings, every delivery would be refused")) == ("missing", True)


async def test_no_hooks_at_all_is_a_choice(town: Town) -> None:
    """Without a secret and an option that asks for them: sweeps find everything, later."""
    town.environment |= {"HOOK_SECRETS": "{}", "PUBLIC_BASE_URL": ""}
    ((state, seen),) = await _run(town)
    assert (state, "HOOK_SECRETS has no secret for azure-devops" in seen) == ("skipped", True)
    for words in ([_CREATE], ["--project", "Payments"], ["--event", "build.complete"]):
        assert [state for state, _ in await _run(town, *words)] == ["missing"]


async def test_without_a_projects_feed_nobody_knows_whose_events(town: Town) -> None:
    """The remedy is to name projects."""
    told = await town.run(steps=("subscriptions",))
    assert told.only("subscriptions")["state"] == "not known"
    await town.control("feed", project="Payments", feed="core", delete=True)
    assert [state for state, _ in await _run(town)] == ["not known"]
