"""Stand-ins for the protobuf messages between host and worker.

The worker library never imports protobuf: it is handed a namespace of message classes and only sets and reads their
fields. Plain records do, and keep protobuf and generated code out of the project.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any


class Message:
    """A record of whatever fields it is made with; an unknown field is an AttributeError, as in protobuf."""

    def __init__(self, **fields: Any) -> None:  # noqa: ANN401  # the worker sets what it likes
        vars(self).update(fields)

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802  # protobuf's name for it
        """Return the field that is set, of the messages that hold one of several."""
        return next(iter(vars(self)), None)


class ParameterBinding(Message):
    """A parameter's name and value; the value is one of several kinds, of which we only know `data`."""

    def WhichOneof(self, _group: str) -> str | None:  # noqa: N802  # protobuf's name for it
        """Return the kind of the value."""
        return "data"


class StatusResult(Message):
    """Whether it worked."""

    Failure = 0
    Success = 1


class BindingInfo(Message):
    """A binding; the numbers are those of the SDK's enums."""

    undefined = -1
    out = 1
    inout = 2


class RpcHttpCookie(Message):
    """A cookie that a function sets."""

    # `None` is no identifier, yet the field's name in the protocol.
    SameSite = SimpleNamespace(**{"None": "", "Lax": "Lax", "Strict": "Strict", "ExplicitNone": "None"})


PROTOS = SimpleNamespace(
    **dict.fromkeys(
        (
            "FunctionLoadResponse",
            "FunctionMetadataResponse",
            "InvocationResponse",
            "NullableBool",
            "NullableDouble",
            "NullableString",
            "NullableTimestamp",
            "RpcException",
            "RpcFunctionMetadata",
            "RpcHttp",
            "RpcRetryOptions",
            "Timestamp",
            "TypedData",
            "WorkerInitResponse",
            "WorkerMetadata",
        ),
        Message,
    ),
    BindingInfo=BindingInfo,
    ParameterBinding=ParameterBinding,
    RpcHttpCookie=RpcHttpCookie,
    StatusResult=StatusResult,
)
"""The namespace that the worker makes its messages from."""


def text(value: str) -> Message:
    """Return a value that is text."""
    return Message(string=value)


def octets(value: bytes) -> Message:
    """Return a value that is bytes."""
    return Message(bytes=value)


def json_text(value: str) -> Message:
    """Return a value that is JSON."""
    return Message(json=value)


def request(**fields: Any) -> Message:  # noqa: ANN401  # each call of the worker has its own fields
    """Wrap one call as the worker expects it."""
    return Message(request=Message(**fields), properties={"host": "127.0.0.1", "protos": PROTOS})
