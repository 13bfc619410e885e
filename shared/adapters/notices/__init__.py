"""Ways to reach people: the application's log, mail, and Teams."""

from shared.adapters.notices.log import LogChannel

__all__ = ["LogChannel"]
