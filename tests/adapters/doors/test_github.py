"""The door for GitHub."""

from __future__ import annotations

from typing import Any, Final

import pytest

from shared.adapters.doors.github import github_door
from shared.domain.hints import Hint
from shared.errors import BadSignature, UntrustedInput
from tests.adapters.doors.signing import read, signature
from tests.adapters.doors.vectors import AT, GITHUB, SECRET

_DOOR: Final = github_door((SECRET,))
_ID: Final = GITHUB.more["X-GitHub-Delivery"]
_PACKAGE: Final = {
    "name": "billing",
    "namespace": "Contoso",
    "owner": {"login": "Contoso"},
    "package_type": "npm",
    "ecosystem": "npm",
    "package_version": {"version": "1.2.0"},
}


def _published(**members: Any) -> Hint:  # noqa: ANN401  # members of JSON
    body = {"action": "published", "registry_package": {**_PACKAGE, **members}}
    return read(_DOOR, GITHUB, body)


def test_githubs_own_vector_is_accepted() -> None:
    """Secret, body and signature as its documentation gives them; the body is no JSON, which comes after."""
    headers = GITHUB.signed("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
    with pytest.raises(UntrustedInput, match="no JSON") as caught:
        github_door(("It's a Secret to Everybody",)).read(headers=headers, body=b"Hello, World!", at=AT)
    assert not isinstance(caught.value, BadSignature)


def test_a_published_package_is_a_hint() -> None:
    """The vector's own body: no feed is known, but what was published is."""
    hint = _DOOR.read(headers=GITHUB.headers, body=GITHUB.body, at=AT)
    assert hint == Hint(_ID, "registry_package.published", None, None, "npm", "@contoso/billing", "1.2.0")


def test_the_older_event_says_the_same() -> None:
    """`package` names its member differently."""
    hint = read(_DOOR, GITHUB, {"action": "updated", "package": _PACKAGE}, {"X-GitHub-Event": "package"})
    assert hint == Hint(_ID, "package.updated", None, None, "npm", "@contoso/billing", "1.2.0")


@pytest.mark.parametrize(
    ("members", "ecosystem", "package"),
    [
        ({"name": "@contoso/billing"}, "npm", "@contoso/billing"),
        ({"namespace": "contoso/billing-repo"}, "npm", "@contoso/billing"),
        ({"namespace": None}, "npm", "@contoso/billing"),
        ({"namespace": None, "owner": None}, "npm", None),
        ({"name": None}, "npm", None),
        ({"name": "../etc"}, "npm", None),
        ({"name": "bill\u202eing"}, "npm", None),
        ({"package_type": "NPM", "ecosystem": None}, "npm", "@contoso/billing"),
        ({"package_type": None}, "npm", "@contoso/billing"),
        ({"package_type": "npm", "ecosystem": "PACKAGES"}, "npm", "@contoso/billing"),
        ({"package_type": "nuget", "ecosystem": "nuget", "name": "Contoso.Billing"}, "nuget", "Contoso.Billing"),
        ({"package_type": "maven", "ecosystem": "maven", "name": "com.contoso.billing"}, "maven", None),
        ({"package_type": "npm", "ecosystem": "nuget"}, None, None),
        ({"package_type": None, "ecosystem": 7}, None, None),
    ],
)
def test_what_is_unclear_is_left_out(members: dict[str, Any], ecosystem: str | None, package: str | None) -> None:
    """A scope is the owner's name; a Maven name cannot be parted; a version never comes without its package."""
    version = None if package is None else "1.2.0"
    assert _published(**members) == Hint(_ID, "registry_package.published", None, None, ecosystem, package, version)


@pytest.mark.parametrize("kind", ["container", "CONTAINER", "docker", "rubygems"])
def test_other_kinds_of_packages_are_not_watched(kind: str) -> None:
    """No feed of ours confuses them with anything."""
    hint = _published(package_type=kind, ecosystem=kind)
    assert hint == Hint(_ID, "registry_package.published", watched=False)


@pytest.mark.parametrize("event", ["ping", "push", "workflow_run", "star", "nobody.knows"])
def test_other_events_are_not_watched(event: str) -> None:
    """GitHub sends `ping` when a webhook is made."""
    assert read(_DOOR, GITHUB, {"zen": "Keep it."}, {"X-GitHub-Event": event}) == Hint(_ID, event, watched=False)


def test_an_event_that_cannot_be_shown_has_no_name() -> None:
    """And it is none of ours."""
    assert read(_DOOR, GITHUB, {}, {"X-GitHub-Event": "pi\u202eng"}) == Hint(_ID, "unknown", watched=False)


def test_an_event_without_its_kind_is_a_hint_all_the_same() -> None:
    """The header is not signed: its loss must not lose the event."""
    body = {"registry_package": _PACKAGE}
    assert read(_DOOR, GITHUB, body, {"X-GitHub-Event": None}).package == "@contoso/billing"


@pytest.mark.parametrize("delivery", [None, "", "x" * 101, "a\u202eb", "a\x00b"])
def test_a_delivery_without_a_usable_id_is_refused(delivery: str | None) -> None:
    """Nothing would tell a repeat."""
    with pytest.raises(UntrustedInput, match="no usable id"):
        read(_DOOR, GITHUB, {}, {"X-GitHub-Delivery": delivery})


def test_a_form_is_refused_with_what_to_do() -> None:
    """It is GitHub's default, and the very first ping tells."""
    form = {"X-GitHub-Event": "ping", "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    with pytest.raises(UntrustedInput, match="content type to application/json"):
        read(_DOOR, GITHUB, b"payload=%7B%7D", dict(form))


def test_a_missing_content_type_is_no_reason_to_refuse() -> None:
    """A proxy may have dropped it; the body tells what it is."""
    assert read(_DOOR, GITHUB, {}, {"Content-Type": None}).watched


def test_the_prefix_is_part_of_the_signature() -> None:
    """Bare hex is no form that GitHub sends."""
    bare = signature(GITHUB, GITHUB.body).removeprefix("sha256=")
    with pytest.raises(BadSignature):
        _DOOR.read(headers=GITHUB.signed(bare), body=GITHUB.body, at=AT)


def test_the_old_sha_1_signature_is_not_enough() -> None:
    """GitHub sends it beside the other one, for receivers that know no better."""
    headers = {**GITHUB.more, "X-Hub-Signature": "sha1=f1d2d2f924e986ac86fdf7b36c94bcdf32beec15"}
    with pytest.raises(BadSignature, match="X-Hub-Signature-256 is missing"):
        _DOOR.read(headers=headers, body=GITHUB.body, at=AT)
