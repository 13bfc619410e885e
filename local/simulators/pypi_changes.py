"""The change feeds of a Python index: the RSS of new projects, and the XML-RPC changelog, with their real limits.

Source: https://github.com/pypi/warehouse/blob/main/warehouse/rss/views.py and …/legacy/api/xmlrpc/views.py
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import batched, islice
from typing import Any, Final
from xml.parsers.expat import ExpatError
from xmlrpc.client import Fault, ResponseError, Unmarshaller, dumps

from defusedxml.xmlrpc import DefusedExpatParser
from packaging.utils import canonicalize_name
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from local.simulators.generated_names import MOST_NAMES
from local.simulators.pypi_changes_journal import JournalEntry, PypiJournal
from local.simulators.server_control import Action, Actions

_WINDOW: Final = 40
_MOST_ROWS: Final = 50_000
_ROWS_A_CHUNK: Final = 500
_CLOSED: Final = frozenset({"search", "list_packages", "package_releases", "release_urls", "release_data", "changelog"})
_APPLICATION_ERROR: Final = -32500
_NO_METHOD: Final = -32601
_BAD_ARGUMENTS: Final = -32602
_HEAD: Final = "<?xml version='1.0'?>\n<methodResponse><params><param><value><array><data>\n"
_FOOT: Final = "</data></array></value></param></params></methodResponse>\n"


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GenerateJournal(_Order):
    """Write that many releases of projects that nobody created: the prefix and a number."""

    count: int = Field(ge=0)
    prefix: str = "generated-"


class LimitCalls(_Order):
    """How long an XML-RPC client must wait between two calls."""

    seconds: float = Field(ge=0)


class GenerateNames(_Order):
    """Have that many projects on the list, as if they had been there for ever: the prefix and a number."""

    count: int = Field(ge=0, le=MOST_NAMES)
    prefix: str = "generated-"


class KeepList(_Order):
    """For how long the list of all projects stays the same, whatever happens; the real edge keeps it for 1800."""

    seconds: float = Field(ge=0)


@dataclass(frozen=True, slots=True)
class PypiFeeds:
    """Both feeds of one index. `has_release` tells whether a project, by normalized name, has one."""

    journal: PypiJournal
    clock: Callable[[], datetime]
    has_release: Callable[[str], bool]

    async def packages(self, request: Request) -> Response:
        """Answer the newest projects: projects without a release are taken out after the window is cut."""
        newest = self.journal.newest_projects(_WINDOW)
        base = str(request.base_url).rstrip("/")
        items = "".join(_item(base, name, at) for name, at in newest if self.has_release(canonicalize_name(name)))
        head = f"<title>PyPI newest packages</title><link>{base}/</link><description>Newest packages</description>"
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>{head}{items}</channel></rss>'
        headers = {"etag": f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"', "cache-control": "max-age=86400"}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(text, media_type="text/xml; charset=UTF-8", headers=headers)

    async def xmlrpc(self, request: Request) -> Response:
        """Answer a call; whoever calls too soon is told when to come back."""
        try:
            method, arguments = _read_call(await request.body())
        except (Fault, ResponseError, ExpatError, ValueError, TypeError, LookupError):
            return _fault(-32700, "parse error; not well formed")
        wait = self.journal.limit.wait(self.clock())
        if wait > timedelta(0):
            told = f"Limit may reset in {max(1, round(wait.total_seconds()))} seconds."
            return _fault(_APPLICATION_ERROR, f"HTTPTooManyRequests: Too many requests by the client. {told}")
        return self._answer(method, arguments)

    def _answer(self, method: str | None, arguments: tuple[Any, ...]) -> Response:
        match method, arguments:
            case "changelog_last_serial", ():
                return Response(dumps((self.journal.serial,), methodresponse=True), media_type="text/xml")
            case "changelog_since_serial", (int(serial),):
                # Taken at once: what happens in the middle of sending belongs to the next call.
                rows = list(islice(self.journal.after(serial), _MOST_ROWS))
                return StreamingResponse(_render(rows), media_type="text/xml")
            case (("changelog_last_serial" | "changelog_since_serial"), _):
                return _fault(_BAD_ARGUMENTS, "server error; invalid method parameters")
            case str(name), _ if name in _CLOSED:
                return _fault(_APPLICATION_ERROR, "RuntimeError: This API is no longer supported.")
            case _:
                return _fault(_NO_METHOD, "server error; requested method not found")


def pypi_changes_routes(feeds: PypiFeeds) -> list[Route]:
    """Return the routes of both feeds."""
    return [Route("/rss/packages.xml", feeds.packages), Route("/pypi", feeds.xmlrpc, methods=["POST"])]


def pypi_changes_actions(journal: PypiJournal, clock: Callable[[], datetime]) -> Actions:
    """Return what the feeds can be told."""

    def generate(order: GenerateJournal) -> None:
        journal.generate(order.count, prefix=order.prefix, at=clock())

    def limit(order: LimitCalls) -> None:
        journal.limit.apart = timedelta(seconds=order.seconds)

    def keep_list(order: KeepList) -> None:
        journal.edge.lasts = timedelta(seconds=order.seconds)

    return {
        "generate_journal": Action(GenerateJournal, generate),
        "limit_calls": Action(LimitCalls, limit),
        "generate_names": Action(GenerateNames, lambda order: journal.edge.generate(order.count, prefix=order.prefix)),
        "keep_list": Action(KeepList, keep_list),
        "begin_journal_anew": Action(_Order, lambda _order: journal.begin_anew()),
    }


def _item(base: str, name: str, at: datetime) -> str:
    page = f"{base}/project/{canonicalize_name(name)}/"
    return (
        f"<item><title>{escape(name)} added to PyPI</title><link>{page}</link><guid>{page}</guid>"
        f"<description></description><pubDate>{format_datetime(at, usegmt=True)}</pubDate></item>"
    )


def _read_call(body: bytes) -> tuple[str | None, tuple[Any, ...]]:
    target = Unmarshaller(use_builtin_types=True)
    parser = DefusedExpatParser(target, forbid_dtd=True)
    parser.feed(body)
    parser.close()
    return target.getmethodname(), target.close()


def _fault(code: int, text: str) -> Response:
    return Response(dumps(Fault(code, text)), media_type="text/xml")


def _render(rows: list[JournalEntry]) -> Iterator[str]:
    yield _HEAD
    for chunk in batched(rows, _ROWS_A_CHUNK, strict=False):
        yield "".join(map(_row, chunk))
    yield _FOOT


def _row(row: JournalEntry) -> str:
    version = "<nil/>" if row.version is None else f"<string>{escape(row.version)}</string>"
    cells = (
        f"<string>{escape(row.name)}</string>",
        version,
        f"<int>{int(row.at.timestamp())}</int>",
        f"<string>{escape(row.action)}</string>",
        f"<int>{row.serial}</int>",
    )
    return f"<value><array><data>{''.join(f'<value>{cell}</value>' for cell in cells)}</data></array></value>\n"
