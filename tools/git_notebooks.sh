#!/bin/sh
# What git calls for notebooks (.gitattributes): clean takes outputs away, diff and merge compare by cells (nbdime).
# Nothing here may lose a notebook or hold git up: without an environment the notebook goes through as it is.
#   git_notebooks.sh install   tell the git repository around this folder; once, by the set-up
#   git_notebooks.sh clean     standard input → standard output
#   git_notebooks.sh diff …    as git's external diff
#   git_notebooks.sh merge BASE OURS THEIRS MARKER PATH
#   git_notebooks.sh sizes …   as git's hook post-index-change: have git look into notebooks whose size has changed
set -u
NAME=selfeval-notebooks
here=$(cd "$(dirname "$0")/.." && pwd) || exit 1

bin() { # a program of the environment, wherever this platform puts it
    for found in "$here/${VENV:-.venv}/bin/$1" "$here/${VENV:-.venv}/Scripts/$1.exe"; do
        if [ -x "$found" ]; then printf '%s\n' "$found"; return 0; fi
    done
    return 1
}

python() {
    for found in "$(bin python)" python3 python; do
        if [ -n "$found" ] && "$found" -I -S -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then
            printf '%s\n' "$found"
            return 0
        fi
    done
    return 1
}

hint() { printf '%s\n' "$*" >&2; }

clean() { # whole or as it came, never in part
    kept=$(mktemp -d) || { cat; return 0; }
    trap 'rm -rf "$kept"' EXIT
    cat >"$kept/in"
    found=$(python) || { hint "no Python for tools/clean_notebooks.py: the notebook keeps its outputs"; found=; }
    if [ -n "$found" ] && "$found" -I -S "$here/tools/clean_notebooks.py" <"$kept/in" >"$kept/out"; then
        cat "$kept/out"
    else
        cat "$kept/in"
    fi
}

compare() {
    if found=$(bin git-nbdiffdriver) && PAGER=cat "$found" diff --ignore-outputs --ignore-metadata --ignore-details "$@"; then
        return 0
    fi
    hint "no nbdime (make lab sets it up): notebooks are compared as text"
    git diff --no-index --no-ext-diff --no-textconv -- "$2" "$5"
    return 0
}

merge() { # the result stands in the second file; a status above 0 is a conflict
    cp "$2" "$2.ours" 2>/dev/null
    if found=$(bin git-nbmergedriver) && "$found" merge "$1" "$2" "$3" "$4" "$5" && [ -s "$2" ]; then
        clean <"$2" >"$2.clean" && cat "$2.clean" >"$2"
        rm -f "$2.clean" "$2.ours"
        return 0
    fi
    if cmp -s "$2" "$2.ours"; then # nothing was merged: as git does it, by lines
        git merge-file -q -L ours -L base -L theirs "$2" "$1" "$3"
        status=$?
        rm -f "$2.ours"
        return "$status"
    fi
    rm -f "$2.ours"
    return 1
}

called() { # how the git that calls the hook was called, however long; not every ps knows how to be told so
    ps -ww -o args= -p "$PPID" 2>/dev/null || ps -o args= -p "$PPID" 2>/dev/null
}

# Git takes a file for changed when its size is not the one it knows, and asks no filter: a notebook that was run and
# saved would show in "git status" though nothing of it is to be stored. Where no size is known, git looks into the file.
# Not before a merge and its like, which do not look. Left alone: conflicts, entries that are hidden or only announced (their blob is the empty one).
sizes() {
    [ -z "${GIT_INDEX_FILE:-}${SELFEVAL_SIZES:-}" ] || return 0
    if [ "${1:-1}" != 1 ]; then # the files in the work tree stay as they were: it may be the beginning
        case "${GIT_REFLOG_ACTION:-} $(called) " in
            merge* | *" merge "* | *" pull "* | *" rebase "* | *" cherry-pick "* | *" revert "* | *" am "*) return 0 ;;
        esac
    fi
    git ls-files -v -s -- '*.ipynb' 2>/dev/null |
        sed -n -e '/ e69de29bb2d1d6434b8b29ae775ad8c2e48c5391 /d' -e 's/^H \([0-7]* [0-9a-f]* 0\)/\1/p' |
        SELFEVAL_SIZES=1 git update-index --index-info >/dev/null 2>&1
    return 0
}

hook() {
    file=$(cd "$here" && git rev-parse --git-path hooks)/post-index-change || return 0
    (cd "$here" && mkdir -p "$(dirname "$file")") 2>/dev/null || return 0
    file=$(cd "$here" && cd "$(dirname "$file")" && pwd)/post-index-change || return 0
    if [ -e "$file" ] && ! grep -q git_notebooks.sh "$file"; then
        hint "$file is somebody's own: notebooks that were only run may show in git status until git add"
        return 0
    fi
    printf '%s\n' '#!/bin/sh' '[ ! -f tools/git_notebooks.sh ] || exec sh tools/git_notebooks.sh sizes "$@"' 'exit 0' >"$file" &&
        chmod +x "$file" || hint "$file could not be written"
    (cd "$here" && sizes)
}

install() {
    command -v git >/dev/null 2>&1 || return 0
    top=$(cd "$here" && git rev-parse --show-cdup 2>/dev/null) || return 0
    [ -z "$top" ] || return 0 # part of a larger repository, which is not ours to set up
    set_to() { (cd "$here" && git config --local "$1" "$2") || hint "git could not be told of $1"; }
    # Called from the top of the work tree; where an older state has no such script, git goes on as usual.
    set_to filter.$NAME.clean 'f() { if [ -f tools/git_notebooks.sh ]; then sh tools/git_notebooks.sh clean; else cat; fi; }; f'
    set_to filter.$NAME.smudge cat
    set_to filter.$NAME.required false
    set_to diff.$NAME.command 'f() { if [ -f tools/git_notebooks.sh ]; then sh tools/git_notebooks.sh diff "$@"; else git diff --no-index --no-ext-diff -- "$2" "$5" || true; fi; }; f'
    set_to merge.$NAME.name "notebooks, cell by cell"
    set_to merge.$NAME.driver 'f() { if [ -f tools/git_notebooks.sh ]; then sh tools/git_notebooks.sh merge "$@"; else git merge-file -q "$2" "$1" "$3"; fi; }; f %O %A %B %L %P'
    hook
}

what=${1:-}
[ $# -eq 0 ] || shift
case $what in
    install) install ;;
    clean) clean ;;
    diff) compare "$@" ;;
    merge) merge "$@" ;;
    sizes) sizes "$@" ;;
    *) hint "install, clean, diff, merge or sizes?"; exit 2 ;;
esac
