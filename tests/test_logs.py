"""Log lines that keep their facts."""

from __future__ import annotations

from shared.logs import told


def test_facts_stand_in_the_message() -> None:
    """The worker forwards the formatted message only, so nothing may be beside it."""
    assert told("feed swept", feed="Payments/core", packages=7) == "feed swept feed=Payments/core packages=7"
    assert told("x", why="two words") == "x why='two words'"


def test_no_value_begins_a_line_of_its_own() -> None:
    """Names and error texts can come from outside."""
    line = told("check postponed", error="boom\nERROR all is lost\x1b[2K")
    assert line.isprintable()
