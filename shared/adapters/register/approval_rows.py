"""Approvals as documents, and back. Readers raise only UnexpectedAnswer.

Texts for people are cut, as everywhere. Who asked, who agreed, what is allowed and what the feed held before decide
about rights: of these nothing is left out. A row that cannot hold all of them is refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from shared.adapters.register.documents import (
    SERVICE,
    Document,
    Entity,
    cut_text,
    pack,
    read_number,
    read_text,
    read_texts,
    read_time,
    read_truth,
    unpack,
    write_time,
)
from shared.adapters.register.pack_rows import maybe, pack_document, pack_of_document
from shared.adapters.register.rows import feed_document, feed_of, reading
from shared.domain.approvals import Actor, Approval, ApprovalState, Ask, Ending, Grant, Vote
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import TooLarge, UnexpectedAnswer

# Characters, each at most 12 in JSON.
_NAME: Final = 100
_SENTENCE: Final = 2_000
# What people said is cut to the first of these lengths with which all of them fit.
_REASONS: Final = (2_000, 500, 100, 1)
# JSON characters. Together with an evidence pack they stay below what one entity holds. A request that too many people
# join refuses the next one, and an approval whose switch would be opened over too many versions is not carried out:
# neither keeps one that is on record from ending.
_ASKS: Final = 60_000
_VOTES: Final = 30_000
_SAVED: Final = 140_000
_VERSION: Final = 5_000


def approval_document(approval: Approval) -> Document:
    """Return an approval as a document.

    Raises:
        TooLarge: it holds more of what may not be left out than a row takes.
    """
    return {
        "id": approval.approval_id,
        "feed": feed_document(approval.feed),
        "ecosystem": approval.name.ecosystem,
        "canonical": approval.name.canonical,
        "spelling": approval.name.spelling,
        "state": approval.state,
        "opened_at": write_time(approval.opened_at),
        "link_until": write_time(approval.link_until),
        "digest": approval.digest,
        "pack": maybe(approval.pack, pack_document),
        "asks": _within(_ASKS, "people who asked", lambda longest: [_said(ask, longest) for ask in approval.asks]),
        "grant": maybe(approval.grant, _grant_document),
        "votes": _within(
            _VOTES, "people who agreed", lambda longest: [_voted(vote, longest) for vote in approval.votes]
        ),
        "granted_at": write_time(approval.granted_at),
        "saved_before": _within(_SAVED, "versions saved before", lambda _: list(approval.saved_before)),
        "switched_at": write_time(approval.switched_at),
        "until": write_time(approval.until),
        "warned": approval.warned,
        "closing_as": approval.closing_as,
        "reopens": approval.reopens,
        "ending": maybe(approval.ending, _ending_document),
    }


def write_approval(approval: Approval) -> Entity:
    """Return what the row of an approval holds; its state stands outside the body too, for people. Raises TooLarge."""
    return pack(approval_document(approval)) | {"state": approval.state.value}


def _within[T](budget: int, what: str, build: Callable[[int], Sequence[T]]) -> list[T]:
    for longest in _REASONS:
        documents = list(build(longest))
        if len(json.dumps(documents)) <= budget:
            return documents
    raise TooLarge(f"an approval cannot hold so many {what}")


def _actor_document(actor: Actor) -> Document:
    # A cut id could be somebody else's, so ids are kept whole.
    return {"tenant": actor.tenant, "object_id": actor.object_id, "name": cut_text(actor.name, _NAME)}


def _said(said: Ask | Vote, longest: int) -> Document:
    return _actor_document(said.actor) | {"at": write_time(said.at), "reason": cut_text(said.reason, longest)}


def _voted(vote: Vote, longest: int) -> Document:
    return _said(vote, longest) | {"emergency": vote.emergency}


def _grant_document(grant: Grant) -> Document:
    if grant.version is not None and len(json.dumps(grant.version)) > _VERSION:
        raise TooLarge(f"no version is so long: {grant.version[:60]!r}…")
    return {"version": grant.version, "period_seconds": grant.period // timedelta(seconds=1)}


def _ending_document(ending: Ending) -> Document:
    who = maybe(ending.actor, _actor_document)
    return {"at": write_time(ending.at), "who": who, "why": cut_text(ending.why, _SENTENCE)}


def _members(value: object) -> Document:
    if not isinstance(value, dict):
        raise TypeError(f"no document: {value!r:.40}")
    return value


def _items[T](value: object, read: Callable[[object], T]) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise TypeError(f"no list: {value!r:.40}")
    return tuple(read(item) for item in value)


def _actor(value: object) -> Actor:
    found = _members(value)
    return Actor(read_text(found["tenant"]), read_text(found["object_id"]), read_text(found["name"]))


def _ask(value: object) -> Ask:
    found = _members(value)
    return Ask(_actor(found), read_time(found["at"]), read_text(found["reason"]))


def _vote(value: object) -> Vote:
    found = _members(value)
    ask = _ask(found)
    return Vote(ask.actor, ask.at, ask.reason, read_truth(found["emergency"]))


def _grant(value: object) -> Grant:
    found = _members(value)
    return Grant(maybe(found["version"], read_text), timedelta(seconds=read_number(found["period_seconds"])))


def _ending(value: object) -> Ending:
    found = _members(value)
    return Ending(read_time(found["at"]), maybe(found["who"], _actor), read_text(found["why"]))


def _approval(document: Document) -> Approval:
    ecosystem = Ecosystem(document["ecosystem"])
    name = PackageName(ecosystem, read_text(document["canonical"]), read_text(document["spelling"]))
    return Approval(
        approval_id=read_text(document["id"]),
        feed=feed_of(document["feed"]),
        name=name,
        state=ApprovalState(document["state"]),
        opened_at=read_time(document["opened_at"]),
        link_until=read_time(document["link_until"]),
        digest=read_text(document["digest"]),
        pack=maybe(document["pack"], lambda found: pack_of_document(found, name)),
        asks=_items(document["asks"], _ask),
        grant=maybe(document["grant"], _grant),
        votes=_items(document["votes"], _vote),
        granted_at=maybe(document["granted_at"], read_time),
        saved_before=read_texts(document["saved_before"]),
        switched_at=maybe(document["switched_at"], read_time),
        until=maybe(document["until"], read_time),
        warned=read_truth(document["warned"]),
        closing_as=maybe(document["closing_as"], ApprovalState),
        reopens=read_truth(document["reopens"]),
        ending=maybe(document["ending"], _ending),
    )


def read_alive(entity: Mapping[str, object]) -> Approval:
    """Read the row of an approval that is alive."""
    return _standing(entity, alive=True)


def read_past(entity: Mapping[str, object]) -> Approval:
    """Read the row of an approval that has ended."""
    return _standing(entity, alive=False)


def _standing(entity: Mapping[str, object], *, alive: bool) -> Approval:
    approval = reading(_approval, unpack(entity), "approval")
    if approval.is_alive is not alive:
        raise UnexpectedAnswer(f"a stored approval that is {approval.state}: it does not belong there", service=SERVICE)
    return approval
