"""Settings: read once, all problems at once, secrets never shown."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.doors import SOURCES, doors
from shared.domain.policy import Mode
from shared.errors import ConfigurationError
from shared.settings import SETTINGS, Secret, read_settings

GOOD = {
    "AZURE_DEVOPS_ORGANIZATION": "Contoso",
    "STORAGE_CONNECTION": "UseDevelopmentStorage=true",
    "SWEEP_SCHEDULE": "0 0 */6 * * *",
    "WATCH_SCHEDULE": "0 * * * * *",
}
BASE = "https://feedwarden.contoso.example.test"
TENANT = "00000000-0000-0000-0000-0000000ac3e0"
CANARY = {"CANARY_FEED": "Guard/canary", "CANARY_PACKAGE": "@contoso/feedwarden-canary"}
KEYS = '["sample-key-of-thirty-two-characters", "sample-key-of-last-year-with-enough-of-them"]'


def problems(**changes: str) -> tuple[str, ...]:
    """Return what is wrong with the good settings after these changes."""
    with pytest.raises(ConfigurationError) as caught:
        read_settings({**GOOD, **changes})
    return caught.value.problems


def test_three_settings_are_enough() -> None:
    """Everything else has a default; the default mode touches nothing."""
    settings = read_settings(GOOD)
    assert settings.organization == "contoso"
    assert settings.mode is Mode.AUDIT
    assert settings.feeds_url == "https://feeds.dev.azure.com"
    assert settings.pat is None
    assert settings.hook_secrets == {}


def test_all_problems_come_at_once() -> None:
    """Nobody starts five times to find five mistakes."""
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"MODE": "yolo", "HOOK_SECRETS": "{", "ALLOWED_REGISTRY_HOSTS": "nowhere"})
    named = [problem.split(":")[0].split(" ")[0] for problem in caught.value.problems]
    assert named == [
        "STORAGE_CONNECTION",
        "AZURE_DEVOPS_ORGANIZATION",
        "MODE",
        "HOOK_SECRETS",
        "ALLOWED_REGISTRY_HOSTS",
        "SWEEP_SCHEDULE",
        "WATCH_SCHEDULE",
    ]


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("MODE", "yolo", "enforce"),
        ("AZURE_DEVOPS_URL", "dev.azure.com", "https://"),
        ("AZURE_DEVOPS_URL", "http://dev.azure.example", "use https"),
        ("AZURE_DEVOPS_FEEDS_URL", "https://user:word@feeds.example", "without user name"),
        ("POLICY_FILE", "/no/such/file.yaml", "cannot read"),
        ("HOOK_SECRETS", '["a"]', "write JSON"),
        ("HOOK_SECRETS", '{"generic": "a"}', "list of secrets"),
        ("HOOK_SECRETS", '{"generic": [""]}', "not empty"),
        ("HOOK_SECRETS", "[" * 100_000, "not readable"),
        ("CONTACT", "a\nb", "one line"),
        ("CONTACT", "müller", "ASCII"),
        ("ALLOWED_REGISTRY_HOSTS", "127.0.0.1", "host:port"),
        ("ALLOWED_REGISTRY_HOSTS", "a:1, b:x", "host:port"),
        ("SWEEP_SCHEDULE", "*/5 * * * *", "six fields"),
        ("STORAGE_CONNECTION", "garbage", "connection string"),
        ("SWEEP_SCHEDULE", "a b c d e f", "second: 'a'"),
        ("SWEEP_SCHEDULE", "60 * * * * *", "second: '60'"),
        ("SWEEP_SCHEDULE", "0 0 24 * * *", "hour: '24'"),
        ("SWEEP_SCHEDULE", "0 0 * 0 * *", "day: '0'"),
        ("SWEEP_SCHEDULE", "0 0 * * 13 *", "month: '13'"),
        ("SWEEP_SCHEDULE", "0 0 * * * 7", "weekday: '7'"),
        ("SWEEP_SCHEDULE", "0 0 * * MON *", "month: 'MON'"),
        ("SWEEP_SCHEDULE", "0 0 * * * JAN", "weekday: 'JAN'"),
        ("SWEEP_SCHEDULE", "0 0 */ * * *", "hour: '*/'"),
        ("SWEEP_SCHEDULE", "0 0 */0 * * *", "hour: '*/0'"),
        ("SWEEP_SCHEDULE", "0 0 1,,2 * * *", "hour: '1,,2'"),
        ("SWEEP_SCHEDULE", "0 0 ٣ * * *", "hour"),
        ("AZURE_DEVOPS_ORGANIZATION", "https://dev.azure.com/contoso", "only the organization's name"),
        ("AZURE_DEVOPS_ORGANIZATION", "contoso/payments", "only the organization's name"),
        ("AZURE_DEVOPS_ORGANIZATION", "contoso ltd", "only the organization's name"),
        ("AZURE_DEVOPS_ORGANIZATION", "contöso", "only the organization's name"),
        ("AZURE_DEVOPS_ORGANIZATION", "-contoso", "only the organization's name"),
        ("AZURE_DEVOPS_ORGANIZATION", "..", "only the organization's name"),
        ("HOOK_SECRETS", '{"generic": ["a"], "elsewhere": "b"}', "(entry 2): give a list"),
        ("TEAMS_WEBHOOK_URL", "http://flow.example.test/x?sig=sample", "copy the address"),
        ("SMTP_URL", "mail.example.test", "write smtp://"),
        ("SMTP_URL", "smtp://u:p@mail.example.test?starttls=off", "in the open"),
        ("MAIL_FROM", "feedwarden", "one mail address"),
        ("PUBLIC_BASE_URL", "feedwarden.contoso.example.test", "https://feedwarden"),
        ("PUBLIC_BASE_URL", "http://feedwarden.contoso.example.test", "use https"),
        ("PUBLIC_BASE_URL", "https://feedwarden.contoso.example.test/#x", "without a path"),
        ("PUBLIC_BASE_URL", "https://feedwarden.contoso.example.test/?x=y", "without a path"),
        ("PUBLIC_BASE_URL", "https://feedwarden.contoso.example.test/guard", "without a path"),
        ("PUBLIC_BASE_URL", "https://feedwarden.contoso.example.test/guard/", "a host name of its own"),
        ("PUBLIC_BASE_URL", "https://feedwarden.contoso.example.test//", "without a path"),
        ("PUBLIC_BASE_URL", "https://feedwarden.contoso.example.test:99999", "Port"),
        ("PUBLIC_BASE_URL", 'https://feedwarden.contoso.example.test/"><x', "without a path"),
        ("PUBLIC_BASE_URL", "https://feed\nwarden.contoso.example.test", "without a path"),
        ("PUBLIC_BASE_URL", "https://someone@feedwarden.contoso.example.test", "without a path"),
        ("APPROVAL_KEYS", "sample-key-of-thirty-two-characters", "not readable"),
        ("APPROVAL_KEYS", '"sample-key-of-thirty-two-characters"', "write JSON"),
        ("APPROVAL_KEYS", '{"newest": "sample-key-of-thirty-two-characters"}', "write JSON"),
        ("APPROVAL_KEYS", "[]", "the list is empty"),
        ("APPROVAL_KEYS", "[" * 100_000, "not readable"),
        ("APPROVAL_KEYS", f'["{"x" * 31}"]', "32 or more"),
        ("APPROVAL_KEYS", '["sample-key-of-thirty-two-characters", 7]', "(entry 2)"),
        ("APPROVAL_KEYS", '["sample key of thirty-two characters"]', "without blanks"),
        ("APPROVAL_KEYS", '["\\ud800sample-key-of-thirty-two-characters"]', "ASCII"),
        ("ENTRA_TENANT_ID", "contoso.onmicrosoft.example", "hexadecimal digits"),
        ("ENTRA_TENANT_ID", "common", "hexadecimal digits"),
        ("ENTRA_TENANT_ID", "{00000000-0000-0000-0000-0000000ac3e0}", "hexadecimal digits"),
        ("ENTRA_TENANT_ID", "00000000000000000000000000ac3e00", "hexadecimal digits"),
        ("CANARY_FEED", "guard/a/b", "project/feed"),
        ("CANARY_FEED", "/canary", "project/feed"),
        ("CANARY_FEED", "guard/ canary", "project/feed"),
        ("CANARY_FEED", "guard/can\tary", "project/feed"),
        ("CANARY_PACKAGE", "contoso-billing", "the word canary"),
        ("CANARY_PACKAGE", "@canary/billing", "the word canary"),
        ("CANARY_PACKAGE", "@contoso/", "no npm package name"),
        ("AUDIT_DIGESTS_URL", "https://account.example.test", "a container's address"),
        ("AUDIT_DIGESTS_URL", "https://account.example.test/A_b", "a container's address"),
        ("AUDIT_DIGESTS_URL", "https://account.example.test/digests?sig=sample", "without user name or query"),
    ],
)
def test_each_mistake_says_what_to_do(name: str, value: str, advice: str) -> None:
    """One problem, beginning with the setting's name."""
    companions = {"MAIL_FROM": "fw@contoso.example.test", "PUBLIC_BASE_URL": BASE, "ENTRA_TENANT_ID": TENANT}
    companions |= CANARY
    (problem,) = problems(**companions | {name: value})
    assert problem.startswith(name)
    assert advice in problem


