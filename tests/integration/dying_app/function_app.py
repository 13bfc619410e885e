"""The app, which kills itself once, at the point that DIE_AT names: as a pulled plug would.

Points: `before-patch` (intent recorded, nothing sent), `after-patch` (sent, not recorded), `after-record` (recorded,
the recheck not queued), `after-relay` (notice queued, outbox row still there).
DIED is a file that is written first, so that the restarted app lives on.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import azure.functions as func

from functions import blueprints
from shared.adapters.azure_devops.client import AzureDevOpsFeeds
from shared.adapters.register import TableRegister
from shared.domain.cases import CaseEvent

type Method = Callable[..., Awaitable[Any]]


def _die() -> None:
    died = Path(os.environ["DIED"])
    if not died.exists():
        died.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _dying(method: Method, *, first: bool, when: Callable[[tuple[Any, ...]], bool] = lambda _: True) -> Method:
    async def wrapped(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401  # whatever the method takes and gives
        if first and when(arguments):
            _die()
        result = await method(*arguments, **named)
        if not first and when(arguments):
            _die()
        return result

    return wrapped


def _is_sent(arguments: tuple[Any, ...]) -> bool:
    return bool(arguments[1].event.kind is CaseEvent.ENFORCEMENT_SENT)


def _arm(point: str) -> None:
    patch = AzureDevOpsFeeds.clear_upstreaming_behavior
    armed: dict[str, tuple[type, str, Method]] = {
        "before-patch": (AzureDevOpsFeeds, patch.__name__, _dying(patch, first=True)),
        "after-patch": (AzureDevOpsFeeds, patch.__name__, _dying(patch, first=False)),
        "after-record": (TableRegister, "commit", _dying(TableRegister.commit, first=False, when=_is_sent)),
        "after-relay": (TableRegister, "remove_from_outbox", _dying(TableRegister.remove_from_outbox, first=True)),
    }
    if point:
        owner, name, method = armed[point]
        setattr(owner, name, method)


_arm(os.environ.get("DIE_AT", ""))
app = func.FunctionApp()
for blueprint in blueprints():
    app.register_functions(blueprint)
