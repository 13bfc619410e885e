"""Where one check stands: what was asked, found out and concluded, and the row that it is about."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.application.gather import Gathered
from shared.application.journal import judged
from shared.application.messages import CheckRequest
from shared.domain.approvals import SWITCHED, Approval
from shared.domain.cases import Case
from shared.domain.evidence import Evidence
from shared.domain.policy import Decision, Stance, decide
from shared.ports import StoredCase


@dataclass(frozen=True, slots=True)
class Step:
    """One check. `case` is the case as it would be recorded now, `stored` the row, `approval` what is alive of it.

    `comes_again` = the next check of it is in the queue already. `may_ask` false = what is alive could not be read, so
    no request may take its place.
    """

    request: CheckRequest
    gathered: Gathered
    stance: Stance
    decision: Decision
    case: Case
    stored: StoredCase | None
    approval: Approval | None
    comes_again: bool = False
    may_ask: bool = True

    @property
    def evidence(self) -> Evidence:
        """What the check found out."""
        return self.gathered.evidence

    def judged_anew(self, evidence: Evidence, *, stance: Stance | None = None) -> Step:
        """Return the step as it stands with other evidence."""
        stance = self.stance if stance is None else stance
        decision = decide(evidence, stance)
        gathered = replace(self.gathered, evidence=evidence)
        return replace(self, gathered=gathered, decision=decision, case=judged(self.case, evidence, decision))

    def under(self, approval: Approval) -> Step:
        """Return the step as it stands with the approval as it is now."""
        evidence = replace(self.evidence, approval_in_force=approval.state in SWITCHED)
        step = replace(self, approval=approval if approval.is_alive else None)
        return step if evidence == self.evidence else step.judged_anew(evidence)
