"""A stage whose service hooks have somewhere to go: a target that answers what a test tells it to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.local.simulators.azure_devops.stage import Stage, build_stage

TARGET: Final = "https://guard.example.test/api/hooks/azure-devops"
PATH: Final = "/acme/_apis/hooks/subscriptions"
SECRET: Final = "sample-hook-secret"


@dataclass(slots=True)
class Target:
    """Answers with a status, 0 = not at all; keeps what came."""

    status: int = 202
    came: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one notification."""
        self.came.append(request)
        if not self.status:
            raise httpx.ConnectTimeout("nobody answers", request=request)
        return httpx.Response(self.status)


@dataclass(slots=True)
class Hooked:
    """The stage, the target, and how subscriptions are made and looked at."""

    stage: Stage
    target: Target

    @property
    def payments(self) -> str:
        """The id of a project."""
        return self.stage.world.organizations[0].project("Payments").id

    def wish(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any JSON
        """Return a subscription as somebody would send it."""
        return {
            "publisherId": "tfs",
            "eventType": "build.complete",
            "resourceVersion": "2.0",
            "consumerId": "webHooks",
            "consumerActionId": "httpRequest",
            "publisherInputs": {"projectId": self.payments},
            "consumerInputs": {"url": TARGET, "basicAuthUsername": "hooks", "basicAuthPassword": SECRET},
        } | changes

    async def create(self, *, by: str = "chief", **changes: Any) -> httpx.Response:  # noqa: ANN401  # any JSON
        """Create a subscription as somebody."""
        return await self.stage.ask("POST", PATH, by=by, json=self.wish(**changes))

    async def statuses(self, *, by: str = "chief") -> list[str]:
        """Return the statuses of the subscriptions that somebody sees."""
        answer = await self.stage.get(PATH, by=by)
        assert answer.status_code == 200, answer.text
        return [row["status"] for row in answer.json()["value"]]

    async def occur(self, project: str = "Payments", **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # any JSON
        """Let an event happen; return what became of it in each subscription."""
        told: list[dict[str, Any]] = (await self.stage.control("event", project=project, **more))["subscriptions"]
        return told

    async def wait(self, seconds: float) -> None:
        """Move the simulator's clock."""
        await self.stage.control("clock", advance_seconds=seconds)

    async def aclose(self) -> None:
        """Close what it opened."""
        await self.stage.nobody.aclose()
        await self.stage.upstream.aclose()


def hooked() -> Hooked:
    """Return a fresh stage with a target."""
    target = Target()
    return Hooked(build_stage(elsewhere=target), target)
