"""The mail channel against a real SMTP server: TLS, signing in, refusals, time-outs, and what its errors do not say."""

from __future__ import annotations

import asyncio
import logging
import ssl
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from local.simulators.mail_sink import new_sink
from local.simulators.mail_sink_server import Doorman, Security, serving_mail
from local.simulators.mail_sink_state import Reply, Sink
from local.simulators.self_made_certificate import write_certificate
from shared.adapters.notices.mail import MailChannel, MailPatience
from shared.adapters.notices.mail_wire import message_id
from shared.adapters.notices.smtp_address import SmtpAddress
from shared.domain.letters import Letter, PartlyTaken
from shared.errors import AuthenticationFailed, UnexpectedAnswer, UpstreamError, UpstreamUnavailable
from tests.adapters.notices.letters import NOW, PLAIN, letter

_SENDER = "Feedwarden <fw@contoso.example.test>"
_IMPATIENT = MailPatience(
    reply=timedelta(milliseconds=300), total=timedelta(seconds=5), farewell=timedelta(milliseconds=100)
)


@dataclass(frozen=True, slots=True)
class _Post:
    """A sink, and a channel to it."""

    sink: Sink
    channel: MailChannel

    def tell(self, **rule: object) -> None:
        self.sink.rules.append(Reply.model_validate(rule))

    def delivered(self) -> list[str]:
        return [recipient for mail in self.sink.mails for recipient in mail.recipients]


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@asynccontextmanager
async def _post(
    folder: Path,
    *,
    security: Security = "none",
    url: str = "smtp://127.0.0.1:{port}",
    user: str | None = None,
    certified: str = "127.0.0.1",
    trusted: bool = True,
    patience: MailPatience | None = None,
) -> AsyncIterator[_Post]:
    certificate = write_certificate(certified, folder)
    context = None if security == "none" else _context(certificate)
    sink = new_sink(lambda: NOW)
    doorman = Doorman(security, context, user, "sample word: ü/@")
    async with serving_mail(sink, doorman=doorman) as port:
        channel = MailChannel(
            SmtpAddress.of(url.format(port=port)),
            _SENDER,
            lambda: NOW,
            patience=patience or MailPatience(),
            tls_context=ssl.create_default_context(cafile=certificate) if trusted else None,
        )
        yield _Post(sink, channel)


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[_Post]:
    """Set up a sink that takes everything."""
    async with _post(tmp_path, patience=_IMPATIENT) as world:
        yield world


async def _refusal[E: UpstreamError](channel: MailChannel, error: type[E], sent: Letter = PLAIN) -> E:
    """Send, and return the error, which must be of exactly that class and tell no secret, however it is printed."""
    with pytest.raises(UpstreamError) as caught:
        await channel.send(sent)
    printed = "".join(traceback.format_exception(caught.value))
    assert not any(word in printed for word in ("example.test", "sample", "c2FtcGxl"))
    assert type(caught.value) is error, printed
    return caught.value


async def test_each_recipient_gets_a_mail(post: _Post, caplog: pytest.LogCaptureFixture) -> None:
    """Of their own, from our sender, with one Message-ID; the log tells the number and no address."""
    caplog.set_level(logging.INFO, "feedwarden.notices.mail")
    await post.channel.send(PLAIN)
    assert [mail.recipients for mail in post.sink.mails] == [(recipient,) for recipient in PLAIN.recipients]
    assert {mail.sender for mail in post.sink.mails} == {"fw@contoso.example.test"}
    assert [mail.message["to"] for mail in post.sink.mails] == list(PLAIN.recipients)
    ids = {mail.message["message-id"] for mail in post.sink.mails}
    assert ids == {message_id("notice-1", domain="contoso.example.test")}
    (record,) = caplog.records
    assert record.getMessage() == "letter mailed letter=notice-1 recipients=2"


async def test_a_repeat_is_sent_again(post: _Post) -> None:
    """At least once: it is the Message-ID that makes it a repeat."""
    await post.channel.send(PLAIN)
    await post.channel.send(PLAIN)
    assert post.delivered() == [*PLAIN.recipients, *PLAIN.recipients]
    assert len({mail.message["message-id"] for mail in post.sink.mails}) == 1


async def test_the_same_recipient_twice_gets_one_mail(post: _Post) -> None:
    """Owner by two ways."""
    await post.channel.send(letter(recipients=("a@acme.example.test", " a@acme.example.test")))
    assert post.delivered() == ["a@acme.example.test"]


@pytest.mark.parametrize(
    ("security", "url"),
    [("starttls", "smtp://127.0.0.1:{port}?starttls=required"), ("tls", "smtps://127.0.0.1:{port}")],
)
async def test_mails_go_encrypted_and_signed_in(tmp_path: Path, security: Security, url: str) -> None:
    """With a password of any letters, percent-encoded in the address."""
    entry = url.replace("//", "//sample%40user:sample%20word%3A%20%C3%BC%2F%40@")
    async with _post(tmp_path, security=security, url=entry, user="sample@user") as post:
        await post.channel.send(PLAIN)
        assert [(mail.encrypted, mail.user) for mail in post.sink.mails] == [(True, "sample@user")] * 2


