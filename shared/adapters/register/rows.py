"""Cases and feeds as documents, and back. Readers raise only UnexpectedAnswer.

The forms are explicit, so that a renamed field in the domain changes no stored row. Fields are only
added, with a value for rows that lack them; anything else is a new schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from shared.adapters.register.documents import (
    SERVICE,
    Document,
    Entity,
    cut_list,
    cut_text,
    pack,
    read_number,
    read_text,
    read_texts,
    read_time,
    unpack,
    write_time,
)
from shared.adapters.register.pack_rows import maybe, pack_document, pack_of_document, twin_document, twin_of
from shared.domain.approved_texts import MOST_APPROVED
from shared.domain.cases import Case, CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.policy import Mode, Protection, Scenario
from shared.domain.reasons import Reason
from shared.errors import UnexpectedAnswer

# A case must always be writable, whatever a registry says: its texts and lists are cut, and the sum of
# their budgets stays below what one entity holds. Verdicts are made from evidence, never from these.
_TEXT: Final = 2_000
_LIST: Final = 100_000


def reading[T](build: Callable[[Document], T], document: Document, what: str) -> T:
    """Build a value from a document that was read; whatever does not fit is UnexpectedAnswer."""
    try:
        return build(document)
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise UnexpectedAnswer(f"a stored {what} is not as it was written: {error!s:.80}", service=SERVICE) from error


def feed_document(feed: FeedRef) -> Document:
    """Return a feed's ids as a document."""
    return {"organization": feed.organization, "project": feed.project_id, "feed": feed.feed_id}


def feed_of(value: object) -> FeedRef:
    """Read a feed's ids; what does not fit is a TypeError or a KeyError."""
    if not isinstance(value, dict):
        raise TypeError(f"no feed: {value!r:.40}")
    organization, feed_id = read_text(value["organization"]), read_text(value["feed"])
    return FeedRef(organization, maybe(value["project"], read_text), feed_id)


def write_feed(feed: FeedRef) -> Entity:
    """Return what a row that stands for a feed holds."""
    return pack({"feed": feed_document(feed)})


def read_feed(entity: Mapping[str, object]) -> FeedRef:
    """Read the feed that a row stands for."""
    return reading(lambda document: feed_of(document["feed"]), unpack(entity), "feed")


def case_document(case: Case) -> Document:
    """Return a case as a document."""
    return {
        "feed": feed_document(case.feed),
        "feed_title": cut_text(case.feed_title, _TEXT),
        "ecosystem": case.name.ecosystem,
        "canonical": case.name.canonical,
        "spelling": case.name.spelling,
        "state": case.state,
        "protection": case.protection,
        "scenario": case.scenario,
        "reasons": list(case.reasons),
        "mode": case.mode,
        "behavior": case.behavior,
        "previous_behavior": case.previous_behavior,
        "twin": twin_document(case.twin),
        "saved_external": cut_list(case.saved_external, _LIST),
        "opened_at": write_time(case.opened_at),
        "updated_at": write_time(case.updated_at),
        "changed_at": write_time(case.changed_at),
        "sequence": case.sequence,
        "head": case.head,
        "note": cut_text(case.note, _TEXT),
        "package_id": case.package_id,
        "pack": None if case.pack is None else pack_document(case.pack),
        "evidence_digest": case.evidence_digest,
        "twin_seen_at": write_time(case.twin_seen_at),
        "approval_id": case.approval_id,
        # One that is left out is told of again: nothing is permitted by a list that was too long.
        "approved_versions": cut_list(case.approved_versions, MOST_APPROVED),
    }


def write_case(case: Case) -> Entity:
    """Return what the row of a case holds; two words stand outside the body too, for people who browse the table."""
    return pack(case_document(case)) | {"state": case.state.value, "protection": case.protection.value}


def _case(document: Document) -> Case:
    ecosystem = Ecosystem(document["ecosystem"])
    name = PackageName(ecosystem, read_text(document["canonical"]), read_text(document["spelling"]))
    return Case(
        feed=feed_of(document["feed"]),
        feed_title=read_text(document["feed_title"]),
        name=name,
        state=CaseState(document["state"]),
        protection=Protection(document["protection"]),
        scenario=maybe(document["scenario"], Scenario),
        reasons=tuple(Reason(code) for code in read_texts(document["reasons"])),
        mode=Mode(document["mode"]),
        behavior=maybe(document["behavior"], UpstreamingBehavior),
        previous_behavior=maybe(document["previous_behavior"], UpstreamingBehavior),
        twin=twin_of(document["twin"]),
        saved_external=read_texts(document["saved_external"]),
        opened_at=read_time(document["opened_at"]),
        updated_at=read_time(document["updated_at"]),
        changed_at=maybe(document["changed_at"], read_time),
        sequence=read_number(document["sequence"]),
        head=read_text(document["head"]),
        note=read_text(document["note"]),
        package_id=maybe(document["package_id"], read_text),
        pack=maybe(document.get("pack"), lambda pack: pack_of_document(pack, name)),
        evidence_digest=read_text(document.get("evidence_digest", "")),
        twin_seen_at=maybe(document.get("twin_seen_at"), read_time),
        approval_id=read_text(document.get("approval_id", "")),
        approved_versions=read_texts(document.get("approved_versions", [])),
    )


def case_of(document: Document) -> Case:
    """Read a case from its document."""
    return reading(_case, document, "case")


def read_case(entity: Mapping[str, object]) -> Case:
    """Read the row of a case."""
    return case_of(unpack(entity))
