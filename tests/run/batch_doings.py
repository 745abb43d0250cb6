"""Tasks for the workers of a batch that are quicker than a year, and deadlier."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from helpers.run import batch_worker
from helpers.run.batch_projects import Task
from helpers.run.batch_worker import Bounds, Outcome
from tests.report.made_facts import facts


def done(task: Task, score: float = 90.0) -> Outcome:
    return Outcome(task=task, facts=facts(score, unit=task.place, fiscal_year=task.fiscal_year), seconds=1.0)


def _tries(folder: str, task: Task) -> int:
    """How often this task was begun, with this one."""
    with (Path(folder) / f"{task.place}.tries").open("a", encoding="utf-8") as file:
        file.write("x")
        return file.tell()


def dies_once(folder: str, task: Task, bounds: Bounds | None, code: Any) -> Outcome:
    """The task called killed ends its worker the first time."""
    if _tries(folder, task) == 1 and task.place == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.2)
    return done(task)


def dies_always(folder: str, task: Task, bounds: Bounds | None, code: Any) -> Outcome:
    _tries(folder, task)
    if task.place == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if task.place == "raises":
        raise ZeroDivisionError("by nothing")
    return done(task)


def waits(folder: str, task: Task, bounds: Bounds | None, code: Any) -> Outcome:
    time.sleep(30)
    return done(task)


CHILD = "import os, pyarrow; print(pyarrow.cpu_count(), pyarrow.io_thread_count(), os.environ['OPENBLAS_NUM_THREADS'])"


def bounded(folder: str, task: Task, bounds: Bounds | None, code: Any) -> Outcome:
    """What a child of the worker finds itself bounded to, instead of an outcome's message."""
    batch_worker._bound(bounds or batch_worker._own_bounds())
    found = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, encoding="utf-8", check=True).stdout
    ignores = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    memory = os.environ[batch_worker.MOST_MEMORY]
    return Outcome(task=task, message=f"{found.strip()} {memory} {os.environ[batch_worker.MOST_THREADS]} {ignores}")
