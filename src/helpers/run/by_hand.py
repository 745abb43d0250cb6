"""What somebody has changed in a published package, or put there: kept beside it and named, never lost in silence.

Packages are published read-only. Beside each lies a note of what it was made of, so that a file counts as changed
even where the hash in the package's own manifest was changed with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

from helpers.run import package_files
from helpers.run.manifest import NAME
from helpers.run.package_files import Entry, left_by_programs
from helpers.year.whole_files import read_whole, write_whole


def as_made(work: Path) -> dict[str, str]:
    """The hashes of a package's files before it is published; they are made read-only."""
    found = {}
    for name, entry in package_files.entries(work).items():
        if entry.kind == "file":
            found[name] = package_files.sha256(work, name)
            if os.name != "nt":  # there what is read-only cannot be cleared away either
                with contextlib.suppress(OSError):
                    (work / name).chmod(0o444)
    return found


def note(final: Path, files: Mapping[str, str]) -> None:
    """Remember beside the package what the next one is made of; to be written before it is published. What the present
    one was made of stays remembered: somebody may pull the plug in between."""
    write_whole(_note(final), {"files": dict(files), "before": dict(_noted(final, "files"))})


def untouched(final: Path) -> bool:
    """Whether the package is the one that was published last, to the byte; False where nobody remembers."""
    return bool(_noted(final, "files")) and not changed(final)


def changed(final: Path) -> tuple[str, ...]:
    """What in a package is not as it was published, or was put there; the names, in order."""
    return tuple(entry.name for entry, _ in _changed(final))


def set_aside(final: Path) -> tuple[str, ...]:
    """Keep what the next package would replace though no run has made it; the names of what was kept, in order.

    Changed files are copied, what never belonged there is moved: until the next package is published, the old one
    has all its files.
    """
    kept = []
    for entry, ours in _changed(final):
        if _keep(final, entry, moved=not ours):
            kept.append(entry.name)
    return tuple(kept)


def aside(final: Path) -> Path:
    """Where changed files are kept."""
    return final.with_name(f"{final.name}.set_aside")


def _note(final: Path) -> Path:
    return final.with_name(f".{final.name}.published")


def _noted(final: Path, which: str) -> Mapping[str, str]:
    found = (read_whole(_note(final)) or {}).get(which)
    return found if isinstance(found, dict) else {}


def _changed(final: Path) -> Iterator[tuple[Entry, bool]]:
    """What is not as it was published, and whether it stands under the name of a file of the package."""
    if not final.is_dir():
        return
    now, before = _noted(final, "files") or _listed(final), _noted(final, "before")
    for name, entry in package_files.entries(final).items():
        if left_by_programs(entry):
            continue
        if name not in now and name not in before:
            if name != NAME or entry.kind != "file":
                yield entry, False
        elif entry.kind != "file":
            yield entry, False
        elif package_files.sha256(final, name) not in (now.get(name), before.get(name)):
            yield entry, True


def _listed(final: Path) -> dict[str, str]:
    """What the package's own manifest says, where nothing better is known."""
    try:
        manifest = json.loads(package_files.content(final, NAME))
        return {str(one["file"]): str(one["sha256"]) for one in manifest["outputs"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _keep(final: Path, entry: Entry, *, moved: bool) -> bool:
    """Keep one thing under its own name, or the next free one; False where the same is kept already."""
    source = final / entry.name
    if entry.kind == "file":
        sha256 = package_files.sha256(final, entry.name)
        for there in _names(final, entry.name):
            if not os.path.lexists(there):
                break
            if there.is_file() and package_files.sha256(there.parent, there.name) == sha256:
                return False
        there.parent.mkdir(parents=True, exist_ok=True)
        if not moved:
            partial = there.with_name(f".{there.name}.partial")
            shutil.copyfile(source, partial)
            partial.replace(there)
            return True
    else:
        there = next(one for one in _names(final, entry.name) if not os.path.lexists(one))
        there.parent.mkdir(parents=True, exist_ok=True)
    source.rename(there)
    return True


def _names(final: Path, name: str) -> Iterator[Path]:
    """``report.docx``, ``report (2).docx``, …"""
    first = aside(final) / name
    yield first
    for number in count(2):
        yield first.with_name(f"{first.stem} ({number}){first.suffix}")
