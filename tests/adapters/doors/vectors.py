"""Bodies as GitHub, Artifactory and Nexus send them, and their signatures, made by another program than ours.

Each signature is what `openssl dgst -sha256 -hmac SECRET FILE` (for Nexus `-sha1`) of OpenSSL 3.0 prints
for the body as it stands here, without a line end. Member names are real, values invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final

AT: Final = datetime(2026, 3, 4, 12, 34, tzinfo=UTC)
SECRET: Final = "sample-secret-newest"
OLDER: Final = "sample-secret-before"


@dataclass(frozen=True, slots=True)
class Vector:
    """One delivery, with its signatures by the newest secret and by the one before."""

    header: str
    digest: str
    body: bytes
    newest: str
    older: str
    more: Mapping[str, str]

    @property
    def headers(self) -> dict[str, str]:
        """What is sent, signed with the newest secret."""
        return self.signed(self.newest)

    def signed(self, signature: str) -> dict[str, str]:
        """Return what is sent with another signature."""
        return {**self.more, self.header: signature}


GITHUB: Final = Vector(
    header="X-Hub-Signature-256",
    digest="sha256",
    body=(
        b'{"action":"published","registry_package":{"name":"billing","namespace":"Contoso","package_type":"npm",'
        b'"ecosystem":"npm","package_version":{"version":"1.2.0"}},"repository":{"full_name":"Contoso/billing"}}'
    ),
    newest="sha256=a6f48936c7c47f14412c2518e33ae913a68af44e92c7dc37e0de503af30fe4f6",
    older="sha256=fe8db7ba01585c35ff61133e774df73e030fac0a105449b4cc3354fafcd52bd9",
    more={
        "X-GitHub-Event": "registry_package",
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "Content-Type": "application/json",
    },
)
ARTIFACTORY: Final = Vector(
    header="X-JFrog-Event-Auth",
    digest="sha256",
    body=(
        b'{"domain":"artifact","event_type":"deployed","data":{"repo_key":"npm-local",'
        b'"path":"billing/-/billing-1.2.0.tgz","name":"billing-1.2.0.tgz","sha256":"0a","size":9},'
        b'"subscription_key":"feedwarden","source":"jfrog/sample"}'
    ),
    newest="9a4aea064254d7124fecb544678c52c4a7f9aacb7801f249eb867836c5c66e99",
    older="e2208c6028d1322c6da7ceef9566d09550bbefd6ee5ebbec9e66823a1fb63f63",
    more={},
)
NEXUS: Final = Vector(
    header="X-Nexus-Webhook-Signature",
    digest="sha1",
    body=(
        b'{"timestamp":"2026-03-04T12:00:00.000+0000","nodeId":"52905B51","initiator":"admin/127.0.0.1",'
        b'"repositoryName":"npm-hosted","action":"CREATED","component":{"id":"08909bf0","componentId":"bnBt",'
        b'"format":"npm","name":"billing","group":"contoso","version":"1.2.0"}}'
    ),
    newest="b5c448f60fab66bd886264e9708241ab070c5d96",
    older="85c9ccab9da9b1deeb2b6e9ca6de4cf53d75734c",
    more={
        "X-Nexus-Webhook-Id": "rm:repository:component",
        "X-Nexus-Webhook-Delivery": "7f4a6dde-5c68-4999-bcc0-a62f3fb8ae48",
    },
)
VECTORS: Final = MappingProxyType({"github": GITHUB, "artifactory": ARTIFACTORY, "nexus": NEXUS})
