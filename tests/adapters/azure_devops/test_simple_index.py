"""A project's page of a Python index: its files, in both forms, and their versions."""

from __future__ import annotations

import pytest
from packaging.version import Version

from shared.adapters.azure_devops.exchange import Answer
from shared.adapters.azure_devops.simple_index import JSON, distribution_files, version_of
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import UnexpectedAnswer
from tests.adapters.azure_devops.samples import answer, page

_NAME = PackageName.of(Ecosystem.PYPI, "Acme.Core")


@pytest.mark.parametrize(
    ("body", "files"),
    [
        ('<a href="a-1.tar.gz">x</a>', ("a-1.tar.gz",)),
        ('<A HREF="https://x.example.test/f/a-1.tar.gz?sig=%2F..#sha256=00">x</A>', ("a-1.tar.gz",)),
        ('<a href="a-1%2Blocal-py3-none-any.whl" data-yanked="">x</a>', ("a-1+local-py3-none-any.whl",)),
        ('<a name="top"></a><a href></a><a href="../">up</a><a href="a-1.ZIP">x</a>', ("a-1.ZIP",)),
        ('<a href="http://[broken/a-1.zip">x</a><a href="a-1.tar.xz">x', ("a-1.tar.xz",)),
        ('<a href="a-1.whl&amp;x">x</a><a href="a-2.whl">x</a><!-- <a href="a-3.whl"> -->', ("a-2.whl",)),
    ],
)
def test_files_are_where_the_links_lead(body: str, files: tuple[str, ...]) -> None:
    """As installers find them: whatever is no wheel and no archive is passed over."""
    assert distribution_files(page(body)) == files


def test_html_without_its_content_type_is_seen_by_its_first_letter() -> None:
    """Some proxies drop the header."""
    assert distribution_files(Answer(200, {}, b' \n<a href="a-1.whl">')) == ("a-1.whl",)


@pytest.mark.parametrize(
    "got",
    [
        page(""),
        page("<!DOCTYPE html><title>Sign in</title><a href='/privacy'>Privacy</a>"),
        page("<![odd <a href='a-1.whl'>"),
        Answer(200, {"content-type": "text/html"}, b'<a href="\xff-1.whl">'),
        answer({"files": None}),
        answer({"files": [{"url": "a-1.whl"}]}),
        answer({}, headers={"content-type": JSON}),
        Answer(200, {}, b""),
    ],
)
def test_a_page_without_files_could_be_any_page(got: Answer) -> None:
    """Only JSON can say that there is none."""
    with pytest.raises(UnexpectedAnswer):
        distribution_files(got)


def test_json_may_list_nothing() -> None:
    """Its shape tells that it is the index."""
    assert distribution_files(answer({"files": []}, headers={"content-type": JSON})) == ()


@pytest.mark.parametrize(
    ("file", "version"),
    [
        ("acme_core-1.0-py3-none-any.whl", Version("1.0")),
        ("Acme.Core-1.0-1build-py3-none-any.WHL", Version("1.0")),
        ("acme-core-1.0.tar.gz", Version("1.0")),
        ("acme-core-1.0.TAR.BZ2", Version("1.0")),
        ("acme_core-1.0.tgz", Version("1.0")),
        ("acme-core-plus-1.0.tar.gz", None),
        ("acme_core_plus-1.0-py3-none-any.whl", None),
        ("acme-core.tar.gz", None),
        ("acme_core-1.0.whl", None),
        ("", None),
    ],
)
def test_a_file_name_tells_project_and_version(file: str, version: Version | None) -> None:
    """A file of another project on this page is not understood."""
    assert version_of(file, _NAME) == version
