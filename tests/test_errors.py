"""The error tree: what its module's docstring draws is what the classes are."""

from __future__ import annotations

import re
from datetime import timedelta

from shared import errors
from shared.errors import ConfigurationError, FeedwardenError, UpstreamUnavailable


def _drawn() -> dict[str, str]:
    """Read the tree in the docstring: each class, and the one it stands under."""
    parents: dict[str, str] = {}
    above: dict[int, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        entry = re.fullmatch(r"( *)[*+-] (\w+) {2,}\S.*", line)
        if entry:
            depth, name = len(entry[1]), entry[2]
            above[depth] = name
            parents[name] = above[depth - 2] if depth else "Exception"
    return parents


def _real(base: type[Exception] = FeedwardenError) -> dict[str, str]:
    parents = {base.__name__: base.__bases__[0].__name__}
    for child in base.__subclasses__():
        if child.__module__ == errors.__name__:
            parents |= _real(child)
    return parents


def test_the_drawn_tree_is_the_real_one() -> None:
    """Every class is drawn, under its parent, and nothing else is."""
    assert _drawn() == _real()


def test_every_error_of_the_module_is_in_the_tree() -> None:
    """No class stands beside it."""
    classes = {name for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)}
    assert classes == set(_real())


def test_a_configuration_error_carries_all_problems() -> None:
    """One a line, for the person who mends them."""
    error = ConfigurationError(("MODE is missing", "CONTACT is no address"))
    assert error.problems == ("MODE is missing", "CONTACT is no address")
    assert str(error) == "MODE is missing\nCONTACT is no address"


def test_an_upstream_error_names_its_service() -> None:
    """And how long it asked us to wait, where it did."""
    error = UpstreamUnavailable("429", service="npm", retry_after=timedelta(seconds=5))
    assert (str(error), error.service, error.retry_after) == ("npm: 429", "npm", timedelta(seconds=5))
    assert UpstreamUnavailable("time-out", service="npm").retry_after is None
