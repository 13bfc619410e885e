"""An agent to run a step on, and an app to tell."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.publish_step.app import SECRET, App
from tests.publish_step.steps import STEPS, Agent, Ended, Step

PUBLISHED: Final = {
    "project": "Payments",
    "feed": "core",
    "ecosystem": "npm",
    "package": "@contoso/billing",
    "version": "1.2.0",
}


@dataclass(slots=True)
class Scene:
    """One step, the agent that runs it, and the app that it tells."""

    agent: Agent
    app: App
    step: Step = STEPS["azure-pipelines"]
    environment: dict[str, str] = field(default_factory=lambda: {"FEEDWARDEN_TRY_SECONDS": "20"})

    async def tell(self, values: Mapping[str, str] = PUBLISHED, *, secret: str | None = SECRET) -> Ended:
        """Run the step after a publish."""
        values = {"address": self.app.address, **values}
        return await self.agent.run(self.step, values, secret=secret, environment=self.environment)


@pytest.fixture
def agent(tmp_path: Path) -> Agent:
    """Return a machine with what hosted agents have."""
    return Agent(tmp_path)


@pytest.fixture
async def scene(agent: Agent) -> AsyncIterator[Scene]:
    """Yield the template's step and an app that listens."""
    app = App()
    await app.start()
    yield Scene(agent, app)
    await app.stop()


@pytest.fixture(params=STEPS)
def either(scene: Scene, request: pytest.FixtureRequest) -> Scene:
    """Return the scene, once with the step of each system."""
    scene.step = STEPS[request.param]
    return scene
