"""Every piece of evidence that there can be, and the plain one that named situations are told from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from types import MappingProxyType
from typing import Any, Final

from shared.domain.evidence import (
    Evidence,
    InternalPresence,
    OrganizationPolicy,
    Proof,
    PublicUpstream,
    UpstreamingBehavior,
)
from shared.domain.policy import Action, Mode, Protection, Stance, action, protection
from shared.domain.reasons import Reason
from shared.domain.twins import Presence, PublicTwin

type Key = tuple[Any, ...]
type Judged = Mapping[Key, tuple[Protection, tuple[Reason, ...]]]

# What each member of the evidence can be; of a list of versions it only matters whether it is empty.
AXES: Final[Mapping[str, tuple[Any, ...]]] = MappingProxyType(
    {
        "internal": tuple(InternalPresence),
        "saved_external": ((), ("9.0.0",)),
        "origin_in_doubt": ((), ("8.0.0",)),
        "twin": tuple(Presence),
        "behavior": (*UpstreamingBehavior, None),
        "organization_policy": tuple(OrganizationPolicy),
        "public_upstream": tuple(PublicUpstream),
        "proof": tuple(Proof),
        "propagating": (False, True),
        "approval_in_force": (False, True),
        "permission_missing": (False, True),
        "saved_after_internal": (False, True),
        "internal_elsewhere": (False, True),
        # What owners let in has tests of its own: it would double the space, and only takes away from one other axis.
        "approved_external": ((),),
    }
)

STANCES: Final = tuple(Stance(mode, preempt) for mode in Mode for preempt in (False, True))


@cache
def evidence_of(key: Key) -> Evidence:
    """Build the evidence of one point in the space, once."""
    members = dict(zip(AXES, key, strict=True))
    return Evidence(**{**members, "twin": PublicTwin(members["twin"])})


def keys() -> Iterator[Key]:
    """Walk the whole space."""
    return product(*AXES.values())


@cache
def judged() -> Judged:
    """Judge every point once."""
    return {key: protection(evidence_of(key)) for key in keys()}


@cache
def acted(stance: Stance) -> Mapping[Key, Action]:
    """Choose what is done at every point, once for each stance."""
    return {key: action(evidence_of(key), verdict, stance) for key, (verdict, _) in judged().items()}


def world(**members: Any) -> Evidence:  # noqa: ANN401  # the members of Evidence, of as many types
    """Return a collision that `auto` blocks, soundly proven, but for the members given; `twin` is a presence."""
    plain: dict[str, Any] = {
        "internal": InternalPresence.LIVE,
        "saved_external": (),
        "origin_in_doubt": (),
        "twin": Presence.PRESENT,
        "behavior": UpstreamingBehavior.AUTO,
        "organization_policy": OrganizationPolicy.ON,
        "public_upstream": PublicUpstream.ENABLED,
        "proof": Proof.HOLDS,
    }
    chosen = {**plain, **members}
    return Evidence(**{**chosen, "twin": PublicTwin(chosen["twin"])})
