"""What the simulated advisory database can be told to do."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from local.simulators.osv_state import ECOSYSTEMS, Advisory, Database
from local.simulators.server_control import Action, Actions
from shared.errors import UntrustedInput


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Add(_Order):
    """A record about a package, in the spelling in which it was published; `cwes` such as CWE-506."""

    id: str
    ecosystem: str
    name: str
    versions: tuple[str, ...] = ()
    cwes: tuple[str, ...] = ()
    modified_at: AwareDatetime | None = None


class Withdraw(_Order):
    """A record that was wrong."""

    id: str


class Settings(_Order):
    """How many records a result holds, and how many of the next results hold none and a token."""

    page_size: Annotated[int, Field(ge=1)] | None = None
    empty_pages: Annotated[int, Field(ge=0)] | None = None


def osv_actions(database: Database) -> Actions:
    """Return everything that the database can be told."""

    def add(order: Add) -> None:
        if order.ecosystem not in ECOSYSTEMS:
            raise UntrustedInput(f"no such ecosystem: {order.ecosystem}; letter case matters")
        at = (order.modified_at or database.clock()).astimezone(UTC)
        database.add(Advisory(order.id, order.ecosystem, order.name, at, order.versions, order.cwes))

    def withdraw(order: Withdraw) -> None:
        if not database.withdraw(order.id):
            raise UntrustedInput(f"no such advisory: {order.id}")

    def settings(order: Settings) -> None:
        if order.page_size is not None:
            database.page_size = order.page_size
        if order.empty_pages is not None:
            database.empty_pages = order.empty_pages

    return {
        "add": Action(Add, add),
        "withdraw": Action(Withdraw, withdraw),
        "settings": Action(Settings, settings),
    }
