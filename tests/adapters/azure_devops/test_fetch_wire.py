"""Which downloads make up a version: what an index lists, compared under the ecosystem's own rules."""

from __future__ import annotations

from typing import Any

import pytest

from shared.adapters.azure_devops.exchange import FILE_ANSWER, Answer
from shared.adapters.azure_devops.fetch_wire import FILE_SOURCES, Wanted, ask_where, read_downloads, wanted_version
from shared.adapters.azure_devops.simple_index import JSON
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import UnexpectedAnswer
from tests.adapters.azure_devops.samples import FEED_ID, HOSTS, answer, known_feed, page

_NPM = PackageName.of(Ecosystem.NPM, "@acme/core")
_PYPI = PackageName.of(Ecosystem.PYPI, "Acme.Core")
_NUGET = PackageName.of(Ecosystem.NUGET, "Acme.Core")
_OURS = f"https://packages.example.test/acme/_packaging/{FEED_ID}"
_FLAT = f"{_OURS}/nuget/v3/flat2"


def _wanted(name: PackageName, text: str) -> Wanted:
    wanted = wanted_version(known_feed(), name, text)
    assert wanted is not None
    return wanted


def _urls(got: Answer, name: PackageName, text: str) -> list[str]:
    return [request.url for request in read_downloads(got, HOSTS, _wanted(name, text))]


def _tarball(version: str) -> str:
    return f"{_OURS}/npm/registry/@acme/core/-/core-{version}.tgz"


def _packument(*versions: str, **changes: Any) -> Answer:  # noqa: ANN401  # any JSON
    listed = {version: {"version": version, "dist": {"tarball": _tarball(version)}} for version in versions}
    return answer({"name": "@acme/core", "versions": listed} | changes)


def _simple(*files: str) -> Answer:
    return page("".join(f'<a href="../../download/acme-core/x/{file}#sha256=00">{file}</a>' for file in files))


def _service_index(*resources: tuple[str, str]) -> Answer:
    return answer({"version": "3.0.0", "resources": [{"@id": where, "@type": what} for what, where in resources]})


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (_NPM, "npm/registry/@acme%2fcore"),
        (_PYPI, "pypi/simple/acme-core/"),
        (_NUGET, "nuget/v3/index.json"),
    ],
    ids=str,
)
def test_the_index_is_asked_as_its_clients_ask(name: PackageName, path: str) -> None:
    """The version stands in no address of ours."""
    assert ask_where(HOSTS, _wanted(name, "1.2.3")).url == f"{_OURS}/{path}"


def test_a_download_is_bounded_and_as_it_comes() -> None:
    """Not compressed for the way, thrown away, and it may be elsewhere."""
    (file,) = read_downloads(_packument("1.0.0"), HOSTS, _wanted(_NPM, "1.0.0"))
    assert (file.method, file.download, file.longest_answer) == ("GET", True, FILE_ANSWER)
    assert file.headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("text", "listed", "found"),
    [
        ("1.0.0", ("1.0.0", "1.0.1", "1.0.0-rc.1"), "1.0.0"),
        ("1.0.0+build.7", ("1.0.0",), "1.0.0"),
        ("1.0.0", ("1.0.0+build.7",), "1.0.0+build.7"),
        ("1.0.0+b", ("1.0.0+a", "1.0.0+b"), "1.0.0+b"),
        ("1.0.0+c", ("1.0.0+a", "1.0.0+b"), "1.0.0+a"),
        ("1.0.0-RC.1", ("1.0.0-rc.1",), None),
        ("1.0.0", ("1.0.01", "1.0", "v1.0.0"), None),
    ],
)
def test_an_npm_version_without_its_build_metadata(text: str, listed: tuple[str, ...], found: str | None) -> None:
    """One tarball, whatever else is listed."""
    assert _urls(_packument(*listed), _NPM, text) == ([] if found is None else [_tarball(found)])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.0", ["acme_core-1.0-py3-none-any.whl", "acme-core-1.0.0.tar.gz"]),
        ("v1.0.0", ["acme_core-1.0-py3-none-any.whl", "acme-core-1.0.0.tar.gz"]),
        ("1.0+local", ["acme_core-1.0%2Blocal-py3-none-any.whl"]),
        ("1.0-RC1", ["acme_core-1.0rc1.zip"]),
        ("2.0", []),
    ],
)
def test_a_python_version_by_pep_440(text: str, found: list[str]) -> None:
    """All wheels and archives of it; no other version's, no other project's, no signature, no egg."""
    listed = _simple(
        "acme_core-1.0-py3-none-any.whl",
        "acme_core-1.0-py3-none-any.whl.metadata",
        "acme_core-1.0-py3-none-any.whl.asc",
        "acme-core-1.0.0.tar.gz",
        "acme_core-1.0.egg",
        "acme_core-1.0%2Blocal-py3-none-any.whl",
        "acme_core-1.0rc1.zip",
        "acme_core-1.0.1.tar.gz",
        "acme_core_plus-1.0.tar.gz",
    )
    assert _urls(listed, _PYPI, text) == [f"{_OURS}/pypi/download/acme-core/x/{file}" for file in found]


