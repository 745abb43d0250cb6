"""Each run works in processed files of its own, which become the year's when it ends, whole, in one step.

So nothing that another process still writes, an orphan of a killed run or a notebook in somebody's JupyterLab, gets
between the stages of a run.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.run.publish import exchange
from helpers.year.root import OWN_PROCESSED, Root


@contextmanager
def own_processed(root: Path, fiscal_year: int) -> Iterator[Path]:
    """A folder of this run's own with all that the last run has left; however the run ends, it takes the year's place.

    To be entered with the year's lock held: what runs that were killed have left is cleared away.
    """
    final = Root(root).processed(fiscal_year)
    # A link leads to where there is room: the new folder lies beside what it leads to.
    real = final.resolve() if final.is_symlink() else final
    sweep(real.parent, fiscal_year)
    mine = real.with_name(f".{fiscal_year}.{secrets.token_hex(8)}.run")
    os.environ[OWN_PROCESSED] = f"{fiscal_year}={mine.absolute() if real != final else mine.name}"
    try:
        _linked(real, mine)
        yield mine
    finally:
        del os.environ[OWN_PROCESSED]
        _take_place(mine, real)


def sweep(folder: Path, fiscal_year: int) -> None:
    """Clear away the folders of runs of a year that were killed."""
    for left in folder.glob(f".{fiscal_year}.*.run"):
        shutil.rmtree(left, ignore_errors=True)


def _linked(source: Path, target: Path) -> None:
    """A copy of a folder that shares its files: all that stages write is put in place of a file, never into it."""
    target.mkdir(parents=True)
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_link, dirs_exist_ok=True, ignore=_left_by_kills)


def _left_by_kills(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(".stage-") or name.endswith(".partial")]


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without links, or somebody else's file
        shutil.copy2(source, target)


def _take_place(mine: Path, final: Path) -> None:
    """Put this run's folder in the place of the year's. Where that cannot be, the old one stays: all in it is looked
    at again by the next run."""
    try:
        if final.exists():
            if not exchange(mine, final):
                old = mine.with_name(f"{mine.name.removesuffix('.run')}.old.run")
                final.rename(old)
                mine.rename(final)
                shutil.rmtree(old, ignore_errors=True)
        else:
            mine.rename(final)
    except OSError:
        pass
    finally:
        shutil.rmtree(mine, ignore_errors=True)
