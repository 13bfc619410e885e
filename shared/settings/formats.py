"""Forms of single settings: a text in, the checked value out, or a ValueError that says what to write instead."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from shared.domain.canary import MARK
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.policy import Mode
from shared.errors import RefusedName

# What goes into letters as it is: no blank, quote or mark-up. No path either: the pages' forms, their redirections and
# the return from the sign-in lead to paths that begin at the host.
_PUBLIC_ADDRESS: Final = re.compile(r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?/?")
_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def connection(text: str) -> str:
    """Check a connection string of the storage account."""
    # The storage library would find out with the first delivery only.
    if "=" not in text:
        raise ValueError("this is no connection string: copy the storage account's, of the form Name=value;Name=value")
    return text


def organization(text: str) -> str:
    """Read the name of the organization."""
    # The name becomes a segment of addresses that carry the credential.
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", text):
        raise ValueError("write only the organization's name: `contoso` of https://dev.azure.com/contoso")
    return text.lower()


def address(text: str) -> str:
    """Read an address; it loses its trailing slash."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise ValueError("write an address such as https://dev.azure.com, without user name or query")
    loopback = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if parts.scheme == "http" and not loopback:
        raise ValueError("use https: the credential would travel in the open")
    return text.rstrip("/")


def public_address(text: str) -> str:
    """Read where people reach this app: it becomes the beginning of each link."""
    if not _PUBLIC_ADDRESS.fullmatch(text):
        raise ValueError(
            "write an address such as https://feedwarden.contoso.example, without a path: "
            "the pages work at the root of a host only, so give Feedwarden a host name of its own"
        )
    _ = urlsplit(text).port  # raises where there is no such port
    return address(text)


def container(text: str) -> str:
    """Read the address of a blob container."""
    read = address(text)
    # Source: https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
    if not re.fullmatch(r"[a-z0-9](?:-?[a-z0-9]){2,62}", urlsplit(read).path.rpartition("/")[2]):
        raise ValueError("write a container's address, such as https://account.blob.core.windows.net/audit-digests")
    return read


def tenant(text: str) -> str:
    """Read the id of a tenant; several tenants at once, such as `common`, are none."""
    if not _GUID.fullmatch(text.lower()):
        raise ValueError("write the tenant's id, eight-four-four-four-twelve hexadecimal digits: no name, no domain")
    return text.lower()


def mode(text: str) -> Mode:
    """Read `audit` or `enforce`."""
    try:
        return Mode(text.lower())
    except ValueError:
        raise ValueError(f"{text[:20]!r} is neither `audit` nor `enforce`") from None


def may_ask_by_name(text: str) -> bool:
    """Read whether registries may be asked about internal names."""
    words = {"where-needed": True, "never": False}
    if text.lower() not in words:
        raise ValueError(f"{text[:20]!r} is neither `where-needed` nor `never`")
    return words[text.lower()]


def file(text: str) -> str | None:
    """Read the whole text of a file."""
    path = Path(text)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read {text}: {error.__class__.__name__}; give the path of a UTF-8 file") from error


def webhook(text: str) -> str:
    """Check the address of a Teams workflow."""
    from shared.adapters.notices.teams import check_webhook  # noqa: PLC0415  # nothing of an adapter is loaded at import

    return check_webhook(text)


def mail_server(text: str) -> str:
    """Check the address of a mail server."""
    from shared.adapters.notices.smtp_address import SmtpAddress  # noqa: PLC0415  # the same

    SmtpAddress.of(text)
    return text


def mail_sender(text: str) -> str:
    """Check a sender of mails."""
    from shared.adapters.notices.smtp_address import MailSender  # noqa: PLC0415  # the same

    MailSender.of(text)
    return text


def feed_title(text: str) -> str:
    """Read how people call a feed."""
    if not re.fullmatch(r"[^/\s](?:[^/]*[^/\s])?(?:/[^/\s](?:[^/]*[^/\s])?)?", text) or not text.isprintable():
        raise ValueError("write project/feed, or feed where it belongs to the organization")
    return text


def canary_name(text: str) -> PackageName:
    """Read the name of the canary's npm package."""
    try:
        name = PackageName.of(Ecosystem.NPM, text)
    except RefusedName as error:
        raise ValueError(str(error)) from None
    # For people: that it is no real package is found out before each exercise, and not by its name.
    if MARK not in name.unscoped:
        raise ValueError(f"the name must contain the word {MARK}, such as contoso-feedwarden-canary")
    return name


def contact(text: str) -> str:
    """Check what registries see of us."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("write one line of ASCII, such as mailto:security@contoso.example")
    return text


def hosts(text: str) -> frozenset[str]:
    """Read a list of host:port."""
    named = [part.strip().lower() for part in text.split(",") if part.strip()]
    for host in named:
        name, colon, port = host.rpartition(":")
        if not name or not colon or not port.isdigit():
            raise ValueError(f"{host[:60]!r} is not host:port; an IPv6 address goes in brackets")
    return frozenset(named)
