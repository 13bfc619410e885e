"""The open requests of one feed as a page for its owners. Pure but for templates."""

from __future__ import annotations

from shared.application.approve.answers import FeedRequestsView
from shared.domain.approvals import Actor
from shared.domain.letter_causes import TWINS
from shared.web.messages import WebAnswer
from shared.web.rendering import page
from shared.web.words import STANDINGS, TWIN_TONES


def list_page(view: FeedRequestsView, actor: Actor, *, status: int) -> WebAnswer:
    """Return the page that lists what waits for the owners of a feed, and what is in force there."""
    return page(
        "list.html.jinja", status=status, view=view, actor=actor, standings=STANDINGS, twins=TWINS, tones=TWIN_TONES
    )
