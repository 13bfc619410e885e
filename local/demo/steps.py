"""Steps of a story: each is printed, and each holds or ends the story."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from shared.errors import FeedwardenError


class StepFailed(FeedwardenError):
    """A step did not show what it must show."""


@dataclass(slots=True)
class Steps:
    """Prints and checks steps, numbered through all stories."""

    console: Console = field(default_factory=Console)
    count: int = 0

    def title(self, text: str) -> None:
        """Begin a story."""
        self.console.print()
        self.console.rule(Text(text, style="bold"), align="left")

    def show[T](self, text: str, do: Callable[[], T], *, expect: T) -> T:
        """Do a step and check what it gives.

        Raises:
            StepFailed: it gave something else, or could not be done.
        """
        self.count += 1
        try:
            seen = do()
        except FeedwardenError as error:
            self._say(text, "could not be done", good=False)
            raise StepFailed(f"step {self.count}, {text}: {error}") from error
        good = seen == expect
        self._say(text, str(seen), good=good)
        if not good:
            raise StepFailed(f"step {self.count}, {text}: expected {expect}, saw {seen}")
        return seen

    def _say(self, text: str, seen: str, *, good: bool) -> None:
        mark = Text("  ok  ", style="green") if good else Text(" FAIL ", style="bold red")
        self.console.print(
            Text(f"{self.count:3} ").append_text(mark).append(f"{text}: ").append(seen, style="bold"), soft_wrap=True
        )
