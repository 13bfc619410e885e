"""Links, anchors and names on the pages lead to what there is."""

from __future__ import annotations

import json
import re
from typing import Final

import pytest

from shared.settings import SETTINGS
from tests.documents.pages import DOCS, IDS, ROOT, anchors, links, text_of

# Names of the platform, of azd, of make and of the pipelines: whoever sets them is no setting of ours.
OTHERS: Final = frozenset(
    {
        "FUNCTIONS_WORKER_RUNTIME",
        "WEBSITE_AUTH_ENABLED",
        "AZURE_SUBSCRIPTION_ID",
        "AZURE_TENANT_ID",
        "AZURE_ENV_NAME",
        "AZURE_LOCATION",
        "SSL_CERT_FILE",
        "AZURE_DEVOPS_USER_TOKEN",
        "OBJECT_ID",
        "FEEDWARDEN_URL",
        "FEEDWARDEN_SECRET",
        "FEEDWARDEN_WAITS",
        "FEEDWARDEN_TRY_SECONDS",
    }
)


def _names_of_the_deployment() -> set[str]:
    """Return what azd reads, and what it gives out."""
    parameters = (ROOT / "infra" / "main.parameters.json").read_text(encoding="utf-8")
    assert json.loads(parameters)
    outputs = re.findall(r"^output (\w+) ", (ROOT / "infra" / "main.bicep").read_text(encoding="utf-8"), re.MULTILINE)
    return {*re.findall(r"\$\{(\w+)", parameters), *outputs}


@pytest.mark.parametrize("page", IDS)
def test_every_relative_link_leads_somewhere(page: str) -> None:
    """To a file or folder of the repository, and to a heading of it."""
    for target in links(page):
        if re.match(r"[a-z]+:", target):
            assert target.startswith("https://"), target
            continue
        path, _, anchor = target.partition("#")
        file = ((ROOT / page).parent / path).resolve() if path else ROOT / page
        assert file.exists(), f"{page}: {target}"
        if anchor:
            assert anchor in anchors(str(file.relative_to(ROOT))), f"{page}: {target}"


@pytest.mark.parametrize("page", IDS)
def test_every_setting_that_a_page_names_exists(page: str) -> None:
    """A name in capitals between backticks is a setting, or somebody else's that is known here."""
    known = {setting.name for setting in SETTINGS} | OTHERS | _names_of_the_deployment()
    spans = re.findall(r"`([^`\n]+)`", text_of(page))
    named = {name for span in spans for name in re.findall(r"\b(?<![-%$./])[A-Z]{2,}(?:_[A-Za-z]+)+\b", span)}
    assert named - known == set()


@pytest.mark.parametrize("page", IDS)
def test_every_file_that_a_page_names_exists(page: str) -> None:
    """A measure whose test is gone is shown by nothing."""
    rooms = "tests|shared|functions|infra|local|benchmarks|docs|publish-step"
    named = re.findall(rf"`((?:{rooms})/[\w./-]+)`", text_of(page))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_readme_leads_to_every_page() -> None:
    """Nobody has to know that a page is there."""
    linked = {target.partition("#")[0] for target in links("README.md")}
    pages = {str(page.relative_to(ROOT)) for page in (*DOCS.glob("*.md"), *ROOT.glob("*.md"))} - {"README.md"}
    assert pages - linked == set()


def test_the_reader_of_links_reads_them() -> None:
    """The check itself: headings become anchors as GitHub makes them."""
    assert "who-may-allow-versions-from-outside" in anchors("docs/policy-file.md")
    assert "azure-devops" in anchors("docs/deliveries.md")
    assert "docs/policy-file.md" in {target.partition("#")[0] for target in links("README.md")}
