"""Notices as lines of the log."""

from __future__ import annotations

import logging

import pytest

from shared.adapters.notices import LogChannel
from shared.domain.feeds import FeedRef
from shared.domain.notices import Notice, NoticeKind
from tests.fakes import START


def notice(kind: NoticeKind, **facts: str) -> Notice:
    """Make a notice with these facts."""
    return Notice("n-1", kind, FeedRef("contoso", None, "feed-1"), "contoso/-/feed-1/npm/x", START, facts)


@pytest.mark.parametrize(
    ("kind", "level"),
    [(NoticeKind.COLLISION_BLOCKED, logging.WARNING), (NoticeKind.PROTECTION_CONFIRMED, logging.INFO)],
)
async def test_a_notice_is_one_line_with_its_facts(
    caplog: pytest.LogCaptureFixture, kind: NoticeKind, level: int
) -> None:
    """Good news is information, everything else a warning; empty facts are left out."""
    caplog.set_level(logging.INFO, "feedwarden.notices")
    await LogChannel().send(notice(kind, package="npm:x", note=""))
    (record,) = caplog.records
    assert record.levelno == level
    assert record.getMessage() == f"notice n-1 {kind.value}: package: npm:x"


async def test_public_texts_cannot_forge_a_line(caplog: pytest.LogCaptureFixture) -> None:
    """Line breaks, escape sequences and direction marks in public data are made visible."""
    evil = "1.0\nERROR all is well\x1b[2K\u202e"
    await LogChannel().send(notice(NoticeKind.COLLISION_BLOCKED, version=evil))
    message = caplog.records[0].getMessage()
    assert message.isprintable()
    assert message.count("\ufffd") == 3
