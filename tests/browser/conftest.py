"""A browser for the session, tabs for each test, a stack for each file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Final

import pytest
from playwright.async_api import Browser, async_playwright

from local.azurite.node import ROOT
from local.setup.browser import MISSING, find_browser
from local.stack import Stack
from tests.browser.advised import AdvisedStack, run_advised
from tests.browser.mailbox import Mailbox
from tests.browser.tabs import OpenTab, Tab, opener

# Nothing happens by itself while a person looks at a page, so that a test says when it does: sweep and watch run once a
# year, and without them npm is asked for each name.
QUIET: Final = {"SWEEP_SCHEDULE": "0 0 3 1 1 *", "WATCH_SCHEDULE": "0 0 3 1 1 *", "NPM_REPLICATION_URL": ""}
# Whatever a page may ask for, no name but this machine's is resolved, and the browser does not call home.
_ALONE: Final = ("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-background-networking")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Start Chromium without a window, once for each xdist worker; skip where there is none."""
    program = find_browser(ROOT)
    if program is None:
        pytest.skip(MISSING)
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program, args=_ALONE)
        yield running
        await running.close()


@pytest.fixture
async def open_tab(browser: Browser) -> AsyncIterator[OpenTab]:
    """Open tabs as a test needs them; whatever went wrong in one fails the test."""
    opened: list[Tab] = []
    async with AsyncExitStack() as closing:
        yield opener(browser, opened, closing)
    trouble = [line for tab in opened for line in tab.trouble]
    assert trouble == []


@pytest.fixture
async def tab(open_tab: OpenTab) -> Tab:
    """Open the one tab that most tests need."""
    return await open_tab()


@pytest.fixture(scope="module")
def approval_stack(browser: Browser) -> Iterator[Stack]:
    """Run the stack with sign-in, approvals, mail and Teams; only where there is a browser for it."""
    assert browser.is_connected()
    with Stack(QUIET) as stack:
        yield stack


@pytest.fixture
def mailbox(approval_stack: Stack) -> Mailbox:
    """Read the mails of the stack, beginning with none."""
    box = Mailbox(approval_stack.mail_url)
    box.clear()
    return box


@pytest.fixture(scope="module")
def advised_stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdvisedStack]:
    """Run the same with an advisory database, under a policy that lets owners allow even what it calls malicious."""
    assert browser.is_connected()
    with run_advised(QUIET, tmp_path_factory.mktemp("advised")) as stack:
        yield stack
