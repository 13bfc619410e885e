"""PyPI's list: the simple index's own page, one JSON document of all projects.

It is tens of megabytes, so it is asked for only where it changed, and read while it arrives. Projects in quarantine are
not on it.

Source: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from shared.adapters.change_feeds.wire import base_of
from shared.adapters.name_lists.project_list import ProjectListReader
from shared.adapters.name_lists.wire import ListReader
from shared.adapters.outbound.messages import AnswerHead, Request
from shared.errors import UnexpectedAnswer
from shared.ports import NamePage

_SERVICE: Final = "Python package index"
_JSON: Final = "application/vnd.pypi.simple.v1+json"
_SIMPLE: Final = "/simple"
# Ten times the list of November 2026.
_MOST_BYTES: Final = 512 * 1024 * 1024
# https://www.rfc-editor.org/rfc/rfc9110#field.etag, and no longer than fits beside a position.
_TAG: Final = re.compile(r'(?:W/)?"[!#-~]{0,200}"')


@dataclass(frozen=True, slots=True)
class PypiNames:
    """The list of an index: its root's address, or that of its `/simple`. Tokens are the list's ETags."""

    address: str

    def request(self, *, token: str | None) -> Request:
        """Ask for the list, where it is not the one that the token stands for."""
        url = f"{base_of(self.address).removesuffix(_SIMPLE)}{_SIMPLE}/"
        condition = {} if _tag(token) is None else {"if-none-match": str(token)}
        return Request(url, _SERVICE, {"accept": _JSON, **condition}, max_bytes=_MOST_BYTES)

    def reader(self, answer: AnswerHead, *, token: str | None) -> ListReader:
        """Read the list where there is one; 304 = it is the one that the token stands for."""
        if answer.status == HTTPStatus.OK:
            return ProjectListReader(token=_tag(answer.headers.get("etag")), service=_SERVICE)
        if answer.status == HTTPStatus.NOT_MODIFIED and _tag(token) is not None:
            return _Unchanged(token)
        raise UnexpectedAnswer(f"it answered {answer.status}", service=_SERVICE)


@dataclass(frozen=True, slots=True)
class _Unchanged:
    """Reads an answer without a body: there is nothing new."""

    token: str | None

    def feed(self, piece: bytes) -> None:
        """Take nothing: a 304 has no body."""

    def take(self) -> None:
        """Return no page."""

    def finish(self) -> NamePage:
        """Return a page without names."""
        return NamePage((), self.token, last=True)


def _tag(text: str | None) -> str | None:
    return text if text is not None and _TAG.fullmatch(text) else None
