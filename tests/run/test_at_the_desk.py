"""A stage notebook in somebody's JupyterLab: plain words for declared errors, one lock for Lab and runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock, Timeout
from IPython.core.interactiveshell import InteractiveShell

from helpers.run import at_the_desk, run_year
from helpers.run.at_the_desk import YearActive, hold_until_cell_ends
from helpers.run.run_year import RunStopped
from helpers.run.stages import _failing_line
from helpers.run.workspace import StageOrderError
from helpers.year.faults import Fault, YearFileError
from helpers.year.root import OWN_PROCESSED, Root


class Shell:
    """IPython as a kernel has it; what it would show of errors is kept."""

    def __init__(self) -> None:
        InteractiveShell.clear_instance()
        self.ip = InteractiveShell.instance()
        self.ip.history_manager.enabled = False
        self.shown: list[str] = []
        self.ip._showtraceback = lambda _kind, _error, lines: self.shown.append("\n".join(lines))

    def run(self, source: str, **names: Any) -> BaseException | None:
        self.ip.push(names)
        error: BaseException | None = self.ip.run_cell(source, store_history=False).error_in_exec
        return error


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    monkeypatch.setenv("PATH", "/nowhere")
    hook = sys.excepthook
    found = Shell()
    at_the_desk.sit_down()
    yield found
    found.ip.events.reset_all() if hasattr(found.ip.events, "reset_all") else None
    InteractiveShell.clear_instance()
    sys.excepthook = hook


def free(root: Path) -> bool:
    try:
        with FileLock(Root(root).lock(2024), timeout=0):
            return True
    except Timeout:
        return False


FAULTS = YearFileError(
    [Fault(code="unknown_key", file="data/raw/2024/year.yml", line=7, message="没有这个键", hint="删去")]
)


@pytest.mark.parametrize(
    "error", [FAULTS, StageOrderError("[stage_missing]  还没有 1_clean 的结果"), YearActive("[run_active]  正在运行")]
)
def test_a_declared_error_is_one_plain_block_with_its_line(shell: Shell, error: Exception) -> None:
    assert shell.run("number = 1\nraise error\n", error=error) is error
    (block,) = shell.shown
    assert block == f"{error}\n位置：本单元格第 2 行  raise error"
    assert "Traceback" not in block and "\x1b" not in block


def test_the_run_still_finds_the_line(shell: Shell) -> None:
    shell.run("number = 1\nraise error\n", error=FAULTS)
    assert _failing_line("number = 1\nraise error\n", shell.shown[0]) == "第 2 行  raise error"


@pytest.mark.parametrize("source", ["1 / 0", "raise ValueError('[not_ours]  外人的话')", "import nothing_there"])
def test_all_other_errors_are_shown_as_ever(shell: Shell, source: str) -> None:
    error = shell.run(source)
    assert error is not None
    assert "Traceback (most recent call last)" in shell.shown[0] and type(error).__name__ in shell.shown[0]


def test_programs_of_the_environment_are_found_first(shell: Shell) -> None:
    assert os.environ["PATH"] == f"{Path(sys.executable).parent}{os.pathsep}/nowhere"
    at_the_desk.sit_down()
    assert os.environ["PATH"].count(str(Path(sys.executable).parent)) == 1


def test_the_lock_is_held_while_the_cell_runs_and_no_longer(shell: Shell, tmp_path: Path) -> None:
    inside: list[bool] = []
    names = {"hold": hold_until_cell_ends, "free": free, "root": tmp_path, "inside": inside}
    assert shell.run("hold(root, 2024); hold(root, 2024); inside.append(free(root))", **names) is None
    assert inside == [False] and free(tmp_path)


@pytest.mark.parametrize("end", ["1 / 0", "raise KeyboardInterrupt", "raise YearActive('[run_active]  x')"])
def test_a_cell_that_fails_or_is_interrupted_leaves_no_lock(shell: Shell, tmp_path: Path, end: str) -> None:
    names = {"hold": hold_until_cell_ends, "root": tmp_path, "YearActive": YearActive}
    assert shell.run(f"hold(root, 2024)\n{end}", **names) is not None
    assert free(tmp_path)
    assert shell.run("hold(root, 2024)", **names) is None


def test_while_a_run_is_active_the_cell_is_refused_at_once(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    with FileLock(Root(tmp_path).lock(2024)):
        error = shell.run("hold(root, 2024)", hold=hold_until_cell_ends, root=tmp_path)
    assert isinstance(error, YearActive)
    assert str(error).startswith("[run_active]  2024 年度正在由另一个进程运行") and "等它结束后再运行本单元格" in str(
        error
    )
    assert shell.run("hold(root, 2024)", hold=hold_until_cell_ends, root=tmp_path) is None


def test_another_year_is_another_lock(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    with FileLock(Root(tmp_path).lock(2023)):
        assert shell.run("hold(root, 2024)", hold=hold_until_cell_ends, root=tmp_path) is None


def test_a_run_is_refused_while_a_cell_works(shell: Shell, data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_year, "check_year", lambda *_, **__: [])
    names = {"hold": hold_until_cell_ends, "run": run_year.run_year, "root": data_root}
    error = shell.run("hold(root, 2024)\nrun(root, 2024)", **names)
    assert isinstance(error, RunStopped)
    assert "[run_active]" in str(error) and "JupyterLab" in str(error)


def test_the_kernels_of_a_run_take_no_lock(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OWN_PROCESSED, "2024=.2024.run")
    assert shell.run("hold(root, 2024)", hold=hold_until_cell_ends, root=tmp_path) is None
    assert not (tmp_path / "reports").exists()


def test_without_a_notebook_there_is_no_cell_to_wait_for(tmp_path: Path) -> None:
    hold_until_cell_ends(tmp_path, 2024)
    assert free(tmp_path)


def test_where_nothing_may_be_written_the_cell_runs(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("no folder", encoding="utf-8")
    assert shell.run("hold(root, 2024)", hold=hold_until_cell_ends, root=tmp_path) is None
