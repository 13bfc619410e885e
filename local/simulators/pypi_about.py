"""What a release of a Python project says of itself; whoever uploads it writes what he likes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PypiAbout:
    """The words of one release; `project_urls` = label to address."""

    summary: str = ""
    author: str = ""
    home_page: str = ""
    project_urls: Mapping[str, str] = field(default_factory=dict)


def labelled_urls(lines: Iterable[str]) -> dict[str, str]:
    """Read addresses as an upload sends them, each behind its label and a comma.

    Source: https://packaging.python.org/en/latest/specifications/core-metadata/#project-url-multiple-use
    """
    split = (line.partition(",") for line in lines)
    return {label.strip(): url.strip() for label, comma, url in split if comma}
