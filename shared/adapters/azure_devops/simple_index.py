"""A project's page of a Python index, in JSON or HTML: the files it lists, and their versions.

Source: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote, urlsplit

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from shared.adapters.azure_devops.exchange import SERVICE, Answer, Shape, parsed
from shared.domain.names import PackageName
from shared.errors import UnexpectedAnswer

JSON: Final = "application/vnd.pypi.simple.v1+json"
HTML: Final = "application/vnd.pypi.simple.v1+html"

# Installers take wheels, and these archives for source distributions; links to anything else they pass over.
_ARCHIVES: Final = (
    ".tar.gz",
    ".tar.bz2",
    ".tar.xz",
    ".tar.lzma",
    ".tar.lz",
    ".tar.zst",
    ".tgz",
    ".tbz",
    ".txz",
    ".tlz",
    ".tar",
    ".zip",
)
_INSTALLABLE: Final = (".whl", *_ARCHIVES)


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file on the page; its address is as the page has it, relative or not, and untrusted."""

    name: str
    address: str


class _File(Shape):
    filename: str
    url: str = ""


class _Project(Shape):
    files: tuple[_File, ...]


class _Links(HTMLParser):
    """Collects where the links of a page lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the target of a link; a link without one is no file."""
        if tag == "a":
            self.targets += [value for key, value in attrs if key == "href" and value]


def distribution_files(answer: Answer) -> tuple[str, ...]:
    """Return the names of all files on the page that installers look at. Raises as `listed_files`."""
    return tuple(file.name for file in listed_files(answer))


def listed_files(answer: Answer) -> tuple[ListedFile, ...]:
    """Return all files on the page that installers look at, yanked ones too.

    Raises:
        UnexpectedAnswer: neither form, or HTML without any such file, which a sign-in page could be as well.
    """
    content_type = answer.headers.get("content-type", "").lower()
    if "html" not in content_type and not answer.body[:64].lstrip().startswith(b"<"):
        told = (ListedFile(file.filename, file.url) for file in parsed(answer, _Project).files)
        return tuple(filter(_installable, told))
    files = tuple(filter(_installable, (ListedFile(_file_name(target), target) for target in _targets(answer))))
    if not files:
        raise UnexpectedAnswer("a page of the Python index without files", service=SERVICE)
    return files


def _installable(file: ListedFile) -> bool:
    return file.name.lower().endswith(_INSTALLABLE)


def _targets(answer: Answer) -> list[str]:
    links = _Links()
    try:
        links.feed(answer.body.decode("utf-8"))
        links.close()
    except (UnicodeDecodeError, AssertionError) as error:
        # The parser meets malformed declarations with assertions.
        raise UnexpectedAnswer("a page of the Python index that is not HTML", service=SERVICE) from error
    return links.targets


def _file_name(target: str) -> str:
    try:
        return unquote(urlsplit(target).path.rpartition("/")[2])
    except ValueError:
        return ""


def version_of(file: str, name: PackageName) -> Version | None:
    """Read a file's version from its name, as installers do; None where that cannot be done."""
    lowered = file.lower()
    try:
        if lowered.endswith(".whl"):
            project, version, _, _ = parse_wheel_filename(file[: -len(".whl")] + ".whl")
        else:
            ending = next((ending for ending in _ARCHIVES if lowered.endswith(ending)), "")
            project, version = parse_sdist_filename(file[: len(file) - len(ending)] + ".tar.gz")
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None
    # A file of another project is nothing to draw conclusions from.
    return version if project == name.canonical else None
