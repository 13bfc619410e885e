"""docs/simulators.md and the simulator say the same."""

from __future__ import annotations

import re
from pathlib import Path

from local.simulators.azure_devops.models import SettingsModel
from tests.local.simulators.azure_devops.stage import SIMULATOR, Stage

_PAGE = (Path(__file__).parents[4] / "docs" / "simulators.md").read_text(encoding="utf-8")
_SECTION = _PAGE.partition("## Azure Artifacts\n")[2].partition("\n## ")[0]


def test_every_setting_has_its_row() -> None:
    """And no row has no setting."""
    table = _SECTION.partition("| setting |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == set(SettingsModel.model_fields)


async def test_every_control_route_has_its_row(stage: Stage) -> None:
    """Faults are told with the other simulators."""
    routes = (await stage.nobody.get(f"{SIMULATOR}/_control")).json()["routes"]
    posts = {route.removeprefix("POST ") for route in routes if route.startswith("POST ")}
    assert set(re.findall(r"`POST (/_control/\w+)`", _SECTION)) == posts
