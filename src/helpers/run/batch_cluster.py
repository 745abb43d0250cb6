"""The workers of a batch: processes on this machine, or somebody's Dask cluster; tasks go to either the same way.

On this machine only the loopback interface is used, by encrypted connections that nobody else can join.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import dask

from helpers.run.batch_projects import BatchRefused, Task
from helpers.run.batch_worker import BESIDE_MB, LEAST_MB, Bounds, Outcome, leave_message, made_by, sees, work

if TYPE_CHECKING:
    from distributed import Client, Future

#: How often a task whose worker died is given to another before it counts as failed.
REDONE = 2
#: Seconds to wait for a scheduler, and for a worker while there is none.
PATIENCE = 60.0
#: Seconds between two looks at what goes on.
TICK = 1.0
#: The share of the machine's memory that workers may take together.
MEMORY_SHARE = 0.8

#: Nothing is served, profiled or printed that nobody asked for.
SETTINGS = {
    "logging": dict.fromkeys(("distributed", "distributed.client", "tornado", "tornado.application"), "critical"),
    # A killed worker comes back by its nanny; a cluster that counts it as lost meanwhile would close the nanny too.
    "distributed.deploy.lost-worker-timeout": "365 days",
    # Each process looks at itself ten to fifty times a second otherwise, for pages that nobody opens.
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "1s",
    "distributed.diagnostics.nvml": False,
    "distributed.scheduler.allowed-failures": REDONE,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "500ms",
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.preload": ["helpers.run.batch_worker"],
}


@dataclass(frozen=True)
class Workers:
    """``bounds`` of each; None on a cluster whose workers have their own. ``said``: what the caller should know."""

    client: Client
    count: int
    bounds: Bounds | None
    said: str | None = None


def local_bounds(workers: int | None) -> tuple[int, Bounds]:
    """How many workers, and what each may take: cores and memory are shared out among them.

    ``workers`` None: one a core. Never more than there is memory for.
    """
    from dask.system import CPU_COUNT
    from distributed.system import MEMORY_LIMIT

    memory = int(MEMORY_LIMIT * MEMORY_SHARE) // 10**6
    fit = max(1, memory // (BESIDE_MB + LEAST_MB))
    count = min(workers or CPU_COUNT, fit)
    return count, Bounds(max(1, CPU_COUNT // count), memory // count)


def _load() -> None:
    """Import distributed, quiet as our settings have it. Its own have to be there before others are set for a while:
    what was not there before would be taken away afterwards, and its own with it."""
    with dask.config.set({"logging": SETTINGS["logging"]}):
        import distributed  # noqa: F401


@contextmanager
def local_workers(asked: int | None, tasks: int) -> Iterator[Workers]:
    """Processes of this machine; whatever happens, they have ended afterwards."""
    _load()
    with dask.config.set(SETTINGS):
        from distributed import Client, LocalCluster
        from distributed.security import Security

        count, bounds = local_bounds(min(asked, tasks) if asked else None)
        said = f"内存只够 {count} 个工作进程，没有开 {asked} 个" if asked and count < min(asked, tasks) else None
        if count > tasks:
            count, bounds = local_bounds(tasks)
        security = Security.temporary()
        try:
            cluster = LocalCluster(
                n_workers=count,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                memory_limit=bounds.memory_mb * 10**6,
                security=security,
            )
        except (RuntimeError, OSError, TimeoutError) as error:
            raise BatchRefused(
                f"[workers_not_started]  工作进程没有启动：{error}\n"
                "    处理：检查本机回环地址 127.0.0.1 能否使用（Linux：ip link set lo up）、进程数和内存是否受限"
            ) from None
        with cluster, Client(cluster, security=security) as client:
            yield Workers(client, count, bounds, said)


@contextmanager
def cluster_workers(address: str, folder: Path) -> Iterator[Workers]:
    """The workers of the scheduler at ``address``; raises ``BatchRefused`` where they cannot do the work."""
    if not re.fullmatch(r"(tcp|tls|ws|wss)://\S+:\d+/?", address):
        raise BatchRefused(
            f"--scheduler {address}  [bad_address]  不是调度程序的地址\n    处理：写成 tcp://主机:端口，如 tcp://127.0.0.1:8786"
        )
    _load()
    with dask.config.set({"logging": SETTINGS["logging"]}):
        from distributed import Client

        try:
            client = Client(address, timeout=PATIENCE / 4)
        except (OSError, TimeoutError, ValueError):
            raise BatchRefused(
                f"--scheduler {address}  [scheduler_unreachable]  连不上调度程序\n"
                "    处理：核对地址和防火墙；先用 dask scheduler 启动调度程序，再用 dask worker 启动工作进程"
            ) from None
        with client:
            yield Workers(client, _asked(client, address, folder), None)


def _asked(client: Client, address: str, folder: Path) -> int:
    """How many workers there are, after each has said that it has the same program and sees the same folder."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE / 4)
        answers = client.run(sees, str(folder), on_error="return")
    except TimeoutError:
        raise BatchRefused(
            f"--scheduler {address}  [no_workers]  调度程序下没有工作进程\n    处理：先用 dask worker {address} 启动"
        ) from None
    code = made_by()
    for worker, answer in sorted(answers.items()):
        if isinstance(answer, Exception) or answer[0] != code:
            raise BatchRefused(
                f"--scheduler {address}  [workers_differ]  工作进程 {worker} 所用的程序与本机不同"
                f"{f'（{answer}）' if isinstance(answer, Exception) else ''}\n"
                "    处理：各机装同一版本的程序和环境，重启工作进程后再运行"
            )
        if not answer[1]:
            raise BatchRefused(
                f"--scheduler {address}  [folder_unseen]  工作进程 {worker} 看不到 {folder}\n"
                "    处理：让各机以同一路径挂载该文件夹"
            )
    return len(answers)


