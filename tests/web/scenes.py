"""Requests as pages get to see them, the people who look, and use cases that do as they are told."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from shared.adapters.seals import Seals
from shared.application.approve.answers import Asked, FeedRequestsView, ListedRequest, OwnerDecision, RequestView
from shared.domain.approval_rules import DEFAULT_TERMS
from shared.domain.approvals import Actor, Approval, ApprovalState, Ask, Ending, Grant, Vote
from shared.domain.cases import Case, CaseState
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.evidence_pack import EvidencePack
from shared.domain.feeds import FeedRef
from shared.domain.owners import FeedOwners, Ownership, Owns, Person
from shared.domain.policy import Mode, Protection, Scenario
from shared.domain.reasons import Reason
from shared.web.approval_pages import ApprovalPages
from shared.web.forgery import FormGuard
from shared.web.messages import WebAnswer, WebRequest
from shared.web.shown import seal_pack
from tests.domain.packs import NAME, pack
from tests.fakes.times import START, CountingIds, SettableClock

TENANT: Final = "11111111-aaaa-4000-8000-000000000001"
OWNER: Final = Actor(TENANT, "22222222-bbbb-4000-8000-000000000002", "Olga Owner")
SECOND: Final = Actor(TENANT, "22222222-bbbb-4000-8000-000000000003", "Omar Owner")
OUTSIDER: Final = Actor(TENANT, "22222222-bbbb-4000-8000-000000000004", "Otto Outsider")
STRANGER: Final = Actor("99999999-cccc-4000-8000-000000000009", "22222222-bbbb-4000-8000-000000000005", "Sam")
FEED: Final = FeedRef("contoso", "project-1", "feed-1")
TITLE: Final = "Payments/core"
TOKEN: Final = "rsample-token"
PATH: Final = f"/api/approvals/{TOKEN}"
HOST: Final = "feedwarden.example.test"
PACK: Final = pack()
REASON: Final = "The billing team needs it."
ON: Final[Mapping[str, str]] = MappingProxyType({"WEBSITE_AUTH_ENABLED": "True"})


def case(known: EvidencePack | None = PACK, **members: Any) -> Case:  # noqa: ANN401  # members of the dataclass
    """Return the case of a package that is blocked."""
    plain = Case(
        feed=FEED,
        feed_title=TITLE,
        name=NAME,
        state=CaseState.PROTECTED,
        protection=Protection.PROTECTED,
        scenario=Scenario.PRIVATE_MADE_PUBLIC,
        reasons=(Reason.BLOCKED_BY_AUTO,),
        mode=Mode.ENFORCE,
        behavior=UpstreamingBehavior.AUTO,
        previous_behavior=None,
        twin=pack().twin if known is None else known.twin,
        saved_external=(),
        opened_at=START - timedelta(days=2),
        updated_at=START,
        changed_at=None,
        sequence=3,
        head="ab" * 32,
        pack=known,
        evidence_digest="" if known is None else known.digest(),
        twin_seen_at=START - timedelta(days=2),
        approval_id="request-1",
    )
    return replace(plain, **members)


def approval(state: ApprovalState = ApprovalState.OPEN, **members: Any) -> Approval:  # noqa: ANN401  # the same
    """Return a request that Feedwarden opened."""
    plain = Approval(
        approval_id="request-1",
        feed=FEED,
        name=NAME,
        state=state,
        opened_at=START - timedelta(days=1),
        link_until=START + timedelta(days=6),
        digest=PACK.digest(),
        pack=PACK,
    )
    return replace(plain, **members)


def asked_by(actor: Actor = OUTSIDER, reason: str = REASON) -> Ask:
    """Return what somebody asked."""
    return Ask(actor, START - timedelta(hours=20), reason)


def vote(actor: Actor = SECOND, **members: Any) -> Vote:  # noqa: ANN401  # the same
    """Return an owner's voice."""
    return replace(Vote(actor, START - timedelta(hours=2), "Looked at it, it is harmless."), **members)


def granted(state: ApprovalState = ApprovalState.IN_FORCE, **members: Any) -> Approval:  # noqa: ANN401  # the same
    """Return a request that an owner allowed for a week."""
    plain = approval(
        state,
        asks=(asked_by(),),
        grant=Grant(None, timedelta(days=7)),
        votes=(vote(),),
        granted_at=START - timedelta(hours=2),
        switched_at=START - timedelta(hours=1),
        until=START + timedelta(days=7),
    )
    return replace(plain, **members)


def ended(state: ApprovalState, actor: Actor | None = SECOND, why: str = "Not needed any more.") -> Approval:
    """Return a request that is over."""
    return replace(granted(state), ending=Ending(START - timedelta(minutes=30), actor, why))


OWNERS: Final = FeedOwners((Person(TENANT, OWNER.object_id, "", OWNER.name, ""), Person("", "", "", "Omar Owner", "")))
OWNS: Final = Ownership(Owns.YES, "Olga Owner is an owner of the feed")
OWNS_NOT: Final = Ownership(Owns.NO, "not an owner of the feed: neither by name nor through a group")


def view(of: Approval | None = None, **members: Any) -> RequestView:  # noqa: ANN401  # the same
    """Return what an owner gets to see."""
    plain = RequestView(
        case=case(),
        approval=of or approval(),
        newest=None,
        terms=DEFAULT_TERMS,
        link_expired=False,
        ownership=OWNS,
        owners=OWNERS,
        changes=(),
        obstacles=(),
        now=START,
    )
    return replace(plain, **members)


