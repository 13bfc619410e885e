"""What would be deployed: safe by every switch that there is, and with no role more than is needed."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from shared.ports import QueueName
from shared.settings import SETTINGS
from tests.infra.bicep import FILES, INFRA, ROOT, body, facts, module, resources, texts

# The platform's settings; our code reads none of them. Source: pages named in app-settings.bicep.
_PLATFORM: Final = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AzureWebJobsStorage__accountName",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsStorage__credential",
    "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
    "STORAGE_CONNECTION__clientId",
    "STORAGE_CONNECTION__credential",
    "STORAGE_CONNECTION__queueServiceUri",
}
# It would win over the identity, and be a key.
_NEVER: Final = {"STORAGE_CONNECTION"}

_SITES: Final = "Microsoft.Web/sites"

_ROLES: Final = {
    "storageBlobDataOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "storageBlobDataContributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "storageBlobDataReader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "storageQueueDataReader": "19e7f393-937e-4f77-808e-94535e297925",
    "storageQueueDataContributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "storageTableDataContributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    "storageTableDataReader": "76199698-9eea-4c19-bc75-cec21354c6b6",
    "keyVaultSecretsUser": "4633458b-17de-408a-b874-0445c86b69e6",
    "keyVaultSecretsOfficer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "monitoringMetricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
}
# Who may do what where: nothing else, and nothing on a whole group or subscription.
_ASSIGNMENTS: Final = {
    "appOwnsHostBlobs": ("appPrincipalId", "storageBlobDataOwner", "hostAccount"),
    "appWritesTables": ("appPrincipalId", "storageTableDataContributor", "auditAccount"),
    "appWorksQueues": ("appPrincipalId", "storageQueueDataContributor", "auditAccount"),
    "appWritesDigests": ("appPrincipalId", "storageBlobDataContributor", "digests"),
    "appReadsSecrets": ("appPrincipalId", "keyVaultSecretsUser", "vault"),
    "appSendsTelemetry": ("appPrincipalId", "monitoringMetricsPublisher", "insights"),
    "operatorWritesSecrets": ("operatorPrincipalId", "keyVaultSecretsOfficer", "vault"),
    "operatorReadsTables": ("operatorPrincipalId", "storageTableDataReader", "auditAccount"),
    "operatorReadsQueues": ("operatorPrincipalId", "storageQueueDataReader", "auditAccount"),
    "operatorReadsDigests": ("operatorPrincipalId", "storageBlobDataReader", "digests"),
}


def _variable(name: str, of: str) -> Any:  # noqa: ANN401  # a parser's tree
    return module(of)["variables"][name]["value"]


def _settings() -> dict[str, Any]:
    parts = [_variable(name, "app-settings") for name in ("ownSettings", "secretSettings", "fixedSettings")]
    return {name: value for part in parts for name, value in part.items()}


def test_settings_are_those_of_the_code() -> None:
    """Every setting that the code reads is set, and none that nobody reads."""
    ours = {setting.name for setting in SETTINGS}
    assert set(_settings()) == ours - _NEVER | _PLATFORM


def test_what_the_platform_dictates_cannot_be_overruled() -> None:
    """The settings that a person gives come before secrets and identity, so that these win."""
    properties = body(module("app-settings")["resources"]["appSettings"])["properties"]["function"]
    assert properties["type"] == "union"
    assert list(properties["parameters"].values()) == ["ownSettings", "settings", "secretSettings", "fixedSettings"]


def test_settings_without_a_default_are_given() -> None:
    """The schedules are those of the sample; the rest is empty, which is the code's own default."""
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]
    own = _variable("ownSettings", "app-settings")
    for setting in SETTINGS:
        if setting.name.endswith("_SCHEDULE"):
            assert own[setting.name] == sample[setting.name]
        elif setting.name in own:
            assert (
                own[setting.name] == (setting.default or "")
                or own[setting.name] == ""
                or _is_expression(own[setting.name])
            ), setting.name


def _is_expression(value: object) -> bool:
    return value == "organization" or (isinstance(value, str) and "${" in value)


def test_secrets_are_references_to_the_vault() -> None:
    """A secret's value is a reference, or empty where it is not used."""
    secret = {setting.name for setting in SETTINGS if setting.secret} - _NEVER | {"APPROVAL_KEYS"}
    given = _variable("secretSettings", "app-settings")
    assert set(given) == secret
    for name, value in given.items():
        reference = f"@Microsoft.KeyVault(VaultName=${{vaultName}};SecretName={name.lower().replace('_', '-')})"
        choice = value["operator"]["operands"] if isinstance(value, dict) else {"true_value": value, "false_value": ""}
        assert (choice["true_value"], choice["false_value"]) == (reference, ""), name


