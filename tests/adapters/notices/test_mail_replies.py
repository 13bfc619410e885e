"""What a mail server's replies mean."""

from __future__ import annotations

import pytest

from shared.adapters.notices.mail_replies import refused_recipients, refused_step
from shared.errors import AuthenticationFailed, UnexpectedAnswer, UpstreamError, UpstreamUnavailable


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (421, UpstreamUnavailable),
        (450, UpstreamUnavailable),
        (454, UpstreamUnavailable),
        (500, UnexpectedAnswer),
        (530, AuthenticationFailed),
        (534, AuthenticationFailed),
        (535, AuthenticationFailed),
        (538, AuthenticationFailed),
        (550, UnexpectedAnswer),
        (554, UnexpectedAnswer),
        (-1, UnexpectedAnswer),
        (250, UnexpectedAnswer),
    ],
)
def test_each_code_has_its_error(code: int, error: type[UpstreamError]) -> None:
    """4xx passes; what is about signing in says so; everything else is for a person."""
    raised = refused_step("signing in", code)
    assert type(raised) is error
    assert str(code) in str(raised)


@pytest.mark.parametrize(
    ("codes", "error", "text"),
    [
        ([550], UnexpectedAnswer, "mail: 1 of 3 recipients refused (550): correct their addresses"),
        ([553, 550, 550], UnexpectedAnswer, "mail: 3 of 3 recipients refused (550, 553): correct their addresses"),
        ([550, 450], UpstreamUnavailable, "mail: 2 of 3 recipients refused (450, 550)"),
    ],
)
def test_refused_recipients_are_counted(codes: list[int], error: type[UpstreamError], text: str) -> None:
    """And not named."""
    raised = refused_recipients(codes, of=3)
    assert (type(raised), str(raised)) == (error, text)
