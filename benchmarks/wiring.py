"""The application as production wires it, with some of its ports replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from local.stack import app_settings
from shared.bootstrap import App, build, read_configuration
from shared.bootstrap.world import world_of

_NOWHERE = "http://127.0.0.1:9"
# Never used: whatever would be stored is kept in memory.
_NO_STORAGE = "UseDevelopmentStorage=true"


def settings_for(*, devops_url: str = _NOWHERE, npm_url: str = _NOWHERE, **overrides: str) -> dict[str, str]:
    """Return settings for simulators at these addresses."""
    made = app_settings(devops_url=devops_url, registry_urls=(npm_url,), connection_string=_NO_STORAGE)
    return made | overrides


def wired(settings: Mapping[str, str], **ports: Any) -> App:  # noqa: ANN401  # each is a port of the World
    """Build the application; `ports` replace members of the World."""
    configuration = read_configuration(settings)
    world = replace(world_of(configuration), **ports)
    with patch("shared.bootstrap.world_of", lambda _configuration: world):
        return build(configuration)
