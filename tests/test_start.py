"""What ``selfeval --help`` says is what the command line has, and is said without importing it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import helpers
from helpers.cli import app
from helpers.start import help_text


def test_the_help_names_every_command_with_its_first_line() -> None:
    group = typer.main.get_command(app)
    commands = {name: str(one.help).partition("\n")[0] for name, one in group.commands.items()}  # type: ignore[attr-defined]
    listed = help_text().partition("命令：\n")[2].splitlines()
    assert {line.split()[0]: line.split(maxsplit=1)[1] for line in listed} == commands
    assert str(group.help) in help_text()


def test_help_imports_no_library() -> None:
    code = "import sys; sys.argv = ['selfeval', '--help']; from helpers.start import main; main(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert "命令：" in done.stdout and "new-year" in done.stdout
    assert not {"typer", "pydantic", "helpers.cli", "duckdb"} & set(done.stdout.split())


def test_a_command_and_a_mistake_go_to_the_command_line() -> None:
    code = "import sys; from helpers.start import main; main()"
    for arguments, status, words in ((["check", "--help"], 0, "--year"), (["chekc"], 2, "chekc")):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == status and words in done.stdout + done.stderr


@pytest.mark.parametrize("how", ["script", "module", "empty entry"])
def test_nothing_that_lies_where_the_command_is_started_is_imported(tmp_path: Path, how: str) -> None:
    """Names of modules that a command imports, as files of an analyst; PYTHONPATH may end with a colon."""
    script, here, source = tmp_path / "bin" / "selfeval", tmp_path / "here", Path(helpers.__file__).parents[1]
    for folder in (script.parent, here):
        folder.mkdir()
    script.write_text("from helpers.start import main\nmain()\n", encoding="utf-8")
    for name in ("json", "duckdb", "typer", "pydantic", "pyarrow", "numpy", "ruamel", "charset_normalizer", "decimal"):
        (here / f"{name}.py").write_text("open('imported.txt', 'a').write(__name__)\n", encoding="utf-8")
    (here / "a.csv").write_text("编号,日期\nA1,2024-01-02\nA2,2024-01-03\n", encoding="utf-8")
    command = ["-m", "helpers.cli"] if how == "module" else [str(script)]
    path = f"{source}{os.pathsep if how == 'empty entry' else ''}"
    done = subprocess.run(
        [sys.executable, *command, "profile", "a.csv"],
        cwd=here,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0 and "编号" in done.stdout, done.stderr
    assert not (here / "imported.txt").exists()
