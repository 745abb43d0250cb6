"""README and help keep step with the program."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from helpers.cli import app
from helpers.run.check import check_year

ROOT = Path(__file__).resolve().parents[1]
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.en.md")}
COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_and_has_help(command: str) -> None:
    assert all(f"`selfeval {command} " in text for text in READMES.values())
    shown = CliRunner().invoke(app, [command, "--help"])
    assert shown.exit_code == 0 and f"{command} [选项]" in shown.output and "显示这段说明" in shown.output
    assert not re.search("[A-Za-z]{3,} (?:[a-z]+ ){3}", shown.output), shown.output


def test_every_documented_command_exists() -> None:
    for text in READMES.values():
        assert set(re.findall(r"`selfeval ([a-z-]+) ", text)) == set(COMMANDS)


def test_every_make_target_is_listed() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE)) - {"help", "clean"}
    for text in READMES.values():
        assert [t for t in targets if f"`{t}`" not in text and f"make {t}" not in text] == []


def test_every_linked_file_is_there() -> None:
    for text in READMES.values():
        for target in re.findall(r"\]\(([^)#]+)\)", text):
            assert (ROOT / target).exists(), target


def test_the_sample_indicators_pass_their_own_check(tmp_path: Path) -> None:
    """The file that both READMEs show, in the place of the example year's: no fault lies in it."""
    samples = {re.findall(r"```yaml\n(measures:.*?)```", text, re.DOTALL)[0] for text in READMES.values()}
    (sample,) = samples
    raw = tmp_path / "data" / "raw" / "2024"
    shutil.copytree(ROOT / "data" / "raw" / "2024", raw)
    (raw / "indicators.yml").write_text(sample, encoding="utf-8")
    (raw / "plan.yml").write_text("actions: []\n", encoding="utf-8")
    faults = [one for one in check_year(tmp_path, 2024, open_files=False) if "indicators.yml" in str(one)]
    assert faults == []


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
        for n in (
            "README.md",
            "README.en.md",
            "CHANGELOG.md",
            "Makefile",
            "pyproject.toml",
            "environment.yml",
            "requirements.lock",
        )
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


def test_what_the_rap_page_points_to_is_there() -> None:
    text = (ROOT / "docs" / "rap.md").read_text(encoding="utf-8")
    inside_a_package = {"results.json", "manifest.json", "validation.json", "reports", "data/processed"}
    named = set(re.findall(r"`([\w./一-鿿-]+)`", text)) - inside_a_package
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    assert set(re.findall(r"`selfeval ([a-z-]+)", text)) <= set(COMMANDS)
