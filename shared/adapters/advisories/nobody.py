"""No advisory database is configured."""

from __future__ import annotations

from shared.domain.advisories import NOT_ASKED, Advisories
from shared.domain.names import PackageName


class NoAdvisories:
    """Asks nobody, and says so: the port AdvisorySource where there is no database."""

    async def ask(self, name: PackageName) -> Advisories:  # noqa: ARG002  # the port's shape; nobody is told the name
        """Say that nobody was asked."""
        return NOT_ASKED
