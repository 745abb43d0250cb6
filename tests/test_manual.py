"""docs/使用手册.md done step by step in an empty folder: its files written, its commands run, its outputs seen."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

import helpers
from helpers.year.declared_indicators import Agg

ROOT = Path(__file__).resolve().parents[1]
MANUAL = (ROOT / "docs" / "使用手册.md").read_text(encoding="utf-8")
STEPS = re.findall(r"```(console|yaml|fill|replace)\n(.*?)```", MANUAL, re.DOTALL)


def test_every_kind_of_measure_is_explained() -> None:
    assert [agg for agg in get_args(Agg) if f"`{agg}`" not in MANUAL] == []


def test_every_linked_file_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", MANUAL):
        assert (ROOT / "docs" / target).exists(), target


def fill(root: Path, text: str) -> None:
    """The blanks of year.yml, each by the last word of its key."""
    path = root / "data" / "raw" / "2024" / "year.yml"
    year = path.read_text("utf-8")
    for line in text.strip().splitlines():
        key, _, value = line.partition(": ")
        blank = f"{key.rpartition('.')[2]}: 待填"
        assert blank in year, blank
        year = year.replace(blank, f"{key.rpartition('.')[2]}: {value}", 1)
    path.write_text(year, encoding="utf-8")


def replace(root: Path, text: str) -> None:
    file, old, new = text.strip().splitlines()
    content = (root / file).read_text("utf-8")
    assert old in content
    (root / file).write_text(content.replace(old, new), encoding="utf-8")


def write(root: Path, text: str) -> None:
    head, _, content = text.partition("\n")
    (root / head.removeprefix("# 文件：")).write_text(content, encoding="utf-8")


def command(root: Path, line: str) -> str:
    words = shlex.split(line)
    start = "import sys; from helpers.start import main; main()"
    program = ["-c", start] if words[0] == "selfeval" else ["-m", words[0]]
    done = subprocess.run(
        [sys.executable, *program, *words[1:]],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(Path(helpers.__file__).parents[1]), "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.stdout + done.stderr


def seen(expected: str, output: str) -> bool:
    """Whether each line stands in the output, in this order; … stands for anything."""
    pattern = "".join(
        ".*?" if line.strip() == "…" else r"(?:^|\n)" + re.escape(line).replace("…", "[^\n]*")
        for line in expected.splitlines()
    )
    return re.search(pattern, output, re.DOTALL) is not None


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("first") / "项目"


def test_a_first_year_by_the_manual(root: Path) -> None:
    root.mkdir()
    for kind, text in STEPS:
        if kind != "console":
            {"yaml": write, "fill": fill, "replace": replace}[kind](root, text)
            continue
        for block in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            line, _, expected = block.partition("\n")
            if "new-year 2024" in line:
                exports = ROOT / "examples" / "school" / "data" / "raw" / "2024" / "exports"
                shutil.copytree(exports, root / "data" / "raw" / "2024" / "exports")
            output = command(root, line)
            assert seen(expected.rstrip("\n"), output), f"$ {line}\n{output}"
