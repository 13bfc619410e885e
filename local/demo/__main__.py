"""`make demo`: four stories, every step checked; exit code 0 only if all hold."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from rich.text import Text

from local.demo.owner_story import by_owner
from local.demo.stage import Stage
from local.demo.steps import StepFailed, Steps
from local.demo.stories import by_delivery, by_sweep, by_watch
from local.stack import Stack
from shared.errors import FeedwardenError

# Each story begins with neither sweep nor watch, so that the attack is seen to succeed: they run once a year.
_ALONE = {"SWEEP_SCHEDULE": "0 0 3 1 1 *", "WATCH_SCHEDULE": "0 0 3 1 1 *"}


def main() -> int:
    """Tell all stories."""
    # As with Ctrl-C, also where a script has told us to ignore it: everything that was started is stopped.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    steps, begun = Steps(), time.monotonic()
    steps.console.print("Starting storage, simulators and Feedwarden on loopback …")
    try:
        # The last story has an organization of its own: so many collisions as the others leave are told in one letter.
        for stories in ((by_delivery, by_sweep, by_watch), (by_owner,)):
            with tempfile.TemporaryDirectory(prefix="feedwarden-demo-") as folder, Stack(_ALONE) as stack:
                for story in stories:
                    story(Stage(stack, Path(folder)), steps)
    except StepFailed as error:
        steps.console.print(Text(f"\n{error}", style="bold red"))
        return 1
    except FeedwardenError as error:
        steps.console.print(Text(f"\nThe demo could not be run: {error}", style="bold red"))
        return 2
    except KeyboardInterrupt:
        steps.console.print("\nStopped.")
        return 130
    steps.console.print(Text(f"\nAll {steps.count} steps hold ({time.monotonic() - begun:.0f} s).", style="bold green"))
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Leave the block that runs the stack, which ends its parts. A second signal must not cut that short."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
