"""What a public Python package index holds, and its rules about who may upload what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from packaging.utils import canonicalize_name

from local.simulators.faults_negative_cache import NegativeCache
from local.simulators.pypi_about import PypiAbout
from local.simulators.pypi_changes_journal import PypiJournal
from local.simulators.pypi_protocol import PypiFile, PypiProject
from local.simulators.pypi_protocol_upload import PypiUpload


class UploadRefused(Exception):
    """The index does not take the file; `status` is what it answers."""

    def __init__(self, text: str, *, status: int) -> None:
        """Say why."""
        super().__init__(text)
        self.status = status


@dataclass(slots=True)
class PypiRegistry:
    """All projects by normalized name. `clock` tells when things happen; every change is in the journal.

    `about` is kept by normalized name and version: what each release says of itself.
    """

    clock: Callable[[], datetime]
    negative_cache: NegativeCache
    projects: dict[str, PypiProject] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    maintainers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    about: dict[tuple[str, str], PypiAbout] = field(default_factory=dict)
    prohibited: set[str] = field(default_factory=set)
    used_filenames: set[str] = field(default_factory=set)
    journal: PypiJournal = field(default_factory=PypiJournal)

    @property
    def serial(self) -> int:
        """The serial of the newest entry of the journal."""
        return self.journal.serial

    def project(self, name: str) -> PypiProject | None:
        """Return a project by any spelling of its name."""
        return self.projects.get(canonicalize_name(name))

    def upload(self, sent: PypiUpload, *, user: str) -> None:
        """Take a file in as the index does for twine; the same file again changes nothing.

        Raises:
            UploadRefused: somebody else's project, a name or a file name that is closed.
        """
        name = canonicalize_name(sent.name)
        if name in self.prohibited:
            raise UploadRefused(f"The name {sent.name!r} isn't allowed.", status=400)
        if self.owners.get(name, user) != user:
            raise UploadRefused(f"The user {user!r} isn't allowed to upload to project {sent.name!r}.", status=403)
        project = self.projects.get(name, PypiProject(sent.name))
        if project.status != "active":
            raise UploadRefused(f"Project {sent.name!r} is {project.status}: no uploads.", status=400)
        if any(file.filename == sent.filename and file.content == sent.content for file in project.files):
            return
        if sent.filename in self.used_filenames:
            raise UploadRefused("This filename has already been used, use a different version.", status=400)
        file = PypiFile(sent.filename, sent.content, self.clock(), sent.requires_python)
        self.add(sent.name, file, owner=user, about=sent.about)

    def add(self, name: str, file: PypiFile | None, *, owner: str, about: PypiAbout | None = None) -> None:
        """Add a file to a project, which is created first where it is new; None = only create it.

        What a release says of itself is what came with its first file.
        """
        project = self.project(name)
        if project is None:
            self.owners.setdefault(canonicalize_name(name), owner)
            project = self._keep(PypiProject(name), "create")
        if file is None:
            return
        if file.version not in project.versions:
            project = self._keep(project, "new release", file.version)
            self.about[project.normalized, file.version] = about or PypiAbout()
        self.used_filenames.add(file.filename)
        kind = "py3" if file.filename.endswith(".whl") else "source"
        self._keep(replace(project, files=(*project.files, file)), f"add {kind} file {file.filename}", file.version)

    def delete_release(self, name: str, version: str) -> bool:
        """Delete the files of a version; a project whose last release goes stays, empty."""
        project = self.project(name)
        if project is None or version not in project.versions:
            return False
        left = tuple(file for file in project.files if file.version != version)
        self._keep(replace(project, files=left), "remove release", version)
        return True

    def yank(self, name: str, version: str, reason: str) -> bool:
        """Mark the files of a version as not to be chosen."""
        project = self.project(name)
        if project is None or version not in project.versions:
            return False
        files = (replace(file, yanked=reason) if file.version == version else file for file in project.files)
        self._keep(replace(project, files=tuple(files)), "yank release", version)
        return True

    def set_status(self, name: str, status: str) -> bool:
        """Set a project's status: active, archived, quarantined."""
        project = self.project(name)
        if project is None:
            return False
        self._keep(replace(project, status=status), f"project status changed to {status}")
        return True

    def remove(self, name: str, *, prohibit: bool) -> bool:
        """Remove a project, and where it was malware close its name for good."""
        key = canonicalize_name(name)
        if prohibit:
            self.prohibited.add(key)
        self.owners.pop(key, None)
        self.maintainers.pop(key, None)
        project = self.projects.pop(key, None)
        if project is None:
            return False
        self.journal.record(project.name, "remove project", at=self.clock())
        return True

    def _keep(self, project: PypiProject, action: str, version: str | None = None) -> PypiProject:
        self.journal.record(project.name, action, at=self.clock(), version=version)
        kept = replace(project, last_serial=self.serial)
        self.projects[project.normalized] = kept
        return kept
