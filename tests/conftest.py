"""Shared by all tests: the project's own root, copies of its data, and one finished run of the example year."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes is not what these tests are about; on a busy machine it says nothing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

PROJECT = Path(__file__).resolve().parents[1]


#: Names of modules that a run imports, as an analyst might name a script of her own.
PLANTED = (
    *("helpers", "calendar", "queue", "random", "json", "scipy", "jsonschema", "altair", "token", "numpy", "zmq"),
    *("multiprocessing", "sitecustomize", "ipython_config", "ipython_kernel_config", "jupyter_config", "typst"),
)


def copy_data(target: Path) -> Path:
    """A project root elsewhere, with the example years' data."""
    shutil.copytree(PROJECT / "data" / "raw", target / "data" / "raw")
    return target


def selfeval(
    *arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user would."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "helpers.cli", *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **(env or {})},
        cwd=cwd or PROJECT,
        check=False,
    )


#: What the command line sets for all that it starts; a test that calls it in this process must not hand it on.
SET_BY_COMMANDS = {name: os.environ.get(name) for name in ("PYTHONSAFEPATH", "PYTHONPATH")}


@pytest.fixture(autouse=True)
def own_surroundings() -> None:
    """Each test finds the variables as the session did, whatever an earlier test of this process ran."""
    for name, value in SET_BY_COMMANDS.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    return


@pytest.fixture
def data_root(tmp_path: Path) -> Path:
    return copy_data(tmp_path / "另一个 目录")


@pytest.fixture(scope="session")
def run_cli() -> Callable[..., subprocess.CompletedProcess[str]]:
    return selfeval


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of one finished run of FY2024: in a folder with spaces and Chinese characters, under
    another locale and time zone than the developer's, started in the root itself, where files lie that are
    named like modules, with a temporary folder too deep for a socket."""
    root = copy_data(tmp_path_factory.mktemp("run") / "绩效 自评")
    for name in PLANTED:
        (root / f"{name}.py").write_text("open('imported.txt', 'a').write(__name__)\n", encoding="utf-8")
    deep = root / ("临时" * 20) / ("temporary" * 10)
    deep.mkdir(parents=True)
    env = {"LC_ALL": "C", "TZ": "Pacific/Apia", "TMPDIR": str(deep)}
    done = selfeval("run", "--year", "2024", "--root", ".", env=env, cwd=root)
    assert done.returncode == 0, done.stderr
    return root
