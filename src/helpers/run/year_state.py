"""How a year stands: what is declared, blank, stale, done or failed, and what comes next. Nothing is run or written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from helpers.run import by_hand, manifest
from helpers.run.at_the_desk import sit_down
from helpers.run.check import check_year
from helpers.run.current import Current
from helpers.run.inputs import input_files
from helpers.run.stages import NOTEBOOKS, STAGES, Stage
from helpers.run.workspace import find_root
from helpers.year import review_remarks
from helpers.year.faults import Fault, YearFileError
from helpers.year.load import load_partly
from helpers.year.root import Root

#: The authored files of a year, and what each is for.
AUTHORED = {
    "year.yml": "项目、资金、数据表",
    "indicators.yml": "度量和指标",
    "plan.yml": "改进措施",
    "corrections.yml": "单条记录的更正",
    "approvals.yml": "核准",
    review_remarks.NAME: "审核意见及答复",
}
BLANK = "blank_left"
#: ``waits``: of a stage whose turn has not come; ``blocked``: the year files have faults.
StageWord = Literal["done", "stale", "absent", "blocked"]
PackageWord = Literal["current", "stale", "edited", "absent"]


@dataclass(frozen=True, kw_only=True)
class Declared:
    """An authored file: whether it is there, how many entries in it are still blank, how many faults it has else, and
    how many remarks in it nobody has answered."""

    file: str
    words: str
    there: bool
    blanks: int = 0
    faults: int = 0
    open: int = 0


@dataclass(frozen=True)
class StageState:
    """A stage; ``why``: the file and key that changed, or what else makes its output not the present one."""

    stage: Stage
    word: StageWord
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class YearState:
    """``failed``: the screen of the last run where it failed. ``running``: somebody runs the year at this moment.
    ``beside``: the project's own root, to which the notebooks can link. ``notice``: what year.yml says of the data."""

    fiscal_year: int
    declared: tuple[Declared, ...]
    faults: tuple[Fault, ...]
    exports: int
    stages: tuple[StageState, ...]
    package: PackageWord
    edited: tuple[str, ...] = ()
    failed: str | None = None
    running: bool = False
    beside: bool = False
    notice: str | None = None

    @property
    def blanks(self) -> int:
        return sum(fault.code == BLANK for fault in self.faults)


def look_at(fiscal_year: int, root: str = ".") -> YearState:
    """The state of a year, from the start page; raises ``ParameterError`` for a root without data."""
    sit_down()
    return year_state(find_root(Path(root)), fiscal_year)


def year_state(root: Path, fiscal_year: int) -> YearState:
    """The state of a year whose folder may be missing altogether."""
    folder = Root(root).raw(fiscal_year)
    faults = tuple(check_year(root, fiscal_year)) if folder.is_dir() else ()
    exports = folder / "exports"
    package, edited = _package(root, fiscal_year, sound=not faults)
    return YearState(
        fiscal_year=fiscal_year,
        declared=_declared(folder, faults),
        faults=faults,
        exports=sum(1 for one in exports.rglob("*") if one.is_file()) if exports.is_dir() else 0,
        stages=_stages(root, fiscal_year, sound=not faults),
        package=package,
        edited=edited,
        failed=_failed(root, fiscal_year),
        running=_running(root, fiscal_year),
        beside=root.resolve() == NOTEBOOKS.parent,
        notice=_notice(root, fiscal_year) if folder.is_dir() else None,
    )


def _notice(root: Path, fiscal_year: int) -> str | None:
    try:
        year = load_partly(root, fiscal_year)[0]
    except YearFileError:
        return None
    return year.year.notice if year else None


def _declared(folder: Path, faults: Sequence[Fault]) -> tuple[Declared, ...]:
    found = []
    for file, words in AUTHORED.items():
        own = [fault for fault in faults if fault.file.endswith(f"{folder.name}/{file}")]
        blanks = sum(fault.code == BLANK for fault in own)
        unanswered = _unanswered(folder) if file == review_remarks.NAME and not own else 0
        found.append(
            Declared(
                file=file,
                words=words,
                there=(folder / file).is_file(),
                blanks=blanks,
                faults=len(own) - blanks,
                open=unanswered,
            )
        )
    return tuple(found)


