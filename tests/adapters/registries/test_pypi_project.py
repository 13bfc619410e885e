"""Tests of reading what PyPI's JSON API tells of a project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.pypi_project import add_project
from shared.adapters.registries.wire import NOT_SHOWN
from shared.domain.twins import Presence, PublicTwin
from shared.errors import UnexpectedAnswer
from tests.adapters.registries.junk import ANSWERS, JSON

_TWIN: Final = PublicTwin(Presence.PRESENT, latest_version="1.0", releases=2, name="acme-billing")


def _project(info: Mapping[str, object] | None = None, **more: object) -> dict[str, Any]:
    return {"info": {"name": "Acme.Billing", **(info or {})}, **more}


def _add(document: object, *, status: int = 200) -> PublicTwin:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return add_project(Answer(status, {}, body), _TWIN, service="Python package index")


def test_a_project() -> None:
    """Owners are the index's word, authors their own; the spelling is the registered one."""
    roles = [{"role": "Owner", "user": "alice"}, {"role": "Maintainer", "user": "bob"}, {"role": "x", "user": "alice"}]
    info = {"author": "Alice & Sons", "maintainer": "Bob", "summary": "Bills\n people.", "home_page": ""}
    twin = _add(_project(info, ownership={"roles": [*roles, {"user": 7}, "junk"], "organization": None}))
    assert twin.publishers == ("alice", "bob", NOT_SHOWN)
    assert twin.maintainers == ("Alice & Sons (by its own account)", "Bob (by its own account)")
    assert (twin.name, twin.description, twin.repository) == ("Acme.Billing", "Bills people.", None)
    assert (twin.presence, twin.latest_version, twin.releases) == (Presence.PRESENT, "1.0", 2)


_HOME: Final = "https://home.example.test/"
_CODE: Final = "https://code.example.test/acme"


@pytest.mark.parametrize(
    ("urls", "home", "repository"),
    [
        ({"Homepage": _HOME, "Source Code": _CODE}, _HOME, _CODE),
        ({"Repository": f"{_CODE}/billing.git"}, None, f"{_CODE}/billing"),
        ({"GitHub": _CODE}, _HOME, _CODE),
        ({"Code": _CODE, "Code of Conduct": "https://rules.example.test"}, None, _CODE),
        ({"Code of Conduct": "https://rules.example.test"}, _HOME, "https://home.example.test"),
        ({"GitHub": _CODE, "source": "https://source.example.test"}, None, "https://source.example.test"),
        ({"Source": "javascript:alert(1)", "Repo": _CODE}, None, _CODE),
        ({"Home-Page": _HOME}, None, "https://home.example.test"),
        (["Source"], 7, None),
        (None, None, None),
    ],
)
def test_the_repository(urls: object, home: object, repository: str | None) -> None:
    """The address that is labelled as the source, else the home page."""
    assert _add(_project({"project_urls": urls, "home_page": home})).repository == repository


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (_project({"name": "other"}), 200),
        (_project({"name": "-"}), 200),
        (_project({"name": None}), 200),
        ({"info": [], "ownership": {"roles": [{"user": "mallory"}]}}, 200),
        ({}, 200),
        ({"message": "Not Found"}, 404),
        (b"<html>", 403),
    ],
)
def test_what_is_not_about_the_project_adds_nothing(document: object, status: int) -> None:
    """Its 404 least of all: not every index has this API."""
    assert _add(document, status=status) == _TWIN


@pytest.mark.parametrize("body", [b"<html>", b"[]", b""])
def test_no_json_object_is_unexpected(body: bytes) -> None:
    """The caller leaves the twin as it was."""
    with pytest.raises(UnexpectedAnswer):
        _add(body)


@given(ANSWERS | JSON.map(lambda info: Answer(200, {}, json.dumps({"info": info, "ownership": info}).encode())))
def test_junk_changes_no_presence(answer: Answer) -> None:
    """Whatever comes, it is the twin that is there, or our error."""
    try:
        twin = add_project(answer, _TWIN, service="Python package index")
    except UnexpectedAnswer:
        return
    assert (twin.presence, twin.latest_version, twin.releases) == (Presence.PRESENT, "1.0", 2)


@given(JSON, JSON)
def test_junk_inside_a_project_raises_nothing(urls: object, roles: object) -> None:
    """Each detail is read or left empty."""
    twin = _add(_project({"project_urls": urls, "summary": roles}, ownership={"roles": roles}))
    assert twin.name == "Acme.Billing"
