"""Findings as documents, and back. The reader raises only UnexpectedAnswer."""

from __future__ import annotations

from collections.abc import Mapping

from shared.adapters.register.documents import Document, Entity, pack, read_text, read_time, unpack, write_time
from shared.adapters.register.rows import feed_document, feed_of, reading
from shared.domain.ecosystems import Ecosystem
from shared.domain.findings import Finding, Likeness
from shared.domain.names import PackageName


def write_finding(finding: Finding) -> Entity:
    """Return what the row of a finding holds."""
    document: Document = {
        "feed": feed_document(finding.feed),
        "ecosystem": finding.public.ecosystem,
        "canonical": finding.public.canonical,
        "spelling": finding.public.spelling,
        "likeness": finding.likeness,
        "resembles": finding.resembles,
        "at": write_time(finding.at),
    }
    return pack(document)


def _finding(document: Document) -> Finding:
    canonical, spelling = read_text(document["canonical"]), read_text(document["spelling"])
    return Finding(
        feed=feed_of(document["feed"]),
        public=PackageName(Ecosystem(document["ecosystem"]), canonical, spelling),
        likeness=Likeness(document["likeness"]),
        resembles=read_text(document["resembles"]),
        at=read_time(document["at"]),
    )


def read_finding(entity: Mapping[str, object]) -> Finding:
    """Read the row of a finding."""
    return reading(_finding, unpack(entity), "finding")