async def test_a_wrong_password_is_told(tmp_path: Path) -> None:
    """And what to check; the user and the password are not."""
    url = "smtp://sample%40user:sample-wrong@127.0.0.1:{port}?starttls=required"
    async with _post(tmp_path, security="starttls", url=url, user="sample@user") as post:
        error = await _refusal(post.channel, AuthenticationFailed)
        assert "535" in str(error)
        assert "SMTP_URL" in str(error)
        assert post.sink.mails == []


async def test_a_server_that_wants_a_user_says_so(tmp_path: Path) -> None:
    """No user in the address, although one is needed."""
    async with _post(tmp_path, user="sample@user") as post:
        assert "530" in str(await _refusal(post.channel, AuthenticationFailed))


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("smtp://127.0.0.1:{port}?starttls=required", "does not offer"),
        ("smtp://sample:sample@127.0.0.1:{port}", "does not offer"),
        ("smtps://127.0.0.1:{port}", "no TLS"),
    ],
)
async def test_nothing_is_sent_in_the_open_where_more_was_asked_for(tmp_path: Path, url: str, text: str) -> None:
    """A server without STARTTLS, without users, or without TLS."""
    async with _post(tmp_path, url=url) as post:
        assert text in str(await _refusal(post.channel, UnexpectedAnswer))
        assert post.sink.mails == []


@pytest.mark.parametrize(
    ("security", "url"),
    [("starttls", "smtp://127.0.0.1:{port}?starttls=required"), ("tls", "smtps://127.0.0.1:{port}")],
)
@pytest.mark.parametrize(("certified", "trusted"), [("127.0.0.1", False), ("mail.example.test", True)])
async def test_a_certificate_must_be_trusted_and_fit(
    tmp_path: Path, security: Security, url: str, certified: str, *, trusted: bool
) -> None:
    """One that nobody vouches for, or for another host: nothing is sent, not even the password."""
    entry = url.replace("//", "//sample:sample@")
    async with _post(
        tmp_path, security=security, url=entry, user="sample", certified=certified, trusted=trusted
    ) as post:
        assert "certificate" in str(await _refusal(post.channel, UnexpectedAnswer))
        assert post.sink.mails == []


async def _partly(channel: MailChannel, sent: Letter = PLAIN) -> PartlyTaken:
    error = await _refusal(channel, PartlyTaken, sent)
    assert not any(recipient in repr(error) for recipient in sent.recipients)
    return error


async def test_a_refused_recipient_costs_the_others_nothing(post: _Post) -> None:
    """They have their mail, and the error says who has not: tried again, nobody gets a second one."""
    post.tell(step="RCPT", reply="550 5.1.1 second@acme.example.test unknown", recipient="second@*")
    error = await _partly(post.channel)
    assert str(error) == "mail: 1 of 2 recipients refused (550): correct their addresses"
    assert error.missing == ("second@acme.example.test",)
    await _refusal(post.channel, UnexpectedAnswer, letter(recipients=error.missing))
    assert post.delivered() == ["owner@acme.example.test"]


async def test_what_may_pass_is_tried_again_for_those_who_lack_it(post: _Post) -> None:
    """Grey-listing: one letter, one mail each, in two attempts, the second of another process."""
    post.tell(step="RCPT", reply="450 4.2.0 second@acme.example.test grey-listed", recipient="second@*", times=1)
    error = await _partly(post.channel)
    assert str(error) == "mail: 1 of 2 recipients refused (450)"
    await post.channel.send(letter(recipients=error.missing))
    assert post.delivered() == list(PLAIN.recipients)


@pytest.mark.parametrize(
    "trouble", [{"delay_seconds": 60}, {"hang_up": True}, {"reply": "421 4.3.2 closing"}, {"reply": "554 5.6.0 no"}]
)
@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_who_has_it_is_told_wherever_the_conversation_ends(
    post: _Post, step: str, trouble: dict[str, object]
) -> None:
    """The first of two was served before the server fell silent."""
    if step == "RCPT":
        post.tell(step=step, recipient="second@*", **trouble)
    else:
        post.tell(step=step, times=1, delay_seconds=0.001)
        post.tell(step=step, **trouble)
    error = await _partly(post.channel)
    assert error.missing == ("second@acme.example.test",)
    assert post.delivered() == ["owner@acme.example.test"]


async def test_what_is_no_address_is_never_sent(post: _Post) -> None:
    """It could be a command or a header; the others get their mail."""
    bad = "x@acme.example.test>\r\nRCPT TO:<y@acme.example.test"
    error: UpstreamError = await _partly(post.channel, letter(recipients=(bad, "owner@acme.example.test")))
    assert str(error) == "mail: 1 of 2 recipients refused (553): correct their addresses"
    assert post.delivered() == ["owner@acme.example.test"]
    error = await _refusal(post.channel, UnexpectedAnswer, letter(recipients=(bad,)))
    assert str(error) == "mail: 1 of 1 recipients refused (553): correct their addresses"


