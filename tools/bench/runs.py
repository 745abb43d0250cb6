"""The example year as a whole, against the same notebooks by papermill's own command."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers.run.stages import STAGES
from tools.bench.lines import line, seconds

ROOT = Path(__file__).resolve().parents[2]


def call(*arguments: str, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cwd, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)


def main() -> None:
    """The whole run against the same five notebooks by papermill's own command, one after another."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
        plain = 0.0
        for stage in STAGES:
            arguments = (
                "papermill",
                str(stage.notebook),
                str(root / stage.notebook.name),
                "-p",
                "fiscal_year",
                "2024",
                "-p",
                "root",
                ".",
                "--no-progress-bar",
            )
            plain += seconds(lambda a=arguments: call(*a, cwd=root))
        line("five notebooks by papermill's command", plain, None)
        whole = seconds(lambda: call("helpers.cli", "run", "--year", "2024", "--root", ".", cwd=root))
        line("selfeval run, package included", whole, plain)
        again = seconds(lambda: call("helpers.cli", "run", "--year", "2024", "--root", ".", cwd=root))
        line("selfeval run, nothing changed", again, whole)
        check = seconds(lambda: call("helpers.cli", "check", "--year", "2024", "--root", ".", cwd=root))
        line("selfeval check", check, whole)
