"""The control API: change the world under a running simulator, and look behind its curtain.

`/_control/requests` and `/_control/faults` are answered before this, by `local.simulators.faults`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.simulators.azure_devops.calls import Site
from local.simulators.azure_devops.control import Control
from local.simulators.azure_devops.control_models import (
    ClockModel,
    DeleteModel,
    EventModel,
    FeedChangeModel,
    GenerateInModel,
    IdentityInModel,
    ListingModel,
    NewFeedModel,
    PolicyModel,
    PublishModel,
    RoleModel,
    SwitchInModel,
    UpstreamInModel,
)
from local.simulators.azure_devops.dump import state_json
from local.simulators.azure_devops.errors import AzureError
from local.simulators.azure_devops.models import SettingsModel
from local.simulators.azure_devops.throttling import ThrottleModel, Throttling

type Endpoint = Callable[[Request], Awaitable[Response]]


def _posting[M: BaseModel](kind: type[M], act: Callable[[M], Awaitable[dict[str, Any]]]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await act(kind.model_validate_json(await request.body())))
        except ValidationError as error:
            return Response(error.json(include_url=False), 400, media_type="application/json")
        except KeyError as error:
            return JSONResponse({"error": str(error.args[0])}, 404)
        except AzureError as error:
            return JSONResponse(error.body(), error.status)

    return endpoint


def _orders(control: Control) -> dict[str, Endpoint]:
    return {
        "publish": _posting(PublishModel, control.publish),
        "delete": _posting(DeleteModel, control.delete),
        "switch": _posting(SwitchInModel, control.switch),
        "policy": _posting(PolicyModel, control.policy),
        "settings": _posting(SettingsModel, control.settings),
        "clock": _posting(ClockModel, control.clock),
        "event": _posting(EventModel, control.event),
        "role": _posting(RoleModel, control.role),
        "identity": _posting(IdentityInModel, control.identity),
        "feeds": _posting(NewFeedModel, control.new_feed),
        "feed": _posting(FeedChangeModel, control.change_feed),
        "upstream": _posting(UpstreamInModel, control.upstream),
        "generate": _posting(GenerateInModel, control.generate),
        "listing": _posting(ListingModel, control.listing),
        "throttling": _posting(ThrottleModel, control.throttling),
    }


def routes(site: Site, throttling: Throttling) -> list[Route]:
    """Return the routes of the control API."""
    posts = _orders(Control(site, throttling))

    async def index(_request: Request) -> Response:
        told = ["GET /_control", "GET /_control/state", "GET /_control/throttling", "DELETE /_control/throttling"]
        told += [f"POST /_control/{name}" for name in posts]
        told += [f"{method} /_control/{name}" for name in ("faults", "requests") for method in ("GET", "DELETE")]
        return JSONResponse({"routes": sorted([*told, "POST /_control/faults"])})

    async def state(_request: Request) -> Response:
        return JSONResponse(state_json(site.world))

    async def throttles(request: Request) -> Response:
        if request.method == "DELETE":
            throttling.rules.clear()
        return JSONResponse({"rules": throttling.told()})

    return [
        Route("/_control", index),
        Route("/_control/state", state),
        Route("/_control/throttling", throttles, methods=["GET", "DELETE"]),
        *(Route(f"/_control/{name}", endpoint, methods=["POST"]) for name, endpoint in posts.items()),
    ]
