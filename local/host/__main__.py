"""`python -m local.host --app FOLDER [--port PORT]`: run a function app until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import logging
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

from local.host.personas import read_personas
from local.host.server import Options, load, serve
from local.host.worker import Worker
from shared.errors import FeedwardenError

_LAST_PORT: Final = 65_535


def main(arguments: list[str] | None = None) -> int:
    """Run the host; answer with an exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.host", description=__doc__)
    parser.add_argument("--app", type=Path, required=True, help="the folder with function_app.py and host.json")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--lease", type=float, default=10.0, help="seconds after which a killed host's messages return")
    parser.add_argument("--sign-in", type=Path, metavar="FILE", help="turn sign-in on for the personas in a JSON file")
    parser.add_argument("--index", action="store_true", help="only check the app, and print its functions as JSON")
    options = parser.parse_args(arguments)
    if not 0 <= options.port <= _LAST_PORT or options.lease <= 0:
        parser.error("--port goes from 0 to 65535, --lease is more than 0")
    if not (options.app / "host.json").is_file():
        parser.error(f"{options.app} is no folder of a function app: it holds no host.json")
    _log_to_stderr()
    folder = options.app.resolve()
    personas_file = options.sign_in.resolve() if options.sign_in else None
    # As in production, functions run in the app's folder.
    os.chdir(folder)
    try:
        if options.index:
            worker, _, _ = asyncio.run(load(folder))
            print(json.dumps(_describe(worker), indent=2))
            worker.stop()
        else:
            lease = timedelta(seconds=options.lease)
            personas = read_personas(personas_file) if personas_file else ()
            asyncio.run(serve(Options(app_folder=folder, port=options.port, lease=lease, personas=personas)))
    except FeedwardenError as error:
        print(f"The app cannot be run:\n{error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The host cannot listen on port {options.port}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _log_to_stderr() -> None:
    """Log as the host's console does: the app's own lines and each run, not the SDK's chatter."""
    handler = logging.StreamHandler()
    # The message only: it is all that the real worker passes on, so what is not in it cannot be relied on.
    handler.setFormatter(logging.Formatter("[%(asctime)s] %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in ("azure", "httpx", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _describe(worker: Worker) -> list[dict[str, object]]:
    """Return the functions as plain data, each trigger with its kind."""
    return [dataclasses.asdict(function) | {"kind": type(function.trigger).__name__} for function in worker.functions]


if __name__ == "__main__":
    sys.exit(main())
