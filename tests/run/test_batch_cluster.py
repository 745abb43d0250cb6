"""Workers of a batch: bounded, on loopback only; a killed one's task is redone; a cluster of somebody else's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import psutil
import pytest

from helpers.run import batch_cluster, batch_worker
from helpers.run.batch_cluster import Workers, cluster_workers, local_bounds, local_workers, run_tasks
from helpers.run.batch_projects import BatchRefused, Task
from helpers.run.batch_worker import Bounds, Outcome
from helpers.run.parameters import ParameterError
from helpers.run.run_year import Published, RunStopped
from tests import small_year
from tests.report import sample_results
from tests.run import batch_doings

PLACES = ("a", "b", "killed", "c", "raises")
TASKS = [Task(place, 2024) for place in PLACES]


def quiet(outcome: Outcome | None) -> None:
    """Nobody listens."""


def run(workers: Workers, folder: Path, doing: Any, tasks: list[Task] = TASKS, **more: Any) -> dict[str, Outcome]:
    ended = run_tasks(workers, folder, tasks, more.pop("heard", quiet), doing=doing, **more)
    assert len(ended) == len(tasks)
    return {one.task.place: one for one in ended}


def tries(folder: Path) -> dict[str, int]:
    return {place: len((folder / f"{place}.tries").read_text(encoding="utf-8")) for place in PLACES}


@pytest.fixture(scope="module")
def two() -> Iterator[Workers]:
    with local_workers(2, 24) as there:
        yield there


# --- this machine ---------------------------------------------------------------------------------


def test_a_killed_workers_task_is_redone_and_the_others_go_on(two: Workers, tmp_path: Path) -> None:
    found = run(two, tmp_path, batch_doings.dies_once)
    assert all(one.facts for one in found.values())
    begun = tries(tmp_path)
    assert begun["killed"] == 2 and begun["c"] == begun["raises"] == 1
    assert begun["a"] <= 2 and begun["b"] <= 2  # a result that the killed worker still held is asked for again


def test_a_task_that_kills_and_one_that_fails_are_said_and_the_others_go_on(two: Workers, tmp_path: Path) -> None:
    (tmp_path / "killed").mkdir()
    found = run(two, tmp_path, batch_doings.dies_always)
    assert {place for place, one in found.items() if one.facts} == {"a", "b", "c"}
    assert tries(tmp_path)["killed"] == 1 + batch_cluster.REDONE and tries(tmp_path)["raises"] == 1
    killed, raised = str(found["killed"].message), str(found["raises"].message)
    assert (
        killed.startswith("[worker_killed]  工作进程运行该项目时被系统终止 3 次") and "处理：减少 --workers" in killed
    )
    assert raised == "[worker_failed]  ZeroDivisionError：by nothing"
    left = tmp_path / "killed" / "reports" / "2024.failed" / "error.txt"
    assert left.read_text(encoding="utf-8") == f"{killed}\n"


def test_every_library_of_a_worker_is_bounded(two: Workers, tmp_path: Path) -> None:
    bounds = Bounds(1, 3000)
    there = Workers(two.client, two.count, bounds)
    found = run(there, tmp_path, batch_doings.bounded, TASKS[:1])
    # Arrow's two pools, BLAS, DuckDB's memory and threads; and Ctrl-C is the caller's.
    assert found["a"].message == f"1 1 1 {3000 - batch_worker.BESIDE_MB} 1 True"


def test_only_the_loopback_listens_and_connections_are_encrypted(two: Workers) -> None:
    assert str(two.client.scheduler.address).startswith("tls://127.0.0.1:")
    own = psutil.Process()
    held = [c for p in (own, *own.children(recursive=True)) for c in p.net_connections("inet")]
    listening = {c.laddr.ip for c in held if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}
    assert {c.raddr.ip for c in held if c.raddr} <= {"127.0.0.1"}


@pytest.mark.parametrize(
    ("cores", "gigabytes", "asked", "expected"),
    [
        (2, 24, None, (2, Bounds(1, 9600))),
        (8, 24, 2, (2, Bounds(4, 9600))),
        (16, 8, None, (2, Bounds(8, 3200))),  # memory for two
        (4, 1, 4, (1, Bounds(4, 800))),
        (2, 240, 5, (5, Bounds(1, 38400))),
    ],
)
def test_cores_and_memory_are_shared_out(
    monkeypatch: pytest.MonkeyPatch, cores: int, gigabytes: int, asked: int | None, expected: tuple[int, Bounds]
) -> None:
    monkeypatch.setattr("dask.system.CPU_COUNT", cores)
    monkeypatch.setattr("distributed.system.MEMORY_LIMIT", gigabytes * 10**9)
    assert local_bounds(asked) == expected


def test_workers_that_do_not_start_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: object) -> None:
        raise RuntimeError("Cluster failed to start")

    monkeypatch.setattr("distributed.LocalCluster", fails)
    with pytest.raises(BatchRefused, match=r"\[workers_not_started\](.|\n)*127\.0\.0\.1"), local_workers(1, 1):
        pass


# --- somebody's cluster ---------------------------------------------------------------------------


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A plain cluster, as `dask scheduler` and `dask worker` start it."""
    with dask.config.set({"logging": {"distributed": "critical"}}):
        from distributed import LocalCluster

        with LocalCluster(
            n_workers=getattr(request, "param", 1),
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
        ) as there:
            yield there


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_cluster, "PATIENCE", 4.0)


