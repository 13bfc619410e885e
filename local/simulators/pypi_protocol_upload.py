"""PyPI's upload form, which twine posts, and what a file's name tells.

Source: https://github.com/pypi/warehouse/blob/main/docs/user/api/upload.md
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version
from starlette.datastructures import UploadFile
from starlette.requests import Request

from local.simulators.pypi_about import PypiAbout, labelled_urls
from shared.errors import UntrustedInput


@dataclass(frozen=True, slots=True)
class PypiUpload:
    """What `twine upload` sends for one file."""

    name: str
    version: str
    filename: str
    content: bytes
    requires_python: str | None
    about: PypiAbout = field(default_factory=PypiAbout)


def file_version(filename: str) -> tuple[str, Version]:
    """Return the normalized name and the version that a wheel's or source archive's name tells.

    Raises:
        UntrustedInput: no name of such a file.
    """
    try:
        if filename.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(filename)
            return name, version
        return parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        raise UntrustedInput(f"{filename[:100]!r} is no name of a wheel or source archive") from error


async def receive_upload(request: Request) -> PypiUpload:
    """Read the form that twine posts.

    Raises:
        UntrustedInput: another action, a missing field, a digest or a file name that does not fit.
    """
    async with request.form() as form:
        content = form.get("content")
        if form.get(":action") != "file_upload" or not isinstance(content, UploadFile):
            raise UntrustedInput("this is no upload form: ':action' must be 'file_upload', with a 'content' file")
        fields = {key: value for key, value in form.items() if isinstance(value, str)}
        urls = labelled_urls(line for line in form.getlist("project_urls") if isinstance(line, str))
        return _upload(fields, content.filename or "", await content.read(), urls)


def _upload(fields: Mapping[str, str], filename: str, content: bytes, urls: Mapping[str, str]) -> PypiUpload:
    name, version = file_version(filename)
    if canonicalize_name(fields.get("name", "")) != name or fields.get("version", "") == "":
        raise UntrustedInput(f"the file {filename!r} does not belong to the project {fields.get('name')!r}")
    if fields.get("sha256_digest") not in (None, "", hashlib.sha256(content).hexdigest()):
        raise UntrustedInput("the file does not match its announced digest")
    about = PypiAbout(fields.get("summary", ""), fields.get("author", ""), fields.get("home_page", ""), urls)
    return PypiUpload(fields["name"], str(version), filename, content, fields.get("requires_python") or None, about)
