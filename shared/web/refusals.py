"""Pages that say no, kindly: why, and what to do. They tell nothing of a package to who may not know. Pure.

`json_refusal` says the same to programs.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from shared.application.approve.answers import FeedRequestsView, RequestView
from shared.domain.approvals import Actor
from shared.domain.owners import FeedOwners, Owns
from shared.web.messages import WebAnswer, WebRequest
from shared.web.own_request import own_request
from shared.web.rendering import page
from shared.web.request_page import ASK_PATH, ask_address

_MOST_OWNERS: Final = 12
# How the use cases begin to tell it, of whoever it is about.
_NO_OWNER: Final = "not an owner"


def sign_in(request: WebRequest) -> WebAnswer:
    """Ask for a sign-in, and come back here afterwards."""
    if request.wants_json:
        return json_refusal(HTTPStatus.UNAUTHORIZED, "sign in with Microsoft Entra ID first")
    return _refusal(
        HTTPStatus.UNAUTHORIZED,
        "Sign in to go on",
        "This page is for people of your organization. What it is about is shown when you have signed in.",
        "Opening a link decides nothing, and neither does signing in.",
        action=("Sign in with Microsoft Entra ID", _platform("login/aad", "post_login_redirect_uri", request.path)),
    )


def wrong_tenant(request: WebRequest, actor: Actor) -> WebAnswer:
    """Say that the account belongs to another organization."""
    if request.wants_json:
        return json_refusal(HTTPStatus.FORBIDDEN, "the account belongs to another organization")
    return _refusal(
        HTTPStatus.FORBIDDEN,
        "This account belongs to another organization",
        "You are signed in, but with an account of an organization that these feeds do not belong to.",
        "Sign out, and open the link again with the account that you use for these feeds.",
        actor=actor,
        action=("Sign out", _platform("logout", "post_logout_redirect_uri", request.path)),
    )


def sign_in_is_off(request: WebRequest) -> WebAnswer:
    """Say that nobody can be told apart."""
    return unavailable(
        request,
        "Nobody can sign in here yet",
        "App Service Authentication is off for this app, so nobody can prove who they are, and nothing can be decided.",
        "Whoever runs Feedwarden switches it on, with Microsoft Entra ID as the identity provider.",
    )


def not_configured(request: WebRequest) -> WebAnswer:
    """Say that approvals are not set up."""
    return unavailable(
        request,
        "Approvals are not set up here",
        "Feedwarden guards the feeds, but nobody can allow versions from outside through it yet.",
        "Whoever runs Feedwarden sets APPROVAL_KEYS, ENTRA_TENANT_ID and PUBLIC_BASE_URL.",
    )


def out_of_order(request: WebRequest) -> WebAnswer:
    """Say that something failed that nobody here can mend."""
    return unavailable(
        request,
        "This does not work right now",
        "Something that Feedwarden needs did not answer. Nothing was changed, as far as can be told from here.",
        "Try again in a minute. If it stays, whoever runs Feedwarden finds the cause in its log.",
    )


def unavailable(request: WebRequest, title: str, *paragraphs: str) -> WebAnswer:
    """Answer 503."""
    if request.wants_json:
        return json_refusal(HTTPStatus.SERVICE_UNAVAILABLE, paragraphs[0])
    return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, title, *paragraphs)


def no_such_page(actor: Actor) -> WebAnswer:
    """Say that a link is none of ours."""
    return _refusal(
        HTTPStatus.NOT_FOUND,
        "This link does not work",
        "It is not a link that Feedwarden made, or a part of it got lost on the way.",
        "Open it again from the message it came in, or copy the whole of it.",
        actor=actor,
        action=("Ask for versions from outside", ASK_PATH),
    )


def bad_form(status: HTTPStatus, text: str, actor: Actor, request: WebRequest) -> WebAnswer:
    """Say that a form could not be read, or is not one of ours; nothing was done."""
    return _refusal(
        status,
        "That form was not taken",
        text,
        "Nothing was changed. Open the page again and fill it in there.",
        actor=actor,
        action=("Open the page again", request.path),
    )


def not_an_owner(view: RequestView | FeedRequestsView, actor: Actor, *, why: str = "") -> WebAnswer:
    """Say to somebody signed in that they do not own the feed; of the package, its name and nothing else.

    Whoever asked for it learns how their request stands.
    """
    case = view.case if isinstance(view, RequestView) else None
    doubtful = view.ownership.owns is Owns.UNKNOWN
    return page(
        "not-an-owner.html.jinja",
        status=HTTPStatus.FORBIDDEN,
        actor=actor,
        title="It could not be made out whether you own this feed" if doubtful else "Only an owner of the feed decides",
        feed=view.feed_title if isinstance(view, FeedRequestsView) else view.case.feed_title,
        name=None if case is None else case.name,
        own=own_request(view, actor) if isinstance(view, RequestView) else None,
        why=_sentence(why or view.ownership.why),
        owners=_names(view.owners),
        more=0 if view.owners is None else max(len(view.owners.people) - _MOST_OWNERS, 0),
        whole=view.owners is not None and not view.owners.doubts,
        ask=ASK_PATH if case is None else ask_address(case),
    )


def json_refusal(status: HTTPStatus, text: str) -> WebAnswer:
    """Say no to a program."""
    return json_answer(status, {"error": text})


def json_answer(status: HTTPStatus, document: object) -> WebAnswer:
    """Answer a program."""
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return WebAnswer(status, headers, json.dumps(document).encode("ascii"))


def _refusal(
    status: HTTPStatus, title: str, *paragraphs: str, actor: Actor | None = None, action: tuple[str, str] | None = None
) -> WebAnswer:
    return page("refusal.html.jinja", status=status, title=title, paragraphs=paragraphs, actor=actor, action=action)


def _platform(what: str, back: str, path: str) -> str:
    # Browsers read "//host" and "/\host" as other sites.
    is_ours = path.startswith("/") and path[1:2] not in {"/", "\\"}
    return f"/.auth/{what}?{urlencode({back: path if is_ours else '/'})}"


def _sentence(why: str) -> str:
    said = f"You are {why}" if why.startswith(_NO_OWNER) else f"{why[:1].upper()}{why[1:]}"
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _names(owners: FeedOwners | None) -> tuple[str, ...]:
    people = () if owners is None else owners.people[:_MOST_OWNERS]
    return tuple(person.name or person.mail or "somebody whose name is not known" for person in people)
