"""The host as a program: what it refuses, and how it says so. Each app needs a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from local.azurite.node import ROOT
from tests.local.host.running import APPS

_HEAD = "import azure.functions as func\napp = func.FunctionApp()\n"
_TIMER = '@app.timer_trigger("timer", schedule="{}")\ndef {}(timer: func.TimerRequest) -> None: ...\n'


def _run(folder: Path, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the host on an app."""
    return subprocess.run(
        [sys.executable, "-m", "local.host", "--app", str(folder), *options],
        env=os.environ | settings,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _app(folder: Path, source: str, host_json: str = '{"version": "2.0"}') -> Path:
    """Write an app."""
    (folder / "host.json").write_text(host_json)
    (folder / "function_app.py").write_text(_HEAD + source)
    return folder


def test_index_tells_what_an_app_would_serve() -> None:
    """Functions with routes, methods, auth levels, schedules and queues, as JSON."""
    ended = _run(APPS / "orders", "--index", ORDERS="orders", TICKS="0 * * * * *", STORAGE_CONNECTION="x")
    assert ended.returncode == 0, ended.stderr
    functions = {function["name"]: function for function in json.loads(ended.stdout)}
    assert functions["show_order"]["trigger"] == {
        "parameter": "req",
        "route": "orders/{number:int}/{part?}",
        "methods": ["GET"],
        "auth_level": "anonymous",
    }
    assert functions["tick"]["trigger"]["schedule"] == "%TICKS%"
    assert functions["start_up"]["trigger"]["run_on_startup"] is True
    assert functions["pack_order"]["trigger"]["queue"] == "%ORDERS%"
    assert functions["pack_order"]["outputs"][0]["queue"] == "%ORDERS%-packed"
    assert functions["pack_order"]["kind"] == "QueueTrigger"


def test_all_problems_of_an_app_come_in_one_message(tmp_path: Path) -> None:
    """Two bad schedules, one of them for want of a setting."""
    ended = _run(_app(tmp_path, _TIMER.format("* * * * *", "a") + _TIMER.format("%GONE%", "b")), "--index")
    assert ended.returncode == 1
    assert "a: '* * * * *' is not an NCRONTAB expression" in ended.stderr
    assert "b: the setting GONE is missing" in ended.stderr


def test_local_settings_fill_in(tmp_path: Path) -> None:
    """The file's values are the app's settings, while it is imported too."""
    (tmp_path / "local.settings.json").write_text('{"Values": {"MINE": "0 * * * * *"}}')
    source = 'import os\nassert os.environ["MINE"]\n' + _TIMER.format("%MINE%", "a")
    assert _run(_app(tmp_path, source), "--index").returncode == 0


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import nothing_of_that_name\n", "nothing_of_that_name"),
        (_TIMER.format("0 * * * * *", "a") * 2, "does not have a unique function name"),
        ('@app.route("x")\ndef a(req: func.HttpRequest) -> dict: ...\n', "does not match"),
        (
            '@app.blob_trigger("blob", path="x", connection="")\ndef a(blob: func.InputStream) -> None: ...\n',
            "blobTrigger",
        ),
    ],
)
def test_what_the_worker_refuses_is_told(tmp_path: Path, source: str, told: str) -> None:
    """The worker's own words reach the person who can mend it."""
    ended = _run(_app(tmp_path, source), "--index")
    assert ended.returncode == 1
    assert told in ended.stderr


def test_a_folder_without_an_app_is_refused(tmp_path: Path) -> None:
    """The message names the file that is missing."""
    ended = _run(tmp_path)
    assert ended.returncode == 2
    assert "host.json" in ended.stderr


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """Before anything runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = _run(_app(tmp_path, _TIMER.format("0 0 0 1 1 *", "a")), "--port", str(port))
    assert ended.returncode == 1
    assert f"cannot listen on port {port}" in ended.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "99999"], "0 to 65535"),
        (["--lease", "-1"], "more than 0"),
        ([], "host.json"),
    ],
)
def test_misuse_is_one_sentence(tmp_path: Path, options: list[str], said: str) -> None:
    """A wrong port, a wrong lease, a folder that is no app: what to do, and no traceback."""
    folder = _app(tmp_path, "") if options else tmp_path / "nowhere"
    ended = _run(folder, *options)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
