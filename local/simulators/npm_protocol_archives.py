"""npm's tarballs: their digests, and small real packages made in memory for seeds."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any


def integrity(tarball: bytes) -> dict[str, str]:
    """Return the digests that a manifest's `dist` carries."""
    sha512 = base64.b64encode(hashlib.sha512(tarball).digest()).decode()
    # SHA-1 is what the protocol asks for beside SHA-512; nothing relies on it.
    return {"shasum": hashlib.sha1(tarball, usedforsecurity=False).hexdigest(), "integrity": f"sha512-{sha512}"}


def build_tarball(
    name: str,
    version: str,
    *,
    scripts: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], bytes]:
    """Make a small real package: its manifest, with what `more` adds to it, and a tarball that npm installs."""
    manifest: dict[str, Any] = {"name": name, "version": version, "main": "index.js", "license": "MIT", **(more or {})}
    if scripts:
        manifest["scripts"] = dict(scripts)
    contents = {"package.json": json.dumps(manifest), "index.js": f'module.exports = "{name}@{version}";\n'}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for path, text in (contents | dict(files or {})).items():
            entry = tarfile.TarInfo(f"package/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return manifest, buffer.getvalue()
