"""The reading of pages: links as a browser follows them, and every way to fill in a form."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from local.scanner import read_markup

_HERE = "http://host.test/a/b"
_PAGE = """<!DOCTYPE html><a href="c?x=1#top">c</a><a href="/d">d</a><a href="/d#again">d</a><a>none</a>
<img src="https://evil.example.test/pixel"><a href="http://[">broken</a>
<form method="POST" action="decide">
  <input type="hidden" name="csrf" value="token"><input name="reason"><textarea name="more"></textarea>
  <input type="number" name="days"><input type="checkbox" name="sure"><input type="reset" name="undo">
  <input type="radio" name="choice" value="period"><input type="radio" name="choice" value="version">
  <select name="feed"><option value="one">1</option><option value="two">2</option></select>
  <button name="go" value="yes">Yes</button><button type="button" name="idle">No</button>
</form><form><input type="submit" name="find"></form>"""


def test_links_are_absolute_and_told_once() -> None:
    """Without fragments; an address that nobody can read leads nowhere new."""
    links = ("http://host.test/a/c?x=1", "http://host.test/d", "https://evil.example.test/pixel", _HERE)
    assert read_markup(_PAGE, _HERE).links == links


def test_every_choice_is_filled_in_once() -> None:
    """One at a time; what is fixed stays, what is empty gets something."""
    decide, find = read_markup(_PAGE, _HERE).forms
    assert (decide.place, decide.method, decide.action) == (0, "post", "http://host.test/a/decide")
    assert (find.place, find.method, find.action) == (1, "get", _HERE)
    fixed = {"csrf": "token", "reason": "scanned", "more": "scanned", "days": "1", "sure": "on", "go": "yes"}
    fillings = [dict(filling) for filling in decide.fillings()]
    assert fillings == [
        {**fixed, "choice": "version", "feed": "two"},
        {**fixed, "choice": "period", "feed": "two"},
        {**fixed, "choice": "version", "feed": "one"},
    ]
    assert list(find.fillings()) == [(("find", ""),)]


@given(st.text(alphabet="<>/=\"' aformhrefinputname&;![]#?", max_size=80))
def test_junk_is_read_too(page: str) -> None:
    """Whatever stands in a page, each address is one that can be asked for, or is no address of a host."""
    markup = read_markup(page, _HERE)
    assert all(isinstance(link, str) for link in markup.links)
    assert [form.place for form in markup.forms] == list(range(len(markup.forms)))
