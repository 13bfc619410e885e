"""JSON documents in table entities: a long one is split over numbered properties, because one holds 32,768 characters.

Source: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from shared.errors import TooLarge, UnexpectedAnswer

SERVICE: Final = "table storage"
SCHEMA: Final = 1

type Entity = dict[str, Any]
type Document = dict[str, Any]

PART: Final = 32_000
# An entity holds 1 MiB, its texts two bytes a character: 14 parts are 896,000 bytes.
PARTS: Final = 14
LONGEST: Final = PART * PARTS


def pack(document: Mapping[str, object]) -> Entity:
    """Return the properties that hold a document: `schema`, `body`, `body2` and so on.

    The JSON is pure ASCII, so that characters, bytes and UTF-16 units count the same.

    Raises:
        TooLarge: it does not fit into one entity.
    """
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
    if len(text) > LONGEST:
        raise TooLarge(f"{len(text):,} characters do not fit into one row: {LONGEST:,} do")
    parts = [text[start : start + PART] for start in range(0, len(text), PART)]
    return {"schema": SCHEMA} | dict(zip(_properties(), parts, strict=False))


def unpack(entity: Mapping[str, object]) -> Document:
    """Return the document that an entity holds.

    Raises:
        UnexpectedAnswer: another program's row, or one of a newer version of this.
    """
    require_schema(entity.get("schema"))
    parts = [part for name in _properties() if isinstance(part := entity.get(name), str)]
    text = "".join(parts)
    try:
        document = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError) as error:
        raise UnexpectedAnswer("a row whose body is no JSON", service=SERVICE) from error
    if not isinstance(document, dict):
        raise UnexpectedAnswer("a row whose body is no document", service=SERVICE)
    return document


def require_schema(said: object) -> None:
    """Refuse a row whose number is not ours. Raises UnexpectedAnswer."""
    if said != SCHEMA:
        raise UnexpectedAnswer(f"a row of schema {said!r:.40}: this version reads {SCHEMA}", service=SERVICE)


def _properties() -> Iterator[str]:
    return (f"body{number}" if number > 1 else "body" for number in range(1, PARTS + 1))


def cut_text(text: str, longest: int) -> str:
    """Shorten a text for people, visibly."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def cut_list(texts: Sequence[str], budget: int) -> list[str]:
    """Return as many whole texts from the front as fit into a budget of JSON characters."""
    kept: list[str] = []
    for text in texts:
        budget -= len(json.dumps(text)) + 1
        if budget < 0:
            break
        kept.append(text)
    return kept


def write_time(moment: datetime | None) -> str | None:
    """Write an aware time as ISO text."""
    if moment is not None and moment.tzinfo is None:
        raise ValueError("only aware times are stored")
    return None if moment is None else moment.isoformat()


def read_text(value: object) -> str:
    """Read a text; everything else is a TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"no text: {value!r:.40}")
    return value


def read_texts(value: object) -> tuple[str, ...]:
    """Read a list of texts."""
    if not isinstance(value, list):
        raise TypeError(f"no list: {value!r:.40}")
    return tuple(read_text(item) for item in value)


def read_mapping(value: object) -> dict[str, str]:
    """Read a mapping of texts to texts."""
    if not isinstance(value, dict):
        raise TypeError(f"no mapping: {value!r:.40}")
    return {read_text(name): read_text(text) for name, text in value.items()}


def read_number(value: object) -> int:
    """Read a whole number; true and false are none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"no number: {value!r:.40}")
    return value


def read_truth(value: object) -> bool:
    """Read true or false; nothing else stands for them."""
    if not isinstance(value, bool):
        raise TypeError(f"neither true nor false: {value!r:.40}")
    return value


def read_time(value: object) -> datetime:
    """Read an aware time."""
    moment = datetime.fromisoformat(read_text(value))
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment
