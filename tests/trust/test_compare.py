"""``selfeval compare`` on packages that lie there: what it answers, writes and refuses."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import helpers
from helpers.report.results import dump_results
from helpers.run.parameters import ParameterError
from helpers.trust.many_packages import lines, page, read_years, years_of
from helpers.trust.opened import NoPackage
from tests.conftest import selfeval
from tests.report import sample_results as sample


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    for year in (2023, 2024):
        folder = tmp_path / "reports" / str(year)
        folder.mkdir(parents=True)
        content = dump_results({**sample.fy2024(), "fiscal_year": year}).encode("utf-8")
        (folder / "results.json").write_bytes(content)
        listed = {"file": "results.json", "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        (folder / "manifest.json").write_text(json.dumps({"outputs": [listed]}), encoding="utf-8")
    return tmp_path


def test_a_page_is_written_and_the_screen_says_what_changed(root: Path) -> None:
    out = root / "对照.html"
    done = selfeval("compare", "2024", "2023", "--root", str(root), "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "2023至2024年度绩效自评对照" in done.stdout and "目标值调整 0 处" in done.stdout
    text = out.read_text(encoding="utf-8")
    assert "<h1>2023至2024年度绩效自评对照</h1>" in text and sample.fy2024()["notice"] in text
    assert "<script" not in text and "<figure>" in text


def test_json_tells_the_same(root: Path) -> None:
    done = selfeval("compare", "2023", "2024", "--root", str(root), "--json")
    told = json.loads(done.stdout)
    assert [one["fiscal_year"] for one in told["years"]] == [2023, 2024]
    assert len(told["indicators"]) >= len(sample.fy2024()["indicators"])


def test_a_missing_package_names_the_command(root: Path) -> None:
    shutil.rmtree(root / "reports" / "2023")
    done = selfeval("compare", "2022", "2023", "2024", "--root", str(root))
    assert done.returncode == 2
    assert f"selfeval run --year 2022 --root {root}" in done.stderr
    assert f"selfeval run --year 2023 --root {root}" in done.stderr


def test_one_year_eleven_years_and_a_package_in_the_wrong_place_are_refused(root: Path) -> None:
    for years in ([2024], [2024, 2024], list(range(2014, 2025))):
        with pytest.raises(NoPackage, match="bad_years"):
            read_years(years, root)
    shutil.copytree(root / "reports" / "2023", root / "reports" / "2022")
    with pytest.raises(NoPackage, match=r"other_year.*\n.*selfeval run --year 2022"):
        read_years([2022, 2024], root)


def test_a_package_that_was_changed_is_said_first(root: Path) -> None:
    file = root / "reports" / "2023" / "results.json"
    file.write_text(file.read_text("utf-8") + "\n", encoding="utf-8")
    many, unsound = read_years([2023, 2024], root)
    assert any("results.json" in words for words in unsound)
    assert "注意" in lines(many, unsound)[1]
    assert page(many, unsound) == page(many, unsound)


def test_the_notebooks_years_are_words() -> None:
    assert years_of("2023 2024") == years_of("2023,2024") == years_of("[2023, 2024]") == [2023, 2024]
    with pytest.raises(ParameterError, match="bad_parameter"):
        years_of("去年")


SHOWN = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.history_manager.enabled = False
shell._showtraceback = lambda kind, error, lines: print("\\n".join(lines))
for source in sys.argv[1:]:
    shell.run_cell(source, store_history=False)
"""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("read_years(years_of('2023 2024'), Path('.'))", "[no_package]  还没有 2023、2024 年度的成套材料"),
        ("read_years(years_of('去年'), Path('.'))", "[bad_parameter]  参数 years 写成用空格隔开的年度"),
    ],
)
def test_in_a_notebook_of_its_own_an_error_is_one_plain_block(tmp_path: Path, source: str, said: str) -> None:
    """No stage was opened before, as in compare_years.ipynb."""
    (tmp_path / "data" / "raw").mkdir(parents=True)
    cell = f"from pathlib import Path\nfrom helpers.trust.many_packages import read_years, years_of\n{source}"
    done = subprocess.run(
        [sys.executable, "-c", SHOWN, cell],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(helpers.__file__).parents[1])},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.stdout.startswith(said), done.stdout + done.stderr
    assert "位置：本单元格第 3 行" in done.stdout and "Traceback" not in done.stdout
