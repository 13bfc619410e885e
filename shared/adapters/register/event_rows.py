"""Audit events and notices as documents, and back. Readers raise only UnexpectedAnswer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.adapters.register.documents import (
    Document,
    Entity,
    cut_text,
    pack,
    read_mapping,
    read_number,
    read_text,
    read_time,
    unpack,
    write_time,
)
from shared.adapters.register.rows import feed_document, feed_of, reading
from shared.domain.audit import AuditEvent
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.notices import Notice, NoticeKind

_LONGEST_TEXT: Final = 4_000


def event_document(event: AuditEvent) -> Document:
    """Return an event as a document; nothing is cut, or its hash would no longer fit."""
    return {
        "sequence": event.sequence,
        "kind": event.kind,
        "state": event.state,
        "at": write_time(event.at),
        "cause": event.cause,
        "details": dict(event.details),
        "previous": event.previous,
        "digest": event.digest,
    }


def _event(document: Document) -> AuditEvent:
    return AuditEvent(
        sequence=read_number(document["sequence"]),
        kind=CaseEvent(document["kind"]),
        state=CaseState(document["state"]),
        at=read_time(document["at"]),
        cause=read_text(document["cause"]),
        details=read_mapping(document["details"]),
        previous=read_text(document["previous"]),
        digest=read_text(document["digest"]),
    )


def write_event(event: AuditEvent) -> Entity:
    """Return what the row of an event holds. Raises TooLarge where its details do not fit."""
    return pack(event_document(event))


def event_of(document: Document) -> AuditEvent:
    """Read an event from its document."""
    return reading(_event, document, "event")


def read_event(entity: Mapping[str, object]) -> AuditEvent:
    """Read the row of an event."""
    return event_of(unpack(entity))


def write_notice(notice: Notice) -> Entity:
    """Return what an outbox row holds; a fact longer than people read is cut."""
    facts = {name: cut_text(text, _LONGEST_TEXT) for name, text in notice.facts.items()}
    document: Document = {
        "id": notice.notice_id,
        "kind": notice.kind,
        "feed": feed_document(notice.feed),
        "subject": cut_text(notice.subject, _LONGEST_TEXT),
        "at": write_time(notice.at),
        "facts": facts,
    }
    return pack(document)


def _notice(document: Document) -> Notice:
    return Notice(
        notice_id=read_text(document["id"]),
        kind=NoticeKind(document["kind"]),
        feed=feed_of(document["feed"]),
        subject=read_text(document["subject"]),
        at=read_time(document["at"]),
        facts=read_mapping(document["facts"]),
    )


def read_notice(entity: Mapping[str, object]) -> Notice:
    """Read an outbox row."""
    return reading(_notice, unpack(entity), "notice")
