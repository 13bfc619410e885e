"""A site that counts what is done to it: a page with everything that a scanner may touch."""

from __future__ import annotations

from collections import Counter

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

_START = """<!DOCTYPE html><html lang=en><title>Start</title><h1>Start</h1>
<a href="/next">next</a> <a href="https://elsewhere.example.test/">elsewhere</a> <a href="/.auth/login/aad">sign in</a>
<form method=post action=/decide>
  <input type=hidden name=csrf value=token><textarea name=reason required></textarea>
  <input type=radio name=choice value=allow required><input type=radio name=choice value=decline>
  <button name=press value=now>Decide</button>
</form>
<script>fetch("/beacon", {method: "POST"}); confirm("Really?")</script>"""


class Site:
    """The site, and what was done to it, as method and path; `decided` is what came in by forms."""

    def __init__(self) -> None:
        self.hits: Counter[tuple[str, str]] = Counter()
        self.decided: Counter[str] = Counter()
        self.user_agents: set[str] = set()

    def app(self) -> Starlette:
        """Return what serves it."""
        methods = ["GET", "HEAD", "POST"]
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=methods)])

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        self.hits[request.method, path] += 1
        self.user_agents.add(request.headers["user-agent"])
        if path == "/start":
            return HTMLResponse(_START)
        if path == "/.auth/login/aad":
            return HTMLResponse("<form method=post action=/.auth/login/aad/callback><button name=persona value=owner>")
        if path == "/decide" and request.method == "POST":
            form = await request.form()
            self.decided[f"{form['choice']} {form['reason']} {form['press']} {form['csrf']}"] += 1
            return RedirectResponse("/done", status_code=303)
        return HTMLResponse(f"<!DOCTYPE html><title>page</title><p>{len(path)}")
