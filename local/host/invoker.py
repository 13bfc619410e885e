"""Runs functions for all triggers: logs each run as the real host does, and sends on what a function puts out."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace

from local.host.http_messages import to_bytes
from local.host.messages import Message
from local.host.metadata import Function, QueueOutput
from local.host.worker import Invocation, InvocationFailed, Result, Worker

logger = logging.getLogger("host")

type Send = Callable[[QueueOutput, bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Invoker:
    """The one door to the worker; counts what is running, so that a stop can wait for it."""

    worker: Worker
    send: Send
    running: set[str] = field(default_factory=set)

    async def run(  # noqa: PLR0913  # a call has that many sides; all but the function are keyword-only
        self,
        function: Function,
        *,
        reason: str,
        payload: Message,
        metadata: Mapping[str, Message] | None = None,
        trace_parent: str = "",
        trace_state: str = "",
    ) -> Result:
        """Run a function and send its outputs. Raises InvocationFailed, whatever went wrong."""
        invocation = replace(
            Invocation(function=function, payload=payload, metadata=metadata or {}),
            trace_parent=trace_parent,
            trace_state=trace_state,
        )
        self.running.add(invocation.invocation_id)
        started = time.monotonic()
        # Whatever ends it without a word, a cancelled task too, is no success.
        outcome = "Failed"
        logger.info("Executing 'Functions.%s' (Reason='%s', Id=%s)", function.name, reason, invocation.invocation_id)
        try:
            result = await self.worker.invoke(invocation)
            await self._send_outputs(function, result)
            outcome = "Succeeded"
        except InvocationFailed as error:
            logger.error("Functions.%s failed: %s\n%s", function.name, error, error.stack_trace)  # noqa: TRY400
            raise
        finally:
            self.running.discard(invocation.invocation_id)
            took_ms = (time.monotonic() - started) * 1_000
            logger.info(
                "Executed 'Functions.%s' (%s, Id=%s, Duration=%.0fms)",
                *(function.name, outcome, invocation.invocation_id, took_ms),
            )
        return result

    async def _send_outputs(self, function: Function, result: Result) -> None:
        """Send all messages that a function put out; one that cannot be sent fails the run, as in production."""
        for output in function.outputs:
            value = result.outputs.get(output.parameter)
            try:
                for message in split_output(value):
                    await self.send(output, message)
            except Exception as error:
                raise InvocationFailed(
                    f"the output {output.parameter} was not sent: {error}", stack_trace=""
                ) from error


def split_output(value: Message | None) -> list[bytes]:
    """Return the messages in a queue output: none, one, or the members of a JSON list."""
    if value is None:
        return []
    if value.WhichOneof("data") != "json":
        return [to_bytes(value)]
    content = json.loads(to_bytes(value))
    return [_message(item) for item in (content if isinstance(content, list) else [content])]


def _message(item: object) -> bytes:
    """Return one message: a text as it is, an SDK message's body, anything else as JSON."""
    if isinstance(item, dict) and set(item) == {"id", "body"}:
        item = item["body"]
    return item.encode() if isinstance(item, str) else json.dumps(item).encode()
