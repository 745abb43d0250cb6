#!/bin/sh
# Make the environment: a fresh .venv filled from requirements.lock, this package, bytecode compiled.
set -eu
PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

say() { printf '%s\n' "$*"; }
try() { # run quietly; show everything when it fails
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        say "set-up failed at: $*" >&2
        say "nothing half-made is kept: correct the cause above and call make again" >&2
        rm -rf "$VENV"
        exit 1
    fi
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
for candidate in "$PYTHON" python3.13 python3.12 python3.11; do
    if new_enough "$candidate"; then PYTHON=$candidate; break; fi
done
new_enough "$PYTHON" || { say "need Python 3.11 or newer (make PYTHON=/path/to/python3.11 …)" >&2; exit 1; }
"$PYTHON" -m pip --version >/dev/null 2>&1 || {
    say "need pip for '$PYTHON' (on Debian: python3-pip)" >&2; exit 1; }

say "setting up $VENV (once; about two minutes) …"
rm -rf "$VENV"
try "$PYTHON" -m venv --without-pip "$VENV"
# The lock names everything, so nothing is resolved: of coverage[toml] pip takes the newest version, whatever is locked.
try "$PYTHON" -m pip --python "$VENV/bin/python" --disable-pip-version-check install \
    --require-hashes --no-deps --no-compile -r requirements.lock
try "$PYTHON" -m pip --python "$VENV/bin/python" --disable-pip-version-check install \
    --no-build-isolation --no-deps --no-compile -e .
# A few packages ship files for other Python versions that do not compile: not our fault, not fatal.
env -u PYTHONDONTWRITEBYTECODE "$VENV/bin/python" -m compileall -q -j 0 "$VENV/lib" src >/dev/null 2>&1 || true
"$VENV/bin/python" -c 'import helpers' || { rm -rf "$VENV"; exit 1; }
sh tools/git_notebooks.sh install
touch "$VENV/.ready"
say "ready"
