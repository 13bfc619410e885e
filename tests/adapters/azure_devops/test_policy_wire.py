"""The organization's policy: on, off, or not to be told."""

from __future__ import annotations

import pytest

from shared.adapters.azure_devops.policy_wire import get_policy, read_policy
from shared.domain.evidence import OrganizationPolicy
from shared.errors import UnexpectedAnswer
from tests.adapters.azure_devops.samples import HOSTS, answer


def test_the_settings_page_s_own_default_is_sent() -> None:
    """Without `defaultValue` some organizations answer 405."""
    request = get_policy(HOSTS, "acme")
    assert request.url == (
        "https://devops.example.test/acme/_apis/OrganizationPolicy/Policies/"
        "Policy.ArtifactsExternalPackageProtectionToken"
    )
    assert request.params == {"defaultValue": "true", "api-version": "5.0-preview.1"}


@pytest.mark.parametrize(("value", "policy"), [(True, OrganizationPolicy.ON), (False, OrganizationPolicy.OFF)])
def test_the_effective_value_counts(value: bool, policy: OrganizationPolicy) -> None:  # noqa: FBT001  # a column
    """Whatever the organization itself set."""
    body = {"name": "Policy.X", "value": not value, "effectiveValue": value, "isValueUndefined": False}
    assert read_policy(answer(body)) is policy


@pytest.mark.parametrize("body", [{}, [], {"effectiveValue": "true"}, {"effectiveValue": 1}, {"effectiveValue": None}])
def test_anything_else_is_not_an_answer(body: object) -> None:
    """A text that says true is not the documented shape, because there is none."""
    with pytest.raises(UnexpectedAnswer):
        read_policy(answer(body))
