"""Header values of a delivery, looked up as HTTP does: without regard to letter case."""

from __future__ import annotations

from collections.abc import Mapping

from shared.errors import BadSignature


def header(headers: Mapping[str, str], name: str) -> str | None:
    """Return the value of one header; None where it was not sent.

    Raises:
        BadSignature: it came twice, so nobody can say which one the sender meant.
    """
    wanted = name.lower()
    values = [value for key, value in headers.items() if key.lower() == wanted]
    if len(values) > 1:
        raise BadSignature(f"the header {name} was sent twice")
    return values[0].strip(" \t") if values else None


def needed_header(headers: Mapping[str, str], name: str) -> str:
    """Return the value of a header that proves the sender.

    Raises:
        BadSignature: it is missing or empty, or came twice.
    """
    value = header(headers, name)
    if not value:
        raise BadSignature(f"the header {name} is missing")
    return value
