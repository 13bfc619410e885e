"""The evidence pack: what an owner needs to judge a public twin, and a digest of exactly that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from shared.domain.advisories import Advisories
from shared.domain.names import PackageName
from shared.domain.ours import Ours
from shared.domain.repositories import is_under
from shared.domain.twin_class import Classification, TwinClass, classify
from shared.domain.twin_signs import OwnHistory, TwinFacts
from shared.domain.twins import Presence, PublicTwin

__all__ = ["Classification", "EvidencePack", "OwnHistory", "TwinClass", "pack_of"]

_SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class EvidencePack:
    """Everything that a decision about a twin is made from.

    `jump` tells how far the latest public version is above ours, in words; empty = it is not. `repository_is_ours`
    None = the twin names no repository, or the policy names none of ours; true is the publisher's claim, no proof.
    """

    name: PackageName
    twin: PublicTwin
    own: OwnHistory
    advisories: Advisories
    jump: str
    repository_is_ours: bool | None
    classification: Classification

    def document(self) -> Mapping[str, object]:
        """Return what the digest is made of: plain values only, nothing that changes by looking again.

        Left out are when it was asked, and our own words (`jump`, `why`), which a new release may put better.
        """
        return {
            "schema": _SCHEMA,
            "ecosystem": self.name.ecosystem.value,
            "name": self.name.canonical,
            "class": self.classification.kind.value,
            "twin": _twin(self.twin),
            "repository_is_ours": self.repository_is_ours,
            "own": {
                "first_published": _moment(self.own.first_published),
                "latest_version": self.own.latest_version,
            },
            "advisories": {"state": self.advisories.state.value, "ids": _set(self.advisories.ids)},
        }

    def digest(self) -> str:
        """Return the SHA-256 of the document's canonical form, in hexadecimal digits."""
        canonical = json.dumps(self.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def pack_of(
    *, name: PackageName, twin: PublicTwin, own: OwnHistory, advisories: Advisories, ours: Ours
) -> EvidencePack:
    """Put the pack together and classify the twin."""
    facts = TwinFacts(name, twin, own, advisories, ours)
    is_told = bool(twin.repository and ours.repositories)
    return EvidencePack(
        name=name,
        twin=twin,
        own=own,
        advisories=advisories,
        jump=facts.jump,
        repository_is_ours=is_under(twin.repository or "", ours.repositories) if is_told else None,
        classification=classify(facts),
    )


def _twin(twin: PublicTwin) -> Mapping[str, object]:
    return {
        "presence": twin.presence.value,
        # The words for a failed look differ from attempt to attempt ("asks to wait 30 s").
        "detail": None if twin.presence is Presence.UNKNOWN else twin.detail,
        "name": twin.name,
        "first_published": _moment(twin.first_published),
        "latest_version": twin.latest_version,
        "latest_published": _moment(twin.latest_published),
        "releases": twin.releases,
        "withdrawn": twin.withdrawn,
        "maintainers": _set(twin.maintainers),
        "publishers": _set(twin.publishers),
        "install_scripts": None if twin.install_scripts is None else _set(twin.install_scripts),
        "repository": twin.repository,
        "description": twin.description,
    }


def _set(texts: Iterable[str]) -> list[str]:
    # Registries promise no order of people and versions.
    return sorted(set(texts))


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
