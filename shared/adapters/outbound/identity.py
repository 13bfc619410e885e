"""How we introduce ourselves to every service."""

from __future__ import annotations

import re
from typing import Final

# A header's value ends at a line break, and a comment in it at a bracket.
_UNFIT: Final = re.compile(r"[^ -'*-~]+")


def user_agent(*, version: str, contact: str) -> str:
    """Return the User-Agent: a product, and whom to write to, as the registries ask for."""
    return f"Feedwarden/{version} (+{_UNFIT.sub('', contact).strip()})"
