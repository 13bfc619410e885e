"""Route templates: what matches, with which values, in which order, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.routes import decode_path, read_route
from shared.errors import ConfigurationError

_MATCHES = [
    ("hooks/{source}", "/hooks/github", {"source": "github"}),
    ("hooks/{source}", "/HOOKS/GitHub/", {"source": "GitHub"}),
    ("hooks/{source}", "/hooks", None),
    ("hooks/{source}", "/hooks/a/b", None),
    ("hooks/{source}", "/hooks//", None),
    ("", "/", {}),
    ("", "/x", None),
    ("orders/{id:int}", "/orders/-7", {"id": "-7"}),
    ("orders/{id:int}", "/orders/2147483648", None),
    ("orders/{id:long}", "/orders/2147483648", {"id": "2147483648"}),
    ("orders/{id:int:min(3)}", "/orders/2", None),
    ("orders/{id:range(3,5)}", "/orders/5", {"id": "5"}),
    ("orders/{id:range(3,5)}", "/orders/6", None),
    ("orders/{id:max(5)}", "/orders/6", None),
    ("orders/{id:max(5)}", "/orders/5", {"id": "5"}),
    (
        "orders/{id:guid}",
        "/orders/00000000-0000-0000-0000-00000000000a",
        {"id": "00000000-0000-0000-0000-00000000000a"},
    ),
    ("orders/{id:guid}", "/orders/7", None),
    ("orders/{id:alpha:length(2)}", "/orders/ab", {"id": "ab"}),
    ("orders/{id:length(2,3)}", "/orders/abcd", None),
    ("orders/{id:minlength(2)}", "/orders/a", None),
    ("orders/{id:maxlength(2)}", "/orders/ab", {"id": "ab"}),
    ("orders/{id:bool}", "/orders/True", {"id": "True"}),
    ("orders/{id:double}", "/orders/1.5", {"id": "1.5"}),
    ("orders/{id:required}", "/orders/x", {"id": "x"}),
    (r"orders/{id:regex(^\d+-[a-z]$)}", "/orders/x", None),
    (r"orders/{id:regex(^v\d$)}", "/orders/V1", {"id": "V1"}),
    ("a/{b?}", "/a", {}),
    ("a/{b:int?}", "/a/x", None),
    ("a/{b=c}", "/a", {"b": "c"}),
    ("a/{b=c}/{d=e}", "/a/x", {"b": "x", "d": "e"}),
    ("files/{*path}", "/files/a/b", {"path": "a/b"}),
    ("files/{*path}", "/files", {}),
    ("files/{**path}", "/files/a", {"path": "a"}),
    ("files/{*path:minlength(4)}", "/files/a", None),
    ("files/{*path=all}", "/files", {"path": "all"}),
    ("files/{name}.{ext}", "/files/a.b.c", {"name": "a.b", "ext": "c"}),
    ("v{version:int}/x", "/v2/x", {"version": "2"}),
    ("v{version:int}/x", "/w2/x", None),
]


@pytest.mark.parametrize(("template", "path", "values"), _MATCHES)
def test_match(template: str, path: str, values: dict[str, str] | None) -> None:
    """A path fits a template with exactly these values, or not at all."""
    assert read_route(template).match(path) == values


@pytest.mark.parametrize(
    "template",
    [
        "a/{",
        "a/}",
        "a/{b",
        "{*a}/b",
        "{a}/{A}",
        "a//b",
        "{a:nothing}",
        "{a:min(x)}",
        "{a:min}",
        "{a:regex([)}",
        "{}",
        "a*",
    ],
)
def test_malformed_templates_are_refused(template: str) -> None:
    """What ASP.NET would refuse at start is refused."""
    with pytest.raises(ConfigurationError):
        read_route(template)


def test_order_prefers_what_is_more_specific() -> None:
    """Literals come before parameters, constrained parameters before free ones, longer templates before shorter."""
    templates = ["{a}", "b", "{a:int}", "b/{c}", "b/d", "{*rest}/"]
    ordered = [route.template for route in sorted(map(read_route, templates), key=lambda route: route.rank)]
    assert ordered[:5] == ["b/d", "b/{c}", "b", "{a:int}", "{a}"]


def test_shapes_ignore_names_only() -> None:
    """Templates that differ in names and letter case take the same paths; other constraints make a difference."""
    assert read_route("A/{b}").shape == read_route("a/{c}").shape
    assert read_route("a/{b:int}").shape != read_route("a/{b:alpha}").shape


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        ("/a%20b", "/a b"),
        ("/%C3%BC", "/ü"),
        ("/a%2Fb%2fc", "/a%2Fb%2Fc"),
        ("/%FF", "/%FF"),
        ("/%2541", "/%41"),
        ("/100%", "/100%"),
    ],
)
def test_paths_are_decoded_once(raw: str, decoded: str) -> None:
    """Slashes stay inside their segment, and what is no UTF-8 stays as it came."""
    assert decode_path(raw) == decoded


@given(st.text(alphabet="{}:*?=()[],./ab1min") | st.text())
def test_any_template_is_read_or_refused(template: str) -> None:
    """No text makes the reader raise anything but its own error."""
    try:
        route = read_route(template)
    except ConfigurationError:
        return
    route.match("/a/b")
