"""The stack: it starts and stops as one, with a sample app in the place of ours."""

from __future__ import annotations

import os
import re
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from local.azurite.node import ROOT
from local.host.personas import read_personas
from local.plain_http import TRUST_NOBODY
from local.processes import ChildFailed
from local.stack import PERSONAS_FILE, Stack
from local.stack.sample import app_settings, environment
from shared.settings import SETTINGS, read_settings

_APP = ROOT / "tests" / "local" / "host" / "apps" / "orders"
_OWN_SETTINGS = {"ORDERS": "orders", "TICKS": "0 0 0 1 1 *"}

pytestmark = [pytest.mark.stack, pytest.mark.azurite]


def _wait_until(condition: Callable[[], object]) -> None:
    """Wait for a condition with a deadline that fails loudly."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "what the test waits for did not happen"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start a stack with the sample app once for the tests that leave it running."""
    witness = tmp_path_factory.mktemp("witness")
    with Stack(_OWN_SETTINGS | {"WITNESS": str(witness)}, app=_APP) as started:
        yield started


def test_every_part_answers(stack: Stack) -> None:
    """Each at its own address, on the loopback interface."""
    feeds, npm, pypi = stack.feeds_url + "/_control/state", stack.npm_url + "/-/ping", stack.pypi_url + "/simple/"
    urls = (stack.app_url, feeds, npm, pypi, stack.mail_url + "/mails", stack.teams_url + "/runs")
    assert [httpx.get(url, verify=TRUST_NOBODY).status_code for url in urls] == [200] * 6
    assert len({url.split("/")[2] for url in urls}) == 6
    assert all(url.startswith("http://127.0.0.1:") for url in urls)
    assert stack.connection_file.read_text() == stack.connection_string
    stack.check()


def test_people_can_be_written_to_and_sign_in(stack: Stack) -> None:
    """Letters lead to the app's own address, and whoever follows them finds the people of the simulated feeds there."""
    told = stack._settings  # behind the curtain: what the app is given
    assert told["PUBLIC_BASE_URL"] == stack.app_url
    assert told["TEAMS_WEBHOOK_URL"].startswith(f"{stack.teams_url}/workflows/")
    with smtplib.SMTP("127.0.0.1", urlsplit(told["SMTP_URL"]).port or 0) as server:
        server.sendmail("a@acme.test", ["b@acme.test"], "Subject: x\r\n\r\ny")
    assert httpx.get(f"{stack.mail_url}/mails", verify=TRUST_NOBODY).json()["mails"][0]["sender"] == "a@acme.test"
    page = httpx.get(f"{stack.app_url}/.auth/login/aad", verify=TRUST_NOBODY).text
    assert [one.key for one in read_personas(PERSONAS_FILE) if f'value="{one.key}"' not in page] == []


def test_the_app_can_be_killed_and_started_again(stack: Stack) -> None:
    """It comes back at the same address, with a log of its own."""
    before = stack.app_url
    stack.kill_app()
    _wait_until(lambda: _is_closed(urlsplit(before).netloc))
    stack.check()
    stack.start_app({"TICKS": "0 0 0 2 2 *"})
    assert stack.app_url == before
    assert httpx.get(f"{before}/api/plain", verify=TRUST_NOBODY).status_code == 200
    assert "Executing 'Functions.start_up'" in stack.app_log()
    assert (stack.logs / "app-1.log").exists()


def test_the_app_can_be_stopped_and_started_again(stack: Stack) -> None:
    """What is under way ends first."""
    stack.stop_app()
    stack.start_app()
    assert httpx.get(f"{stack.app_url}/api/plain", verify=TRUST_NOBODY).status_code == 200


def test_a_second_stack_runs_beside_the_first(stack: Stack, tmp_path: Path) -> None:
    """Nothing is shared; a part of it that dies is named, with the end of its log."""
    with Stack(_OWN_SETTINGS | {"WITNESS": str(tmp_path)}, app=_APP) as second:
        assert {second.app_url, second.feeds_url, second.npm_url}.isdisjoint(
            {stack.app_url, stack.feeds_url, stack.npm_url}
        )
        assert second.logs != stack.logs
        os.killpg(second._children["services"].pid, signal.SIGKILL)
        _wait_until(lambda: second._children["services"].exit_code is not None)
        with pytest.raises(ChildFailed, match=r"(?s)the services ended with exit code -9.*serving"):
            second.check()
        children = list(second._children.values())
    assert all(child.exit_code is not None for child in children)
    stack.check()


