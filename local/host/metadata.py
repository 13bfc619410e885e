"""What the host knows of a function: its trigger and its outputs, read from the worker's raw bindings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.errors import FeedwardenError

_TRIGGER_SUFFIX: Final = "trigger"


class UnknownBinding(FeedwardenError):
    """The app uses a binding that this host does not play."""


@dataclass(frozen=True, slots=True)
class HttpTrigger:
    """Called over HTTP; no methods = all methods."""

    parameter: str
    route: str
    methods: tuple[str, ...]
    auth_level: str


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """Called by the clock; the schedule may name a setting between percent signs."""

    parameter: str
    schedule: str
    run_on_startup: bool


@dataclass(frozen=True, slots=True)
class QueueTrigger:
    """Called for each message of a storage queue; `connection` names a setting."""

    parameter: str
    queue: str
    connection: str


@dataclass(frozen=True, slots=True)
class QueueOutput:
    """Messages that the function hands back through a parameter; `connection` names a setting."""

    parameter: str
    queue: str
    connection: str


type Trigger = HttpTrigger | TimerTrigger | QueueTrigger


@dataclass(frozen=True, slots=True)
class Function:
    """One function of an app."""

    name: str
    function_id: str
    trigger: Trigger
    outputs: tuple[QueueOutput, ...]


def read_function(*, name: str, function_id: str, raw_bindings: Iterable[str]) -> Function:
    """Read a function from its bindings, JSON objects as `function.json` would hold them. Raises UnknownBinding."""
    bindings: list[dict[str, Any]] = [json.loads(text) for text in raw_bindings]
    triggers = [binding for binding in bindings if binding["type"].lower().endswith(_TRIGGER_SUFFIX)]
    if len(triggers) != 1:
        raise UnknownBinding(f"{name}: a function has exactly one trigger, this one has {len(triggers)}")
    trigger = _read_trigger(triggers[0], name=name)
    outputs = tuple(
        _read_output(binding, name=name)
        for binding in bindings
        # The HTTP answer is a binding too, of the function's return value.
        if binding is not triggers[0] and binding["type"] != "http"
    )
    return Function(name=name, function_id=function_id, trigger=trigger, outputs=outputs)


def _read_trigger(binding: Mapping[str, Any], *, name: str) -> Trigger:
    """Read the binding that starts the function."""
    match binding["type"]:
        case "httpTrigger":
            return HttpTrigger(
                parameter=binding["name"],
                # Without a route the function's name is the route; an empty route is the prefix itself.
                route=binding.get("route", name),
                methods=tuple(method.upper() for method in binding.get("methods", ())),
                auth_level=str(binding.get("authLevel", "function")).lower(),
            )
        case "timerTrigger":
            return TimerTrigger(
                parameter=binding["name"],
                schedule=binding["schedule"],
                run_on_startup=bool(binding.get("runOnStartup", False)),
            )
        case "queueTrigger":
            return QueueTrigger(
                parameter=binding["name"], queue=binding["queueName"], connection=binding.get("connection", "")
            )
        case other:
            raise UnknownBinding(f"{name}: this host does not play the trigger {other!r}")


def _read_output(binding: Mapping[str, Any], *, name: str) -> QueueOutput:
    """Read a binding that takes something out of the function."""
    if binding["type"] != "queue":
        raise UnknownBinding(f"{name}: this host does not play the binding {binding['type']!r}")
    return QueueOutput(parameter=binding["name"], queue=binding["queueName"], connection=binding.get("connection", ""))
