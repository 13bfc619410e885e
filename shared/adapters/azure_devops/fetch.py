"""Downloads one version through a feed, so that the feed saves it; the files themselves are thrown away."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Final

from shared.adapters.azure_devops import fetch_wire
from shared.adapters.azure_devops.addresses import Hosts
from shared.adapters.azure_devops.exchange import SERVICE, NotThere
from shared.adapters.azure_devops.sender import Sender
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.errors import UpstreamUnavailable
from shared.logs import told
from shared.ports import FetchOutcome

logger = logging.getLogger(__name__)

# Well before the platform ends the function that waits for it (host.json, functionTimeout).
_LONGEST_FETCH: Final = timedelta(minutes=6)


async def fetch(sender: Sender, *, hosts: Hosts, feed: Feed, name: PackageName, version: str) -> FetchOutcome:
    """Download every file of one version, one after the other.

    FETCHED means all of them. NOT_OFFERED also where a file is gone when its turn comes, after others were saved, and
    for what cannot be a version of that ecosystem.

    Raises:
        PermissionMissing: saving takes the role "Feed and Upstream Reader (Collaborator)".
        UpstreamError: also where it takes too long; what was downloaded until then may have been saved.
    """
    if name.ecosystem not in fetch_wire.FILE_SOURCES:
        return FetchOutcome.UNSUPPORTED
    wanted = fetch_wire.wanted_version(feed, name, version)
    if wanted is None:
        return FetchOutcome.NOT_OFFERED
    try:
        async with asyncio.timeout(_LONGEST_FETCH.total_seconds()):
            files = await _download_all(sender, hosts, wanted)
    except NotThere:
        return FetchOutcome.NOT_OFFERED
    except TimeoutError as error:
        raise UpstreamUnavailable(f"{name} took longer to download than we wait", service=SERVICE) from error
    logger.info(told("downloaded through the feed", package=name, version=version, files=files))
    return FetchOutcome.FETCHED if files else FetchOutcome.NOT_OFFERED


async def _download_all(sender: Sender, hosts: Hosts, wanted: fetch_wire.Wanted) -> int:
    answer = await sender.send(fetch_wire.ask_where(hosts, wanted))
    files = fetch_wire.read_downloads(answer, hosts, wanted)
    # Not at once: a large file holds one of the few places that all calls share.
    for file in files:
        await sender.send(file)
    return len(files)
