"""The mail sink's SMTP side: aiosmtpd, a real server, with STARTTLS, TLS from the start, and signing in."""

from __future__ import annotations

import asyncio
import hmac
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from local.simulators.mail_sink_state import HungUp, Sink, Step
from local.simulators.server import HOST

_HOSTNAME: Final = "mail.example.test"

type Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True, slots=True)
class Doorman:
    """How the server is entered; `user` None = without signing in."""

    security: Security = "none"
    context: ssl.SSLContext | None = None
    user: str | None = None
    password: str = ""


class _Desk:
    """Answers the steps of a conversation as the sink was told; the method names are aiosmtpd's."""

    def __init__(self, sink: Sink, doorman: Doorman) -> None:
        self._sink = sink
        self._doorman = doorman

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        said = await self._said("EHLO", server)
        return responses if said is None else [said]

    async def handle_AUTH(self, server: SMTP, *_rest: object) -> object:  # noqa: N802  # aiosmtpd's name
        from aiosmtpd.smtp import MISSING  # noqa: PLC0415  # a mark of its own, not for the rest of the module

        said = await self._said("AUTH", server)
        return MISSING if said is None else said

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = await self._said("MAIL", server)
        if said is not None:
            return said
        if self._doorman.user is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = await self._said("RCPT", server, address)
        if said is not None:
            return said
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Recipient OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the same
        said = await self._said("DATA", server)
        if said is not None:
            return said
        content = envelope.content
        self._sink.keep(
            sender=envelope.mail_from or "",
            recipients=tuple(map(str, envelope.rcpt_tos)),
            encrypted=session.ssl is not None or self._doorman.security == "tls",
            user=self._doorman.user if session.authenticated else None,
            content=content.encode() if isinstance(content, str) else content or b"",
        )
        return "250 2.0.0 Kept"

    async def handle_QUIT(self, server: SMTP, *_rest: object) -> str:  # noqa: N802  # aiosmtpd's name
        return await self._said("QUIT", server) or "221 2.0.0 Bye"

    async def _said(self, step: Step, server: SMTP, recipient: str = "") -> str | None:
        try:
            return await self._sink.reply(step, recipient)
        except HungUp:
            if isinstance(server.transport, asyncio.Transport):
                server.transport.abort()
            # What follows is written to nobody.
            return "421 4.3.2 Gone"

    def lets_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, who: object) -> AuthResult:
        """Compare user and password."""
        doorman = self._doorman
        known = (
            isinstance(who, LoginPassword)
            and doorman.user is not None
            and hmac.compare_digest(who.login, doorman.user.encode())
            and hmac.compare_digest(who.password, doorman.password.encode())
        )
        # With "handled" aiosmtpd would say nothing to a stranger.
        return AuthResult(success=known, handled=False)


@asynccontextmanager
async def serving_mail(sink: Sink, *, port: int = 0, doorman: Doorman | None = None) -> AsyncIterator[int]:
    """Take mails on loopback while the block runs; gives the port."""
    door = doorman or Doorman()
    desk = _Desk(sink, door)
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {"hostname": _HOSTNAME, "ident": "mail sink", "loop": loop}
    if door.security == "starttls":
        options |= {"tls_context": door.context, "require_starttls": True}
    if door.user is not None:
        # TLS from the start is none that aiosmtpd knows of; in the open is for loopback.
        options |= {"authenticator": desk.lets_in, "auth_require_tls": door.security == "starttls"}
    context = door.context if door.security == "tls" else None
    server = await loop.create_server(lambda: SMTP(desk, **options), HOST, port, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        # Also those who were kept waiting on purpose.
        server.abort_clients()
        await server.wait_closed()
