"""What ``selfeval --help`` says is what the command line has, and is said without importing it."""

from __future__ import annotations

import subprocess
import sys

import typer

from helpers.cli import app
from helpers.start import help_text


def test_the_help_names_every_command_with_its_first_line() -> None:
    group = typer.main.get_command(app)
    commands = {name: str(one.help).partition("\n")[0] for name, one in group.commands.items()}  # type: ignore[attr-defined]
    listed = help_text().partition("Commands:\n")[2].splitlines()
    assert {line.split()[0]: line.split(maxsplit=1)[1] for line in listed} == commands
    assert str(group.help) in help_text()


def test_help_imports_no_library() -> None:
    code = "import sys; sys.argv = ['selfeval', '--help']; from helpers.start import main; main(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert "Commands:" in done.stdout and "new-year" in done.stdout
    assert not {"typer", "pydantic", "helpers.cli", "duckdb"} & set(done.stdout.split())


def test_a_command_and_a_mistake_go_to_the_command_line() -> None:
    code = "import sys; from helpers.start import main; main()"
    for arguments, status, words in ((["check", "--help"], 0, "--year"), (["chekc"], 2, "chekc")):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == status and words in done.stdout + done.stderr
