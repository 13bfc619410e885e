"""A host for Python function apps (programming model v2), for laptops and tests; never deployed.

    python -m local.host --app FOLDER --port 0

It plays the part of the Azure Functions host around the *real* worker library, `azure-functions-runtime`, which
is what runs the functions in production: HTTP routes, timers, storage queues, queue outputs, the admin call that
starts a function by hand. What the worker does not check (schedules, route conflicts, missing settings) is checked
at start, all problems in one message.

With `--sign-in FILE` it also plays App Service Authentication: see `sign_in.py`.

As with `func start`, auth levels and keys are not enforced: every function answers anybody who reaches the loopback
interface. Not modelled: the timers' singleton lock and the catching up of missed runs, retry policies, scaling,
streaming, other bindings. Functions run in the host's own process and event loop, so a function that blocks the
loop also keeps the host from accepting; in production it only blocks its worker.

In tests, `index` tells what an app would serve, and `Worker.invoke` runs one function without any server. The worker
keeps its registry in a module global: one app per process.
"""

from __future__ import annotations

from local.host.metadata import Function, HttpTrigger, QueueOutput, QueueTrigger, TimerTrigger
from local.host.settings import HostSettings, HttpSettings, QueueSettings, read_host_settings
from local.host.validation import AppRefused, find_problems
from local.host.worker import InvocationFailed, Worker, index

__all__ = [
    "AppRefused",
    "Function",
    "HostSettings",
    "HttpSettings",
    "HttpTrigger",
    "InvocationFailed",
    "QueueOutput",
    "QueueSettings",
    "QueueTrigger",
    "TimerTrigger",
    "Worker",
    "find_problems",
    "index",
    "read_host_settings",
]
