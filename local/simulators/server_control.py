"""What a simulator can be told to do: by POST to `/_control/<action>`, or by a seed file, in the same words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.simulators.faults import CONTROL
from shared.errors import UntrustedInput


@dataclass(frozen=True, slots=True)
class Action[Order: BaseModel]:
    """One thing to do: the shape of its order, and what carries it out."""

    shape: type[Order]
    carry_out: Callable[[Order], None]

    def __call__(self, order: Mapping[str, Any]) -> None:
        """Check the order and carry it out.

        Raises:
            UntrustedInput: the order has another shape, or cannot be carried out.
        """
        try:
            self.carry_out(self.shape.model_validate(order))
        except ValidationError as error:
            raise UntrustedInput(str(error)) from error


type Actions = Mapping[str, Action[Any]]


def control_routes(actions: Actions) -> list[Route]:
    """Return one POST route an action; 204 when it is done, 400 with the reason when it is not."""

    async def carry_out(request: Request) -> Response:
        action = actions.get(request.path_params["action"])
        if action is None:
            return JSONResponse({"error": f"no such action: one of {sorted(actions)}"}, status_code=404)
        try:
            action(json.loads(await request.body() or b"{}"))
        except (ValueError, RecursionError, UntrustedInput) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return Response(status_code=204)

    return [Route(f"{CONTROL}{{action}}", carry_out, methods=["POST"])]


def play_seed(seed: Path, actions: Actions) -> None:
    """Carry out a seed file: a JSON list of orders, each with its action in `do`.

    Raises:
        UntrustedInput: no such list, an unknown action, an order that cannot be carried out.
    """
    try:
        orders = [dict(order) for order in json.loads(seed.read_bytes())]
        steps = [(actions[order.pop("do")], order) for order in orders]
    except (ValueError, TypeError, KeyError) as error:
        raise UntrustedInput(f"{seed} must be a list of orders with 'do', one of {sorted(actions)}: {error}") from error
    for action, order in steps:
        action(order)
