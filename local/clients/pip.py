"""The real pip, and twine to publish."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from packaging.utils import canonicalize_name

from local.clients.run import ClientFailed, run
from local.simulators.pypi_protocol_archives import build_wheel


@dataclass(frozen=True, slots=True)
class PipClient:
    """pip and twine with one index and, where that asks for one, a token; all they write is below `folder`.

    `index` is the address of the simple index, `upload_address` where twine posts.
    """

    folder: Path
    index: str
    upload_address: str
    token: str = ""

    def publish(self, name: str, version: str) -> None:
        """Upload a small wheel with twine."""
        folder = self._fresh("publish")
        file, content = build_wheel(name, version)
        (folder / file).write_bytes(content)
        command = (sys.executable, "-m", "twine", "upload", "--non-interactive", "--disable-progress-bar")
        credential = {"TWINE_USERNAME": "sample", "TWINE_PASSWORD": self.token or "none"}
        place = ("--repository-url", self.upload_address, str(folder / file))
        run((*command, *place), home=self.folder, env=credential, hide=self.token)

    def install(self, wanted: str) -> str:
        """Install into an empty folder, without cache; return the version that came.

        `wanted` is a name, or name==version.
        """
        target = self._fresh("install")
        command = (sys.executable, "-m", "pip", "install", "--isolated", "--no-cache-dir", "--no-deps", "--quiet")
        quiet = ("--disable-pip-version-check", "--retries", "0", "--no-input", "--only-binary", ":all:")
        place = ("--index-url", self._index_with_token(), "--trusted-host", urlsplit(self.index).hostname or "")
        run((*command, *quiet, *place, "--target", str(target), wanted), home=self.folder, hide=self.token)
        name = canonicalize_name(wanted.split("=", maxsplit=1)[0])
        for found in distributions(path=[str(target)]):
            if canonicalize_name(found.name) == name:
                return found.version
        raise ClientFailed(f"pip said that it installed {wanted}, but it is not there")

    def _index_with_token(self) -> str:
        if not self.token:
            return self.index
        parts = urlsplit(self.index)
        return urlunsplit(parts._replace(netloc=f"sample:{self.token}@{parts.netloc}"))

    def _fresh(self, what: str) -> Path:
        folder = self.folder / what
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder
