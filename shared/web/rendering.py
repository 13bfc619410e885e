"""Templates to bytes, with the headers that every page carries.

Whatever stands in a page is inert: escaped, on one line, without hidden or reordering letters, and cut. What a form
must carry unchanged goes through the filter `whole`, which escapes and nothing else.

Source: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shared.adapters.notices.inert import visible_line
from shared.web.messages import WebAnswer

if TYPE_CHECKING:
    import jinja2
    from markupsafe import Markup

_LONGEST: Final = 1000
_LONGEST_TEXT: Final = 2000
_FOLDER: Final = Path(__file__).parent / "templates"

_HEADERS: Final[Mapping[str, str]] = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def page(template: str, *, status: int, cookie: str = "", **values: object) -> WebAnswer:
    """Return a page; `cookie` is the header that sets one."""
    body = _templates().get_template(template).render(values).encode()
    headers = {**_HEADERS, "Content-Security-Policy": _content_policy()}
    return WebAnswer(status, headers | ({"Set-Cookie": cookie} if cookie else {}), body)


def see_other(path: str) -> WebAnswer:
    """Send the browser to a page of ours, by GET."""
    return WebAnswer(303, {**_HEADERS, "Content-Security-Policy": _content_policy(), "Location": path}, b"")


def without_body(answer: WebAnswer) -> WebAnswer:
    """Return the same answer as HEAD gets it."""
    return WebAnswer(answer.status, answer.headers, b"")


@cache
def _style() -> str:
    return (_FOLDER / "style.css").read_text(encoding="utf-8")


@cache
def _content_policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


@cache
def _templates() -> jinja2.Environment:
    import jinja2  # noqa: PLC0415  # costs cold start: not before the first page
    from markupsafe import Markup  # noqa: PLC0415  # the same

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_inert,
    )
    # Our own file, and the policy above admits exactly these bytes.
    environment.globals["style"] = Markup(_style())  # noqa: S704  # not from outside
    environment.filters.update(whole=_whole, moment=_moment, day=_day, lines=_lines)
    return environment


def _inert(value: object) -> object:
    """Make a text inert before it is escaped; what is mark-up already is the templates' own."""
    return visible_line(value, longest=_LONGEST) if type(value) is str else value


def _whole(text: str) -> Markup:
    from markupsafe import escape  # noqa: PLC0415  # in use already

    return escape(text)


def _lines(text: str) -> Markup:
    """Keep the lines of what a person wrote, each of them inert; empty ones would push the page away."""
    lines = (visible_line(line, longest=_LONGEST) for line in text[: _LONGEST_TEXT + 1].splitlines())
    return _whole("\n".join(filter(None, lines)) + ("…" if len(text) > _LONGEST_TEXT else ""))


def _moment(at: datetime) -> Markup:
    at = at.astimezone(UTC)
    return _time(at, f"{at.day} {at:%B %Y, %H:%M} UTC")


def _day(at: datetime) -> Markup:
    at = at.astimezone(UTC)
    return _time(at, f"{at.day} {at:%b %Y}")


def _time(at: datetime, words: str) -> Markup:
    from markupsafe import Markup  # noqa: PLC0415  # in use already

    return Markup('<time datetime="{}">{}</time>').format(f"{at:%Y-%m-%dT%H:%M:%SZ}", words)
