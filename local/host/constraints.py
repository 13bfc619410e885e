"""The constraints that a route parameter can carry, as `{id:int:min(1)}`.

Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from shared.errors import ConfigurationError

type Check = Callable[[str], bool]

_ONE: Final = re.compile(r":(\w+)(?:\(((?:[^()]|\([^()]*\))*)\))?")
_INT: Final = re.compile(r"[+-]?\d+", flags=re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", flags=re.ASCII)
_INT_BITS: Final = 31
_LONG_BITS: Final = 63


def _whole(bits: int) -> Check:
    """Return a check for whole numbers of that size."""
    return lambda text: bool(_INT.fullmatch(text)) and -(1 << bits) <= int(text) < (1 << bits)


def _is_guid(text: str) -> bool:
    """Tell whether it is a GUID, with or without hyphens and braces."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


_PLAIN: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "alpha": lambda text: text.isascii() and text.isalpha(),
        "bool": lambda text: text.lower() in {"true", "false"},
        "decimal": lambda text: bool(_DECIMAL.fullmatch(text)),
        "double": lambda text: bool(_DECIMAL.fullmatch(text)),
        "float": lambda text: bool(_DECIMAL.fullmatch(text)),
        "guid": _is_guid,
        "int": _whole(_INT_BITS),
        "long": _whole(_LONG_BITS),
        "required": bool,
    }
)


def _number_at_least(text: str, least: int) -> bool:
    """Tell whether it is a whole number not below the least."""
    return bool(_INT.fullmatch(text)) and int(text) >= least


def _number_at_most(text: str, most: int) -> bool:
    """Tell whether it is a whole number not above the most."""
    return bool(_INT.fullmatch(text)) and int(text) <= most


_WITH_ARGUMENTS: Final[Mapping[tuple[str, int], Callable[..., Check]]] = MappingProxyType(
    {
        ("length", 1): lambda exact: lambda text: len(text) == exact,
        ("length", 2): lambda least, most: lambda text: least <= len(text) <= most,
        ("max", 1): lambda most: lambda text: _number_at_most(text, most),
        ("maxlength", 1): lambda most: lambda text: len(text) <= most,
        ("min", 1): lambda least: lambda text: _number_at_least(text, least),
        ("minlength", 1): lambda least: lambda text: len(text) >= least,
        ("range", 2): lambda least, most: lambda text: _number_at_least(text, least) and _number_at_most(text, most),
    }
)


def read_constraints(text: str, *, template: str) -> tuple[Check, ...]:
    """Read constraints, each with a colon in front. Raises ConfigurationError."""
    matches = list(_ONE.finditer(text))
    if "".join(match.group() for match in matches) != text:
        raise ConfigurationError((f"route {template!r}: the constraints {text!r} are not well-formed",))
    return tuple(_read_one(match.group(1).lower(), match.group(2), template=template) for match in matches)


def _read_one(name: str, argument: str | None, *, template: str) -> Check:
    """Return the check of one constraint. Raises ConfigurationError."""
    if argument is None and name in _PLAIN:
        return _PLAIN[name]
    try:
        if argument is not None and name == "regex":
            expression = re.compile(argument, flags=re.IGNORECASE)
            return lambda text: bool(expression.search(text))
        numbers = [int(number) for number in (argument or "").split(",")]
        return _WITH_ARGUMENTS[name, len(numbers)](*numbers)
    except (KeyError, ValueError, re.error) as error:
        raise ConfigurationError((f"route {template!r}: this host knows no constraint {name!r} like that",)) from error
