"""Findings: what people should know of, and nothing is enforced on: public names that look like internal ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName


class Likeness(StrEnum):
    """How a public name resembles what is ours."""

    SCOPE_DROPPED = "scope-dropped"
    SCOPE_JOINED = "scope-joined"
    UNDER_OUR_PREFIX = "under-our-prefix"


@dataclass(frozen=True, slots=True)
class Finding:
    """A public name that resembles what is ours; found once, told once, kept.

    `resembles` is the internal name, which `feed` holds, or the prefix that the policy calls ours, where `feed`
    is `whole_organization`.
    """

    feed: FeedRef
    public: PackageName
    likeness: Likeness
    resembles: str
    at: datetime


def whole_organization(organization: str) -> FeedRef:
    """Return what stands in the place of a feed where something is about no feed in particular."""
    return FeedRef(organization, None, "-")
