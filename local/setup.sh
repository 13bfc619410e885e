#!/bin/sh
# Make everything that Feedwarden needs on this machine: `.venv` (Python packages), `.azurite` (the storage
# emulator) and, only where the machine has no usable Node, `.node`. Run it again at any time: what is in
# order is left alone. This file only looks for Python 3.13; the rest is local/setup/install.py.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

# Asks a program whether it is Python 3.13 that can make virtual environments; pyenv's shims fail here when
# no version is chosen, Debian's python3 without its venv package does too.
is_usable() {
    "$1" -I -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1
}

# Prints every place where a Python 3.13 may be, best first.
candidates() {
    # What made the environment before goes on serving it.
    echo "$root/.venv/bin/python"
    command -v python3.13 || true
    command -v python3 || true
    command -v python || true
    pyenv_root=${PYENV_ROOT:-$HOME/.pyenv}
    if command -v pyenv >/dev/null 2>&1; then
        pyenv_root=$(pyenv root 2>/dev/null || echo "$pyenv_root")
    fi
    for found in "$pyenv_root"/versions/3.13.*/bin/python3.13; do
        echo "$found"
    done
    if command -v uv >/dev/null 2>&1; then
        uv python find --no-project 3.13 2>/dev/null || true
    fi
}

find_python() {
    candidates | while IFS= read -r candidate; do
        if [ -x "$candidate" ] && is_usable "$candidate"; then
            echo "$candidate"
            break
        fi
    done
}

python=$(find_python)
if [ -z "$python" ] && command -v uv >/dev/null 2>&1; then
    echo "There is no Python 3.13 here yet: asking uv for one." >&2
    uv python install 3.13 >&2 || true
    python=$(find_python)
fi
if [ -z "$python" ]; then
    echo "Python 3.13 is missing: install it (with its venv module), or uv, and run this again." >&2
    exit 1
fi

# From here, so that it finds its own modules, and without what a person has installed for himself.
cd "$root"
exec "$python" -E -s -m local.setup.install "$root"
