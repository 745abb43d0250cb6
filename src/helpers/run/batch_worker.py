"""What one worker process of a batch does: a project year within its bounds, and what came of it in one object.

A worker stays alive between tasks, and with it the warm server from which its stage kernels are forked.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from ruamel.yaml import YAML

from helpers.report.portfolio_facts import Facts, facts_of
from helpers.run.batch_projects import Task
from helpers.run.code_reach import program_sha256, read_sources
from helpers.run.get_warm import get_warm
from helpers.run.left_behind import error_text
from helpers.run.looked_at import looked_at_every
from helpers.run.parameters import ParameterError
from helpers.run.run_year import RunStopped, run_year
from helpers.run.stage_record import lock_sha256
from helpers.year.engine import MOST_MEMORY, MOST_THREADS
from helpers.year.faults import YearFileError
from helpers.year.root import Root

#: Each counts its threads by one of these, read when its library is loaded. Arrow's pool goes by OMP_NUM_THREADS.
THREAD_VARIABLES = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
    *("ARROW_IO_THREADS", MOST_THREADS),
)
#: What a worker takes beside DuckDB: its own process, the warm server and a stage's kernel, in megabytes.
BESIDE_MB = 1200
#: DuckDB gets no less than this, in megabytes: a long log is then spilled to disk.
LEAST_MB = 1000
#: Seconds between two looks at memory: each goes through all processes of the machine.
WATCHED = 2.0
#: Settings and working folders belong to the process, so that one year runs in it at a time.
_ONE = threading.Lock()


@dataclass(frozen=True)
class Bounds:
    """What one worker may take: threads of each library, and memory in megabytes."""

    threads: int
    memory_mb: int


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a task: ``facts``, or the ``message`` of one screen. ``fresh``: whether it was run now.

    ``unit`` and ``project`` as declared, where the year files can be read; ``peak_mb``: the most memory that the
    worker and its children held at one time.
    """

    task: Task
    facts: Facts | None = None
    message: str | None = None
    unit: str | None = None
    project: str | None = None
    fresh: bool = True
    seconds: float = 0.0
    peak_mb: int = 0


def made_by() -> tuple[str, str | None]:
    """What must be the same on all workers, or the packages would differ: the code and the lock."""
    return program_sha256(read_sources()), lock_sha256()


def sees(folder: str) -> tuple[tuple[str, str | None], bool]:
    """Asked of each worker before the first task: what it is, and whether it sees the folder."""
    return made_by(), Path(folder).is_dir()


def work(folder: str, task: Task, bounds: Bounds | None, code: tuple[str, str | None]) -> Outcome:
    """Run one project year; whatever stops it is in the outcome, as one screen."""
    start = time.perf_counter()
    root = Path(folder) / task.place
    with _ONE, _memory_watched() as peak:
        _bound(bounds or _own_bounds())
        found = _run(root, task, code)
    return Outcome(task=task, seconds=time.perf_counter() - start, peak_mb=peak[0], **found)


def _run(root: Path, task: Task, code: tuple[str, str | None]) -> dict[str, Any]:
    try:
        if made_by() != code:
            raise RunStopped("[workers_differ]  工作进程所用的程序与本机不同\n    处理：各机装同一版本后重新运行")
        if not root.is_dir():
            raise RunStopped(f"[root_unseen]  工作进程看不到 {root}\n    处理：让各机以同一路径挂载该文件夹")
        get_warm(root, task.fiscal_year)
        done = run_year(root, task.fiscal_year)
    except (YearFileError, ParameterError, RunStopped) as stopped:
        message = str(stopped)
    except Exception as error:  # noqa: BLE001 - one project's fault must not end the others
        message = f"[program_fault]  {type(error).__name__}：{error}"
    else:
        if not done.fresh:
            shutil.rmtree(Root(root).failed(task.fiscal_year), ignore_errors=True)  # of a state that was taken back
        return {"facts": facts_of(done.results), "fresh": done.fresh}
    leave_message(root, task.fiscal_year, message)
    return {"message": message, **_named(root, task.fiscal_year)}


def leave_message(root: Path, fiscal_year: int, message: str) -> None:
    """``reports/<year>.failed/error.txt``, where the run itself has not left it; never over another run's."""
    if "[run_active]" in message or not root.is_dir():
        return
    failed = Root(root).failed(fiscal_year)
    text = error_text(message, root)
    with contextlib.suppress(OSError):
        if (failed / "error.txt").is_file() and (failed / "error.txt").read_text(encoding="utf-8") == text:
            return
        shutil.rmtree(failed, ignore_errors=True)
        failed.mkdir(parents=True)
        (failed / "error.txt").write_text(text, encoding="utf-8")


def _named(root: Path, fiscal_year: int) -> dict[str, str]:
    """Unit and project as year.yml has them, however faulty the rest of it is."""
    try:
        text = (Root(root).raw(fiscal_year) / "year.yml").read_text(encoding="utf-8")
        declared = YAML(typ="safe", pure=True).load(text)
        named = {"unit": declared["institution"], "project": declared["project"]}
    except Exception:  # noqa: BLE001 - what stopped the year has been said already
        return {}
    return {key: name for key, name in named.items() if isinstance(name, str)}


# --- bounds ---------------------------------------------------------------------------------------


def _bound(bounds: Bounds) -> None:
    """For this process's children: the server of the kernels takes the environment over."""
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(bounds.threads)))
    os.environ[MOST_MEMORY] = str(max(LEAST_MB, bounds.memory_mb - BESIDE_MB))
    # A cluster's workers are daemons, which may have no children; this one ends them itself.
    multiprocessing.current_process().daemon = False


def _own_bounds() -> Bounds:
    """On somebody's cluster: what the worker was started with."""
    from distributed import get_worker
    from distributed.system import MEMORY_LIMIT

    worker = get_worker()
    limit = worker.memory_manager.memory_limit or MEMORY_LIMIT // 2
    return Bounds(max(1, worker.state.nthreads), int(limit) // 10**6)


@contextlib.contextmanager
def _memory_watched() -> Iterator[list[int]]:
    """The most memory of this process and all below it, in megabytes, looked at every two seconds.

    What is shared is counted page by page, which takes longer than much of the work that is watched: this is done
    only where all processes together hold more than at any time before.
    """
    peak, most = [0], 0

    def look() -> None:
        nonlocal most
        held = _memory(shared_once=False)
        if held > most:
            most, peak[0] = held + held // 20, max(peak[0], _memory())

    try:
        with looked_at_every(WATCHED, look):
            yield peak
    finally:
        peak[0] = max(peak[0], _memory())


def _memory(*, shared_once: bool = True) -> int:
    """Megabytes. What forked processes share is counted once, where the platform tells and it is asked for."""
    own = psutil.Process()
    total = 0
    for process in (own, *own.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            info = process.memory_full_info() if shared_once else process.memory_info()
            total += getattr(info, "pss", info.rss)
    return total // 10**6


def dask_setup(worker: Any) -> None:  # noqa: ARG001 - called by distributed with the worker
    """Ctrl-C reaches the whole group of processes; only the caller answers it, and then ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
