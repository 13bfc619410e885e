"""Tests of the check at connection time: what a name leads to, every time it is resolved."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import aiohappyeyeballs
import pytest

from shared.adapters.outbound.addresses import AllowedHosts
from shared.adapters.outbound.exchange import send
from shared.adapters.outbound.guarded import GuardedClient
from shared.adapters.outbound.messages import Request
from shared.adapters.outbound.transport import GuardedResolver, open_session
from shared.errors import AddressRefused, UnexpectedAnswer, UpstreamUnavailable
from tests.adapters.outbound.tls import TlsServer, tls_server

_HOST: Final = "registry.example.test"
_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


class _Names:
    """A name server that may change its mind: the answers in their order, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Lead every connection to loopback, and tell which address was meant to be connected to."""
    meant: list[str] = []
    really = aiohappyeyeballs.start_connection

    async def lead_home(addr_infos: list[Any], **options: Any) -> socket.socket:  # noqa: ANN401  # passed on as it came
        meant.extend(info[4][0] for info in addr_infos)
        port = addr_infos[0][4][1]
        home = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", port))
        return await really([home], **options)

    monkeypatch.setattr(aiohappyeyeballs, "start_connection", lead_home)
    yield meant
    monkeypatch.undo()


def _client(server: TlsServer, names: _Names) -> GuardedClient:
    return GuardedClient(user_agent="test", resolve=names, ssl_context=server.client_context)


def _ask(server: TlsServer) -> Request:
    return Request(f"https://{_HOST}:{server.port}/left-pad", "registry")


async def test_a_public_name_is_asked_over_https(tmp_path: Path, connected: list[str]) -> None:
    """The connection goes to the very address that was checked, with one look-up."""
    names = _Names(["8.8.8.8"])
    async with tls_server(_HOST, _ANSWER, tmp_path) as server:
        client = _client(server, names)
        answer = await client.send(_ask(server))
        await client.aclose()
    assert (answer.status, answer.body) == (200, b"{}")
    assert connected == ["8.8.8.8"]
    assert names.asked == [(_HOST, server.port)]


async def test_a_name_that_changes_its_mind_is_refused(tmp_path: Path, connected: list[str]) -> None:
    """DNS rebinding: public at the first look-up, loopback at the next; nothing is connected to the second time."""
    names = _Names(["8.8.8.8"], ["127.0.0.1"])
    async with tls_server(_HOST, _ANSWER, tmp_path) as server:
        client = _client(server, names)
        await client.send(_ask(server))
        with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
            await client.send(_ask(server))
        await client.aclose()
    assert connected == ["8.8.8.8"]


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["169.254.169.254"], ["8.8.8.8", "10.0.0.1"], ["::1"], ["fe80::1%3"], ["junk"]]
)
async def test_a_name_that_leads_inside_is_refused(tmp_path: Path, connected: list[str], addresses: list[str]) -> None:
    """One address that is not public refuses the name, however many good ones stand beside it."""
    async with tls_server(_HOST, _ANSWER, tmp_path) as server:
        client = _client(server, _Names(addresses))
        with pytest.raises(AddressRefused):
            await client.send(_ask(server))
        await client.aclose()
    assert connected == []


async def test_a_stranger_s_certificate_is_unavailable(tmp_path: Path, connected: list[str]) -> None:
    """Whoever answers must prove to be the host that was asked."""
    async with tls_server("other.example.test", _ANSWER, tmp_path) as server:
        client = _client(server, _Names(["8.8.8.8"]))
        with pytest.raises(UpstreamUnavailable):
            await client.send(_ask(server))
        await client.aclose()
    assert connected == ["8.8.8.8"]


@pytest.mark.parametrize("trouble", [socket.gaierror(socket.EAI_NONAME, "no such name"), UnicodeError("label")])
async def test_a_name_that_does_not_resolve_raises_our_error(tmp_path: Path, trouble: Exception) -> None:
    """Trouble with names is trouble with the service."""

    async def fail(_host: str, _port: int) -> list[str]:
        raise trouble

    async with tls_server(_HOST, _ANSWER, tmp_path) as server:
        client = GuardedClient(user_agent="test", resolve=fail, ssl_context=server.client_context)
        with pytest.raises(UpstreamUnavailable):
            await client.send(_ask(server))
        await client.aclose()


async def test_an_address_that_only_the_library_cannot_read_is_refused() -> None:
    """The sender stays within our errors even where the check before it let something pass."""
    async with open_session(concurrency=1) as session:
        with pytest.raises(AddressRefused):
            await send(session, Request("https://[::1/", "registry"), user_agent="x", read_timeout=timedelta(seconds=1))


async def test_an_encoding_said_twice_is_not_taken_for_one(tmp_path: Path, connected: list[str]) -> None:
    """Headers of one name belong together: gzip inside of something else is not gzip."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"
    async with tls_server(_HOST, answer, tmp_path) as server:
        client = _client(server, _Names(["8.8.8.8"]))
        with pytest.raises(UnexpectedAnswer, match="'br, gzip'"):
            await client.send(_ask(server))
        await client.aclose()
    assert connected == ["8.8.8.8"]


async def test_a_name_without_addresses_is_unavailable(tmp_path: Path) -> None:
    """An empty answer of the name server is no place to go."""
    async with tls_server(_HOST, _ANSWER, tmp_path) as server:
        client = _client(server, _Names([]))
        with pytest.raises(UpstreamUnavailable):
            await client.send(_ask(server))
        await client.aclose()


async def test_the_system_s_resolver_is_asked_where_none_is_given() -> None:
    """An allowed name may lead to loopback; the same name at another port may not."""
    resolver = GuardedResolver(allowed=AllowedHosts.of(["localhost:4873"]), resolve=None)
    assert {result["host"] for result in await resolver.resolve("localhost", 4873)} <= {"127.0.0.1", "::1"}
    with pytest.raises(AddressRefused):
        await resolver.resolve("localhost", 4874)
    await resolver.close()
