"""Where a stage finds its inputs and leaves its outputs, the same in JupyterLab and in a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers.run.parameters import ParameterError
from helpers.year.crosscheck import matching_files, require_sound
from helpers.year.load import Year, load_year

#: The stages in order, and the file by which each shows that it is done.
OUTPUTS: Mapping[str, str] = {
    "1_clean": "clean.json",
    "2_validate": "validation.json",
    "3_attainment": "attainment.json",
    "4_deviation": "deviation.json",
    "5_report": "results.json",
}


@dataclass(frozen=True)
class InputFile:
    """``file`` is relative to the root; ``bytes`` its size."""

    file: str
    sha256: str
    bytes: int


class StageOrderError(Exception):
    """A stage was started although an earlier one has not run on the present inputs."""


@dataclass(frozen=True)
class Workspace:
    """One fiscal year of a project root, as one stage sees it."""

    root: Path
    fiscal_year: int
    stage: str

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw" / str(self.fiscal_year)

    @property
    def processed(self) -> Path:
        return self.root / "data" / "processed" / str(self.fiscal_year)

    @property
    def tables(self) -> Path:
        """The tidy tables of the year."""
        return self.processed / "tables"

    @property
    def previous_tables(self) -> Path:
        """The tidy tables of the year before, cleaned again for comparison."""
        return self.processed / "previous"

    @cached_property
    def year(self) -> Year:
        """The validated year files; raises ``YearFileError`` with every fault."""
        return require_sound(load_year(self.root, self.fiscal_year))

    @cached_property
    def previous(self) -> Year | None:
        """The year before, where its files are there; raises ``YearFileError``."""
        before = self.fiscal_year - 1
        if not (self.root / "data" / "raw" / str(before) / "year.yml").is_file():
            return None
        return require_sound(load_year(self.root, before))

    @cached_property
    def inputs(self) -> tuple[InputFile, ...]:
        """Every file below ``data/raw/`` that this year's run depends on."""
        years = [self.year] + ([self.previous] if self.previous else [])
        paths = sorted({path for year in years for path in declared_files(year)})
        return tuple(InputFile(p.relative_to(self.root).as_posix(), file_sha256(p), p.stat().st_size)
                     for p in paths)

    @cached_property
