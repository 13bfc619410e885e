"""Where mails are handed over, and in whose name: `SMTP_URL` and `MAIL_FROM`, read and checked.

Pure. No text here quotes what it stumbled over: the address carries a password.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_HIGHEST_PORT: Final = 65_535
_PORTS: Final = {"smtp": 587, "smtps": 465}

_FORM: Final = "write smtp://user:password@host:587 or smtps://user:password@host:465, special characters as %XX"
_STARTTLS: Final = (
    "after the question mark only `starttls=required` or `starttls=off` may stand, and that after smtp://"
)
_OPEN: Final = "the password would travel in the open: leave `starttls=off` out, or use smtps://"

# RFC 5321's dot-string and domain. Quoted local parts and other alphabets exist; no owner's address needs them, and
# each would be another way to write into a header.
_MAILBOX: Final = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
_LONGEST_LOCAL_PART: Final = 64
_LONGEST_MAILBOX: Final = 254
_NAMED: Final = re.compile(r"(?P<name>[^<>\"\\@,;:]*)<(?P<mailbox>[^<>]+)>")


class Encryption(StrEnum):
    """How the connection is protected; nothing is ever tried in the open after TLS failed."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """Where mails are handed over; `user` None = without signing in."""

    host: str
    port: int
    encryption: Encryption
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, text: str) -> SmtpAddress:
        """Read `smtp://user:password@host:port?starttls=required` or `smtps://…`.

        STARTTLS is required unless `starttls=off` says otherwise; on loopback it is off unless it is asked for.

        Raises:
            ValueError: with what to write instead; the address is not repeated.
        """
        if not (text.isascii() and text.isprintable() and " " not in text):
            raise ValueError(_FORM)
        try:
            parts = urlsplit(text)
            host, port = (parts.hostname or "").lower(), parts.port
            user, password = (None if part is None else unquote(part, errors="strict") for part in _credentials(text))
        except ValueError:
            # The library's own texts quote the address.
            raise ValueError(_FORM) from None
        if parts.scheme not in _PORTS or not _HOST.fullmatch(host) or parts.path not in {"", "/"} or parts.fragment:
            raise ValueError(_FORM)
        if port is not None and not 0 < port <= _HIGHEST_PORT:
            raise ValueError(_FORM)
        if not all((word or "").isprintable() for word in (user, password)) or (password and not user):
            raise ValueError(_FORM)
        encryption = _encryption(parts.scheme, parts.query, is_loopback=host in _LOOPBACK)
        if user and encryption is Encryption.NONE and host not in _LOOPBACK:
            raise ValueError(_OPEN)
        return cls(host, port or _PORTS[parts.scheme], encryption, user or None, password or "")


def _credentials(text: str) -> tuple[str | None, str | None]:
    parts = urlsplit(text)
    return parts.username, parts.password


def _encryption(scheme: str, query: str, *, is_loopback: bool) -> Encryption:
    options = parse_qsl(query, keep_blank_values=True)
    match (scheme, options):
        case ("smtps", []):
            return Encryption.TLS
        case ("smtp", []):
            return Encryption.NONE if is_loopback else Encryption.STARTTLS
        case ("smtp", [("starttls", "required")]):
            return Encryption.STARTTLS
        case ("smtp", [("starttls", "off")]):
            return Encryption.NONE
        case _:
            raise ValueError(_STARTTLS)


def is_mailbox(text: str) -> bool:
    """Say whether a text is a plain mail address: nothing else goes into an envelope or a header."""
    local, _, _ = text.partition("@")
    return len(text) <= _LONGEST_MAILBOX and len(local) <= _LONGEST_LOCAL_PART and bool(_MAILBOX.fullmatch(text))


@dataclass(frozen=True, slots=True)
class MailSender:
    """In whose name mails are sent."""

    name: str
    mailbox: str

    @classmethod
    def of(cls, text: str) -> MailSender:
        """Read `feedwarden@contoso.example` or `Feedwarden <feedwarden@contoso.example>`.

        Raises:
            ValueError: with what to write instead.
        """
        named = _NAMED.fullmatch(text.strip())
        name, mailbox = (named["name"].strip(), named["mailbox"].strip()) if named else ("", text.strip())
        if not is_mailbox(mailbox) or not name.isprintable():
            raise ValueError("write one mail address, such as Feedwarden <feedwarden@contoso.example>")
        return cls(name or "Feedwarden", mailbox)

    @property
    def domain(self) -> str:
        """The part after the @, in lower case."""
        return self.mailbox.rpartition("@")[2].lower()
