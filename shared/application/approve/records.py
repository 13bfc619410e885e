"""Records: the request that a link names, and the case of its package, as they stand now."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.approvals import Approval
from shared.domain.cases import Case
from shared.errors import BadLink
from shared.ports import Register, RequestRef, StoredCase


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request and its case, read so that nothing can be written over what happened in between."""

    stored: StoredCase
    approval: Approval

    @property
    def case(self) -> Case:
        """The case of the package."""
        return self.stored.case


async def read_request(register: Register, ref: RequestRef) -> RequestRecord:
    """Read the request that a link names, alive or past.

    Raises:
        BadLink: it is nowhere on record.
    """
    # The case first: an approval moves only with it, so one that moves from here on makes the case's tag stale. Then
    # the one that is alive: one that ends from here on is found among the past ones.
    stored = await register.case(ref.feed, ref.name)
    approval = await register.approval(ref.feed, ref.name)
    if approval is None or approval.approval_id != ref.approval_id:
        approval = await register.past_approval(ref.feed, ref.name, ref.approval_id)
    if stored is None or approval is None:
        raise BadLink("the request that the link names is not on record")
    return RequestRecord(stored, approval)
