"""Letters: what goes to people, in plain words, whichever channel carries it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.errors import UpstreamError


class Urgency(StrEnum):
    """How loud a letter is."""

    ALARM = "alarm"
    WARNING = "warning"
    NEWS = "news"


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter of one kind says; texts in braces are facts of the notice.

    `many` is the title of a letter about several, `short` the word in its list. `invitation` says what the letter's
    link is for, and stands only where there is one.
    """

    urgency: Urgency
    title: str
    happened: str
    done: str
    otherwise: str
    many: str
    short: str
    invitation: str = ""


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


class PartlyTaken(UpstreamError):
    """Some recipients have the letter: another attempt goes to those who are `missing`, and to nobody else."""

    def __init__(self, text: str, *, service: str, missing: Iterable[str]) -> None:
        """Keep the addresses beside the words, which show none."""
        super().__init__(text, service=service)
        self.missing = tuple(missing)
