"""Words that stand in the place of those for a kind of notice, where its facts tell another story."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from shared.domain.letter_words import WORDS
from shared.domain.letter_words_approvals import APPROVAL_WORDS, CLOSING, STAY_SAVED, UP_TO_THREE_HOURS
from shared.domain.letters import Urgency, Words
from shared.domain.notices import Notice, NoticeKind

_ASKED: Final = APPROVAL_WORDS[NoticeKind.APPROVAL_ASKED]
_GRANTED: Final = APPROVAL_WORDS[NoticeKind.APPROVAL_GRANTED]
_REVOKED: Final = APPROVAL_WORDS[NoticeKind.APPROVAL_REVOKED]

EMERGENCY: Final = replace(
    _GRANTED,
    urgency=Urgency.ALARM,
    title="Emergency: one owner alone allowed {package} from outside",
    happened="{who}, an owner of the feed {feed}, declared an emergency, and allowed versions of {package} from "
    "outside without the others whose consent is needed otherwise: {allows}.",
    done="Feedwarden opens the feed for them now, and tells everybody who is told of anything in this feed.",
    otherwise="If nobody acts, it stays as that owner decided. Ask them, and look at what comes in.",
    many="emergencies: one owner alone allowed packages from outside",
    short="allowed by one owner alone, as an emergency",
    invitation="Every owner of the feed can end it: open the link.",
)

_SUPPORTED: Final = replace(
    _ASKED,
    title="One owner agreed, and more have to: versions of {package} from outside",
    happened="{who}, an owner of the feed {feed}, agreed to let in versions of {package} from outside: {allows}.",
    done="Feedwarden changed nothing. It waits for more owners to agree; still needed: {more needed}.",
    invitation="To agree or to decline, open the link.",
)

_ASKED_ANEW: Final = replace(
    _ASKED,
    title="Asked anew: versions of {package} from outside",
    happened="An owner had allowed versions of {package} from outside in the feed {feed}. The public package has "
    "changed for the worse since.",
    done=f"Feedwarden ended that permission, and asks the owners anew. {CLOSING}",
    otherwise=f"If nobody acts, versions from outside stay blocked. {STAY_SAVED}",
    invitation="To allow them again or to decline, open the link.",
)

_ONE_VERSION: Final = replace(
    _GRANTED,
    title="Allowed: one version of {package} from outside",
    happened="{who}, an owner of the feed {feed}, allowed one version of {package} from outside, and no other: "
    "{allows}.",
    done="Feedwarden opens the feed, fetches that version so that the feed saves it, and blocks versions from outside "
    "again as soon as it is saved. Then it looks at what came in.",
    otherwise="Nobody has to do anything. Another message says how it ended.",
    invitation="To stop it, open the link.",
)

_NOT_SAVED: Final = replace(
    APPROVAL_WORDS[NoticeKind.APPROVAL_EXPIRED],
    urgency=Urgency.WARNING,
    title="Not saved: the allowed version of {package}",
    happened="The feed {feed} was open for one version of {package} from outside ({allows}), and has not saved it.",
    otherwise="If nobody acts, that version stays out.",
)

ENDED_BY_ITSELF: Final = replace(
    _REVOKED,
    title="Ended by Feedwarden: versions of {package} from outside",
    happened="Versions of {package} from outside were allowed in the feed {feed}. Feedwarden has ended that: what is "
    "known has changed since. What it was stands below.",
    otherwise=f"If nobody acts, versions from outside stay blocked. {STAY_SAVED} Look at what they are.",
    done=f"{CLOSING} {UP_TO_THREE_HOURS}",
    invitation="The link shows how things stand, and what can be decided now.",
)


_CONTAMINATED: Final = WORDS[NoticeKind.CONTAMINATION_FOUND]

# A request is no proof of a permission: whether there was one stands on its page.
_MAYBE_ALLOWED: Final = replace(
    _CONTAMINATED,
    invitation=f"{_CONTAMINATED.invitation} Some may have come in while an owner allowed it: the page tells who and "
    "when.",
)


def _has_request(facts: Mapping[str, str]) -> bool:
    return bool(facts.get("request"))


def _by_itself(facts: Mapping[str, str]) -> bool:
    # Anybody may be called Feedwarden; only a person has an id.
    return not facts.get("who id")


def _is_for_one_version(facts: Mapping[str, str]) -> bool:
    return facts.get("allows", "").startswith("exactly ")


# The first that fits speaks.
_INSTEAD: Final[tuple[tuple[NoticeKind, Callable[[Mapping[str, str]], bool], Words], ...]] = (
    (NoticeKind.CONTAMINATION_FOUND, _has_request, _MAYBE_ALLOWED),
    (NoticeKind.APPROVAL_ASKED, lambda facts: bool(facts.get("more needed")), _SUPPORTED),
    (NoticeKind.APPROVAL_ASKED, _by_itself, _ASKED_ANEW),
    (NoticeKind.APPROVAL_GRANTED, lambda facts: facts.get("emergency") == "yes", EMERGENCY),
    (NoticeKind.APPROVAL_GRANTED, _is_for_one_version, _ONE_VERSION),
    (NoticeKind.APPROVAL_EXPIRED, _is_for_one_version, _NOT_SAVED),
    (NoticeKind.APPROVAL_REVOKED, _by_itself, ENDED_BY_ITSELF),
)


def words_instead(notice: Notice) -> Words | None:
    """Return the words that fit a notice better than those for its kind; None where the latter fit."""
    fitting = (words for kind, fits, words in _INSTEAD if kind is notice.kind and fits(notice.facts))
    return next(fitting, None)


def is_emergency(notice: Notice) -> bool:
    """Say whether one owner alone allowed something that several have to: everybody is told, and at once."""
    return words_instead(notice) is EMERGENCY
