"""What the app serves: names, routes, auth levels, schedules, bindings."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions import blueprints
from local.host import HttpTrigger, QueueTrigger, TimerTrigger, Worker, find_problems, read_host_settings
from shared.errors import ConfigurationError
from shared.ports import QueueName

ROOT = Path(__file__).parent.parent.parent


def test_the_functions_are_those_of_the_design(worker: Worker) -> None:
    """Names are what people see in the portal and in alerts."""
    assert [function.name for function in worker.functions] == [
        "abandon_check",
        "abandon_notice",
        "abandon_sweep",
        "approval_page",
        "ask_for_versions",
        "ask_registries",
        "check_package",
        "exercise_canary",
        "expire_approvals",
        "live",
        "ready",
        "receive_delivery",
        "relay_outbox",
        "request_page",
        "seal_chains",
        "send_notice",
        "sweep_feed",
        "sweep_feeds",
        "watch_feeds",
        "watch_registries",
    ]


def test_routes_methods_and_levels(worker: Worker) -> None:
    """Hooks prove themselves, pages know people by the platform's sign-in, liveness is for anyone."""
    found = {
        f.name: (f.trigger.route, f.trigger.methods, f.trigger.auth_level)
        for f in worker.functions
        if isinstance(f.trigger, HttpTrigger)
    }
    assert found == {
        "receive_delivery": ("hooks/{source}", ("POST",), "anonymous"),
        "approval_page": ("approvals/{token}", ("GET", "HEAD", "POST"), "anonymous"),
        "request_page": ("requests", ("GET", "HEAD", "POST"), "anonymous"),
        "ask_for_versions": ("v1/requests", ("POST",), "anonymous"),
        "live": ("health/live", ("GET",), "anonymous"),
        "ready": ("health/ready", ("GET",), "function"),
    }


def test_every_queue_and_its_poison_is_bound(worker: Worker) -> None:
    """Nothing that is queued lies there unseen; all over the one storage connection."""
    triggers = [f.trigger for f in worker.functions if isinstance(f.trigger, QueueTrigger)]
    bound = {trigger.queue for trigger in triggers}
    assert {name.value for name in QueueName} <= bound
    assert {f"{name.value}-poison" for name in QueueName} <= bound
    assert {trigger.connection for trigger in triggers} == {"STORAGE_CONNECTION"}


def test_schedules(worker: Worker) -> None:
    """The sweep's and the watches' come from settings, the others are fixed."""
    found = {f.name: f.trigger.schedule for f in worker.functions if isinstance(f.trigger, TimerTrigger)}
    assert found == {
        "sweep_feeds": "%SWEEP_SCHEDULE%",
        "ask_registries": "%WATCH_SCHEDULE%",
        "watch_feeds": "%WATCH_SCHEDULE%",
        "watch_registries": "%WATCH_SCHEDULE%",
        "relay_outbox": "*/15 * * * * *",
        "expire_approvals": "0 * * * * *",
        "exercise_canary": "45 * * * * *",
        "seal_chains": "0 30 0 * * *",
    }


@pytest.mark.parametrize("schedule", ["0 0 */6 * * *", "*/30 * * * * *", "0 15 3 * * 1-5"])
def test_schedules_read_as_ncrontab(worker: Worker, schedule: str) -> None:
    """What operators write is read by the same rules as in production, and nothing else is wrong either."""
    settings = {
        "SWEEP_SCHEDULE": schedule,
        "WATCH_SCHEDULE": schedule,
        "STORAGE_CONNECTION": "UseDevelopmentStorage=true",
    }
    now = datetime(2025, 3, 1, tzinfo=UTC)
    assert find_problems(worker.functions, host=read_host_settings(ROOT), settings=settings, now=now) == ()


def test_a_wrong_setting_stops_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With all its problems at once, the policy file's too."""
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nmode: yolo\nrules:\n  - name: 'x'\n    ecosystem: npn\n    colour: red\n")
    values = {
        "AZURE_DEVOPS_ORGANIZATION": "contoso",
        "STORAGE_CONNECTION": "UseDevelopmentStorage=true",
        "SWEEP_SCHEDULE": "0 0 3 * * *",
        "WATCH_SCHEDULE": "0 * * * * *",
        "POLICY_FILE": str(policy),
        "HOOK_SECRETS": '{"nobody": ["sample"]}',
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        blueprints()
    told = "\n".join(caught.value.problems)
    for mistake in ("line 2: mode", "line 5: rules[1].ecosystem", "colour", "HOOK_SECRETS"):
        assert mistake in told
