"""An HTTP request as the worker gets it, and the worker's answer as HTTP. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http.cookies import SimpleCookie
from typing import Any

from local.host.messages import Message, octets


@dataclass(frozen=True, slots=True)
class Request:
    """What came in, its headers already without those that only the platform may set."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    query: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header, folded; empty where there is none."""
        return fold(self.headers).get(name, "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out; headers may repeat."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def fold(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join what repeats under one name (in lower case) with commas, as the host does before the worker sees it."""
    folded: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        folded[key] = f"{folded[key]},{value}" if key in folded else value
    return folded


def _fold_query(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join what repeats; names keep the letter case of their first appearance, which later ones match in any case."""
    spelled: dict[str, str] = {}
    for name, _value in pairs:
        spelled.setdefault(name.lower(), name)
    return {spelled[name]: value for name, value in fold(pairs).items()}


def to_message(request: Request, *, route_values: Mapping[str, str]) -> Message:
    """Return the request as the worker's message."""
    http = Message(
        method=request.method,
        url=request.url,
        headers=fold(request.headers),
        query=_fold_query(request.query),
        params=dict(route_values),
        body=octets(request.body) if request.body else Message(),
    )
    return Message(http=http)


def to_answer(returned: Message | None) -> Answer:
    """Return the function's return value as an HTTP answer."""
    match returned.WhichOneof("data") if returned is not None else None:
        case "http":
            return _from_http(returned.http)  # type: ignore[union-attr]  # a record of what the worker made
        case "string":
            content = returned.string.encode()  # type: ignore[union-attr]  # the same
            return Answer(status=200, headers=(("content-type", "text/plain; charset=utf-8"),), body=content)
        case _:
            return Answer(status=204)


def _from_http(http: Any) -> Answer:  # noqa: ANN401  # a record of what the worker made
    """Take the worker's answer apart."""
    body = to_bytes(http.body)
    headers = [(name.lower(), value) for name, value in http.headers.items() if name.lower() != "content-length"]
    headers += [("set-cookie", _cookie(cookie)) for cookie in http.cookies or ()]
    return Answer(status=int(http.status_code), headers=tuple(headers), body=body)


def to_bytes(value: Message | None) -> bytes:
    """Return a text or bytes value as bytes."""
    kind = value.WhichOneof("data") if value is not None else None
    content: str | bytes = getattr(value, kind) if kind else b""
    return content.encode() if isinstance(content, str) else content


def _cookie(cookie: Any) -> str:  # noqa: ANN401  # a record of what the worker made
    """Write one cookie as a header."""
    jar: SimpleCookie = SimpleCookie()
    jar[cookie.name] = cookie.value
    morsel = jar[cookie.name]
    for attribute, field in (("domain", cookie.domain), ("path", cookie.path), ("max-age", cookie.max_age)):
        if field is not None and field.value != "":
            morsel[attribute] = str(int(field.value)) if attribute == "max-age" else field.value
    for attribute, field in (("secure", cookie.secure), ("httponly", cookie.http_only)):
        morsel[attribute] = bool(field and field.value)
    if cookie.expires is not None:
        morsel["expires"] = formatdate(cookie.expires.value.seconds, usegmt=True)
    morsel["samesite"] = cookie.same_site
    return morsel.OutputString()
