"""The desk: one collision on record, its request, people, and a check that finds what a test says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from shared.application.approve.answers import Choice, OwnerDecision, RequestView
from shared.application.approve.ask import Asker, new_request
from shared.application.approve.decide import Decider
from shared.application.approve.expire import Expirer
from shared.application.approve.view import Viewer
from shared.application.feed_book import FeedBook
from shared.application.journal import Entry, Journal, Requests
from shared.application.messages import CheckRequest
from shared.domain.approval_rules import ApprovalRule, ApprovalTerms
from shared.domain.approvals import Actor, Approval, Ask
from shared.domain.audit import GENESIS, flaws, subject_of
from shared.domain.cases import Case, CaseEvent, CaseState
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.evidence_pack import EvidencePack
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.policy import Mode, Protection, Scenario, Stance
from shared.domain.reasons import Reason
from shared.domain.rules import GuardPolicy
from shared.ports import RequestRef, StoredCase
from tests.application.approve.stand_ins import OLGA, OWNERS, FakeLinks, ScriptedChecker
from tests.domain.packs import NAME, pack
from tests.fakes import (
    CountingIds,
    FakeFeedService,
    FakeOwners,
    MemoryQueue,
    MemoryRegister,
    SettableClock,
)

DAY: Final = timedelta(days=1)


@dataclass(slots=True)
class Desk:
    """The use cases over fakes."""

    terms: ApprovalTerms = field(default_factory=ApprovalTerms)
    clock: SettableClock = field(default_factory=SettableClock)
    register: MemoryRegister = field(default_factory=MemoryRegister)
    links: FakeLinks = field(default_factory=FakeLinks)
    owners: FakeOwners = field(default_factory=lambda: FakeOwners(default=OWNERS))
    checker: ScriptedChecker = field(default_factory=ScriptedChecker)
    service: FakeFeedService = field(default_factory=FakeFeedService)
    ids: CountingIds = field(default_factory=CountingIds)
    queue: MemoryQueue = field(init=False)
    feed: Feed = field(init=False)

    def __post_init__(self) -> None:
        """Share the one clock, and set up a feed."""
        self.queue = MemoryQueue(clock=self.clock)
        self.feed = self.service.world.add_feed("core", project="Payments")

    @property
    def policy(self) -> GuardPolicy:
        """A policy with the terms of the test."""
        return GuardPolicy(Stance(Mode.ENFORCE), approvals=(ApprovalRule(self.terms),))

    @property
    def journal(self) -> Journal:
        """The journal over the register."""
        return Journal(self.register, self.clock, self.ids)

    @property
    def viewer(self) -> Viewer:
        """What shows."""
        return Viewer(self.register, self.links, self.owners, self.policy, self.clock)

    @property
    def decider(self) -> Decider:
        """What decides."""
        return Decider(
            self.register, self.links, self.owners, self.policy, self.journal, self.checker, self.queue, self.clock
        )

    @property
    def asker(self) -> Asker:
        """What asks."""
        book = FeedBook(self.service, self.clock)
        return Asker(
            book,
            self.register,
            self.links,
            self.policy,
            self.journal,
            self.checker,
            self.clock,
            self.ids,
            self.owners,
        )

    @property
    def expirer(self) -> Expirer:
        """What looks for what is due; remembers nothing yet."""
        return Expirer(self.register, self.queue, self.clock)

    async def collide(self, name: PackageName = NAME, /, **members: object) -> StoredCase:
        """Put a blocked collision on record."""
        case = self.draft(name, **members)
        return await self.journal.write(case, Entry(CaseEvent.FOUND_PROTECTED, "test", {}), None)

    def draft(self, name: PackageName = NAME, /, **members: object) -> Case:
        """Return a blocked collision."""
        known = replace(pack(), name=name)
        case = Case(
            feed=self.feed.ref,
            feed_title=self.feed.title,
            name=name,
            state=CaseState.PROTECTED,
            protection=Protection.PROTECTED,
            scenario=Scenario.PRIVATE_MADE_PUBLIC,
            reasons=(Reason.BLOCKED_BY_AUTO,),
            mode=Mode.ENFORCE,
            behavior=UpstreamingBehavior.AUTO,
            previous_behavior=None,
            twin=known.twin,
            saved_external=(),
            opened_at=self.clock(),
            updated_at=self.clock(),
            changed_at=None,
            sequence=0,
            head=GENESIS,
            pack=known,
            evidence_digest=known.digest(),
        )
        return replace(case, **members)  # type: ignore[arg-type]  # the dataclass checks the names

    async def opened(self, *asks: Ask, name: PackageName = NAME, **members: object) -> str:
        """Put a collision and an open request on record; return the token of its link."""
        stored = await self.collide(name, **members)
        request = new_request(stored.case, last=None, terms=self.terms, now=self.clock(), approval_id=self.ids())
        assert request is not None
        return await self.put(replace(request, asks=asks))

    async def put(self, approval: Approval, event: CaseEvent = CaseEvent.APPROVAL_ASKED) -> str:
        """Put an approval on record as it is; return the token of its link."""
        stored = await self.register.case(approval.feed, approval.name)
        assert stored is not None
        await self.journal.write(stored.case, Entry(event, "test", {}), stored, Requests(moved=(approval,)))
        ref = RequestRef(approval.feed, approval.name, approval.approval_id)
        return self.links.to_request(ref).rpartition("/")[2]

    async def found(self, known: EvidencePack | None = None, **members: object) -> None:
        """Record what a check would: other evidence, or another state of things."""
        stored = await self.register.case(self.feed.ref, NAME)
        assert stored is not None
        case = replace(stored.case, **members)  # type: ignore[arg-type]  # the same
        if known is not None:
            case = replace(case, pack=known, evidence_digest=known.digest(), twin=known.twin)
        kind = CaseEvent.FOUND_UNKNOWN if case.protection is Protection.UNKNOWN else CaseEvent.FOUND_PROTECTED
        await self.journal.write(case, Entry(kind, "test", {}), stored)

    async def seen(self, token: str, who: Actor = OLGA) -> RequestView:
        """Return the page of a request as somebody sees it."""
        view = await self.viewer.look(token, who)
        assert isinstance(view, RequestView)
        return view

    async def decided(
        self, token: str, who: Actor = OLGA, choice: Choice = Choice.ALLOW_PERIOD, **said: object
    ) -> Approval:
        """Decide on what is known now, unless `said` says otherwise."""
        shown = (await self.seen(token, who)).case.pack
        digest = "" if shown is None else shown.digest()
        decision = OwnerDecision(choice, "needed for the release", digest, shown)
        return await self.decider.decide(token, who, replace(decision, **said))  # type: ignore[arg-type]  # the same

    async def alive(self) -> Approval | None:
        """Return the approval that is alive."""
        return await self.register.approval(self.feed.ref, NAME)

    async def story(self) -> list[CaseEvent]:
        """Return the events of the case, after checking that the chain is sound."""
        stored = await self.register.case(self.feed.ref, NAME)
        assert stored is not None
        events = [event async for event in self.register.events(self.feed.ref, NAME)]
        subject = subject_of(self.feed.ref, NAME)
        assert flaws(subject, events, sequence=stored.case.sequence, head=stored.case.head) == ()
        return [event.kind for event in events]

    async def details(self) -> dict[str, str]:
        """Return what the newest event tells."""
        events = [event async for event in self.register.events(self.feed.ref, NAME)]
        return dict(events[-1].details)

    def queued(self) -> list[CheckRequest]:
        """Return the checks that wait."""
        return [CheckRequest.of(message.text) for messages in self.queue.messages.values() for message in messages]
