"""The Python side of a feed: what `pip install` and `twine upload` talk to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from local.simulators.azure_devops.blob_store import file_answer
from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import AzureError, bad_request
from local.simulators.azure_devops.install import open_version, package_not_found, searched
from local.simulators.azure_devops.offers import Listing
from local.simulators.azure_devops.packages import StoredFile
from local.simulators.azure_devops.people import PUBLISH
from local.simulators.azure_devops.public import RemoteFile
from local.simulators.azure_devops.publishing import Upload, publish
from local.simulators.azure_devops.routing import AnyCaseRoute, Handler, answer_call
from local.simulators.azure_devops.spelling import normalize_name, normalize_version
from local.simulators.pypi_protocol import (
    LEGACY_HTML,
    PypiFile,
    PypiProject,
    negotiate,
    render_detail,
    render_index,
)
from local.simulators.pypi_protocol_upload import receive_upload
from shared.errors import UntrustedInput


@dataclass(frozen=True, slots=True)
class _ListedFile(PypiFile):
    """A file on a feed's page. `digest` is told even where the bytes are still upstream."""

    digest: str = ""

    @property
    def sha256(self) -> str:
        return self.digest


def _listed(file: StoredFile | RemoteFile, moment: datetime) -> _ListedFile:
    content = file.content if isinstance(file, StoredFile) else b""
    return _ListedFile(file.name, content, moment, file.requires_python, digest=file.sha256 or "")


def _project(call: Call, listing: Listing) -> PypiProject:
    files = [
        _listed(file, offer.held.published_at if offer.held else call.world.now())
        for offer in listing.offers.values()
        for file in offer.files
    ]
    return PypiProject(listing.name, tuple(files))


def _content_type(call: Call) -> str:
    if not call.world.behavior.pypi_index_speaks_json:
        return LEGACY_HTML  # whatever was asked for
    chosen = negotiate(call.request.headers.get("accept", ""))
    if chosen is None:
        raise AzureError(HTTPStatus.NOT_ACCEPTABLE, "NotAcceptableException", "No acceptable content type.")
    return chosen


async def simple_page(call: Call) -> Response:
    """Answer a package's page of the simple index."""
    feed, name = call.feed(), normalize_name("pypi", call.path("name"))
    listing = await searched(call, feed, protocol="pypi", name=name)
    if not listing.offers:
        raise package_not_found(name, "", feed)
    base = f"{call.base(feed)}/_packaging/{quote(feed.name)}/pypi/download/{name}"

    def file_url(file: PypiFile) -> str:
        return f"{base}/{quote(file.version)}/{quote(file.filename)}"

    content_type = _content_type(call)
    page = render_detail(_project(call, listing), content_type=content_type, file_url=file_url)
    return Response(page, media_type=content_type)


async def simple_index(call: Call) -> Response:
    """Answer the list of packages that the feed holds."""
    feed = call.feed()
    held = [PypiProject(one.name) for one in feed.packages.values() if one.protocol == "pypi" and one.live()]
    content_type = _content_type(call)
    page = render_index(held, content_type=content_type, last_serial=feed.log.last_token)
    return Response(page, media_type=content_type)


async def download(call: Call) -> Response:
    """Answer a file's bytes; the first download from upstream saves the version."""
    feed, name, file_name = call.feed(), normalize_name("pypi", call.path("name")), call.path("file")
    listing = await searched(call, feed, protocol="pypi", name=name)
    offer = listing.offers.get(normalize_version("pypi", call.path("version")))
    if offer is None or file_name not in offer.file_names:
        raise package_not_found(name, call.path("version"), feed)
    file = await open_version(call, feed, listing, offer, file_name=file_name)
    return file_answer(call, file)


async def upload(call: Call) -> Response:
    """Take one file that twine sends."""
    feed = call.feed(PUBLISH)
    try:
        sent = await receive_upload(call.request)
    except UntrustedInput as error:
        raise bad_request("InvalidPackageException", str(error)) from error
    file = StoredFile(sent.filename, sent.content, sent.requires_python)
    new = Upload("pypi", sent.name, sent.version, (file,), author=call.caller.identity.id)
    await publish(call.world, call.site.shelf, organization=call.organization, feed=feed, upload=new)
    return HTMLResponse("", HTTPStatus.ACCEPTED)


def routes(site: Site) -> list[Route]:
    """Return the routes of this part."""
    base = "/_packaging/{feed}/pypi"
    table: tuple[tuple[str, str, Handler], ...] = (
        ("POST", f"{base}/upload", upload),
        ("GET", f"{base}/simple", simple_index),
        ("GET", f"{base}/simple/{{name}}", simple_page),
        ("GET", f"{base}/download/{{name}}/{{version}}/{{file}}", download),
    )
    return [
        AnyCaseRoute(f"{prefix}{path}", _endpoint(site, method, handler))
        for method, path, handler in table
        for prefix in ("/{organization}", "/{organization}/{project}")
    ]


def _endpoint(site: Site, method: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        if (request.method == "HEAD" and method == "GET") or request.method == method:
            return await answer_call(site, request, handler)
        return Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED)

    return endpoint
