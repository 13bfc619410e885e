"""The pages of the played sign-in: plain, and without script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from local.host.http_messages import Answer
from local.host.personas import Persona

_HEADERS: Final = (
    ("content-type", "text/html; charset=utf-8"),
    ("cache-control", "no-store"),
    # The address carries where to go on, which may be an approval's link.
    ("referrer-policy", "no-referrer"),
    ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"),
)
_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:34rem;padding:0 1rem}"
    "button{display:block;width:100%;font:inherit;text-align:start;padding:.6rem .8rem;margin:.5rem 0}"
    "button span{display:block;font-size:.875rem;overflow-wrap:anywhere}"
)


def choice_page(personas: Sequence[Persona], *, action: str, target: str) -> Answer:
    """Let a person choose who to be; what comes after stays as it was given, and is checked when it is used."""
    buttons = "".join(
        f'<button name="persona" value="{escape(one.key)}">{escape(one.name)} ({escape(one.key)})'
        f"<span>{escape(one.mail)}, tenant {escape(one.tenant)}</span></button>"
        for one in personas
    )
    return _page(
        "Sign in",
        "<p>In Azure, Microsoft Entra ID asks for a password here. On this machine you choose who you are.</p>"
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="post_login_redirect_uri" value="{escape(target)}">{buttons}</form>',
    )


def word_page(title: str) -> Answer:
    """Say one thing."""
    return _page(title, '<p><a href="/">Return to the app</a></p>')


def _page(title: str, content: str) -> Answer:
    """Return a page."""
    body = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
    )
    return Answer(status=200, headers=_HEADERS, body=body.encode())
