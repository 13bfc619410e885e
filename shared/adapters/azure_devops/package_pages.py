"""Pages of a feed's packages, however fat they are: what is too large is asked for again in smaller pieces."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from shared.adapters.azure_devops import packages_wire
from shared.adapters.azure_devops.addresses import Hosts
from shared.adapters.azure_devops.exchange import AnswerTooLarge
from shared.adapters.azure_devops.page_sizes import PageSizes
from shared.adapters.azure_devops.sender import Sender
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.versions import SourceLink
from shared.logs import told
from shared.ports import ListedPackage, PackagePage

logger = logging.getLogger(__name__)


class PackagePages:
    """Reads pages; what size fitted is remembered feed by feed."""

    def __init__(self, sender: Sender, hosts: Hosts) -> None:
        """Take the sender and the addresses of the client that this belongs to."""
        self._sender = sender
        self._hosts = hosts
        self._sizes = PageSizes()

    async def page(
        self,
        ref: FeedRef,
        sources: Iterable[SourceLink],
        *,
        skip: int,
        name: PackageName | None = None,
        query: str = "",
    ) -> PackagePage:
        """Return one page of at most 1,000 packages; with a name, of those that contain `query`.

        One package whose versions alone are too much is listed without them, as one that may hold anything.

        Raises:
            AnswerTooLarge: even one package without its versions is.
        """
        known = tuple(sources)
        while True:
            size = self._sizes.size(ref)
            request = packages_wire.list_packages(self._hosts, ref, skip=skip, top=size, name=name, query=query)
            try:
                page = packages_wire.read_packages(await self._sender.send(request), known, skip=skip, top=size)
            except AnswerTooLarge:
                logger.warning(told("page too large: asked again for less", feed=ref.feed_id, skip=skip, top=size))
                self._sizes.was_too_large(ref, size)
                if size == 1:
                    return await self._without_versions(ref, skip=skip, name=name, query=query)
            else:
                self._sizes.fitted(ref, size)
                return page

    async def find(self, ref: FeedRef, sources: Iterable[SourceLink], name: PackageName) -> ListedPackage | None:
        """Return the package of that canonical name, by whatever query finds it; None where the feed holds none."""
        known = tuple(sources)
        for query in packages_wire.name_queries(name):
            skip: int | None = 0
            while skip is not None:
                page = await self.page(ref, known, skip=skip, name=name, query=query)
                found = next((package for package in page.packages if package.name == name), None)
                if found is not None:
                    return found
                skip = page.next_skip
        return None

    async def _without_versions(self, ref: FeedRef, *, skip: int, name: PackageName | None, query: str) -> PackagePage:
        request = packages_wire.list_packages(
            self._hosts, ref, skip=skip, top=1, name=name, query=query, all_versions=False
        )
        return packages_wire.read_packages(await self._sender.send(request), None, skip=skip, top=1)
