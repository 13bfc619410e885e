"""Rows of the names index, and back. Readers raise only UnexpectedAnswer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.adapters.register import keys
from shared.adapters.register.documents import SERVICE, Document, Entity, pack, read_text, unpack
from shared.adapters.register.pack_rows import maybe
from shared.adapters.register.rows import feed_document, feed_of, reading, write_feed
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import Likeness
from shared.domain.names import PackageName
from shared.errors import UnexpectedAnswer
from shared.ports import HeldName

_PARTS: Final = 4


def write_held(name: PackageName, feed: FeedRef) -> Entity:
    """Return what a row holds that says that a feed holds a name; the spelling only where the key does not say it."""
    if name.spelling == name.canonical:
        return write_feed(feed)
    return pack({"feed": feed_document(feed), "spelling": name.spelling})


def read_held(entity: Mapping[str, object], ecosystem: Ecosystem) -> HeldName:
    """Read a name from its row's key, and the feed and the name's spelling from what the row holds."""
    parts = keys.parts_of(str(entity.get("RowKey")))
    if len(parts) != _PARTS:
        raise UnexpectedAnswer(f"{entity.get('RowKey')!r:.60} is no row of a name", service=SERVICE)
    document = unpack(entity)
    feed = reading(lambda row: feed_of(row["feed"]), document, "feed")
    spelling = reading(_spelling, document, "spelling")
    return HeldName(PackageName(ecosystem, parts[0], spelling or parts[0]), feed)


def _spelling(document: Document) -> str | None:
    if document.get("spelling") == "":
        raise ValueError("a name is spelled with something")
    return maybe(document.get("spelling"), read_text)


def write_look_alike(internal: PackageName, likeness: Likeness, feed: FeedRef) -> Entity:
    """Return what a row holds that says which name a public one looks like, and how."""
    document: Document = {
        "feed": feed_document(feed),
        "ecosystem": internal.ecosystem,
        "internal": internal.canonical,
        "likeness": likeness,
    }
    return pack(document)


def _look_alike(document: Document) -> tuple[HeldName, Likeness]:
    internal = read_text(document["internal"])
    name = PackageName(Ecosystem(document["ecosystem"]), internal, internal)
    return HeldName(name, feed_of(document["feed"])), Likeness(document["likeness"])


def read_look_alike(entity: Mapping[str, object]) -> tuple[HeldName, Likeness]:
    """Read such a row."""
    return reading(_look_alike, unpack(entity), "look-alike")
