"""A sample app: it takes orders over HTTP, packs them from a queue, and counts what it sees."""

from __future__ import annotations

import json
import os
import time
import typing
from http import HTTPStatus
from pathlib import Path

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def _append(name: str, line: str) -> None:
    """Write a line where the test looks."""
    with Path(os.environ["WITNESS"], name).open("a", encoding="utf-8") as witness:
        witness.write(f"{line}\n")


@app.route("orders/{number:int}/{part?}", methods=["GET"])
def show_order(req: func.HttpRequest) -> func.HttpResponse:
    """Show all that reached the function."""
    seen = {
        "headers": dict(req.headers),
        "query": dict(req.params),
        "route": dict(req.route_params),
        "url": req.url,
        "sign_in": os.environ.get("WEBSITE_AUTH_ENABLED"),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")


@app.route("orders", methods=["POST"])
@app.queue_output(arg_name="orders", queue_name="%ORDERS%", connection="STORAGE_CONNECTION")
async def place_order(req: func.HttpRequest, orders: func.Out[str]) -> func.HttpResponse:
    """Queue the body."""
    orders.set(req.get_body().decode())
    response = func.HttpResponse(status_code=HTTPStatus.ACCEPTED)
    response.headers.add("Set-Cookie", "first=1; Path=/; HttpOnly; SameSite=Lax; Max-Age=60")
    response.headers.add("Set-Cookie", "second=2; Secure; Expires=Wed, 21 Oct 2026 07:28:00 GMT")
    return response


@app.route("orders/{*rest}", methods=["GET", "PUT"])
def echo(req: func.HttpRequest) -> func.HttpResponse:
    """Give the body back."""
    return func.HttpResponse(req.get_body(), headers={"X-Rest": req.route_params.get("rest", "")})


@app.route("plain")
def plain(req: func.HttpRequest) -> str:
    """Answer with a text."""
    return f"{req.method} höre"


@app.route("broken", methods=["GET"])
def broken(req: func.HttpRequest) -> func.HttpResponse:
    """Fail."""
    raise RuntimeError(req.url)


@app.route("slow", methods=["GET"])
def slow(req: func.HttpRequest) -> func.HttpResponse:
    """Say that it began, wait for the test's word, then answer."""
    _append("slow", req.method)
    while not Path(os.environ["WITNESS"], "go").exists():
        time.sleep(0.02)
    return func.HttpResponse("done")


@app.queue_trigger(arg_name="msg", queue_name="%ORDERS%", connection="STORAGE_CONNECTION")
@app.queue_output(arg_name="packed", queue_name="%ORDERS%-packed", connection="STORAGE_CONNECTION")
def pack_order(msg: func.QueueMessage, packed: func.Out[typing.List[str]], context: func.Context) -> None:  # noqa: UP006  # the worker knows only this spelling
    """Pack an order into two parcels; fail, or wait, where the order says so."""
    order = msg.get_body().decode()
    _append("tries", f"{order} {msg.dequeue_count} {context.function_name}")
    if order == "fail":
        raise ValueError(order)
    while order == "wait" and not Path(os.environ["WITNESS"], "go").exists():
        time.sleep(0.02)
    packed.set([f"{order}-left", f"{order}-right"])
    _append("orders", order)


@app.queue_trigger(arg_name="msg", queue_name="%ORDERS%-packed", connection="STORAGE_CONNECTION")
def ship_parcel(msg: func.QueueMessage) -> None:
    """Write down what is shipped."""
    _append("parcels", msg.get_body().decode())


@app.queue_trigger(arg_name="msg", queue_name="%ORDERS%-poison", connection="STORAGE_CONNECTION")
def bury_order(msg: func.QueueMessage) -> None:
    """Write down what nobody could pack."""
    _append("buried", msg.get_body().decode())


@app.timer_trigger(arg_name="timer", schedule="%TICKS%")
def tick(timer: func.TimerRequest) -> None:
    """Write down each tick, and take longer than one."""
    _append("ticks", f"begin {timer.past_due}")
    time.sleep(1.2)
    _append("ticks", "end")


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *", run_on_startup=True)
async def start_up(timer: func.TimerRequest) -> None:
    """Write down that the app started, or was started by hand."""
    _append("starts", str(timer.past_due))
