"""Build the package: the app's files, the wheels it needs, all compiled, in one archive; and the bill beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from local.release import bytecode
from local.release.archive import digest_of, write_archive
from local.release.commit import NotReleasable, Origin, git, origin_of
from local.release.content import app_files
from local.release.notes import notes_for
from local.release.sbom import bill_of, names_of
from local.release.wheels import SITE_PACKAGES, Wheel, install, wheels_of


@dataclass(frozen=True, slots=True)
class Package:
    """What was built; the archive's name with `.sha256` behind it holds its digest, as `sha256sum --check` reads it."""

    archive: Path
    bill: Path
    notes: Path
    sha256: str
    wheels: tuple[Wheel, ...]


def build(root: Path, into: Path) -> Package:
    """Build a package of what is in the project's folder. Raises NotReleasable."""
    origin = origin_of(root)
    notes = notes_for((root / "CHANGELOG.md").read_text(encoding="utf-8"), origin.version)
    into.mkdir(parents=True, exist_ok=True)
    archive = into / f"{origin.name}.zip"
    with tempfile.TemporaryDirectory(prefix="feedwarden-") as made:
        app = Path(made) / "app"
        stage(root, app)
        write_archive(app, archive, moment=origin.moment)
        wheels = wheels_of(root, app / SITE_PACKAGES)
    # Under the name that azure.yaml knows, whatever the version.
    shutil.copyfile(archive, into / "feedwarden.zip")
    sha256 = digest_of(archive)
    (into / f"{archive.name}.sha256").write_text(f"{sha256}  {archive.name}\n", encoding="utf-8")
    bill = _write(into / f"{origin.name}.cdx.json", _bill(root, wheels, origin, sha256))
    return Package(archive, bill, _write(into / f"{origin.name}.md", notes), sha256, wheels)


def stage(root: Path, app: Path) -> None:
    """Lay out the app as it will run. Raises NotReleasable."""
    for name in app_files(root):
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, app / name)
    install(root, app / SITE_PACKAGES)
    command = [sys.executable, "-I", "-S", bytecode.__file__, str(app)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise NotReleasable(f"these cannot be compiled:\n{ended.stderr.strip()}")


def uncommitted(root: Path) -> bool:
    """Tell whether what is packed is not what the commit holds."""
    return bool(git(root, "status", "--porcelain", "--untracked-files=normal", "--", *app_files(root)).strip())


def _bill(root: Path, wheels: tuple[Wheel, ...], origin: Origin, sha256: str) -> str:
    direct = names_of((root / "requirements.in").read_text(encoding="utf-8"))
    return bill_of(wheels, direct=direct, origin=origin, archive_sha256=sha256)


def _write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file
