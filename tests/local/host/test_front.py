"""The host's pure parts around the worker: messages, outputs, limits. No app and no server."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from local.host.front import Front
from local.host.http_messages import Answer, fold, to_answer
from local.host.invoker import Invoker, split_output
from local.host.messages import Message, json_text, octets, text
from local.host.metadata import Function, HttpTrigger, QueueOutput
from local.host.platform import admit_headers
from local.host.settings import HttpSettings
from local.host.worker import Invocation, InvocationFailed, Result, Worker

_ECHO = Function(
    name="echo",
    function_id="1",
    trigger=HttpTrigger(parameter="req", route="echo/{name?}", methods=("POST",), auth_level="anonymous"),
    outputs=(QueueOutput(parameter="out", queue="q", connection=""),),
)


class _Echo(Worker):
    """A worker whose only function gives back the body, and puts it out too."""

    async def invoke(self, invocation: Invocation) -> Result:
        body = invocation.payload.http.body  # type: ignore[attr-defined]  # a record
        http = SimpleNamespace(status_code="200", headers={"X-Trace": invocation.trace_parent}, cookies=None, body=body)
        return Result(returned=Message(http=http), outputs={"out": body})


def _client(sent: list[bytes], *, limit: int = 10, fails: bool = False) -> httpx.AsyncClient:
    """Return a client of a front whose worker echoes."""

    async def send(_output: QueueOutput, content: bytes) -> None:
        if fails:
            raise OSError("no storage")
        sent.append(content)

    front = Front.of(Invoker(worker=_Echo(functions=(_ECHO,)), send=send), HttpSettings(body_limit_bytes=limit))
    return httpx.AsyncClient(transport=httpx.ASGITransport(front.asgi()), base_url="http://host.test")


async def test_what_a_function_puts_out_is_sent_before_it_is_answered() -> None:
    """The caller's 2xx means that the message is queued; the trace goes along."""
    sent: list[bytes] = []
    async with _client(sent) as client:
        answer = await client.post("/api/ECHO", content=b"1234567890", headers={"traceparent": "00-ab-cd-01"})
    assert (answer.status_code, answer.content, answer.headers["x-trace"]) == (200, b"1234567890", "00-ab-cd-01")
    assert sent == [b"1234567890"]


async def test_a_message_that_cannot_be_sent_fails_the_run() -> None:
    """Nobody is told that something was queued when it was not."""
    async with _client([], fails=True) as client:
        assert (await client.post("/api/echo", content=b"x")).status_code == 500


async def test_bodies_over_the_limit_are_refused() -> None:
    """The function never sees them."""
    sent: list[bytes] = []
    async with _client(sent) as client:
        assert (await client.post("/api/echo", content=b"12345678901")).status_code == 413
    assert sent == []


def test_reserved_headers_are_dropped_in_any_case() -> None:
    """Only their prefix counts."""
    assert admit_headers([("X-MS-A", "1"), ("x-Ms-b", "2"), ("X-Msg", "3")]) == [("X-Msg", "3")]


def test_folding_keeps_order() -> None:
    """Values of one name are joined as they came."""
    assert fold([("A", "1"), ("b", "x"), ("a", "2")]) == {"a": "1,2", "b": "x"}


@pytest.mark.parametrize(
    ("returned", "answer"),
    [
        (None, Answer(status=204)),
        (text("hö"), Answer(200, (("content-type", "text/plain; charset=utf-8"),), "hö".encode())),
        (
            Message(
                http=SimpleNamespace(status_code="201", headers={"Content-Length": "9"}, cookies=None, body=text("a"))
            ),
            Answer(201, (), b"a"),
        ),
    ],
)
def test_return_values_become_answers(returned: Message | None, answer: Answer) -> None:
    """The worker's kinds of values are all taken; lengths are counted anew."""
    assert to_answer(returned) == answer


def test_cookie_attributes_survive() -> None:
    """A session cookie of another domain, without any time."""
    nullable = dict.fromkeys(("path", "max_age", "expires"))
    domain = Message(value="contoso.test")
    cookie = SimpleNamespace(
        **nullable, name="a", value="b", domain=domain, secure=None, http_only=None, same_site="Strict"
    )
    http = SimpleNamespace(status_code="200", headers={}, cookies=[cookie], body=octets(b""))
    assert to_answer(Message(http=http)).headers == (("set-cookie", "a=b; Domain=contoso.test; SameSite=Strict"),)


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        (None, []),
        (text("hö"), ["hö".encode()]),
        (octets(b"\xff"), [b"\xff"]),
        (json_text('["a", {"id": null, "body": "b"}, {"c": 1}]'), [b"a", b"b", b'{"c": 1}']),
        (json_text('{"id": "7", "body": "b"}'), [b"b"]),
        (json_text("[]"), []),
    ],
)
def test_outputs_are_taken_apart(value: Message | None, messages: list[bytes]) -> None:
    """One value is one message, a list is several."""
    assert split_output(value) == messages


class _Failing(Worker):
    """A worker whose functions fail."""

    async def invoke(self, invocation: Invocation) -> Result:
        raise InvocationFailed(invocation.function.name, stack_trace="")


async def test_nothing_is_sent_for_a_failed_run() -> None:
    """And the run is no longer counted as under way."""
    sent: list[Mapping[str, Any]] = []

    async def send(_output: QueueOutput, content: bytes) -> None:
        sent.append({"content": content})

    invoker = Invoker(worker=_Failing(functions=(_ECHO,)), send=send)
    with pytest.raises(InvocationFailed):
        await invoker.run(_ECHO, reason="a test", payload=text(""))
    assert (sent, invoker.running) == ([], set())
