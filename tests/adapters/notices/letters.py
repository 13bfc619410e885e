"""Letters to test with: a plain one, and texts that public data may hold."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any, Final

from hypothesis import strategies as st

from shared.domain.letters import Letter, Urgency

NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)
LINK: Final = "https://guard.example.test/api/approvals/sample.token?a=1&b=2"

PLAIN: Final = Letter(
    letter_id="notice-1",
    urgency=Urgency.ALARM,
    title="A public package took the name @acme/billing",
    paragraphs=("It was published on npm two hours ago.", "Feedwarden lets the feed serve your own versions only."),
    facts=(("Feed", "Payments / releases"), ("Package", "@acme/billing"), ("Since", "1 August 2026, 08:00 UTC")),
    packages=("@acme/billing", "Acme.Billing"),
    link=LINK,
    recipients=("owner@acme.example.test", "second@acme.example.test"),
)

# What somebody might write into a description, and what none of it may become.
HOSTILE: Final = (
    "https://evil.example.com/x",
    "HTTP://EVIL.COM",
    "www.evil.example",
    "evil.com",
    "mail me@evil.com now",
    "javascript:alert(1)",
    r"\\evil\share\x",
    "[click here](https://evil.com)",
    "![x](https://evil.com/pixel.png)",
    "<a href='https://evil.com'>sign in</a>",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% raw %}${7*7}",
    "{{DATE(2026-08-01T10:00:00Z, SHORT)}}",
    "{{TIME(2026-08-01T10:00:00Z)}}",
    "line\r\nBcc: everybody@evil.com\r\n\r\nnew body",
    "line\n.\nMAIL FROM:<evil@evil.com>",
    "abc\u202e\u2066gnp.exe",
    "zero\u200bwidth\u2060\ufeff\u00ad",
    "bell\x07\x00\x1b[31mred",
    "\ud800 lone",
    "e\u0301" + "\u0335" * 200,
    "*bold* _italic_ **b** ~~s~~ `c` # h\n- l\n1. l",
    "<at>everyone</at>",
    "\u2028\u2029\x85next",
    "evil.com.x1 evil.org-y",
    "\u05d0 1.2.3 \u05d1 (9.9)",
    "=?utf-8?q?=0d=0aBcc:_x=40evil.com?=",
)

# The same and anything else, at any place.
texts = st.one_of(
    st.sampled_from(HOSTILE), st.text(max_size=200), st.text("@.:/\\[](){}<>w \r\n\u202eeco1", max_size=60)
)
letters = st.builds(
    Letter,
    letter_id=texts,
    urgency=st.sampled_from(Urgency),
    title=texts,
    paragraphs=st.lists(texts, max_size=4).map(tuple),
    facts=st.lists(st.tuples(texts, texts), max_size=4).map(tuple),
    packages=st.lists(texts, max_size=6).map(tuple),
    link=st.one_of(st.none(), st.just(LINK), texts),
    recipients=st.just(PLAIN.recipients),
)


def letter(**changes: Any) -> Letter:  # noqa: ANN401  # the letter's own types check them
    """Return the plain letter with changes."""
    return dataclasses.replace(PLAIN, **changes)