def test_an_app_that_cannot_start_leaves_nothing_running() -> None:
    """The message shows why: here, settings that are missing."""
    stack = Stack({"ORDERS": ""}, app=_APP)
    with pytest.raises(ChildFailed, match=r"(?s)the app ended.*the setting TICKS is missing"):
        stack.__enter__()
    assert all(child.exit_code is not None for child in stack._children.values())


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_make_run_takes_everything_along_when_it_ends(number: signal.Signals, code: int) -> None:
    """Ctrl-C, a polite stop and kill -9: no part outlives it."""
    command = [sys.executable, "-m", "local.stack"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        shown = ""
        while "Ctrl-C stops" not in shown:
            line = program.stdout.readline()
            assert line, shown
            shown += line
        ports = re.findall(r"http://(127\.0\.0\.1:\d+)/(?:api/health/live|_control/state|simple/)", shown)
        assert len(ports) == 3
        assert httpx.get(f"http://{ports[0]}/api/health/live", verify=TRUST_NOBODY).status_code == 200
        program.send_signal(number)
        assert program.wait(timeout=60) == code
        assert ("Everything is stopped." in program.stdout.read()) is (code == 0)
    _wait_until(lambda: all(map(_is_closed, ports)))


def _is_closed(address: str) -> bool:
    """Tell whether nobody listens there any more."""
    try:
        httpx.get(f"http://{address}/", verify=TRUST_NOBODY)
    except httpx.ConnectError:
        return True
    except httpx.TransportError:
        pass  # it was just about to end
    return False


def test_the_sample_settings_are_complete_and_valid() -> None:
    """Every setting is set, if only to nothing, so that no other source fills it; and the app takes them."""
    url = "http://127.0.0.1:1"
    settings = app_settings(
        devops_url=url,
        registry_urls=[url, url],
        connection_string="A=b",
        public_url=url,
        smtp_url="smtp://127.0.0.1:1",
        teams_url=f"{url}/flow?sig=sample",
    )
    assert {setting.name for setting in SETTINGS} == set(settings)
    read = read_settings(settings)
    assert read.allowed_registry_hosts == {"127.0.0.1:1"}
    assert (read.npm_replication_url, read.npm_replication_of) == (f"{url}/-/replication", url)
    assert read.cargo_feed_url == ""


def test_new_crates_are_followed_where_there_is_a_registry() -> None:
    """At the feed that the registry's simulator has."""
    url = "http://127.0.0.1:1"
    settings = app_settings(devops_url=url, registry_urls=[url], connection_string="A=b", cargo_url=url)
    assert read_settings(settings).cargo_feed_url == f"{url}/rss/crates.xml"


def test_every_address_in_the_settings_is_served(stack: Stack) -> None:
    """The change feeds and the lists that the app is told of, where it is told that they are."""
    told = stack._settings  # behind the curtain: what the app is given
    nuget = stack.other_urls["nuget"]
    catalog = httpx.get(f"{nuget}/v3/index.json", verify=TRUST_NOBODY).json()["resources"]
    urls = [
        f"{told['NPM_REPLICATION_URL']}/_all_docs",
        f"{told['NPM_REPLICATION_URL']}/_changes",
        told["CARGO_FEED_URL"],
        *(resource["@id"] for resource in catalog if resource["@type"] == "Catalog/3.0.0"),
    ]
    assert len(urls) == 4
    assert [httpx.get(url, verify=TRUST_NOBODY).status_code for url in urls] == [200] * 4


def test_our_own_settings_do_not_leak_in() -> None:
    """Somebody who runs this with a real token in the environment does not hand it to a part."""
    assert environment({"AZURE_DEVOPS_PAT": "real", "PATH": "/bin"}, {"MODE": "audit"}) == {
        "PATH": "/bin",
        "MODE": "audit",
    }
