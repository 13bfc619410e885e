"""From status and body to our errors; texts help people and give nothing away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.azure_devops.errors_wire import refuse_failures, retry_after
from shared.adapters.azure_devops.exchange import Answer, NotThere, Request
from shared.errors import (
    AuthenticationFailed,
    FeedNotFound,
    PermissionMissing,
    UnexpectedAnswer,
    UpstreamError,
    UpstreamUnavailable,
)
from tests.adapters.azure_devops.samples import answer, page, wrapped_error

_NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_GET = Request("GET", "https://feeds.example.test/acme", params={"token": "of-the-query"})
_PATCH = Request("PATCH", "https://feeds.example.test/acme", json={})
_INDEX = Request("GET", "https://feeds.example.test/acme", headers={"Accept": "text/html;q=0.1"})
_SIGN_IN = "<!DOCTYPE html><title>Sign in</title>"


def _refusal(got: Answer, request: Request = _GET) -> UpstreamError:
    with pytest.raises(UpstreamError) as refusal:
        refuse_failures(request, got, now=_NOW)
    assert refusal.value.service == "Azure DevOps"
    return refusal.value


@pytest.mark.parametrize(
    ("got", "request_", "kind"),
    [
        (answer({}, status=401), _GET, AuthenticationFailed),
        (page("", status=401), _GET, AuthenticationFailed),
        (page(_SIGN_IN, status=203), _GET, AuthenticationFailed),
        (answer({}, status=203), _PATCH, AuthenticationFailed),
        (answer({}, status=302, headers={"location": "https://x.example.test/"}), _GET, AuthenticationFailed),
        (answer({}, status=307), _INDEX, AuthenticationFailed),
        (page(_SIGN_IN), _GET, AuthenticationFailed),
        (page(_SIGN_IN), _PATCH, AuthenticationFailed),
        (Answer(200, {}, b"\r\n <html>"), _GET, AuthenticationFailed),
        (answer(wrapped_error("FeedNeedsPermissionsException"), status=403), _GET, PermissionMissing),
        (answer(wrapped_error("Microsoft.VisualStudio.AccessCheckException"), status=403), _PATCH, PermissionMissing),
        (answer(wrapped_error("AccessDeniedException"), status=403), _GET, PermissionMissing),
        (answer(wrapped_error("X", "User 'a' lacks permission to complete."), status=403), _GET, PermissionMissing),
        (answer(wrapped_error("", "You need to have 'ReadPackages'."), status=403), _GET, PermissionMissing),
        (answer(wrapped_error("FeedDisabledException", "The feed is disabled."), status=403), _PATCH, UnexpectedAnswer),
        (answer(wrapped_error("NotAccessDeniedAtAll"), status=403), _GET, UnexpectedAnswer),
        (answer({}, status=403), _GET, UnexpectedAnswer),
        (Answer(403, {}, b""), _PATCH, UnexpectedAnswer),
        (page("<p>You lacks permission</p>", status=403), _GET, UnexpectedAnswer),
        (answer(wrapped_error("X", "VS403463: The conditional access"), status=403), _GET, AuthenticationFailed),
        (page("<p>VS403463: The conditional access</p>", status=403), _GET, AuthenticationFailed),
        (answer(wrapped_error("FeedIdNotFoundException"), status=404), _GET, FeedNotFound),
        (answer(wrapped_error("ProjectDoesNotExistWithNameException"), status=404), _GET, FeedNotFound),
        (answer(wrapped_error("PackageNotFoundException"), status=404), _GET, NotThere),
        (page("not here", status=404), _GET, UnexpectedAnswer),
        (answer(wrapped_error("FeedIdNotFoundException"), status=400), _GET, UnexpectedAnswer),
        (answer({"count": 1, "value": {"Message": "The request is invalid."}}, status=400), _GET, UnexpectedAnswer),
        (answer({}, status=405), _GET, UnexpectedAnswer),
        (answer({}, status=410), _GET, UnexpectedAnswer),
        (answer({}, status=204), _GET, UnexpectedAnswer),
        (answer({}, status=202), _GET, UnexpectedAnswer),
        (answer({}, status=408), _GET, UpstreamUnavailable),
        (answer({}, status=429), _PATCH, UpstreamUnavailable),
        (answer({}, status=500), _GET, UpstreamUnavailable),
        (page("<h1>Bad gateway</h1>", status=502), _GET, UpstreamUnavailable),
        (answer({}, status=503), _GET, UpstreamUnavailable),
    ],
)
def test_every_failure_has_its_error(got: Answer, request_: Request, kind: type[UpstreamError]) -> None:
    """What a person must mend, and what may pass, are different classes."""
    assert type(_refusal(got, request_)) is kind


@pytest.mark.parametrize(
    ("got", "request_"),
    [
        (answer({}), _GET),
        (Answer(200, {}, b"{}"), _GET),
        (page("<a>"), _INDEX),
        (answer({}), _PATCH),
        (Answer(202, {}, b""), _PATCH),
        (Answer(204, {}, b""), _PATCH),
        (Answer(200, {}, b"whatever"), _PATCH),
    ],
)
def test_a_success_passes(got: Answer, request_: Request) -> None:
    """Any 2xx will do for a PATCH, whose body nobody reads; an index may be HTML."""
    refuse_failures(request_, got, now=_NOW)


def test_a_refused_credential_says_what_to_check() -> None:
    """Expiry, scope, and membership in the organization are the three usual causes."""
    text = str(_refusal(page(_SIGN_IN, status=203)))
    for hint in ("203 with a sign-in page", "expired", "Packaging (read, write & manage)", "added to the organization"):
        assert hint in text


def test_a_missing_permission_names_the_role_and_quotes_the_permission() -> None:
    """And leaves out the rest of the message, which names a person's id."""
    message = "User 'aaaa-bbbb' lacks permission to complete this action. You need to have 'AdministerFeed'."
    text = str(_refusal(answer(wrapped_error("FeedNeedsPermissionsException", message), status=403)))
    assert '"Feed Owner"' in text
    assert "('AdministerFeed')" in text
    assert "aaaa" not in text


