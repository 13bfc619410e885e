"""The comparison that finds names in requests: it finds each way to write one, and nothing where none is."""

from __future__ import annotations

import pytest

from local.simulators.faults import FaultyApp, SeenRequest, with_faults
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from tests.integration.disclosure import Listener, Names

NPM = Ecosystem.NPM
SCOPED = PackageName.of(NPM, "@contoso/part-8")
PLAIN = PackageName.of(NPM, "contoso-part-1")
DOTTED = PackageName.of(Ecosystem.PYPI, "contoso_part.2")
NUGET = PackageName.of(Ecosystem.NUGET, "Contoso.Part3")
MAVEN = PackageName.of(Ecosystem.MAVEN, "com.contoso:core-api")
CARGO = PackageName.of(Ecosystem.CARGO, "contoso-core_utils")
SECRET = (SCOPED, PLAIN, DOTTED, NUGET, MAVEN, CARGO)


def names() -> Names:
    """Return the secret names, with others beside them."""
    found = Names()
    found.add(SECRET)
    found.add(PackageName.of(NPM, f"@fabrikam/thing-{number}") for number in range(100))
    return found


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/@contoso/part-8", "", SCOPED),
        ("/@contoso%2fpart-8", "", SCOPED),
        ("/%40contoso%2Fpart-8/latest", "", SCOPED),
        ("/%2540contoso%252fpart-8", "", SCOPED),
        ("/-/v1/search?text=scope:contoso+part-8", "", SCOPED),
        ("/part-8", "", SCOPED),
        ("/@contoso/part-8/-/part-8-1.0.0.tgz", "", SCOPED),
        ("/@Contoso/Part-8.json", "", SCOPED),
        ("/contoso-part-1", "", PLAIN),
        ("/contoso-part-1.json", "", PLAIN),
        ("/contoso%2Dpart%2D1", "", PLAIN),
        ("/contoso-part-1/-/contoso-part-1-99.0.0.tgz", "", PLAIN),
        ("/downloads/point/last-week/left-pad,contoso-part-1", "", PLAIN),
        ("/api?names=a,contoso-part-1,b", "", PLAIN),
        ("/-/v1/search?size=1&text=contoso-part-1+x", "", PLAIN),
        ("/-/v1/search?text=x+contoso-part-1", "", PLAIN),
        ("/-/replication/_changes?startkey=%22contoso-part-1%22", "", PLAIN),
        ("/x#contoso-part-1", "", PLAIN),
        ("/simple/contoso.part.2/", "", DOTTED),
        ("/simple/contoso-part-2/", "", DOTTED),
        ("/simple/CONTOSO__part-.2", "", DOTTED),
        ("/pypi/contoso_part.2/json", "", DOTTED),
        ("/packages/contoso_part_2-1.0.0-py3-none-any.whl", "", DOTTED),
        ("/v3-flatcontainer/contoso.part3/index.json", "", NUGET),
        ("/v3/registration5/contoso.part3.json", "", NUGET),
        ("/query?q=packageid:Contoso.Part3&take=1", "", NUGET),
        ("/query?q=packageid%3acontoso%2epart3", "", NUGET),
        ("/maven2/com/contoso/core-api/maven-metadata.xml", "", MAVEN),
        ("/solrsearch/select?q=g:%22com.contoso%22+AND+a:%22core-api%22", "", MAVEN),
        ("/solrsearch/select?q=com.contoso:core-api", "", MAVEN),
        ("/co/nt/contoso-core_utils", "", CARGO),
        ("/api/v1/crates/contoso_core_utils", "", CARGO),
        ("/v1/querybatch", '{"queries":[{"package":{"ecosystem":"npm","name":"@contoso/part-8"}}]}', SCOPED),
        ("/v1/querybatch", '{"queries":[{"package":{"purl":"pkg:npm/%40contoso/part-8@1.0.0"}}]}', SCOPED),
        ("/v1/querybatch", '{"name":"\\u0040contoso\\/part-8"}', SCOPED),
        ("/v1/querybatch", '{"name":"contoso\\u002dpart\\u002d1"}', PLAIN),
        ("/pypi", "<value><string>contoso&#95;part&#46;2</string></value>", DOTTED),
        ("/pypi", "<string>Contoso-Part_2</string>", DOTTED),
        ("/form", "a=1&name=contoso%2Dpart%2D1", PLAIN),
        ("/x", "left-pad\ncontoso-part-1\n", PLAIN),
        ("/@contoso/part-80", "", None),
        ("/contoso-part-8", "", SCOPED),
        ("/contoso-part-11", "", None),
        ("/contoso-part", "", None),
        ("/simple/contoso-part-2a/", "", None),
        ("/-/replication/_changes?since=8&limit=1", "", None),
    ],
)
def test_a_request_gives_a_name_away(path: str, body: str, expected: PackageName | None) -> None:
    """Path, query and body, in each spelling; a longer name, and a number alone, is none of ours."""
    listener = Listener(_nobody(), names())
    listener.app.faults.note(SeenRequest("GET", path, "Feedwarden/0", 200, body))
    listener.hear()
    assert set(listener.given_away) == ({expected} - {None})


def test_an_agent_can_give_a_name_away() -> None:
    """What a client calls itself is sent too."""
    listener = Listener(_nobody(), names())
    listener.app.faults.note(SeenRequest("GET", "/", "Feedwarden/0 (contoso-part-1)"))
    listener.hear()
    assert set(listener.given_away) == {PLAIN}


@pytest.mark.parametrize(
    ("public", "path", "expected"),
    [
        ("part-8", "/part-8", set()),
        ("contoso-part-8", "/contoso-part-8", set()),
        ("@other/part-8", "/@other%2fpart-8", set()),
        ("contoso-part-8", "/@contoso%2fpart-8", {SCOPED}),
        ("part-8", "/@contoso%2fpart-8", {SCOPED}),
        ("part-1", "/contoso-part-1", {PLAIN}),
        ("contoso-part-1-extra", "/contoso-part-1-extra", set()),
        ("contoso-part-1-extra", "/contoso-part-1", {PLAIN}),
        ("contoso-part-1", "/contoso-part-1", set()),
    ],
)
def test_a_public_name_hides_only_itself(public: str, path: str, expected: set[PackageName]) -> None:
    """A look-alike may be asked about; that tells nothing of the name that it resembles, nor excuses it."""
    listener = Listener(_nobody(), names())
    listener.open(PackageName.of(NPM, public))
    listener.app.faults.note(SeenRequest("GET", path, ""))
    listener.hear()
    assert set(listener.given_away) == expected


def test_a_name_that_is_told_before_it_is_public_is_given_away() -> None:
    """That it was published later excuses nothing; what is told afterwards is no disclosure, and is known as told."""
    listener = Listener(_nobody(), names())
    listener.app.faults.note(SeenRequest("GET", "/contoso-part-1", ""))
    listener.open(PLAIN)
    listener.open(NUGET)
    listener.app.faults.note(SeenRequest("GET", "/contoso.part3", ""))
    listener.hear()
    assert set(listener.given_away) == {PLAIN}
    assert listener.told == {PLAIN, NUGET}


def test_a_log_that_lost_requests_is_no_proof() -> None:
    """What was forgotten may have held anything."""
    listener = Listener(_nobody(), names())
    listener.app.faults.forgotten = 1
    with pytest.raises(AssertionError, match="not whole"):
        listener.hear()


def _nobody() -> FaultyApp:
    async def answer_nobody(*_: object) -> None:
        """Stand in for an app that is not asked."""

    return with_faults(answer_nobody)