# --- the work -------------------------------------------------------------------------------------


def run_tasks(
    workers: Workers,
    folder: Path,
    tasks: Sequence[Task],
    heard: Callable[[Outcome | None], None],
    *,
    patience: float = PATIENCE,
    doing: Callable[[str, Task, Bounds | None, tuple[str, str | None]], Outcome] = work,
) -> list[Outcome]:
    """Every task's outcome, in the order in which they ended; ``heard`` is told each, and None now and then.

    As many tasks are out as there are workers, so that a worker's death strikes no task but the one it was at.
    """
    from distributed import wait

    client, left, lonely, code = workers.client, deque(tasks), 0.0, made_by()
    out: dict[Future, Task] = {}
    ended: list[Outcome] = []

    def end(outcome: Outcome) -> None:
        if outcome.message is not None and outcome.facts is None:
            leave_message(folder / outcome.task.place, outcome.task.fiscal_year, outcome.message)
        ended.append(outcome)
        heard(outcome)

    while left or out:
        try:
            alive = len(client.nthreads())
        except Exception as error:  # noqa: BLE001 - whatever breaks between here and the scheduler
            return _given_up(
                f"[scheduler_lost]  与调度程序的连接中断（{type(error).__name__}）", [*out.values(), *left], end, ended
            )
        lonely = 0.0 if alive else lonely + TICK
        if lonely > patience:
            client.cancel(list(out))
            return _given_up("[no_workers]  没有可用的工作进程", [*out.values(), *left], end, ended)
        while left and len(out) < max(1, alive):
            task = left.popleft()
            future = client.submit(doing, str(folder), task, workers.bounds, code, pure=False)
            out[future] = task
        try:
            done = wait(list(out), timeout=TICK, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            heard(None)
            continue
        for future in done:
            end(_outcome(future, out.pop(future)))
    return ended


def _outcome(future: Future, task: Task) -> Outcome:
    from distributed import KilledWorker

    try:
        found: Outcome = future.result()
        return found
    except KilledWorker:
        why = f"[worker_killed]  工作进程运行该项目时被系统终止 {REDONE + 1} 次，多半是内存不足"
        return Outcome(task=task, message=f"{why}\n    处理：减少 --workers，或换内存更大的机器后重新运行")
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return Outcome(task=task, message=f"[worker_failed]  {type(error).__name__}：{error}")


def _given_up(why: str, tasks: Sequence[Task], end: Callable[[Outcome], None], ended: list[Outcome]) -> list[Outcome]:
    for task in tasks:
        end(Outcome(task=task, message=f"{why}，该项目没有运行完\n    处理：恢复后再运行同一命令，已完成的不会重做"))
    return ended
