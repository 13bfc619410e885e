"""The key codec: any text as part of a table key, and back.

A key is parts joined by `|`. Inside a part, what Table Storage refuses and what we need ourselves is
written as `=` and two hexadecimal digits, so distinct parts make distinct keys. The escape is not `%`,
because Table Storage decodes a key in an address twice, and a row behind a `%` can then read as missing.

Source: "Characters Disallowed in Key Fields",
    https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
Source: "PartitionKey or RowKey containing the percent '%' character causes some APIs to fail",
    https://learn.microsoft.com/archive/blogs/windowsazurestorage/
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import Finding, Likeness
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.errors import TooLarge, UnexpectedAnswer

SEPARATOR: Final = "|"
# The character after the separator: [prefix + SEPARATOR, prefix + _AFTER) holds exactly the keys below a prefix.
_AFTER: Final = chr(ord(SEPARATOR) + 1)
# Beyond every key that is written in earnest: no name begins with it, and it is greater than all letters and,
# compared in UTF-16 as the service does, than all surrogates.
_BEYOND: Final = "\ufffd"
_LONGEST_BYTES: Final = 1024
_SEQUENCE_DIGITS: Final = 10
_ORGANIZATION_SCOPE: Final = "-"

# Refused: / \ # ? and controls. Unsafe in addresses: % + '. Ours: = and |. Surrogates and noncharacters
# have no UTF-8, or none that every reader takes.
_ESCAPED: Final = re.compile(r"[/\\#?%+'=|\x00-\x1f\x7f-\x9f]|[\ud800-\udfff\ufffe\uffff]")
_ESCAPE: Final = re.compile(r"=(?:u([0-9A-F]{4})|([0-9A-F]{2}))")
_TWO_DIGITS: Final = 0xFF


def escape(text: str) -> str:
    """Write any text as one part of a key."""
    return _ESCAPED.sub(_escaped_character, text)


def _escaped_character(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"={code:02X}" if code <= _TWO_DIGITS else f"=u{code:04X}"


def unescape(part: str) -> str:
    """Read one part of a key.

    Raises:
        UnexpectedAnswer: no text is ever written like that.
    """
    text = _ESCAPE.sub(lambda match: chr(int(match.group(1) or match.group(2), 16)), part)
    if escape(text) != part:
        raise UnexpectedAnswer(f"{part[:60]!r} is no part of a key of ours", service="table storage")
    return text


def parts_of(joined: str) -> tuple[str, ...]:
    """Read the parts of a key. Raises UnexpectedAnswer."""
    return tuple(unescape(part) for part in joined.split(SEPARATOR))


def key(*parts: str) -> str:
    """Join texts to one key.

    Raises:
        TooLarge: the key would be longer than Table Storage takes.
    """
    joined = SEPARATOR.join(escape(part) for part in parts)
    if len(joined.encode("utf-16-le")) > _LONGEST_BYTES:
        raise TooLarge(f"the key {joined[:60]!r}… is longer than {_LONGEST_BYTES} bytes: Table Storage takes no more")
    return joined


def below(prefix: str) -> tuple[str, str]:
    """Return the half-open range [first, last) of the keys that begin with the prefix and a separator."""
    return prefix + SEPARATOR, prefix + _AFTER


def from_row(row: str) -> tuple[str, str]:
    """Return the half-open range of a row and all that come after it in its partition."""
    return row, _BEYOND


def feed_partition(feed: FeedRef) -> str:
    """Return the partition that holds everything of one feed."""
    return key(feed.organization, feed.project_id or _ORGANIZATION_SCOPE, feed.feed_id)


def case_row(name: PackageName) -> str:
    """Return the row of a case."""
    return key("case", name.ecosystem, name.canonical)


def event_rows(name: PackageName) -> str:
    """Return the prefix of all events of a case."""
    return key("event", name.ecosystem, name.canonical)


def event_row(name: PackageName, sequence: int) -> str:
    """Return the row of one event; padded, since rows sort as texts."""
    return key("event", name.ecosystem, name.canonical, f"{sequence:0{_SEQUENCE_DIGITS}}")


def outbox_row(notice_id: str) -> str:
    """Return the row of a notice that waits; ids sort by time, and so do rows."""
    return key("outbox", notice_id)


def finding_row(finding: Finding) -> str:
    """Return the row of a finding: what looks like what, and how, is found once."""
    public = finding.public
    return key("finding", public.ecosystem, public.canonical, finding.likeness, finding.resembles)


def approval_row(name: PackageName) -> str:
    """Return the row of the approval of a package that is alive: one at most."""
    return key("approval", name.ecosystem, name.canonical)


def past_approval_row(name: PackageName, approval_id: str) -> str:
    """Return the row of an approval that has ended."""
    return key("past-approval", name.ecosystem, name.canonical, approval_id)


def names_partition(name: PackageName) -> str:
    """Return the partition of the names index: 256 for each ecosystem, so that none grows without end."""
    return names_bucket(name.ecosystem, digest(name.canonical)[:2])


def names_bucket(ecosystem: Ecosystem, digits: str) -> str:
    """Return one of those 256 partitions by its two hexadecimal digits."""
    return key(ecosystem, digits)


def names_row(name: PackageName, feed: FeedRef) -> str:
    """Return the row that says "this feed holds this name"."""
    return key(name.canonical, feed.organization, feed.project_id or _ORGANIZATION_SCOPE, feed.feed_id)


def look_alikes_partition(public: PackageName) -> str:
    """Return the partition of the names index that says what a public name looks like; 256 for each ecosystem too."""
    return key("lookalike", public.ecosystem, digest(public.canonical)[:2])


def look_alikes_row(public: PackageName, likeness: Likeness, internal: PackageName, feed: FeedRef) -> str:
    """Return the row that says "this public name looks like that name of this feed"."""
    # A digest stands for the internal name, which the row holds too: two long names do not fit into one key.
    scope = feed.project_id or _ORGANIZATION_SCOPE
    return key(public.canonical, likeness, digest(internal.canonical)[:32], feed.organization, scope, feed.feed_id)


def public_names_partition(source: PublicSource) -> str:
    """Return the partition of a registry's names; a location is any text, so a hash stands for it."""
    return key(source.ecosystem, digest(source.location))


def delivery_keys(source: str, delivery_id: str) -> tuple[str, str]:
    """Return partition and row of a delivery; ids are the senders', so a hash stands for whatever they hold."""
    hashed = digest(delivery_id)
    return key(source, hashed[:2]), hashed


def digest(text: str) -> str:
    """Return the SHA-256 of any text, lone surrogates too, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
