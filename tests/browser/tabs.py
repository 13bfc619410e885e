"""Tabs that take note of all that goes wrong in them, keep screenshots and ask axe."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, Request, Response

from local.azurite.node import ROOT

SCREENSHOTS: Final = ROOT / "test-artifacts" / "screenshots"
# The browser says this of every answer of 400 or more: those that matter are noted with their address.
_ECHO: Final = "Failed to load resource"
_BAD: Final = 400


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab with cookies of its own.

    `trouble` has what went wrong: errors of scripts and of the console, what the content security policy keeps out,
    requests that failed or left this machine, and answers of 400 or more to anything but the page itself. It must be
    empty when the test ends; a test that expects trouble looks at it, and clears it.
    """

    page: Page
    trouble: list[str] = field(default_factory=list)

    async def shoot(self, name: str) -> Path:
        """Keep a picture of the whole page, and say where it is."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        file = SCREENSHOTS / f"{name}.png"
        await self.page.screenshot(path=file, full_page=True)
        print(f"screenshot: {file}")  # noqa: T201  # for whoever looks at the test's output
        return file

    async def barriers(self) -> list[str]:
        """Return what axe finds: each rule that is broken, with the elements that break it; none = nothing found."""
        found = await Axe().run(self.page)
        violations: list[dict[str, Any]] = found.response["violations"]
        return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in violations]

    async def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window; 0 = nobody must scroll sideways."""
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(await self.page.evaluate(width))


def _watch(page: Page, trouble: list[str]) -> None:
    """Take note of trouble from now on. Functions and no methods, since Playwright writes into a method's object."""

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(_ECHO):
            trouble.append(f"console: {message.text}")

    def note_failure(request: Request) -> None:
        trouble.append(f"request: {request.method} {request.url}: {request.failure}")

    def note_answer(response: Response) -> None:
        # The page itself may well be a refusal: its test says which status it expects.
        if response.status >= _BAD and not response.request.is_navigation_request():
            trouble.append(f"answer: {response.status} to {response.request.method} {response.url}")

    page.on("console", note_console)
    page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
    page.on("requestfailed", note_failure)
    page.on("response", note_answer)


class OpenTab(Protocol):
    """Opens a tab; what is not said is a desktop's."""

    def __call__(
        self, *, width: int = 1280, height: int = 800, dark: bool = False, scripts: bool = True
    ) -> Awaitable[Tab]:
        """Open a tab of that size, in dark mode, or with scripts off."""
        ...


def opener(browser: Browser, opened: list[Tab], closing: AsyncExitStack) -> OpenTab:
    """Return what opens tabs; they are closed with the stack, and told in the list."""

    async def open_tab(*, width: int = 1280, height: int = 800, dark: bool = False, scripts: bool = True) -> Tab:
        context = await browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        closing.push_async_callback(context.close)
        tab = Tab(await context.new_page())
        _watch(tab.page, tab.trouble)
        opened.append(tab)
        return tab

    return open_tab
