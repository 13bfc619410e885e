"""Service-hook subscriptions, and what becomes of one by the answers that its target gives.

Source: https://learn.microsoft.com/azure/devops/service-hooks/troubleshoot
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

ENABLED, PROBATION, BY_USER, BY_SYSTEM = "enabled", "onProbation", "disabledByUser", "disabledBySystem"

# No answer at all counts as a request that timed out.
_TRANSIENT: Final = frozenset({408, 502, 503, 504})
# Each wait is counted from the attempt before it.
_TRANSIENT_WAITS: Final = tuple(timedelta(seconds=wait) for wait in (1, 2, 4, 8, 16, 32, 60, 60))
_PROBATION_WAITS: Final = tuple(timedelta(minutes=wait) for wait in (20, 40, 80, 160, 320, 640, 900))
_SECRETS: Final = frozenset({"basicauthpassword", "httpheaders"})
MASK: Final = "********"

# Publisher by the beginning of the event's name.
_PUBLISHERS: Final = {
    "build.": "tfs",
    "git.": "tfs",
    "tfvc.": "tfs",
    "workitem.": "tfs",
    "ms.vss-release.": "rm",
    "ms.vss-pipelines.": "pipelines",
    "ms.vss-pipelinechecks-events.": "pipelines",
    "ms.vss-alerts.": "advsec",
}


def publisher_of(event_type: str) -> str | None:
    """Return who publishes events of that name; None = there are none."""
    return next((who for begins, who in _PUBLISHERS.items() if event_type.startswith(begins)), None)


@dataclass(slots=True)
class Notification:
    """One event on its way to one subscription; `answers` are statuses, 0 = there was none."""

    id: int
    body: dict[str, Any]
    due: datetime
    answers: list[int] = field(default_factory=list)


@dataclass(slots=True)
class HookSubscription:
    """One subscription. `waiting` is what will be sent again; `lost` counts events that never will be sent."""

    id: str
    publisher_id: str
    event_type: str
    resource_version: str
    publisher_inputs: dict[str, str]
    consumer_inputs: dict[str, str]
    created_by: str
    created_at: datetime
    modified_at: datetime
    status: str = ENABLED
    probation_retries: int = 0
    waiting: list[Notification] = field(default_factory=list)
    sent: list[Notification] = field(default_factory=list)
    lost: int = 0

    @property
    def project_id(self) -> str:
        """The project it is for; empty = every project."""
        return self.publisher_inputs.get("projectId", "")

    def wants(self, event_type: str, project_id: str) -> bool:
        """Say whether it is for such an event. Further filters of the publisher are not looked at."""
        return self.event_type == event_type and self.project_id in ("", project_id)

    def told_inputs(self) -> dict[str, str]:
        """Return the consumer's inputs as answers show them."""
        return {key: MASK if key.lower() in _SECRETS else value for key, value in self.consumer_inputs.items()}

    def revive(self, *, enabled: bool) -> None:
        """Switch it on anew, or off as a user does."""
        self.status = ENABLED if enabled else BY_USER
        self._drop()

    def settle(self, notification: Notification, answer: int, *, now: datetime) -> None:
        """Take the answer to one attempt in."""
        notification.answers.append(answer)
        if HTTPStatus.OK <= answer < HTTPStatus.MULTIPLE_CHOICES:
            self.waiting.remove(notification)
            if self.status == PROBATION:
                self.status, self.probation_retries = ENABLED, 0
        elif answer == HTTPStatus.GONE:
            self._end()
        elif self.status == PROBATION:
            self._fail_again(notification, now)
        else:
            tried = len(notification.answers) - 1
            if (answer in _TRANSIENT or not answer) and tried < len(_TRANSIENT_WAITS):
                notification.due = now + _TRANSIENT_WAITS[tried]
            else:
                self._suspect(notification, now)

    def _suspect(self, notification: Notification, now: datetime) -> None:
        """Put it on probation: from now on only this notification is sent."""
        self.status, self.probation_retries = PROBATION, 0
        self.lost += len(self.waiting) - 1
        self.waiting = [notification]
        notification.due = now + _PROBATION_WAITS[0]

    def _fail_again(self, notification: Notification, now: datetime) -> None:
        self.probation_retries += 1
        if self.probation_retries < len(_PROBATION_WAITS):
            notification.due = now + _PROBATION_WAITS[self.probation_retries]
        else:
            self._end()

    def _end(self) -> None:
        self.status = BY_SYSTEM
        self._drop()

    def _drop(self) -> None:
        self.lost += len(self.waiting)
        self.waiting, self.probation_retries = [], 0

    def state(self) -> dict[str, Any]:
        """Show it behind the curtain, without secrets."""
        sent = [{"notificationId": one.id, "event": one.body["id"], "answers": one.answers} for one in self.sent]
        return {
            "id": self.id,
            "eventType": self.event_type,
            "project": self.project_id,
            "url": self.consumer_inputs.get("url", ""),
            "status": self.status,
            "sent": sent,
            "waiting": [one.due.isoformat() for one in self.waiting],
            "lost": self.lost,
        }
