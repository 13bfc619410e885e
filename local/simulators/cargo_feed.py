"""The RSS of new crates: those of the last 60 minutes, and at least 50.

`python -m local.simulators.cargo_feed --port 0`; told by `POST /_control/create`, `/_control/delete` and
`/_control/generate_crates`. Below another app: `cargo_feed_routes(crates)` and `cargo_feed_actions(crates)`.

Source: the registry's own src/worker/jobs/rss/sync_crates_feed.rs, https://github.com/rust-lang
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import takewhile
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.simulators.faults import FaultyApp, with_faults
from local.simulators.server import run
from local.simulators.server_control import Action, Actions, control_routes
from shared.errors import UntrustedInput

_WINDOW: Final = timedelta(minutes=60)
_FEWEST: Final = 50


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CreateCrate(_Order):
    """Create a crate; its first version is what makes it new."""

    name: str
    created_at: AwareDatetime | None = None


class DeleteCrate(_Order):
    """Delete a crate, as its owner may within 72 hours."""

    name: str


class GenerateCrates(_Order):
    """Create that many crates: the prefix and a number."""

    count: int = Field(ge=0)
    prefix: str = "generated-"


@dataclass(slots=True)
class NewCrates:
    """When each crate was created. `clock` tells when things happen."""

    clock: Callable[[], datetime]
    created: dict[str, datetime] = field(default_factory=dict)

    def create(self, name: str, *, at: datetime | None = None) -> None:
        """Create a crate; the same name again changes nothing."""
        self.created.setdefault(name, at or self.clock())

    def delete(self, name: str) -> bool:
        """Delete a crate; its name is free again."""
        return self.created.pop(name, None) is not None

    def window(self) -> list[tuple[str, datetime]]:
        """Return what the RSS lists, the newest first."""
        newest = sorted(self.created.items(), key=lambda crate: crate[1], reverse=True)
        begin = self.clock() - _WINDOW
        recent = sum(1 for _ in takewhile(lambda crate: crate[1] >= begin, newest))
        return newest[: max(recent, _FEWEST)]


def cargo_feed_actions(crates: NewCrates) -> Actions:
    """Return what the list can be told."""

    def delete(order: DeleteCrate) -> None:
        if not crates.delete(order.name):
            raise UntrustedInput(f"no such crate: {order.name}")

    def generate(order: GenerateCrates) -> None:
        for number in range(order.count):
            crates.create(f"{order.prefix}{number}")

    return {
        "create": Action(CreateCrate, lambda order: crates.create(order.name, at=order.created_at)),
        "delete": Action(DeleteCrate, delete),
        "generate_crates": Action(GenerateCrates, generate),
    }


def cargo_feed_routes(crates: NewCrates) -> list[Route]:
    """Return the feed's route."""

    async def new_crates(request: Request) -> Response:
        base = str(request.base_url).rstrip("/")
        body = _render(base, crates.window()).encode()
        headers = {"etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "cache-control": "max-age=600"}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type="text/xml; charset=UTF-8", headers=headers)

    return [Route("/rss/crates.xml", new_crates)]


def cargo_feed_app(crates: NewCrates) -> FaultyApp:
    """Return an app that serves the feed alone."""
    return with_faults(Starlette(routes=[*control_routes(cargo_feed_actions(crates)), *cargo_feed_routes(crates)]))


def _render(base: str, crates: list[tuple[str, datetime]]) -> str:
    items = "".join(_item(base, name, at) for name, at in crates)
    head = f"<title>newly created crates</title><link>{base}/</link><description>Newly created crates</description>"
    namespace = f'xmlns:crates="{base}/"'
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {namespace}><channel>{head}{items}</channel></rss>'
    )


def _item(base: str, name: str, at: datetime) -> str:
    page = f"{base}/crates/{escape(name)}"
    return (
        f"<item><title>New crate created: {escape(name)}</title><link>{page}</link><guid>{page}</guid>"
        f"<pubDate>{format_datetime(at)}</pubDate><crates:name>{escape(name)}</crates:name></item>"
    )


def main() -> None:
    """Serve the feed until told to stop."""
    parser = argparse.ArgumentParser(description="A list of new crates for this machine only.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free port, which is printed")
    options = parser.parse_args()
    run(cargo_feed_app(NewCrates(lambda: datetime.now(UTC))), options.port)


if __name__ == "__main__":
    main()
