"""What the Python index's simulator can be told to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from packaging.utils import canonicalize_name
from pydantic import AwareDatetime, BaseModel, ConfigDict

from local.simulators.pypi_about import PypiAbout
from local.simulators.pypi_changes import pypi_changes_actions
from local.simulators.pypi_protocol import PypiFile
from local.simulators.pypi_protocol_archives import build_sdist, build_wheel
from local.simulators.pypi_registry_state import PypiRegistry
from local.simulators.server_control import Action, Actions
from shared.errors import UntrustedInput


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Named(_Order):
    """A project, in any spelling."""

    name: str


class Create(Named):
    """Create a project that has no release yet; `owner` and `maintainers` are accounts."""

    owner: str = "publisher"
    maintainers: tuple[str, ...] = ()


class Publish(Create):
    """Put a file there, made on the spot; `modules` = path to source, for a wheel.

    From `description` to `project_urls` (label to address) a release says of itself what it likes.
    """

    version: str
    description: str = ""
    author: str = ""
    home_page: str = ""
    project_urls: dict[str, str] = {}
    kind: Literal["wheel", "sdist"] = "wheel"
    modules: dict[str, str] = {}
    requires_python: str | None = None
    published_at: AwareDatetime | None = None


class OneVersion(Named):
    """One version of a project."""

    version: str


class Yank(OneVersion):
    """Yank one version; the reason may be empty."""

    reason: str = ""


class Remove(Named):
    """Remove a project; `prohibit` = close its name for good."""

    prohibit: bool = False


class Settings(_Order):
    """How long a missed name stays missing; the real one's edge remembers for about a minute."""

    negative_cache_seconds: float


def pypi_actions(registry: PypiRegistry) -> Actions:
    """Return everything that the index can be told."""

    def create(order: Create, file: PypiFile | None = None, about: PypiAbout | None = None) -> None:
        registry.add(order.name, file, owner=order.owner, about=about)
        if order.maintainers:
            registry.maintainers[canonicalize_name(order.name)] = order.maintainers

    def publish(order: Publish) -> None:
        about = PypiAbout(order.description, order.author, order.home_page, order.project_urls)
        create(order, _file(registry, order), about)

    def settings(order: Settings) -> None:
        registry.negative_cache.lasts = timedelta(seconds=order.negative_cache_seconds)

    def status(order: Named, word: str) -> None:
        _must(registry.set_status(order.name, word), order)

    return {
        **pypi_changes_actions(registry.journal, registry.clock),
        "publish": Action(Publish, publish),
        "create": Action(Create, create),
        "unpublish": Action(OneVersion, lambda order: _must(registry.delete_release(order.name, order.version), order)),
        "yank": Action(Yank, lambda order: _must(registry.yank(order.name, order.version, order.reason), order)),
        "quarantine": Action(Named, lambda order: status(order, "quarantined")),
        "archive": Action(Named, lambda order: status(order, "archived")),
        "reactivate": Action(Named, lambda order: status(order, "active")),
        "remove": Action(Remove, lambda order: _must(registry.remove(order.name, prohibit=order.prohibit), order)),
        "settings": Action(Settings, settings),
    }


def _file(registry: PypiRegistry, order: Publish) -> PypiFile:
    if order.kind == "wheel":
        built = build_wheel(order.name, order.version, requires_python=order.requires_python, modules=order.modules)
    else:
        built = build_sdist(order.name, order.version, requires_python=order.requires_python)
    filename, content = built
    return PypiFile(filename, content, order.published_at or registry.clock(), order.requires_python)


def _must(done: bool, order: Named) -> None:  # noqa: FBT001  # the argument is what was done
    if not done:
        raise UntrustedInput(f"no such project or version: {order.name}")