@pytest.mark.parametrize("cluster", [2], indirect=True)
def test_a_schedulers_two_workers_of_which_one_is_killed(cluster: Any, tmp_path: Path) -> None:
    with cluster_workers(cluster.scheduler_address, tmp_path) as there:
        assert there.count == 2 and there.bounds is None
        found = run(there, tmp_path, batch_doings.dies_once)
        assert all(one.facts for one in found.values()) and tries(tmp_path)["killed"] == 2
        bound = str(run(there, tmp_path, batch_doings.bounded, TASKS[:1])["a"].message).split()
    assert bound[:3] == ["1", "1", "1"] and int(bound[3]) >= batch_worker.LEAST_MB


def test_what_a_cluster_cannot_do_is_refused(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = cluster.scheduler_address
    with (
        pytest.raises(BatchRefused, match=r"\[folder_unseen\]  工作进程 tcp://127"),
        cluster_workers(address, tmp_path / "elsewhere"),
    ):
        pass
    monkeypatch.setattr(batch_cluster, "made_by", lambda: ("another", None))
    with (
        pytest.raises(BatchRefused, match=r"\[workers_differ\]  工作进程 tcp://127"),
        cluster_workers(address, tmp_path),
    ):
        pass


def test_a_cluster_whose_workers_go_is_given_up_and_said(cluster: Any, tmp_path: Path) -> None:
    with cluster_workers(cluster.scheduler_address, tmp_path) as there:
        found = run(
            there,
            tmp_path,
            batch_doings.waits,
            TASKS[:3],
            patience=2.0,
            heard=lambda outcome: cluster.scale(0) if outcome is None else None,
        )
    assert {str(one.message)[:12] for one in found.values()} == {"[no_workers]"}
    assert "已完成的不会重做" in str(found["a"].message)


def test_a_scheduler_that_goes_is_said(cluster: Any, tmp_path: Path) -> None:
    with cluster_workers(cluster.scheduler_address, tmp_path) as there:
        close = [cluster.close]
        found = run(
            there,
            tmp_path,
            batch_doings.waits,
            TASKS[:2],
            heard=lambda outcome: close.pop()() if close and outcome is None else None,
        )
    assert {str(one.message)[:16] for one in found.values()} <= {"[scheduler_lost]", "[worker_failed] "}


@pytest.mark.parametrize("cluster", [0], indirect=True)
def test_a_scheduler_without_workers_is_refused(cluster: Any, tmp_path: Path, impatient: None) -> None:
    with (
        pytest.raises(BatchRefused, match=r"\[no_workers\]  调度程序下没有工作进程\n    处理：先用 dask worker tcp://"),
        cluster_workers(cluster.scheduler_address, tmp_path),
    ):
        pass


@pytest.mark.parametrize(
    ("address", "code"), [("127.0.0.1:8786", "bad_address"), ("tcp://127.0.0.1:9", "scheduler_unreachable")]
)
def test_an_address_where_nobody_answers_is_refused(address: str, code: str, tmp_path: Path, impatient: None) -> None:
    with pytest.raises(BatchRefused, match=rf"\[{code}\](.|\n)*处理："), cluster_workers(address, tmp_path):
        pass


# --- what one worker does -------------------------------------------------------------------------


def test_an_earlier_message_is_replaced_and_another_run_left_alone(tmp_path: Path) -> None:
    failed = tmp_path / "reports" / "2024.failed"
    failed.mkdir(parents=True)
    (failed / "results.json").write_text("of an earlier run", encoding="utf-8")
    batch_worker.leave_message(tmp_path, 2024, "[run_active]  正在运行")
    assert (failed / "results.json").is_file()
    batch_worker.leave_message(tmp_path, 2024, "[unknown_key]  甲")
    assert [p.name for p in failed.iterdir()] == ["error.txt"]
    (failed / "notebooks").mkdir()
    batch_worker.leave_message(tmp_path, 2024, "[unknown_key]  甲")  # the run left it, with what it had made
    assert (failed / "notebooks").is_dir()


def test_a_worker_of_another_program_does_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(batch_worker, "_memory", lambda: 7)
    (tmp_path / "a").mkdir()
    found = batch_worker.work(str(tmp_path), Task("a", 2024), Bounds(1, 2000), ("another", None))
    assert str(found.message).startswith("[workers_differ]") and found.facts is None and found.peak_mb == 7
    unseen = batch_worker.work(str(tmp_path), Task("b", 2024), Bounds(1, 2000), batch_worker.made_by())
    assert str(unseen.message).startswith("[root_unseen]") and not (tmp_path / "b").exists()


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root on which this process works as a worker would, without its settings staying."""
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr(batch_worker, "_memory", lambda: 7)
    small_year.write(tmp_path / "a", small_year.head() + "  log: {title: 登记簿, files: exports/*.csv}\n")
    (tmp_path / "a" / "reports" / "2024.failed").mkdir(parents=True)
    return tmp_path


def working(folder: Path) -> Outcome:
    return batch_worker.work(str(folder), Task("a", 2024), Bounds(1, 2000), batch_worker.made_by())


@pytest.mark.parametrize("fresh", [True, False])
def test_a_finished_year_becomes_its_figures(alone: Path, fresh: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    results: Any = sample_results.fy2024()
    monkeypatch.setattr(batch_worker, "run_year", lambda root, year: Published(root, fresh, results))
    found = working(alone)
    assert found.facts and found.facts.total == results["score"]["total"] and found.fresh is fresh
    assert found.message is None and found.peak_mb == 7
    # A message of a state that was taken back since does not stay beside a current package.
    assert (alone / "a" / "reports" / "2024.failed").exists() is fresh


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RunStopped("[gate_stop]  停"), "[gate_stop]  停"),
        (ParameterError("[bad_parameter]  错"), "[bad_parameter]  错"),
        (ZeroDivisionError("by nothing"), "[program_fault]  ZeroDivisionError：by nothing"),
    ],
)
def test_a_stopped_year_becomes_its_message_and_its_names(
    alone: Path, error: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(root: Path, year: int) -> None:
        raise error

    monkeypatch.setattr(batch_worker, "run_year", stops)
    found = working(alone)
    assert (found.facts, found.message, found.unit, found.project) == (None, message, "某单位", "信息化运维")
    left = alone / "a" / "reports" / "2024.failed" / "error.txt"
    assert left.read_text(encoding="utf-8") == f"{message}\n"
    (alone / "a" / "data" / "raw" / "2024" / "year.yml").write_text("{", encoding="utf-8")
    assert working(alone).unit is None


def test_workers_can_be_asked_for_twice_in_a_process() -> None:
    """Settings that were made before distributed was imported took its own with them when they ended."""
    code = (
        "from helpers.run.batch_cluster import local_workers\n"
        "if __name__ == '__main__':\n"
        "    for _ in range(2):\n"
        "        with local_workers(1, 1) as workers: print(workers.count)\n"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["1", "1"]), done.stderr
