"""Seals: small documents that we hand out and want back unchanged, each for one purpose, and for a time.

Whoever holds a seal can read it, and nobody but us can make one. It is URL-safe text, compressed where that helps.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from shared.errors import BadLink, ConfigurationError
from shared.ports import Clock

LONGEST: Final = 256 * 1024
"""Characters of a seal: the largest carries what was known about a public package when a page was shown."""

CLOCKS_DIFFER_BY: Final = timedelta(minutes=5)
"""A seal of one machine may be read by another whose clock is this much behind."""

# Document, time and signature. A digest of 32 bytes is 43 characters, and the last one has two bits to spare: without
# the exact list one seal could be written in four ways.
_SHAPE: Final = re.compile(r"\.?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


class _ClockedSigner(TimestampSigner):
    """Takes the time from the clock that it is given.

    Source: https://itsdangerous.palletsprojects.com/en/stable/timed/
    """

    default_digest_method = staticmethod(hashlib.sha256)
    default_key_derivation = "hmac"

    def __init__(self, *args: Any, clock: Clock, **others: Any) -> None:  # noqa: ANN401  # the library's own arguments
        super().__init__(*args, **others)
        self._clock = clock

    def get_timestamp(self) -> int:
        """Return whole seconds since 1970."""
        return int(self._clock().timestamp())


@dataclass(frozen=True, slots=True)
class Opened:
    """What was sealed, when (to the second), and whether its time is over."""

    document: Any
    sealed_at: datetime
    expired: bool


@dataclass(frozen=True, slots=True)
class Seals:
    """Makes and opens seals. Of the keys, newest first, the first one signs, and all of them verify."""

    keys: tuple[str, ...] = field(repr=False)
    clock: Clock

    def __post_init__(self) -> None:
        """Refuse to work without a key: the library would find out with the first seal."""
        if not self.keys or not all(self.keys):
            raise ConfigurationError(("nothing can be sealed without a key: set APPROVAL_KEYS",))

    def seal(self, purpose: str, document: object) -> str:
        """Return the seal of a document of JSON's types."""
        return self._serializer(purpose).dumps(document)

    def open(self, purpose: str, text: str, max_age: timedelta) -> Any:  # noqa: ANN401  # whatever was sealed
        """Return what was sealed for this purpose. Raises BadLink, also where its time is over."""
        opened = self.inspect(purpose, text, max_age)
        if opened.expired:
            raise BadLink(f"this {purpose} is from {opened.sealed_at:%Y-%m-%d %H:%M} UTC, and its time is over")
        return opened.document

    def inspect(self, purpose: str, text: str, max_age: timedelta, *, longest: int = LONGEST) -> Opened:
        """Return what was sealed for this purpose, even where its time is over. Raises BadLink."""
        if len(text) > longest or not _SHAPE.fullmatch(text):
            raise BadLink(f"this is no {purpose} of ours")
        try:
            document, sealed_at = self._serializer(purpose).loads(text, return_timestamp=True)
        except BadData as error:
            raise BadLink(f"this is no {purpose} of ours, or it was changed") from error
        age = self.clock() - sealed_at
        return Opened(document, sealed_at, expired=not -CLOCKS_DIFFER_BY <= age <= max_age)

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        # The library wants the newest key last.
        keys, salt = list(reversed(self.keys)), f"feedwarden.{purpose}"
        return URLSafeTimedSerializer(keys, salt=salt, signer=_ClockedSigner, signer_kwargs={"clock": self.clock})
