"""Read a body piece by piece, and stop before it is too large: what counts are bytes after decompression."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from shared.errors import UnexpectedAnswer

# What we ask for: each further encoding, or one inside another, would be a further way to make much out of little.
ACCEPT_ENCODING: Final = "gzip"
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
# A piece of a bomb grows a thousandfold; whoever reads a stream holds no more than this of it at once.
_LARGEST_PIECE: Final = 256 * 1024


class BodyStream:
    """Undoes the compression of one body. Feed it the pieces as they arrive, then finish; it keeps nothing."""

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
        self._unzip = zlib.decompressobj(_GZIP_WINDOW) if word.endswith("gzip") else None

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take one piece in, and give what it decodes to; no piece of that is empty.

        Raises:
            UnexpectedAnswer: the body has become too large, or cannot be decompressed.
        """
        self._received += len(piece)
        # Compressed bytes count as well: a stream of empty blocks decodes to nothing without end.
        self._check(self._received <= self._max_bytes)
        for decoded in (piece,) if self._unzip is None else self._decompress(self._unzip, piece):
            self._left -= len(decoded)
            self._check(self._left >= 0)
            if decoded:
                yield decoded

    def finish(self) -> None:
        """Check that the body is whole.

        Raises:
            UnexpectedAnswer: the compressed stream ended too early.
        """
        if self._unzip is not None and self._received and not self._unzip.eof:
            raise UnexpectedAnswer("a compressed body that ends too early", service=self._service)

    def _check(self, fits: bool) -> None:  # noqa: FBT001  # the one argument is what was found
        if not fits:
            raise UnexpectedAnswer(f"a body of more than {self._max_bytes} bytes", service=self._service)

    def _decompress(self, unzip: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
        while piece:
            try:
                # One byte more than may come: enough to know, and the rest of a bomb is never made.
                decoded = unzip.decompress(piece, min(self._left + 1, _LARGEST_PIECE))
            except zlib.error as error:
                raise UnexpectedAnswer("a body that is no gzip although it says so", service=self._service) from error
            if unzip.unused_data:
                raise UnexpectedAnswer("a compressed body with something behind its end", service=self._service)
            yield decoded
            piece = unzip.unconsumed_tail


class BodyReader:
    """Collects one body. Feed it the pieces as they arrive, then finish."""

    def __init__(self, *, encoding: str, max_bytes: int, service: str) -> None:
        """Begin a body with the answer's Content-Encoding. Raises as BodyStream."""
        self._stream = BodyStream(encoding=encoding, max_bytes=max_bytes, service=service)
        self._pieces: list[bytes] = []

    def feed(self, piece: bytes) -> None:
        """Take one piece in. Raises as BodyStream; nothing of that piece is kept then."""
        self._pieces += tuple(self._stream.feed(piece))

    def finish(self) -> bytes:
        """Return the whole body. Raises as BodyStream."""
        self._stream.finish()
        return b"".join(self._pieces)
