"""Tests of reading bodies piece by piece."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.outbound.body import BodyReader, BodyStream
from shared.errors import UnexpectedAnswer


def _read(pieces: list[bytes], *, encoding: str = "", max_bytes: int = 1000) -> bytes:
    reader = BodyReader(encoding=encoding, max_bytes=max_bytes, service="registry")
    for piece in pieces:
        reader.feed(piece)
    return reader.finish()


def _pieces(body: bytes, size: int) -> list[bytes]:
    return [body[place : place + size] for place in range(0, len(body), size)]


@given(st.binary(max_size=1000), st.integers(1, 50), st.sampled_from(["", "identity", "gzip", "X-GZIP"]))
def test_a_body_comes_back_whole(body: bytes, size: int, encoding: str) -> None:
    """However it is cut into pieces, plain or compressed, the body is the same."""
    sent = gzip.compress(body) if "gzip" in encoding.lower() else body
    assert _read(_pieces(sent, size), encoding=encoding, max_bytes=2000) == body


def test_a_body_may_be_as_large_as_the_limit() -> None:
    """The limit itself is still admitted, plain and compressed."""
    body = b"x" * 1000
    assert _read([body]) == body
    assert _read([gzip.compress(body)], encoding="gzip") == body


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_one_byte_more_is_too_large(encoding: str) -> None:
    """The limit counts bytes after decompression."""
    body = b"x" * 1001
    with pytest.raises(UnexpectedAnswer, match="more than 1000 bytes"):
        _read([gzip.compress(body) if encoding else body], encoding=encoding)


def test_a_bomb_is_never_made() -> None:
    """A small body that grows without measure is stopped at the limit, in the memory that the limit allows."""
    bomb = gzip.compress(b"\0" * 50_000_000)
    reader = BodyReader(encoding="gzip", max_bytes=1_000_000, service="registry")
    with pytest.raises(UnexpectedAnswer, match="more than"):
        reader.feed(bomb)
    assert sum(map(len, reader._pieces)) == 0  # behind the curtain: nothing of the bomb was kept


def test_a_stream_of_empty_blocks_ends() -> None:
    """Compressed bytes count too: blocks that decode to nothing could come for ever."""
    compressor = zlib.compressobj(wbits=31)
    blocks = [compressor.compress(b"") + compressor.flush(zlib.Z_FULL_FLUSH) for _ in range(500)]
    with pytest.raises(UnexpectedAnswer, match="more than"):
        _read(blocks, encoding="gzip")


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"whole", mtime=0)[:-4]),
        ("gzip", gzip.compress(b"one", mtime=0) + gzip.compress(b"two", mtime=0)),
        ("gzip", b"no gzip at all"),
        ("br", b""),
        ("deflate", b""),
        ("gzip, gzip", b""),
    ],
)
def test_what_cannot_be_decoded_is_unexpected(encoding: str, body: bytes) -> None:
    """A broken stream, or an encoding that was not asked for, is no body."""
    with pytest.raises(UnexpectedAnswer):
        _read([body], encoding=encoding)


def test_an_empty_body_needs_no_compressed_stream() -> None:
    """An answer without a body may still carry the header."""
    assert _read([], encoding="gzip") == b""


def test_a_stream_gives_what_it_has_and_keeps_nothing() -> None:
    """A bomb comes in pieces that memory can hold, until the limit ends it."""
    stream = BodyStream(encoding="gzip", max_bytes=10_000_000, service="registry")
    sizes: list[int] = []
    with pytest.raises(UnexpectedAnswer, match="more than 10000000 bytes"):
        sizes.extend(len(piece) for piece in stream.feed(gzip.compress(b"\0" * 50_000_000)))
    assert max(sizes) <= 256 * 1024
    assert 9_000_000 < sum(sizes) <= 10_000_000


@given(st.binary(max_size=3000), st.integers(1, 50))
def test_a_stream_comes_back_whole(body: bytes, size: int) -> None:
    """However its compressed bytes are cut."""
    stream = BodyStream(encoding="gzip", max_bytes=10_000, service="registry")
    parts = [part for piece in _pieces(gzip.compress(body), size) for part in stream.feed(piece)]
    stream.finish()
    assert b"".join(parts) == body
    assert all(parts)


def test_what_grows_beyond_one_piece_comes_back_whole() -> None:
    """Output that does not fit into one piece is not lost at the seams."""
    body = bytes(range(256)) * 8000
    stream = BodyStream(encoding="gzip", max_bytes=3_000_000, service="registry")
    decoded = b"".join(part for piece in _pieces(gzip.compress(body), 100) for part in stream.feed(piece))
    stream.finish()
    assert decoded == body
