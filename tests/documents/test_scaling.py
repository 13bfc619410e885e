"""What the pages say of executions is what the functions' schedules come to."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.documents.pages import ROOT, text_of

# How often a schedule comes round in a minute; what comes less often than once an hour is left out.
_A_MINUTE: Final = {"*/15 * * * * *": 4, "0 * * * * *": 1, "45 * * * * *": 1, "%SWEEP_SCHEDULE%": 0, "0 30 0 * * *": 0}
_WATCH: Final = "%WATCH_SCHEDULE%"


@pytest.mark.parametrize("page", ["docs/scaling.md", "docs/deployment.md", "docs/faq.md"])
def test_the_executions_of_timers_are_counted(page: str) -> None:
    """With a look a minute, and with one in five."""
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "functions").glob("*.py"))
    schedules = re.findall(r'timer_trigger\("timer", schedule="([^"]+)"', code)
    watches = schedules.count(_WATCH)
    others = sum(_A_MINUTE[schedule] for schedule in schedules if schedule != _WATCH)
    assert (watches, others, f"{others + watches / 5:g}") == (3, 6, "6.6")
    text = re.sub(r"\s+", " ", text_of(page))
    assert "nine" in text
    assert "6.6" in text or "the other six do not follow it" in text
    assert "fifth of the cost" not in text
