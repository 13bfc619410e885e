"""Ways to reach people; for now the application's log, which Application Insights alerts read."""

from shared.adapters.notices.log import LogChannel

__all__ = ["LogChannel"]
