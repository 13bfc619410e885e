"""Tests of answers as plain data."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.outbound.messages import Answer, read_object
from shared.errors import UnexpectedAnswer


def test_an_object_is_read() -> None:
    """A JSON object becomes a dict."""
    assert read_object(Answer(200, {}, b'{"a": [1]}'), service="registry") == {"a": [1]}


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"<html>", b"\xff", b"[" * 200_000, b'{"a":' + b"9" * 9000])
def test_anything_else_is_unexpected(body: bytes) -> None:
    """HTML, other JSON, deep nesting and huge numbers are our error, never a raw one."""
    with pytest.raises(UnexpectedAnswer, match="registry: status 200"):
        read_object(Answer(200, {}, body), service="registry")


@given(st.binary())
def test_junk_is_an_object_or_unexpected(body: bytes) -> None:
    """No bytes raise anything but our error."""
    with contextlib.suppress(UnexpectedAnswer):
        assert isinstance(read_object(Answer(200, {}, body), service="registry"), dict)


@pytest.mark.parametrize(
    ("header", "kind"),
    [("Text/Plain; charset=UTF-8", "text/plain"), ("application/json", "application/json"), ("", "")],
)
def test_the_media_type_is_read(header: str, kind: str) -> None:
    """Parameters and letter case do not matter."""
    assert Answer(200, {"content-type": header}, b"").media_type == kind
    assert Answer(200, {}, b"").media_type == ""
