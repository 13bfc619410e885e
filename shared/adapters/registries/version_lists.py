"""All versions of a package, as a registry lists them; what cannot be read whole is not told at all."""

from __future__ import annotations

from typing import Final

from shared.adapters.registries.wire import read_text

# More than any package has; a longer list would be read for no honest one.
_MOST_VERSIONS: Final = 20_000


def read_version_list(told: object) -> tuple[str, ...] | None:
    """Read a list, or an object's keys; None where it is neither, is too long, or has an entry that is no version.

    Whoever asks whether one is missing must not be told so because of an entry that was passed over.
    """
    if not isinstance(told, list | dict) or len(told) > _MOST_VERSIONS:
        return None
    read = [_read(entry) for entry in told]
    versions = [text for text in read if text is not None]
    return tuple(dict.fromkeys(versions)) if len(versions) == len(read) else None


def _read(entry: object) -> str | None:
    text = read_text(entry)
    return text if text is not None and text.isprintable() else None
