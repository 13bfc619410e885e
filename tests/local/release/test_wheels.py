"""Installed wheels: which they are, and that nothing of the machine stays beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.release.commit import NotReleasable
from local.release.wheels import Wheel, match_wheels, tidy

_LOCK = f"demo==1.0 \\\n    --hash=sha256:{'a' * 64} \\\n    --hash=sha256:{'b' * 64}\n"
_TAGS = ("cp313-cp313-manylinux_2_17_x86_64", "cp313-cp313-manylinux2014_x86_64")
_FILE = "demo-1.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Make a folder with one installed package, as an installer leaves it."""
    files = {
        "demo/__init__.py": "",
        "bin/demo": "#!/home/someone/.venv/bin/python\n",
        ".lock": "",
        "demo-1.0.dist-info/METADATA": "Metadata-Version: 2.4\nName: Demo\nVersion: 1.0\nLicense-Expression: MIT\n",
        "demo-1.0.dist-info/WHEEL": "".join(f"Tag: {tag}\n" for tag in _TAGS),
        "demo-1.0.dist-info/uv_cache.json": '{"timestamp": 1}',
        "demo-1.0.dist-info/RECORD": "demo/__init__.py,,\n../../bin/demo,sha256=x,9\n"
        "demo-1.0.dist-info/uv_cache.json,,\ndemo-1.0.dist-info/METADATA,,\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def _known(*files: tuple[str, str]) -> dict[str, Any]:
    wheels = [{"url": f"https://index.example.test/{file}", "hashes": {"sha256": sha256}} for file, sha256 in files]
    return {"packages": [{"name": "demo", "version": "1.0", "wheels": wheels}]}


def test_what_depends_on_the_machine_goes(site: Path) -> None:
    """Programs with a path in them, and notes of the installer; the record says what is still there, sorted."""
    tidy(site)
    left = sorted(str(file.relative_to(site)) for file in site.rglob("*") if file.is_file())
    folder = "demo-1.0.dist-info"
    assert left == [f"{folder}/METADATA", f"{folder}/RECORD", f"{folder}/WHEEL", "demo/__init__.py"]
    assert (site / folder / "RECORD").read_text(encoding="utf-8") == f"{folder}/METADATA,,\ndemo/__init__.py,,\n"


def test_the_wheel_is_found_by_its_tags(site: Path) -> None:
    """Of all that the lock allows it is the one that was installed, by its file's own hash."""
    known = _known(("demo-1.0-py3-none-any.whl", "a" * 64), (_FILE, "b" * 64))
    assert match_wheels(site, known, lock=_LOCK) == (Wheel("demo", "1.0", _FILE, "b" * 64, "MIT", ()),)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (_known(("demo-1.0-py3-none-any.whl", "a" * 64)), "0 known wheels"),
        (_known((_FILE, "a" * 64), (_FILE, "b" * 64)), "2 known wheels"),
        (_known((_FILE, "c" * 64)), "not one that"),
    ],
)
def test_a_wheel_that_is_in_doubt_is_refused(site: Path, known: dict[str, Any], why: str) -> None:
    """A bill that may be wrong is none."""
    with pytest.raises(NotReleasable, match=why):
        match_wheels(site, known, lock=_LOCK)


def test_a_package_that_is_missing_is_told(site: Path) -> None:
    """The lock names two, and one was installed."""
    known = _known((_FILE, "a" * 64))
    known["packages"].append({"name": "other", "version": "1", "wheels": []})
    with pytest.raises(NotReleasable, match="what is installed"):
        match_wheels(site, known, lock=_LOCK)
