"""Starts the parts in order, watches them, and ends them in the reverse order."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from local import azurite
from local.azurite.node import ROOT
from local.processes import Child, ChildFailed
from local.simulators.server import base_url, bind
from local.stack.addresses import READY, Addresses
from local.stack.sample import PERSONAS_FILE, app_settings, environment

_READY: Final = r"listening on (http://127\.0\.0\.1:\d+)"
_LOGS: Final = ROOT / ".run"


class Stack:
    """Everything that Feedwarden needs, running; use it in a `with`.

    Args:
        settings_overrides: settings of the app that differ from `local.stack.sample.app_settings`.
        seed: what is in the simulated organization; None = its sample.
        app: the folder of the function app.
    """

    def __init__(
        self, settings_overrides: Mapping[str, str] | None = None, *, seed: Path | None = None, app: Path = ROOT
    ) -> None:
        self._overrides = dict(settings_overrides or {})
        self._seed = seed
        self._app_folder = app
        self._cleanup = ExitStack()
        self._children: dict[str, Child] = {}
        self._settings: dict[str, str] = {}
        self._starts = 0
        self.logs = Path()
        self.connection_string = ""
        self.npm_url = ""
        self.pypi_url = ""
        self.other_urls: dict[str, str] = {}
        self.feeds_url = ""
        self.mail_url = ""
        self.teams_url = ""
        self.app_url = ""

    def __enter__(self) -> Self:
        """Start all parts and wait until each is ready. Raises ChildFailed, NotSetUp; nothing is left running then."""
        with ExitStack() as cleanup:
            self._cleanup = cleanup
            self._start_services()
            self.start_app()
            self._cleanup = cleanup.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End all parts, the app first."""
        self._cleanup.close()

    def start_app(self, extra_env: Mapping[str, str] | None = None) -> None:
        """Start the app, again where it was killed; it keeps its address. Raises ChildFailed."""
        self._starts += 1
        port = urlsplit(self.app_url).port
        module = ["local.host", "--app", str(self._app_folder), "--port", str(port), "--sign-in", str(PERSONAS_FILE)]
        child = self._spawn("app", module, settings=self._settings | dict(extra_env or {}), log=f"app-{self._starts}")
        child.wait_for(_READY)

    def stop_app(self) -> None:
        """Ask the app to stop: what is under way ends first."""
        self._children.pop("app").stop()

    def kill_app(self) -> None:
        """End the app at once, wherever it is: nothing in it gets to clean up."""
        self._children.pop("app").kill()

    def app_is_running(self) -> bool:
        """Say whether the app's process lives."""
        app = self._children.get("app")
        return app is not None and app.exit_code is None

    def kill_part(self, name: str) -> None:
        """End one part at once, by its name, such as `azurite`."""
        self._children.pop(name).kill()

    def check(self) -> None:
        """Raise ChildFailed where a part has ended by itself; the text says which, and shows the end of its log."""
        for child in self._children.values():
            if child.exit_code is not None:
                raise ChildFailed(
                    f"{child.name} ended with exit code {child.exit_code}; the end of {child.log}:\n{child.tail()}"
                )

    def app_log(self) -> str:
        """Return all that the app has logged since it was last started."""
        return (self.logs / f"app-{self._starts}.log").read_text(encoding="utf-8", errors="replace")

    @property
    def connection_file(self) -> Path:
        """Return the file that holds the connection string, for commands in another terminal."""
        return self.logs / "storage-connection"

    def _start_services(self) -> None:
        """Start what the app talks to; what does not need each other starts side by side."""
        _LOGS.mkdir(exist_ok=True)
        self.logs = Path(tempfile.mkdtemp(prefix="stack-", dir=_LOGS))
        self._keep_a_port()
        seed = ["--seed", str(self._seed)] if self._seed else []
        services = self._spawn("services", ["local.stack.services", *seed])
        self._start_storage()
        told = Addresses(**json.loads(services.wait_for(READY).group(1)))
        registries = dict(told.registries)
        self._settings = app_settings(
            devops_url=told.feeds,
            registry_urls=tuple(registries.values()),
            cargo_url=registries["cargo"],
            connection_string=self.connection_string,
            public_url=self.app_url,
            smtp_url=told.smtp,
            teams_url=told.webhook,
        )
        self.feeds_url, self.mail_url, self.teams_url = told.feeds, told.mail, told.teams
        self.npm_url, self.pypi_url = registries.pop("npm"), registries.pop("pypi")
        self.other_urls = registries
        self._settings |= self._overrides

    def _start_storage(self) -> None:
        """Start the storage emulator, and leave word of it for commands in another terminal."""
        storage = azurite.start(log=self.logs / "azurite.log")
        self._children["azurite"] = storage.child
        self._cleanup.callback(storage.stop)
        self.connection_string = storage.connection_string
        self.connection_file.write_text(storage.connection_string, encoding="utf-8")

    def _keep_a_port(self) -> None:
        """Choose the app's address before its first start, since letters lead there, and for all later ones."""
        kept = bind(0)
        self.app_url = base_url(kept)
        # Where a socket that does not listen lets the app have its port all the same, nobody else gets it meanwhile.
        if sys.platform == "linux":
            self._cleanup.callback(kept.close)
        else:
            kept.close()

    def _spawn(
        self, name: str, module: list[str], *, settings: Mapping[str, str] | None = None, log: str = ""
    ) -> Child:
        """Start one of our Python programs."""
        child = Child.start(
            [sys.executable, "-m", *module],
            name=f"the {name}",
            log=self.logs / f"{log or name}.log",
            env=environment(os.environ, settings or {}),
            cwd=ROOT,
        )
        self._children[name] = child
        self._cleanup.callback(child.stop)
        return child
