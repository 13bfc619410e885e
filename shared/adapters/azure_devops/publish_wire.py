"""The canary's version, as `npm publish` sends it: a package that does nothing, the same bytes each time it is made.

Source: https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md, and what npm's own client sends
    (https://github.com/npm/cli/blob/latest/workspaces/libnpmpublish/lib/publish.js)
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
from typing import Any, Final

from shared.adapters.azure_devops.addresses import Hosts, index_address
from shared.adapters.azure_devops.exchange import Request
from shared.adapters.azure_devops.index_wire import INDEXES
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName

_ABOUT: Final = "Feedwarden's canary: it does nothing, and is published once a day to see that feeds are guarded."


def publish_version(hosts: Hosts, ref: FeedRef, name: PackageName, version: str) -> Request:
    """Publish one version to a feed; a number that was used once is refused for ever, so a repeat does no harm.

    What Azure answers to a repeat is not documented (403 was seen); who needs to know looks what the feed holds.
    """
    path = INDEXES[Ecosystem.NPM].path(name)
    return Request("PUT", index_address(hosts.packages, ref, *path), json=_document(hosts, ref, name, version))


def tarball(name: PackageName, version: str) -> bytes:
    """Make the package's archive: its manifest, and nothing that could be run."""
    made, content = io.BytesIO(), json.dumps(_manifest(name, version), sort_keys=True).encode("ascii")
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        # Neither time nor owner of this machine gets in.
        entry = tarfile.TarInfo("package/package.json")
        entry.size, entry.mode = len(content), 0o644
        archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(made.getvalue(), mtime=0)


def _manifest(name: PackageName, version: str) -> dict[str, Any]:
    return {"name": name.spelling, "version": version, "description": _ABOUT}


def _document(hosts: Hosts, ref: FeedRef, name: PackageName, version: str) -> dict[str, Any]:
    content = tarball(name, version)
    # npm leaves the scope's "@" in, and its slash.
    file = f"{name.spelling}-{version}.tgz"
    registry = index_address(hosts.packages, ref, "npm", "registry")
    dist = {
        "integrity": f"sha512-{_base64(hashlib.sha512(content).digest())}",
        # The older digest of the format; `integrity` is what clients verify.
        "shasum": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        "tarball": f"{registry}/{name.spelling}/-/{file}",
    }
    manifest = {**_manifest(name, version), "_id": f"{name.spelling}@{version}", "dist": dist}
    attached = {"content_type": "application/octet-stream", "data": _base64(content), "length": len(content)}
    return {
        "_id": name.spelling,
        "name": name.spelling,
        "description": _ABOUT,
        "dist-tags": {"latest": version},
        "versions": {version: manifest},
        "access": None,
        "_attachments": {file: attached},
    }


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
