"""Read a body piece by piece, and stop before it is too large: what counts are bytes after decompression."""

from __future__ import annotations

import zlib
from typing import Final

from shared.errors import UnexpectedAnswer

# What we ask for: each further encoding, or one inside another, would be a further way to make much out of little.
ACCEPT_ENCODING: Final = "gzip"
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


class BodyReader:
    """Collects one body. Feed it the pieces as they arrive, then finish."""

    def __init__(self, *, encoding: str, max_bytes: int, service: str) -> None:
        """Begin a body with the answer's Content-Encoding.

        Raises:
            UnexpectedAnswer: an encoding that was not asked for.
        """
        word = encoding.strip().lower()
        if word not in ("", "identity", "gzip", "x-gzip"):
            raise UnexpectedAnswer(f"a body encoded as {word[:40]!r}, which nobody asked for", service=service)
        self._service = service
        self._left = max_bytes
        self._max_bytes = max_bytes
        self._received = 0
        self._pieces: list[bytes] = []
        self._unzip = zlib.decompressobj(_GZIP_WINDOW) if word.endswith("gzip") else None

    def feed(self, piece: bytes) -> None:
        """Take one piece in.

        Raises:
            UnexpectedAnswer: the body has become too large, or cannot be decompressed.
        """
        self._received += len(piece)
        decoded = piece if self._unzip is None else self._decompress(self._unzip, piece)
        self._left -= len(decoded)
        # Compressed bytes count as well: a stream of empty blocks decodes to nothing without end.
        if self._left < 0 or self._received > self._max_bytes:
            raise UnexpectedAnswer(f"a body of more than {self._max_bytes} bytes", service=self._service)
        self._pieces.append(decoded)

    def finish(self) -> bytes:
        """Return the whole body.

        Raises:
            UnexpectedAnswer: the compressed stream ended too early.
        """
        if self._unzip is not None and self._received and not self._unzip.eof:
            raise UnexpectedAnswer("a compressed body that ends too early", service=self._service)
        return b"".join(self._pieces)

    def _decompress(self, unzip: zlib._Decompress, piece: bytes) -> bytes:
        try:
            # One byte more than may come: enough to know, and the rest of a bomb is never made.
            decoded = unzip.decompress(piece, self._left + 1)
        except zlib.error as error:
            raise UnexpectedAnswer("a body that is no gzip although it says so", service=self._service) from error
        if unzip.unused_data:
            raise UnexpectedAnswer("a compressed body with something behind its end", service=self._service)
        return decoded
