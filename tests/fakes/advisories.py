"""An advisory database in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.domain.advisories import Advisories, AdvisoryState
from shared.domain.names import PackageName
from shared.errors import FeedwardenError
from shared.ports import Clock
from tests.fakes.faults import Faults
from tests.fakes.times import SettableClock


@dataclass(slots=True)
class FakeAdvisories:
    """Knows of no malicious package until a test says so; `asked` are the spellings that it heard, in order."""

    clock: Clock = field(default_factory=SettableClock)
    faults: Faults = field(default_factory=Faults)
    malicious: dict[PackageName, tuple[str, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def ask(self, name: PackageName) -> Advisories:
        """Answer for one name; scripted trouble becomes an unknown state, as the port promises."""
        self.asked.append(name.spelling)
        try:
            await self.faults.begin("ask", name=name)
        except FeedwardenError:
            return Advisories(AdvisoryState.UNKNOWN, asked_at=self.clock())
        ids = self.malicious.get(name, ())
        return Advisories(AdvisoryState.MALICIOUS if ids else AdvisoryState.NONE_KNOWN, ids, self.clock())
