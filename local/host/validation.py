"""What the worker does not check and the real host would refuse or, worse, silently not run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import combinations
from typing import Final

from local.host.metadata import Function, HttpTrigger, QueueOutput, QueueTrigger, TimerTrigger
from local.host.routes import read_route
from local.host.schedules import read_schedule
from local.host.settings import HostSettings, connection_string, resolve
from shared.errors import ConfigurationError

_RESERVED: Final = ("admin", "runtime")
_LONGEST_QUEUE_NAME: Final = 63
_LARGEST_BATCH: Final = 32


class AppRefused(ConfigurationError):
    """The app cannot be run as it is; all problems at once, one a line."""


def find_problems(
    functions: Iterable[Function], *, host: HostSettings, settings: Mapping[str, str], now: datetime
) -> tuple[str, ...]:
    """Return every problem of the app, each a sentence; nothing = it can run."""
    listed = tuple(functions)
    problems = [
        f"{function.name}: {problem}" for function in listed for problem in _problems_of(function, host, settings, now)
    ]
    problems += _route_conflicts(listed)
    if not listed:
        problems.append("the app has no functions")
    if not 1 <= host.queues.batch_size <= _LARGEST_BATCH:
        problems.append(f"host.json: queues.batchSize goes from 1 to {_LARGEST_BATCH}")
    return tuple(problems)


def _problems_of(function: Function, host: HostSettings, settings: Mapping[str, str], now: datetime) -> Iterator[str]:
    """Find what is wrong with one function."""
    match function.trigger:
        case HttpTrigger() as trigger:
            yield from _problems_of_route(trigger, host)
        case TimerTrigger(schedule=schedule):
            try:
                read_schedule(resolve(schedule, settings), now=now)
            except ConfigurationError as error:
                yield from error.problems
        case QueueTrigger() as trigger:
            yield from _problems_of_queue(trigger, settings)
    for output in function.outputs:
        yield from _problems_of_queue(output, settings)


def _problems_of_route(trigger: HttpTrigger, host: HostSettings) -> Iterator[str]:
    """Check a route's template, and that it does not reach for the host's own addresses."""
    full = f"{host.http.route_prefix}/{trigger.route}".strip("/").lower()
    # The real host looks at the template without the prefix too, and refuses the function.
    if full.split("/")[0] in _RESERVED or trigger.route.strip("/").lower().split("/")[0] in _RESERVED:
        yield f"the route {trigger.route!r} begins with a word that is reserved for the host"
    try:
        read_route(trigger.route)
    except ConfigurationError as error:
        yield from error.problems


def _problems_of_queue(binding: QueueTrigger | QueueOutput, settings: Mapping[str, str]) -> Iterator[str]:
    """Check that the connection is there, and the queue's name is one that storage takes."""
    try:
        connection_string(binding.connection, settings)
    except ConfigurationError as error:
        yield from error.problems
    try:
        name = resolve(binding.queue, settings)
    except ConfigurationError as error:
        yield from error.problems
        return
    plain = name.replace("-", "")
    fits = name.islower() and name.isascii() and plain.isalnum() and "--" not in name and name.strip("-") == name
    if not fits or not 3 <= len(name) <= _LONGEST_QUEUE_NAME:  # noqa: PLR2004  # the shortest name storage takes
        yield f"{name!r} is not a queue's name: 3 to 63 lower-case letters, digits and single hyphens"


def _route_conflicts(functions: Iterable[Function]) -> Iterator[str]:
    """Find routes of which only one could ever be reached."""
    routed = [(function, function.trigger) for function in functions if isinstance(function.trigger, HttpTrigger)]
    for (first, one), (second, other) in combinations(routed, 2):
        share_methods = not one.methods or not other.methods or set(one.methods) & set(other.methods)
        try:
            same = read_route(one.route).shape == read_route(other.route).shape
        except ConfigurationError:
            continue  # told already, with its function
        if same and share_methods:
            yield f"{first.name} and {second.name}: the routes {one.route!r} and {other.route!r} take the same requests"
