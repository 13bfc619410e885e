"""What publishing the canary sends: a document that npm's own rules take, the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile

import pytest

from local.simulators.npm_protocol import read_publish
from shared.adapters.azure_devops.errors_wire import refuse_failures
from shared.adapters.azure_devops.exchange import Answer, Request
from shared.adapters.azure_devops.publish_wire import publish_version, tarball
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.errors import AuthenticationFailed, PermissionMissing, UnexpectedAnswer, UpstreamUnavailable
from tests.adapters.azure_devops.samples import (
    FEED_ID,
    HOSTS,
    ORGANIZATION_FEED,
    PROJECT_FEED,
    PROJECT_ID,
    answer,
    page,
)
from tests.adapters.azure_devops.scripted import bench
from tests.fakes import START

SCOPED, PLAIN = (PackageName.of(Ecosystem.NPM, text) for text in ("@contoso/the-canary", "contoso-canary"))
VERSION = "1.20250301.120000"


@pytest.mark.parametrize(
    ("ref", "name", "url"),
    [
        (
            PROJECT_FEED,
            SCOPED,
            f"acme/{PROJECT_ID}/_packaging/{FEED_ID}/npm/registry/@contoso%2fthe-canary",
        ),
        (ORGANIZATION_FEED, PLAIN, f"acme/_packaging/{FEED_ID}/npm/registry/contoso-canary"),
    ],
)
def test_the_address_is_npms_own(ref: FeedRef, name: PackageName, url: str) -> None:
    """One segment, in the feed's own scope."""
    request = publish_version(HOSTS, ref, name, VERSION)
    assert (request.method, request.url) == ("PUT", f"{HOSTS.packages}/{url}")


@pytest.mark.parametrize("name", [SCOPED, PLAIN], ids=str)
def test_the_document_is_read_by_a_registry(name: PackageName) -> None:
    """Name, version, digests and tarball fit each other."""
    request = publish_version(HOSTS, PROJECT_FEED, name, VERSION)
    sent = read_publish(json.dumps(request.json).encode(), expected=name.spelling)
    assert (sent.version, sent.tarball) == (VERSION, tarball(name, VERSION))
    dist = sent.manifest["dist"]
    assert dist["integrity"] == f"sha512-{base64.b64encode(hashlib.sha512(sent.tarball).digest()).decode()}"
    assert dist["tarball"].endswith(f"/npm/registry/{name.spelling}/-/{name.spelling}-{VERSION}.tgz")


def test_the_archive_holds_nothing_that_runs() -> None:
    """One manifest without scripts, dependencies or programs; no time and no owner of this machine."""
    with tarfile.open(fileobj=io.BytesIO(tarball(SCOPED, VERSION)), mode="r:gz") as archive:
        (entry,) = archive.getmembers()
        content = archive.extractfile(entry)
        assert content is not None
        manifest = json.loads(content.read())
    assert set(manifest) == {"name", "version", "description"}
    assert (entry.name, entry.mtime, entry.uid, entry.uname) == ("package/package.json", 0, 0, "")


def test_a_repeat_sends_the_same_bytes() -> None:
    """Another version, others."""
    assert tarball(SCOPED, VERSION) == tarball(SCOPED, VERSION)
    assert tarball(SCOPED, VERSION) != tarball(SCOPED, "1.20250302.0")
    assert publish_version(HOSTS, PROJECT_FEED, SCOPED, VERSION) == publish_version(
        HOSTS, PROJECT_FEED, SCOPED, VERSION
    )


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_one(status: int) -> None:
    """Which one Azure gives is not documented."""
    refuse_failures(Request("PUT", "https://p.example.test/x"), answer({}, status=status), now=START)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (answer({"message": "The feed 'core' already contains file 'x.tgz'"}, status=403), UnexpectedAnswer),
        (answer({"typeKey": "PackageVersionAlreadyExistsException"}, status=409), UnexpectedAnswer),
        (answer({"typeKey": "FeedNeedsPermissionsException"}, status=403), PermissionMissing),
        (answer({}, status=401), AuthenticationFailed),
        (page("<html>sign in</html>"), AuthenticationFailed),
        (answer({}, status=503), UpstreamUnavailable),
    ],
)
def test_what_is_no_success(given: Answer, kind: type[Exception]) -> None:
    """A repeat is refused, and not for a missing role; a page is the sign-in's."""
    with pytest.raises(kind) as caught:
        refuse_failures(Request("PUT", "https://p.example.test/x"), given, now=START)
    assert caught.type is kind


async def test_nested_documents_go_over_the_wire() -> None:
    """As JSON, declared as such, and tried again after an outage."""
    made = bench(answer({}, status=503), answer({}))
    await made.sender.send(publish_version(HOSTS, PROJECT_FEED, SCOPED, VERSION))
    first, second = made.service.asked
    assert first.content == second.content
    assert second.headers["content-type"] == "application/json"
    assert json.loads(second.content)["versions"][VERSION]["_id"] == f"@contoso/the-canary@{VERSION}"
