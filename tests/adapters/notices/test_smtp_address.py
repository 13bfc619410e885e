"""SMTP_URL and MAIL_FROM are read strictly, and never repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.notices.smtp_address import Encryption, MailSender, SmtpAddress, is_mailbox


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("smtp://mail.example.test", ("mail.example.test", 587, Encryption.STARTTLS, None, "")),
        ("smtp://mail.example.test:25/", ("mail.example.test", 25, Encryption.STARTTLS, None, "")),
        ("smtps://mail.example.test", ("mail.example.test", 465, Encryption.TLS, None, "")),
        ("smtp://u%40x:p%3A%2Fw%20@MAIL.test:2525", ("mail.test", 2525, Encryption.STARTTLS, "u@x", "p:/w ")),
        ("smtps://user:p%C3%A4ss@mail.test", ("mail.test", 465, Encryption.TLS, "user", "päss")),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, Encryption.NONE, None, "")),
        ("smtp://u:p@localhost:1025", ("localhost", 1025, Encryption.NONE, "u", "p")),
        ("smtp://[::1]:1025", ("::1", 1025, Encryption.NONE, None, "")),
        ("smtp://127.0.0.1:1025?starttls=required", ("127.0.0.1", 1025, Encryption.STARTTLS, None, "")),
        ("smtp://relay.test:25?starttls=off", ("relay.test", 25, Encryption.NONE, None, "")),
    ],
)
def test_addresses_are_read(text: str, read: tuple[object, ...]) -> None:
    """Encrypted unless somebody says otherwise, or nothing leaves the machine."""
    address = SmtpAddress.of(text)
    assert (address.host, address.port, address.encryption, address.user, address.password) == read


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "write smtp://"),
        ("mail.example.test:587", "write smtp://"),
        ("http://u:s3cr3t@mail.test", "write smtp://"),
        ("smtp://", "write smtp://"),
        ("smtp://u:s3cr3t@mail.test:port", "write smtp://"),
        ("smtp://u:s3cr3t@mail.test:0", "write smtp://"),
        ("smtp://u:s3cr3t@mail.test:70000", "write smtp://"),
        ("smtp://u:s3cr3t/x@mail.test", "write smtp://"),
        ("smtp://u:s3cr3t#x@mail.test", "write smtp://"),
        ("smtp://:s3cr3t@mail.test", "write smtp://"),
        ("smtp://u:s3cr3t%00@mail.test", "write smtp://"),
        ("smtp://u:s3cr3t%0d%0a@mail.test", "write smtp://"),
        ("smtp://u:s3cr3t%ff@mail.test", "write smtp://"),
        ("smtp://u:s3cr3t @mail.test", "write smtp://"),
        ("smtp://u:s3cr3tä@mail.test", "write smtp://"),
        ("smtp://u:s3cr3t@[::1", "write smtp://"),
        ("smtp://u:s3cr3t@mail_host!.test", "write smtp://"),
        ("smtp://u:s3cr3t@mail.test/inbox", "write smtp://"),
        ("smtp://u:s3cr3t@mail.test?starttls=maybe", "starttls=required"),
        ("smtp://u:s3cr3t@mail.test?tls=off", "starttls=required"),
        ("smtp://u:s3cr3t@mail.test?starttls=required&starttls=off", "starttls=required"),
        ("smtps://u:s3cr3t@mail.test?starttls=off", "starttls=required"),
        ("smtp://u:s3cr3t@mail.test?starttls=off", "in the open"),
    ],
)
def test_other_addresses_are_refused_without_being_repeated(text: str, advice: str) -> None:
    """The text says what to write; nothing of the password is in it or in what it was raised from."""
    with pytest.raises(ValueError, match=advice) as caught:
        SmtpAddress.of(text)
    assert "s3cr3t" not in f"{caught.value}"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@given(st.one_of(st.text(max_size=80), st.text("smtp://:@[]%?=&#.0a", max_size=40).map("smtp://".__add__)))
def test_junk_is_refused_with_our_words(text: str) -> None:
    """Nothing but a ValueError that does not quote; what is read can be used."""
    try:
        address = SmtpAddress.of(text)
    except ValueError as error:
        assert str(error).startswith(("write smtp", "after the question mark", "the password would travel"))  # noqa: PT017  # both ends are fine
    else:
        assert address.host.isascii()
        assert 0 < address.port < 65_536


def test_the_address_hides_its_credentials() -> None:
    """Wherever it is printed."""
    assert "s3cr3t" not in repr(SmtpAddress.of("smtp://s3cr3t-user:s3cr3t@mail.test"))


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("owner@acme.example", True),
        ("first.last+tag@sub.acme.example", True),
        ("o'neil@acme.example", True),
        ("a" * 64 + "@acme.example", True),
        ("a" * 65 + "@acme.example", False),
        ("a@" + "b." * 130 + "example", False),
        ("owner", False),
        ("owner@localhost", False),
        ("owner@acme..example", False),
        (".owner@acme.example", False),
        ("owner@-acme.example", False),
        ("owner@acme.example\r\nBcc: x@evil.example", False),
        ("owner@acme.example\n", False),
        ("owner@acme.example, x@evil.example", False),
        ("<owner@acme.example>", False),
        ("Owner <owner@acme.example>", False),
        ('"a b"@acme.example', False),
        ("öwner@acme.example", False),
        ("owner@äcme.example", False),
        ("owner@acme.example> SIZE=1", False),
        ("", False),
    ],
)
def test_only_plain_addresses_are_mailboxes(text: str, *, is_one: bool) -> None:
    """What goes into an envelope or a header can do nothing else there."""
    assert is_mailbox(text) is is_one


@pytest.mark.parametrize(
    ("text", "name", "mailbox"),
    [
        ("fw@contoso.example", "Feedwarden", "fw@contoso.example"),
        (" Feed Guard <fw@Contoso.example> ", "Feed Guard", "fw@Contoso.example"),
        ("<fw@contoso.example>", "Feedwarden", "fw@contoso.example"),
        ("Wächter <fw@contoso.example>", "Wächter", "fw@contoso.example"),
    ],
)
def test_senders_are_read(text: str, name: str, mailbox: str) -> None:
    """With a name or without."""
    sender = MailSender.of(text)
    assert (sender.name, sender.mailbox, sender.domain) == (name, mailbox, "contoso.example")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fw",
        "a@b.example, c@d.example",
        "x\r\nBcc: y <fw@contoso.example>",
        "x <fw@contoso.example> y",
        '"x" <a@b.c>',
    ],
)
def test_other_senders_are_refused(text: str) -> None:
    """A line break in a name would be a header."""
    with pytest.raises(ValueError, match="write one mail address"):
        MailSender.of(text)
