"""What signs: links in letters, and what forms carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.bootstrap.configuration import Configuration
from shared.bootstrap.surroundings import now
from shared.domain.approval_rules import DEFAULT_TERMS
from shared.ports import Links
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.adapters.seals import Seals


def links_of(configuration: Configuration) -> Links | None:
    """Make the links in letters; None = approvals are off."""
    from shared.adapters.links import SignedLinks  # noqa: PLC0415  # nothing of an adapter is loaded at import

    seals = seals_of(configuration.settings)
    if seals is None:
        return None
    # A link lives as long as the request that waits longest: its own request's end is asked about anyway.
    waits = (DEFAULT_TERMS.link_for, *(rule.terms.link_for for rule in configuration.policy.approvals))
    return SignedLinks(seals, configuration.settings.public_base_url, max_age=max(waits))


def seals_of(settings: Settings) -> Seals | None:
    """Make what signs links and what forms carry; None = approvals are off."""
    from shared.adapters.seals import Seals  # noqa: PLC0415  # nothing of an adapter is loaded at import

    if not settings.approvals_are_on:
        return None
    return Seals(tuple(key.reveal() for key in settings.approval_keys), now)
