"""Letters: what goes to people, in plain words, whichever channel carries it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Urgency(StrEnum):
    """How loud a letter is."""

    ALARM = "alarm"
    WARNING = "warning"
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter about one notice, or about several of one feed.

    `letter_id` is the same whenever the same letter is sent again, so that repeats are recognisable. `facts` are label
    and text, in reading order; `packages` lists what a grouped letter is about. All texts may hold public data, which
    is untrusted: a channel shows them inert. `link` is the one address to follow, None = there is none.
    """

    letter_id: str
    urgency: Urgency
    title: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    packages: tuple[str, ...] = ()
    link: str | None = None
    recipients: tuple[str, ...] = ()
