"""Tests of the simulated Teams workflow: what it takes, and what it finds wrong with a card."""

from __future__ import annotations

import copy
import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.simulators.teams_flow import WEBHOOK, flow_app, new_flow
from local.simulators.teams_flow_state import problems_of
from tests.local.simulators.registries.told import Told, told

_ROOT = Path(__file__).parents[4]
_PAGE = (_ROOT / "docs" / "simulators.md").read_text("utf-8")
_CARD: dict[str, Any] = {
    "type": "AdaptiveCard",
    "version": "1.5",
    "body": [
        {"type": "TextBlock", "text": "<b>hello"},
        {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "x"}]},
    ],
    "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": "https://guard.example.test/"}],
}


def _message(card: object = _CARD) -> dict[str, Any]:
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def _changed(**members: object) -> dict[str, Any]:
    return _message({**copy.deepcopy(_CARD), **members})


@pytest.fixture
async def flow() -> AsyncIterator[Told]:
    """Set up a workflow that has run never."""
    async with told(lambda _clock: flow_app(new_flow())) as world:
        yield world


async def _runs(flow: Told) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = (await flow.http.get("/runs")).json()["runs"]
    return runs


async def test_a_card_is_posted(flow: Told) -> None:
    """Told as it came, and shown to people without its markup."""
    assert (await flow.http.post(WEBHOOK, json=_message())).status_code == 202
    (run,) = await _runs(flow)
    assert (run["message"], run["problems"]) == (_message(), [])
    front = (await flow.http.get("/")).text
    assert "&lt;b&gt;hello\nx\nOpen\nhttps://guard.example.test/" in front
    assert (await flow.http.delete("/runs")).status_code == 204
    assert await _runs(flow) == []


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ([], "no message"),
        ({"type": "message"}, "no message"),
        ({**_message(), "type": "AdaptiveCard"}, "no message"),
        ({"type": "message", "attachments": []}, "not exactly one"),
        ({"type": "message", "attachments": [7]}, "an attachment that is no"),
        (
            {"type": "message", "attachments": [{"contentType": "text/html", "content": _CARD}]},
            "an attachment that is no",
        ),
        (_message(None), "/"),
        (_message({"type": "AdaptiveCard"}), "not version 1.5"),
        (_changed(version="1.2"), "not version 1.5"),
        (_changed(body="x"), "/body"),
        (_changed(body=[{"type": "TextBlok", "text": "x"}]), "/body/0"),
        (_changed(body=[{"type": "TextBlock"}]), "/body/0"),
        (_changed(body=[{"type": "TextBlock", "text": "x", "colour": "Good"}]), "/body/0"),
        (_changed(body=[{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": 7}]}]), "/body/0"),
        (_changed(actions=[{"type": "Action.OpenUrl", "title": "x"}]), "/actions/0"),
        (_changed(actions=[{"type": "Action.Submit", "title": "x"}]), "needs a bot"),
        (_changed(actions=[{"type": "Action.Execute", "title": "x"}]), "needs a bot"),
        (_changed(extra=1), "/"),
    ],
)
async def test_a_bad_card_is_taken_and_the_run_fails(flow: Told, message: object, problem: str) -> None:
    """As the real trigger does: 202 says nothing about the card."""
    assert (await flow.http.post(WEBHOOK, json=message)).status_code == 202
    (run,) = await _runs(flow)
    assert any(problem in found for found in run["problems"]), run["problems"]


async def test_a_message_has_a_limit(flow: Told) -> None:
    """28 KiB, and no JSON at all is no message."""
    await flow.http.post(WEBHOOK, json=_changed(body=[{"type": "TextBlock", "text": "x" * 28_673}]))
    await flow.http.post(WEBHOOK, content=b"{", headers={"content-type": "application/json"})
    large, junk = await _runs(flow)
    assert large["problems"] == [f"{large['size']} bytes are more than 28672"]
    assert (junk["message"], junk["problems"]) == (None, ["no message with attachments"])


async def test_the_trigger_itself_can_say_no(flow: Told) -> None:
    """Another signature, another content, turned off, deleted: nothing runs."""
    assert (await flow.http.post(WEBHOOK.replace("sig=", "sig=x"), json=_message())).status_code == 401
    assert (await flow.http.post(WEBHOOK, content=b"{}")).status_code == 400
    assert await flow.tell("settings", state="off") == 204
    off = await flow.http.post(WEBHOOK, json=_message())
    assert (off.status_code, off.json()["error"]["code"]) == (400, "WorkflowTriggerIsNotEnabled")
    await flow.tell("settings", state="deleted")
    assert (await flow.http.post(WEBHOOK, json=_message())).status_code == 404
    assert await flow.tell("settings", state="on") == 204
    assert await _runs(flow) == []


@pytest.mark.parametrize("order", [{}, {"state": "gone"}, {"state": "on", "more": 1}])
async def test_an_order_that_cannot_be_carried_out_is_told(flow: Told, order: dict[str, Any]) -> None:
    """A misspelt order would make a test pass for the wrong reason."""
    assert await flow.tell("settings", **order) == 400


async def test_it_fails_on_request(flow: Told) -> None:
    """As the registries do."""
    await flow.http.post("/_control/faults", json={"status": 429, "headers": {"retry-after": "5"}, "times": 1})
    assert (await flow.http.post(WEBHOOK, json=_message())).status_code == 429
    assert (await flow.http.post(WEBHOOK, json=_message())).status_code == 202


def test_a_card_of_all_sorts_is_valid() -> None:
    """The schema is no stricter than cards are."""
    table = {"type": "Table", "columns": [{"width": 1}], "rows": [{"type": "TableRow", "cells": []}]}
    facts = {"type": "FactSet", "facts": [{"title": "a", "value": "b"}]}
    assert list(problems_of(_changed(body=[table, facts], lang="en"))) == []


def test_it_is_documented() -> None:
    """Program, requests and orders."""
    section = _PAGE.partition("\n## Teams\n")[2].partition("\n## ")[0]
    for words in ("local.simulators.teams_flow", WEBHOOK.partition("?")[0], "/runs", "`settings`", "28 KiB"):
        assert words in section, words


def test_the_program_says_where_it_listens_and_stops_cleanly() -> None:
    """The webhook is what the setting takes."""
    command = [sys.executable, "-m", "local.simulators.teams_flow", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        try:
            assert process.stdout is not None
            webhook = re.fullmatch(r"webhook at (http://127\.0\.0\.1:\d+/\S+)\n", process.stdout.readline())
            web = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
            assert webhook is not None
            assert web is not None
            body = json.dumps(_message())
            # The first card loads the schema's library, which takes seconds on a busy machine.
            headers = {"content-type": "application/json"}
            posted = httpx.post(webhook[1], content=body, headers=headers, trust_env=False, timeout=60)
            assert posted.status_code == 202
            assert len(httpx.get(f"{web[1]}/runs", trust_env=False).json()["runs"]) == 1
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
