"""What all package clients do at a feed: look a package up, open a version; the first opening saves it."""

from __future__ import annotations

from http import HTTPStatus

from local.simulators.azure_devops.calls import Call
from local.simulators.azure_devops.errors import AzureError, not_found
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.offers import Listing, Offer, view_listing
from local.simulators.azure_devops.packages import StoredFile
from local.simulators.azure_devops.people import SAVE
from local.simulators.azure_devops.public import SourceDown


async def searched(call: Call, feed: Feed, *, protocol: str, name: str) -> Listing:
    """Return what the feed lists; held versions stand even where an upstream source is down.

    Raises:
        AzureError: 503, nothing is held and a source did not answer: it is not known whether there is one.
    """
    view = call.view(feed)
    if view is not None:
        return view_listing(feed, view, protocol, name)
    listing = await call.site.shelf.listing(call.organization, feed, protocol=protocol, name=name)
    if not listing.offers and listing.down:
        sources = ", ".join(listing.down)
        raise AzureError(
            HTTPStatus.SERVICE_UNAVAILABLE, "UpstreamUnavailableException", f"No answer from upstream: {sources}."
        )
    return listing


async def open_version(call: Call, feed: Feed, listing: Listing, offer: Offer, *, file_name: str | None) -> StoredFile:
    """Return one file of a version (None = its only one), saving it where it is not held yet.

    Raises:
        AzureError: 403, only collaborators and above save from upstream; 503, the upstream is down.
    """
    if offer.held is None or (file_name is not None and file_name not in offer.held.files):
        call.require(feed, SAVE)
    try:
        held = await call.site.shelf.save(call.organization, feed, offer, listing=listing, file_name=file_name)
    except SourceDown as error:
        raise AzureError(HTTPStatus.SERVICE_UNAVAILABLE, "UpstreamUnavailableException", str(error)) from error
    for file in held.files.values():
        if file_name in (None, file.name):
            return file
    raise package_not_found(listing.name, offer.version, feed)


def package_not_found(name: str, version: str, feed: Feed) -> AzureError:
    """Neither the feed nor its upstream sources offer it, or it is kept out."""
    return not_found(
        "PackageNotFoundException",
        f"The package '{name}' {version} could not be found in the feed '{feed.name}', or the versions of its"
        " upstream sources are blocked: see 'Allow externally sourced versions'.",
    )
