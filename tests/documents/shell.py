"""Reads lines of a shell, as far as the pages use one: what looks like a command, and which programs a block starts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

# What a span of code begins with that is a command; one word alone is a name.
PROGRAMS: Final = frozenset(
    """
    apt apt-get az azd bash bicep brew cargo chmod chown cosign cp curl dd docker dotnet eval exec export func gem git
    gh gpg gradle helm jq kill kubectl make mv mvn node npm npx nuget openssl pip pip3 pipx pkill podman pnpm powershell
    pwsh python python3 rm scp sh sha256sum ssh sudo tar terraform tee twine unzip uv uvx wget xargs yarn zsh
    """.split()  # noqa: SIM905  # eighty quoted words would be read by nobody
)
# What a block that needs Azure may start. Neither a shell nor anything else that runs what a pipe brings is among them.
BESIDE_AZURE: Final = frozenset(
    {
        "az",
        "azd",
        "base64",
        "curl",
        "eval",
        "export",
        "grep",
        "jq",
        "mktemp",
        "openssl",
        "printf",
        "rm",
        "set",
        "trap",
        "umask",
    }
)

_OPERATORS: Final = ";&|()<>\n"
_SET: Final = r"(?:\w+=\S*\s+)*"
_LOOKS: Final = re.compile(
    rf"(?:^|[;&|(`]\s*){_SET}(?:[\w.~-]*/)*(?:{'|'.join(sorted(PROGRAMS))})(?=\s+\S)", re.MULTILINE
)
# Words, and what stands for one: no operator, no substitution, no pattern.
_PLAIN: Final = re.compile(r"""[\w\s./:=@,"'+…-]+""")
_MAKE: Final = re.compile(
    r"""make (?P<target>[a-z-]+)(?: (?P<name>[A-Z]+)=(?:"(?P<quoted>[^"']*)"|(?P<bare>[^\s"']+)))?"""
)
_PYTHON: Final = re.compile(r"(?:\.venv/bin/)?python -m (?P<module>\w+(?:\.\w+)*)(?P<rest>(?: .+)?)")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a target of make, or of a program of ours; `words` None = no word was given."""

    target: str = ""
    variable: str = ""
    module: str = ""
    words: tuple[str, ...] | None = None


def looks_like_a_command(text: str) -> bool:
    """Tell whether a line begins with a known program that is given something, also within another command."""
    return _LOOKS.search(text) is not None


def read_call(command: str) -> Call | None:
    """Read a whole command; None where it is no call of ours and nothing else. Optional words may stand in brackets."""
    plain = re.sub(r"\[([^\[\]]+)\]", r"\1", command)
    if not _PLAIN.fullmatch(plain):
        return None
    if made := _MAKE.fullmatch(plain):
        value = made["quoted"] if made["quoted"] is not None else made["bare"]
        return Call(made["target"], made["name"] or "", words=None if value is None else tuple(value.split()))
    if ran := _PYTHON.fullmatch(plain):
        return Call(module=ran["module"], words=tuple(shlex.split(ran["rest"])))
    return None


@dataclass(frozen=True, slots=True)
class Script:
    """What a block starts, as words; which files it makes; which functions it defines."""

    statements: tuple[tuple[str, ...], ...]
    files: frozenset[str]
    functions: frozenset[str]


def read_script(text: str) -> Script:
    """Read the commands of a block, those within others too. Raises ValueError where quotes do not close."""
    statements: list[tuple[str, ...]] = []
    files: set[str] = set()
    functions: set[str] = set()
    words: list[str] = []
    redirected = False
    for token in (*_split(text), "\n"):
        # An empty word is a word: `""`.
        if not token or not set(token) <= set(_OPERATORS):
            if redirected:
                files.add(token)
            else:
                words.append(token)
            redirected = False
            continue
        redirected = token[-1] in "<>"
        if token.startswith("()") and len(words) == 1:
            functions.add(words.pop())
        elif not redirected:
            statements.append(tuple(word for word in words if word not in {"{", "}"}))
            words = []
    later = [read_script(words[1]) for words in statements if words[:1] == ("trap",) and len(words) > 1]
    inner = [read_script(part) for words in statements for word in words for part in substitutions(word)] + later
    files |= {f"${name}" for name in re.findall(r"\b(\w+)=\$\(mktemp(?: -d)?\)", text)}
    every = (*filter(None, statements), *(one for script in inner for one in script.statements))
    return Script(every, frozenset(files), frozenset(functions))


def _split(text: str) -> Iterator[str]:
    lexer = shlex.shlex(text.replace("\\\n", " "), posix=True, punctuation_chars=_OPERATORS)
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    return lexer


def substitutions(word: str) -> list[str]:
    """Return the commands whose output stands within a word. Raises ValueError where one does not end."""
    found, rest = [], word
    while "$(" in rest:
        start, depth = rest.index("$(") + 2, 1
        for at in range(start, len(rest)):
            depth += {"(": 1, ")": -1}.get(rest[at], 0)
            if depth == 0:
                found.append(rest[start:at])
                rest = rest[at + 1 :]
                break
        else:
            raise ValueError(f"does not end: {word}")
    return found


def faults_beside_azure(text: str, is_ours: Callable[[Call], bool]) -> list[str]:
    """Say what a block that needs Azure does that has nothing to do with it; calls of ours may stand beside it."""
    if "`" in text:
        return ["backticks start what is not seen"]
    script = read_script("\n".join(re.sub(r"(?:^|\s{2,})#.*$", "", line) for line in text.splitlines()))
    faults = []
    for words in map(_without_settings, script.statements):
        call = read_call(" ".join(words))
        fault = _fault(words, script) if call is None else "" if is_ours(call) else f"there is no such: {words}"
        faults += [fault] if fault else []
    if not any(set(words) & {"az", "azd"} or "$FEEDWARDEN_" in " ".join(words) for words in script.statements):
        faults.append("nothing of Azure in it")
    return faults


def _without_settings(words: tuple[str, ...]) -> tuple[str, ...]:
    settings = 0
    while settings < len(words) and re.match(r"\w+=", words[settings]):
        settings += 1
    return words[settings:]


def _fault(words: tuple[str, ...], script: Script) -> str:
    """Say what is wrong with one command, empty for nothing."""
    shown = " ".join(words)
    if not words or words[0] in script.functions:
        return ""
    match words[0]:
        case program if program not in BESIDE_AZURE:
            return f"starts {program}"
        case "eval" if not shown.startswith("eval $(azd env get-values"):
            return f"runs what somebody else says: {shown}"
        case "curl" if "://" in shown or not re.search(r"\$\{?FEEDWARDEN_ADDRESS\b", shown):
            return f"asks somebody else: {shown}"
        case "rm" if not {word for word in words[1:] if word != "-r"} <= script.files:
            return f"removes what it did not make: {shown}"
    return ""
