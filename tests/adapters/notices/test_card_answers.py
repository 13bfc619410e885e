"""What a workflow answers is read, and nothing of it repeated."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.notices.card_answers import read_answer
from shared.adapters.outbound.messages import Answer
from shared.errors import AuthenticationFailed, UnexpectedAnswer, UpstreamError, UpstreamUnavailable


@pytest.mark.parametrize("status", [200, 202, 204])
@pytest.mark.parametrize("body", [b"", b"1", b"ok", b'{"error": null}', b'["error"]', b"\xff", b"[" * 5_000, b"<p>"])
def test_a_taken_card_is_no_error(status: int, body: bytes) -> None:
    """Workflows say 202; those with an answer of their own say what they like."""
    read_answer(Answer(status, {}, body))


_CONNECTOR = (
    b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error %d with ContextId x"
)


@pytest.mark.parametrize(
    ("body", "headers", "error"),
    [
        (_CONNECTOR % 429, {}, UpstreamUnavailable),
        (_CONNECTOR % 502, {}, UpstreamUnavailable),
        (_CONNECTOR % 413, {}, UnexpectedAnswer),
        (_CONNECTOR % 403, {}, AuthenticationFailed),
        (
            b"Webhook message delivery failed with error: Error contacting Microsoft Teams endpoint",
            {},
            UpstreamUnavailable,
        ),
        (b'{"error": {"code": "x", "message": "s3cr3t"}}', {}, UnexpectedAnswer),
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>s3cr3t", {}, UnexpectedAnswer),
        (b"<HTML>", {}, UnexpectedAnswer),
        (b"", {"content-type": "Text/HTML; charset=utf-8"}, UnexpectedAnswer),
    ],
)
def test_a_success_that_is_none_is_an_error(body: bytes, headers: dict[str, str], error: type[UpstreamError]) -> None:
    """Connectors wrap every trouble in a 200; a page is what answers at an address that leads elsewhere."""
    with pytest.raises(UpstreamError) as caught:
        read_answer(Answer(200, headers, body))
    assert type(caught.value) is error
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "error", "text"),
    [
        (302, UnexpectedAnswer, "status 302"),
        (400, UnexpectedAnswer, "turned off, was deleted"),
        (401, AuthenticationFailed, "TEAMS_WEBHOOK_URL"),
        (403, AuthenticationFailed, "TEAMS_WEBHOOK_URL"),
        (404, UnexpectedAnswer, "make a new one"),
        (408, UpstreamUnavailable, "status 408"),
        (410, UnexpectedAnswer, "make a new one"),
        (413, UnexpectedAnswer, "too large"),
        (418, UnexpectedAnswer, "status 418"),
        (425, UpstreamUnavailable, "status 425"),
        (429, UpstreamUnavailable, "status 429"),
        (500, UpstreamUnavailable, "status 500"),
        (502, UpstreamUnavailable, "status 502"),
        (504, UpstreamUnavailable, "status 504"),
    ],
)
def test_each_refusal_has_its_error(status: int, error: type[UpstreamError], text: str) -> None:
    """What may pass, and what a person must mend, with what to do; the body's words are not repeated."""
    with pytest.raises(UpstreamError, match=text) as caught:
        read_answer(Answer(status, {}, b'{"error": {"message": "sig=s3cr3t"}}'))
    assert type(caught.value) is error
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "30"}, timedelta(seconds=30)),
        ({"retry-after": "30", "date": "junk"}, timedelta(seconds=30)),
        (
            {"retry-after": "Sat, 01 Aug 2026 10:01:00 GMT", "date": "Sat, 01 Aug 2026 10:00:00 GMT"},
            timedelta(minutes=1),
        ),
        ({"retry-after": "Sat, 01 Aug 2026 10:01:00 GMT"}, None),
        (
            {"retry-after": "Sat, 01 Aug 2026 10:01:00 GMT", "date": "Sat, 01 Aug 2026 10:00:00 -0000"},
            timedelta(minutes=1),
        ),
        ({"retry-after": "soon", "date": "Sat, 01 Aug 2026 10:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_told(headers: dict[str, str], wait: timedelta | None) -> None:
    """As seconds, or as a date by the clock of whoever wrote it."""
    with pytest.raises(UpstreamUnavailable) as caught:
        read_answer(Answer(429, headers, b""))
    assert caught.value.retry_after == wait


@given(
    st.integers(100, 999),
    st.dictionaries(st.sampled_from(["retry-after", "date", "x"]), st.text(max_size=40)),
    st.binary(),
)
def test_junk_is_our_error(status: int, headers: dict[str, str], body: bytes) -> None:
    """Whatever answers: taken, or one of our errors."""
    is_taken = True
    try:
        read_answer(Answer(status, headers, body))
    except UpstreamError:
        is_taken = False
    is_wrapped = any(sign in body.lower() for sign in (b"html", b"delivery failed", b'"error"'))
    assert is_taken is (200 <= status < 300) or is_wrapped
