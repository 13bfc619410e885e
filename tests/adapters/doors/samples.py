"""Deliveries as Azure DevOps sends them: real member names, invented values."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

PROJECT: Final = "11bb22cc-0000-4000-8000-00000000aaaa"
_CONTAINERS: Final = {
    "collection": {"id": "b1000000-0000-4000-8000-000000000001", "baseUrl": "https://dev.example.test/acme/"},
    "account": {"id": "bb000000-0000-4000-8000-000000000002"},
    "project": {"id": PROJECT, "baseUrl": "https://dev.example.test/acme/"},
}


def _event(event_type: str, publisher: str, resource: dict[str, Any], **more: object) -> dict[str, Any]:
    return {
        "subscriptionId": "aaaa0000-0000-4000-8000-000000000003",
        "notificationId": 7,
        "id": "a0a00000-0000-4000-8000-000000000004",
        "eventType": event_type,
        "publisherId": publisher,
        "message": {"text": "Something happened", "html": "Something happened", "markdown": "Something happened"},
        "detailedMessage": {"text": "It did", "html": "It did", "markdown": "It did"},
        "resource": resource,
        "resourceVersion": "2.0",
        "resourceContainers": _CONTAINERS,
        "createdDate": "2026-01-02T12:21:13.8866607Z",
        **more,
    }


EVENTS: Final = MappingProxyType(
    {
        "build.complete": _event(
            "build.complete",
            "tfs",
            {
                "id": 2727068,
                "buildNumber": "20260102.1",
                "status": "completed",
                "result": "succeeded",
                "definition": {"id": 1, "name": "CI"},
                "project": {"id": PROJECT, "name": "Payments"},
            },
        ),
        "git.push": _event(
            "git.push",
            "tfs",
            {
                "commits": [{"commitId": "33b55f7cb7e7e245323987634f960cf4a6e6bc74", "comment": "Raise the version"}],
                "refUpdates": [{"name": "refs/heads/main", "oldObjectId": "aad3", "newObjectId": "33b5"}],
                "repository": {"id": "278d", "name": "core", "project": {"id": PROJECT, "name": "Payments"}},
                "pushId": 14,
            },
        ),
        "ms.vss-pipelines.run-state-changed-event": _event(
            "ms.vss-pipelines.run-state-changed-event",
            "pipelines",
            {
                "run": {"id": 5, "name": "20260102.5", "state": "completed", "result": "succeeded"},
                "pipeline": {"id": 2, "name": "publish"},
                "project": {"id": PROJECT, "name": "Payments"},
            },
        ),
        "ms.vss-alerts.alert-created-event": _event(
            "ms.vss-alerts.alert-created-event",
            "advsec",
            {"alertId": 12, "severity": "high", "alertType": "dependency", "title": "A known bad package"},
        ),
    }
)
