"""docs/deployment.md names what there is."""

from __future__ import annotations

import json
import re
from typing import Final

from tests.infra.bicep import FILES, INFRA, ROOT, facts, module

PAGE: Final = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[str]:
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (text,) = (part for part in section if part.startswith(heading + "\n"))
    return [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| `")]


def test_every_alert_says_what_to_do() -> None:
    """One row an alert."""
    assert {row.strip("`") for row in _rows("Alerts")} == {
        rule["name"] for rule in module("alerts")["variables"]["rules"]["value"]
    }


def test_every_choice_of_azd_is_told() -> None:
    """The variables that main.parameters.json reads are those of the table."""
    read = re.findall(r"\$\{(\w+)", (INFRA / "main.parameters.json").read_text(encoding="utf-8"))
    told = {name for row in _rows("What can be chosen") for name in re.findall(r"`(\w+)`", row)}
    assert told == set(read)


def test_every_default_of_azd_is_told_right() -> None:
    """Defaults in the table are those of the file."""
    parameters = json.loads((INFRA / "main.parameters.json").read_text(encoding="utf-8"))["parameters"]
    assert parameters["settings"]["value"]["MODE"] == "${FEEDWARDEN_MODE=audit}"
    assert "| `FEEDWARDEN_MODE` | `audit` |" in PAGE
    for name in ("useTeams", "useMail", "usePersonalAccessToken", "usePrivateNetwork", "digestsAreLocked"):
        assert parameters[name]["value"].endswith("=false}")
        assert facts(FILES[0])["parameters"][name]["default"] is False
    assert parameters["useApprovals"]["value"].endswith("=true}")
    assert facts(FILES[0])["parameters"]["useApprovals"]["default"] is True


def test_every_role_is_told() -> None:
    """By the name that the portal shows: the variable's name, spelt apart."""
    names = module("roles")["variables"]
    told = set(re.findall(r"^\| (?:app|operator) \| ([^|]+) \|", PAGE, re.MULTILINE))
    assert told == {re.sub(r"([A-Z])", r" \1", name[0].upper() + name[1:]).strip() for name in names}


def _step(number: int) -> str:
    first = PAGE.partition("## The first time\n")[2].partition("\n## ")[0]
    return re.split(r"^\d\. ", first, flags=re.MULTILINE)[number]


def test_the_first_operator_is_told_how_to_become_one() -> None:
    """Before anything is made: without a name nobody could write the secrets."""
    assert 'azd env set FEEDWARDEN_OPERATOR_ID "$(az ad signed-in-user show --query id --output tsv)"' in _step(2)
    assert "AZURE_PRINCIPAL" not in PAGE


def test_secrets_reach_the_app_that_was_there_before_them() -> None:
    """References are fetched once a day, or when they are asked for: after the first secrets, and after each new one.

    Source: https://learn.microsoft.com/azure/app-service/app-service-key-vault-references
    """
    refresh = "/config/configreferences/appsettings/refresh?api-version=2022-03-01"
    assert _step(5).index("az keyvault secret set") < _step(5).index(refresh)
    keys = PAGE.partition("## New keys\n")[2].partition("\n## ")[0]
    assert "fetch them anew" in keys
    assert "](#new-keys)" in _step(5)


def test_a_choice_is_followed_by_what_brings_it_about() -> None:
    """A variable of azd does nothing until the next `azd provision`; mail needs a sender too."""
    letters = _step(5).partition("With Teams or mail")[2]
    for name in ("FEEDWARDEN_USE_TEAMS true", "FEEDWARDEN_USE_MAIL true", "FEEDWARDEN_MAIL_FROM "):
        assert letters.index(f"azd env set {name}") < letters.rindex("azd provision"), name


def test_locking_is_told_to_the_next_deployment() -> None:
    """In the step that locks, since the next `azd provision` would fail."""
    locking = PAGE.partition("immutability-policy lock")[2].partition("```")[0]
    assert "azd env set FEEDWARDEN_DIGESTS_LOCKED true" in locking


def test_the_page_promises_no_lock_that_is_not_there() -> None:
    """Both pages say that it holds from the locking on."""
    pages = (PAGE, (ROOT / "docs" / "security.md").read_text(encoding="utf-8"))
    for line in (line for page in pages for line in page.splitlines() if line.startswith("| ")):
        if re.search(r"digest.*(nobody can|without) change", line, re.IGNORECASE):
            assert "lock" in line, line


def test_alerts_that_count_what_is_missing_are_expected() -> None:
    """Until the first walk, look and digest they are mailed; the page names each of them."""
    silent = {rule["name"] for rule in module("alerts")["variables"]["rules"]["value"] if "== 0" in rule["query"]}
    told = PAGE.partition("Before there is anything to count")[2].partition("\n\n")[0]
    assert silent == set(re.findall(r"`([a-z-]+)`", told)) & set(_alerts())


def _alerts() -> list[str]:
    return [rule["name"] for rule in module("alerts")["variables"]["rules"]["value"]]


def test_who_deploys_has_the_rights_that_it_takes() -> None:
    """The scope is the subscription, and each deployment writes roles and the lock."""
    text = FILES[0].read_text(encoding="utf-8")
    assert "targetScope = 'subscription'" in text
    releases = (ROOT / "docs" / "releases.md").read_text(encoding="utf-8")
    for page in (PAGE, releases):
        rights = page.partition("Locks Contributor")[0].rpartition("\n\n")[2]
        assert "Contributor" in rights
        assert "Role Based Access Control Administrator" in rights
        assert "subscription" in rights
    assert "Microsoft.Resources/deployments/*" in releases


def test_resource_logs_are_told_where_personal_data_is() -> None:
    """Each category that is sent to the workspace and holds who called."""
    sent = set()
    for path in FILES:
        sent |= set(re.findall(r"category: '(\w+)'", path.read_text(encoding="utf-8")))
    security = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    kept = security.partition("## What is kept, and for how long")[2]
    assert sent
    for category in sent:
        assert f"`{category}`" in kept, category


def test_the_identity_cannot_read_code() -> None:
    """Readers of a project may clone its repositories, so it is none of them."""
    section = PAGE.partition("## The identity in Azure DevOps\n")[2].partition("\n## ")[0]
    assert "View project-level information" in section
    assert "as Reader" not in section
    security = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert "| Reader of the project |" not in security


def test_every_secret_is_told() -> None:
    """Whoever deploys knows what the vault must hold."""
    text = (INFRA / "modules" / "app-settings.bicep").read_text(encoding="utf-8")
    for name in re.findall(r"SecretName=([a-z-]+)\)", text):
        assert f"`{name}`" in PAGE or f"--name {name} " in PAGE, name


def test_outputs_that_the_commands_use_exist() -> None:
    """A variable in a command is an output of main.bicep, or set on the page itself."""
    outputs = set(facts(FILES[0])["outputs"])
    for name in re.findall(r"\$((?:FEEDWARDEN|AZURE)_\w+)", PAGE):
        assert name in outputs, name


def test_it_says_what_was_not_run() -> None:
    """A reader must not take tests for a deployment."""
    assert "no Bicep compiler, no `azd` and no subscription" in PAGE