def test_storage_by_identity_needs_only_the_account() -> None:
    """A connection string, or an account name with managed identity."""
    environment = {**GOOD, "STORAGE_CONNECTION": "", "STORAGE_CONNECTION__accountName": "contosoguard"}
    settings = read_settings(environment)
    assert settings.storage_connection is None
    assert settings.storage_account == "contosoguard"


def test_mails_need_a_sender() -> None:
    """Nobody finds out with the first alarm."""
    (problem,) = problems(SMTP_URL="smtps://mail.example.test")
    assert problem.startswith("MAIL_FROM is not set")
    settings = read_settings(
        {**GOOD, "SMTP_URL": "smtps://u:w@mail.example.test", "MAIL_FROM": "Fw <fw@a.example.test>"}
    )
    assert (settings.smtp_url, settings.mail_from) == (
        Secret("smtps://u:w@mail.example.test"),
        "Fw <fw@a.example.test>",
    )
    assert settings.teams_webhook_url is None


def test_approvals_need_three_settings() -> None:
    """Links are signed, lead here, and it is known whose people may decide."""
    settings = read_settings(
        {**GOOD, "APPROVAL_KEYS": KEYS, "PUBLIC_BASE_URL": f"{BASE}/", "ENTRA_TENANT_ID": TENANT.upper()}
    )
    assert settings.approvals_are_on
    assert settings.public_base_url == BASE
    assert settings.entra_tenant_id == TENANT
    assert [key.reveal()[:15] for key in settings.approval_keys] == ["sample-key-of-t", "sample-key-of-l"]
    assert "sample-key" not in repr(settings)


