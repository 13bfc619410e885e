"""XML-RPC as bytes: write a call, read its answer. No entities, no document types, no connection of its own.

What understands it is imported by the functions that need it: it brings a server along, which costs cold start.

Source: http://xmlrpc.com/spec.md
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from xml.parsers.expat import ExpatError

from shared.adapters.outbound.messages import Answer, Request
from shared.errors import UnexpectedAnswer, UpstreamUnavailable

if TYPE_CHECKING:
    from xmlrpc.client import Fault

# Characters that XML 1.0 does not admit, but old rows contain; without them the row can be read.
_ILLEGAL: Final = bytes(set(range(0x20)) - {0x09, 0x0A, 0x0D})
# An error inside the application, too many requests among them:
# http://xmlrpc-epi.sourceforge.net/specs/rfc.fault_codes.php
_APPLICATION_ERROR: Final = -32500
_RESET: Final = re.compile(r"reset in ([0-9]{1,6}) second")
_LONGEST_TEXT: Final = 200


def call(url: str, service: str, method: str, *arguments: int, max_bytes: int) -> Request:
    """Write a call."""
    from xmlrpc.client import dumps  # noqa: PLC0415  # costs cold start: not before use

    body = dumps(arguments, method).encode()
    return Request(url, service, {"content-type": "text/xml"}, method="POST", body=body, max_bytes=max_bytes)


def read_result(answer: Answer, *, service: str) -> Any:  # noqa: ANN401  # whatever the method returns
    """Read the one value that was returned.

    Raises:
        UpstreamUnavailable: too many requests, or another error inside the service.
        UnexpectedAnswer: another fault, or no XML-RPC at all.
    """
    from xmlrpc.client import Error, Fault  # noqa: PLC0415  # the same

    try:
        values = _parse(answer.body.translate(None, _ILLEGAL))
    except Fault as fault:
        raise _fault(fault, service) from fault
    except (Error, ExpatError, ArithmeticError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise UnexpectedAnswer("an answer that is no readable XML-RPC", service=service) from error
    if len(values) != 1:
        raise UnexpectedAnswer("an XML-RPC answer without exactly one value", service=service)
    return values[0]


def _parse(body: bytes) -> tuple[Any, ...]:
    from xmlrpc.client import Unmarshaller  # noqa: PLC0415  # the same

    from defusedxml.xmlrpc import DefusedExpatParser  # noqa: PLC0415  # the same

    target = Unmarshaller(use_builtin_types=True)
    parser = DefusedExpatParser(target, forbid_dtd=True)
    parser.feed(body)
    parser.close()
    values: tuple[Any, ...] = target.close()
    return values


def _fault(fault: Fault, service: str) -> UpstreamUnavailable | UnexpectedAnswer:
    text = f"fault {fault.faultCode}: {str(fault.faultString)[:_LONGEST_TEXT]}"
    if fault.faultCode != _APPLICATION_ERROR:
        return UnexpectedAnswer(text, service=service)
    told = _RESET.search(str(fault.faultString))
    wait = None if told is None else timedelta(seconds=int(told[1]))
    return UpstreamUnavailable(text, service=service, retry_after=wait)
