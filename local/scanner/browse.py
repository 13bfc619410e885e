"""The scanner's browser: opens pages with scripts on, and submits their forms as a person's click does."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from local.scanner.markup import Form, Markup, Pairs, read_markup

if TYPE_CHECKING:
    from playwright.async_api import Browser, Dialog, Page, Response

_PATIENCE_MILLISECONDS: Final = 5_000
# Fills the form in, and presses its button: the page's own scripts see it as they see a person's.
_PRESS: Final = """([place, pairs]) => {
  const form = document.forms[place];
  form.noValidate = true;
  let pressed = null;
  for (const [name, value] of pairs) {
    for (const control of Array.from(form.elements).filter((one) => one.name === name)) {
      if (control.tagName === "BUTTON" || ["submit", "image"].includes(control.type)) {
        pressed = control.value === value ? control : pressed;
      } else if (["radio", "checkbox"].includes(control.type)) {
        control.checked = control.type === "checkbox" || control.value === value || value === "on";
      } else {
        control.value = value;
      }
    }
  }
  form.requestSubmit(pressed);
}"""


@asynccontextmanager
async def in_browser(browser: Browser) -> AsyncIterator[Tab]:
    """Open a tab that shares nothing with any other."""
    context = await browser.new_context(accept_downloads=False, service_workers="block")
    try:
        yield Tab(await context.new_page())
    finally:
        await context.close()


class Tab:
    """One tab of a real browser."""

    def __init__(self, page: Page) -> None:
        """Take a fresh page; it agrees to whatever it is asked."""
        self._page = page
        self._statuses: Counter[tuple[str, int]] = Counter()
        page.on("response", self._note)
        page.on("dialog", _agree)
        page.set_default_timeout(_PATIENCE_MILLISECONDS)

    async def open(self, address: str) -> Markup:
        """Open a page, let its scripts run, and return what it is then."""
        from playwright.async_api import Error  # noqa: PLC0415  # only those who bring a browser need it installed

        # What is no page, such as a download, opens as nothing.
        with suppress(Error):
            await self._page.goto(address, wait_until="networkidle")
        return await self._markup()

    async def submit(self, form: Form, filling: Pairs) -> Markup:
        """Fill in a form of the page that is open, submit it, and return what comes of it."""
        from playwright.async_api import Error  # noqa: PLC0415  # the same

        # A form that its page keeps from going anywhere has been submitted all the same.
        with suppress(Error):
            async with self._page.expect_navigation(wait_until="networkidle"):
                await self._page.evaluate(_PRESS, [form.place, [list(pair) for pair in filling]])
        return await self._markup()

    def take_statuses(self) -> Counter[tuple[str, int]]:
        """Return how requests were answered since this was last asked, by method and status."""
        taken, self._statuses = self._statuses, Counter()
        return taken

    async def _markup(self) -> Markup:
        return read_markup(await self._page.content(), self._page.url)

    def _note(self, response: Response) -> None:
        self._statuses[response.request.method, response.status] += 1


async def _agree(dialog: Dialog) -> None:
    await dialog.accept()
