"""ASP.NET route templates, as the Azure Functions host matches them.

* `{name}`, `{name?}`, `{name=default}`, `{name:constraint}`, `{*rest}`; several parts in one segment, as `{a}.{b}`
* letter case of literals does not matter; a trailing slash does not either; an empty segment matches nothing
* among routes that fit, literals win over parameters, more constraints over fewer, longer templates over shorter
* a request whose method no fitting route takes gets 404, not 405, and HEAD is not answered by GET:
  https://github.com/Azure/azure-functions-host/issues/10098

Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from local.host.constraints import read_constraints
from shared.errors import ConfigurationError

_PARAMETER: Final = re.compile(r"\{(\*{0,2})([^{}:=?*]+)((?::(?:[^{}()=?]|\([^{}]*\))+)*)(?:=([^{}]*))?(\?)?\}")
_ESCAPES: Final = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# A slash inside a segment must not become a separator: servers leave it as it came.
_SLASH: Final = re.compile("%2[Ff]")

type Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A place in a segment that takes a value."""

    name: str
    catch_all: bool
    optional: bool
    default: str | None
    constraints: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """What stands between two slashes: literals and parameters in turn, and the expression that takes them apart."""

    parts: tuple[str | Parameter, ...]
    pattern: re.Pattern[str]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Return the segment's parameters, in order."""
        return tuple(part for part in self.parts if isinstance(part, Parameter))

    @property
    def rank(self) -> tuple[int, int, str]:
        """Return what orders segments: literals first, by text, then parameters, most constrained first."""
        first = self.parts[0]
        return (0, 0, first.lower()) if isinstance(first, str) else (1, -len(first.checks), "")


@dataclass(frozen=True, slots=True)
class Route:
    """A parsed template."""

    template: str
    segments: tuple[Segment, ...]

    @property
    def rank(self) -> tuple[tuple[int, int, str], ...]:
        """Return what orders routes; the end ranks after everything, so that longer templates come first."""
        return (*(segment.rank for segment in self.segments), (2, 0, ""))

    @property
    def shape(self) -> tuple[tuple[tuple[bool, str], ...], ...]:
        """Return what two templates have in common exactly when they take the same paths: all but the names."""
        return tuple(
            tuple(
                (False, part.lower()) if isinstance(part, str) else (True, f"{part.catch_all}{part.constraints}")
                for part in segment.parts
            )
            for segment in self.segments
        )

    def match(self, path: str) -> Mapping[str, str] | None:
        """Return the values of the parameters, or None where the (decoded) path does not fit."""
        given = path.strip("/").split("/") if path.strip("/") else []
        values: dict[str, str] = {}
        for position, segment in enumerate(self.segments):
            parameters = segment.parameters
            if parameters and parameters[0].catch_all:
                return self._keep(values, parameters[0], "/".join(given[position:]))
            if position >= len(given):
                if not _may_be_absent(segment):
                    return None
                values |= {one.name: one.default for one in parameters if one.default is not None}
            elif (found := _match_segment(segment, given[position])) is None:
                return None
            else:
                values |= found
        return values if len(given) <= len(self.segments) else None

    @staticmethod
    def _keep(values: dict[str, str], parameter: Parameter, text: str) -> Mapping[str, str] | None:
        """Add what a catch-all took, where its constraints allow that."""
        taken = text or parameter.default
        if taken is None:
            return values
        return values | {parameter.name: taken} if all(check(taken) for check in parameter.checks) else None


def read_route(template: str) -> Route:
    """Parse a template. Raises ConfigurationError."""
    texts = template.strip("/").split("/") if template.strip("/") else []
    segments = tuple(_read_segment(text, template=template) for text in texts)
    names = [parameter.name.lower() for segment in segments for parameter in segment.parameters]
    if len(names) != len(set(names)):
        raise ConfigurationError((f"route {template!r}: a parameter's name stands twice",))
    if any(one.catch_all for segment in segments[:-1] for one in segment.parameters):
        raise ConfigurationError((f"route {template!r}: only the last segment can take all the rest",))
    return Route(template=template, segments=segments)


def decode_path(raw_path: str) -> str:
    """Decode a request's path as Kestrel does: once, `%2F` stays, and what is not UTF-8 stays too."""
    return "%2F".join(_ESCAPES.sub(_decode_run, piece) for piece in _SLASH.split(raw_path))


def _decode_run(match: re.Match[str]) -> str:
    """Decode neighbouring escapes together, since one letter may need several."""
    try:
        return unquote_to_bytes(match.group()).decode("utf-8")
    except UnicodeDecodeError:
        return match.group()


def _read_segment(text: str, *, template: str) -> Segment:
    """Parse what stands between two slashes. Raises ConfigurationError."""
    parts: list[str | Parameter] = []
    end = 0
    for match in _PARAMETER.finditer(text):
        parts += [text[end : match.start()]] if match.start() > end else []
        parts.append(_read_parameter(match, template=template))
        end = match.end()
    parts += [text[end:]] if end < len(text) else []
    if not parts or any(isinstance(part, str) and set(part) & set("{}?*") for part in parts):
        raise ConfigurationError((f"route {template!r}: the segment {text!r} is not well-formed",))
    expression = "".join(re.escape(part) if isinstance(part, str) else "(.+)" for part in parts)
    return Segment(parts=tuple(parts), pattern=re.compile(expression, flags=re.IGNORECASE | re.DOTALL))


def _read_parameter(match: re.Match[str], *, template: str) -> Parameter:
    """Read one parameter in braces. Raises ConfigurationError."""
    stars, name, constraints, default, optional = match.groups()
    return Parameter(
        name=name.strip(),
        catch_all=bool(stars),
        optional=bool(optional),
        default=default,
        constraints=constraints,
        checks=read_constraints(constraints, template=template),
    )


def _may_be_absent(segment: Segment) -> bool:
    """Tell whether a path may end before this segment."""
    return len(segment.parts) == 1 and all(one.optional or one.default is not None for one in segment.parameters)


def _match_segment(segment: Segment, text: str) -> dict[str, str] | None:
    """Return the values in one segment, or None where it does not fit."""
    if not segment.parameters:
        only = segment.parts[0]
        return {} if isinstance(only, str) and text.lower() == only.lower() else None
    if not (match := segment.pattern.fullmatch(text)):
        return None
    values = dict(zip((one.name for one in segment.parameters), match.groups(), strict=True))
    fits = all(check(values[one.name]) for one in segment.parameters for check in one.checks)
    return values if fits else None