@pytest.mark.parametrize(
    "given_ones", [{}, {"PUBLIC_BASE_URL": BASE}, {"ENTRA_TENANT_ID": TENANT, "PUBLIC_BASE_URL": BASE}]
)
def test_approvals_are_off_without_keys(given_ones: dict[str, str]) -> None:
    """Whatever else is set: nobody is surprised by links that nobody asked for."""
    assert not read_settings({**GOOD, **given_ones}).approvals_are_on


def test_each_setting_that_approvals_lack_is_a_problem() -> None:
    """At the start, not with the first letter; what is there but wrong is not called missing too."""
    base, tenant = problems(APPROVAL_KEYS=KEYS)
    assert base.startswith("PUBLIC_BASE_URL is not set: APPROVAL_KEYS needs the address")
    assert tenant.startswith("ENTRA_TENANT_ID is not set: APPROVAL_KEYS needs the id of the tenant")
    wrong, missing = problems(APPROVAL_KEYS=KEYS, PUBLIC_BASE_URL="nowhere")
    assert wrong.startswith("PUBLIC_BASE_URL: write an address")
    assert missing.startswith("ENTRA_TENANT_ID is not set")
    loose, *_ = problems(APPROVAL_KEYS='["short"]')
    assert loose.startswith("APPROVAL_KEYS: (entry 1)")


@pytest.mark.parametrize(
    "text", ['["s3cr3t"]', '{"s3cr3t": 1}', '"s3cr3t"', "s3cr3t", '["s3cr3t', '["s3cr3t of thirty-two characters, ok"]']
)
def test_broken_approval_keys_are_not_printed(text: str) -> None:
    """The problem tells the place of a key, never the key."""
    (problem,) = problems(APPROVAL_KEYS=text, PUBLIC_BASE_URL=BASE, ENTRA_TENANT_ID=TENANT)
    assert "s3cr3t" not in problem


@pytest.mark.parametrize("address", [BASE, "http://127.0.0.1:7071", "https://[::1]:7071", "https://fw.example.test"])
def test_public_addresses_pass(address: str) -> None:
    """Also with a port, and of a loopback host."""
    assert read_settings({**GOOD, "PUBLIC_BASE_URL": address}).public_base_url == address


def test_values_are_read_as_people_write_them() -> None:
    """Trailing slashes, blanks and letter case do not matter where they carry no meaning."""
    settings = read_settings(
        {
            **GOOD,
            "AZURE_DEVOPS_FEEDS_URL": "http://127.0.0.1:8080/feeds/ ",
            "MODE": "Enforce",
            "ALLOWED_REGISTRY_HOSTS": " Npm.Example.Test:443 ,127.0.0.1:99,",
        }
    )
    assert settings.feeds_url == "http://127.0.0.1:8080/feeds"
    assert settings.mode is Mode.ENFORCE
    assert settings.allowed_registry_hosts == {"npm.example.test:443", "127.0.0.1:99"}


def test_the_policy_file_is_read(tmp_path: Path) -> None:
    """Its text is kept; what is in it is the policy reader's business."""
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\n")
    assert read_settings({**GOOD, "POLICY_FILE": str(file)}).policy_text == "version: 1\n"


