"""Answers as the service writes them: real member names and casing, invented values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from shared.adapters.azure_devops.addresses import Hosts
from shared.adapters.azure_devops.exchange import Answer
from shared.domain.feeds import Feed, FeedRef

HOSTS: Final = Hosts(
    devops="https://devops.example.test",
    feeds="https://feeds.example.test",
    packages="https://packages.example.test",
    identity="https://identity.example.test",
)

FEED_ID: Final = "7d0c8ed7-6a53-4b1c-9a8e-1d2a3b4c5d6e"
OTHER_FEED_ID: Final = "8e1d9fe8-7b64-4c2d-8b9f-2e3b4c5d6e7f"
PROJECT_ID: Final = "9a2b3c4d-1111-4222-8333-444455556666"
COLLECTION_ID: Final = "c0ffee00-1111-4222-8333-444455556666"
PUBLIC_ID: Final = "11111111-aaaa-4bbb-8ccc-000000000001"
INTERNAL_ID: Final = "22222222-aaaa-4bbb-8ccc-000000000002"
ZERO_GUID: Final = "00000000-0000-0000-0000-000000000000"

ORGANIZATION_FEED: Final = FeedRef("acme", None, FEED_ID)
PROJECT_FEED: Final = FeedRef("acme", PROJECT_ID, FEED_ID)


def answer(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer with a JSON body."""
    lowered = {"content-type": "application/json; charset=utf-8; api-version=7.1"} | dict(headers or {})
    return Answer(status, lowered, json.dumps(body).encode())


def page(text: str, *, status: int = 200) -> Answer:
    """Return an answer that is an HTML page."""
    return Answer(status, {"content-type": "text/html; charset=utf-8"}, text.encode())


def public_source(**changes: object) -> dict[str, Any]:
    """Return a public upstream source."""
    return {
        "id": PUBLIC_ID,
        "name": "public npm",
        "protocol": "npm",
        "location": "https://npm.example.test/",
        "displayLocation": "https://npm.example.test/",
        "upstreamSourceType": "public",
        "status": "ok",
    } | changes


def internal_source(**changes: object) -> dict[str, Any]:
    """Return an internal upstream source that names its collection, as real ones do."""
    return {
        "id": INTERNAL_ID,
        "name": "shared@Local",
        "protocol": "nuget",
        "location": "azure-feed://acme/shared@Local",
        "displayLocation": "azure-feed://acme/shared@Local",
        "upstreamSourceType": "internal",
        "internalUpstreamCollectionId": COLLECTION_ID,
        "internalUpstreamFeedId": OTHER_FEED_ID,
        "internalUpstreamViewId": "33333333-aaaa-4bbb-8ccc-000000000003",
        "internalUpstreamProjectId": PROJECT_ID,
        "status": "ok",
    } | changes


def feed(*sources: Mapping[str, Any], **changes: object) -> dict[str, Any]:
    """Return a feed; organization-scoped where no project is given."""
    return {
        "id": FEED_ID,
        "name": "core",
        "description": None,
        "url": f"https://feeds.example.test/acme/_apis/Packaging/Feeds/{FEED_ID}",
        "upstreamEnabled": True,
        "capabilities": "defaultCapabilities",
        "upstreamSources": list(sources),
        "_links": {"self": {"href": "https://feeds.example.test/"}},
    } | changes


def package(
    *direct_sources: str | None, name: str = "core", protocol: str = "Npm", **changes: object
) -> dict[str, Any]:
    """Return a package of the list, a version for each direct source; None = pushed here, which has no such member."""
    versions = [
        {"id": f"01-{number}", "version": f"1.{number}.0", "normalizedVersion": f"1.{number}.0", "isListed": True}
        | ({} if source is None else {"directUpstreamSourceId": source})
        for number, source in enumerate(direct_sources)
    ]
    return {
        "id": f"id-of-{name}",
        "normalizedName": name.lower(),
        "name": name,
        "protocolType": protocol,
        "versions": versions,
    } | changes


def version(text: str = "1.2.0", **changes: object) -> dict[str, Any]:
    """Return one version of "Get Package Versions", as pushed to this feed."""
    return {
        "id": f"id-of-{text}",
        "version": text,
        "normalizedVersion": text,
        "isLatest": True,
        "isListed": True,
        "storageId": "0123",
        "views": [{"id": "44", "name": "Local", "url": None, "type": "implicit"}],
        "publishDate": "2026-01-02T03:04:05.0130793Z",
        "sourceChain": [],
    } | changes


def listed(*rows: object) -> dict[str, Any]:
    """Wrap rows in the service's collection."""
    return {"count": len(rows), "value": list(rows)}


def wrapped_error(type_key: str, message: str = "It failed.") -> dict[str, Any]:
    """Return the body of an error."""
    return {
        "$id": "1",
        "innerException": None,
        "message": message,
        "typeName": f"Microsoft.VisualStudio.Services.Feed.WebApi.{type_key}",
        "typeKey": type_key,
        "errorCode": 0,
        "eventId": 3000,
    }


def known_feed(ref: FeedRef = ORGANIZATION_FEED) -> Feed:
    """Return a feed without upstream sources, for calls that only need to know which feed."""
    return Feed(ref, "core", None, enabled=True, upstream_enabled=True, upstreams=())
