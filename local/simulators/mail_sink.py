"""A mail server that keeps what it gets and delivers nothing.

`python -m local.simulators.mail_sink --port 0 [--smtp-port 0] [--starttls] [--user NAME --password WORD]`

It prints `mail at smtp://…` and then `listening on http://…`, where the mails can be read: `GET /` is a list for
people, `GET /mails` the same as JSON, `GET /mails/{number}/html` the HTML part, `DELETE /mails` forgets all. What it
can be told is `POST /_control/reply` (see `mail_sink_state.Reply`) and `POST /_control/forget`.
"""

from __future__ import annotations

import argparse
import asyncio
import ssl
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local.simulators.mail_sink_server import Doorman, serving_mail
from local.simulators.mail_sink_state import Mail, Reply, Sink
from local.simulators.server import HOST, serving, stop_signal
from local.simulators.server_control import Action, Actions, control_routes

# A mail shows what it carries with it, and fetches nothing.
_POLICY = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups"}


class Forget(BaseModel):
    """Forget all rules; mails are forgotten by `DELETE /mails`."""

    model_config = ConfigDict(extra="forbid")


def mail_actions(sink: Sink) -> Actions:
    """Return everything that the sink can be told."""
    return {
        "reply": Action(Reply, sink.rules.append),
        "forget": Action(Forget, lambda _order: sink.rules.clear()),
    }


class _Pages:
    """The sink's HTTP side."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def front(self, _request: Request) -> Response:
        """Show a list of the mails."""
        rows = "".join(_row(mail) for mail in reversed(self._sink.mails)) or "<li>no mail yet</li>"
        title = "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Mail sink</title><h1>Mail sink</h1>"
        return HTMLResponse(f"{title}<ol reversed>{rows}</ol>", headers=_POLICY)

    async def mails(self, _request: Request) -> Response:
        """Tell all mails, the newest last."""
        return JSONResponse({"mails": [mail.told() for mail in self._sink.mails]})

    async def forget(self, _request: Request) -> Response:
        """Forget all mails."""
        self._sink.mails.clear()
        return Response(status_code=204)

    async def html(self, request: Request) -> Response:
        """Show the HTML part of one mail, as a mail program would."""
        mail = self._sink.find(request.path_params["number"])
        return Response(status_code=404) if mail is None else HTMLResponse(mail.part("html"), headers=_POLICY)


def _row(mail: Mail) -> str:
    subject, recipients = escape(str(mail.message["subject"])), escape(", ".join(mail.recipients))
    return f'<li value="{mail.number}"><a href="/mails/{mail.number}/html">{subject}</a> to {recipients}</li>'


def new_sink(clock: Callable[[], datetime]) -> Sink:
    """Return an empty sink."""
    return Sink(clock)


def mail_app(sink: Sink) -> Starlette:
    """Return the app that shows the sink's mails."""
    pages = _Pages(sink)
    return Starlette(
        routes=[
            *control_routes(mail_actions(sink)),
            Route("/", pages.front),
            Route("/mails", pages.mails),
            Route("/mails", pages.forget, methods=["DELETE"]),
            Route("/mails/{number:int}/html", pages.html),
        ]
    )


async def _run(options: argparse.Namespace, doorman: Doorman) -> None:
    stop = stop_signal()
    sink = new_sink(lambda: datetime.now(UTC))
    async with (
        serving_mail(sink, port=options.smtp_port, doorman=doorman) as port,
        serving(mail_app(sink), port=options.port) as url,
    ):
        print(f"mail at smtp://{HOST}:{port}", flush=True)
        print(f"listening on {url}", flush=True)
        await stop.wait()


def _doorman(options: argparse.Namespace, folder: Path) -> Doorman:
    if not options.starttls:
        return Doorman(user=options.user, password=options.password)
    from local.simulators.self_made_certificate import write_certificate  # noqa: PLC0415  # slow to load, seldom needed

    certificate = write_certificate(HOST, folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    # Whoever shall trust it: SSL_CERT_FILE=…
    print(f"certificate in {certificate}", flush=True)
    return Doorman("starttls", context, options.user, options.password)


def main() -> None:
    """Take mails until told to stop."""
    parser = argparse.ArgumentParser(description="A mail server for this machine only; it delivers nothing.")
    parser.add_argument("--port", type=int, default=0, help="where mails are read; 0 = a free port, which is printed")
    parser.add_argument("--smtp-port", type=int, default=0, help="where mails are taken; 0 = a free port")
    parser.add_argument("--starttls", action="store_true", help="require STARTTLS, with a certificate made now")
    parser.add_argument("--user", help="who may hand over mails; left out = anybody")
    parser.add_argument("--password", default="", help="that user's password")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mail-sink-") as folder:
        asyncio.run(_run(options, _doorman(options, Path(folder))))


if __name__ == "__main__":
    main()
