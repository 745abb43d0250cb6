"""Where a stage finds its inputs and leaves its outputs, the same in JupyterLab and in a run."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers.files.json_text import indented
from helpers.run.at_the_desk import hold_until_cell_ends, in_run, sit_down
from helpers.run.code_reach import reached, sources_at_start
from helpers.run.current import Current, approvals_digest, loaded_year, remarks_digest
from helpers.run.inputs import InputFile, has_previous, input_file, inputs_digest
from helpers.run.kept_parts import Work, take_over_or_judge, take_over_or_work
from helpers.run.parameters import ParameterError
from helpers.run.stage_record import files_of, made_by, record_path, surroundings, write_record
from helpers.run.stages import CLEAN, STAGES, Stage
from helpers.year.approvals import ApprovalsFile, load_approvals
from helpers.year.check_year_start import other_start
from helpers.year.crosscheck import require_sound
from helpers.year.faults import YearFileError
from helpers.year.hashes import file_sha256, input_sha256
from helpers.year.load import Year
from helpers.year.review_remarks import RemarksFile, load_remarks
from helpers.year.root import Root
from helpers.year.seen import ABSENT, Reads, SeenYear, digest, table_exports


class StageOrderError(Exception):
    """A stage was started although an earlier one has not run on the present inputs."""


@dataclass(frozen=True)
class Workspace:
    """One fiscal year of a project root, as one stage sees it. Whatever the stage takes from it is noted in ``reads``,
    so that what the stage depends on is known without being listed."""

    root: Path
    fiscal_year: int
    stage: str
    reads: Reads = field(default_factory=Reads, repr=False, compare=False)
    #: What the stage is made by, as it was when it started.
    by: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def processed(self) -> Path:
        return Root(self.root).processed(self.fiscal_year)

    def now(self) -> Workspace:
        """The year as it stands at this moment: the first line of every stage's work, so that it alone need be run
        again after a change of the year files. Nobody else runs the year until the cell has ended.

        Raises ``YearActive``, and ``StageOrderError`` where an earlier stage has run since its results were read.
        """
        hold_until_cell_ends(self.root, self.fiscal_year)
        if in_run(self.fiscal_year):
            return self
        renewed = Workspace(self.root, self.fiscal_year, self.stage, by=self.by)
        for kind, *name in self.reads.noted:
            if kind == "stage":
                renewed.read(str(name[0]))
                if renewed.reads.noted[kind, name[0]] != self.reads.noted[kind, name[0]]:
                    raise StageOrderError(
                        f"[stage_changed]  {name[0]} 在本笔记本读入它的结果以后又运行过\n"
                        "    处理：从本笔记本的“二、输入”起重新运行"
                    )
        return renewed

    def done(self) -> None:
        """Say that all checks have passed, and what comes next: the last line of every stage."""
        from helpers.formats.display import show_words
        from helpers.run.closing import closing

        show_words(closing(_stage(self.stage), self.fiscal_year))

    @cached_property
    def tables(self) -> Path:
        """The tidy tables of the year."""
        return self._tables("tables")

    @cached_property
    def previous_tables(self) -> Path:
        """The tidy tables of the year before, cleaned again for comparison."""
        return self._tables("previous")

    def _tables(self, name: str) -> Path:
        if self.stage != CLEAN.name:
            self._refuse_other_tables(name)
            self.reads.note(("tables", name), self.as_it_stands().tables(name))
        return self.processed / name

    def _refuse_other_tables(self, name: str) -> None:
        """The tables are those that the first stage wrote, byte by byte; raises ``StageOrderError``."""
        now = self.as_it_stands()
        record = now.record(CLEAN)
        if record is None:  # whoever reads its account is told so
            return
        changed = now.changed_files(CLEAN, record)
        if any(file.startswith(f"{name}/") for file in changed):
            raise StageOrderError(
                f"[tables_changed]  {changed[0]} 不是 {CLEAN.name} 写出的内容，写出以后有别的程序改过\n"
                f"    处理：关闭同一年度正在运行的其他笔记本，从 notebooks/{CLEAN.name}.ipynb 起重新运行"
            )

    @cached_property
    def year(self) -> Year:
        """The validated year files; raises ``YearFileError`` with every fault."""
        return self._seen(self.fiscal_year)

    @cached_property
    def previous(self) -> Year | None:
        """The year before, where its files are there; raises ``YearFileError``."""
        there = has_previous(self.root, self.fiscal_year)
        self.reads.note(("has_year", self.fiscal_year - 1), str(there))
        if not there:
            return None
        previous = self._seen(self.fiscal_year - 1)
        if apart := list(other_start(self.year, previous)):
            raise YearFileError(apart)
        return previous

    def _seen(self, fiscal_year: int) -> Year:
        return SeenYear(require_sound(loaded_year(self.root, fiscal_year)), self.reads, self._sha256)

    def _sha256(self, path: Path) -> str:
        return self.as_it_stands().sha256(path)

    @cached_property
    def exports(self) -> tuple[InputFile, ...]:
        """The exports that the tidy tables of both years are made from."""
        years = [self.year, *([self.previous] if self.previous else [])]
        paths = {path for year in years for table in year.year.tables for path in table_exports(year, table)}
        return tuple(input_file(path, self.root, self.processed) for path in sorted(paths))

    @cached_property
    def inputs(self) -> tuple[InputFile, ...]:
        """Every file below ``data/raw/`` that this year's run depends on."""
        found = self.as_it_stands().inputs
        for one in found:
            self.reads.note(("input", one.file), one.sha256)
        self.reads.note(("inputs",), inputs_digest(found))
        return found

    @cached_property
    def approvals(self) -> ApprovalsFile:
        """What has been approved of this year, and why figures changed since; raises ``YearFileError``."""
        self.reads.note(("approvals", self.fiscal_year), approvals_digest(self.root, self.fiscal_year))
        return load_approvals(self.root, self.fiscal_year)

    @cached_property
    def remarks(self) -> RemarksFile:
        """What reviewers have remarked on this year, with the answers; raises ``YearFileError``."""
        self.reads.note(("remarks", self.fiscal_year), remarks_digest(self.root, self.fiscal_year))
        return load_remarks(self.root, self.fiscal_year)

    @property
    def hashes(self) -> Mapping[str, str]:
        """The sha256 of a file by its path inside the root, of any that is asked for."""
        return _Hashes(self)

    @property
    def basis(self) -> str:
        """What tidy tables are made by, besides what they are made from."""
        cleaning = reached("import helpers.activity.both_years", sources_at_start())
        return digest([cleaning, surroundings()])

    def read(self, stage: str) -> Any:
        """What an earlier stage wrote; raises ``StageOrderError`` where it is missing or not current."""
        name = _stage(stage)
        path = self.processed / name.output
        if not path.is_file():
            raise StageOrderError(f"[stage_missing]  还没有 {stage} 的结果，请先运行 notebooks/{stage}.ipynb")
        stale = self.as_it_stands().first_not(name)
        if stale:
            which, why = stale
            raise StageOrderError(
                f"[stage_stale]  {stage} 的结果不是现在的：{why}\n    处理：从 notebooks/{which.name}.ipynb 起重新运行"
            )
        content = path.read_bytes()
        self.reads.note(("stage", stage), file_sha256(path))
        return json.loads(content)

    def as_it_stands(self) -> Current:
        """The year now. In a run nobody else writes what stages leave, and the run itself sees in the end whether an
        input has changed meanwhile: there one look does for all that a stage reads."""
        return self._first_look if in_run(self.fiscal_year) else Current(self.root, self.fiscal_year)

    @cached_property
    def _first_look(self) -> Current:
        return Current(self.root, self.fiscal_year)

    def part(self, work: Work, said: Any) -> Any:
        """What a part of the stage's work gives: ``work`` on both years and their tables, and on what the stage says
        to it; taken over from the last time where nothing that it reads has changed."""
        return take_over_or_work(self, work, said)

    def alone(self, work: Work, fiscal_year: int, said: Any) -> Any:
        """What work on one year by itself gives, on its tables and on what the stage says to it; taken over from the
        last time, or from a neighbouring year's run, where nothing that it reads has changed."""
        return take_over_or_judge(self, work, fiscal_year, said)

    def write(self, data: Mapping[str, Any]) -> Path:
        """Write this stage's output, whole or not at all, and the record of what it was made from; returns where it
        stands once the run has ended."""
        hold_until_cell_ends(self.root, self.fiscal_year)
        stage = _stage(self.stage)
        path = self.processed / stage.output
        record_path(self.processed, stage.name).unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_text(indented(data) + "\n", encoding="utf-8", newline="\n")
        partial.replace(path)
        files = files_of(self.processed, stage)

        def record() -> None:
            write_record(self.processed, stage, self.by, self.reads, files)

        record()
        self.reads.told = record  # what the rest of the notebook reads is part of it
        return Root(self.root).all_processed / str(self.fiscal_year) / stage.output


