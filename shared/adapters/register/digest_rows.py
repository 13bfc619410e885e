"""Names as packed digests in rows, and back: pure. The reader raises only UnexpectedAnswer.

The first 3 hexadecimal digits of a canonical name's SHA-256 choose one of 4,096 rows; the next 16, 8 bytes, are
kept there, sorted. Together that is 76 bits: among 6 million public names, the odds that an internal name is taken
for one of them are 6e6 / 2**76, about 1 in 1e16 for each name that is asked. (The kept bytes alone would make it
1 in 3e12.) And if it ever happened, the name would only be asked about, as every name was before there was a list.
"""

from __future__ import annotations

import hashlib
import struct
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from operator import lt
from typing import Final

from shared.adapters.register.documents import SERVICE, Entity
from shared.domain.names import PackageName
from shared.errors import TooLarge, UnexpectedAnswer

SCHEMA: Final = 1
# A binary property holds 64 KiB, and an entity 1 MiB with its keys and names.
# https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
_PROPERTY_BYTES: Final = 65_536
_DIGEST_BYTES: Final = 8
MOST: Final = 100_000
_PROPERTIES: Final = -(-MOST * _DIGEST_BYTES // _PROPERTY_BYTES)
_TYPE: Final = "Q"
_KEPT: Final = (1 << 64) - 1

type Digests = array[int]


def place_of(name: PackageName) -> tuple[int, int]:
    """Return the number of a name's row, and the digest that stands for it there."""
    hashed = hashlib.sha256(name.canonical.encode("utf-8", "surrogatepass")).digest()
    # Ten bytes are 20 hexadecimal digits: 3 choose, 16 are kept, 1 is left over.
    front = int.from_bytes(hashed[:10])
    return front >> 68, front >> 4 & _KEPT


def row_of(bucket: int) -> str:
    """Return the key of a row by its number."""
    return f"{bucket:03x}"


def bucket_of(row: object) -> int:
    """Read the number of a row from its key. Raises UnexpectedAnswer."""
    try:
        return int(str(row), 16)
    except ValueError as error:
        raise UnexpectedAnswer(f"{row!r:.40} is no row of public names", service=SERVICE) from error


def gather(names: Iterable[PackageName]) -> dict[int, Digests]:
    """Return the digests of names by row: 8 bytes a name, however long the names are."""
    gathered: dict[int, Digests] = {}
    for name in names:
        bucket, digest = place_of(name)
        digests = gathered.get(bucket)
        if digests is None:
            digests = gathered[bucket] = array(_TYPE)
        digests.append(digest)
    return gathered


def pack_digests(digests: Collection[int]) -> Entity:
    """Return what a row holds; the digests are distinct.

    Raises:
        TooLarge: one entity cannot hold so many.
    """
    if len(digests) > MOST:
        raise TooLarge(f"{len(digests):,} public names in one row: {MOST:,} fit, four hundred million in all")
    joined = struct.pack(f">{len(digests)}Q", *sorted(digests))  # big-endian: bytes sort as the numbers do
    parts = (joined[start : start + _PROPERTY_BYTES] for start in range(0, len(joined), _PROPERTY_BYTES))
    return {"schema": SCHEMA, "count": len(digests)} | {f"digests{n}": part for n, part in enumerate(parts, start=1)}


def unpack_digests(entity: Mapping[str, object]) -> Digests:
    """Return the sorted digests of a row.

    A row that lost a part is refused: what is missing would be taken for names that nobody published.
    """
    if entity.get("schema") != SCHEMA:
        said = entity.get("schema")
        raise UnexpectedAnswer(f"public names of schema {said!r:.40}: this version reads {SCHEMA}", service=SERVICE)
    kept = (entity.get(f"digests{n}") for n in range(1, _PROPERTIES + 1))
    joined = b"".join(part for part in kept if isinstance(part, bytes))
    count = entity.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or len(joined) != count * _DIGEST_BYTES:
        raise UnexpectedAnswer("public names that lost a part", service=SERVICE)
    digests = array(_TYPE, struct.unpack(f">{count}Q", joined))
    if not all(map(lt, digests, islice(digests, 1, None))):
        raise UnexpectedAnswer("public names that are not sorted", service=SERVICE)
    return digests


def holds(digests: Digests, digest: int) -> bool:
    """Say whether sorted digests hold one."""
    place = bisect_left(digests, digest)
    return place < len(digests) and digests[place] == digest
