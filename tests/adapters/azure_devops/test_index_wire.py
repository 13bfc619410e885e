"""The proof: what an index offers, against what the feed holds."""

from __future__ import annotations

from typing import Any

import pytest

from shared.adapters.azure_devops.exchange import Answer
from shared.adapters.azure_devops.index_wire import INDEXES, get_index, proof_of
from shared.adapters.azure_devops.upstream_feeds import NOTHING, InternalOffers
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import Proof
from shared.domain.names import PackageName
from shared.domain.versions import FeedVersion, Origin
from shared.errors import UnexpectedAnswer
from tests.adapters.azure_devops.samples import (
    FEED_ID,
    HOSTS,
    ORGANIZATION_FEED,
    PROJECT_FEED,
    PROJECT_ID,
    answer,
    page,
)

_NPM = PackageName.of(Ecosystem.NPM, "core")
_PYPI = PackageName.of(Ecosystem.PYPI, "Acme.Core")


def _proof(got: Answer, name: PackageName, held: tuple[FeedVersion, ...], upstream: InternalOffers = NOTHING) -> Proof:
    index = INDEXES[name.ecosystem]
    return proof_of(index.offer(got, name), index, held, upstream)


def _held(*live: str, deleted: tuple[str, ...] = ()) -> tuple[FeedVersion, ...]:
    return (
        *(FeedVersion(text, Origin.INTERNAL, deleted=False) for text in live),
        *(FeedVersion(text, Origin.EXTERNAL, deleted=True) for text in deleted),
    )


def _packument(*versions: str, name: str = "core") -> Answer:
    body: dict[str, Any] = {
        "_id": name,
        "name": name,
        "dist-tags": {},
        "versions": {v: {"version": v} for v in versions},
    }
    return answer(body)


def _simple(*files: str) -> Answer:
    links = "".join(f'<a href="../../packages/{file}#sha256=00">{file}</a><br/>' for file in files)
    return page(f"<!DOCTYPE html><html><head><title>Links</title></head><body>{links}</body></html>")


def _pep_691(*files: str) -> Answer:
    body = {"meta": {"api-version": "1.0"}, "name": "acme-core", "files": [{"filename": f, "url": "x"} for f in files]}
    return answer(body, headers={"content-type": "application/vnd.pypi.simple.v1+json"})


@pytest.mark.parametrize(
    ("ecosystem", "spelling", "path"),
    [
        (Ecosystem.NPM, "core", "npm/registry/core"),
        (Ecosystem.NPM, "@acme/core", "npm/registry/@acme%2fcore"),
        (Ecosystem.PYPI, "Acme.Core", "pypi/simple/acme-core/"),
    ],
)
def test_the_index_is_asked_as_its_clients_ask(ecosystem: Ecosystem, spelling: str, path: str) -> None:
    """In both scopes; Python's may answer in JSON or HTML."""
    name = PackageName.of(ecosystem, spelling)
    request = get_index(HOSTS, ORGANIZATION_FEED, name, INDEXES[ecosystem])
    assert request.url == f"https://packages.example.test/acme/_packaging/{FEED_ID}/{path}"
    scoped = get_index(HOSTS, PROJECT_FEED, name, INDEXES[ecosystem])
    assert scoped.url == f"https://packages.example.test/acme/{PROJECT_ID}/_packaging/{FEED_ID}/{path}"
    assert ("html" in request.headers["Accept"]) is (ecosystem is Ecosystem.PYPI)


def test_other_indexes_are_not_read() -> None:
    """Their proof is unavailable, which is another thing than unknown."""
    assert set(Ecosystem) - set(INDEXES) == {Ecosystem.NUGET, Ecosystem.MAVEN, Ecosystem.CARGO}


@pytest.mark.parametrize(
    ("offered", "held", "proof"),
    [
        (("1.0.0",), _held("1.0.0"), Proof.HOLDS),
        (("1.0.0",), _held("1.0.0", "2.0.0"), Proof.HOLDS),
        (("1.0.0+build.7",), _held("1.0.0"), Proof.HOLDS),
        (("1.0.0",), _held("1.0.0+build.7"), Proof.HOLDS),
        (("1.0.0", "99.0.0"), _held("1.0.0"), Proof.LEAKS),
        (("1.0.0-a",), _held("1.0.0-A"), Proof.LEAKS),
        (("1.0.0", "2.0.0"), _held("1.0.0", deleted=("2.0.0",)), Proof.LEAKS),
        (("99.0.0",), _held(), Proof.LEAKS),
        ((), _held("1.0.0"), Proof.UNKNOWN),
        ((), _held(deleted=("1.0.0",)), Proof.HOLDS),
    ],
)
def test_npm_versions_are_compared_exactly(
    offered: tuple[str, ...], held: tuple[FeedVersion, ...], proof: Proof
) -> None:
    """Build metadata aside; an index that shows nothing of what is there was not the index."""
    assert _proof(_packument(*offered), _NPM, held) is proof


