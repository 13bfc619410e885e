"""What is configured: each problem begins with its setting, also those of the policy file."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.onboard.configured import read
from tests.local.onboard.town import settings_of

_GOOD = settings_of("https://dev.acme.test")


def test_a_problem_of_the_policy_file_names_its_setting(tmp_path: Path) -> None:
    """Its line alone would not tell of which file."""
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\nmod: enforce\n", encoding="utf-8")
    (problem,) = read(_GOOD | {"POLICY_FILE": str(path)}).problems
    assert problem.startswith("POLICY_FILE, line 2: mod: ")


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({}, ""),
        ({"SMTP_URL": "mail", "MAIL_FROM": "nobody"}, "wrong: MAIL_FROM: "),
        ({"SMTP_URL": "smtp://127.0.0.1:9"}, ""),
        ({"TEAMS_WEBHOOK_URL": "teams"}, ""),
    ],
    ids=["well", "the first that is named", "not set", "another"],
)
def test_only_what_is_there_can_be_wrong(changes: dict[str, str], flaw: str) -> None:
    """A setting that is not set is another matter, and each step's own."""
    got = read(_GOOD | changes).flaw("MAIL_FROM", "SMTP_URL")
    assert got.startswith(flaw)
    assert bool(got) is bool(flaw)
