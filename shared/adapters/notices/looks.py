"""What all channels say alike: how loud a letter is, what its link does, what stands below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.adapters.notices.inert import is_broken_up
from shared.domain.letters import Letter, Urgency

INVITATION: Final = "Open in Feedwarden"

LINK_NOTE: Final = (
    "This opens a page that asks you to sign in. Opening it decides nothing, and only an owner of the feed can decide."
)


@dataclass(frozen=True, slots=True)
class Look:
    """How one urgency is worded and coloured; `container` is one of the Adaptive Cards' container styles."""

    words: str
    container: str
    paper: str
    ink: str
    dark_paper: str
    dark_ink: str


# Every pair of colours has a contrast of at least 7 : 1.
LOOKS: Final[Mapping[Urgency, Look]] = MappingProxyType(
    {
        Urgency.ALARM: Look("Alarm", "attention", "#8f1414", "#ffffff", "#ffb4ab", "#3b0505"),
        Urgency.WARNING: Look("Warning", "warning", "#ffd98a", "#3d2800", "#ffd98a", "#3d2800"),
        Urgency.NEWS: Look("For your information", "accent", "#d6e7fa", "#0b2f57", "#24486e", "#eaf3ff"),
    }
)


def foot(letter: Letter) -> tuple[str, ...]:
    """Return what stands below an inert letter: how repeats are recognised, and why some text looks odd."""
    odd = "Text that others wrote could become a link: there [.] stands for a dot, [:] for a colon, [@] for an @."
    return (
        f"Feedwarden letter {letter.letter_id}. A repeat of it carries the same number.",
        *((odd,) if is_broken_up(letter) else ()),
    )


PACKAGES: Final = "Packages"


def listed(packages: Sequence[str], what: str, *, most: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the entries that are shown, and the lines below them that say how many are not, and `what` they are.

    A letter that was cut before ends with such a line of its own (`… and 118 more`): it is always shown.
    """
    told = tuple(packages[-1:]) if packages and packages[-1].startswith("…") else ()
    entries = tuple(packages[: len(packages) - len(told)])
    return entries[:most], (*more_of(len(entries) - most, what), *told)


def more_of(left_out: int, what: str) -> tuple[str, ...]:
    """Say how many are left out, what they are and where they stand; nothing where none are."""
    return (f"and {left_out} more {what}",) if left_out > 0 else ()
