"""What a seed file and the control API may say, checked where it comes in."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

type Protocol = Literal["npm", "pypi", "nuget", "maven", "cargo", "upack"]
type Role = Literal["none", "custom", "reader", "collaborator", "contributor", "administrator"]


class Strict(BaseModel):
    """A mistyped key is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid")


class ListedPatModel(Strict):
    """A token as its owner's list shows it, with `everywhere` for all organizations."""

    name: str
    valid_to: AwareDatetime
    everywhere: bool = False


class IdentityModel(Strict):
    """A person (`user`), a `service` or a group; members are names. `pats` may be limited to scopes.

    `administers` are names of projects; `subscriptions` is the right to service hooks beyond those. `listed_pats` are
    what the list of tokens shows, which has nothing to do with which of them are good.
    Of an `entra-group` only those members are told who have `signed_in` once; all of them hold its roles.
    """

    name: str
    id: str | None = None
    mail: str = ""
    kind: Literal["user", "service", "group", "entra-group"] = "user"
    signed_in: bool = True
    active: bool = True
    entra_object_id: str = ""
    tenant_id: str = "00000000-0000-0000-0000-0000000ac3e0"
    pats: list[str] | dict[str, list[str]] = []
    tokens: list[str] = []
    members: list[str] = []
    artifacts_administrator: bool = False
    collection_administrator: bool = False
    administers: list[str] = []
    subscriptions: Literal["none", "view", "edit"] = "none"
    access_level: Literal["none", "stakeholder", "express", "advanced"] = "express"
    access_status: Literal["active", "pending", "disabled"] = "active"
    listed_pats: list[ListedPatModel] = []


class ProjectModel(Strict):
    """A project."""

    name: str
    id: str | None = None


class UpstreamModel(Strict):
    """An upstream source. `feed` (and `project`) say where an internal one leads."""

    name: str
    protocol: str
    kind: Literal["public", "internal"] = "public"
    location: str = ""
    id: str | None = None
    enabled: bool = True
    deleted: bool = False
    feed: str | None = None
    project: str | None = None
    view: str = "Local"


class VersionModel(Strict):
    """A version. `source` = the names of the upstream sources it came through, nearest first; none = pushed here.

    A step behind the nearest is written `kind:name`, since this feed does not know that source.
    `contradiction` makes the feed API tell its origin inconsistently; what is served is unchanged.
    """

    version: str
    source: list[str] = []
    deleted: bool = False
    listed: bool = True
    views: list[str] = ["Local"]
    contradiction: Literal["none", "no-chain", "no-source", "other-source"] = "none"


class PackageModel(Strict):
    """A package with its versions."""

    protocol: Protocol
    name: str
    versions: list[str | VersionModel]


class SwitchModel(Strict):
    """A package's upstreaming behavior."""

    protocol: Protocol
    name: str
    behavior: str


class GenerateModel(Strict):
    """Many packages of one version each, without bytes; `pattern` takes `{number}`."""

    protocol: Protocol
    count: Annotated[int, Field(ge=0, le=1_000_000)]
    pattern: str = "acme-{number}"
    version: str = "1.0.0"
    source: list[str] = []


class FeedModel(Strict):
    """A feed. `project` None = organization-scoped."""

    name: str
    project: str | None = None
    id: str | None = None
    description: str | None = None
    enabled: bool = True
    read_only: bool = False
    upstream_enabled: bool = True
    allow_upstream_name_conflict: bool = False
    deleted: bool = False
    roles: dict[str, Role] = {}
    upstreams: list[UpstreamModel] = []
    packages: list[PackageModel] = []
    switches: list[SwitchModel] = []
    generate: list[GenerateModel] = []


class OrganizationModel(Strict):
    """An organization; feeds may point at each other in any order."""

    name: str
    protection: bool = True
    identities: list[IdentityModel] = []
    projects: list[ProjectModel] = []
    feeds: list[FeedModel] = []


class SettingsModel(Strict):
    """How the world behaves; None = as it is."""

    propagation_seconds: Annotated[float, Field(ge=0)] | None = None
    deleted_internal_versions_block: bool | None = None
    set_upstreaming_status: Literal[200, 202, 204] | None = None
    bad_credential_status: Literal[203, 401] | None = None
    unreadable_feed_status: Literal[403, 404] | None = None
    coalesce_changes: bool | None = None
    zero_guid_filter: bool | None = None
    changes_tell_origin: bool | None = None
    python_saves_each_file: bool | None = None
    downloads_redirect: bool | None = None
    unseen_subscriptions_status: Literal[200, 403] | None = None


class Seed(Strict):
    """A whole world."""

    settings: SettingsModel = SettingsModel()
    organizations: list[OrganizationModel]
