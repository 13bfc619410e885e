"""The package of this very tree: the same bytes twice, only what belongs in it, and an app that the worker indexes."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from local.azurite.node import ROOT
from local.release.archive import digest_of, write_archive
from local.release.commit import origin_of
from local.release.package import Package, build, stage
from local.release.trial import import_time
from local.release.wheels import SITE_PACKAGES
from shared.bootstrap import VERSION

SETTINGS: Final = ROOT / "local.settings.sample.json"
# Indexes the unpacked app with the worker library that is in it. `local`, and what only `local` needs, come last.
_INDEX: Final = """
import asyncio, json, pathlib, sys
sys.path[:0] = sys.argv[1:3]
sys.path += sys.argv[3:]
from local.host.worker import index
functions = asyncio.run(index(pathlib.Path(sys.argv[1])))
files = {name: str(getattr(module, "__file__", None) or "") for name, module in sys.modules.items()}
print(json.dumps({"functions": [function.name for function in functions], "files": files}))
"""


@dataclass(frozen=True, slots=True)
class Built:
    """A package, another that was built beside it, and the first one unpacked."""

    package: Package
    again: Path
    app: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build twice, in folders of different names, side by side; that is most of what these tests cost."""
    folder = tmp_path_factory.mktemp("first")
    other = tmp_path_factory.mktemp("another-with-a-longer-name")
    with ThreadPoolExecutor() as threads:
        again = threads.submit(_pack_alone, other)
        package = build(ROOT, folder)
        again.result()
    with zipfile.ZipFile(package.archive) as archive:
        archive.extractall(folder / "app")
    return Built(package, other / "again.zip", folder / "app")


def _pack_alone(folder: Path) -> None:
    stage(ROOT, folder / "staged")
    write_archive(folder / "staged", folder / "again.zip", moment=origin_of(ROOT).moment)


def _names(built: Built) -> list[str]:
    with zipfile.ZipFile(built.package.archive) as archive:
        return archive.namelist()


def test_two_builds_are_equal_byte_by_byte(built: Built) -> None:
    """Other folder, other process, other hash seed: the same archive, whose digest stands beside it."""
    assert digest_of(built.package.archive) == digest_of(built.again) == built.package.sha256
    assert digest_of(built.package.archive.with_name("feedwarden.zip")) == built.package.sha256
    line = (built.package.archive.parent / f"{built.package.archive.name}.sha256").read_text(encoding="utf-8")
    assert line == f"{built.package.sha256}  {built.package.archive.name}\n"


def test_only_the_app_and_its_packages_are_in(built: Built) -> None:
    """Neither tests nor tools nor documents; and all of the app is."""
    tops = {name.partition("/")[0] for name in _names(built)}
    assert tops == {"function_app.py", "functions", "shared", "host.json", "requirements.txt", "__pycache__"} | {
        ".python_packages"
    }
    listed = {name for name in _names(built) if name.startswith(("functions/", "shared/")) and name.endswith(".py")}
    here = {str(file.relative_to(ROOT)) for part in ("functions", "shared") for file in (ROOT / part).rglob("*.py")}
    assert listed == here


def test_entries_tell_nothing_of_the_machine(built: Built) -> None:
    """Sorted, one time, one mode; no path of the build or of the project is in any file."""
    with zipfile.ZipFile(built.package.archive) as archive:
        entries = archive.infolist()
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
        assert len({(entry.date_time, entry.external_attr, entry.create_system) for entry in entries}) == 1
        made_in = Path(tempfile.gettempdir()) / "feedwarden-"
        places = [str(place).encode() for place in (ROOT, sys.prefix, built.again.parent, made_in)]
        assert [e.filename for e in entries if any(place in archive.read(e) for place in places)] == []


def test_every_module_is_compiled_and_believed(built: Built) -> None:
    """Each source has its unchecked `.pyc` of this Python beside it, so that a cold start compiles nothing."""
    names = set(_names(built))
    for name in names:
        if name.endswith(".py"):
            compiled = importlib.util.cache_from_source(name)
            assert compiled in names, name
            flags = (built.app / compiled).read_bytes()[4:8]
            # Source: https://peps.python.org/pep-0552/
            assert flags == (0b01).to_bytes(4, "little"), name


def test_the_worker_indexes_the_unpacked_app(built: Built) -> None:
    """Every function is found, with nothing of the packages that the app needs taken from this machine."""
    here = sysconfig.get_path("purelib")
    places = [str(built.app), str(built.app / SITE_PACKAGES), str(ROOT), here]
    settings = json.loads(SETTINGS.read_text(encoding="utf-8"))["Values"]
    ended = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _INDEX, *places],
        cwd=built.app,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout.splitlines()[-1])
    sources = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "functions").glob("*.py"))
    assert sorted(told["functions"]) == sorted(re.findall(r"function_name\(\"(\w+)\"\)", sources))
    packed = {entry.name.partition(".")[0] for entry in (built.app / SITE_PACKAGES).iterdir()}
    borrowed = {name.partition(".")[0] for name, file in told["files"].items() if file.startswith(here)}
    assert borrowed & packed == set()
    ours = {file for name, file in told["files"].items() if name.partition(".")[0] in ("shared", "functions")}
    assert all(file.startswith(str(built.app)) for file in ours if file)


def test_the_import_is_timed_from_the_package_alone(built: Built) -> None:
    """A figure comes out, and it is that of the unpacked app: the interpreter sees nothing else."""
    nothing, ours = (import_time(built.app, name, settings=SETTINGS, tries=1) for name in ("json", "function_app"))
    assert ours > nothing


def test_the_bill_is_valid_and_names_every_package(built: Built) -> None:
    """Strictly CycloneDX 1.6; each component is one that requirements.txt locks, with a hash that it allows."""
    text = built.package.bill.read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill, lock = json.loads(text), (ROOT / "requirements.txt").read_text(encoding="utf-8")
    locked = dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", lock, re.MULTILINE))
    assert {component["name"]: component["version"] for component in bill["components"]} == locked
    for component in bill["components"]:
        assert component["purl"] == f"pkg:pypi/{component['name']}@{component['version']}"
        assert f"sha256:{component['hashes'][0]['content']}" in lock
    assert bill["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": built.package.sha256}]
    assert set(re.findall(r"\w+://[^\"]*", text)) == {"http://cyclonedx.org/schema/bom-1.6.schema.json"}


def test_the_names_carry_the_version(built: Built) -> None:
    """One version, written once in pyproject.toml; the code's own is compared with it elsewhere."""
    assert built.package.archive.name == f"feedwarden-{VERSION}.zip"
    assert built.package.bill.name == f"feedwarden-{VERSION}.cdx.json"
    # Notes of what no version holds yet say so: tests/local/release/test_notes.py.
    assert built.package.notes.read_text(encoding="utf-8").startswith(f"# Feedwarden {_titled()}\n")


def _titled() -> str:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    return "unreleased" if changes.index("\n## ") == changes.find("\n## Unreleased\n") else VERSION
