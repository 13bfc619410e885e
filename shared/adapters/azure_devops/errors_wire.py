"""From the status and body of an answer to our errors; texts are for people and carry no secrets."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from shared.adapters.azure_devops.exchange import SERVICE, Answer, NotThere, Request, Shape, parsed
from shared.adapters.outbound.retry_after import retry_after as read_retry_after
from shared.errors import (
    AuthenticationFailed,
    FeedNotFound,
    PermissionMissing,
    UnexpectedAnswer,
    UpstreamError,
    UpstreamUnavailable,
)

TRANSIENT: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_SCOPE_NOT_FOUND: Final = ("FeedIdNotFoundException", "FeedNotFoundException", "ProjectDoesNotExist")
_SIGN_IN: Final = (
    "the credential is not accepted ({how}). Check that the personal access token has not expired and has the scope "
    '"Packaging (read, write & manage)", or that the managed identity was added to the organization'
)
_ROLE: Final = (
    'the identity lacks a permission{quoted}: give it the role "Feed Owner" on this feed '
    "(and access to the project, where the feed belongs to one){activity}"
)
_NO_FEED: Final = (
    "no such feed in this scope, or no right to see it{kind}. Project-scoped feeds need the project in the address: "
    "a missing or wrong project is the likely cause{activity}"
)
_REFUSED: Final = (
    "answered 403{kind} to {what}: refused, and not for a missing role as far as the answer says{page}{activity}"
)
_PAGE: Final = ". It is a web page, not Azure DevOps' own answer: a proxy or firewall on the way may have refused"
_CONDITIONAL_ACCESS: Final = (
    "conditional access refused the credential ({code}) for {what}: the organization's Microsoft Entra policy does not "
    "admit this identity from this network. Ask who administers the policy{activity}"
)
_PROBABLY_SCOPE: Final = ". The organization, project or feed in the address is probably wrong"
# A 403 is only taken for a missing role where the service says so, by its name for the error or in a known sentence.
_ACCESS_KEY: Final = re.compile(
    r"(?:\w+\.)*(?:Feed|Package|View)?(?:NeedsPermissions?|AccessCheck|AccessDenied|PermissionDenied|UnauthorizedAccess)\w*"
)
_ACCESS_SENTENCE: Final = re.compile(
    r"lacks permission|need to have '|needs the following permission|is not authorized to access", re.IGNORECASE
)
# "VS403463: The conditional access policy defined by your … administrator has failed", whatever it is wrapped in.
_CONDITIONAL_ACCESS_CODE: Final = b"VS403463"
# A day: more than any service asks for, and far from where dates end.
_LONGEST_RETRY_AFTER: Final = timedelta(days=1)
_LONGEST_MESSAGE: Final = 2000
_LONGEST_PATH: Final = 500


class _Wrapped(Shape):
    """How the service describes an error; framework errors and proxies describe theirs otherwise, or not at all."""

    type_key: str = ""
    message: str = ""


def retry_after(answer: Answer, *, now: datetime) -> timedelta | None:
    """Read `Retry-After`, at most a day; None where it is missing or unreadable."""
    wait = read_retry_after(answer.headers, now=now)
    return None if wait is None else min(wait, _LONGEST_RETRY_AFTER)


def refuse_failures(request: Request, answer: Answer, *, now: datetime) -> None:
    """Return where the answer is a success that may be read; raise our error for every other one."""
    error = _failure(request, answer, now=now)
    if error is not None:
        raise error


def _failure(request: Request, answer: Answer, *, now: datetime) -> UpstreamError | None:
    status = answer.status
    if status in TRANSIENT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UpstreamUnavailable(
            f"answered {status}{_activity(answer)}", service=SERVICE, retry_after=retry_after(answer, now=now)
        )
    if _is_sign_in(request, answer):
        return AuthenticationFailed(_SIGN_IN.format(how=_how(answer)), service=SERVICE)
    if status == HTTPStatus.FORBIDDEN:
        return _refusal(request, answer)
    kind = _type_key(answer) if status >= HTTPStatus.BAD_REQUEST else ""
    if status == HTTPStatus.NOT_FOUND and kind.startswith(_SCOPE_NOT_FOUND):
        return FeedNotFound(_NO_FEED.format(kind=f" ({kind})", activity=_activity(answer)), service=SERVICE)
    if _is_success(request, answer):
        return None
    missing = status == HTTPStatus.NOT_FOUND
    advice = _PROBABLY_SCOPE if missing else ""
    # A web page is another's: it says nothing about what the service has.
    kind_of = NotThere if missing and not is_page(answer) else UnexpectedAnswer
    text = f"answered {status}{_named(kind)} to {_asked(request)}{advice}{_activity(answer)}"
    return kind_of(text, service=SERVICE)


def _refusal(request: Request, answer: Answer) -> UpstreamError:
    """Tell a missing role from everything else that is answered with 403.

    What cannot be told apart is unexpected, never a missing role: that would be put right in the wrong place.
    """
    what, activity, kind = _asked(request), _activity(answer), _type_key(answer)
    if _CONDITIONAL_ACCESS_CODE in answer.body:
        code = _CONDITIONAL_ACCESS_CODE.decode()
        return AuthenticationFailed(
            _CONDITIONAL_ACCESS.format(code=code, what=what, activity=activity), service=SERVICE
        )
    if _ACCESS_KEY.fullmatch(kind) or _ACCESS_SENTENCE.search(_wrapped(answer).message[:_LONGEST_MESSAGE]):
        return PermissionMissing(_ROLE.format(quoted=_quoted_permission(answer), activity=activity), service=SERVICE)
    page = _PAGE if is_page(answer) else ""
    return UnexpectedAnswer(
        _REFUSED.format(kind=_named(kind), what=what, page=page, activity=activity), service=SERVICE
    )


def _named(kind: str) -> str:
    return f" {kind}" if kind else ""


def _asked(request: Request) -> str:
    """Say what was asked: the path tells the scope; host and query tell nothing that helps."""
    return f"{request.method} {urlsplit(request.url).path[:_LONGEST_PATH]}"


def _is_success(request: Request, answer: Answer) -> bool:
    # Documentation and observations of PATCH disagree (200, 202, 204), and its body says nothing.
    # What a publish is answered with (PUT) is not documented at all.
    if request.method in {"PATCH", "PUT"}:
        return HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES
    return answer.status == HTTPStatus.OK


def _is_sign_in(request: Request, answer: Answer) -> bool:
    """Say whether this is the sign-in page in one of its guises, or plainly a 401."""
    status = answer.status
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NON_AUTHORITATIVE_INFORMATION}:
        return True
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return True
    asked_for_html = "html" in request.headers.get("Accept", "")
    return status < HTTPStatus.MULTIPLE_CHOICES and not asked_for_html and is_page(answer)


def is_page(answer: Answer) -> bool:
    """Say whether this is a web page; no package's file is one."""
    return "html" in answer.headers.get("content-type", "").lower() or answer.body[:64].lstrip().startswith(b"<")


def _how(answer: Answer) -> str:
    page = " with a sign-in page" if is_page(answer) else ""
    return f"answered {answer.status}{page}{_activity(answer)}"


def _wrapped(answer: Answer) -> _Wrapped:
    try:
        return parsed(answer, _Wrapped)
    except UnexpectedAnswer:
        return _Wrapped()  # the status says enough; the body only adds words


def _type_key(answer: Answer) -> str:
    """Return the service's name for the error, where it is a name."""
    key = _wrapped(answer).type_key
    return key if re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]{0,79}", key) else ""


def _quoted_permission(answer: Answer) -> str:
    """Quote the permission that the service names; nothing else of its text, which may name people."""
    found = re.search(r"need to have '([A-Za-z]{1,40})'", _wrapped(answer).message[:_LONGEST_MESSAGE])
    return f" ('{found[1]}')" if found else ""


def _activity(answer: Answer) -> str:
    """Return the id under which Microsoft's support finds the call."""
    for header in ("activityid", "x-vss-e2eid"):
        text = answer.headers.get(header, "")
        if re.fullmatch(r"[0-9a-fA-F-]{8,36}", text):
            return f"; activity {text}"
    return ""
