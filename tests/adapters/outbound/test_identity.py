"""Tests of how we introduce ourselves."""

from __future__ import annotations

import pytest

from shared.adapters.outbound.identity import user_agent


@pytest.mark.parametrize(
    ("contact", "expected"),
    [
        ("mailto:security@example.test", "Feedwarden/1.2.3 (+mailto:security@example.test)"),
        ("a\r\nX-Evil: 1", "Feedwarden/1.2.3 (+aX-Evil: 1)"),
        ("Jürgen (team)", "Feedwarden/1.2.3 (+Jrgen team)"),
    ],
)
def test_the_contact_stays_inside_its_comment(contact: str, expected: str) -> None:
    """A contact can neither end the header nor the comment."""
    assert user_agent(version="1.2.3", contact=contact) == expected
