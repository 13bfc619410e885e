"""The host's settings from host.json, the app's from the environment and local.settings.json."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from shared.errors import ConfigurationError

_TIME_SPAN: Final = re.compile(r"(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{2}):(?P<seconds>\d{2})")
_SETTING_NAME: Final = re.compile(r"%([^%]+)%")
_DEFAULT_BODY_LIMIT_BYTES: Final = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """How HTTP requests are taken in."""

    route_prefix: str = "api"
    body_limit_bytes: int = _DEFAULT_BODY_LIMIT_BYTES


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """How queues are worked off; the defaults are the real host's.

    Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#hostjson-settings
    """

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: timedelta = timedelta(0)
    base64: bool = True


@dataclass(frozen=True, slots=True)
class HostSettings:
    """What host.json says, as far as this host plays it."""

    http: HttpSettings = field(default_factory=HttpSettings)
    queues: QueueSettings = field(default_factory=QueueSettings)


def read_host_settings(app_folder: Path) -> HostSettings:
    """Read the app's host.json. Raises ConfigurationError."""
    document = _read_json(app_folder / "host.json")
    if document.get("version") != "2.0":
        raise ConfigurationError(('host.json: "version" must be "2.0"',))
    extensions = document.get("extensions", {})
    http, queues = extensions.get("http", {}), extensions.get("queues", {})
    batch_size = int(queues.get("batchSize", 16))
    encoding = str(queues.get("messageEncoding", "base64")).lower()
    if encoding not in {"base64", "none"}:
        raise ConfigurationError(('host.json: queues.messageEncoding is "base64" or "none"',))
    return HostSettings(
        http=HttpSettings(route_prefix=str(http.get("routePrefix", "api")).strip("/")),
        queues=QueueSettings(
            batch_size=batch_size,
            new_batch_threshold=int(queues.get("newBatchThreshold", batch_size // 2)),
            max_dequeue_count=int(queues.get("maxDequeueCount", 5)),
            visibility_timeout=read_time_span(str(queues.get("visibilityTimeout", "00:00:00"))),
            base64=encoding == "base64",
        ),
    )


def read_app_settings(app_folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the app's settings: those of local.settings.json, unless the environment has the same name."""
    file = app_folder / "local.settings.json"
    values = _read_json(file).get("Values", {}) if file.is_file() else {}
    return {name: str(value) for name, value in values.items()} | dict(environment)


def read_time_span(text: str) -> timedelta:
    """Read `[days.]hours:minutes:seconds`. Raises ConfigurationError."""
    if not (match := _TIME_SPAN.fullmatch(text)):
        raise ConfigurationError((f"{text!r} is not a time span of the form hh:mm:ss",))
    return timedelta(**{unit: int(number or 0) for unit, number in match.groupdict().items()})


def resolve(text: str, settings: Mapping[str, str]) -> str:
    """Replace each `%NAME%` by the setting's value. Raises ConfigurationError where there is none."""
    missing = [name for name in _SETTING_NAME.findall(text) if not settings.get(name)]
    if missing:
        raise ConfigurationError(tuple(f"the setting {name} is missing: {text!r} needs it" for name in missing))
    return _SETTING_NAME.sub(lambda match: settings[match.group(1)], text)


def connection_string(name: str, settings: Mapping[str, str]) -> str:
    """Return the storage connection that a binding names, as the real host looks it up. Raises ConfigurationError.

    Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#connections
    """
    wanted = name or "AzureWebJobsStorage"
    for candidate in (f"AzureWebJobs{wanted}", wanted):
        if value := settings.get(candidate):
            return value
    raise ConfigurationError(
        (f"the setting {wanted} is missing: it must hold a storage connection string (identities work in Azure only)",)
    )


def _read_json(file: Path) -> dict[str, Any]:
    """Read a file that holds one JSON object. Raises ConfigurationError."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError((f"{file.name} cannot be read: {error}",)) from error
    if not isinstance(document, dict):
        raise ConfigurationError((f"{file.name} must hold a JSON object",))
    return document
