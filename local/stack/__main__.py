"""`python -m local.stack`: run everything until Ctrl-C, and say what to open and what to try."""

from __future__ import annotations

import shlex
import signal
import sys
import time
from types import FrameType

from local.stack import SHARED_SECRET, Stack
from shared.errors import FeedwardenError

_LOOK_EVERY_SECONDS = 0.2


class _Stopped(Exception):
    """Somebody asked us to stop."""


def main() -> int:
    """Run the stack; answer with an exit code."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    print("Starting the storage emulator, the simulators and the app …", flush=True)
    try:
        with Stack() as stack:
            print(_guide(stack), flush=True)
            while True:
                stack.check()
                time.sleep(_LOOK_EVERY_SECONDS)
    except _Stopped:
        print("\nEverything is stopped.")
        return 0
    except FeedwardenError as error:
        print(f"The stack stopped: {error}", file=sys.stderr)
        return 1


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Leave the block that runs the stack, which ends its parts. A second signal must not cut that short."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise _Stopped


def _guide(stack: Stack) -> str:
    """Say what runs where, and what to try."""
    return f"""
Feedwarden runs at         {stack.app_url}/api/health/live
Azure DevOps, simulated    {stack.feeds_url}/_control/state
npm registry, simulated    {stack.npm_url}/
PyPI registry, simulated   {stack.pypi_url}/simple/
Mails that were sent       {stack.mail_url}/
Teams cards that were sent {stack.teams_url}/
Sign in, as whom you like  {stack.app_url}/.auth/login/aad
Logs                       {stack.logs}

Is it ready?
  curl {stack.app_url}/api/health/ready

Play the attacker: publish a higher version of an internal package in public.
  curl -i {stack.npm_url}/_control/publish -d '{{"name": "acme-billing", "version": "99.0.0"}}'

Tell Feedwarden that something happened, as the last step of a publish job would:
  curl -i {stack.app_url}/api/hooks/azure-devops -u "feedwarden:{SHARED_SECRET}" \\
    -H 'content-type: application/json' -d '{{"id": "'$(date +%s)'", "eventType": "build.complete", "resource": {{}}}}'

Or make it walk through every feed now, rather than at the next minute:
  curl -i -X POST {stack.app_url}/admin/functions/sweep_feeds -H 'content-type: application/json' -d '{{}}'

Read the letter that the owners get, and open its link. It tells a stranger nothing: sign in as the owner, as an
outsider, or as the owner's namesake from another tenant (sign out: {stack.app_url}/.auth/logout).
  {stack.mail_url}/

List what it found, from another terminal in this folder:
  STORAGE_CONNECTION="$(cat {shlex.quote(str(stack.connection_file))})" make cases

Ctrl-C stops everything; only the logs are kept, until `make clean`.
"""


if __name__ == "__main__":
    sys.exit(main())
