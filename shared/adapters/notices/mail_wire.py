"""A letter as a mail: text and HTML, no remote content, one link.

Pure, but for the template beside it. One mail a recipient, who sees no other recipient's address.

Source: https://www.rfc-editor.org/rfc/rfc5322 (Message-ID, addresses), https://www.rfc-editor.org/rfc/rfc3834
(Auto-Submitted)
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterator
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from shared.adapters.notices.inert import inert_letter
from shared.adapters.notices.looks import INVITATION, LINK_NOTE, LOOKS, PACKAGES, foot, listed, more_of
from shared.adapters.notices.smtp_address import MailSender
from shared.domain.letters import Letter, Urgency

if TYPE_CHECKING:
    import jinja2

_WIDTH: Final = 76
# A campaign of some hundred names is listed whole; a mail of megabytes would be refused.
_MOST_NAMES: Final = 1000
_MOST_FACTS: Final = 40
_FACTS: Final = "facts: see Feedwarden's record"
_NAMES: Final = "packages: see Feedwarden's record"
_LONGEST_LINE: Final = 78
_SUBJECT: Final = re.compile(rb"(?<=\r\n)Subject:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*")


def message_id(letter_id: str, *, domain: str) -> str:
    """Return the Message-ID: the same for each repeat and each recipient, so that mail systems show repeats once."""
    digest = hashlib.sha256(letter_id.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    return f"<{digest}@{domain}>"


def mail_of(letter: Letter, *, sender: MailSender, sent_at: datetime) -> EmailMessage:
    """Return the mail, addressed to nobody yet; whatever the letter holds is inert in it."""
    shown = inert_letter(letter)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(sender.name, addr_spec=sender.mailbox)
    # What looks like an encoded word would be decoded, line breaks and all.
    title = shown.title.replace("=?", "= ?") or "(no title)"
    mail["Subject"] = f"[Feedwarden] {LOOKS[shown.urgency].words}: {title}"
    mail["Date"] = format_datetime(sent_at)
    mail["Message-ID"] = message_id(letter.letter_id, domain=sender.domain)
    # Nobody's absence note shall answer, and no list server's loop begin here.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if shown.urgency is Urgency.ALARM:
        mail["Importance"] = "high"
    mail.set_content("\n".join(_text(shown)) + "\n", cte="quoted-printable")
    mail.add_alternative(_html(shown), subtype="html", cte="quoted-printable")
    return mail


def addressed(mail: EmailMessage, recipient: str) -> bytes:
    """Return the mail's bytes for one recipient, whose address was checked."""
    del mail["To"]
    mail["To"] = Address(addr_spec=recipient)
    head, gap, body = mail.as_bytes().partition(b"\r\n\r\n")
    subject = _subject(str(mail["Subject"]))
    return _SUBJECT.sub(lambda _: subject, head, count=1) + gap + body


def _subject(value: str) -> bytes:
    """Return the header, folded between words, or else encoded; it begins behind its name.

    The library's newer way of folding begins some subjects on the next line, which readers show as a blank, and doubles
    a blank before a long word.
    """
    lines = textwrap.wrap(
        f"Subject: {value}", _LONGEST_LINE, subsequent_indent=" ", break_long_words=False, break_on_hyphens=False
    )
    if value.isascii() and max(map(len, lines)) <= _LONGEST_LINE:
        return "\r\n".join(lines).encode("ascii")
    mark, _, rest = value.partition(" ")
    header = Header(mark, "us-ascii", header_name="Subject")
    header.append(rest, "utf-8")
    return f"Subject: {header.encode(linesep='\r\n')}".encode("ascii")


def _text(letter: Letter) -> Iterator[str]:
    yield from _wrapped(letter.title)
    yield "=" * min(len(letter.title), _WIDTH)
    yield ""
    yield LOOKS[letter.urgency].words
    yield ""
    for paragraph in letter.paragraphs:
        yield from _wrapped(paragraph)
        yield ""
    # Before the facts and the names, which may be many.
    if letter.link is not None:
        yield from (f"{INVITATION}:", letter.link, *_wrapped(LINK_NOTE), "")
    for label, text in letter.facts[:_MOST_FACTS]:
        yield from _wrapped(f"{label}: {text}", indent="    ")
    yield from more_of(len(letter.facts) - _MOST_FACTS, _FACTS)
    if letter.packages:
        names, rest = listed(letter.packages, _NAMES, most=_MOST_NAMES)
        yield from ("", f"{PACKAGES}:", *(f"  {name}" for name in (*names, *rest)))
    yield ""
    yield "-- "
    for line in foot(letter):
        yield from _wrapped(line)


def _wrapped(text: str, *, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )


def _html(letter: Letter) -> str:
    names, rest = listed(letter.packages, _NAMES, most=_MOST_NAMES)
    return (
        _templates()
        .get_template("letter.html.jinja")
        .render(
            letter=letter,
            facts=letter.facts[:_MOST_FACTS],
            more_facts=more_of(len(letter.facts) - _MOST_FACTS, _FACTS),
            look=LOOKS[letter.urgency],
            heading=PACKAGES,
            names=names,
            rest=rest,
            invitation=INVITATION,
            link_note=LINK_NOTE,
            foot=foot(letter),
        )
    )


@cache
def _templates() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415  # costs cold start: not before the first mail

    return jinja2.Environment(
        loader=jinja2.PackageLoader("shared.adapters.notices"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
