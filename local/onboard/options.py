"""What the command line says."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from shared.adapters.notices.smtp_address import is_mailbox

MISTYPED: Final = 64
"""The exit code of words that mean nothing: EX_USAGE of sysexits.h."""
BUILD_COMPLETE: Final = "build.complete"
# The event, who publishes it, and the version of what it carries ("specifying 1.0 is the safest route").
# Source: https://learn.microsoft.com/azure/devops/service-hooks/events,
# https://learn.microsoft.com/azure/devops/service-hooks/create-subscription#resource-versions-advanced
PUBLISHERS: Final = {
    BUILD_COMPLETE: ("tfs", "1.0"),
    "ms.vss-pipelines.run-state-changed-event": ("pipelines", "5.1-preview.1"),
    "ms.vss-pipelines.stage-state-changed-event": ("pipelines", "5.1-preview.1"),
}
_OBJECT_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for; all empty = look, and change nothing.

    `identity` is the Entra object id of the service principal to look at, empty = who asks. `events` empty = any event
    will do, and `build.complete` is what is created. `sign_in` is whose token is used where there is no PAT.
    """

    identity: str = ""
    sign_in: str = "cli"
    projects: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    create_subscriptions: bool = False
    send_test_card: bool = False
    send_test_mail: str = ""
    pat_name: str = ""
    entitlements_url: str = ""
    dry_run: bool = False
    json: bool = False


def _object_id(text: str) -> str:
    if not _OBJECT_ID.fullmatch(text.lower()):
        raise argparse.ArgumentTypeError("give the object id of the service principal, a GUID")
    return text.lower()


def _mailbox(text: str) -> str:
    if not is_mailbox(text):
        raise argparse.ArgumentTypeError("give one mail address, such as you@contoso.example")
    return text


def _https(text: str) -> str:
    # The credential goes there.
    if not re.fullmatch(r"https://[a-z0-9.-]+(?::[0-9]+)?/?|http://127\.0\.0\.1(?::[0-9]+)?/?", text):
        raise argparse.ArgumentTypeError("give an https address without a path")
    return text.rstrip("/")


class _Parser(argparse.ArgumentParser):
    """Ends with a code of its own: 2, which is argparse's, means here that something is not known."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(MISTYPED, f"{self.prog}: error: {message}\n")


def read_options(words: Sequence[str] | None) -> Options:
    """Read the command line; leaves the program where it is wrong."""
    parser = _Parser(
        prog="make onboard",
        description="Check a real organization step by step, and say what is missing. Reads settings from the "
        'environment. From make: make onboard ARGS="…". Exit code 0: all well, 1: something is missing, 2: not known, '
        "64: mistyped. make itself turns each that is not 0 into 2.",
    )
    _add_whom(parser)
    _add_changes(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, for pipelines")
    told = parser.parse_args(words)
    return Options(
        identity=told.identity or "",
        sign_in=told.sign_in,
        projects=tuple(dict.fromkeys(told.project)),
        events=tuple(dict.fromkeys(told.event)),
        create_subscriptions=told.create_subscriptions,
        send_test_card=told.send_test_card,
        send_test_mail=told.send_test_mail or "",
        pat_name=told.pat_name,
        entitlements_url=told.entitlements_url or "",
        dry_run=told.dry_run,
        json=told.json,
    )


def _add_whom(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("whom and what to look at").add_argument
    add("--identity", type=_object_id, metavar="OBJECT_ID", help="the app's managed identity; else who asks")
    add(
        "--sign-in",
        choices=("cli", "managed-identity"),
        default="cli",
        help="whose token is used without AZURE_DEVOPS_PAT: the Azure CLI's (default), or the machine's identity",
    )
    add("--project", action="append", default=[], metavar="NAME", help="a project whose pipelines publish; repeatable")
    add("--event", action="append", default=[], choices=tuple(PUBLISHERS), help="an event to subscribe to; repeatable")
    add("--pat-name", default="", metavar="NAME", help="name of the PAT to look up, with AZURE_DEVOPS_USER_TOKEN")
    add("--entitlements-url", type=_https, metavar="URL", help="host that tells access levels")


def _add_changes(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what changes something or reaches people").add_argument
    add("--create-subscriptions", action="store_true", help="create the service-hook subscriptions that are missing")
    add("--send-test-card", action="store_true", help="post a test card to TEAMS_WEBHOOK_URL")
    add("--send-test-mail", type=_mailbox, metavar="ADDRESS", help="send a test mail there")
    add("--dry-run", action="store_true", help="say what would be created or sent, and do none of it")
