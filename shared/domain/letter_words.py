"""The words of letters: for each kind of notice what happened, what was done, and what happens if nobody acts.

Written for owners of feeds, who need not know how Feedwarden works. Texts in braces are facts of the notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.domain.letter_words_approvals import APPROVAL_WORDS
from shared.domain.letter_words_world import WORLD_WORDS
from shared.domain.letters import Urgency, Words
from shared.domain.notices import NoticeKind

_K = NoticeKind
_NOTHING_TO_DO: Final = "Nobody has to do anything."
_TO_LET_IN: Final = "To let versions from outside in, for a time or one exact version only, open the link."

WORDS: Final[Mapping[NoticeKind, Words]] = MappingProxyType(
    {**APPROVAL_WORDS, **WORLD_WORDS}
    | {
        _K.COLLISION_BLOCKED: Words(
            Urgency.WARNING,
            "Blocked: a public package has the name of {package}",
            "There is a public package with the name of {package}, an internal package of the feed {feed}. The feed "
            "would have served versions of that public package.",
            "Feedwarden set the package back to blocking versions from outside. It can take up to three hours until "
            "that holds everywhere; another message follows when it is proved.",
            "If nobody acts, versions from outside stay blocked.",
            "public packages with names of internal ones",
            "blocked",
            _TO_LET_IN,
        ),
        _K.COLLISION_REPORTED: Words(
            Urgency.ALARM,
            "Not blocked: a public package has the name of {package}",
            "There is a public package with the name of {package}, an internal package of the feed {feed}. The feed "
            "may serve versions of that public package.",
            "Feedwarden changed nothing.",
            "If nobody acts, whoever asks this feed for {package} may get the public package: package managers take "
            "the highest version, and whoever publishes outside chooses the number.",
            "public packages with names of internal ones",
            "not blocked",
            "If an owner of the feed wants versions from outside: the link leads to where that is decided.",
        ),
        _K.INTERNAL_ELSEWHERE: Words(
            Urgency.ALARM,
            "{feed} would serve a public package in place of {package}",
            "{package} is internal in another feed of the organization, and public. The feed {feed} holds no internal "
            "version, so it would serve the public package.",
            "Feedwarden changed nothing: no setting of this feed can block it.",
            "If nobody acts, whoever installs {package} from {feed} gets the public package. Add the other feed to the "
            "upstream sources of {feed}, or publish the package here.",
            "public packages with names of internal ones",
            "internal in another feed",
        ),
        _K.PROTECTION_CONFIRMED: Words(
            Urgency.NEWS,
            "Protected: {package}",
            "The protection of {package} in the feed {feed} holds.",
            "Feedwarden looked at the feed again and found that versions from outside are blocked.",
            _NOTHING_TO_DO,
            "packages are protected",
            "protected",
        ),
        _K.PROTECTION_NOT_HOLDING: Words(
            Urgency.ALARM,
            "Protection does not hold: {package}",
            "Versions of {package} from outside were blocked more than three hours ago, but the feed {feed} still "
            "offers them.",
            "Feedwarden can do no more than set the block, which is set. It keeps looking.",
            "If nobody acts, builds may install the public package. Until it is mended, take the public upstream "
            "source out of the feed or pin versions, and ask Microsoft's support.",
            "packages whose protection does not hold",
            "protection does not hold",
        ),
        _K.CONTAMINATION_FOUND: Words(
            Urgency.ALARM,
            "Versions from outside are in {feed}: {package}",
            "The feed {feed} has saved versions of the internal package {package} that came from outside: "
            "{saved external}.",
            "Feedwarden deleted nothing. Blocking versions from outside does not take away those that are saved.",
            "If nobody acts, whoever asks the feed for them gets them. Look at what they are, delete them from the "
            "feed, and treat machines that installed them as compromised until shown otherwise.",
            "public packages with names of internal ones",
            "versions from outside are saved",
            "If an owner of the feed wants versions from outside: the link leads to where that is decided.",
        ),
        _K.SWITCH_LEFT_OPEN: Words(
            Urgency.WARNING,
            "Versions from outside are allowed: {package}",
            "The internal package {package} of the feed {feed} allows versions from outside.",
            "Feedwarden left it as it is.",
            "If nobody acts, the feed serves a public package of this name, now or as soon as there is one.",
            "packages that allow versions from outside",
            "left open",
        ),
        _K.SWITCH_CLOSED: Words(
            Urgency.NEWS,
            "Versions from outside are blocked again: {package}",
            "The internal package {package} of the feed {feed} allowed versions from outside. No public package of "
            "this name exists yet.",
            "Feedwarden set it back to blocking them, before anybody can use the name.",
            _NOTHING_TO_DO,
            "packages are set back to blocking versions from outside",
            "closed",
        ),
        _K.CANNOT_BE_JUDGED: Words(
            Urgency.WARNING,
            "Cannot tell whether {package} is protected",
            "Whether the feed {feed} would serve versions of {package} from outside could not be found out.",
            "Feedwarden changed nothing, and tries again.",
            "If nobody acts and the cause stays, an attack on this package would not be noticed.",
            "packages of which it cannot be told whether they are protected",
            "cannot be judged",
        ),
        _K.CHECK_ABANDONED: Words(
            Urgency.WARNING,
            "A check was given up: {package}",
            "The check of {package} failed five times, so whether it is protected is not known now.",
            "Feedwarden gave this check up. The next sweep, or the next change of the package, begins another.",
            "If nobody acts and the cause stays, an attack on this package would not be noticed. Whoever runs "
            "Feedwarden finds the cause in its log.",
            "checks were given up",
            "check given up",
        ),
        _K.TWIN_APPEARED: Words(
            Urgency.WARNING,
            "A public package has the name of {package}, and stays out",
            "There is a public package with the name of {package}, an internal package of the feed {feed}. The feed "
            "already blocks versions from outside, and was seen to.",
            "Feedwarden changed nothing, and goes on watching.",
            "If nobody acts, versions from outside stay blocked. Machines that do not use the feed may still get the "
            "public package.",
            "public packages with names of internal ones, which stay out",
            "blocked already",
            _TO_LET_IN,
        ),
        _K.TWIN_CHANGED: Words(
            Urgency.WARNING,
            "What is known of the public package {package} has changed",
            "The public package with the name of {package}, an internal package of the feed {feed}, is judged "
            "otherwise than before.",
            "Feedwarden changed nothing: what protects the package is the same as before.",
            "If nobody acts, everything stays as it is. Look at what changed where somebody allowed this package.",
            "public packages are judged otherwise than before",
            "judged otherwise",
            "The link shows what is known now, and what was decided.",
        ),
        _K.LOOK_ALIKE_FOUND: Words(
            Urgency.NEWS,
            "A public package looks like one of ours: {public package}",
            "The public package {public package} resembles {resembles}, which is ours.",
            "Feedwarden changed nothing: nobody who asks for our package by its name gets this one.",
            "If nobody acts, somebody may install it by mistake. Look at what it is, and warn those who might.",
            "public packages look like ours",
            "looks like ours",
        ),
    }
)
