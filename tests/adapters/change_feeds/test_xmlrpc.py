"""Tests of XML-RPC as bytes."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from xmlrpc.client import Fault, dumps

import pytest
from hypothesis import given

from shared.adapters.change_feeds.xmlrpc import call, read_result
from shared.adapters.outbound.messages import Answer
from shared.errors import UnexpectedAnswer, UpstreamError, UpstreamUnavailable
from tests.adapters.change_feeds.junk import ANSWERS
from tests.adapters.change_feeds.scripted import page

_BOMB: Final = '<!DOCTYPE a [<!ENTITY a "aaaa">]><methodResponse><params></params></methodResponse>'


def _read(answer: Answer) -> object:
    return read_result(answer, service="index")


def test_a_call_is_written() -> None:
    """As a POST of XML."""
    request = call("https://pypi.example.test/pypi", "index", "changelog_since_serial", 7, max_bytes=9)
    assert (request.method, request.max_bytes) == ("POST", 9)
    assert request.body is not None
    assert b"<methodName>changelog_since_serial</methodName>" in request.body
    assert b"<int>7</int>" in request.body


def test_a_value_is_read() -> None:
    """With nil, and without the control characters that old rows contain."""
    row = ["acme", None, 1785578400, "create", 7]
    assert _read(page(dumps(([row],), methodresponse=True, allow_none=True))) == [row]
    assert _read(page(dumps(("a\x1b\x00b",), methodresponse=True))) == "ab"


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("HTTPTooManyRequests: too many. Limit may reset in 12 seconds.", timedelta(seconds=12)),
        ("HTTPTooManyRequests: too many. Limit may reset in 1 second.", timedelta(seconds=1)),
        ("RuntimeError: something else", None),
    ],
)
def test_too_many_requests_may_pass(text: str, wait: timedelta | None) -> None:
    """With the time after which they do."""
    with pytest.raises(UpstreamUnavailable) as caught:
        _read(page(dumps(Fault(-32500, text))))
    assert caught.value.retry_after == wait


@pytest.mark.parametrize(
    "answer",
    [
        page(dumps(Fault(-32601, "x" * 9999))),
        page(""),
        page("<html>"),
        page(_BOMB),
        page(dumps(("a", "b"), "method")),
        page("<methodResponse><params><param><value><int>x</int></value></param></params></methodResponse>"),
        page("<methodResponse><params><param><value><string>a</string></value></param></params>"),
    ],
)
def test_what_is_no_answer_is_an_error(answer: Answer) -> None:
    """Other faults, entities, other values, an end that is missing; long texts are cut."""
    with pytest.raises(UnexpectedAnswer) as caught:
        _read(answer)
    assert len(str(caught.value)) < 300


@given(ANSWERS)
def test_junk_raises_only_our_errors(answer: Answer) -> None:
    """Whatever stands in the body."""
    try:
        _read(answer)
    except UpstreamError:
        return
