"""Answers and positions that nobody should give: for Hypothesis."""

from __future__ import annotations

import json
from typing import Any, Final

from hypothesis import strategies as st

from shared.adapters.change_feeds.client import ChangeFeedClient
from shared.adapters.change_feeds.wire import ChangeFeedWire
from shared.adapters.outbound.messages import Answer
from shared.errors import UpstreamError
from shared.ports import ChangedNames
from tests.adapters.change_feeds.scripted import NOW, Script

_SCALARS: Final = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
_WORDS: Final = st.sampled_from(
    [
        *("results", "seq", "id", "deleted", "last_seq", "update_seq", "resources", "@id", "@type", "items"),
        *("commitTimeStamp", "nuget:id", "serial", "seen", "asked", "since"),
    ]
)
_VALUES: Final = st.sampled_from(
    [7, "7", "left-pad", "Catalog/3.0.0", "https://nuget.example.test/x.json", "2026-08-01T10:00:00.1234567Z"]
)
_JSON: Final[st.SearchStrategy[Any]] = st.recursive(
    _SCALARS | _VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS | st.text(max_size=5), inner, max_size=6),
    max_leaves=20,
)
_TAGS: Final = st.sampled_from(
    [
        *("rss", "channel", "item", "title", "guid", "link", "pubDate", "name", "methodResponse", "params", "param"),
        *("value", "array", "data", "string", "int", "i8", "nil", "fault", "struct", "member", "double", "base64"),
        *("dateTime.iso8601", "boolean", "bigdecimal", "ex:nil"),
    ]
)
_TEXTS: Final = st.sampled_from(["", "7", "left-pad added to PyPI", "Sat, 01 Aug 2026 10:00:00 GMT", "\x1b", "x"])
_XML: Final[st.SearchStrategy[str]] = st.recursive(
    _TEXTS,
    lambda inner: st.builds(
        lambda tag, inside: f"<{tag}>{''.join(inside)}</{tag}>", _TAGS, st.lists(inner, max_size=4)
    ),
    max_leaves=20,
)
_BODIES: Final = (
    st.binary(max_size=60) | _JSON.map(lambda value: json.dumps(value).encode()) | _XML.map(lambda text: text.encode())
)
ANSWERS: Final = st.builds(Answer, st.sampled_from([200, 200, 304]) | st.integers(100, 999), st.just({}), _BODIES)
POSITIONS: Final = st.none() | st.text(max_size=30) | _JSON.map(json.dumps) | st.sampled_from(["7", "0"])


def raises_only_ours(wire: ChangeFeedWire, position: str | None, answers: list[Answer]) -> None:
    """Look at a feed that answers junk: it tells something readable, or raises our own error."""
    script = Script([*answers, Answer(400, {}, b"")])
    client = ChangeFeedClient(wire, script, clock=lambda: NOW, sleep=script.sleep)
    try:
        # Nothing in it ever waits, so no event loop is needed.
        client.changes(position=position).send(None)
    except UpstreamError:
        return
    except StopIteration as end:
        told: ChangedNames = end.value
    assert all(isinstance(name, str) for name in told.names)
    assert isinstance(told.position, str)
