"""Personas: what a file of them must hold, and what the platform says of one."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.personas import Persona, principal_headers, read_personas
from shared.errors import ConfigurationError

ANN = Persona("ann", "Ann Härtel", "ann@acme.example.test", "tenant-1", "object-1")
_SINCE = datetime(2026, 8, 1, 10, tzinfo=UTC)


def _write(folder: Path, content: str | bytes) -> Path:
    file = folder / "personas.json"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def test_a_file_is_read(tmp_path: Path) -> None:
    """In the order in which they stand there."""
    bob = Persona("bob", "Bob", "bob@acme.example.test", "tenant-1", "object-2")
    assert read_personas(_write(tmp_path, json.dumps([asdict(ANN), asdict(bob)]))) == (ANN, bob)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        "[1]",
        "null",
        json.dumps([{"key": "ann"}]),
        json.dumps([asdict(ANN) | {"mail": ""}]),
        json.dumps([asdict(ANN) | {"tenant": 1}]),
        json.dumps([asdict(ANN) | {"more": "x"}]),
        json.dumps([asdict(ANN), asdict(ANN)]),
    ],
)
def test_an_unusable_file_is_told(tmp_path: Path, content: str) -> None:
    """By its name: nobody can sign in as somebody half described, or as one of two."""
    with pytest.raises(ConfigurationError, match=r"personas\.json"):
        read_personas(_write(tmp_path, content))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """The same way."""
    with pytest.raises(ConfigurationError, match=r"nothing\.json"):
        read_personas(tmp_path / "nothing.json")


@given(st.one_of(st.binary(max_size=40), st.text(max_size=40), st.lists(st.dictionaries(st.text(), st.text()))))
def test_junk_raises_our_error_alone(tmp_path_factory: pytest.TempPathFactory, junk: Any) -> None:  # noqa: ANN401  # junk has no type
    """Whatever stands in the file."""
    content = json.dumps(junk) if isinstance(junk, list) else junk
    file = _write(
        tmp_path_factory.mktemp("junk"), content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    )
    with pytest.raises(ConfigurationError):
        read_personas(file)


def test_the_principal_has_the_documented_form() -> None:
    """Base64 of JSON with the claims as a list of type and value, all of them texts."""
    headers = dict(principal_headers(ANN, since=_SINCE))
    assert (headers["x-ms-client-principal-id"], headers["x-ms-client-principal-name"]) == ("object-1", ANN.mail)
    assert headers["x-ms-client-principal-idp"] == "aad"
    principal = json.loads(base64.b64decode(headers["x-ms-client-principal"], validate=True))
    assert set(principal) == {"auth_typ", "claims", "name_typ", "role_typ"}
    assert principal["auth_typ"] == "aad"
    claims = {claim["typ"]: claim["val"] for claim in principal["claims"]}
    assert len(claims) == len(principal["claims"])
    assert claims["http://schemas.microsoft.com/identity/claims/objectidentifier"] == "object-1"
    assert claims["http://schemas.microsoft.com/identity/claims/tenantid"] == "tenant-1"
    assert claims[principal["name_typ"]] == ANN.mail
    assert claims["name"] == "Ann Härtel"
    assert int(claims["exp"]) - int(claims["iat"]) == 8 * 60 * 60
