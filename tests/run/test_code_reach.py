"""What a stage is said to reach of the library holds all that it imports and opens."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.run.code_reach import CODE, MACHINERY, code_cells, imported, reached, read_sources
from helpers.run.stages import NOTEBOOKS, STAGES
from tests.run import small_project


def by_the_parser(text: str) -> Iterator[str]:
    """The library's modules that a text imports, but for type checkers."""
    waiting: list[ast.AST] = [ast.parse(text)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "no relative imports"
            yield from (
                f"{node.module}.{one.name}" for one in node.names if str(node.module).split(".")[0] == "helpers"
            )
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.split(".")[0] == "helpers")
        waiting += ast.iter_child_nodes(node)


def test_every_import_is_found_as_the_parser_finds_it() -> None:
    checked = 0
    for path in sorted(CODE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        wanted = set(by_the_parser(text))
        assert wanted <= imported(text), path
        checked += len(wanted)
    assert checked > 1000


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("from helpers.year import load, seen as s", {"helpers.year.load", "helpers.year.seen"}),
        ("    from helpers.gate import (\n run,  # (why)\n large,\n)", {"helpers.gate.run", "helpers.gate.large"}),
        ("import helpers.year.load as l, os", {"helpers.year.load", "helpers.year.load.*"}),
        ("x = import_module('helpers.formats.pdf:render_pdf')", {"helpers.formats.pdf"}),
        ("if TYPE_CHECKING:\n    from helpers.year.load import Year\n\nx = 1", set()),
        ("# helpers.year.load is not imported", set()),
    ],
)  # fmt: skip
def test_what_an_import_looks_like(text: str, names: set[str]) -> None:
    assert imported(text) == names


def test_a_package_asked_for_what_it_imports_on_demand_reaches_that_too() -> None:
    sources = read_sources()
    part = reached("from helpers.report.narrative import signals", sources)
    whole = reached("from helpers.report.narrative import build_report", sources)
    assert "report/narrative/by_outline.py" in whole and "report/narrative/by_outline.py" not in part
    assert {"report/narrative/__init__.py", "report/__init__.py", "__init__.py"} <= set(part) & set(whole)


def test_data_belongs_to_the_modules_that_name_it() -> None:
    sources = read_sources()
    assert sources.users["report/results.schema.json"] == {"report/results_schema.py"}
    assert "formats/html.py" in sources.users["formats/templates/report.css"]
    assert all(sources.users.values())


def test_nothing_is_imported_by_a_name_put_together_at_run_time() -> None:
    """Where modules are imported by name, the names stand in the source as a whole."""
    found = {p.relative_to(CODE).as_posix() for p in CODE.rglob("*.py") if "import_module(" in p.read_text("utf-8")}
    assert found == {"__init__.py", "formats/papers.py"}
    assert "helpers.formats.pdf" in imported((CODE / "formats/papers.py").read_text(encoding="utf-8"))


def test_what_stages_import_and_open_is_what_they_are_said_to_reach(tmp_path: Path) -> None:
    small_project.write_project(tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    probe = Path(__file__).with_name("stage_probe.py")
    command = [sys.executable, "-W", "ignore", str(probe), *map(str, (NOTEBOOKS, CODE, tmp_path, out))]
    path = os.pathsep.join([str(CODE.parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env={**os.environ, "PYTHONPATH": path}, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    sources = read_sources()
    opened = set()
    for stage in STAGES:
        found = set(json.loads((out / f"{stage.name}.json").read_text(encoding="utf-8")))
        said = reached(f"{MACHINERY}\n{code_cells(stage.notebook)}", sources)
        assert found - set(said) == set(), stage.name
        assert len(found) > 60, stage.name
        opened |= {name for name in found if not name.endswith(".py")}
    assert {"indicators/lexicon.yml", "gate/expectations.json"} <= opened


def test_what_a_wheel_carries_besides_is_no_part_of_the_library() -> None:
    """A notebook that is opened and saved makes nothing run again: stages count by their code cells."""
    assert not [name for name in read_sources() if name.endswith((".ipynb", ".lock"))]