class _Hashes(Mapping[str, str]):
    """Hashes of files below a root, each noted when it is asked for."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def __getitem__(self, file: str) -> str:
        path = self._ws.root / file
        found = input_sha256(path, self._ws.processed) if path.is_file() else ABSENT
        self._ws.reads.note(("input", file), found)
        if found == ABSENT:
            raise KeyError(file)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(one.file for one in self._ws.inputs)

    def __len__(self) -> int:
        return len(self._ws.inputs)


def _stage(name: str) -> Stage:
    return next(stage for stage in STAGES if stage.name == name)


def open_stage(stage: str, fiscal_year: int, root: str = ".") -> Workspace:
    """The workspace of a stage; the first line of every stage notebook.

    ``root`` is where ``data/raw/`` lies; from a notebook's own folder the project around it is found.
    Raises ``ParameterError`` for an ill-typed parameter or a root without data.
    """
    sit_down()
    if isinstance(fiscal_year, bool) or not isinstance(fiscal_year, int):
        raise ParameterError(f"[bad_parameter]  参数 fiscal_year 应为 int，收到 {fiscal_year!r}")
    if not isinstance(root, str):
        raise ParameterError(f"[bad_parameter]  参数 root 应为 str，收到 {root!r}")
    return Workspace(find_root(Path(root)), fiscal_year, stage, by=made_by(_stage(stage), sources_at_start()))


def find_root(root: Path) -> Path:
    """``root`` itself, or the project around it when ``root`` is the current folder and holds no data."""
    try:
        os.fsencode(root.resolve()).decode("utf-8")
    except UnicodeDecodeError:
        shown = str(root).encode("utf-8", "backslashreplace").decode()
        raise ParameterError(
            f"[root_not_utf8]  路径 {shown} 里有不是 UTF-8 的字节，笔记本和成套材料都写不出这样的名字\n"
            "    处理：把文件夹改名，或复制到别处"
        ) from None
    if Root(root).all_raw.is_dir():
        return root
    if root == Path():
        for number, parent in enumerate(Path.cwd().parents, start=1):
            if Root(parent).all_raw.is_dir():
                return Path(*[".."] * number)
    raise ParameterError(
        f"[no_root]  {root} 下没有 data/raw/ 文件夹，请检查 root\n"
        "    处理：已有项目，用 --root 指向它；新项目，把导出文件放进 data/raw/<年度>/exports/，"
        "再运行 selfeval new-year 年度"
    )