async def test_a_letter_to_nobody_is_an_error(post: _Post) -> None:
    """Nobody would learn of it."""
    assert "no recipient" in str(await _refusal(post.channel, UnexpectedAnswer, letter(recipients=())))


@pytest.mark.parametrize(
    ("step", "reply", "error"),
    [
        ("EHLO", "421 4.3.2 busy", UpstreamUnavailable),
        ("MAIL", "451 4.7.1 later", UpstreamUnavailable),
        ("MAIL", "550 5.7.60 fw@contoso.example.test may not send", UnexpectedAnswer),
        ("MAIL", "530 5.7.57 sign in", AuthenticationFailed),
        ("RCPT", "452 4.5.3 too many", UpstreamUnavailable),
        ("DATA", "452 4.3.1 full", UpstreamUnavailable),
        ("DATA", "554 5.6.0 owner@acme.example.test does not want this", UnexpectedAnswer),
    ],
)
async def test_refusals_have_their_errors(post: _Post, step: str, reply: str, error: type[UpstreamError]) -> None:
    """Whether another attempt may help; the server's words, which quote addresses, are not repeated."""
    post.tell(step=step, reply=reply)
    raised = await _refusal(post.channel, error)
    assert reply[:3] in str(raised)
    assert post.sink.mails == []


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("trouble", [{"delay_seconds": 60}, {"hang_up": True}, {"reply": "421 4.3.2 closing"}])
async def test_silence_and_hanging_up_may_pass(post: _Post, step: str, trouble: dict[str, object]) -> None:
    """At every step; nothing waits longer than it was told to."""
    post.tell(step=step, **trouble)
    await _refusal(post.channel, UpstreamUnavailable)


async def test_the_whole_has_a_limit(tmp_path: Path) -> None:
    """However short of the time-out each reply is."""
    patience = MailPatience(reply=timedelta(seconds=30), total=timedelta(milliseconds=300))
    async with _post(tmp_path, patience=patience) as post:
        post.tell(step="RCPT", delay_seconds=20)
        assert "0.3 s" in str(await _refusal(post.channel, UpstreamUnavailable))
        post.sink.rules.clear()
        post.tell(step="RCPT", delay_seconds=20, recipient="second@*")
        error = await _partly(post.channel)
        assert ("0.3 s" in str(error), error.missing) == (True, ("second@acme.example.test",))


@pytest.mark.parametrize("trouble", [{"delay_seconds": 60}, {"hang_up": True}, {"reply": "500 5.5.1 what"}])
async def test_a_bad_farewell_changes_nothing(post: _Post, trouble: dict[str, object]) -> None:
    """What was taken is taken; an error would send it again."""
    post.tell(step="QUIT", **trouble)
    await post.channel.send(PLAIN)
    assert post.delivered() == list(PLAIN.recipients)


async def test_nobody_there_may_pass(post: _Post) -> None:
    """A closed port, and a name that leads nowhere."""
    async with await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
    closed = MailChannel(SmtpAddress.of(f"smtp://127.0.0.1:{port}"), _SENDER, lambda: NOW, patience=_IMPATIENT)
    await _refusal(closed, UpstreamUnavailable)
    assert post.sink.mails == []


@pytest.mark.parametrize(
    ("greeting", "error"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", UnexpectedAnswer),
        (b"\xff\xfe\x00\r\n", UnexpectedAnswer),
        (b"554 5.3.2 not here\r\n", UnexpectedAnswer),
        (b"421 4.3.2 closing\r\n", UpstreamUnavailable),
        (b"2", UpstreamUnavailable),
        (b"", UpstreamUnavailable),
        (b"220-" + b"x" * 100_000, UnexpectedAnswer),
    ],
)
async def test_a_strange_greeting_is_our_error(greeting: bytes, error: type[UpstreamError]) -> None:
    """What answers may be no mail server at all."""

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await _refusal(
            MailChannel(SmtpAddress.of(f"smtp://127.0.0.1:{port}"), _SENDER, lambda: NOW, patience=_IMPATIENT), error
        )


async def test_what_was_slipped_in_before_tls_is_not_heard(tmp_path: Path) -> None:
    """RFC 3207: a man in the middle adds replies to the one to STARTTLS; none of them counts inside."""
    heard: list[bytes] = []
    context = _context(write_certificate("127.0.0.1", tmp_path))

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        await reader.readline()
        writer.write(b"250-mail\r\n250 STARTTLS\r\n")
        await reader.readline()
        writer.write(b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n")
        await writer.start_tls(context)
        heard.append(await reader.readline())
        writer.write(b"421 no more\r\n")
        heard.append(await reader.readline())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        channel = MailChannel(
            SmtpAddress.of(f"smtp://sample:sample@127.0.0.1:{port}?starttls=required"),
            _SENDER,
            lambda: NOW,
            patience=_IMPATIENT,
            tls_context=ssl.create_default_context(cafile=tmp_path / "127.0.0.1.pem"),
        )
        with pytest.raises(UpstreamError):
            await channel.send(PLAIN)
    assert not any(line.startswith((b"AUTH", b"MAIL")) for line in heard)
