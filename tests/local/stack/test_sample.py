"""The stack's sample settings."""

from __future__ import annotations

from local.simulators.azure_devops.models import IdentityModel
from local.stack.sample import APPROVAL_KEY, TENANT, app_settings
from shared.settings import read_settings

_URL = "http://127.0.0.1:1"


def test_owners_may_decide_where_the_app_has_an_address() -> None:
    """Otherwise approvals are off: links have to lead somewhere."""
    off = app_settings(devops_url=_URL, registry_urls=[_URL], connection_string="A=b")
    assert not read_settings(off).approvals_are_on
    on = app_settings(
        devops_url=_URL, registry_urls=[_URL], connection_string="A=b", public_url="http://127.0.0.1:7071"
    )
    settings = read_settings(on)
    assert settings.approvals_are_on
    assert [key.reveal() for key in settings.approval_keys] == [APPROVAL_KEY]
    assert settings.public_base_url == "http://127.0.0.1:7071"


def test_the_tenant_is_that_of_the_simulated_people() -> None:
    """So that they can sign in and decide."""
    assert IdentityModel(name="somebody").tenant_id == TENANT
