"""The files below ``data/raw/`` that a year's run depends on, with their hashes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from helpers.year.hashes import input_sha256
from helpers.year.load import Year, load_year
from helpers.year.root import Root
from helpers.year.seen import digest, table_exports


@dataclass(frozen=True)
class InputFile:
    """``file`` is relative to the root; ``bytes`` its size."""

    file: str
    sha256: str
    bytes: int


def input_file(path: Path, root: Path, processed: Path) -> InputFile:
    return InputFile(path.relative_to(root).as_posix(), input_sha256(path, processed), path.stat().st_size)


def input_files(root: Path, fiscal_year: int, load: Callable[[Path, int], Year] = load_year) -> tuple[InputFile, ...]:
    """Every declared file of a year and of the one before; raises ``YearFileError``."""
    years = [load(root, fiscal_year)]
    years += [load(root, fiscal_year - 1)] if has_previous(root, fiscal_year) else []
    processed = Root(root).processed(fiscal_year)
    paths = sorted({path for year in years for path in declared_files(year)})
    return tuple(input_file(path, root, processed) for path in paths)


def inputs_digest(inputs: Iterable[InputFile]) -> str:
    """One digest over names and contents of all inputs."""
    return digest([[one.file, one.sha256] for one in inputs])


def has_previous(root: Path, fiscal_year: int) -> bool:
    """Whether there are files of the year before."""
    return Root(root).has_year(fiscal_year - 1)


def declared_files(year: Year) -> list[Path]:
    """Year files, exports and evidence of one year. Approvals are outside every input hash."""
    found = [year.folder / name for name in year.sha256]
    for table in year.year.tables:
        found += table_exports(year, table)
    actuals = [i.actual for i in year.indicators.indicators if i.actual]
    actuals += [p.actual for i in year.indicators.indicators for p in i.parts]
    found += [year.folder / e.file for a in actuals for e in a.evidence if e.file]
    return found
