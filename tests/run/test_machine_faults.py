"""What a machine refuses ends in one screen with what is lacking and what to do, and leaves nothing behind."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import nbformat
import psutil
import pytest

from helpers.run import machine_faults, server, stages
from helpers.run.machine_faults import in_words, screen_of
from helpers.run.parameters import ParameterError
from helpers.run.run_year import RunStopped, run_year
from helpers.run.workspace import find_root
from helpers.year import engine, machine_memory
from helpers.year.engine import MOST_THREADS
from helpers.year.machine_memory import cgroup_limits
from tests.run.small_project import write_project


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "no_memory"),
        (OSError(errno.ENOMEM, "x"), "no_memory"),
        (OSError(errno.EMFILE, "x"), "too_few_files"),
        (BlockingIOError(errno.EAGAIN, "x"), "too_few_processes"),
        (RuntimeError("can't start new thread"), "too_few_processes"),
        (OSError(errno.ENOSPC, "x", "/a/b"), "disk_full"),
        (PermissionError(errno.EACCES, "x", "/a/b"), "not_accessible"),
        (OSError(errno.ENAMETOOLONG, "x", "n" * 4_000), "bad_name"),
        (RuntimeError(f"x: {os.strerror(errno.EMFILE)}"), "too_few_files"),
        (duckdb.OutOfMemoryException("Out of Memory Error: x"), "no_memory"),
        (duckdb.IOException(f'IO Error: Could not write file "/a": {os.strerror(errno.ENOSPC)}'), "disk_full"),
        (ValueError("n" * 9_000), "program_fault"),
        (ValueError(f"a cell: {os.strerror(errno.ENOSPC)}"), "program_fault"),
    ],
)
def test_each_lack_is_said_in_words_on_one_screen(error: Exception, code: str) -> None:
    wrapped = RuntimeError("something failed")
    wrapped.__cause__ = error
    for one in (error, wrapped):
        screen = screen_of(one)
        assert screen.startswith(f"[{code}]") and "处理：" in screen and len(screen) < 700
    assert (in_words(error) is None) == (code == "program_fault")


def test_limits_of_containers_are_found_in_either_version(tmp_path: Path) -> None:
    told, mounted = tmp_path / "cgroup", tmp_path / "fs"
    told.write_text("4:cpu,memory:/box/inner\n0::/box/inner\n", encoding="ascii")
    for name, text in {
        "memory/memory.limit_in_bytes": "9223372036854771712",
        "memory/box/memory.limit_in_bytes": "3000000000",
        "box/inner/memory.max": "max",
        "box/memory.max": "1000000000",
    }.items():
        (mounted / name).parent.mkdir(parents=True, exist_ok=True)
        (mounted / name).write_text(f"{text}\n", encoding="ascii")
    assert sorted(cgroup_limits(told, mounted)) == [1_000_000_000, 3_000_000_000]
    assert list(cgroup_limits(tmp_path / "none", mounted)) == []


@pytest.mark.parametrize(
    ("limit", "asked", "given"),
    [
        (1_000, "2400MB", "381.4 MiB"),
        (1_000, None, "381.4 MiB"),
        (300, "1GB", "190.7 MiB"),
        (25_000, "1GB", "953.6 MiB"),
    ],
)
def test_a_database_takes_a_share_of_a_small_machine(
    monkeypatch: pytest.MonkeyPatch, limit: int, asked: str | None, given: str
) -> None:
    monkeypatch.setattr(engine, "memory_limit_mb", lambda: limit)
    with engine.open_engine(asked) as connection:
        assert connection.execute("SELECT current_setting('memory_limit')").fetchall() == [(given,)]


def test_a_limit_of_the_process_counts() -> None:
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 * 10**9, 3 * 10**9));"
        "from helpers.year.machine_memory import memory_limit_mb; print(memory_limit_mb())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert int(done.stdout) <= 3_000 and machine_memory.memory_limit_mb() > 0


def test_a_kernel_that_is_gone_says_what_it_held_and_how_much_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "memory_limit_mb", lambda: 2_000)
    failed = stages._died(stages.CLEAN, tmp_path / "out.ipynb", "内核中途退出", 1_870)
    screen = failed.screen("saved", "again")
    assert "[kernel_died]  内核中途退出，多半是内存不足：最多用到 1.87 GB，本机或所在容器最多可用 2.00 GB" in screen
    assert "小节" not in screen and "代码" not in screen, "nobody knows where it was"


def test_a_kernel_that_is_gone_says_where_it_was_and_which_limits_are_tight(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "tight_limits", lambda: ["同时打开的文件只许 64 个（ulimit -n）"])
    cells = json.loads(stages.CLEAN.notebook.read_text(encoding="utf-8"))["cells"]
    work = next("".join(one["source"]) for one in cells if "clean_years(" in "".join(one["source"]))
    screen = stages._died(stages.CLEAN, tmp_path / "o.ipynb", "内核中途退出", 10, ["x = 1", work]).screen("s", "a")
    assert "小节：三、处理" in screen and f"代码：{work.splitlines()[-1].strip()}" in screen
    assert "多半是系统的限制太严：同时打开的文件只许 64 个（ulimit -n）" in screen and "内存" not in screen
    assert "小节" not in stages._died(stages.CLEAN, tmp_path / "o.ipynb", "w", 10, ["fiscal_year = 1"]).screen("s", "a")


@pytest.mark.parametrize(
    ("kind", "message", "code"),
    [
        ("OSError", f"[Errno 24] {os.strerror(errno.EMFILE)}", "too_few_files"),
        ("IOException", f'IO Error: Could not write file "/a": {os.strerror(errno.ENOSPC)}', "disk_full"),
        ("OutOfMemoryException", "Out of Memory Error: failed to allocate data", "no_memory"),
        ("MemoryError", "", "no_memory"),
        ("RuntimeError", "can't start new thread", "too_few_processes"),
        ("ExportError", f"t.csv  [bad]  {os.strerror(errno.ENOSPC)}", None),
    ],
)
def test_what_a_stage_lacks_is_said_in_words(tmp_path: Path, kind: str, message: str, code: str | None) -> None:
    notebook = nbformat.read(stages.CLEAN.notebook, as_version=4)
    error = nbformat.v4.new_output("error", ename=kind, evalue=message, traceback=["Cell In[1], line 1"])
    next(cell for cell in notebook.cells if cell.cell_type == "code").outputs = [error]
    nbformat.write(notebook, tmp_path / "o.ipynb")
    screen = stages._failure(stages.CLEAN, tmp_path / "o.ipynb", kind, message).screen("saved", "again")
    if code is None:
        assert message in screen and "disk_full" not in screen
    else:
        assert f"[{code}]" in screen and "处理：" in screen and "Errno" not in screen and "小节：一、" in screen


def limited(code: str, *, files: tuple[int, int]) -> str:
    """What a program says that was started with so many files allowed."""
    before = f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, {files}); "
    done = subprocess.run([sys.executable, "-c", before + code], capture_output=True, encoding="utf-8", check=True)
    return done.stdout.strip()


def test_few_files_are_widened_where_that_is_allowed_and_else_named() -> None:
    code = (
        "from helpers.run.machine_faults import tight_limits, widen_limits; widen_limits(); "
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0], tight_limits())"
    )
    assert limited(code, files=(64, 64)) == "64 ['同时打开的文件只许 64 个（ulimit -n）']"
    assert limited(code, files=(64, 500)) == "500 []"
    assert limited(code, files=(200, 200)) == "200 []"


def test_a_run_with_few_files_is_one_screen(tmp_path: Path) -> None:
    write_project(tmp_path)
    command = " ".join([f"'{part}'" for part in [*COMMAND, "run", "--year", "2024", "--root", str(tmp_path)]])
    done = subprocess.run(
        f"ulimit -n 48; exec {command}", shell=True, check=False, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 1 and done.stderr.startswith("✗ 1_clean 清洗：未完成\n") and done.stdout == ""
    assert "只许 48 个（ulimit -n）" in done.stderr and len(done.stderr.splitlines()) < 10


def test_a_server_that_is_gone_is_a_kernel_that_did_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(_: object) -> None:
        raise EOFError("unexpected EOF")

    write_project(tmp_path)
    monkeypatch.setattr(multiprocessing.get_context("forkserver").Process, "start", gone)
    with pytest.raises(RunStopped, match=r"(?s)✗ 1_clean.*\[kernel_died\]  内核没有启动"):
        run_year(tmp_path, 2024)


def test_what_is_started_has_no_screen_of_its_own(capfd: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.delenv(server.SHOW_ALL, raising=False)
    with server._silent():
        os.write(2, b"of a process")
    os.write(2, b"of the run")
    assert capfd.readouterr().err == "of the run"
    monkeypatch.setenv(server.SHOW_ALL, "1")
    with server._silent():
        os.write(2, b"of a process")
    assert capfd.readouterr().err == "of a process"


def test_whoever_has_no_home_gets_a_folder_that_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for one in ("MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(one, raising=False)
    machine_faults.have_a_home()
    assert "MPLCONFIGDIR" not in os.environ and os.environ["HOME"] == str(tmp_path)
    (tmp_path / ".cache").touch(mode=0o444)  # where nothing can be kept
    machine_faults.have_a_home()
    assert os.environ.pop("MPLCONFIGDIR") == str(server.private_folder()) and os.environ["HOME"] == str(tmp_path)
    monkeypatch.setattr(machine_faults.os.path, "expanduser", lambda _: "~")
    machine_faults.have_a_home()
    assert os.environ["HOME"] == os.environ["MPLCONFIGDIR"] == str(server.private_folder())


def test_a_clock_before_1980_and_a_root_that_is_no_text_are_told_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(os.fsdecode(os.fsencode(tmp_path) + b"/r\xff"))
    write_project(root)
    with pytest.raises(ParameterError, match=r"\[root_not_utf8\].*r\\udcff"):
        find_root(root)
    shutil.rmtree(root)
    write_project(tmp_path)
    monkeypatch.setattr(machine_faults.time, "time", lambda: 86_400.0 * 365)
    with pytest.raises(RunStopped, match=r"\[clock_wrong\].*早于 1980 年"):
        run_year(tmp_path, 2024)
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("kind", ["file", "link", "dangling link"])
def test_what_stands_in_the_packages_place_and_is_none_is_told_before_the_work(tmp_path: Path, kind: str) -> None:
    write_project(tmp_path)
    place = tmp_path / "reports" / "2024"
    place.parent.mkdir()
    if kind == "file":
        place.write_text("notes", encoding="utf-8")
    else:
        place.symlink_to(tmp_path if kind == "link" else tmp_path / "nowhere")
    with pytest.raises(RunStopped, match=r"\[not_a_folder\].*reports/2024 是一个(文件|链接)"):
        run_year(tmp_path, 2024)
    assert (place.is_symlink() or place.read_text(encoding="utf-8") == "notes") and not (
        tmp_path / "data/processed"
    ).exists()


def test_folders_of_killed_runs_are_cleared_away_and_those_of_the_living_stay(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for name in (f"se-{dead.pid}-abc", f"se-{os.getpid()}-abc", "se-other", "se-x-y"):
        (tmp_path / name / "pymp-1").mkdir(parents=True)
    server.sweep(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([f"se-{os.getpid()}-abc", "se-other", "se-x-y"])


COMMAND = [sys.executable, "-P", "-m", "helpers.cli"]


@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_so_and_leaves_nothing(tmp_path: Path, signalled: signal.Signals) -> None:
    root, temporary = tmp_path / "r", tmp_path / "t"
    write_project(root)
    temporary.mkdir()
    command = [*COMMAND, "run", "--year", "2024", "--root", str(root)]
    env = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8", env=env) as run:
        assert run.stderr is not None
        first = run.stderr.readline()
        time.sleep(0.5)
        run.send_signal(signalled)
        said = run.stderr.read()
    assert first.startswith("✓ 1_clean") and "已中断：原有的成套材料没有改动" in said and "Traceback" not in said
    assert run.returncode == 1 and [p.name for p in (root / "reports").iterdir()] == [".2024.lock"]
    assert [p.name for p in (root / "data/processed").iterdir()] == ["2024"]
    assert [p.name for p in temporary.iterdir() if p.name.startswith(("se-", "pymp-"))] == []


def test_a_kernel_that_is_killed_amid_a_stage_says_so_and_leaves_the_package(tmp_path: Path) -> None:
    root, temporary = tmp_path / "r", tmp_path / "t"
    write_project(root)
    package = root / "reports" / "2024"
    package.mkdir(parents=True)
    (package / "report.html").write_text("before", encoding="utf-8")
    temporary.mkdir()
    command = [*COMMAND, "run", "--year", "2024", "--root", str(root)]
    # One thread: nothing is done beside a stage, so that what is killed is its kernel.
    env = {**os.environ, "TMPDIR": str(temporary), MOST_THREADS: "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8", env=env) as run:
        assert run.stderr is not None
        run.stderr.readline()
        kernels: list[psutil.Process] = []
        while not kernels and run.poll() is None:
            time.sleep(0.05)
            kernels = [inner for one in psutil.Process(run.pid).children() for inner in one.children()]
        for kernel in kernels:
            kernel.kill()
        said = run.stderr.read()
    assert run.returncode == 1 and said.startswith("✗ 2_validate 校验：未完成"), said
    assert (
        "[kernel_died]  内核" in said and "最多可用" in said and "Kernel died" not in said and "Traceback" not in said
    )
    assert (package / "report.html").read_text(encoding="utf-8") == "before"
    assert [p.name for p in (root / "data/processed").iterdir()] == ["2024"] and list(temporary.iterdir()) == []


def test_closed_streams_lead_nowhere(tmp_path: Path) -> None:
    write_project(tmp_path)
    command = " ".join([f"'{part}'" for part in [*COMMAND, "check", "--year", "2024", "--root", str(tmp_path)]])
    for closed in ("<&- >&- 2>&-", ">/dev/full 2>/dev/full"):
        done = subprocess.run(f"{command} {closed}", shell=True, check=False)
        assert done.returncode in ((0,) if "<&-" in closed else (0, 1))
