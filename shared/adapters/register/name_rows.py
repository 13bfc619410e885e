"""Rows of the names index, and back. Readers raise only UnexpectedAnswer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.adapters.register import keys
from shared.adapters.register.documents import SERVICE, Document, Entity, pack, read_text, unpack
from shared.adapters.register.rows import feed_document, feed_of, read_feed, reading
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import Likeness
from shared.domain.names import PackageName
from shared.errors import UnexpectedAnswer
from shared.ports import HeldName

_PARTS: Final = 4


def read_held(entity: Mapping[str, object], ecosystem: Ecosystem) -> HeldName:
    """Read a name from its row's key, which keeps no spelling, and the feed from what the row holds."""
    parts = keys.parts_of(str(entity.get("RowKey")))
    if len(parts) != _PARTS:
        raise UnexpectedAnswer(f"{entity.get('RowKey')!r:.60} is no row of a name", service=SERVICE)
    return HeldName(PackageName(ecosystem, parts[0], parts[0]), read_feed(entity))


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
