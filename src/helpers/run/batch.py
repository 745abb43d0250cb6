"""Many project years at once, and their portfolio: one page and one table, published together or not at all."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from helpers.report.portfolio import Entry, make_portfolio
from helpers.run.batch_cluster import Workers, cluster_workers, local_workers, run_tasks
from helpers.run.batch_projects import BatchRefused, Found, Task, find_projects
from helpers.run.batch_worker import Outcome
from helpers.run.publish import publish, repair
from helpers.year.root import Root

PAGE, TABLE = "portfolio.html", "portfolio.parquet"
#: Lines of a reason that stand in the list; the whole screen is in error.txt.
LONGEST_REASON = 300


@dataclass(frozen=True)
class Batch:
    """What was run, by place and year; ``portfolio`` is the folder that was published."""

    folder: Path
    outcomes: tuple[Outcome, ...]
    found: Found
    portfolio: Path

    @property
    def failed(self) -> tuple[Outcome, ...]:
        return tuple(one for one in self.outcomes if one.facts is None)


#: Told once what there is to do, then each outcome, and None now and then.
Listener = Callable[[Found, Workers], AbstractContextManager[Callable[[Outcome | None], None]]]


def run_batch(
    folder: Path,
    years: Sequence[int],
    listener: Listener,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    out: Path | None = None,
) -> Batch:
    """Run the asked years of every project at or below ``folder``, then publish the portfolio.

    What is current already is not run again. Raises ``BatchRefused`` before anything is run; a project's own
    failure is in its outcome.
    """
    if workers is not None and scheduler is not None:
        raise BatchRefused("[workers_or_scheduler]  --workers 和 --scheduler 只能写一个\n    处理：去掉其中一个")
    if workers is not None and workers < 1:
        raise BatchRefused(f"--workers {workers}  [bad_workers]  工作进程至少 1 个\n    处理：写 1 或更大的整数")
    found = find_projects(folder, years)
    folder = folder.resolve()
    target = (out or folder / "portfolio").resolve()
    work = _staging(target)
    try:
        opened = (
            cluster_workers(scheduler, folder) if scheduler is not None else local_workers(workers, len(found.tasks))
        )
        with opened as there, listener(found, there) as heard:
            outcomes = sorted(run_tasks(there, folder, in_turn(found.tasks), heard), key=lambda one: one.task)
        write_portfolio(work, target, folder, outcomes, found.absent)
        publish(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Batch(folder, tuple(outcomes), found, target)


def in_turn(tasks: Iterable[Task]) -> list[Task]:
    """The tasks as they are run: year by year, since a year takes over the tables of the one before."""
    return sorted(tasks, key=lambda task: (task.fiscal_year, task.place))


def _staging(target: Path) -> Path:
    """An empty folder beside the portfolio, which may be an earlier one, and nothing else."""
    repair(target)
    if target.exists() and not (target.is_dir() and {p.name for p in target.iterdir()} <= {PAGE, TABLE}):
        raise BatchRefused(
            f"{target}  [out_not_portfolio]  已有同名的文件或文件夹，且不是以前的汇总，没有改动\n"
            "    处理：用 --out 另写一个文件夹"
        )
    work = target.with_name(f".{target.name}.next")
    try:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
    except OSError as error:
        raise BatchRefused(
            f"{target}  [not_writable]  不能写入汇总：{error.strerror}\n    处理：给写权限，或用 --out 另写一个文件夹"
        ) from None
    return work


# --- the portfolio --------------------------------------------------------------------------------


def write_portfolio(
    work: Path, target: Path, folder: Path, outcomes: Sequence[Outcome], absent: Sequence[Task] = ()
) -> None:
    """Both files in ``work``, with links as they will hold in ``target``."""
    from helpers.formats.portfolio_page import portfolio_page
    from helpers.formats.portfolio_parquet import portfolio_parquet

    entries = [_entry(one, target, folder) for one in outcomes]
    portfolio = make_portfolio(entries, [(task.place, task.fiscal_year) for task in absent])
    (work / PAGE).write_text(portfolio_page(portfolio), encoding="utf-8", newline="\n")
    (work / TABLE).write_bytes(portfolio_parquet(portfolio))


def _entry(outcome: Outcome, target: Path, folder: Path) -> Entry:
    task = outcome.task
    root = folder / task.place
    report = Root(root).package(task.fiscal_year) / "report.html"
    return Entry(
        place=task.place,
        fiscal_year=task.fiscal_year,
        facts=outcome.facts,
        failure=short_reason(outcome.message or "", root) if outcome.facts is None else None,
        report=Path(os.path.relpath(report, target)).as_posix() if outcome.facts else None,
        unit=outcome.unit,
        project=outcome.project,
    )


def short_reason(message: str, root: Path) -> str:
    """A screen as one line: the stage that stopped, and the first line with a code; no path of this machine."""
    lines = [line.strip() for line in message.replace(f"{root}/", "").replace(str(root), ".").splitlines()]
    coded = [at for at, line in enumerate(lines) if re.search(r"\[[a-z_]+\]", line)]
    if not coded:
        told = next((line for line in lines if line), "没有说明")
    else:
        at = coded[0]
        # A code alone, or one whose sentence goes on below: the next line belongs to it.
        more = lines[at + 1] if at + 1 < len(lines) and re.search(r"[：:\]]$", lines[at]) else ""
        told = lines[at].removeprefix("原因：") + more
        if lines[0].startswith("✗") and at:
            told = f"{lines[0].removeprefix('✗').strip()}。{told}"
        others = sum(bool(re.search(r"^\S+:\d+  \[[a-z_]+\]", line)) for line in lines[at + 1 :])
        told += f"（另有{others}处）" if others else ""
    told = re.sub(r"\s+", " ", told)
    return told if len(told) <= LONGEST_REASON else told[: LONGEST_REASON - 1] + "…"