def test_the_json_form_and_yanked_files() -> None:
    """Who pins a version exactly may be given a yanked file; one file that is listed twice is one download."""
    where = f"{_OURS}/pypi/download/acme-core/1.0/acme-core-1.0.tar.gz"
    file = {"filename": "acme-core-1.0.tar.gz", "url": where, "yanked": "broken"}
    listed = answer({"name": "acme-core", "files": [file, file]}, headers={"content-type": JSON})
    assert _urls(listed, _PYPI, "1.0") == [where]


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("1.2.3", "1.2.3"),
        ("1", "1.0.0"),
        ("01.02", "1.2.0"),
        ("1.2.3.0", "1.2.3"),
        ("1.2.3.4", "1.2.3.4"),
        ("1.0.0-Beta.1+Build", "1.0.0-beta.1"),
    ],
)
def test_a_nuget_version_is_normalized(text: str, normalized: str) -> None:
    """In the address that the protocol gives, whether the base ends with a slash or not."""
    for base in (_FLAT, f"{_FLAT}/"):
        index = _service_index(
            ("SearchQueryService", "https://elsewhere.example.test/"), ("PackageBaseAddress/3.0.0", base)
        )
        file = f"{_FLAT}/acme.core/{normalized}/acme.core.{normalized}.nupkg"
        assert _urls(index, _NUGET, text) == [file]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[(_NPM, text) for text in ("", "1", "1.0", "v1.0.0", "1.0.0-", "^1.0.0", "latest", "../../x", "1.0.0/../..")],
        *[(_NPM, text) for text in ("1.0.0 ", "1.0.0\n", "1.0.0%2f", "\u0661.0.0", "1.0.0-" + "a" * 256)],
        *[(_PYPI, text) for text in ("", "one", "1.0/..", "1.0*", "==1.0", "1." * 200 + "1")],
        *[(_NUGET, text) for text in ("", "..", "1.0/..", "[1.0]", "1.*", "1.2.3.4.5", "1.0.0-..", "9" * 300)],
    ],
)
def test_what_cannot_be_a_version_is_not_looked_for(name: PackageName, text: str) -> None:
    """It comes from a form."""
    assert wanted_version(known_feed(), name, text) is None


@pytest.mark.parametrize(
    ("name", "got"),
    [
        (_NPM, _packument("1.0.0", name="core")),
        (_NPM, answer({"name": "@acme/core", "versions": {"1.0.0": {"dist": {}}}})),
        (_NPM, answer({"name": "@acme/core", "versions": {"1.0.0": {}}})),
        (_NPM, answer({"name": "@acme/core", "versions": {"1.0.0": {"dist": {"tarball": "https://x.example.test/"}}}})),
        (_NPM, page("<html>sign in")),
        (_PYPI, page("<html>sign in")),
        (_PYPI, answer({"files": [{"filename": "acme-core-1.0.0.zip"}]}, headers={"content-type": JSON})),
        (_PYPI, page('<a href="https://files.example.test/acme-core-1.0.0.tar.gz">x</a>')),
        (_PYPI, _simple(*(f"acme_core-1.0.0-{number}-py3-none-any.whl" for number in range(501)))),
        (_NUGET, _service_index()),
        (_NUGET, _service_index(("PackageBaseAddress/4.0.0", _FLAT))),
        (_NUGET, _service_index(("PackageBaseAddress/3.0.0", "https://x.example.test/flat2/"))),
        (_NUGET, answer({"resources": [{"@id": 1, "@type": "PackageBaseAddress/3.0.0"}]})),
    ],
)
def test_an_index_that_is_odd_is_refused(name: PackageName, got: Answer) -> None:
    """Another package's, without an address, with a foreign one, with more files than a release has."""
    with pytest.raises(UnexpectedAnswer):
        read_downloads(got, HOSTS, _wanted(name, "1.0.0"))


def test_which_ecosystems_are_fetched() -> None:
    """Of Maven and Cargo no index was seen that lists a version's files."""
    assert set(FILE_SOURCES) == {Ecosystem.NPM, Ecosystem.PYPI, Ecosystem.NUGET}
