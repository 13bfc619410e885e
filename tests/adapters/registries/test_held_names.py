"""Names that a registry holds, and what strangers make look like it: read by the adapter, judged by the domain."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.npm import NPM
from shared.adapters.registries.pypi import PYPI
from shared.adapters.registries.wire import RegistryWire
from shared.domain.advisories import NOT_ASKED
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence_changes import worse
from shared.domain.evidence_pack import EvidencePack, OwnHistory, TwinClass, pack_of
from shared.domain.names import PackageName
from shared.domain.ours import NOTHING_OURS, Ours
from shared.errors import FeedwardenError, UnexpectedAnswer
from tests.adapters.registries.talk import talk

_HOLDS: Final[dict[str, Any]] = {"name": "acme-billing", "_npmUser": {"name": "npm"}}
_RUNS: Final[dict[str, Any]] = {"scripts": {"preinstall": "node x.js"}}
_QUARANTINE: Final = {
    "meta": {"api-version": "1.4"},
    "name": "acme-billing",
    "versions": [],
    "files": [],
    "project-status": {"status": "quarantined"},
}
_OWN: Final = OwnHistory(datetime(2020, 5, 1, tzinfo=UTC), "2.1.0")
_OURS: Final = Ours({Ecosystem.NPM: frozenset({"contoso-releases"})})
_TOO_LARGE: Final = UnexpectedAnswer("a body of more than 10485760 bytes", service="npm registry")


def _document(
    versions: dict[str, dict[str, Any]],
    *,
    latest: str,
    created: str = "2019-01-01",
    people: str = "npm",
    **more: object,
) -> dict[str, Any]:
    """Make a full document; a version comes on the day after the one before it."""
    times = {version: f"2026-08-{day:02}T10:00:00Z" for day, version in enumerate(versions, start=1)}
    return {
        "name": "acme-billing",
        "versions": versions,
        "dist-tags": {"latest": latest},
        "time": {"created": f"{created}T10:00:00Z", **times},
        "maintainers": [{"name": people}],
        **more,
    }


def _small(document: dict[str, Any]) -> dict[str, Any]:
    """Make the abbreviated document of a full one."""
    versions = {
        version: {"name": "acme-billing"} | ({"hasInstallScript": True} if "scripts" in manifest else {})
        for version, manifest in document["versions"].items()
    }
    return {"name": document["name"], "dist-tags": document["dist-tags"], "versions": versions}


def _judged(
    wire: RegistryWire, *lines: dict[str, Any] | FeedwardenError, ecosystem: Ecosystem = Ecosystem.NPM
) -> EvidencePack:
    name = PackageName.of(ecosystem, "acme-billing")
    answers = [
        line if isinstance(line, FeedwardenError) else Answer(200, {}, json.dumps(line).encode()) for line in lines
    ]
    twin = talk(wire.look_up(name, "https://registry.example.test/"), *answers).twin
    ours = _OURS if ecosystem is Ecosystem.NPM else NOTHING_OURS
    return pack_of(name=name, twin=twin, own=_OWN, advisories=NOT_ASKED, ours=ours)


def _npm(document: dict[str, Any]) -> EvidencePack:
    return _judged(NPM, _small(document), document)


@pytest.mark.parametrize("created", ["2019-01-01", "2026-08-01"])
@pytest.mark.parametrize("versions", [["0.0.1-security"], ["0.0.1-security", "0.0.1-security.1"]])
def test_npm_s_placeholder_is_a_security_holder(versions: list[str], created: str) -> None:
    """Published by npm's own account alone, and nothing runs."""
    document = _document(dict.fromkeys(versions, _HOLDS), latest=versions[-1], created=created)
    assert _npm(document).classification.kind is TwinClass.SECURITY_HOLDER


_HARMLESS_LOOKING: Final = (
    TwinClass.SECURITY_HOLDER,
    TwinClass.PLACEHOLDER,
    TwinClass.OURS,
    TwinClass.UNRELATED_OLDER,
)


@pytest.mark.parametrize(
    ("manifest", "people"),
    [
        (_HOLDS | _RUNS, "npm"),
        (_HOLDS | {"scripts": None}, "npm"),
        (_HOLDS | {"_npmUser": {"name": "mallory"}}, "npm"),
        (_HOLDS | {"_npmUser": {"name": "npm "}}, "npm"),
        (_HOLDS | {"_npmUser": {"name": "npm", "trustedPublisher": {"id": "workflows"}}}, "npm"),
        ({"name": "acme-billing"}, "npm"),
        (_HOLDS, "mallory"),
        (_HOLDS | _RUNS | {"_npmUser": {"name": "mallory"}, "description": "A placeholder."}, "mallory"),
    ],
)
@pytest.mark.parametrize("created", ["2019-01-01", "2026-08-01"])
def test_a_strangers_placeholder_reassures_nobody(manifest: dict[str, Any], people: str, created: str) -> None:
    """Anyone can publish 0.0.1-security as the only version, and let it run what they like."""
    document = _document({"0.0.1-security": manifest}, latest="0.0.1-security", people=people, created=created)
    judged = _npm(document)
    assert judged.classification.kind not in _HARMLESS_LOOKING
    assert "The registry's own placeholder" not in judged.classification.why


