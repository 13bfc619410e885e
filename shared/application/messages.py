"""What waits in the queues: ids and causes, never state; each message can be handled twice without harm."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.errors import UntrustedInput

_SCHEMA: Final = 1

# A registry's change feed runs ahead of the package's page: so long is "not found" not believed.
LATE_PAGE: Final = tuple(timedelta(seconds=s) for s in (15, 60, 300))

LASTING: Final = 2
"""An unknown that has lasted so many attempts is recorded, with its reason; before that it may pass."""


@dataclass(frozen=True, slots=True)
class DeliveryKey:
    """Which delivery a message works for, so that it can be marked as handled."""

    source: str
    delivery_id: str


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """Check one package in one feed.

    `package_id` spares a search where the sender just listed the package. `attempt` counts the
    rechecks of one thing that is not yet settled, from 0. `expects_twin` = a registry's change feed told the
    name, so "not found" there may only mean that its page lags behind. `for_decision` = somebody is about to decide on
    what is known, so that is recorded however little is new of it.
    """

    feed: FeedRef
    name: PackageName
    cause: str
    package_id: str | None = None
    attempt: int = 0
    expects_twin: bool = False
    for_decision: bool = False

    def again(self) -> CheckRequest:
        """Return the next attempt; the package is searched for anew, it may have been replaced."""
        return replace(self, attempt=self.attempt + 1, package_id=None, for_decision=False)

    def text(self) -> str:
        """Return the message's text."""
        return json.dumps(
            {
                "schema": _SCHEMA,
                "feed": asdict(self.feed),
                "ecosystem": self.name.ecosystem.value,
                "name": self.name.spelling,
                "cause": self.cause,
                "package_id": self.package_id,
                "attempt": self.attempt,
                "expects_twin": self.expects_twin,
                "for_decision": self.for_decision,
            }
        )

    @classmethod
    def of(cls, text: str) -> CheckRequest:
        """Read a message's text. Raises UntrustedInput."""
        try:
            row = _members(text)
            return cls(
                feed=_feed(row["feed"]),
                name=PackageName.of(Ecosystem.of(row["ecosystem"]), row["name"]),
                cause=str(row["cause"]),
                package_id=row["package_id"],
                attempt=int(row["attempt"]),
                # Messages of earlier versions do not carry these.
                expects_twin=bool(row.get("expects_twin", False)),
                for_decision=bool(row.get("for_decision", False)),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            raise UntrustedInput("not a check request") from error


class SweepKind(StrEnum):
    """How to walk a feed."""

    HINT = "hint"
    CHANGES = "changes"
    EVERY_PACKAGE = "every-package"
    PUBLIC_NAMES = "public-names"
    LOOK_ALIKE = "look-alike"


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """Walk a feed, or find out from a hint which feeds to walk.

    `feed` is set except for hints. The `hinted_` members are a sender's words: names or ids.
    `skip` is where the page of an every-package walk begins; `only` limits such a walk to one ecosystem,
    `blind` says that packages of earlier pages could not be judged. `only` and `location` name the registry whose
    list of names is to be read, `begun` when that was begun, or where a name that resembles ours (`public`) stands.
    """

    kind: SweepKind
    cause: str
    feed: FeedRef | None = None
    skip: int = 0
    hinted_project: str | None = None
    hinted_feed: str | None = None
    hinted_ecosystem: str | None = None
    hinted_package: str | None = None
    delivery: DeliveryKey | None = None
    attempt: int = 0
    only: str | None = None
    blind: bool = False
    location: str | None = None
    begun: str | None = None
    public: str | None = None

    def covers(self, ecosystem: Ecosystem) -> bool:
        """Say whether a walk is about packages of that ecosystem."""
        return self.only in (None, ecosystem.value)

    def text(self) -> str:
        """Return the message's text."""
        return json.dumps({"schema": _SCHEMA, **asdict(self)})

    @classmethod
    def of(cls, text: str) -> SweepRequest:
        """Read a message's text. Raises UntrustedInput."""
        try:
            row = _members(text)
            row.pop("schema")
            feed, delivery = row.pop("feed"), row.pop("delivery")
            words: dict[str, str | None] = {
                key: None if row[key] is None else str(row[key]) for key in _WORDS if key in row
            }
            return cls(
                kind=SweepKind(row["kind"]),
                cause=str(row["cause"]),
                feed=None if feed is None else _feed(feed),
                skip=int(row["skip"]),
                hinted_project=words.get("hinted_project"),
                hinted_feed=words.get("hinted_feed"),
                hinted_ecosystem=words.get("hinted_ecosystem"),
                hinted_package=words.get("hinted_package"),
                delivery=None if delivery is None else DeliveryKey(**delivery),
                attempt=int(row["attempt"]),
                only=words.get("only"),
                blind=bool(row.get("blind", False)),
                location=words.get("location"),
                begun=words.get("begun"),
                public=words.get("public"),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
            raise UntrustedInput("not a sweep request") from error


_WORDS: Final = (
    "hinted_project",
    "hinted_feed",
    "hinted_ecosystem",
    "hinted_package",
    "only",
    "location",
    "begun",
    "public",
)


def _feed(row: dict[str, Any]) -> FeedRef:
    project_id = row["project_id"]
    return FeedRef(str(row["organization"]), None if project_id is None else str(project_id), str(row["feed_id"]))


def _members(text: str) -> dict[str, Any]:
    # Our own writing, but a queue can be written by others: checked like any other input.
    row = json.loads(text)
    if not isinstance(row, dict) or row.get("schema") != _SCHEMA:
        raise UntrustedInput(f"not a message of schema {_SCHEMA}")
    return row
