"""Advisories: whether a name that is public is known to be malicious.

`advisories(...)` is what the application is given.
"""

from __future__ import annotations

from shared.adapters.advisories.client import AdvisoryClient
from shared.adapters.advisories.nobody import NoAdvisories
from shared.adapters.advisories.osv import Osv
from shared.adapters.outbound.guarded import Sender
from shared.ports import AdvisorySource, Clock

__all__ = ["NoAdvisories", "advisories"]


def advisories(sender: Sender, *, address: str, clock: Clock) -> AdvisorySource:
    """Return the database at that address; an empty address is a database that nobody asks."""
    return AdvisoryClient(Osv(address), sender, clock=clock) if address else NoAdvisories()
