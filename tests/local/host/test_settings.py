"""host.json and the app's settings."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from local.host.settings import (
    connection_string,
    read_app_settings,
    read_host_settings,
    read_time_span,
    resolve,
)
from shared.errors import ConfigurationError


def test_defaults_are_the_real_hosts(tmp_path: Path) -> None:
    """A host.json that says nothing gives the documented defaults."""
    (tmp_path / "host.json").write_text('{"version": "2.0"}')
    host = read_host_settings(tmp_path)
    assert host.http.route_prefix == "api"
    assert (host.queues.batch_size, host.queues.new_batch_threshold, host.queues.max_dequeue_count) == (16, 8, 5)
    assert host.queues.base64
    assert host.queues.visibility_timeout == timedelta(0)


def test_host_json_is_heeded(tmp_path: Path) -> None:
    """What the file says counts; half a batch is the threshold where it does not say."""
    (tmp_path / "host.json").write_text(
        '{"version": "2.0", "extensions": {"http": {"routePrefix": ""}, "queues": '
        '{"batchSize": 6, "visibilityTimeout": "00:01:05", "messageEncoding": "none"}}}'
    )
    host = read_host_settings(tmp_path)
    assert host.http.route_prefix == ""
    assert host.queues.new_batch_threshold == 3
    assert host.queues.visibility_timeout == timedelta(seconds=65)
    assert not host.queues.base64


@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"version": "1.0"}', '{"version": "2.0", "extensions": {"queues": {"messageEncoding": "rot13"}}}'],
)
def test_bad_host_json_is_refused(tmp_path: Path, content: str) -> None:
    """A file that the real host would not start with is told."""
    (tmp_path / "host.json").write_text(content)
    with pytest.raises(ConfigurationError):
        read_host_settings(tmp_path)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    """local.settings.json fills only what the environment does not have."""
    (tmp_path / "local.settings.json").write_text('{"Values": {"A": "file", "B": "file", "C": 1}}')
    assert read_app_settings(tmp_path, {"A": "environment"}) == {"A": "environment", "B": "file", "C": "1"}


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    """The file is optional."""
    assert read_app_settings(tmp_path, {"A": "1"}) == {"A": "1"}


def test_settings_are_put_in() -> None:
    """Each name between percent signs becomes its value."""
    assert resolve("%A%-x-%B%", {"A": "1", "B": "2"}) == "1-x-2"


def test_all_missing_settings_are_told() -> None:
    """Every missing name is a problem of its own; an empty one is missing too."""
    with pytest.raises(ConfigurationError) as caught:
        resolve("%A%%B%", {"B": ""})
    assert len(caught.value.problems) == 2


def test_connections_are_looked_up_as_the_real_host_does() -> None:
    """The prefixed name comes first, and no name at all means the host's own storage."""
    settings = {"AzureWebJobsStorage": "own", "X": "plain", "AzureWebJobsY": "prefixed", "Y": "plain"}
    assert [connection_string(name, settings) for name in ("", "X", "Y")] == ["own", "plain", "prefixed"]
    with pytest.raises(ConfigurationError, match="Z is missing"):
        connection_string("Z", settings)


def test_time_spans() -> None:
    """Days are optional; nonsense is refused."""
    assert read_time_span("1.02:03:04") == timedelta(days=1, hours=2, minutes=3, seconds=4)
    with pytest.raises(ConfigurationError):
        read_time_span("soon")
