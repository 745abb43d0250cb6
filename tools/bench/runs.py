"""The example year as a whole, against the same notebooks by papermill's and nbconvert's own commands."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from helpers.run.code_reach import code_cells
from helpers.run.stages import STAGES
from helpers.year.outline_file import shipped_outline
from tools.bench.lines import line, seconds

ROOT = Path(__file__).resolve().parents[2]
RUN = ("helpers.cli", "run", "--year", "2024", "--root", ".")
#: How often a command is started whose time is that of starting it.
STARTS = 5
#: So many cold runs: one alone may meet other work on the machine.
COLD = 3
#: Seconds that one import of the library may take in JupyterLab after the first.
LATER_IMPORT = 2.0


def call(*arguments: str, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)


def main() -> None:
    """The whole run, and again after the usual changes, against the same five notebooks one after another."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
        year = root / "data" / "raw" / "2024"
        shutil.copyfile(shipped_outline("default"), year / "own.yml")
        _edit(year / "year.yml", "outline: default", "outline: own.yml")
        plain = plain_way(root, 2024)
        line("five notebooks by papermill's and nbconvert's commands", plain, None)
        roots = [root / f"cold{number}" for number in range(COLD)]
        line("selfeval run, cold, package included", median(_cold(root, one) for one in roots), plain)
        root = roots[-1]
        year = root / "data" / "raw" / "2024"
        line("selfeval run, nothing changed", seconds(lambda: call(*RUN, cwd=root)), plain)
        _edit(year / "indicators.yml", "不高于10件", "不高于11件")
        line("selfeval run, a target changed", seconds(lambda: call(*RUN, cwd=root)), plain)
        _edit(year / "own.yml", "title: 项目支出绩效自评报告", "title: 绩效自评报告")
        line("selfeval run, a sentence of the outline changed", seconds(lambda: call(*RUN, cwd=root)), plain)
        line("selfeval check", seconds(lambda: call("helpers.cli", "check", *RUN[2:], cwd=root)), plain)
    _help()
    _imports()


def _cold(root: Path, fresh: Path) -> float:
    """Seconds of a run of the same data in a root where nothing has been made yet."""
    shutil.copytree(root / "data" / "raw", fresh / "data" / "raw")
    return seconds(lambda: call(*RUN, cwd=fresh))


def plain_way(root: Path, year: int) -> float:
    """Seconds that the five notebooks of one year take by papermill's and nbconvert's own commands."""

    def five() -> None:
        for stage in STAGES:
            executed = str(root / stage.notebook.name)
            given = ("-p", "fiscal_year", str(year), "-p", "root", ".", "--no-progress-bar")
            call("papermill", str(stage.notebook), executed, *given, cwd=root)
            call("nbconvert", "--to", "html", executed, cwd=root)

    return seconds(five)


def _help() -> None:
    """Starting the command line only to be told what it can do, beside an import that any of them would need."""
    start = "import sys; sys.argv[1:] = ['--help']; from helpers.start import main; main()"

    def best(code: str) -> float:
        command = [sys.executable, "-c", code]
        return min(seconds(lambda: subprocess.run(command, capture_output=True, check=True)) for _ in range(STARTS))

    line("selfeval --help", best(start), best("import argparse"))


def _imports() -> None:
    """What each stage's notebook imports, in an interpreter of its own, as a kernel in JupyterLab does."""
    for stage in STAGES:
        cells = ast.parse(code_cells(stage.notebook)).body
        imports = "\n".join(ast.unparse(one) for one in cells if isinstance(one, ast.Import | ast.ImportFrom))
        run = partial(subprocess.run, [sys.executable, "-c", imports], check=True)
        spent = [seconds(run) for _ in range(STARTS)]
        line(f"{stage.name}: imports in JupyterLab after the first", median(spent[1:]), LATER_IMPORT)


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise SystemExit(f"{path.name}: {old}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
