"""The street door: one blueprint a file, each trigger binds, calls one use case, maps errors."""

from __future__ import annotations

import azure.functions as func


def blueprints() -> tuple[func.Blueprint, ...]:
    """Return every blueprint, once the settings have been read.

    A wrong setting or policy file stops the start here, with all its problems at once, rather than
    the first delivery an hour later.

    Raises:
        ConfigurationError: what is wrong, one problem a line.
    """
    from functions import (  # noqa: PLC0415  # the bootstrap comes with them
        approvals,
        audits,
        canary,
        checks,
        health,
        hooks,
        notices,
        poison,
        sweeps,
        watches,
    )
    from shared.bootstrap import read_configuration  # noqa: PLC0415  # the same

    read_configuration()
    rooms = (hooks, checks, sweeps, watches, approvals, notices, health, poison, audits, canary)
    return tuple(room.blueprint for room in rooms)