@given(st.text(min_size=6, alphabet=st.characters(categories=("L", "N"))).filter(lambda s: s not in "audit enforce"))
def test_no_secret_shows_in_any_text(secret: str) -> None:
    """Not in the settings' own text, and not in the problems of a broken value."""
    secret = f"s3cr3t{secret}"
    environment = {
        **GOOD,
        "AZURE_DEVOPS_PAT": secret,
        "STORAGE_CONNECTION": f"AccountKey={secret}",
        "HOOK_SECRETS": f'{{"generic": ["{secret}"]}}',
        "SMTP_URL": f"smtps://user:{quote(secret, safe='')}@mail.example.test",
        "MAIL_FROM": "fw@contoso.example.test",
        "TEAMS_WEBHOOK_URL": f"https://flow.example.test/x?sig={quote(secret, safe='')}",
    }
    settings = read_settings(environment)
    assert secret not in repr(settings)
    assert secret not in f"{settings.pat} {settings.storage_connection!s} {settings.hook_secrets}"
    assert settings.plain_hook_secrets() == {"generic": (secret,)}
    broken = problems(
        HOOK_SECRETS=f'{{"generic": ["{secret}"',
        AZURE_DEVOPS_PAT=secret,
        MODE="x",
        SMTP_URL=f"smtp://user:{secret}@mail.example.test:port",
        TEAMS_WEBHOOK_URL=f"http://flow.example.test/x?sig={secret}",
    )
    assert secret not in " ".join(broken)


def test_secrets_compare_by_their_text() -> None:
    """Equal texts are equal secrets; another type is never equal."""
    assert Secret("a") == Secret("a")
    assert hash(Secret("a")) == hash(Secret("a"))
    assert Secret("a") != "a"


def test_every_setting_says_what_it_is_for() -> None:
    """The one list is complete enough to print as documentation."""
    assert all(setting.purpose for setting in SETTINGS)
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)


@pytest.mark.parametrize(
    "schedule",
    ["0 0 */6 * * *", "0,30 5/15 1-5,20-22/2 1 Jan-MAR,december mon-Friday", "59 59 23 31 12 6", "0 0 0 1 1 0"],
)
def test_schedules_that_the_platform_knows_pass(schedule: str) -> None:
    """Lists, ranges, steps, and names of months and days in any letter case."""
    assert read_settings({**GOOD, "SWEEP_SCHEDULE": schedule}).sweep_schedule == schedule


@pytest.mark.parametrize("organization", ["c", "Contoso-2", "2contoso"])
def test_plain_organization_names_pass(organization: str) -> None:
    """Letters, digits and hyphens, kept in lower case."""
    settings = read_settings({**GOOD, "AZURE_DEVOPS_ORGANIZATION": organization})
    assert settings.organization == organization.lower()


@pytest.mark.parametrize(
    "text",
    [
        '{"whsec_s3cr3t": "generic"}',
        '{"generic": ["a"], "whsec_s3cr3t": [""]}',
        '{"generic": "whsec_s3cr3t"}',
        '{"generic": ["", "whsec_s3cr3t"]}',
        '["whsec_s3cr3t"]',
        '{"generic": ["whsec_s3cr3t"}',
    ],
)
def test_swapped_hook_secrets_are_not_printed(text: str) -> None:
    """A secret in the place of a source's name is a secret still: the problem tells its place."""
    (problem,) = problems(HOOK_SECRETS=text)
    assert "s3cr3t" not in problem
    assert problem.startswith("HOOK_SECRETS: ")


def test_secret_in_the_place_of_a_source_is_refused_by_its_place() -> None:
    """Swapped, but of the right shape: the doors refuse it, and neither they nor the settings show it."""
    settings = read_settings({**GOOD, "HOOK_SECRETS": '{"generic": [], "whsec_s3cr3t": ["generic"]}'})
    with pytest.raises(ConfigurationError, match="entry 2 is for a source") as caught:
        doors(settings.plain_hook_secrets())
    assert "s3cr3t" not in f"{caught.value} {settings}"


def test_hook_sources_are_the_doors() -> None:
    """Each door's name is a source that may have secrets."""
    text = json.dumps({source: ["whsec_sample"] for source in SOURCES})
    assert tuple(read_settings({**GOOD, "HOOK_SECRETS": text}).hook_secrets) == SOURCES


def test_a_canary_needs_both_settings() -> None:
    """None by default; one alone is a slip."""
    assert read_settings(GOOD).canary_package is None
    settings = read_settings({**GOOD, **CANARY})
    assert (settings.canary_feed, str(settings.canary_package)) == ("Guard/canary", "npm:@contoso/feedwarden-canary")
    assert read_settings({**GOOD, **CANARY, "CANARY_FEED": "canary"}).canary_feed == "canary"
    for name, other in zip(CANARY, reversed(CANARY), strict=True):
        (problem,) = problems(**{name: CANARY[name]})
        assert problem.startswith(f"{other} is not set: {name} needs")
