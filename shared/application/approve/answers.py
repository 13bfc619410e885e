"""What people say to a request, and what they are shown of it: plain data between the use cases and the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approval_votes import LostVote
from shared.domain.approvals import Approval
from shared.domain.cases import Case
from shared.domain.evidence_pack import EvidencePack
from shared.domain.owners import FeedOwners, Ownership


class Choice(StrEnum):
    """What an owner may choose; the values are those of the pages' forms."""

    ALLOW_VERSION = "allow-version"
    ALLOW_PERIOD = "allow-period"
    DECLINE = "decline"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class OwnerDecision:
    """What an owner chose, and on what evidence: `shown` is the pack that the page showed, `digest` its digest.

    `version` belongs to ALLOW_VERSION, `days` to ALLOW_PERIOD (None = the default of the terms). `retyped_name` is
    asked for where the public package is known to be malicious; `emergency` = alone, although several have to agree.
    """

    choice: Choice
    reason: str
    digest: str = ""
    shown: EvidencePack | None = None
    version: str = ""
    days: int | None = None
    retyped_name: str = ""
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request as its page shows it to one person.

    `approval` is what the link names, alive or past; `newest` the newest of the package where that is another one.
    `owners` None = they could not be made out now. `changes` is what became worse since the request was opened.
    `obstacles` are the reasons, in words, why nothing can be allowed at present; they do not stand in the way of
    declining and revoking. `lost` are votes that do not count any more, by who owned the feed a minute ago.
    """

    case: Case
    approval: Approval
    newest: Approval | None
    terms: ApprovalTerms
    link_expired: bool
    ownership: Ownership
    owners: FeedOwners | None
    changes: tuple[str, ...]
    obstacles: tuple[str, ...]
    now: datetime
    lost: tuple[LostVote, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedRequest:
    """One open request of a feed, and the address of its page."""

    case: Case
    approval: Approval
    address: str


@dataclass(frozen=True, slots=True)
class FeedRequestsView:
    """The requests of one feed that are alive; not `complete` = there are more than listed."""

    feed_title: str
    requests: tuple[ListedRequest, ...]
    complete: bool
    link_expired: bool
    ownership: Ownership
    owners: FeedOwners | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for external versions: the request, whether it was asked for before, and its address."""

    approval: Approval
    merged: bool
    address: str
