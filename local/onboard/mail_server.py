"""Whether a mail server lets us in: connect, TLS, sign in, and leave; no mail is begun.

No text shows an address or a reply, both of which may hold what is nobody's business.
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from datetime import timedelta
from typing import Final

from shared.adapters.notices.mail_replies import SERVICE, refused_step
from shared.adapters.notices.smtp_address import Encryption, MailSender, SmtpAddress
from shared.errors import UnexpectedAnswer, UpstreamError, UpstreamUnavailable

_REPLY: Final = timedelta(seconds=20)
_TOTAL: Final = timedelta(minutes=1)


async def enter(address: SmtpAddress, sender: MailSender, tls_context: ssl.SSLContext | None = None) -> None:
    """Enter and leave. Raises UpstreamError, which says what a person must mend."""
    from aiosmtplib import SMTP, SMTPException  # noqa: PLC0415  # not before a mail server is asked

    smtp = SMTP(
        hostname=address.host,
        port=address.port,
        username=address.user,
        password=address.password if address.user is not None else None,
        local_hostname=sender.domain,
        timeout=_REPLY.total_seconds(),
        use_tls=address.encryption is Encryption.TLS,
        start_tls=address.encryption is Encryption.STARTTLS,
        tls_context=tls_context,
    )
    try:
        async with asyncio.timeout(_TOTAL.total_seconds()):
            await smtp.connect()
            # Without TLS and user the library would not have greeted before the first mail.
            await smtp.ehlo()
            with suppress(SMTPException, OSError):
                await smtp.quit()
    except (SMTPException, OSError) as error:
        # A time-out is of the second class.
        raise _verdict(error) from None
    finally:
        smtp.close()


def _verdict(error: Exception) -> UpstreamError:
    import aiosmtplib  # noqa: PLC0415  # in use already

    cause = error if isinstance(error, ssl.SSLError) else error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return UnexpectedAnswer("its certificate is not one that we can trust", service=SERVICE)
    if isinstance(cause, ssl.SSLError):
        return UnexpectedAnswer("no TLS could be agreed on: smtp:// or smtps:// may be the wrong one", service=SERVICE)
    match error:
        case aiosmtplib.SMTPAuthenticationError():
            return refused_step("signing in", error.code)
        case aiosmtplib.SMTPResponseException():
            return refused_step("the conversation", error.code)
        case OSError():
            return UpstreamUnavailable(f"no reply, or no connection ({type(error).__name__})", service=SERVICE)
    return UnexpectedAnswer("it does not offer what SMTP_URL asks for: STARTTLS, or signing in", service=SERVICE)
