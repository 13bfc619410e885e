"""The real worker library, called by its public functions in the order in which the Azure Functions host does."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import azure_functions_runtime as runtime

from local.host.messages import Message, ParameterBinding, StatusResult, request
from local.host.metadata import Function, read_function
from shared.errors import FeedwardenError


class IndexingFailed(FeedwardenError):
    """The worker refused the app; the text is the worker's own."""


class InvocationFailed(FeedwardenError):
    """A function raised, or its result did not fit its bindings."""

    def __init__(self, text: str, *, stack_trace: str) -> None:
        """Keep the worker's stack trace for the log."""
        super().__init__(text)
        self.stack_trace = stack_trace


@dataclass(frozen=True, slots=True)
class Result:
    """What a function gave back: its return value and its outputs by parameter, as the worker's messages."""

    returned: Message | None
    outputs: Mapping[str, Message]


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a function; the metadata are what a trigger tells beside its payload."""

    function: Function
    payload: Message
    metadata: Mapping[str, Message] = field(default_factory=dict)
    trace_parent: str = ""
    trace_state: str = ""
    invocation_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True, slots=True)
class Worker:
    """An indexed app. One per process: the library keeps its registry in a module global."""

    functions: tuple[Function, ...]

    @classmethod
    async def start(cls, app_folder: Path) -> Worker:
        """Load and index the app. Raises IndexingFailed with what the worker says."""
        folder = str(app_folder.resolve())  # noqa: ASYNC240  # before anything else runs on this loop
        # As in production, the app's own modules win over installed ones of the same name.
        if folder not in sys.path:
            sys.path.insert(0, folder)
        init = Message(capabilities={}, function_app_directory=folder)
        _require_success(await runtime.worker_init_request(request(worker_init_request=init)))
        listed = await runtime.functions_metadata_request(None)
        _require_success(listed)
        runtime.start_threadpool_executor()
        found: list[Any] = listed.function_metadata_results or []
        functions = (
            read_function(name=one.name, function_id=one.function_id, raw_bindings=one.raw_bindings) for one in found
        )
        return cls(functions=tuple(sorted(functions, key=lambda function: function.name)))

    def function(self, name: str) -> Function:
        """Return the function of that name; letter case does not matter. Raises KeyError."""
        return {function.name.lower(): function for function in self.functions}[name.lower()]

    async def invoke(self, invocation: Invocation) -> Result:
        """Run one function. Raises InvocationFailed."""
        trigger = ParameterBinding(name=invocation.function.trigger.parameter, data=invocation.payload)
        call = Message(
            invocation_id=invocation.invocation_id,
            function_id=invocation.function.function_id,
            input_data=[trigger],
            trigger_metadata=invocation.metadata,
            trace_context=Message(
                trace_parent=invocation.trace_parent, trace_state=invocation.trace_state, attributes={}
            ),
            retry_context=Message(retry_count=0, max_retry_count=0, exception=None),
        )
        answer = await runtime.invocation_request(request(invocation_request=call))
        if answer.result.status != StatusResult.Success:
            raise InvocationFailed(answer.result.exception.message, stack_trace=answer.result.exception.stack_trace)
        return Result(returned=answer.return_value, outputs={one.name: one.data for one in answer.output_data})

    def stop(self) -> None:
        """Let the threads of functions that are not async end."""
        runtime.stop_threadpool_executor()


async def index(app_folder: Path) -> tuple[Function, ...]:
    """Tell what an app would serve, in this process; raises IndexingFailed. Works once per process."""
    return (await Worker.start(app_folder)).functions


def _require_success(answer: Any) -> None:  # noqa: ANN401  # the worker's answers are what it makes of our records
    """Turn a refusal into an error."""
    if answer.result.status != StatusResult.Success:
        raise IndexingFailed(f"{answer.result.exception.message}\n{answer.result.exception.stack_trace}".rstrip())
