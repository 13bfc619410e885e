"""Bodies of deliveries: bytes in, a JSON object or our error out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NoReturn

from shared.errors import UntrustedInput

LONGEST_TEXT: Final = 255
# Some senders' libraries write one in front of UTF-8; it is no part of the JSON.
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Two readers of one body may each believe another of the two: refuse what has two meanings.
        raise UntrustedInput("the body says one key twice in the same object")
    return members


def _no_constant(word: str) -> NoReturn:
    raise UntrustedInput(f"the body holds {word}, which is no JSON")


def read_object(body: bytes) -> Mapping[str, object]:
    """Read a body that must be one JSON object in UTF-8.

    Raises:
        UntrustedInput: it is not; the text says what is wrong, never what was sent.
    """
    try:
        text = body.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")
        value: object = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise UntrustedInput("the body is not UTF-8") from error
    except RecursionError as error:
        raise UntrustedInput("the body is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise UntrustedInput(f"the body is no JSON: {error.msg} at line {error.lineno}") from error
    except ValueError as error:  # an integer of thousands of digits
        raise UntrustedInput("the body holds a number that is too long") from error
    if not isinstance(value, dict):
        raise UntrustedInput("the body is no JSON object")
    return value


def is_clean(text: str) -> bool:
    """Say whether a text is short and without control, format and surrogate characters, so that it can be shown."""
    return 0 < len(text) <= LONGEST_TEXT and text.isprintable()


def text_at(value: object, *path: str) -> str | None:
    """Return the text at a path of members; None where it is missing, no text, or nothing that can be shown."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value if isinstance(value, str) and is_clean(value) else None
