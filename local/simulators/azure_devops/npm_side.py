"""The npm side of a feed: what `npm install`, `npm view` and `npm publish` talk to."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.simulators.azure_devops.blob_store import file_answer
from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import AzureError, bad_request, not_found
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.install import open_version, package_not_found, searched
from local.simulators.azure_devops.offers import Listing, Offer
from local.simulators.azure_devops.packages import StoredFile
from local.simulators.azure_devops.people import PUBLISH
from local.simulators.azure_devops.publishing import Upload, publish
from local.simulators.azure_devops.render_feeds import timestamp
from local.simulators.azure_devops.routing import AnyCaseRoute, answer_call
from local.simulators.azure_devops.spelling import highest
from local.simulators.npm_protocol import read_publish, split_path, tarball_name
from local.simulators.npm_protocol_archives import integrity
from shared.errors import UntrustedInput


def _root(call: Call, feed: Feed) -> str:
    return f"{call.base(feed)}/_packaging/{quote(feed.name)}/npm/registry"


def _manifest(call: Call, feed: Feed, name: str, offer: Offer) -> dict[str, Any]:
    """Return a version's manifest, with its tarball at this feed, wherever the bytes are now."""
    dist = dict(offer.manifest.get("dist") or {})
    if offer.held and offer.held.files:
        dist |= integrity(next(iter(offer.held.files.values())).content)
    dist["tarball"] = f"{_root(call, feed)}/{quote(name, safe='@/')}/-/{tarball_name(name, offer.version)}"
    own = {"name": name, "version": offer.version, "_id": f"{name}@{offer.version}", "dist": dist}
    return {**offer.manifest, **own}


def packument(call: Call, feed: Feed, listing: Listing) -> dict[str, Any]:
    """Return the document of a package; `latest` is the highest version listed."""
    latest = highest("npm", listing.offers)
    manifests = {offer.version: _manifest(call, feed, listing.name, offer) for offer in listing.offers.values()}
    body: dict[str, Any] = {
        "_id": listing.name,
        "name": listing.name,
        "dist-tags": {"latest": listing.offers[latest].version} if latest else {},
        "versions": manifests,
    }
    if latest and "description" in listing.offers[latest].manifest:
        body["description"] = listing.offers[latest].manifest["description"]
    held = {offer.version: timestamp(offer.held.published_at) for offer in listing.offers.values() if offer.held}
    if held:
        body["time"] = {"created": min(held.values()), "modified": max(held.values()), **held}
    return body


async def _publish(call: Call, name: str) -> Response:
    feed = call.feed(PUBLISH)
    try:
        sent = read_publish(await call.request.body(), expected=name)
    except UntrustedInput as error:
        raise bad_request("InvalidPackageException", str(error)) from error
    file = StoredFile(tarball_name(sent.name, sent.version), sent.tarball)
    upload = Upload(
        "npm",
        sent.name,
        sent.version,
        (file,),
        sent.manifest,
        author=call.caller.identity.id,
        description=str(sent.manifest.get("description", "")),
    )
    await publish(call.world, call.site.shelf, organization=call.organization, feed=feed, upload=upload)
    return JSONResponse({"ok": True, "success": True})


async def _tarball(call: Call, name: str, file_name: str) -> Response:
    feed = call.feed()
    listing = await searched(call, feed, protocol="npm", name=name)
    for offer in listing.offers.values():
        if tarball_name(name, offer.version).lower() == file_name.lower():
            file = await open_version(call, feed, listing, offer, file_name=None)
            return file_answer(call, file)
    raise package_not_found(name, file_name, feed)


async def _document(call: Call, name: str, version: str | None) -> Response:
    feed = call.feed()
    listing = await searched(call, feed, protocol="npm", name=name)
    if not listing.offers:
        raise package_not_found(name, "", feed)
    document = packument(call, feed, listing)
    if version is None:
        return JSONResponse(document)
    wanted = document["dist-tags"].get(version, version)
    if wanted not in document["versions"]:
        raise package_not_found(name, version, feed)
    return JSONResponse(document["versions"][wanted])


async def _own(call: Call, path: str) -> Response:
    """Answer what stands under `/-/`: the registry's own questions."""
    feed = call.feed()
    if path == "-/ping":
        return JSONResponse({})
    if path == "-/whoami":
        return JSONResponse({"username": call.caller.identity.name})
    if path.startswith("-/package/") and path.endswith("/dist-tags"):
        name = path.removeprefix("-/package/").removesuffix("/dist-tags")
        listing = await searched(call, feed, protocol="npm", name=name)
        return JSONResponse(packument(call, feed, listing)["dist-tags"])
    raise not_found("NotFoundException", f"There is nothing at '{path}'.")


async def registry(call: Call) -> Response:
    """Answer one request of an npm client."""
    path = call.path("rest")
    if path.startswith("-/"):
        return await _own(call, path)
    name, rest = split_path(path)
    match (call.request.method, rest):
        case ("PUT", ()):
            return await _publish(call, name)
        case ("GET" | "HEAD", ()):
            return await _document(call, name, None)
        case ("GET" | "HEAD", ("-", file_name)):
            return await _tarball(call, name, file_name)
        case ("GET" | "HEAD", (version,)):
            return await _document(call, name, version)
        case _:
            raise AzureError(HTTPStatus.METHOD_NOT_ALLOWED, "NotSupportedException", "This is not supported here.")


def routes(site: Site) -> list[Route]:
    """Return the routes of this part."""

    async def endpoint(request: Request) -> Response:
        return await answer_call(site, request, registry)

    path = "/_packaging/{feed}/npm/registry/{rest:path}"
    return [AnyCaseRoute(f"{prefix}{path}", endpoint) for prefix in ("/{organization}", "/{organization}/{project}")]
