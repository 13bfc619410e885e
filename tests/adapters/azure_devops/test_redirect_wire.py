"""Where a download goes on: which redirects are followed, and what counts as the file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.azure_devops.exchange import Answer, Request
from shared.adapters.azure_devops.redirect_wire import elsewhere, refuse_no_file
from shared.errors import AuthenticationFailed, FeedwardenError, UnexpectedAnswer, UpstreamError, UpstreamUnavailable
from tests.adapters.azure_devops.samples import answer, page

_FILE = Request(
    "GET",
    "https://packages.example.test/acme/a.tgz",
    headers={"Accept": "*/*"},
    longest_answer=7,
    download=True,
)
_BLOB = "https://store.blob.example.test/b-1?sv=2024-01-01&sig=a%2Bb%3D"


def _redirect(location: str | None, status: int = 303) -> Answer:
    return Answer(status, {} if location is None else {"location": location}, b"")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_download_goes_on_where_it_is_told(status: int) -> None:
    """With the address as it was signed, and the same limit."""
    onward = elsewhere(_FILE, _redirect(_BLOB, status))
    assert onward == Request("GET", _BLOB, headers={"Accept": "*/*"}, longest_answer=7, download=True)


@pytest.mark.parametrize(
    ("url", "location", "target"),
    [
        (_FILE.url, "/blobs/1", "https://packages.example.test/blobs/1"),
        ("http://127.0.0.1:8080/a.tgz", "/blobs/1", "http://127.0.0.1:8080/blobs/1"),
        ("http://127.0.0.1:8080/a.tgz", "http://127.0.0.1:8080/blobs/1", "http://127.0.0.1:8080/blobs/1"),
        ("http://[::1]:8080/a.tgz", "http://[::1]:8080/blobs/1", "http://[::1]:8080/blobs/1"),
        (_FILE.url, "//store.example.test/1", "https://store.example.test/1"),
    ],
)
def test_the_host_that_sent_us_is_asked_too(url: str, location: str, target: str) -> None:
    """Also where it is no public https: our own settings name it."""
    onward = elsewhere(Request("GET", url, download=True), _redirect(location))
    assert onward is not None
    assert onward.url == target


@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        "http://store.example.test/1",
        "https://127.0.0.1/1",
        "https://169.254.169.254/metadata",
        "https://[::1]/1",
        "https://localhost/1",
        "https://user:sample@store.example.test/1",
        "https://store.example.test\\@evil.example.test/1",
        "https://[broken/1",
        "ftp://store.example.test/1",
        "https://store.example.test/ä",
        "https://store.example.test/" + "a" * 2048,
    ],
)
def test_other_addresses_are_not_asked(location: str | None) -> None:
    """And not repeated in the error: a signature is a secret."""
    with pytest.raises(UnexpectedAnswer) as refusal:
        elsewhere(_FILE, _redirect(location))
    assert str(refusal.value) == "Azure DevOps: a download leads to an address that we do not ask"


@pytest.mark.parametrize(
    ("request_", "got"),
    [
        (_FILE, answer({})),
        (_FILE, _redirect(_BLOB, 304)),
        (_FILE, _redirect("/_signin?realm=packages", 302)),
        (_FILE, _redirect("https://accounts.example.test/_signin?realm=x", 302)),
        (Request("GET", _FILE.url), _redirect(_BLOB)),
    ],
)
def test_no_other_answer_leads_elsewhere(request_: Request, got: Answer) -> None:
    """Least of all one that asks for a sign-in, or the answer to anything but a download."""
    assert elsewhere(request_, got) is None


@pytest.mark.parametrize(
    ("got", "kind"),
    [
        (answer({}, status=408), UpstreamUnavailable),
        (answer({}, status=429, headers={"retry-after": "99999"}), UpstreamUnavailable),
        (answer({}, status=503), UpstreamUnavailable),
        (_redirect(_BLOB), AuthenticationFailed),
        (page("<html>sign in"), AuthenticationFailed),
        (page("<Error><Code>AuthenticationFailed</Code></Error>", status=403), UnexpectedAnswer),
        (answer({}, status=404), UnexpectedAnswer),
        (answer({}, status=206), UnexpectedAnswer),
    ],
)
def test_what_is_no_file_has_its_error(got: Answer, kind: type[UpstreamError]) -> None:
    """A second redirect and a page are what a sign-in looks like; a wait of another host's holds nobody up."""
    with pytest.raises(kind) as refusal:
        refuse_no_file(got)
    assert type(refusal.value) is kind
    assert getattr(refusal.value, "retry_after", None) is None


def test_a_file_is_a_file() -> None:
    """Whatever it holds, as long as it is no page."""
    refuse_no_file(Answer(200, {"content-type": "application/octet-stream"}, b"\x1f\x8b"))


@settings(deadline=None)  # a busy machine is no finding
@given(
    status=st.integers(100, 599),
    location=st.text(max_size=60) | st.text(max_size=20).map("https://store.example.test/{}".format),
    body=st.binary(max_size=80) | st.just(json.dumps({}).encode()),
)
def test_junk_is_followed_or_our_error(status: int, location: str, body: bytes) -> None:
    """Nothing raw leaks."""
    got = Answer(status, {"location": location}, body)
    try:
        onward = elsewhere(_FILE, got)
        refuse_no_file(got)
    except FeedwardenError:
        return
    assert onward is None
    assert status == 200
