"""Every error that Feedwarden raises on purpose.

* FeedwardenError               base; catch it at the edges, never in the domain
  - ConfigurationError          a setting or the policy file is wrong: only a person can help
  - UntrustedInput              the caller is wrong (400): refuse, never retry
    + BadSignature              the shared secret or signature did not match (401)
    + TooLarge                  more bytes than we are willing to read (413)
    + UnknownSource             no door of that name (404)
    + RefusedName               no package of that name can exist in that ecosystem
    + BadLink                   no link of ours, or one that was tampered with (404)
    + BadField                  one field of a form is not usable; says which
  - UpstreamError               a service we depend on failed us
    + UpstreamUnavailable       time-out, 429 or 5xx: worth another attempt (503)
    + UnexpectedAnswer          it answered, but not in the documented shape
    + AuthenticationFailed      it does not know us: the credential is wrong or expired
    + PermissionMissing         it knows us, and we may not: a role is missing
    + FeedNotFound              no such feed in that scope, or no right to see it
  - DecisionRefused             what a signed-in person asked for was not done (422)
    + UnknownFeed               no feed is called so, or more than one is (404)
    + LinkExpired               the link's time is over, or the request's (410)
    + NotAnOwner                they do not own the feed now, or it cannot be made out (403)
    + AlreadyDecided            somebody else was first, or there is nothing to decide any more (409)
    + EvidenceChanged           what they saw when they decided is not what is known now (409)
    + TooManyAsks               one person asks more often than we are willing to look (429)
  - NoNameList                  that registry documents that it gives no list of all its names
  - NoUpstreamingBehavior       that protocol has no such switch (Universal packages)
  - AddressRefused              an upstream location that we must not ask
  - IllegalTransition           the case is in no state for this event (409)
  - StaleWrite                  the row changed since it was read: read again (409)

Class = contract, text = for people. No text carries a secret.
"""

from datetime import timedelta


class FeedwardenError(Exception):
    """Base of all errors raised on purpose."""


class ConfigurationError(FeedwardenError):
    """Settings or policy are wrong; carries all problems at once, one a line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Keep the problems, each a sentence that says what to do."""
        super().__init__("\n".join(problems))
        self.problems = problems


class UntrustedInput(FeedwardenError):
    """What the caller sent is not usable."""


class BadSignature(UntrustedInput):
    """The sender did not prove that it knows the shared secret."""


class TooLarge(UntrustedInput):
    """More bytes than we are willing to read."""


class UnknownSource(UntrustedInput):
    """Nobody listens at this door."""


class RefusedName(UntrustedInput):
    """The ecosystem's own rule says that no package can have this name."""


class BadLink(UntrustedInput):
    """Not a link that we made, or not as we made it."""


class BadField(UntrustedInput):
    """What stands in one field of a form is not usable."""

    def __init__(self, text: str, *, field: str) -> None:
        """Keep the field's name, so that a page can say it beside the field."""
        super().__init__(text)
        self.field = field


class DecisionRefused(FeedwardenError):
    """What a signed-in person asked for was not done; the text says why, and what to do."""


class UnknownFeed(DecisionRefused):
    """No feed that we see is called so, or it is not clear which."""


class LinkExpired(DecisionRefused):
    """Nobody may decide through this link any more."""


class NotAnOwner(DecisionRefused):
    """The person does not own the feed now, or that cannot be made out."""


class AlreadyDecided(DecisionRefused):
    """There is nothing to decide any more."""


class EvidenceChanged(DecisionRefused):
    """The decision was made on evidence that is not the present one."""

    def __init__(self, text: str, *, changes: tuple[str, ...]) -> None:
        """Keep what changed, each in words that repeat public data."""
        super().__init__(text)
        self.changes = changes


class TooManyAsks(DecisionRefused):
    """The person has asked so often that nothing was looked at this time."""

    def __init__(self, text: str, *, retry_after: timedelta) -> None:
        """Keep after how long they may ask again."""
        super().__init__(text)
        self.retry_after = retry_after


class UpstreamError(FeedwardenError):
    """A service that we depend on failed us."""

    def __init__(self, text: str, *, service: str) -> None:
        """Say what went wrong, and which service it was."""
        super().__init__(f"{service}: {text}")
        self.service = service


class UpstreamUnavailable(UpstreamError):
    """It did not answer, or asked us to come back later."""

    def __init__(self, text: str, *, service: str, retry_after: timedelta | None = None) -> None:
        """Keep how long the service asked us to wait, where it said so."""
        super().__init__(text, service=service)
        self.retry_after = retry_after


class UnexpectedAnswer(UpstreamError):
    """It answered, but not in the documented shape."""


class AuthenticationFailed(UpstreamError):
    """It does not accept our credential."""


class PermissionMissing(UpstreamError):
    """It knows us, but we lack a role."""


class FeedNotFound(UpstreamError):
    """No such feed in the scope that was asked."""


class NoNameList(FeedwardenError):
    """The registry says of itself that it has no list of all its names."""


class NoUpstreamingBehavior(FeedwardenError):
    """The package's protocol has no upstreaming behavior to read or set."""


class AddressRefused(FeedwardenError):
    """The address is not one that we may ask."""


class IllegalTransition(FeedwardenError):
    """The case is in no state for this event."""


class StaleWrite(FeedwardenError):
    """Somebody else changed the row since it was read."""
