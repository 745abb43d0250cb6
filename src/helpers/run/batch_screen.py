"""What a batch shows while it runs: a bar with an estimate on a terminal, and a line for each finished task."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from helpers.files.on_screen import on_screen
from helpers.files.personal_data import masked
from helpers.report.wording import number_text
from helpers.run.batch import PAGE, TABLE, Batch, short_reason
from helpers.run.batch_cluster import Workers
from helpers.run.batch_projects import Found
from helpers.run.batch_worker import Outcome
from helpers.year.root import Root

Print = Callable[[str], None]
#: Failures that are told one by one at the end; the portfolio has all of them.
SHOWN = 15


def seconds_left(spent: Sequence[float], left: int, workers: int) -> float | None:
    """How long the rest will take, from the tasks that were run so far; None while none was.

    ``spent``: seconds of each; ``left``: tasks that have not ended; ``workers``: how many run at a time.
    """
    if not spent or not left:
        return None if left else 0.0
    rounds = max(left / workers, 1.0) - 0.5  # those at work are half done on the whole
    return sum(spent) / len(spent) * rounds


def duration(seconds: float) -> str:
    """1小时20分 · 12分钟 · 40秒."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{round(seconds)}秒"
    return f"{minutes}分钟" if minutes < 60 else f"{minutes // 60}小时{minutes % 60}分"


def line_of(outcome: Outcome) -> str:
    """One finished task: place, year, score and grade, or that it failed."""
    name = f"{outcome.task.place} {outcome.task.fiscal_year}"
    facts = outcome.facts
    if facts is None:
        return f"✗ {name}  未完成"
    score = number_text(facts.total) if facts.complete else f"已评{number_text(facts.total)}"
    state = f"{outcome.seconds:.1f} s" if outcome.fresh else "没有变化"
    return f"✓ {name}  得分 {score}  等级 {facts.grade or '无法判定'}  {state}"


@contextmanager
def screen(found: Found, workers: Workers, echo: Print) -> Iterator[Callable[[Outcome | None], None]]:
    """Say what will be done, then each outcome as it comes; ``echo`` prints a line where there is no terminal."""
    projects = len({task.place for task in found.tasks})
    bounds = workers.bounds
    limits = (
        f"，每个 {bounds.threads} 线程、内存 {bounds.memory_mb / 1000:.1f} GB" if bounds else "，之后加入的也分到任务"
    )
    head = [f"{projects} 个项目，{len(found.tasks)} 个项目年度；工作进程 {workers.count} 个{limits}"]
    head += [f"注意：{workers.said}"] if workers.said else []
    head += [f"缺少年度：{task.place} 没有 {task.fiscal_year} 年度的年度文件" for task in found.absent]
    for text in head:
        echo(text)
    whole, ended, spent, start = len(found.tasks), 0, list[float](), time.perf_counter()
    with _bar(whole) as bar:

        def heard(outcome: Outcome | None) -> None:
            nonlocal ended
            if outcome is not None:
                ended += 1
                spent.extend([outcome.seconds] if outcome.fresh and outcome.facts else [])
            left = seconds_left(spent, whole - ended, workers.count)
            rest = "" if left is None else f"约剩 {duration(left)}"
            if outcome is not None:
                (bar.print if bar else echo)(
                    f"[{ended}/{whole}] {line_of(outcome)}" + ("" if bar else f"  {rest}").rstrip()
                )
            if bar:
                bar.show(ended, f"已用 {duration(time.perf_counter() - start)}  {rest}")

        yield heard


def closing(batch: Batch) -> list[str]:
    """How it went: failures with where their whole message lies, the memory that was needed, the portfolio."""
    made = [one for one in batch.outcomes if one.facts]
    again = sum(not one.fresh for one in made)
    lines = [
        f"完成 {len(made)} 个项目年度（其中没有变化、未重跑的 {again} 个），未完成 {len(batch.failed)} 个"
        + (f"，缺少年度 {len(batch.found.absent)} 个" if batch.found.absent else "")
    ]
    peaks = [one.peak_mb for one in batch.outcomes if one.peak_mb]
    if peaks:
        lines.append(f"每个工作进程（含其内核）内存最多 {max(peaks) / 1000:.2f} GB")
    for one in batch.failed[:SHOWN]:
        root = batch.folder / one.task.place
        error = Root(root).failed(one.task.fiscal_year) / "error.txt"
        lines.append(f"✗ {one.task.place} {one.task.fiscal_year}：{short_reason(one.message or '', root)}")
        lines += [f"    全文：{error}"] if error.is_file() else []
    if len(batch.failed) > SHOWN:
        lines.append(f"    另有 {len(batch.failed) - SHOWN} 个未完成，逐个列在汇总的“未能完成自评的项目”里")
    return [*lines, f"汇总：{batch.portfolio / PAGE}", f"      {batch.portfolio / TABLE}"]


class _Bar:
    """rich's bar with our own words behind it."""

    def __init__(self, whole: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self.progress = Progress(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True, markup=False, highlight=False),
            transient=True,
        )
        self.task = self.progress.add_task("", total=whole)

    def print(self, text: str) -> None:
        self.progress.console.print(masked(on_screen(text)))

    def show(self, ended: int, words: str) -> None:
        self.progress.update(self.task, completed=ended, description=words)


@contextmanager
def _bar(whole: int) -> Iterator[_Bar | None]:
    """On a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = _Bar(whole)
    with bar.progress:
        yield bar
