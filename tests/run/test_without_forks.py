"""Where processes are not forked (Windows, macOS) a run gives the same package, byte by byte."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.run.server import can_serve, forks
from tests.run.small_project import package, write_project

RUN = """
import sys
from pathlib import Path
from helpers.run import kernel, server

server.CAN_FORK = False
assert not kernel.can_serve()
if __name__ == "__main__":
    from helpers.run.run_year import run_year
    run_year(Path(sys.argv[1]), 2024)
"""


def test_nothing_is_forked_where_it_cannot_be_or_libraries_do_not_bear_it() -> None:
    assert forks("linux", ["fork", "spawn", "forkserver"])
    assert not forks("win32", ["spawn"])
    assert not forks("darwin", ["spawn", "fork", "forkserver"])


@pytest.mark.skipif(not can_serve(), reason="no kernels are forked here")
def test_spawned_kernels_give_the_same_package(
    tmp_path: Path, run_cli: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    forked, spawned = tmp_path / "forked", tmp_path / "另 一处"
    for root in (forked, spawned):
        write_project(root)
    done = run_cli("run", "--year", "2024", "--root", str(forked))
    assert done.returncode == 0, done.stderr
    script = tmp_path / "run.py"
    script.write_text(RUN, encoding="utf-8")
    again = subprocess.run(
        [sys.executable, "-P", str(script), str(spawned)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONSAFEPATH": "1"},
        check=False,
    )
    assert again.returncode == 0, again.stderr
    assert again.stdout + again.stderr == "", "only the run speaks on the screen"
    assert package(spawned) == package(forked)
    assert len(package(forked)) > 10
