"""What pages say of a feed: as it was found, whatever was decided."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.approvals import ApprovalState
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.policy import Protection
from shared.domain.reasons import Reason
from shared.web.feed_words import feed_now, standing_sentence
from shared.web.words import PROTECTIONS, STANDINGS
from tests.web.scenes import case

_SAVED = (Reason.SAVED_EXTERNAL_VERSIONS,)
_HOURS = "that can take up to three hours to hold everywhere."
_NOT_BLOCKED = "New versions from outside are not blocked now."
_KEPT = "2.1.0 was saved and can still be installed; an owner deletes it in Azure Artifacts."


@pytest.mark.parametrize("state", ApprovalState)
@pytest.mark.parametrize("protection", [one for one in Protection if one is not Protection.PROTECTED])
def test_only_what_was_seen_to_block_is_called_blocked(state: ApprovalState, protection: Protection) -> None:
    """The end of a permission says nothing of the feed: its switch may be on its way, or opened again since."""
    found = case(protection=protection)
    assert "blocked" not in standing_sentence(state, found)
    assert feed_now(found) == PROTECTIONS[protection]
    assert standing_sentence(state, case()) == (STANDINGS[state].blocked or STANDINGS[state].sentence)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"reasons": _SAVED}, f"New versions from outside are blocked. {_KEPT}"),
        (
            {"reasons": (*_SAVED, Reason.PROPAGATING)},
            f"New versions from outside are set to be blocked; {_HOURS} {_KEPT}",
        ),
        ({"reasons": (*_SAVED, Reason.EXTERNAL_VERSIONS_ALLOWED)}, f"{_NOT_BLOCKED} {_KEPT}"),
        ({"reasons": (*_SAVED, Reason.ORGANIZATION_POLICY_OFF)}, f"{_NOT_BLOCKED} {_KEPT}"),
        ({"reasons": _SAVED, "behavior": None}, f"could not be found out. {_KEPT}"),
        (
            {"reasons": _SAVED, "saved_external": ("2.1.0", "2.2.0"), "approved_versions": ("2.2.0",)},
            f"New versions from outside are blocked. {_KEPT}",
        ),
        (
            {"reasons": _SAVED, "saved_external": tuple(f"1.{n}.0" for n in range(14))},
            "1.11.0 and 2 more were saved and can still be installed; an owner deletes them in Azure Artifacts.",
        ),
        ({"reasons": _SAVED, "saved_external": ()}, "Some were saved and can still be installed"),
        ({"reasons": (Reason.EXTERNAL_VERSIONS_ALLOWED,)}, PROTECTIONS[Protection.EXPOSED]),
    ],
)
def test_what_was_saved_and_what_may_still_come_are_two_things(members: dict[str, Any], words: str) -> None:
    """Blocking takes nothing away that is saved; it is named, and how to be rid of it."""
    plain = {"saved_external": ("2.1.0",), "behavior": UpstreamingBehavior.AUTO, "protection": Protection.EXPOSED}
    assert words in feed_now(case(**plain | members))
