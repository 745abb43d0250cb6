"""The next stage's kernel waits while a stage is at work: it is taken where it lives, and nobody is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import psutil
import pytest

from helpers.run import kernel_ahead
from helpers.run.kernel import StageKernelManager, start_next
from helpers.run.server import can_serve
from helpers.run.stages import STAGES, run_stage
from helpers.year.engine import MOST_THREADS

pytestmark = pytest.mark.skipif(not can_serve(), reason="no kernels are forked here")


@pytest.fixture(autouse=True)
def _in_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    yield
    kernel_ahead.drop()


def waiting() -> int:
    """The kernel that waits, once it is there."""
    (one,) = kernel_ahead._waiting
    one.start.join()
    assert one.process.pid is not None
    return one.process.pid


def answered(code: str) -> tuple[int, str]:
    """The process of the kernel that a stage here is given, and what it says to an expression."""

    async def ask() -> tuple[int, str]:
        manager = StageKernelManager()
        await manager.start_kernel()
        client = manager.client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=60)
            reply = await client.execute_interactive("", user_expressions={"said": code}, timeout=60)
            return manager.provisioner.pid, reply["content"]["user_expressions"]["said"]["data"]["text/plain"]
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    return asyncio.run(ask())


def test_a_stage_is_given_the_kernel_that_waits_for_it(tmp_path: Path) -> None:
    start_next(tmp_path)
    ahead = waiting()
    assert answered("__import__('os').getcwd()") == (ahead, repr(str(tmp_path)))
    assert not psutil.pid_exists(ahead)
    again, _ = answered("1")
    assert again != ahead, "each stage has a kernel of its own"


def test_a_kernel_that_has_died_while_it_waited_is_replaced(tmp_path: Path) -> None:
    start_next(tmp_path)
    ahead = waiting()
    os.kill(ahead, signal.SIGKILL)
    (one,) = kernel_ahead._waiting
    one.process.join()
    taken, said = answered("40 + 2")
    assert taken != ahead and said == "42"


def test_a_kernel_of_another_folder_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start_next(tmp_path)
    ahead = waiting()
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    taken, said = answered("__import__('os').getcwd()")
    assert taken != ahead and said == repr(str(tmp_path / "other"))
    assert not psutil.pid_exists(ahead)


def test_what_nobody_takes_is_ended_with_its_folder(tmp_path: Path) -> None:
    start_next(tmp_path)
    ahead = waiting()
    (one,) = kernel_ahead._waiting
    kernel_ahead.drop()
    assert not psutil.pid_exists(ahead) and not one.folder.exists() and not kernel_ahead._waiting


def test_where_cores_have_their_work_nothing_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MOST_THREADS, "1")  # as in a batch
    start_next(tmp_path)
    assert not kernel_ahead._waiting


def test_the_first_stage_has_its_kernel_started_before_it_is_executed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no second one where the stage before has started it."""
    seen: list[list[Path]] = []

    def execute(*_: Any, executed: list[Any], **__: Any) -> None:
        seen.append([one.folder for one in kernel_ahead._waiting])
        executed.append("notebook")

    monkeypatch.setattr("papermill.execute_notebook", execute)
    for _ in range(2):
        run_stage(STAGES[0], {"fiscal_year": 2024, "root": "."}, tmp_path / "out.ipynb", tmp_path)
    assert len(seen[0]) == 1 and seen[0] == seen[1]
