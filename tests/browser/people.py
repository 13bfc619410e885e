"""Signing in as one of the personas, in a browser and without."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote

import httpx

from local.host.personas import Persona, read_personas
from local.stack import PERSONAS_FILE
from tests.browser.tabs import Tab

PERSONAS: Final = {persona.key: persona for persona in read_personas(PERSONAS_FILE)}
"""By key: owner, contributor, group-owner, artifacts-administrator, outsider, other-tenant."""


async def sign_in(tab: Tab, app_url: str, persona: str, *, then: str = "/.auth/login/done") -> Persona:
    """Sign in through the page where one chooses who to be, and go on to a path of the app."""
    await tab.page.goto(f"{app_url}/.auth/login/aad?post_login_redirect_uri={quote(then, safe='')}")
    return await choose(tab, persona)


async def choose(tab: Tab, persona: str) -> Persona:
    """Choose who to be on the page that is open; it goes on to where it was told."""
    async with tab.page.expect_navigation():
        await tab.page.click(f'button[name="persona"][value="{persona}"]')
    return PERSONAS[persona]


async def sign_out(tab: Tab, app_url: str) -> None:
    """End the session."""
    await tab.page.goto(f"{app_url}/.auth/logout")


@contextmanager
def client_of(app_url: str, persona: str = "") -> Iterator[httpx.Client]:
    """Give a client that is signed in, without a browser; empty = a stranger. It follows no redirects."""
    with httpx.Client(base_url=app_url, timeout=30) as client:
        if persona:
            form = {"persona": persona, "post_login_redirect_uri": "/"}
            client.post("/.auth/login/aad/callback", data=form)
            assert client.get("/.auth/me").status_code == httpx.codes.OK, f"nobody is called {persona}"
        yield client
