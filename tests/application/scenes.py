"""The scene of most checks: an internal package whose name an attacker took."""

from __future__ import annotations

from shared.application.messages import CheckRequest
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed
from tests.application.house import BILLING, House

OPEN = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS


def collision(house: House, *, behavior: UpstreamingBehavior = OPEN) -> Feed:
    """Set up an internal package whose name an attacker took, in a feed of its own."""
    feed = house.service.world.add_feed("core", project="Payments")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=behavior)
    house.attack(BILLING)
    return feed


def request(feed: Feed) -> CheckRequest:
    """Ask for a check of the package."""
    return CheckRequest(feed.ref, BILLING, "test")