@pytest.mark.parametrize("name", ["<script>", "A" * 60, "Read Packages\nX", ""])
def test_a_permission_that_is_no_word_is_not_quoted(name: str) -> None:
    """The text goes to people, and to pages."""
    got = answer(wrapped_error("X", f"You need to have '{name}'."), status=403)
    assert "lacks a permission: give" in str(_refusal(got))


def test_another_refusal_is_shown_as_it_is() -> None:
    """A role would be given in vain where the feed is disabled, or a proxy stands in the way."""
    disabled = answer(wrapped_error("FeedDisabledException", "The feed 'secret' is disabled."), status=403)
    text = str(_refusal(disabled, _PATCH))
    assert "answered 403 FeedDisabledException to PATCH /acme: refused, and not for a missing role" in text
    assert not any(word in text for word in ("Feed Owner", "secret", "proxy"))
    by_proxy = str(_refusal(page("<h1>Blocked</h1>", status=403)))
    assert "answered 403 to GET /acme" in by_proxy
    assert "a proxy or firewall on the way may have refused" in by_proxy
    assert "Blocked" not in by_proxy


def test_conditional_access_is_told_by_its_code() -> None:
    """Neither a new token nor a role helps: the policy of the directory does."""
    text = str(_refusal(answer(wrapped_error("X", "VS403463: The conditional access policy …"), status=403)))
    for hint in ("VS403463", "GET /acme", "Microsoft Entra policy"):
        assert hint in text


def test_what_is_not_found_shows_the_path_and_the_likely_cause() -> None:
    """A wrong organization is answered with no name for the error; the query is nobody's business."""
    request = Request("GET", "https://feeds.example.test/acme/Z%C3%BCrich/_apis?sig=secret", params={"a": "secret"})
    assert str(_refusal(page("not here", status=404), request)) == (
        "Azure DevOps: answered 404 to GET /acme/Z%C3%BCrich/_apis. "
        "The organization, project or feed in the address is probably wrong"
    )


def test_a_feed_that_is_not_found_names_the_scope_as_the_cause() -> None:
    """It is what people get wrong."""
    text = str(_refusal(answer(wrapped_error("FeedIdNotFoundException"), status=404)))
    assert "Project-scoped feeds need the project" in text
    assert "FeedIdNotFoundException" in text


def test_other_errors_carry_the_service_s_name_for_them() -> None:
    """With the id under which the service's support finds the call."""
    activity = "0a1b2c3d-1111-4222-8333-444455556666"
    got = answer(wrapped_error("VssInvalidPreviewVersionException"), status=400, headers={"activityid": activity})
    assert str(_refusal(got)) == (
        f"Azure DevOps: answered 400 VssInvalidPreviewVersionException to GET /acme; activity {activity}"
    )


@pytest.mark.parametrize("key", ["", "<b>", "X" * 100, "a b", "\n"])
def test_a_name_that_is_no_name_is_left_out(key: str) -> None:
    """Outside data does not get into our texts as it is."""
    got = answer(wrapped_error(key), status=400, headers={"activityid": "<x>", "x-vss-e2eid": "\n"})
    assert str(_refusal(got)) == "Azure DevOps: answered 400 to GET /acme"


def test_the_wait_that_is_asked_for_is_kept() -> None:
    """So that the work can go back to its queue for that long."""
    error = _refusal(answer({}, status=429, headers={"retry-after": "30"}))
    assert isinstance(error, UpstreamUnavailable)
    assert error.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", timedelta(0)),
        (" 5 ", timedelta(seconds=5)),
        ("1.5", timedelta(seconds=1.5)),
        ("9" * 400, timedelta(days=1)),
        ("Fri, 02 Jan 2026 03:04:35 GMT", timedelta(seconds=30)),
        ("Fri, 02 Jan 2026 03:04:35 -0000", timedelta(seconds=30)),
        ("Fri, 02 Jan 2026 05:04:35 +0200", timedelta(seconds=30)),
        ("Thu, 01 Jan 2026 00:00:00 GMT", timedelta(0)),
        ("Fri, 02 Jan 2099 03:04:05 GMT", timedelta(days=1)),
        ("Fri, 31 Dec 9999 23:59:59 -2359", timedelta(days=1)),
        ("-5", None),
        ("soon", None),
        ("٣", None),
        ("Fri, 99 Jan 2026 03:04:35 GMT", None),
        ("", None),
    ],
)
def test_retry_after_comes_in_seconds_or_as_a_date(text: str, wait: timedelta | None) -> None:
    """A moment that has passed is no wait; a wait beyond reason is a day."""
    assert retry_after(Answer(200, {"retry-after": text}, b""), now=_NOW) == wait


def test_no_header_is_no_wait() -> None:
    """The usual case."""
    assert retry_after(Answer(200, {}, b""), now=_NOW) is None
