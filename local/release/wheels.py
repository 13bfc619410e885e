"""The packages that the app needs, installed as locked for the platform it runs on; and which wheels those are.

Source: https://learn.microsoft.com/azure/azure-functions/python-build-options
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any, Final

from packaging.utils import canonicalize_name, parse_wheel_filename

from local.release.commit import NotReleasable

SITE_PACKAGES: Final = ".python_packages/lib/site-packages"
"""Where the worker looks for them, inside the app."""

# Functions' image for Python 3.13 is Debian 12, whose glibc is newer than that of this tag.
PLATFORM: Final = ("--python-version", "3.13", "--python-platform", "x86_64-manylinux_2_28")
LOCK: Final = "requirements.txt"
# What only tells how and on which machine something was installed.
_NOISE: Final = ("uv_cache.json", "direct_url.json", "REQUESTED")


@dataclass(frozen=True, slots=True)
class Wheel:
    """One installed wheel; `licence` is an SPDX expression, else what its classifier says, else empty."""

    name: str
    version: str
    file: str
    sha256: str
    licence: str
    requires: tuple[str, ...]


def install(root: Path, into: Path) -> None:
    """Install what requirements.txt locks; everything is a wheel whose hash fits. Raises NotReleasable."""
    flags = ("--quiet", "--require-hashes", "--only-binary", ":all:", "--link-mode", "copy", "--no-compile-bytecode")
    where = ("--target", str(into), "--python", sys.executable)
    _uv(root, "pip", "install", *flags, *where, *PLATFORM, "-r", LOCK)
    tidy(into)


def tidy(site: Path) -> None:
    """Remove what depends on the machine: programs with its Python's path in them, and notes of the installer."""
    (site / ".lock").unlink(missing_ok=True)
    for file in sorted((site / "bin").glob("*")):
        file.unlink()
    if (site / "bin").is_dir():
        (site / "bin").rmdir()
    for folder in sorted(site.glob("*.dist-info")):
        for name in _NOISE:
            (folder / name).unlink(missing_ok=True)
        record = folder / "RECORD"
        lines = record.read_text(encoding="utf-8").splitlines()
        kept = sorted(line for line in lines if (site / line.rsplit(",", 2)[0].strip('"')).exists())
        record.write_text("\n".join(kept) + "\n", encoding="utf-8")


def wheels_of(root: Path, site: Path) -> tuple[Wheel, ...]:
    """Return which wheels were installed, by name; each is one that requirements.txt allows. Raises NotReleasable."""
    flags = ("--quiet", "--no-header", "--generate-hashes", "--format", "pylock.toml")
    known = tomllib.loads(_uv(root, "pip", "compile", *flags, *PLATFORM, LOCK))
    return match_wheels(site, known, lock=(root / LOCK).read_text(encoding="utf-8"))


def match_wheels(site: Path, known: Mapping[str, Any], *, lock: str) -> tuple[Wheel, ...]:
    """Find the wheel of each installed package among those of a pylock document, by its name and its tags.

    Source: https://packaging.python.org/en/latest/specifications/pylock-toml/
    """
    allowed = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))
    packages = {str(package["name"]): package for package in known["packages"]}
    found = (_wheel(package, packages[canonicalize_name(package.name)]) for package in distributions(path=[str(site)]))
    wheels = tuple(sorted(found, key=lambda wheel: wheel.name))
    for wheel in wheels:
        if wheel.sha256 not in allowed:
            raise NotReleasable(f"{wheel.file} is not one that {LOCK} allows")
    if {wheel.name for wheel in wheels} != set(packages):
        raise NotReleasable(f"what is installed is not what {LOCK} locks")
    return wheels


def _wheel(package: Distribution, known: Mapping[str, Any]) -> Wheel:
    tags = set(re.findall(r"^Tag: (\S+)$", package.read_text("WHEEL") or "", re.MULTILINE))
    fitting = [(file, sha256) for file, sha256 in _files(known["wheels"]) if _tags(file) == tags]
    if len(fitting) != 1:
        raise NotReleasable(f"{len(fitting)} known wheels of {package.name} fit what is installed")
    name, (file, sha256) = canonicalize_name(package.name), fitting[0]
    return Wheel(name, package.version, file, sha256, _licence(package), tuple(package.requires or ()))


def _files(wheels: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for wheel in wheels:
        yield str(wheel.get("name") or wheel["url"].rpartition("/")[2]), str(wheel["hashes"]["sha256"])


def _tags(file: str) -> set[str]:
    return {str(tag) for tag in parse_wheel_filename(file)[3]}


def _licence(package: Distribution) -> str:
    said = package.metadata.get_all("License-Expression") or []
    classifiers = package.metadata.get_all("Classifier") or []
    named = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith("License :: OSI Approved :: ")]
    return str(said[0]) if said else ", ".join(named)


def _uv(root: Path, *arguments: str) -> str:
    program = Path(sys.executable).with_name("uv")
    try:
        ended = subprocess.run([program, *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NotReleasable("uv is missing: run `make setup`") from error
    if ended.returncode != 0:
        raise NotReleasable(f"uv {arguments[1]} failed:\n{ended.stderr.strip()[-2_000:]}")
    return ended.stdout
