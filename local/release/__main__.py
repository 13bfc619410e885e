"""Package, print the notes, or check a tag: see the folder's own description."""

from __future__ import annotations

import argparse
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from local.release.commit import NotReleasable, version_of
from local.release.notes import notes_for, require_tag
from local.release.package import Package, build, uncommitted
from local.release.trial import import_time
from local.release.wheels import SITE_PACKAGES

ROOT: Final = Path(__file__).resolve().parents[2]
_MEGABYTE: Final = 1_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say; 1 = it cannot be released as it is."""
    chosen = _parser().parse_args(arguments)
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    try:
        if chosen.command == "package":
            if uncommitted(ROOT):
                print("This packs changes that no commit holds.", file=sys.stderr)
            _report(build(ROOT, chosen.into))
        elif chosen.command == "notes":
            print(notes_for(changelog, version_of(ROOT)), end="")
        else:
            require_tag(chosen.tag, changelog=changelog, version=version_of(ROOT))
    except NotReleasable as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.release", description=main.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    package = commands.add_parser("package", help="build the zip, its bill of materials and its notes")
    package.add_argument("--into", type=Path, default=ROOT / "dist", metavar="FOLDER", help="default: dist")
    commands.add_parser("notes", help="print what the newest section of CHANGELOG.md says")
    tag = commands.add_parser("tag", help="fail unless this is the tag of this version")
    tag.add_argument("tag")
    return parser


def _report(package: Package) -> None:
    """Say what was built, how large it is, and how long it takes to import."""
    with zipfile.ZipFile(package.archive) as archive, tempfile.TemporaryDirectory(prefix="feedwarden-") as made:
        entries = archive.infolist()
        archive.extractall(made)
        settings = ROOT / "local.settings.sample.json"
        times = [import_time(Path(made), name, settings=settings) for name in ("function_app", "azure.functions")]
    ours = sum(entry.file_size for entry in entries if not entry.filename.startswith(SITE_PACKAGES))
    print(f"{package.archive.name}  SHA-256 {package.sha256}")
    print(f"  {_megabytes(package.archive.stat().st_size)}, unpacked {_megabytes(sum(e.file_size for e in entries))}")
    print(f"  in {len(entries):,} files; the app's own are {_megabytes(ours)}")
    print(f"  import of function_app: {_shown(times[0])}; of azure.functions alone: {_shown(times[1])}")
    print(f"{package.bill.name}  {len(package.wheels)} packages")
    print(f"{package.notes.name}")


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:.1f} MB"


def _shown(time: timedelta) -> str:
    return f"{time / timedelta(milliseconds=1):.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
