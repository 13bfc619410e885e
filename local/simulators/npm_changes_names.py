"""npm's list of all documents: `_all_docs`, with the limits that the service of 2025 has.

Source: https://github.blog/changelog/2025-02-27-changes-and-deprecation-notice-for-npm-replication-apis/
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import batched, islice
from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from local.simulators.generated_names import MOST_NAMES, GeneratedNames, in_order
from local.simulators.npm_changes_log import NpmChangeLog
from local.simulators.server_control import Action, Actions
from shared.errors import UntrustedInput

_DEFAULT_LIMIT: Final = 1_000
_MOST: Final = 10_000
_ROWS_A_CHUNK: Final = 500


class GenerateNames(BaseModel):
    """Have that many names on the list, as if they had been there before the first change: the prefix and a number."""

    model_config = ConfigDict(extra="forbid")

    count: int = Field(ge=0, le=MOST_NAMES)
    prefix: str = "generated-"


def npm_names_actions(log: NpmChangeLog) -> Actions:
    """Return what the list can be told."""

    def generate(order: GenerateNames) -> None:
        log.generated.append(GeneratedNames(order.prefix, order.count))

    return {"generate_names": Action(GenerateNames, generate)}


def npm_names_routes(log: NpmChangeLog) -> list[Route]:
    """Return the list's route."""

    async def all_docs(request: Request) -> Response:
        query = dict(request.query_params)
        try:
            limit, first = _read_limit(query.pop("limit", "")), _read_startkey(query.pop("startkey", '""'))
        except UntrustedInput as error:
            return _refused(str(error))
        if query:
            # What the service of 2025 left out: skip, include_docs, update_seq, …
            return _refused(f"not supported: {sorted(query)}")
        written = sorted(log.present)
        total = len(written) + sum(map(len, log.generated))
        names = list(islice(in_order(written, log.generated, first=first), limit))
        return StreamingResponse(_render(names, total), media_type="application/json")

    return [Route("/_all_docs", all_docs)]


def _read_limit(text: str) -> int:
    limit = int(text) if text.isdecimal() else 0
    if text and not 1 <= limit <= _MOST:
        raise UntrustedInput(f"limit is 1 to {_MOST}")
    return limit or _DEFAULT_LIMIT


def _read_startkey(text: str) -> str:
    try:
        first = json.loads(text)
    except ValueError as error:
        raise UntrustedInput("startkey is no JSON") from error
    if not isinstance(first, str):
        raise UntrustedInput("startkey is no JSON string")
    return first


def _refused(reason: str) -> Response:
    return JSONResponse({"error": "bad_request", "reason": reason}, status_code=400)


def _render(names: list[str], total: int) -> Iterator[str]:
    separator = ""
    yield f'{{"total_rows":{total},"rows":['
    for chunk in batched(names, _ROWS_A_CHUNK, strict=False):
        yield separator + ",".join(map(_row, chunk))
        separator = ","
    yield "]}"


def _row(name: str) -> str:
    key = json.dumps(name)
    return f'{{"id":{key},"key":{key},"value":{{"rev":"1-{len(name):032x}"}}}}'
