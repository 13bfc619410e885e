"""The list of all projects as a Python index's edge gives it: whole, and for half an hour the same if told so.

Source: https://github.com/pypi/warehouse/blob/main/warehouse/api/simple.py
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import batched
from typing import Final

from packaging.utils import canonicalize_name
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from local.simulators.generated_names import GeneratedNames, in_order
from local.simulators.pypi_protocol import API_VERSION, SIMPLE_JSON, PypiProject

_PROJECTS_A_CHUNK: Final = 1_000
_QUARANTINED: Final = "quarantined"


@dataclass(frozen=True, slots=True)
class ProjectList:
    """What was listed at one moment; `projects` are spelling and serial by normalized name."""

    serial: int
    projects: dict[str, tuple[str, int]]
    generated: tuple[GeneratedNames, ...]

    @property
    def tag(self) -> str:
        """What tells this list from every other."""
        return f'"{hashlib.sha256(repr(self).encode()).hexdigest()[:32]}"'

    def render(self) -> Iterator[str]:
        """Give the document, in the order of the names."""
        meta = json.dumps({"_last-serial": self.serial, "api-version": API_VERSION})
        separator = ""
        yield f'{{"meta":{meta},"projects":['
        names = in_order(sorted(self.projects), self.generated)
        for chunk in batched(names, _PROJECTS_A_CHUNK, strict=False):
            yield separator + ",".join(map(self._project, chunk))
            separator = ","
        yield "]}"

    def _project(self, normalized: str) -> str:
        spelling, serial = self.projects.get(normalized, (normalized, 0))
        return f'{{"_last-serial":{serial},"name":{json.dumps(spelling)}}}'


@dataclass(slots=True)
class ListEdge:
    """What stands before the index: it gives the same list for as long as `lasts`; zero = always the newest.

    `generated` are projects that have been there for ever, and that only the list knows.
    """

    lasts: timedelta = timedelta(0)
    generated: list[GeneratedNames] = field(default_factory=list)
    _kept: tuple[datetime, ProjectList] | None = None

    def take(self, projects: Iterable[PypiProject], *, serial: int, now: datetime) -> ProjectList:
        """Return the list, as it is or as it was."""
        if self._kept is None or now - self._kept[0] >= self.lasts:
            # Those in quarantine are not on it.
            listed = {one.normalized: (one.name, one.last_serial) for one in projects if one.status != _QUARANTINED}
            self._kept = (now, ProjectList(serial, listed, tuple(self.generated)))
        return self._kept[1]

    def generate(self, count: int, *, prefix: str) -> None:
        """Have projects that are the prefix and a number from 0 on."""
        self.generated.append(GeneratedNames(canonicalize_name(f"{prefix}0")[:-1], count))


def answer_list(request: Request, listed: ProjectList) -> Response:
    """Answer with the list, or that it is the one that the client has."""
    headers = {
        "etag": listed.tag,
        "cache-control": "max-age=600, public",
        "x-pypi-last-serial": str(listed.serial),
        "vary": "Accept, Accept-Encoding",
    }
    if request.headers.get("if-none-match") in (headers["etag"], f"W/{headers['etag']}"):
        return Response(status_code=304, headers=headers)
    return StreamingResponse(listed.render(), media_type=SIMPLE_JSON, headers=headers)
