"""What the host checks at start because the worker does not."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from local.host.metadata import (
    Function,
    HttpTrigger,
    QueueOutput,
    QueueTrigger,
    TimerTrigger,
    Trigger,
    UnknownBinding,
    read_function,
)
from local.host.settings import HostSettings, HttpSettings, QueueSettings
from local.host.validation import find_problems

_SETTINGS = {"STORAGE": "UseDevelopmentStorage=true", "EVERY": "0 * * * * *", "QUEUE": "work-items"}


def _problems(
    *triggers: Trigger, host: HostSettings | None = None, outputs: tuple[QueueOutput, ...] = ()
) -> tuple[str, ...]:
    """Return the problems of an app with these triggers."""
    functions = [
        Function(name=f"f{place}", function_id=str(place), trigger=trigger, outputs=outputs)
        for place, trigger in enumerate(triggers)
    ]
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return find_problems(functions, host=host or HostSettings(), settings=_SETTINGS, now=now)


def _http(route: str, *methods: str) -> HttpTrigger:
    return HttpTrigger(parameter="req", route=route, methods=methods, auth_level="anonymous")


def _timer(schedule: str) -> TimerTrigger:
    return TimerTrigger(parameter="timer", schedule=schedule, run_on_startup=False)


def _queue(queue: str, connection: str = "STORAGE") -> QueueTrigger:
    return QueueTrigger(parameter="message", queue=queue, connection=connection)


def test_a_sound_app_has_no_problems() -> None:
    """Routes of different methods, resolved names and schedules are fine."""
    triggers = (_http("a/{b}", "GET"), _http("A/{c}", "POST"), _http("a/b"), _timer("%EVERY%"), _queue("%QUEUE%"))
    assert _problems(*triggers) == ()


@pytest.mark.parametrize(
    ("trigger", "told"),
    [
        (_http("a/{"), "not well-formed"),
        (_http("admin/users"), "reserved"),
        (_http("Runtime/x"), "reserved"),
        (_timer("* * * * *"), "NCRONTAB"),
        (_timer("%NOTHING%"), "NOTHING is missing"),
        (_queue("%NOTHING%"), "NOTHING is missing"),
        (_queue("Work_Items"), "not a queue's name"),
        (_queue("ab"), "not a queue's name"),
        (_queue("a--b"), "not a queue's name"),
        (_queue("work-items", connection="ELSEWHERE"), "ELSEWHERE is missing"),
    ],
)
def test_each_problem_is_told(trigger: Trigger, told: str) -> None:
    """One problem, one sentence that names the function."""
    (problem,) = _problems(trigger)
    assert problem.startswith("f0: ")
    assert told in problem


def test_all_problems_are_told_at_once() -> None:
    """Several problems of several functions come together, outputs included."""
    output = QueueOutput(parameter="out", queue="%NOTHING%", connection="ELSEWHERE")
    host = HostSettings(queues=QueueSettings(batch_size=33))
    problems = _problems(_http("a/{"), _timer(""), host=host, outputs=(output,))
    assert len(problems) == 7


def test_routes_that_take_the_same_requests_conflict() -> None:
    """Names do not tell routes apart; methods do, unless one takes all."""
    (problem,) = _problems(_http("a/{b}", "GET"), _http("a/{c}", "GET", "POST"))
    assert "f0 and f1" in problem
    assert len(_problems(_http("a/{b}"), _http("a/{c}", "GET"))) == 1


def test_a_malformed_route_does_not_hide_others() -> None:
    """The conflict of two sound routes is told beside a malformed third."""
    assert len(_problems(_http("{"), _http("x"), _http("X"))) == 2


def test_reserved_words_count_without_a_prefix_too() -> None:
    """Where the prefix is empty, the route itself is the address."""
    host = HostSettings(http=HttpSettings(route_prefix=""))
    assert len(_problems(_http("admin"), host=host)) == 1


def test_an_empty_app_is_a_problem() -> None:
    """An app in which nothing was found is most likely the wrong folder."""
    assert _problems() == ("the app has no functions",)


@pytest.mark.parametrize(
    "bindings",
    [
        [],
        [{"type": "blobTrigger", "name": "b"}],
        [{"type": "queueTrigger", "name": "q", "queueName": "abc"}, {"type": "table", "name": "t"}],
        [{"type": "timerTrigger", "name": "t", "schedule": ""}, {"type": "httpTrigger", "name": "h"}],
    ],
)
def test_bindings_that_the_host_does_not_play_are_refused(bindings: list[dict[str, str]]) -> None:
    """Rather than run half of a function, the host says which binding it lacks."""
    with pytest.raises(UnknownBinding):
        read_function(name="f", function_id="1", raw_bindings=map(json.dumps, bindings))


def test_defaults_of_bindings() -> None:
    """A route defaults to the function's name, a connection to the host's own storage."""
    http = read_function(name="f", function_id="1", raw_bindings=[json.dumps({"type": "httpTrigger", "name": "r"})])
    assert dataclasses.asdict(http.trigger) == {"parameter": "r", "route": "f", "methods": (), "auth_level": "function"}
