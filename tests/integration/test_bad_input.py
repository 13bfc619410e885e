"""Bad input and bad neighbours over real HTTP: a clear answer each, and nothing lost."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from standardwebhooks import Webhook

from local.demo.stage import Stage
from local.demo.waiting import until
from local.stack import GENERIC_SECRET, SHARED_SECRET
from shared.domain.cases import CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName

pytestmark = pytest.mark.stack

SOON = timedelta(seconds=90)
SECRET = {"X-Feedwarden-Secret": SHARED_SECRET}


def post(stage: Stage, source: str, body: bytes, headers: Mapping[str, str | bytes]) -> httpx.Response:
    """Send one delivery."""
    address = f"{stage.stack.app_url}/api/hooks/{source}"
    return httpx.post(address, content=body, headers=list(headers.items()), trust_env=False, timeout=30)  # type: ignore[arg-type]  # httpx takes bytes beside texts


def signed(body: str, *, at: datetime, delivery_id: str) -> dict[str, str | bytes]:
    """Sign as Standard Webhooks asks."""
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(GENERIC_SECRET).sign(delivery_id, at, body),
    }


def published(**data: str) -> str:
    """Return the body of a generic delivery."""
    return json.dumps({"type": "package.published", "timestamp": datetime.now(UTC).isoformat(), "data": data})


@pytest.mark.parametrize(
    ("source", "body", "headers", "answered"),
    [
        ("azure-devops", b"hello", SECRET, (400, "JSON")),
        ("azure-devops", b'{"a":' * 100_000, SECRET, (400, "")),
        ("azure-devops", b"x" * (3 * 1024 * 1024), SECRET, (413, "at most")),
        ("azure-devops", b"{}", {"X-Feedwarden-Secret": "wrong"}, (401, "")),
        ("azure-devops", b"{}", {"X-Feedwarden-Secret": "fälsch".encode()}, (401, "")),
        ("azure-devops", b"{}", {"X-Feedwarden-Secret": b"\xff\xfe"}, (401, "")),
        ("azure-devops", b"{}", {}, (401, "")),
        ("generic", b"{}", SECRET, (401, "")),
        ("nowhere", b"{}", SECRET, (404, "azure-devops")),
    ],
)
def test_a_bad_delivery_gets_a_clear_answer(
    stage: Stage, source: str, body: bytes, headers: Mapping[str, str | bytes], answered: tuple[int, str]
) -> None:
    """The status of the contract, and a text that says what to do and shows no secret."""
    answer = post(stage, source, body, headers)
    status, said = answered
    assert answer.status_code == status, answer.text
    assert said in answer.text
    assert SHARED_SECRET not in answer.text


def test_old_and_replayed_signatures(stage: Stage) -> None:
    """Too old is refused; a replay within the tolerance is taken and does nothing twice."""
    body, now, delivery_id = published(project="Payments"), datetime.now(UTC), str(uuid.uuid4())
    old = signed(body, at=now - timedelta(minutes=6), delivery_id=delivery_id)
    assert post(stage, "generic", body.encode(), old).status_code == 401
    good = signed(body, at=now, delivery_id=delivery_id)
    assert post(stage, "generic", body.encode(), good).text == "queued"
    assert until(lambda: post(stage, "generic", body.encode(), good).text == "repeated", within=SOON)
    tampered = body.replace("Payments", "Shipping")
    assert post(stage, "generic", tampered.encode(), good).status_code == 401


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"feed": "core", "ecosystem": "cobol", "package": "x"}, "ecosystem"),
        ({"feed": "core", "ecosystem": "npm", "package": "../../x"}, "package name"),
    ],
)
def test_an_impossible_package_is_refused(stage: Stage, data: dict[str, str], said: str) -> None:
    """The sender learns what is wrong with its delivery."""
    body = published(**data)
    answer = post(stage, "generic", body.encode(), signed(body, at=datetime.now(UTC), delivery_id=str(uuid.uuid4())))
    assert answer.status_code == 400
    assert said in answer.text


def test_an_unknown_feed_is_told_and_nothing_is_lost(stage: Stage) -> None:
    """A delivery for a feed that nobody knows leads to all feeds, and the log says so."""
    name = PackageName.of(Ecosystem.NPM, "acme-misspelt")
    # The attacker comes first: what a delivery leads to is the feed's changes, and the newest one is ours.
    stage.attacker_publishes(name, "99.0.0")
    stage.opens_switch(name)
    stage.publishes_quietly(name, "1.0.0")
    body = published(project="Paymnets", feed="cor")
    headers = signed(body, at=datetime.now(UTC), delivery_id=str(uuid.uuid4()))
    assert post(stage, "generic", body.encode(), headers).status_code == 202
    assert stage.becomes(name, lambda case: case.protection.value, "protected", within=SOON) == "protected"
    assert "not visible to us" in stage.stack.app_log()


def test_azure_devops_answering_html_is_an_authentication_failure(stage: Stage) -> None:
    """Tried five times, then visible as the state of the case; the next delivery mends it."""
    name = PackageName.of(Ecosystem.NPM, "acme-html")
    stage.publishes_quietly(name, "1.0.0")
    stage.opens_switch(name)
    stage.attacker_publishes(name, "99.0.0")
    stage.feeds_answer_html(path="*/versions*")
    assert stage.publish_job(name, "1.0.0") == 202
    abandoned = stage.becomes(name, lambda case: case.state.value, CaseState.ABANDONED, within=timedelta(minutes=2))
    assert abandoned == CaseState.ABANDONED
    assert "expired" in stage.stack.app_log()
    assert "sample-pat" not in stage.stack.app_log()
    stage.feeds_are_well()
    assert stage.publish_job(name, "1.0.0") == 202
    assert stage.becomes(name, lambda case: case.protection.value, "protected", within=SOON) == "protected"


def test_liveness_and_readiness(stage: Stage) -> None:
    """Readiness names each dependency."""
    ready = httpx.get(f"{stage.stack.app_url}/api/health/ready", trust_env=False, timeout=30)
    dependencies = ready.json()["dependencies"]
    named = {"tables", "queues", "azure-devops", "organization-policy", "walks", "registries", "letters", "approvals"}
    assert set(dependencies) == named | {"hooks", "canary"}
    assert httpx.get(f"{stage.stack.app_url}/api/health/live", trust_env=False, timeout=30).text == "live"


def test_storage_down_asks_the_sender_to_send_again(stage: Stage) -> None:
    """The last test of this stage: 503, which Azure DevOps resends after; readiness says what is missing."""
    stage.stack.kill_part("azurite")
    body = json.dumps({"id": str(uuid.uuid4()), "eventType": "git.push"}).encode()
    answer = post(stage, "azure-devops", body, SECRET)
    assert (answer.status_code, answer.text) == (503, "not taken in: send it again")
    ready = httpx.get(f"{stage.stack.app_url}/api/health/ready", trust_env=False, timeout=60)
    assert ready.status_code == 503
    assert ready.json()["dependencies"]["tables"]["ok"] is False