def list_view(*approvals: Approval, **members: Any) -> FeedRequestsView:  # noqa: ANN401  # the same
    """Return what an owner sees of a feed's requests."""
    listed = tuple(ListedRequest(case(), each, f"https://{HOST}{PATH}") for each in approvals)
    plain = FeedRequestsView(TITLE, listed, complete=True, link_expired=False, ownership=OWNS, owners=OWNERS, now=START)
    return replace(plain, **members)


@dataclass(slots=True)
class Desk:
    """Use cases under a test's control; errors are raised by whoever is to meet them, once each."""

    shown: RequestView | FeedRequestsView = field(default_factory=view)
    answer: Asked = field(default_factory=lambda: Asked(approval(), merged=False, address=f"https://{HOST}{PATH}"))
    look_fails: list[Exception] = field(default_factory=list)
    decide_fails: list[Exception] = field(default_factory=list)
    ask_fails: list[Exception] = field(default_factory=list)
    looks: list[tuple[str, Actor]] = field(default_factory=list)
    decisions: list[tuple[Actor, OwnerDecision]] = field(default_factory=list)
    asks: list[tuple[str, str, str, str, Actor]] = field(default_factory=list)

    async def look(self, token: str, actor: Actor) -> RequestView | FeedRequestsView:
        """Show what the test wants to be shown."""
        self.looks.append((token, actor))
        if self.look_fails:
            raise self.look_fails.pop(0)
        return self.shown

    async def decide(self, token: str, actor: Actor, decision: OwnerDecision) -> None:
        """Keep the decision."""
        assert token == TOKEN
        if self.decide_fails:
            raise self.decide_fails.pop(0)
        self.decisions.append((actor, decision))

    async def ask(self, feed: str, ecosystem: str, name: str, reason: str, actor: Actor) -> Asked:
        """Keep what was asked."""
        if self.ask_fails:
            raise self.ask_fails.pop(0)
        self.asks.append((feed, ecosystem, name, reason, actor))
        return self.answer


@dataclass(slots=True)
class Site:
    """The pages over a desk, with real seals."""

    desk: Desk = field(default_factory=Desk)
    clock: SettableClock = field(default_factory=SettableClock)
    environment: Mapping[str, str] = ON
    ids: CountingIds = field(default_factory=lambda: CountingIds("unguessable-by-anybody"))

    @property
    def seals(self) -> Seals:
        """Return what signs."""
        return Seals(("sample-key-of-thirty-two-characters",), self.clock)

    @property
    def pages(self) -> ApprovalPages:
        """Return the pages, wired as in production."""
        return ApprovalPages(
            viewer=self.desk,
            decider=self.desk,
            asker=self.desk,
            seals=self.seals,
            tenant=TENANT,
            new_id=self.ids,
            environment=self.environment,
        )


def principal(actor: Actor, **members: Any) -> str:  # noqa: ANN401  # members of the platform's document
    """Write the header that the platform sets for a person."""
    claims = [
        {"typ": "http://schemas.microsoft.com/identity/claims/tenantid", "val": actor.tenant},
        {"typ": "http://schemas.microsoft.com/identity/claims/objectidentifier", "val": actor.object_id},
        {"typ": "name", "val": actor.name},
    ]
    document = {"auth_typ": "aad", "claims": claims, "name_typ": "name", "role_typ": "roles"} | members
    return base64.b64encode(json.dumps(document).encode()).decode()


def request(method: str = "GET", path: str = PATH, *, actor: Actor | None = OWNER, **headers: str) -> WebRequest:
    """Return a request of a browser; names of headers are written with underscores."""
    sent = {"host": HOST, "user-agent": "Sample Browser"} | {k.replace("_", "-"): v for k, v in headers.items()}
    if actor is not None:
        sent["x-ms-client-principal"] = principal(actor)
    return WebRequest(method, path, sent, {}, b"")


def form(fields: Mapping[str, str], path: str = PATH, *, actor: Actor | None = OWNER, **headers: str) -> WebRequest:
    """Return a form as a browser sends it."""
    kind = {"content_type": "application/x-www-form-urlencoded"} | headers
    return replace(request("POST", path, actor=actor, **kind), body=urlencode(fields).encode())


def keys_of(site: Site, actor: Actor = OWNER, path: str = PATH) -> tuple[dict[str, str], str]:
    """Return what a page for a person carries in its forms without being seen, and the browser's cookie."""
    key = FormGuard(site.seals, site.ids).key(request(path=path, actor=actor), actor)
    hidden = {"csrf": key.token, "digest": PACK.digest(), "shown": seal_pack(site.seals, PACK)}
    return hidden, key.cookie.partition(";")[0]


async def decide(site: Site, fields: Mapping[str, str], *, actor: Actor = OWNER, **headers: str) -> WebAnswer:
    """Send a form of our page, as the person who saw it."""
    hidden, cookie = keys_of(site, actor)
    sent = form(hidden | dict(fields), actor=actor, **{"cookie": cookie, "sec_fetch_site": "same-origin"} | headers)
    return await site.pages.link(sent, TOKEN)


def text_of(answer: WebAnswer) -> str:
    """Return the page's HTML."""
    return answer.body.decode()