def _unanswered(folder: Path) -> int:
    """Of a file without faults."""
    remarks = review_remarks.load_remarks(folder.parents[2], int(folder.name)).remarks
    return sum(not one.answer for one in remarks)


def _stages(root: Path, fiscal_year: int, *, sound: bool) -> tuple[StageState, ...]:
    """Each stage by itself, and stale too where one that it builds on is."""
    if not sound or not Root(root).has_year(fiscal_year):
        return tuple(StageState(stage, "blocked") for stage in STAGES)
    current, found = Current(root, fiscal_year), []
    for stage in STAGES:
        if not (current.processed / stage.output).is_file():
            found.append(StageState(stage, "absent"))
            continue
        first = current.first_not(stage)
        why = "" if first is None else first[1] if first[0] == stage else f"{first[0].name}：{first[1]}"
        found.append(StageState(stage, "stale" if first else "done", why))
    return tuple(found)


def _package(root: Path, fiscal_year: int, *, sound: bool) -> tuple[PackageWord, tuple[str, ...]]:
    final = Root(root).package(fiscal_year)
    if not (final / manifest.NAME).is_file():
        return "absent", ()
    if edited := by_hand.changed(final):
        return "edited", edited
    if not sound:
        return "stale", ()
    described = manifest.basis(fiscal_year, input_files(root, fiscal_year))
    return ("current" if manifest.is_current(final, described) else "stale"), ()


def _failed(root: Path, fiscal_year: int) -> str | None:
    try:
        return (Root(root).failed(fiscal_year) / "error.txt").read_text(encoding="utf-8").strip()
    except OSError:
        return None


def _running(root: Path, fiscal_year: int) -> bool:
    path = Root(root).lock(fiscal_year)
    if not path.is_file():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True
    except (OSError, NotImplementedError):
        return False


# --- what comes next ------------------------------------------------------------------------------


def next_step(state: YearState) -> str:
    """One sentence, in Markdown; links lead to the notebooks beside the start page."""
    year = state.fiscal_year
    if state.running:
        return f"{year} 年度正在运行，等它结束后重新运行本笔记本。"
    if not any(one.there for one in state.declared):
        return f"还没有 {year} 年度的文件：导出文件放进 `data/raw/{year}/exports/`，再运行 `selfeval new-year {year}`。"
    if state.blanks and state.blanks == len(state.faults):
        return f"填好上面列出的 {state.blanks} 处待填，再运行 `selfeval check --year {year}`。"
    if state.faults:
        return f"改正上面列出的 {len(state.faults)} 处问题，再运行 `selfeval check --year {year}`。"
    waiting = next((one for one in state.stages if one.word != "done"), None)
    if state.failed and waiting:
        return (
            f"上次运行没有完成：按上面的说明改正，再打开 {_link(waiting.stage)} 或运行 `selfeval run --year {year}`。"
        )
    if waiting:
        return f"打开 {_link(waiting.stage)}，从头运行；或运行 `selfeval run --year {year}`，五步一次做完。"
    if unanswered := sum(one.open for one in state.declared):
        return (
            f"有 {unanswered} 条审核意见尚未答复：在 `data/raw/{year}/{review_remarks.NAME}` 每条的 answer 下写明答复，"
            f"再运行 `selfeval run --year {year}`。"
        )
    if state.package != "current":
        return f"五步都已完成：运行 `selfeval run --year {year}` 生成成套材料。"
    return f"都已完成：看 `reports/{year}/report.html`，用 `selfeval verify reports/{year}` 核验。"


def _link(stage: Stage) -> str:
    return f"[{stage.name[0]} {stage.title}]({stage.name}.ipynb)"