def test_a_placeholder_whose_full_document_cannot_be_read_is_no_holder() -> None:
    """Whoever publishes can make it larger than we read."""
    document = _document({"0.0.1-security": _HOLDS}, latest="0.0.1-security")
    assert _judged(NPM, _small(document), _TOO_LARGE).classification.kind is TwinClass.UNDETERMINED


def test_a_placeholder_beside_other_versions_is_none() -> None:
    """They can be installed."""
    document = _document({"0.0.1-security": _HOLDS, "99.0.0": _HOLDS}, latest="0.0.1-security")
    assert _npm(document).classification.kind is TwinClass.NEW_AND_SUSPICIOUS


@pytest.mark.parametrize("high", ["99.0.0", "999.9.9", "99.0.0-rc.1"])
@pytest.mark.parametrize("created", ["2019-01-01", "2026-08-01"])
def test_a_stub_tagged_latest_hides_no_attack(high: str, created: str) -> None:
    """Whoever publishes sets the tag; what another tag names is installed all the same."""
    stub = {"_npmUser": {"name": "mallory"}, "description": "A placeholder, reserved."}
    document = _document({"0.0.1": stub, high: stub | _RUNS}, latest="0.0.1", created=created, people="mallory")
    judged = _npm(document)
    assert judged.classification.kind is TwinClass.NEW_AND_SUSPICIOUS
    assert judged.jump.startswith(f"{high} is ")
    assert judged.twin.install_scripts == ("preinstall",)


def test_an_old_version_tagged_latest_hides_no_attack() -> None:
    """An old package that was taken over: its date is older than ours, its new version is not of its line."""
    user = {"_npmUser": {"name": "mallory"}}
    before = _npm(_document({"1.0.0": user}, latest="1.0.0", people="mallory"))
    after = _npm(_document({"1.0.0": user, "99.0.0": user}, latest="1.0.0", people="mallory"))
    assert before.classification.kind is TwinClass.UNRELATED_OLDER
    assert after.classification.kind is TwinClass.NEW_AND_SUSPICIOUS
    assert "its latest version was 1.0.0 and is 99.0.0" in worse(before, after)


def test_another_version_below_the_highest_is_another_evidence() -> None:
    """A version is taken away and another one put in its place, below the one that is highest and tagged."""
    user = {"_npmUser": {"name": "zoe"}}
    first = _document({"1.5.0": user, "1.0.0": user}, latest="1.5.0", people="zoe")
    second = _document({"1.5.0": user, "1.0.0": user, "1.0.1": user}, latest="1.5.0", people="zoe")
    del second["versions"]["1.0.0"]
    before, after = _npm(first), _npm(second)
    assert before.classification.kind is after.classification.kind
    assert before.digest() != after.digest()
    assert "something was added on 2026-08-03, and its latest version is the same" in worse(before, after)


def test_a_strangers_workflow_makes_nothing_ours() -> None:
    """It is no account that anybody could have named in the policy file."""
    ours = {"_npmUser": {"name": "contoso-releases"}}
    workflow = {"_npmUser": {"name": "A workflow service", "trustedPublisher": {"id": "workflows"}}}
    only = _document({"1.0.0": ours}, latest="1.0.0", people="contoso-releases")
    both = _document({"1.0.0": ours, "1.0.1": workflow}, latest="1.0.1", people="contoso-releases")
    assert _npm(only).classification.kind is TwinClass.OURS
    assert _npm(both).classification.kind is not TwinClass.OURS


@pytest.mark.parametrize(
    ("status", "kind"), [("quarantined", TwinClass.SECURITY_HOLDER), ("active", TwinClass.UNDETERMINED)]
)
def test_pypi_s_quarantine_is_a_security_holder(status: str, kind: TwinClass) -> None:
    """Only the registry sets it; a project without a release is held by nobody."""
    document = _QUARANTINE | {"project-status": {"status": status}}
    assert _judged(PYPI, document, ecosystem=Ecosystem.PYPI).classification.kind is kind
