"""The whole of Feedwarden on one machine: storage emulator, simulated services, and the app in the local host.

    with Stack({"MODE": "audit"}) as stack:
        httpx.get(f"{stack.app_url}/api/health/live")
        stack.kill_app()
        stack.start_app()

Everything listens on free ports of the loopback interface, so a second stack runs beside the first. No part outlives
the process that started it, however that process ends. Each part's log is in a folder of its own under `.run/`.
"""

from __future__ import annotations

from local.stack.sample import GENERIC_SECRET, ORGANIZATION, PERSONAS_FILE, SHARED_SECRET, app_settings
from local.stack.stack import Stack

__all__ = ["GENERIC_SECRET", "ORGANIZATION", "PERSONAS_FILE", "SHARED_SECRET", "Stack", "app_settings"]
