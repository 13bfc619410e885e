"""What every page is made with."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta, timezone

import jinja2
import pytest

from shared.web import rendering
from shared.web.rendering import page
from tests.web.scenes import request


def render(source: str, **values: object) -> str:
    """Render a template of the test's own as pages are."""
    return rendering._templates().from_string(source).render(values)


def test_the_policy_admits_exactly_the_pages_own_style() -> None:
    """By its digest, so that nothing that slipped into a page could bring another."""
    answer = page("refusal.html.jinja", status=404, title="T", paragraphs=(), actor=None, action=None)
    html = answer.body.decode()
    style = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert html.count("<style>") == 1
    assert request().path not in html


def test_values_are_escaped_on_one_line_and_cut() -> None:
    """Whatever a template forgets."""
    assert render("{{ x }}", x='<b title="x">\n\u202e') == "&lt;b title=&#34;x&#34;&gt; \ufffd"
    assert len(render("{{ x }}", x="y" * 5000)) == 1000
    assert render("{{ x | whole }}", x="<\n" + "y" * 5000) == "&lt;\n" + "y" * 5000


def test_a_missing_value_fails_instead_of_leaving_a_hole() -> None:
    """A page that lacks a warning is worse than none."""
    with pytest.raises(jinja2.UndefinedError):
        render("{{ nobody_said }}")


def test_times_are_for_people_and_for_programs() -> None:
    """In UTC, wherever they were written."""
    at = datetime(2025, 3, 1, 1, 5, tzinfo=timezone(timedelta(hours=2)))
    assert (
        render("{{ at | moment }}", at=at) == '<time datetime="2025-02-28T23:05:00Z">28 February 2025, 23:05 UTC</time>'
    )
    assert render("{{ at | day }}", at=at) == '<time datetime="2025-02-28T23:05:00Z">28 Feb 2025</time>'
