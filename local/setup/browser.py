"""Find or install what the tests with a browser need: Chromium, and Microsoft's renderer of Adaptive Cards.

`python -m local.setup.browser PROJECT_FOLDER`, once `install.py` has run. A browser of this machine is taken where
there is one; else root gets Debian's by apt-get, and others Playwright's build, into `.browser`. Where none can be had,
that is said and nothing fails: the tests that need it are skipped, and say the same.

Standard library only, as `find_browser` serves tests too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from local.setup.stamps import STAMP, SetupFailed, fingerprint, is_current, put_stamp
from local.setup.steps import one_at_a_time, run, say

MISSING: Final = (
    "there is no browser here that starts: put Chromium or Chrome on the PATH, or run `make setup-browser` as root"
)
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FETCHED: Final = ("chromium-*/*/chrome", "chromium-*/*/*.app/Contents/MacOS/*")
_PATIENCE_SECONDS: Final = 30


def main(root: Path) -> int:
    """Install what is missing; answer with an exit code."""
    try:
        with one_at_a_time(root):
            install_renderer(root)
            install_browser(root)
    except SetupFailed as failure:
        print(f"Set-up failed: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Set-up was interrupted: run it again.", file=sys.stderr)
        return 130
    return 0


def find_browser(root: Path) -> Path | None:
    """Return a Chromium that starts: one on PATH, else the one that set-up fetched."""
    named = [Path(found) for name in _NAMES if (found := shutil.which(name))]
    fetched = [found for pattern in _FETCHED for found in sorted((root / ".browser").glob(pattern))]
    return next(filter(_starts, (*named, *fetched)), None)


def install_browser(root: Path) -> None:
    """Install a browser unless there is one; the first way that leads to one that starts is taken."""
    if find_browser(root) is not None:
        return
    for way in _ways():
        try:
            way(root)
        except SetupFailed as failure:
            print(failure, file=sys.stderr)
        if find_browser(root) is not None:
            return
    print(f"The tests with a browser will be skipped: {MISSING}.", file=sys.stderr)


def install_renderer(root: Path) -> None:
    """Install the renderer exactly as locked; none of its packages runs a script while installing."""
    files = [root / "local" / "card_renderer" / name for name in ("package.json", "package-lock.json")]
    folder = root / ".card_renderer"
    stamp = folder / STAMP
    wanted = fingerprint(files)
    if is_current(stamp, wanted):
        return
    say("Installing Microsoft's renderer of Adaptive Cards into .card_renderer")
    folder.mkdir(exist_ok=True)
    stamp.unlink(missing_ok=True)
    for file in files:
        shutil.copy(file, folder)
    run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)],
        root=root,
        cwd=folder,
        advice="the renderer could not be installed: check the network and npm's configuration",
    )
    put_stamp(stamp, wanted, root=root)


def _ways() -> Iterator[Callable[[Path], None]]:
    """Say how a browser may be had here, best first."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        yield _from_debian
    yield _from_playwright


def _from_debian(root: Path) -> None:
    """Install Debian's package, with a font for screenshots. Raises SetupFailed."""
    say("This machine has no browser for the tests: installing Chromium by apt-get (a minute or two)")
    advice = "Chromium could not be installed by apt-get"
    run(["apt-get", "update", "-qq"], root=root, advice=advice)
    packages = ("chromium", "fonts-dejavu-core")
    run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], root=root, advice=advice)


def _from_playwright(root: Path) -> None:
    """Fetch the build that Playwright's makers keep. Raises SetupFailed."""
    say("This machine has no browser for the tests: fetching Chromium into .browser (a minute or two)")
    os.environ["PLAYWRIGHT_BROWSERS_PATH"] = str(root / ".browser")
    command = [str(root / ".venv" / "bin" / "python"), "-m", "playwright", "install", "--no-shell", "chromium"]
    run(command, root=root, advice="Playwright's Chromium could not be fetched")


def _starts(program: Path) -> bool:
    """Tell whether a program answers: some systems have a placeholder of that name, or lack libraries for it."""
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, timeout=_PATIENCE_SECONDS, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return asked.returncode == 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
