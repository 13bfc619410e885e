"""The blob store behind a feed: the feed answers with an address there, and its signature opens it, to anyone.

Seen at the real service rather than documented: 303, and that the store refuses who brings a credential along.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.packages import StoredFile

_PATH: Final = "/_blobs"
_REFUSAL: Final = '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code></Error>'


def file_answer(call: Call, file: StoredFile) -> Response:
    """Answer with a file, or with the address where it is."""
    if not call.world.behavior.downloads_redirect:
        return Response(file.content, media_type="application/octet-stream")
    blob, signature = f"b-{uuid4().hex}", uuid4().hex
    call.site.blobs[f"{blob}?{signature}"] = file.content
    url = f"{call.request.url.scheme}://{call.request.url.netloc}{_PATH}/{blob}?sig={signature}&sp=r"
    return RedirectResponse(url, HTTPStatus.SEE_OTHER)


def routes(site: Site) -> list[Route]:
    """Return the routes of this part."""

    async def endpoint(request: Request) -> Response:
        content = site.blobs.get(f"{request.path_params['blob']}?{request.query_params.get('sig')}")
        if content is None or "authorization" in request.headers:
            return Response(_REFUSAL, HTTPStatus.FORBIDDEN, media_type="application/xml")
        return Response(content, media_type="application/octet-stream")

    return [Route(f"{_PATH}/{{blob}}", endpoint)]