@pytest.mark.parametrize(
    "got",
    [
        _packument("1.0.0", name="other"),
        answer({"name": "core"}),
        answer({"name": "core", "versions": None}),
        answer({"name": "core", "versions": ["1.0.0"]}),
        answer({"name": "core", "versions": {"1.0.0": "yes"}}),
        answer([]),
        Answer(200, {}, b""),
    ],
)
def test_an_odd_packument_proves_nothing(got: Answer) -> None:
    """It is an error here, and UNKNOWN for whoever asked."""
    with pytest.raises(UnexpectedAnswer):
        _proof(got, _NPM, _held("1.0.0"))


@pytest.mark.parametrize("write", [_simple, _pep_691])
@pytest.mark.parametrize(
    ("files", "held", "proof"),
    [
        (("acme_core-1.0-py3-none-any.whl", "acme_core-1.0.tar.gz"), _held("1.0.0"), Proof.HOLDS),
        (("Acme.Core-1.0.zip",), _held("1"), Proof.HOLDS),
        (("acme_core-1.0+local.7.tar.gz",), _held("1.0+local-7"), Proof.HOLDS),
        (("acme_core-1.0rc1.tar.gz",), _held("1.0.c1"), Proof.HOLDS),
        (("acme_core-1.0.tar.gz", "acme_core-99.0.tar.gz"), _held("1.0"), Proof.LEAKS),
        (("acme_core-1.0+x.tar.gz",), _held("1.0"), Proof.LEAKS),
        (("acme_core-1.0.tar.gz",), _held("1.0", "not a version"), Proof.HOLDS),
        (("acme_core-1.0.tar.gz", "acme_core-1.0.egg", "acme_core-9.0.win32.exe"), _held("1.0"), Proof.HOLDS),
        (("acme_core-1.0.tar.gz", "acme_core-nightly.tar.gz"), _held("1.0"), Proof.UNKNOWN),
        (("acme_core-1.0.tar.gz", "other-1.0.tar.gz"), _held("1.0"), Proof.UNKNOWN),
        (("acme_core-nightly.tar.gz", "acme_core-99.0.tar.gz"), _held("1.0"), Proof.LEAKS),
    ],
)
def test_python_versions_are_read_from_file_names(
    write: Any,  # noqa: ANN401  # one of the two writers above
    files: tuple[str, ...],
    held: tuple[FeedVersion, ...],
    proof: Proof,
) -> None:
    """Compared as PEP 440 does; a file that cannot be read spoils the proof, unless another settles it."""
    assert _proof(write(*files), _PYPI, held) is proof


def test_an_empty_python_index_is_no_proof_for_a_feed_that_holds_something() -> None:
    """In JSON it is at least surely the index; with nothing held, there is nothing to miss."""
    assert _proof(_pep_691(), _PYPI, _held("1.0")) is Proof.UNKNOWN
    assert _proof(_pep_691(), _PYPI, _held(deleted=("1.0",))) is Proof.HOLDS


@pytest.mark.parametrize(
    ("offered", "upstream", "complete", "proof"),
    [
        (("1.0.0", "2.0.0"), {"2.0.0"}, True, Proof.HOLDS),
        (("1.0.0", "2.0.0"), {"2.0.0+build"}, False, Proof.HOLDS),
        (("1.0.0", "2.0.0", "99.0.0"), {"2.0.0"}, True, Proof.LEAKS),
        (("1.0.0", "2.0.0", "99.0.0"), {"2.0.0"}, False, Proof.UNKNOWN),
        ((), {"2.0.0"}, True, Proof.UNKNOWN),
    ],
)
def test_internal_versions_of_upstream_feeds_are_no_leak(
    offered: tuple[str, ...],
    upstream: set[str],
    complete: bool,  # noqa: FBT001  # a column of the table
    proof: Proof,
) -> None:
    """What is left is one, unless a feed that could not be read may have explained it."""
    behind = InternalOffers(frozenset(upstream), complete)
    assert _proof(_packument(*offered), _NPM, _held("1.0.0"), behind) is proof
