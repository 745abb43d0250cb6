"""Whatever fails after the notebooks ends in one screen, status 1, what was made kept, the old package untouched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from helpers.cli import app
from helpers.run import run_year
from helpers.run.stages import REPORT
from helpers.year.engine import MOST_THREADS


@pytest.fixture
def root(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished year whose stages are taken as run: only the package is made again."""
    root = tmp_path / "root"
    shutil.copytree(finished, root)

    def executed(stage: Any, parameters: Any, output: Path, root: Path, *, then_likely: bool) -> None:
        shutil.copyfile(finished / "reports/2024/notebooks" / output.name, output)

    monkeypatch.setattr(run_year, "run_stage", executed)
    monkeypatch.setattr(run_year.kept_notebooks, "keep", lambda *_: None)  # no stage has run that it could be kept of
    return root


def stopped(root: Path) -> str:
    """What the command line says; the old package must be what it was, the failed one must hold the notebooks."""
    before = {p: p.read_bytes() for p in (root / "reports/2024").rglob("*") if p.is_file()}
    done = CliRunner().invoke(app, ["run", "--year", "2024", "--root", str(root), "--force"])
    assert done.exit_code == 1, done.output
    assert "Traceback" not in done.output
    assert before == {p: p.read_bytes() for p in (root / "reports/2024").rglob("*") if p.is_file()}
    failed = root / "reports/2024.failed"
    assert (failed / "notebooks" / f"{REPORT.name}.ipynb").is_file()
    assert (failed / "error.txt").read_text(encoding="utf-8").strip() in done.output
    assert "reports/2024.failed/" in done.output
    assert len(done.output.splitlines()) <= 40
    return done.output


def edited(root: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = root / "data/processed/2024/results.json"
    results = json.loads(path.read_text(encoding="utf-8"))
    change(results)
    path.write_text(json.dumps(results, ensure_ascii=False), encoding="utf-8")


def test_a_glyph_that_no_font_has_is_marked_in_the_forms(root: Path) -> None:
    import openpyxl

    edited(root, lambda results: results.update(institution="某法院\U0001f600"))
    done = CliRunner().invoke(app, ["run", "--year", "2024", "--root", str(root), "--force"])
    assert done.exit_code == 0, done.output
    book = openpyxl.load_workbook(root / "reports/2024/self_evaluation.xlsx")
    texts = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert any("某法院〓" in text for text in texts) and not any("\U0001f600" in text for text in texts)


def test_results_that_break_the_contract(root: Path) -> None:
    edited(root, lambda results: results["score"].update(total="很高"))
    message = stopped(root)
    assert "results_schema: score.total" in message


def test_the_typesetter_fails(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import typst

    def failing(*_: Any, **__: Any) -> bytes:
        raise RuntimeError("unclosed delimiter")

    monkeypatch.setattr(typst, "compile", failing)
    message = stopped(root)
    assert "[pdf_failed]" in message
    assert "unclosed delimiter" in message


def test_a_fault_of_the_program_names_its_place(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: Any) -> bytes:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("helpers.formats.xlsx.write_forms", failing)
    monkeypatch.setenv(MOST_THREADS, "1")  # no second process, which would know nothing of it
    message = stopped(root)
    assert "[package_failed]  ZeroDivisionError，在 test_package_fails.py 第" in message
    assert (root / "reports/2024.failed/report.html").is_file()


def test_the_next_good_run_clears_the_failed_one(root: Path) -> None:
    good = json.loads((root / "data/processed/2024/results.json").read_text(encoding="utf-8"))["score"]["total"]
    edited(root, lambda results: results["score"].update(total="很高"))
    stopped(root)
    edited(root, lambda results: results["score"].update(total=good))
    done = CliRunner().invoke(app, ["run", "--year", "2024", "--root", str(root), "--force"])
    assert done.exit_code == 0, done.output
    assert not (root / "reports/2024.failed").exists()
