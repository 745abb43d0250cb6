"""README and help keep step with the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers.cli import app

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_and_has_help(command: str) -> None:
    assert f"`selfeval {command} " in README
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0 and f"{command} [OPTIONS]" in shown.output and "显示这段说明" in shown.output
    assert not re.search("[A-Za-z]{3,} (?:[a-z]+ ){3}", shown.output), shown.output


def test_every_documented_command_exists() -> None:
    assert set(re.findall(r"`selfeval ([a-z-]+) ", README)) == set(COMMANDS)


def test_every_make_target_is_listed() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE)) - {"help", "clean"}
    assert [t for t in targets if f"`{t}`" not in README and f"make {t}" not in README] == []


def test_every_linked_file_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of a developer's machine and no package host stands in a tracked text."""
    bad = re.compile(r"(?:^|[\s\"'=(])/(?:work|root|home/\w+)/|index" + r"-url|https?://\S*/(?:simple|packages)/")
    folders = ["src", "tests", "tools", "notebooks", "docs", ".ci", "data/raw"]
    files = [
        p
        for f in folders
        for p in (ROOT / f).rglob("*")
        if p.suffix in {".py", ".md", ".yml", ".ipynb", ".sh", ".typ", ".css", ".json", ""}
        and p.is_file()
        and "__pycache__" not in p.parts
    ]
    files += [
        ROOT / n
        for n in ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml", "environment.yml", "requirements.lock")
    ]
    found = [
        p.relative_to(ROOT).as_posix()
        for p in files
        if p.name != "test_docs.py" and bad.search(p.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_reviewers_page_is_the_one_in_the_package_and_names_commands_that_exist() -> None:
    text = (ROOT / "docs" / "审核说明.md").read_text(encoding="utf-8")
    assert text == (ROOT / "src/helpers/formats/templates/review_guide.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`selfeval ([a-z-]+)", text)) <= set(COMMANDS)
