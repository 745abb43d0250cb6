"""Files that a pattern or an archive holds without anybody having put them there: locks, leftovers, previews."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

LEFTOVERS = frozenset({"thumbs.db", "desktop.ini"})


def passed_over(name: str) -> bool:
    """Whether a file is no data: an office program's lock (``~$a.xlsx``, ``.~lock.a#``), what a file manager leaves."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path.name.startswith(("~$", ".")) or path.name.lower() in LEFTOVERS or "__MACOSX" in path.parts


def is_outside(path: Path, folder: Path) -> bool:
    """Whether a file lies outside of a folder once every link on its way is followed."""
    return not path.resolve().is_relative_to(folder.resolve())


def matching_files(folder: Path, pattern: str) -> list[Path]:
    """The files below a folder that a name or glob means, sorted. A file of exactly this name is meant first."""
    path = folder / pattern
    if is_there(path):
        return [path]
    if not any(mark in pattern for mark in "*?["):
        return []
    try:
        return sorted(p for p in folder.glob(pattern) if p.is_file() and not passed_over(p.name))
    except (OSError, ValueError, NotImplementedError):  # longer than a name may be, or no pattern
        return []


def is_there(path: Path) -> bool:
    """Whether there is a file of this name, however little a name it is."""
    try:
        return path.is_file()
    except OSError:
        return False
