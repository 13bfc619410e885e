"""Wanted: which package in which feed somebody asks for, from what they wrote in a form."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.errors import BadField, NoUpstreamingBehavior, UnknownFeed, UntrustedInput


def wanted_feed(feeds: Sequence[Feed], words: str) -> Feed:
    """Return the feed of that title, such as `Payments/core`, or of that id; letter case does not matter.

    Raises:
        BadField: nothing was written.
        UnknownFeed: there is none, or more than one.
    """
    wanted = words.strip().strip("/").casefold()
    if not wanted:
        raise BadField("Say which feed: its project and name, such as Payments/core.", field="feed")
    found = [feed for feed in feeds if wanted in {feed.title.casefold(), feed.ref.feed_id.casefold()}]
    if len(found) != 1:
        text = "More than one feed is" if found else "No feed that Feedwarden sees is"
        raise UnknownFeed(f"{text} called {words.strip()[:80]!r}: write project and name, such as Payments/core.")
    return found[0]


def wanted_name(ecosystem: str, name: str) -> PackageName:
    """Return the package of that name. Raises BadField."""
    try:
        world = Ecosystem.of(ecosystem)
    except (UntrustedInput, NoUpstreamingBehavior) as error:
        raise BadField(str(error), field="ecosystem") from error
    try:
        return PackageName.of(world, name.strip())
    except UntrustedInput as error:
        raise BadField(str(error), field="name") from error
