"""A year run again from its inputs, in a place of its own, and its package beside the one that is verified."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.report.results import ResultsFault
from helpers.run.inputs import input_files
from helpers.run.manifest import NAME, basis
from helpers.run.parameters import ParameterError
from helpers.run.run_year import RunStopped, run_year
from helpers.run.workspace import find_root
from helpers.trust.changes import Change, Reasons, Side, changed_figures, other_numbers, other_words
from helpers.trust.opened import Opened, open_package
from helpers.trust.readable import Unreadable
from helpers.trust.remade import RESULTS, read_results
from helpers.year.root import Root

Progress = Callable[[str], AbstractContextManager[Any]]


@dataclass(frozen=True, kw_only=True)
class Again:
    """``changes``: figures that came out otherwise; ``numbers``, ``words``: places in results.json that did besides;
    ``files``: those with other bytes; ``reasons``: all that is not as it was; ``stopped``: why the run did not end."""

    changes: tuple[Change, ...] = ()
    numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    stopped: str | None = None

    @property
    def status(self) -> int:
        if self.stopped or self.changes or self.numbers:
            return 1
        return 3 if self.files else 0


def run_again(package: Opened, root: Path, progress: Progress = lambda _: nullcontext()) -> Again:
    """Run the package's year on the inputs in ``root`` and compare.

    Nothing is written below ``root``. Raises ``ParameterError``, ``YearFileError`` where the root has no such year.
    """
    root = find_root(root)
    fiscal_year = _fiscal_year(package)
    if not Root(root).has_year(fiscal_year):
        raise ParameterError(
            f"[no_year]  {root} 里没有 {fiscal_year} 年度的文件\n    处理：用 --root 指向生成这份材料的项目文件夹"
        )
    described = basis(fiscal_year, input_files(root, fiscal_year))
    with tempfile.TemporaryDirectory(prefix="selfeval-verify-") as temporary:
        place = Path(temporary) / "root"
        _copy_inputs(root, place, fiscal_year)
        try:
            run_year(place, fiscal_year, force=True, progress=progress)
        except RunStopped as stopped:
            return Again(reasons=tuple(_reasons(package, described)), stopped=str(stopped))
        return _compared(package, open_package(Root(place).package(fiscal_year)))


def _fiscal_year(package: Opened) -> int:
    found = (package.manifest.get("parameters") or {}).get("fiscal_year")
    if type(found) is not int or not 1900 <= found <= 9999:
        raise ParameterError("[no_year]  清单没有写明年度，不能重新计算")
    return found


def _copy_inputs(root: Path, place: Path, fiscal_year: int) -> None:
    """The year's folder and that of the year before; what is neither file, folder nor link is left out."""
    for year in (fiscal_year, fiscal_year - 1):
        source = Root(root).raw(year)
        if source.is_dir():
            shutil.copytree(source, Root(place).raw(year), symlinks=True, ignore=_special, copy_function=_copy)


def _special(folder: str, names: list[str]) -> list[str]:
    paths = {name: Path(folder, name) for name in names}
    return [name for name, path in paths.items() if not (path.is_symlink() or path.is_dir() or path.is_file())]


def _copy(source: str, target: str) -> None:
    """The same file by another name where the disk can: a run never writes to its inputs."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copyfile(source, target)


def _compared(package: Opened, fresh: Opened) -> Again:
    files = tuple(_other_bytes(package, fresh))
    then, now = Side(package.manifest, {}), Side(fresh.manifest, {})  # type: ignore[typeddict-item]
    try:
        then = Side(package.manifest, read_results(package))
    except (KeyError, ResultsFault, Unreadable):
        return Again(numbers=(RESULTS,), files=files, stopped="这份材料的 results.json 读不出来，没有可比的数字")
    now = Side(fresh.manifest, read_results(fresh))
    return Again(
        changes=tuple(changed_figures(then, now)),
        numbers=tuple(other_numbers(then, now)),
        words=tuple(other_words(then, now)),
        files=files,
        reasons=tuple(Reasons(then, now).all()),
    )


def _other_bytes(package: Opened, fresh: Opened) -> Iterator[str]:
    for name in sorted({*package.files, *fresh.files}):
        if package.files.get(name) != fresh.files.get(name):
            yield name
    if package.sha256 != fresh.sha256:
        yield NAME


def _reasons(package: Opened, described: dict[str, Any]) -> Iterator[str]:
    """What differs from the package's manifest, where there are no results to compare."""
    one = {i["file"]: i["sha256"] for i in package.manifest.get("inputs") or ()}
    other = {i["file"]: i["sha256"] for i in described["inputs"]}
    for file in sorted({*one, *other}):
        if one.get(file) != other.get(file):
            yield f"{file} 与清单所记的不同"
    for key, words in (("code", "程序"), ("lock", "requirements.lock")):
        if ((package.manifest.get(key) or {}).get("sha256")) != described[key]["sha256"]:
            yield f"{words}与清单所记的不同"
