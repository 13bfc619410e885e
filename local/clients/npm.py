"""The real npm."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from local.azurite.node import find_program, with_node
from local.clients.run import run

# Quick and quiet, and nothing of a package is run: an attacker's package is what these clients install.
_FLAGS: Final = (
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--ignore-scripts",
    "--fetch-retries=0",
    "--loglevel=error",
)


@dataclass(frozen=True, slots=True)
class NpmClient:
    """npm with one registry and, where that asks for one, a token; everything it writes is below `folder`."""

    folder: Path
    registry: str
    token: str = ""

    def publish(self, name: str, version: str) -> None:
        """Publish a small package."""
        package = self._fresh("publish")
        manifest = {"name": name, "version": version, "main": "index.js", "license": "MIT"}
        (package / "package.json").write_text(json.dumps(manifest))
        (package / "index.js").write_text(f"module.exports = {json.dumps(f'{name}@{version}')};\n")
        self._npm("publish", "--access=public", cwd=package)

    def install(self, wanted: str) -> str:
        """Install as a fresh machine would, with an empty cache; return the version that came.

        `wanted` is a name, or name@range.
        """
        project = self._fresh("install")
        (project / "package.json").write_text('{"name": "consumer", "version": "1.0.0", "private": true}')
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        self._npm("install", wanted, cwd=project)
        name = wanted if wanted.rfind("@") <= 0 else wanted[: wanted.rfind("@")]
        manifest: dict[str, Any] = json.loads((project / "node_modules" / name / "package.json").read_text())
        return str(manifest["version"])

    def versions(self, name: str) -> list[str]:
        """Return the versions that the registry lists."""
        listed = json.loads(self._npm("view", name, "versions", "--json", cwd=self._fresh("view")))
        return [listed] if isinstance(listed, str) else list(listed)

    def _fresh(self, what: str) -> Path:
        folder = self.folder / what
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def _npm(self, *words: str, cwd: Path) -> str:
        configuration = self.folder / "npmrc"
        address = urlsplit(self.registry)
        # npm wants a token even for registries that ask for none.
        lines = [f"registry={self.registry}", f"//{address.netloc}{address.path}:_authToken={self.token or 'none'}"]
        configuration.write_text("\n".join(lines) + "\n")
        places = (f"--userconfig={configuration}", f"--cache={self.folder / 'cache'}")
        program = str(find_program("npm"))
        # npm's own script starts `node` from PATH.
        path = {"PATH": with_node(os.environ)["PATH"]}
        return run((program, *words, *_FLAGS, *places), home=self.folder, cwd=cwd, env=path, hide=self.token)
