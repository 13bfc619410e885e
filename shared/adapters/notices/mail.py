"""Letters by SMTP: one mail a recipient, over one connection.

A recipient sees no other's address, one that is refused costs the others nothing, and a rule "sent to me" works; a mail
with all in Bcc is what filters take for bulk. A failure tells who has not got the letter, so that another attempt, in
whichever process, reaches those only; after a crash a repeat is recognised by its Message-ID.

No error and no log line shows an address, and no cause is chained: the library's texts quote addresses and replies.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.adapters.notices.mail_replies import NO_ADDRESS, SERVICE, refused_recipients, refused_step
from shared.adapters.notices.mail_wire import addressed, mail_of
from shared.adapters.notices.smtp_address import Encryption, MailSender, SmtpAddress, is_mailbox
from shared.domain.letters import Letter, PartlyTaken
from shared.errors import UnexpectedAnswer, UpstreamError, UpstreamUnavailable
from shared.logs import told

if TYPE_CHECKING:
    import aiosmtplib

logger = logging.getLogger("feedwarden.notices.mail")


@dataclass(frozen=True, slots=True)
class MailPatience:
    """How long we wait: for one reply, for all of a letter, for the farewell, which matters to nobody."""

    reply: timedelta = timedelta(seconds=20)
    total: timedelta = timedelta(minutes=2)
    farewell: timedelta = timedelta(seconds=2)


class MailChannel:
    """Sends letters by mail; see the module's text for who gets what."""

    def __init__(
        self,
        address: SmtpAddress,
        sender: str,
        clock: Callable[[], datetime],
        *,
        patience: MailPatience | None = None,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        """Keep the settings; nothing is opened before the first letter. `tls_context` None = the system's authorities.

        Raises ValueError where `sender` is no mail address.
        """
        self._address = address
        self._sender = MailSender.of(sender)
        self._clock = clock
        self._patience = patience or MailPatience()
        self._tls_context = tls_context

    async def send(self, letter: Letter) -> None:
        """Send one letter to all its recipients.

        Raises:
            PartlyTaken: some have it; whatever else went wrong concerns the others.
            UpstreamUnavailable: no connection, no reply in time, or a reply that asks for another attempt.
            AuthenticationFailed: the server does not accept our user and password.
            UnexpectedAnswer: nobody to write to, refused recipients, no TLS where it is required.
        """
        recipients = tuple(dict.fromkeys(recipient.strip() for recipient in letter.recipients))
        if not recipients:
            raise UnexpectedAnswer("the letter names no recipient", service=SERVICE)
        taken: set[str] = set()
        try:
            codes = await self._send(letter, recipients, taken)
            if codes:
                raise refused_recipients(codes, of=len(recipients))
        except UpstreamError as error:
            if not taken:
                raise
            missing = [recipient for recipient in recipients if recipient not in taken]
            text = str(error).removeprefix(f"{SERVICE}: ")
            raise PartlyTaken(text, service=SERVICE, missing=missing) from None
        logger.info(told("letter mailed", letter=letter.letter_id, recipients=len(recipients)))

    async def _send(self, letter: Letter, recipients: tuple[str, ...], taken: set[str]) -> list[int]:
        """Send to all, note who has it, and return the codes of those who were refused."""
        sendable = [recipient for recipient in recipients if is_mailbox(recipient)]
        codes = [NO_ADDRESS] * (len(recipients) - len(sendable))
        if sendable:
            smtp = self._client()
            try:
                async with asyncio.timeout(self._patience.total.total_seconds()):
                    codes += await self._converse(smtp, letter, sendable, taken)
            except TimeoutError:
                seconds = self._patience.total.total_seconds()
                raise UpstreamUnavailable(f"not all was sent within {seconds:g} s", service=SERVICE) from None
            finally:
                smtp.close()
        return codes

    async def _converse(
        self, smtp: aiosmtplib.SMTP, letter: Letter, recipients: list[str], taken: set[str]
    ) -> list[int]:
        from aiosmtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused  # noqa: PLC0415  # costs cold start

        mail = mail_of(letter, sender=self._sender, sent_at=self._clock())
        codes: list[int] = []
        try:
            await smtp.connect()
            for recipient in recipients:
                try:
                    await smtp.sendmail(self._sender.mailbox, [recipient], addressed(mail, recipient))
                    taken.add(recipient)
                except SMTPRecipientsRefused as error:
                    codes += [refusal.code for refusal in error.recipients]
                except SMTPDataError as error:
                    codes.append(error.code)
        except (SMTPException, OSError) as error:
            raise _verdict(error) from None
        # What was taken is taken, whatever the server says to a farewell.
        with suppress(SMTPException, OSError):
            await smtp.quit(timeout=self._patience.farewell.total_seconds())
        return codes

    def _client(self) -> aiosmtplib.SMTP:
        from aiosmtplib import SMTP  # noqa: PLC0415  # costs cold start: not before the first mail

        address = self._address
        return SMTP(
            hostname=address.host,
            port=address.port,
            username=address.user,
            password=address.password if address.user is not None else None,
            # The library would ask the resolver for this machine's name, which is nobody's business.
            local_hostname=self._sender.domain,
            timeout=self._patience.reply.total_seconds(),
            use_tls=address.encryption is Encryption.TLS,
            start_tls=address.encryption is Encryption.STARTTLS,
            tls_context=self._tls_context,
        )


def _verdict(error: Exception) -> UpstreamError:
    """Say in our words, and without anybody's address, what ended the conversation."""
    import aiosmtplib  # noqa: PLC0415  # in use already

    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLError):
        return _no_tls(cause)
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            return refused_step("signing in", error.code)
        case aiosmtplib.SMTPSenderRefused():
            return refused_step("the sender MAIL_FROM", error.code)
        case aiosmtplib.SMTPResponseException():
            return refused_step("the conversation", error.code)
        case OSError():
            # Time-outs are of this class too.
            return UpstreamUnavailable(f"no reply, or no connection ({type(error).__name__})", service=SERVICE)
    return UnexpectedAnswer("it does not offer what SMTP_URL asks for: STARTTLS, or signing in", service=SERVICE)


def _no_tls(error: ssl.SSLError) -> UpstreamError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnexpectedAnswer("its certificate is not one that we can trust", service=SERVICE)
    return UnexpectedAnswer("no TLS could be agreed on: smtp:// or smtps:// may be the wrong one", service=SERVICE)
