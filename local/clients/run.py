"""Run one client command, apart from the machine's own configuration of that client."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from shared.errors import FeedwardenError

_CONFIGURED_BY = ("npm_config_", "pip_", "twine_", "node_options", "virtual_env", "pythonpath")


class ClientFailed(FeedwardenError):
    """A client command did not succeed; the text is what it said, without the credential."""


def run(  # noqa: PLR0913  # a process has that many sides; all but the first are keyword-only
    command: Sequence[str],
    *,
    home: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    hide: str = "",
    timeout: timedelta = timedelta(minutes=2),
) -> str:
    """Run a command to its end and return what it printed.

    `home` is its home directory; `hide` is a text that no error may show.

    Raises:
        ClientFailed: it ended with an error, or not in time.
    """
    inherited = {key: value for key, value in os.environ.items() if not key.lower().startswith(_CONFIGURED_BY)}
    # The machine's proxy and mirror serve the machine's owner; these clients talk to loopback only.
    own = {"HOME": str(home), "NO_PROXY": "*", "no_proxy": "*", "PIP_CONFIG_FILE": os.devnull}
    try:
        done = subprocess.run(
            command,
            cwd=cwd or home,
            env=inherited | own | dict(env or {}),
            capture_output=True,
            text=True,
            timeout=timeout.total_seconds(),
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise ClientFailed(f"{command[0]} did not end within {timeout}") from error
    if done.returncode != 0:
        said = f"{done.stdout}\n{done.stderr}".strip()
        raise ClientFailed(f"{Path(command[0]).name} failed:\n{said.replace(hide, '***') if hide else said}")
    return done.stdout
