"""The words of letters about approvals.

What signed-in people wrote is as untrusted as public data: their reasons stand among the facts, never in a sentence of
ours, and their names only in quotation marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.domain.approvals import QUIET_AFTER_DECLINE
from shared.domain.letters import Urgency, Words
from shared.domain.notices import NoticeKind

_K = NoticeKind
STAY_SAVED: Final = "Versions that the feed saved meanwhile stay in it."
CLOSING: Final = "Feedwarden makes sure that versions from outside are blocked again."
UP_TO_THREE_HOURS: Final = "It can take up to three hours until that holds everywhere."
_ASK_ANEW: Final = "To ask anew, open the link."
_TO_END_IT: Final = "To end it before, open the link."

APPROVAL_WORDS: Final[Mapping[NoticeKind, Words]] = MappingProxyType(
    {
        _K.APPROVAL_ASKED: Words(
            Urgency.WARNING,
            "Asked for: versions of {package} from outside",
            "{who} asked that the feed {feed} lets in versions of {package} from outside. Their reason stands below.",
            "Feedwarden changed nothing. It waits for an owner of the feed to decide.",
            "If nobody acts, nothing changes, and the request ends by itself when its time is over.",
            "requests for versions from outside",
            "asked for",
            "To allow or to decline, open the link.",
        ),
        _K.APPROVAL_GRANTED: Words(
            Urgency.WARNING,
            "Allowed: versions of {package} from outside",
            "{who}, an owner of the feed {feed}, allowed versions of {package} from outside: {allows}.",
            f"Feedwarden opens the feed for them now. {UP_TO_THREE_HOURS}",
            "If nobody acts, versions from outside are blocked again when the time is over.",
            "packages may get versions from outside",
            "allowed",
            _TO_END_IT,
        ),
        _K.APPROVAL_DECLINED: Words(
            Urgency.NEWS,
            "Declined: versions of {package} from outside",
            "{who}, an owner of the feed {feed}, declined to let in versions of {package} from outside.",
            f"Feedwarden changed nothing. For {QUIET_AFTER_DECLINE.days} days it does not ask again, unless what is "
            "known of the public package changes.",
            "Nobody has to do anything.",
            "requests for versions from outside were declined",
            "declined",
        ),
        _K.APPROVAL_EXPIRING: Words(
            Urgency.WARNING,
            "Ends soon: versions of {package} from outside",
            "That versions of {package} from outside are allowed in the feed {feed} ends at {until}.",
            "Feedwarden changed nothing yet.",
            f"If nobody acts, versions from outside are blocked again then. {STAY_SAVED}",
            "permissions for versions from outside end soon",
            "ends soon",
            _TO_END_IT,
        ),
        _K.APPROVAL_EXPIRED: Words(
            Urgency.NEWS,
            "Over: versions of {package} from outside",
            "The time for which versions of {package} from outside were allowed in the feed {feed} is over.",
            f"{CLOSING} {UP_TO_THREE_HOURS} {STAY_SAVED}",
            "Nobody has to do anything.",
            "permissions for versions from outside are over",
            "over",
            _ASK_ANEW,
        ),
        _K.APPROVAL_COMPLETED: Words(
            Urgency.NEWS,
            "Done: the allowed version of {package} is in {feed}",
            "The feed {feed} has saved the version of {package} from outside that an owner allowed: {allows}.",
            f"{CLOSING} {UP_TO_THREE_HOURS} The version that was allowed stays in the feed.",
            "Nobody has to do anything.",
            "allowed versions are saved",
            "allowed version saved",
        ),
        _K.APPROVAL_REVOKED: Words(
            Urgency.WARNING,
            "Ended: versions of {package} from outside",
            "{who}, an owner of the feed {feed}, ended the permission for versions of {package} from outside.",
            f"{CLOSING} {UP_TO_THREE_HOURS} {STAY_SAVED}",
            "If nobody acts, versions from outside stay blocked.",
            "permissions for versions from outside were ended",
            "ended",
            _ASK_ANEW,
        ),
        _K.APPROVAL_LAPSED: Words(
            Urgency.WARNING,
            "Not carried out: versions of {package} from outside",
            "An owner of the feed {feed} allowed versions of {package} from outside, but that could not be carried "
            "out: {said}.",
            "Feedwarden gave it up, and makes sure that versions from outside are blocked.",
            "If nobody acts, versions from outside stay blocked.",
            "permissions for versions from outside could not be carried out",
            "not carried out",
            _ASK_ANEW,
        ),
        _K.UNAPPROVED_VERSION_SAVED: Words(
            Urgency.ALARM,
            "A version that nobody allowed is in {feed}: {package}",
            "While the feed {feed} was open for one version of {package} from outside, it saved what nobody allowed: "
            "{others saved}.",
            f"{CLOSING} It deleted nothing: blocking versions from outside does not take away those that are saved.",
            "If nobody acts, whoever asks the feed for that version gets it. Delete it from the feed, and treat "
            "machines that installed it as compromised until shown otherwise.",
            "packages with versions that nobody allowed",
            "a version that nobody allowed is saved",
            "The link shows what was allowed, by whom, and why.",
        ),
    }
)
