"""Log lines that keep their facts: the platform's worker forwards the formatted message, and nothing beside it."""

from __future__ import annotations


def told(text: str, /, **facts: object) -> str:
    """Return one line: the text, then `key=value` for each fact; what is not printable is replaced.

    Facts may come from outside (names, error texts): no value can begin a line of its own.
    """
    return " ".join([text, *(f"{key}={_one_line(value)}" for key, value in facts.items())])


def _one_line(value: object) -> str:
    line = "".join(letter if letter.isprintable() else "\ufffd" for letter in str(value))
    return repr(line) if " " in line else line
