"""What a mail server's replies mean.

Pure. Only codes are told: a server's words quote addresses.

Source: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.3, https://www.rfc-editor.org/rfc/rfc4954#section-6
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shared.errors import AuthenticationFailed, UnexpectedAnswer, UpstreamError, UpstreamUnavailable

SERVICE: Final = "mail"

NO_ADDRESS: Final = 553
"""The reply for a mailbox name that is not allowed; also what we say where a recipient is no mail address."""

# Authentication required; mechanism too weak; credentials invalid; encryption required for this mechanism.
_NOT_SIGNED_IN: Final = frozenset({530, 534, 535, 538})
_LATER: Final = range(400, 500)


def refused_step(step: str, code: int) -> UpstreamError:
    """Return the error for a reply that ends the conversation; `step` says in a word or two what was asked for."""
    text = f"{step} was refused with {code}"
    if code in _LATER:
        return UpstreamUnavailable(text, service=SERVICE)
    if code in _NOT_SIGNED_IN:
        return AuthenticationFailed(f"{text}: check the user and the password in SMTP_URL", service=SERVICE)
    return UnexpectedAnswer(text, service=SERVICE)


def refused_recipients(codes: Sequence[int], *, of: int) -> UpstreamError:
    """Return the error for recipients that were refused, while `of` of them were asked for.

    One that may be taken later is reason enough to try again.
    """
    text = f"{len(codes)} of {of} recipients refused ({', '.join(str(code) for code in sorted(set(codes)))})"
    if any(code in _LATER for code in codes):
        return UpstreamUnavailable(text, service=SERVICE)
    return UnexpectedAnswer(f"{text}: correct their addresses", service=SERVICE)
