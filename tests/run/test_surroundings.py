"""What lies around a run has no say in it: files named like modules, a deep temporary folder, rights, no home."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.run import get_warm, kernel, run_year, server
from helpers.run.run_year import RunStopped
from helpers.run.stages import _failing_line, _place
from tests.conftest import PLANTED, PROJECT


def test_files_named_like_modules_are_never_imported(finished: Path) -> None:
    assert all((finished / f"{name}.py").is_file() for name in PLANTED)
    assert not (finished / "imported.txt").exists()
    assert not list(finished.rglob("imported.txt"))


def test_sockets_lie_in_a_folder_with_a_short_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 90)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    folder = server.short_folder()
    assert folder is not None and len(str(folder)) <= server.LONGEST_FOLDER
    assert kernel.StageKernelManager().transport == "ipc"


@pytest.mark.skipif(not server.can_serve(), reason="no kernels are forked here")
def test_the_server_keeps_its_variables_to_itself() -> None:
    """A notebook that runs a year may start ``python -m`` of its own folder afterwards."""
    code = (
        "import os; from helpers.run.server import start_server; before = dict(os.environ); start_server(gate=False);"
        "from multiprocessing import forkserver; assert forkserver._forkserver._forkserver_pid;"
        "assert os.environ == before, set(os.environ.items()) ^ set(before.items())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


def test_the_server_gets_ready_for_what_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage imports whatever is missing: only what surely is not needed is left out."""
    asked: list[dict[str, bool]] = []
    monkeypatch.setattr(get_warm, "start_server", lambda **needed: asked.append(needed))
    year = tmp_path / "data" / "raw" / "2024" / "year.yml"
    year.parent.mkdir(parents=True)

    def after(*changed: str) -> dict[str, bool]:
        files = [f"data/raw/2024/{name}" for name in changed]
        monkeypatch.setattr(get_warm, "changed_inputs", lambda *_: files or None)
        get_warm.get_warm(tmp_path, 2024)
        return asked.pop()

    get_warm.get_warm(tmp_path, 2024)
    assert not asked, "what is no year is told by the run"
    year.touch()
    assert after() == {"gate": True, "work": True}
    assert after("exports/a.csv") == {"gate": True, "work": True}
    assert after("own.yml", "indicators.yml") == {"gate": False, "work": True}
    assert after("plan.yml") == {"gate": False, "work": True}
    assert after("own.yml") == {"gate": False, "work": False}


def test_where_no_short_folder_can_be_written_to_the_kernel_listens_on_the_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "short_folder", lambda: None)
    manager = kernel.StageKernelManager()
    assert manager.transport == "tcp" and manager.ip == "127.0.0.1"
    assert manager.kernel_spec_manager.get_kernel_spec("python3").metadata == {}


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_a_folder_that_cannot_be_written_to_is_one_line_of_words(
    number: int, data_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "reports/.2024.lock")

    monkeypatch.setattr(run_year, "FileLock", refused)
    with pytest.raises(RunStopped, match=r"^\[not_writable\]  不能写入 reports/.2024.lock"):
        run_year.run_year(data_root, 2024)


def test_a_user_without_home_gets_help(tmp_path: Path) -> None:
    """An account that the system does not know, as containers have: the command answers all the same."""
    code = (
        "import os, pwd, sys; os.environ.pop('HOME', None); pwd.getpwuid = lambda _: (_ for _ in ()).throw(KeyError());"
        "sys.argv = ['selfeval', 'check', '--year', '2024']; from helpers.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, encoding="utf-8", check=False, cwd=PROJECT,
        env={k: v for k, v in os.environ.items() if k != "HOME"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "检查通过" in done.stdout


CHAINED = """\
---------------------------------------------------------------------------
KeyError                                  Traceback (most recent call last)
File /somewhere/src/helpers/measures/compile.py:41, in aggregates(spec)
     40 def aggregates(spec):
---> 41     return TABLE[spec]

KeyError: 'x'

The above exception was the direct cause of the following exception:

ValueError                                Traceback (most recent call last)
Cell In[4], line 2
      1 with Measures(ws.year, ws.tables) as measures:
----> 2     found = attain_year(ws.year, measures)

File /somewhere/src/helpers/measures/figures.py:77, in Measures.figure(self, name)
---> 77     raise ValueError("no figure") from error

ValueError: no figure"""


def test_an_error_raised_from_another_shows_the_line_where_it_happened() -> None:
    source = "with Measures(ws.year, ws.tables) as measures:\n    found = attain_year(ws.year, measures)\nbefore = None"
    assert _failing_line(source, CHAINED) == "第 2 行  found = attain_year(ws.year, measures)"
    assert _place(CHAINED) == "helpers/measures/compile.py 第 41 行（aggregates）"
