"""The house: rooms import in one direction, no two files share a name, every value of a rule set is applied."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from helpers.indicators.rule_sets import RuleSet

ROOT = Path(__file__).resolve().parents[1]
HELPERS = ROOT / "src" / "helpers"
FILES = sorted(p for p in HELPERS.rglob("*.py") if "__pycache__" not in p.parts)
LINT_IMPORTS = [
    sys.executable,
    "-c",
    "from importlinter.cli import lint_imports_command; lint_imports_command()",
    "--no-cache",
]


def room(path: Path) -> str:
    return path.relative_to(HELPERS).parts[0].removesuffix(".py")


@pytest.fixture(scope="module")
def contracts() -> subprocess.CompletedProcess[str]:
    return subprocess.run(LINT_IMPORTS, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


def test_rooms_import_in_one_direction_and_no_format_another(contracts: subprocess.CompletedProcess[str]) -> None:
    """The contracts of pyproject.toml, judged by import-linter."""
    assert contracts.returncode == 0, contracts.stdout
    assert "3 kept, 0 broken" in contracts.stdout


def test_an_arrow_upward_breaks_the_contract(tmp_path: Path) -> None:
    """The same contracts on a copy in which a rule imports a report."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "*.ttf"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "src" / "helpers" / "indicators" / "units.py").open("a", encoding="utf-8") as planted:
        planted.write("\nfrom helpers.report import wording as _wording\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "src")}
    done = subprocess.run(
        LINT_IMPORTS, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1
    assert "helpers.indicators.units -> helpers.report.wording" in done.stdout


def test_no_two_files_share_a_name() -> None:
    names = Counter(p.name for p in FILES if p.name != "__init__.py")
    assert [name for name, count in names.items() if count > 1] == []


def test_no_room_holds_more_than_a_fifth_of_the_lines() -> None:
    lines = Counter[str]()
    for path in FILES:
        lines[room(path)] += len(path.read_text(encoding="utf-8").splitlines())
    total = lines.total()
    assert {name: round(count / total, 3) for name, count in lines.items() if count > total / 5} == {}


def test_every_file_says_what_it_is_for_and_stays_readable() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), path
        assert len(text.splitlines()) <= LONGEST.get(path.name, 400), path


#: Longer than a file should be; to be divided when next changed.
LONGEST: dict[str, int] = {}


def test_every_value_of_a_rule_set_is_applied() -> None:
    """A value that is printed as applied is read by a rule, not only by the page that prints it."""
    read: set[str] = set()
    for path in FILES:
        if path.name not in ("rule_sets.py", "provenance.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            read |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    values = set(RuleSet.model_fields) - {"id", "title", "origins", "overridden"}
    assert values - read == set()
