"""Tests of the mail sink, with the standard library's own client."""

from __future__ import annotations

import asyncio
import re
import signal
import smtplib
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.plain_http import TRUST_NOBODY
from local.simulators.mail_sink import mail_app, new_sink
from local.simulators.mail_sink_server import serving_mail
from local.simulators.mail_sink_state import Sink
from local.simulators.server import serving

_ROOT = Path(__file__).parents[4]
_PAGE = (_ROOT / "docs" / "simulators.md").read_text("utf-8")
_NOW = datetime(2026, 8, 1, 10, tzinfo=UTC)
_MAIL = (
    "From: fw@contoso.example.test\r\nTo: owner@acme.example.test\r\nSubject: =?utf-8?q?H=C3=A4?= <b>\r\n"
    "Message-ID: <1@contoso.example.test>\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/alternative; boundary=x\r\n\r\n"
    "--x\r\nContent-Type: text/plain\r\n\r\n.dots\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>page</p>\r\n--x--\r\n"
)


@dataclass(frozen=True, slots=True)
class _World:
    sink: Sink
    http: httpx.AsyncClient
    port: int

    async def tell(self, action: str, **order: Any) -> int:  # noqa: ANN401  # the order's own shape checks it
        return (await self.http.post(f"/_control/{action}", json=order)).status_code

    async def send(self, *recipients: str) -> dict[str, tuple[int, bytes]]:
        """Send the mail; returns who was refused."""
        return await self.talk(lambda smtp: smtp.sendmail("fw@contoso.example.test", recipients, _MAIL))

    async def talk[T](self, say: Callable[[smtplib.SMTP], T]) -> T:
        def conversation() -> T:
            with smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.example.test", timeout=10) as smtp:
                return say(smtp)

        return await asyncio.to_thread(conversation)


@pytest.fixture
async def world() -> AsyncIterator[_World]:
    """Set up an empty sink."""
    sink = new_sink(lambda: _NOW)
    async with (
        serving_mail(sink) as port,
        serving(mail_app(sink)) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, verify=TRUST_NOBODY) as http,
    ):
        yield _World(sink, http, port)


async def test_a_mail_is_kept_and_told(world: _World) -> None:
    """Envelope, headers and both parts; dots at the beginning of lines survive."""
    assert await world.send("owner@acme.example.test", "second@acme.example.test") == {}
    (mail,) = (await world.http.get("/mails")).json()["mails"]
    assert mail["recipients"] == ["owner@acme.example.test", "second@acme.example.test"]
    assert (mail["number"], mail["sender"], mail["encrypted"], mail["user"]) == (
        1,
        "fw@contoso.example.test",
        False,
        None,
    )
    assert (mail["subject"], mail["message_id"]) == ("Hä <b>", "<1@contoso.example.test>")
    assert (mail["text"].strip(), mail["html"].strip()) == (".dots", "<p>page</p>")
    assert mail["received_at"] == "2026-08-01T10:00:00+00:00"


async def test_mails_can_be_looked_at_and_forgotten(world: _World) -> None:
    """A page for people, in which nothing of a mail is markup, and the HTML part, which may fetch nothing."""
    await world.send("owner@acme.example.test")
    front = await world.http.get("/")
    assert "Hä &lt;b&gt;" in front.text
    part = await world.http.get("/mails/1/html")
    assert part.text.strip() == "<p>page</p>"
    assert part.headers["content-security-policy"].startswith("default-src 'none'")
    assert (await world.http.get("/mails/2/html")).status_code == 404
    assert (await world.http.delete("/mails")).status_code == 204
    assert (await world.http.get("/mails")).json() == {"mails": []}


async def test_replies_can_be_told(world: _World) -> None:
    """For some recipients and some times; the first rule that fits answers."""
    await world.tell("reply", step="RCPT", reply="550 5.1.1 Unknown", recipient="Second@*", times=1)
    recipients = ("owner@acme.example.test", "second@acme.example.test")
    assert await world.send(*recipients) == {"second@acme.example.test": (550, b"5.1.1 Unknown")}
    assert await world.send(*recipients) == {}
    await world.tell("reply", step="DATA", reply="452 4.3.1 full")
    with pytest.raises(smtplib.SMTPDataError):
        await world.send(*recipients)
    assert await world.tell("forget") == 204
    assert await world.send(*recipients) == {}


async def test_it_can_hang_up(world: _World) -> None:
    """In the middle of a conversation."""
    await world.tell("reply", step="RCPT", hang_up=True, times=2)
    for _ in range(2):
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            await world.send("owner@acme.example.test")
    assert await world.send("owner@acme.example.test") == {}


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("reply", {"step": "rcpt", "reply": "550 no"}),
        ("reply", {"step": "RCPT", "reply": "no"}),
        ("reply", {"step": "RCPT", "reply": "550 a\r\nb"}),
        ("reply", {"step": "RCPT", "times": 0}),
        ("reply", {"step": "RCPT", "delay": 1}),
        ("forget", {"all": True}),
    ],
)
async def test_an_order_that_cannot_be_carried_out_is_told(world: _World, action: str, order: dict[str, Any]) -> None:
    """A misspelt order would make a test pass for the wrong reason."""
    assert await world.tell(action, **order) == 400


async def test_the_oldest_mails_go(world: _World) -> None:
    """A sink that runs for days does not fill the memory; numbers go on."""
    for _ in range(1002):
        world.sink.keep(sender="a", recipients=("b",), encrypted=False, user=None, content=b"")
    assert (len(world.sink.mails), world.sink.mails[-1].number) == (1000, 1002)
    assert (world.sink.mails[0].told()["text"], world.sink.find(2)) == ("", None)


def test_it_is_documented() -> None:
    """Program, requests and orders."""
    section = _PAGE.partition("\n## Mail\n")[2].partition("\n## ")[0]
    for words in ("local.simulators.mail_sink", "/mails/{number}/html", "`reply`", "`forget`", "--starttls", "--user"):
        assert words in section, words


def test_the_program_takes_mails_encrypted_and_stops_cleanly() -> None:
    """With the certificate that it says it made, and from the user that it was told."""
    command = [sys.executable, "-m", "local.simulators.mail_sink", "--starttls"]
    command += ["--user", "sample", "--password", "sample-word"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_ROOT) as process:
        try:
            assert process.stdout is not None
            certificate = re.fullmatch(r"certificate in (.+)\n", process.stdout.readline())
            mail = re.fullmatch(r"mail at smtp://127\.0\.0\.1:(\d+)\n", process.stdout.readline())
            web = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", process.stdout.readline())
            assert certificate is not None
            assert mail is not None
            assert web is not None
            context = ssl.create_default_context(cafile=certificate[1])
            with smtplib.SMTP("127.0.0.1", int(mail[1]), local_hostname="client.example.test", timeout=10) as smtp:
                smtp.starttls(context=context)
                with pytest.raises(smtplib.SMTPSenderRefused):
                    smtp.sendmail("fw@contoso.example.test", "owner@acme.example.test", _MAIL)
                smtp.login("sample", "sample-word")
                smtp.sendmail("fw@contoso.example.test", "owner@acme.example.test", _MAIL)
            (kept,) = httpx.get(f"{web[1]}/mails", trust_env=False, verify=TRUST_NOBODY).json()["mails"]
            assert (kept["encrypted"], kept["user"]) == (True, "sample")
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert not Path(certificate[1]).exists()
