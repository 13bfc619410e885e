"""Advisories: whether a public package is known to be malicious."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AdvisoryState(StrEnum):
    """What an advisory database says of a name. "None known" right after a publish proves nothing."""

    MALICIOUS = "malicious"
    NONE_KNOWN = "none-known"
    NOT_ASKED = "not-asked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Advisories:
    """What was answered for one name, and when; `ids` are the advisories that call it malicious."""

    state: AdvisoryState
    ids: tuple[str, ...] = ()
    asked_at: datetime | None = None


NOT_ASKED = Advisories(AdvisoryState.NOT_ASKED)
