"""Tests of PyPI's wire as simulators speak it."""

from __future__ import annotations

import io
import tarfile
import zipfile
from datetime import UTC, datetime
from typing import Final

import pytest

from local.simulators.pypi_protocol import (
    LEGACY_HTML,
    SIMPLE_HTML,
    SIMPLE_JSON,
    PypiFile,
    PypiProject,
    detail_document,
    negotiate,
    render_detail,
    render_index,
)
from local.simulators.pypi_protocol_archives import build_sdist, build_wheel
from local.simulators.pypi_protocol_upload import file_version
from shared.errors import UntrustedInput

_AT: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", LEGACY_HTML),
        ("*/*", LEGACY_HTML),
        (SIMPLE_JSON, SIMPLE_JSON),
        (f"{SIMPLE_JSON}, {SIMPLE_HTML}; q=0.1, text/html; q=0.01", SIMPLE_JSON),
        (f"{SIMPLE_JSON};q=0.1, {SIMPLE_HTML};q=0.5", SIMPLE_HTML),
        ("application/vnd.pypi.simple.latest+json", SIMPLE_JSON),
        ("text/html; charset=utf-8", LEGACY_HTML),
        ("image/png", None),
        (f"{SIMPLE_JSON};q=0", None),
        (f"{SIMPLE_JSON};q=much", None),
    ],
)
def test_the_form_is_chosen_by_weight(accept: str, chosen: str | None) -> None:
    """As pip and other installers ask for it."""
    assert negotiate(accept) == chosen


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("Acme_Billing-1.0-py3-none-any.whl", ("acme-billing", "1.0")),
        ("acme.billing-1.0rc1.tar.gz", ("acme-billing", "1.0rc1")),
        ("acme_billing-1.0.zip", ("acme-billing", "1.0")),
    ],
)
def test_a_file_name_tells_name_and_version(filename: str, expected: tuple[str, str]) -> None:
    """Wheels and source archives."""
    name, version = file_version(filename)
    assert (name, str(version)) == expected


@pytest.mark.parametrize("filename", ["", "acme.exe", "acme-1.0.whl", "../acme-1.0.tar.gz.sig"])
def test_other_file_names_are_refused(filename: str) -> None:
    """With our own error."""
    with pytest.raises(UntrustedInput):
        file_version(filename)


def test_a_built_wheel_and_archive_carry_their_metadata() -> None:
    """And are the same bytes every time, for a wheel."""
    filename, wheel = build_wheel("Acme.Billing", "1.0", requires_python=">=3.8")
    assert filename == "acme_billing-1.0-py3-none-any.whl"
    assert build_wheel("Acme.Billing", "1.0", requires_python=">=3.8") == (filename, wheel)
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        assert b"Requires-Python: >=3.8" in archive.read("acme_billing-1.0.dist-info/METADATA")
    filename, sdist = build_sdist("Acme.Billing", "1.0")
    assert filename == "acme_billing-1.0.tar.gz"
    with tarfile.open(fileobj=io.BytesIO(sdist)) as archive:
        assert "acme_billing-1.0/PKG-INFO" in archive.getnames()


def _file(version: str, *, yanked: str | None = None) -> PypiFile:
    filename, content = build_wheel("acme", version)
    return PypiFile(filename, content, _AT, ">=3.8", yanked)


def _url(file: PypiFile) -> str:
    return f"/files/{file.filename}"


def test_the_json_page() -> None:
    """PEP 691, 700 and 792: versions, upload times, sizes, yanks with and without a reason, the status."""
    files = (_file("1.10"), _file("1.9", yanked=""), _file("1.8", yanked="broken"))
    document = detail_document(PypiProject("Acme", files, "archived", 7), file_url=_url)
    assert document["meta"] == {"_last-serial": 7, "api-version": "1.4"}
    assert (document["name"], document["project-status"]) == ("acme", {"status": "archived"})
    assert document["versions"] == ["1.8", "1.9", "1.10"]
    assert [file["yanked"] for file in document["files"]] == [False, True, "broken"]
    first = document["files"][0]
    assert (first["upload-time"], first["size"]) == ("2026-08-01T10:00:00.000000Z", len(files[0].content))
    assert first["hashes"] == {"sha256": files[0].sha256}


def test_the_html_page() -> None:
    """PEP 503 and 592: links with digests, constraints and yanks, all escaped."""
    project = PypiProject("acme", (_file("1.0", yanked='"><script>'),))
    page = render_detail(project, content_type=SIMPLE_HTML, file_url=_url).decode()
    assert f"#sha256={project.files[0].sha256}" in page
    assert 'data-requires-python="&gt;=3.8"' in page
    assert 'data-yanked="&quot;&gt;&lt;script&gt;"' in page
    assert '<meta name="pypi:project-status" content="active">' in page


def test_a_project_in_quarantine_offers_nothing() -> None:
    """Neither files nor versions, and it is not on the list of all projects."""
    project = PypiProject("bad", (_file("1.0"),), "quarantined")
    document = detail_document(project, file_url=_url)
    assert (document["files"], document["versions"]) == ([], [])
    listed = [project, PypiProject("Zero"), PypiProject("acme", (_file("1.0"),))]
    html = render_index(listed, content_type=LEGACY_HTML, last_serial=9).decode()
    assert html.index('<a href="acme/">acme</a>') < html.index('<a href="zero/">Zero</a>')
    assert "bad" not in html
    assert b'"_last-serial": 9' in render_index(listed, content_type=SIMPLE_JSON, last_serial=9)
