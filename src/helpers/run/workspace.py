"""Where a stage finds its inputs and leaves its outputs, the same in JupyterLab and in a run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers.files.names import matching_files
from helpers.run.parameters import ParameterError
from helpers.run.stages import STAGES
from helpers.year.crosscheck import require_sound
from helpers.year.hashes import input_sha256
from helpers.year.load import Year, load_year
from helpers.year.root import Root

#: Each stage's output by its name, in order.
OUTPUTS: Mapping[str, str] = {stage.name: stage.output for stage in STAGES}


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
        return Root(self.root).raw(self.fiscal_year)

    @property
    def processed(self) -> Path:
        return Root(self.root).processed(self.fiscal_year)

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
        if not Root(self.root).has_year(before):
            return None
        return require_sound(load_year(self.root, before))

    @cached_property
    def inputs(self) -> tuple[InputFile, ...]:
        """Every file below ``data/raw/`` that this year's run depends on."""
        years = [self.year] + ([self.previous] if self.previous else [])
        paths = sorted({path for year in years for path in declared_files(year)})
        return tuple(
            InputFile(p.relative_to(self.root).as_posix(), input_sha256(p, self.processed), p.stat().st_size)
            for p in paths
        )

    @cached_property
    def inputs_sha256(self) -> str:
        """One hash over names and contents of all inputs."""
        listed = "".join(f"{i.file}\0{i.sha256}\n" for i in self.inputs)
        return hashlib.sha256(listed.encode()).hexdigest()

    def read(self, stage: str) -> Any:
        """What an earlier stage wrote; raises ``StageOrderError`` where it is missing or out of date."""
        path = self.processed / OUTPUTS[stage]
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise StageOrderError(f"[stage_missing]  还没有 {stage} 的结果，请先运行 notebooks/{stage}.ipynb") from None
        if data["inputs_sha256"] != self.inputs_sha256:
            raise StageOrderError(
                f"[stage_stale]  {stage} 运行之后，data/raw/ 又有改动，请从 notebooks/1_clean.ipynb 起重新运行"
            )
        return data

    def write(self, data: Mapping[str, Any]) -> Path:
        """Write this stage's output, whole or not at all; what later stages left is out of date."""
        names = list(OUTPUTS)
        for later in names[names.index(self.stage) :]:
            (self.processed / OUTPUTS[later]).unlink(missing_ok=True)
        self.processed.mkdir(parents=True, exist_ok=True)
        path = self.processed / OUTPUTS[self.stage]
        partial = path.with_suffix(".partial")
        stamped = {**data, "inputs_sha256": self.inputs_sha256}
        partial.write_text(json.dumps(stamped, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        partial.replace(path)
        return path


def open_stage(stage: str, fiscal_year: int, root: str = ".") -> Workspace:
    """The workspace of a stage; the first line of every stage notebook.

    ``root`` is where ``data/raw/`` lies; from a notebook's own folder the project around it is found.
    Raises ``ParameterError`` for an ill-typed parameter or a root without data.
    """
    if isinstance(fiscal_year, bool) or not isinstance(fiscal_year, int):
        raise ParameterError(f"[bad_parameter]  参数 fiscal_year 应为 int，收到 {fiscal_year!r}")
    if not isinstance(root, str):
        raise ParameterError(f"[bad_parameter]  参数 root 应为 str，收到 {root!r}")
    return Workspace(find_root(Path(root)), fiscal_year, stage)


def find_root(root: Path) -> Path:
    """``root`` itself, or the project around it when ``root`` is the current folder and holds no data."""
    if Root(root).all_raw.is_dir():
        return root
    if root == Path():
        for number, parent in enumerate(Path.cwd().parents, start=1):
            if Root(parent).all_raw.is_dir():
                return Path(*[".."] * number)
    raise ParameterError(f"[no_root]  {root} 下没有 data/raw/ 文件夹，请检查 root")


def declared_files(year: Year) -> list[Path]:
    """Year files, exports and evidence of one year. Approvals are outside every input hash."""
    found = [year.folder / name for name in year.sha256]
    for table in year.year.tables.values():
        found += [p for pattern in table.files for p in matching_files(year.folder, pattern)]
    actuals = [i.actual for i in year.indicators.indicators if i.actual]
    actuals += [p.actual for i in year.indicators.indicators for p in i.parts]
    found += [year.folder / e.file for a in actuals for e in a.evidence if e.file]
    return found