def test_the_app_reads_the_vault_as_its_own_identity() -> None:
    """References are resolved, and the package is read, with the user-assigned identity."""
    ((_, _, app),) = resources("Microsoft.Web/sites")
    properties = app["properties"]
    assert app["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {"'${identityId}'": {}}}
    assert properties["keyVaultReferenceIdentity"] == "identityId"
    storage = properties["functionAppConfig"]["deployment"]["storage"]
    assert storage["type"] == "blobContainer"
    assert storage["authentication"] == {
        "type": "UserAssignedIdentity",
        "userAssignedIdentityResourceId": "identityId",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_literal_secret(path: Path) -> None:
    """No key, signature or connection string in any text, and nothing that looks like one but the roles' ids."""
    for found in texts(path):
        assert not re.search(r"AccountKey|SharedAccess|Password|sig=|whsec_|-----BEGIN", found), found
        for word in re.findall(r"[A-Za-z0-9+/_-]{32,}={0,2}", found):
            named = word in _ROLES.values() or word in _PLATFORM or word.startswith("Microsoft")
            assert named or "." in found or "/" in word, word
    assert not re.search(r"\blistKeys|listAccountSas|\.keys\[", path.read_text(encoding="utf-8"))


def test_parameters_hold_no_secret() -> None:
    """Every value comes out of azd's environment, and none of them is a secret: these go to the vault by hand."""
    document = json.loads((INFRA / "main.parameters.json").read_text(encoding="utf-8"))
    given = {name: row["value"] for name, row in document["parameters"].items()}
    settings = given.pop("settings")
    secret = {setting.name for setting in SETTINGS if setting.secret}
    assert set(settings) <= {setting.name for setting in SETTINGS} - secret
    for value in (*given.values(), *settings.values()):
        assert re.fullmatch(r"\$\{[A-Z_]+(=[A-Za-z]*)?\}", value)


def test_the_runtime_is_ours() -> None:
    """Python as in pyproject.toml, on Flex Consumption, said in the one place that this plan reads."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = str(_variable("pythonVersion", "function-app"))
    assert project["requires-python"].startswith(f">={version},")
    ((_, _, app),) = resources("Microsoft.Web/sites")
    assert app["properties"]["functionAppConfig"]["runtime"] == {"name": "python", "version": "pythonVersion"}
    ((_, _, plan),) = resources("Microsoft.Web/serverfarms")
    assert plan["sku"] == {"name": "FC1", "tier": "FlexConsumption"}
    assert "FUNCTIONS_WORKER_RUNTIME" not in _settings()


def test_storage_takes_no_keys_and_shows_nothing() -> None:
    """Every account: no shared keys, TLS 1.2, HTTPS only, nothing public."""
    found = list(resources("Microsoft.Storage/storageAccounts"))
    assert len(found) == 1
    for _, _, account in found:
        properties = account["properties"]
        assert properties["allowSharedKeyAccess"] is False
        assert properties["allowBlobPublicAccess"] is False
        assert properties["allowCrossTenantReplication"] is False
        assert properties["minimumTlsVersion"] == "TLS1_2"
        assert properties["supportsHttpsTrafficOnly"] is True
    for _, name, container in resources("Microsoft.Storage/storageAccounts/blobServices/containers"):
        assert container["properties"]["publicAccess"] == "None", name


def test_the_app_speaks_https_only() -> None:
    """HTTPS, TLS 1.2, neither FTP nor publishing passwords."""
    ((_, _, app),) = resources("Microsoft.Web/sites")
    assert app["properties"]["httpsOnly"] is True
    site = app["properties"]["siteConfig"]
    assert (site["minTlsVersion"], site["scmMinTlsVersion"], site["ftpsState"]) == ("1.2", "1.2", "Disabled")
    passwords = {
        p["name"]: p["properties"]["allow"] for _, _, p in resources(f"{_SITES}/basicPublishingCredentialsPolicies")
    }
    assert passwords == {"ftp": False, "scm": False}


def test_logs_are_taken_from_identities_only() -> None:
    """Neither the workspace nor Application Insights takes a key."""
    ((_, _, workspace),) = resources("Microsoft.OperationalInsights/workspaces")
    ((_, _, insights),) = resources("Microsoft.Insights/components")
    assert workspace["properties"]["features"]["disableLocalAuth"] is True
    assert insights["properties"]["DisableLocalAuth"] is True
    assert _settings()["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] == "ClientId=${identityClientId};Authorization=AAD"


def test_sign_in_is_always_on_and_bound_to_the_tenant() -> None:
    """It strips forged identity headers also where a request stays anonymous, so nothing may turn it off."""
    properties = body(module("sign-in")["resources"]["authentication"])["properties"]
    assert properties["platform"]["enabled"] is True
    assert properties["globalValidation"]["unauthenticatedClientAction"] == "AllowAnonymous"
    assert properties["httpSettings"]["requireHttps"] is True
    entra = properties["identityProviders"]["azureActiveDirectory"]
    assert entra["enabled"] is True
    assert entra["registration"]["openIdIssuer"].endswith("${subscription().tenantId}/v2.0")
    assert entra["validation"]["allowedAudiences"] == ["clientId", "api://${clientId}"]
    assert entra["registration"]["clientSecretSettingName"] in _settings()
    assert facts(INFRA / "main.bicep")["parameters"]["signInClientId"]["default"] is None


def test_roles_are_exactly_these() -> None:
    """Every assignment stands in roles.bicep, with a named role, on the smallest thing that will do."""
    found = list(resources("Microsoft.Authorization/roleAssignments"))
    assert {file for file, _, _ in found} == {"roles.bicep"}
    assert {name: _assignment(role) for _, name, role in found} == _ASSIGNMENTS
    assert {name: v["value"] for name, v in module("roles")["variables"].items()} == _ROLES


def _assignment(resource: Any) -> tuple[str, str, str]:  # noqa: ANN401  # a parser's tree
    properties = resource["properties"]
    role = properties["roleDefinitionId"]["function"]
    assert role["type"] == "subscription_resource_id"
    assert role["parameters"]["resource_type"] == "Microsoft.Authorization/roleDefinitions"
    # The name must be made of all three, or two assignments overwrite each other.
    made_of = resource["name"]["function"]["parameters"]
    scope, principal, name = resource["scope"], properties["principalId"], role["parameters"]["resource_name_1"]
    assert made_of["base_string"]["operator"]["operands"] == {"operand_1": scope, "operand_2": "id"}
    assert (made_of["extra_string_1"], made_of["extra_string_2"]) == (principal, name)
    return principal, name, scope


def test_the_audit_storage_is_kept() -> None:
    """A lock on the account; digests that nobody can change; who writes or deletes leaves a trace."""
    declared = module("audit")["resources"]
    lock, immutability = body(declared["lock"]), body(declared["immutability"])
    assert (lock["scope"], lock["properties"]["level"]) == ("account", "CanNotDelete")
    assert immutability["parent"] == "digests"
    assert immutability["properties"] == {
        "immutabilityPeriodSinceCreationInDays": "retentionDays",
        "allowProtectedAppendWrites": False,
    }
    for name in ("tableTrace", "blobTrace"):
        logs = body(declared[name])["properties"]["logs"]
        assert {row["category"] for row in logs if row["enabled"]} == {"StorageWrite", "StorageDelete"}


def test_locked_digests_are_left_alone() -> None:
    """Of a locked policy Azure takes nothing but a longer time: writing it again would fail every deployment.

    Source: https://learn.microsoft.com/rest/api/storagerp/blob-containers/lock-immutability-policy
    """
    text = (INFRA / "modules" / "audit.bicep").read_text(encoding="utf-8")
    assert re.search(r"^resource immutability '[^']+' = if \(!digestsAreLocked\) \{$", text, re.MULTILINE)
    assert body(facts(INFRA / "main.bicep")["modules"]["audit"])["params"]["digestsAreLocked"] == "digestsAreLocked"
    assert facts(INFRA / "main.bicep")["parameters"]["digestsAreLocked"]["default"] is False


def test_nobody_is_an_operator_without_being_named() -> None:
    """With AZURE_PRINCIPAL_…, which azd fills with whoever deploys, each pipeline could write secrets."""
    document = json.loads((INFRA / "main.parameters.json").read_text(encoding="utf-8"))["parameters"]
    assert document["operatorPrincipalId"]["value"] == "${FEEDWARDEN_OPERATOR_ID=}"
    assert document["operatorPrincipalType"]["value"] == "${FEEDWARDEN_OPERATOR_TYPE=User}"
    assert facts(INFRA / "main.bicep")["parameters"]["operatorPrincipalId"]["default"] == ""
    pipelines = [*(ROOT / ".github").rglob("*.yml"), *(ROOT / ".azure-pipelines").glob("*.yml")]
    for path in (*FILES, *pipelines, INFRA / "main.parameters.json", ROOT / "azure.yaml", ROOT / "azure-pipelines.yml"):
        assert "AZURE_PRINCIPAL" not in path.read_text(encoding="utf-8"), path.name
    text = (INFRA / "modules" / "roles.bicep").read_text(encoding="utf-8")
    pattern = r"^resource (operator\w+) '[^']+' = if \(!empty\(operatorPrincipalId\)\) \{$"
    conditional = set(re.findall(pattern, text, re.MULTILINE))
    assert conditional == {name for name in _ASSIGNMENTS if name.startswith("operator")}


def test_queues_are_those_of_the_code() -> None:
    """Each queue and its poison companion is there before the first message."""
    made = body(module("audit")["modules"]["storage"])["params"]["queues"]
    assert set(made) == {f"{queue}{end}" for queue in QueueName for end in ("", "-poison")}


def test_secrets_cannot_be_lost() -> None:
    """Roles instead of access policies, and a deleted secret can be had back."""
    ((_, _, vault),) = resources("Microsoft.KeyVault/vaults")
    properties = vault["properties"]
    assert properties["enableRbacAuthorization"] is True
    assert properties["enableSoftDelete"] is True
    assert properties["enablePurgeProtection"] is True


def test_everything_that_holds_data_has_diagnostics() -> None:
    """Audit storage, vault and app send their logs to the workspace."""
    scopes = {(file, found["scope"]) for file, _, found in resources("Microsoft.Insights/diagnosticSettings")}
    assert scopes == {
        ("audit.bicep", "tables"),
        ("audit.bicep", "blobs"),
        ("vault.bicep", "vault"),
        ("function-app.bicep", "app"),
    }


@pytest.mark.parametrize(("file", "rule"), [("storage", {"value", "action"}), ("vault", {"value"})])
def test_what_is_closed_opens_for_one_address_at_most(file: str, rule: set[str]) -> None:
    """With the private network: for nobody, or for the operator's address and no other."""
    ((_, _, found),) = resources(
        {"storage": "Microsoft.Storage/storageAccounts", "vault": "Microsoft.KeyVault/vaults"}[file]
    )
    text = (INFRA / "modules" / f"{file}.bicep").read_text(encoding="utf-8")
    assert "publicNetworkAccess: privateOnly && empty(operatorAddress) ? 'Disabled' : 'Enabled'" in text
    assert "defaultAction: privateOnly ? 'Deny' : 'Allow'" in text
    assert found["properties"]["networkAcls"]["bypass"] == "None"
    rules = found["properties"]["networkAcls"]["ipRules"]["operator"]["operands"]
    assert rules["true_value"] == []
    (only,) = rules["false_value"]
    assert (set(only), only["value"], only.get("action", "Allow")) == (rule, "operatorAddress", "Allow")
    assert "ipRules: empty(operatorAddress) ? []" in text


def test_only_vault_and_audit_storage_open_for_the_operator() -> None:
    """Nobody has business in the platform's own account."""
    given = {name: body(made)["params"] for name, made in facts(INFRA / "main.bicep")["modules"].items()}
    opened = {name for name, params in given.items() if params.get("operatorAddress") == "operatorAddress"}
    assert opened == {"audit", "vault"}
    assert given["hostStorage"]["operatorAddress"] == ""
    assert facts(INFRA / "main.bicep")["parameters"]["operatorAddress"]["default"] == ""


def test_the_private_network_reaches_everything_that_is_closed() -> None:
    """With it, each service that the app uses has an endpoint, in a zone of its kind."""
    zones = _variable("zoneNames", "network")
    endpoints = {(t["resourceId"], t["group"]): zones[t["zone"]] for t in _variable("targets", "network")}
    assert set(endpoints) == {
        ("hostAccountId", "blob"),
        ("auditAccountId", "blob"),
        ("auditAccountId", "queue"),
        ("auditAccountId", "table"),
        ("vaultId", "vault"),
    }
    for (_, group), zone in endpoints.items():
        assert zone.startswith("privatelink.vaultcore." if group == "vault" else f"privatelink.{group}.")
