"""The Teams channel against a simulated workflow, over HTTP."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from local.simulators.faults import Fault, FaultyApp
from local.simulators.server import serving
from local.simulators.teams_flow import WEBHOOK, flow_app, new_flow
from local.simulators.teams_flow_state import Flow
from shared.adapters.notices.teams import TeamsChannel, allowed_hosts, check_webhook
from shared.adapters.outbound.guarded import Bounds, GuardedClient
from shared.errors import AuthenticationFailed, UnexpectedAnswer, UpstreamError, UpstreamUnavailable
from tests.adapters.notices.letters import PLAIN, letter

_IMPATIENT = Bounds(total=timedelta(milliseconds=300), read=timedelta(milliseconds=300))


@dataclass(frozen=True, slots=True)
class _World:
    """A workflow, and a channel to it."""

    flow: Flow
    app: FaultyApp
    url: str

    async def send(self, address: str | None = None, bounds: Bounds | None = None) -> None:
        address = address or self.url + WEBHOOK
        client = GuardedClient(user_agent="Feedwarden/0", allowed_hosts=allowed_hosts(address), bounds=bounds)
        try:
            await TeamsChannel(client, check_webhook(address)).send(PLAIN)
        finally:
            await client.aclose()


@pytest.fixture
async def world() -> AsyncIterator[_World]:
    """Set up a workflow that posts."""
    flow = new_flow()
    app = flow_app(flow)
    async with serving(app) as url:
        yield _World(flow, app, url)


async def _refusal(
    world: _World, error: type[UpstreamError], address: str | None = None, bounds: Bounds | None = None
) -> UpstreamError:
    """Send, and return the error, which must tell nothing of the address, however it is printed."""
    with pytest.raises(UpstreamError) as caught:
        await world.send(address, bounds)
    printed = "".join(traceback.format_exception(caught.value))
    assert "sig=" not in printed
    assert "sample" not in printed
    assert type(caught.value) is error, printed
    return caught.value


async def test_a_letter_is_posted(world: _World, caplog: pytest.LogCaptureFixture) -> None:
    """As one valid card; the log tells which letter, and nothing of the address."""
    caplog.set_level(logging.DEBUG)
    await world.send()
    (run,) = world.flow.runs
    assert run.problems == ()
    assert PLAIN.title in run.words()
    assert [seen.user_agent for seen in world.app.faults.asked(method="POST")] == ["Feedwarden/0"]
    assert "letter handed to Teams letter=notice-1" in caplog.messages
    assert not any("sig=" in message for message in caplog.messages)


@pytest.mark.parametrize(
    ("state", "error", "text"),
    [("off", UnexpectedAnswer, "turned off"), ("deleted", UnexpectedAnswer, "make a new one")],
)
async def test_an_orphaned_workflow_is_for_a_person(
    world: _World, state: str, error: type[UpstreamError], text: str
) -> None:
    """It was its owner's, who left."""
    world.flow.state = "off" if state == "off" else "deleted"
    assert text in str(await _refusal(world, error))
    assert world.flow.runs == []


async def test_a_wrong_signature_is_told(world: _World) -> None:
    """Without being repeated."""
    address = world.url + WEBHOOK.replace("sample-signature", "sample-other")
    assert "TEAMS_WEBHOOK_URL" in str(await _refusal(world, AuthenticationFailed, address))


async def test_too_many_cards_are_waited_for(world: _World) -> None:
    """As long as the service says; then the card goes through."""
    world.app.faults.rules.append(Fault(status=429, headers={"retry-after": "7"}, times=1))
    error = await _refusal(world, UpstreamUnavailable)
    assert isinstance(error, UpstreamUnavailable)
    assert error.retry_after == timedelta(seconds=7)
    await world.send()
    assert len(world.flow.runs) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(status=503), UpstreamUnavailable),
        (Fault(cut=True), UpstreamUnavailable),
        (Fault(status=307, headers={"location": "/elsewhere?sig=sample"}), UnexpectedAnswer),
        (Fault(status=404, body="sig=sample"), UnexpectedAnswer),
    ],
)
async def test_trouble_is_our_error(world: _World, fault: Fault, error: type[UpstreamError]) -> None:
    """A card is sent nowhere else, and nothing of the answer is repeated."""
    world.app.faults.rules.append(fault)
    await _refusal(world, error)
    assert len(world.app.faults.asked()) == 1


async def test_silence_may_pass(world: _World) -> None:
    """Nothing waits longer than it was told to."""
    world.app.faults.rules.append(Fault(delay_seconds=1, status=202))
    await _refusal(world, UpstreamUnavailable, bounds=_IMPATIENT)


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe junk\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 202 OK\r\nbad header\r\n\r\n"]
)
async def test_no_http_is_our_error_without_the_address(world: _World, raw: bytes) -> None:
    """The transport's own errors quote it: no traceback shows them."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(UpstreamError) as caught:
            await world.send(f"http://127.0.0.1:{port}{WEBHOOK}")
    assert "sig=" not in "".join(traceback.format_exception(caught.value))


async def test_an_address_inside_the_network_is_refused(world: _World) -> None:
    """A name that leads there: told as a setting to mend, without the address."""

    async def resolve(_host: str, _port: int) -> list[str]:
        return ["10.0.0.7"]

    client = GuardedClient(user_agent="Feedwarden/0", resolve=resolve)
    address = "https://flow.example.test/x?sig=sample"
    with pytest.raises(UnexpectedAnswer, match="no host on the public internet") as caught:
        await TeamsChannel(client, address).send(letter())
    await client.aclose()
    assert "flow.example" not in "".join(traceback.format_exception(caught.value))
    assert world.flow.runs == []


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("https://flow.example.test/x?sig=sample", set()),
        ("http://127.0.0.1:8080/x?sig=sample", {"127.0.0.1:8080"}),
        ("https://localhost/x", {"localhost:443"}),
        ("http://localhost/x", {"localhost:80"}),
    ],
)
def test_addresses_that_can_be_posted_to(address: str, hosts: set[str]) -> None:
    """Encrypted ones anywhere, and anything on this machine, which the client must then allow."""
    assert check_webhook(address) == address
    assert allowed_hosts(address) == hosts


@pytest.mark.parametrize(
    "address",
    [
        "",
        "flow.example.test/x?sig=s3cr3t",
        "http://flow.example.test/x?sig=s3cr3t",
        "https://user:s3cr3t@flow.example.test/x",
        "https://flow.example.test:port/x?sig=s3cr3t",
        "https://flow.example.test:99999/x?sig=s3cr3t",
        "https://10.0.0.7/x?sig=s3cr3t",
        "https://169.254.169.254/x?sig=s3cr3t",
        "https://[::1/x?sig=s3cr3t",
        "https://flow.example.test/x?sig=s3cr3t\r\nX: y",
        "ftp://127.0.0.1/x?sig=s3cr3t",
    ],
)
def test_other_addresses_are_refused_without_being_repeated(address: str) -> None:
    """With what to do instead."""
    with pytest.raises(ValueError, match="copy the address") as caught:
        check_webhook(address)
    assert "s3cr3t" not in "".join(traceback.format_exception(caught.value)).partition("Error: ")[2]
