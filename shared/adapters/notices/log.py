"""Notices as lines of the log: one a notice, at level warning, with everything that is known as fields."""

from __future__ import annotations

import logging

from shared.domain.notices import Notice, NoticeKind

logger = logging.getLogger("feedwarden.notices")

_GOOD_NEWS = frozenset({NoticeKind.PROTECTION_CONFIRMED})


class LogChannel:
    """Writes notices to the logger `feedwarden.notices`."""

    async def send(self, notice: Notice) -> None:
        """Write one notice. Public texts are written as one line, so that none can forge another."""
        level = logging.INFO if notice.kind in _GOOD_NEWS else logging.WARNING
        facts = {key: _one_line(fact) for key, fact in notice.facts.items()}
        logger.log(
            level,
            "notice %s %s: %s",
            notice.notice_id,
            notice.kind.value,
            "; ".join(f"{key}: {fact}" for key, fact in facts.items() if fact),
        )


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
