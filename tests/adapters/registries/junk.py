"""Answers that no registry should give: for Hypothesis."""

from __future__ import annotations

import json
from typing import Any, Final

from hypothesis import strategies as st

from shared.adapters.outbound.messages import Answer

_SCALARS: Final = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
_WORDS: Final = st.sampled_from(
    [
        *("name", "versions", "time", "created", "unpublished", "error", "dist-tags", "latest", "maintainers"),
        *("meta", "api-version", "files", "upload-time", "project-status", "status", "state"),
        *("vers", "yanked", "pubtime", "dl", "version", "resources", "@id", "@type", "items", "catalogEntry"),
        *("id", "listed", "published", "authors", "projectUrl", "description", "data", "owners"),
        *("1.0.0", "_npmUser", "scripts", "postinstall", "hasInstallScript", "repository", "url"),
        *("info", "summary", "home_page", "project_urls", "Source", "ownership", "roles", "user", "filename"),
    ]
)
_VALUES: Final = st.sampled_from(
    [
        "left-pad",
        "1.0",
        "1.0.0",
        "0.0.1-security",
        "Not found",
        "quarantined",
        "2026-08-01T10:00:00Z",
        "acme-billing",
        "Acme.Billing",
        "acme_billing-1.0-py3-none-any.whl",
        "git+https://code.example.test/acme/billing.git",
    ]
)
JSON: Final[st.SearchStrategy[Any]] = st.recursive(
    _SCALARS | _VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS | st.text(max_size=5), inner, max_size=6),
    max_leaves=25,
)
_KINDS: Final = st.sampled_from(["application/json", "text/plain", "text/html", "TEXT/PLAIN; charset=utf-8", ""])
_BODIES: Final = st.binary(max_size=50) | st.just(b"404 Not Found") | JSON.map(lambda value: json.dumps(value).encode())

ANSWERS: Final = st.builds(
    Answer,
    st.sampled_from([200, 404]) | st.integers(100, 999),
    st.builds(lambda kind: {"content-type": kind}, _KINDS),
    _BODIES,
)
