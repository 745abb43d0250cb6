"""Publish a package in one step: at every moment one whole package exists.

The new package is made beside the old one and exchanged with it. Where the platform has no atomic
exchange, the old one is moved away first; ``repair`` brings it back after an interruption there.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
from itertools import count
from pathlib import Path

AT_FDCWD, RENAME_EXCHANGE = -100, 2


def staging(reports: Path, fiscal_year: int) -> Path:
    """An empty folder beside the packages, in which the next one is made."""
    folder = reports / f".{fiscal_year}.next"
    for left in reports.glob(f".{fiscal_year}.*left-*"):
        shutil.rmtree(left, ignore_errors=True)
    discard(folder)
    folder.mkdir(parents=True)
    return folder


def publish(new: Path, final: Path) -> None:
    """Put the finished folder ``new`` in the place of ``final``, which may exist."""
    if not final.exists():
        new.rename(final)
        return
    if exchange(new, final):
        discard(new)
        return
    old = _old(final)
    discard(old)
    final.rename(old)
    new.rename(final)
    discard(old)


def discard(folder: Path) -> None:
    """Delete a folder of ours. One that belongs to another account may not let go of its files: it is moved out of
    the way, and tried again later; what has been published counts, not what cannot be cleared away."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        free = next(at for at in count(1) if not _left(folder, at).exists())
        with contextlib.suppress(OSError):
            folder.rename(_left(folder, free))


def _left(folder: Path, at: int) -> Path:
    return folder.with_name(f".{folder.name.lstrip('.')}.left-{at}")


def repair(final: Path) -> None:
    """After an interruption between two renames: the old package comes back."""
    old = _old(final)
    if old.exists():
        if final.exists():
            discard(old)
        else:
            old.rename(final)


def leave_failed(work: Path, final: Path) -> Path:
    """Keep what a failed run has made so far under ``<year>.failed``; the package is not touched."""
    failed = final.with_name(f"{final.name}.failed")
    discard(failed)
    work.rename(failed)
    return failed


def _old(final: Path) -> Path:
    return final.with_name(f".{final.name}.old")


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders at once; False where the platform or file system cannot."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):  # TypeError: Windows has no library without a name
        return False
    return call(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0
