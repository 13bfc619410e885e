"""Small real Python packages, made in memory: what seeds of simulators consist of."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Mapping

from packaging.utils import canonicalize_name
from packaging.version import Version


def _stem(name: str, version: str) -> str:
    return f"{canonicalize_name(name).replace('-', '_')}-{Version(version)}"


def _metadata(name: str, version: str, requires_python: str | None) -> str:
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", "Summary: A sample package"]
    if requires_python:
        lines.append(f"Requires-Python: {requires_python}")
    return "\n".join(lines) + "\n"


def _record_line(path: str, text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(text.encode())}"


def build_wheel(
    name: str, version: str, *, requires_python: str | None = None, modules: Mapping[str, str] | None = None
) -> tuple[str, bytes]:
    """Make a wheel that pip installs: its file name and its bytes; `modules` = path to source."""
    stem = _stem(name, version)
    info = f"{stem}.dist-info"
    module = canonicalize_name(name).replace("-", "_")
    contents = {
        **(modules or {f"{module}.py": f'__version__ = "{version}"\n'}),
        f"{info}/METADATA": _metadata(name, version, requires_python),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: feedwarden\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [_record_line(path, text) for path, text in contents.items()]
    contents[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in contents.items():
            # A fixed time makes the same package the same bytes in every run.
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)
    return f"{stem}-py3-none-any.whl", buffer.getvalue()


def build_sdist(name: str, version: str, *, requires_python: str | None = None) -> tuple[str, bytes]:
    """Make a source archive: its file name and its bytes. Building it takes setuptools."""
    stem = _stem(name, version)
    module = canonicalize_name(name).replace("-", "_")
    contents = {
        "PKG-INFO": _metadata(name, version, requires_python),
        "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n'
        f'[project]\nname = "{name}"\nversion = "{version}"\n\n[tool.setuptools]\npy-modules = ["{module}"]\n',
        f"{module}.py": f'__version__ = "{version}"\n',
    }
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, text in contents.items():
            entry = tarfile.TarInfo(f"{stem}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return f"{stem}.tar.gz", buffer.getvalue()
