"""Changed figures of two packages: ranked, never written alike, each with what is behind it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.report.published_figures import published_figures
from helpers.trust import side_by_side
from helpers.trust.changes import Change, Reasons, Side, changed_figures, other_numbers, other_words
from helpers.trust.side_by_side import SideBySide
from tests.conftest import selfeval
from tests.report import sample_results as sample

TICKETS, CORRECTIONS = "data/raw/2024/exports/工单.csv", "data/raw/2024/corrections.yml"


def manifest() -> dict[str, Any]:
    files = (TICKETS, CORRECTIONS, "data/raw/2024/year.yml", "data/raw/2024/indicators.yml")
    return {
        "inputs": [{"file": file, "sha256": "a", "bytes": 1} for file in files],
        "code": {"sha256": "a", "reached": {"measures/figures.py": "a", "cli.py": "a"}},
        "lock": {"sha256": "a"},
        "python": "3.11",
        "platform": "Linux-x86_64",
        "fonts": [],
    }


def results() -> Any:
    """The sample year, whose satisfaction is computed from the tickets."""
    found = copy.deepcopy(sample.fy2024())
    found["indicators"][-1]["evidence"] = {"kind": "computed", "sql": "SELECT 1", "inputs": [{"file": TICKETS}]}
    return found


def change_input(after: Any, name: str = TICKETS) -> None:
    next(one for one in after.manifest["inputs"] if one["file"] == name)["sha256"] = "b"


def changes(edit: Callable[[Any], None]) -> dict[str, Change]:
    before, after = Side(manifest(), results()), Side(manifest(), results())
    edit(after)
    return {one.id: one for one in changed_figures(before, after)}


def lower(after: Any) -> None:
    after.results["indicators"][-1]["actual"] -= 0.01


NAME = "indicators." + results()["indicators"][-1]["id"]


def test_nothing_changed_is_nothing_said() -> None:
    assert changes(lambda _: None) == {}


def test_a_changed_export_is_the_reason_of_what_is_worked_out_from_it() -> None:
    def edit(after: Any) -> None:
        lower(after)
        change_input(after)
        change_input(after, "data/raw/2024/year.yml")

    found = changes(edit)
    assert list(found) == [f"{NAME}.actual"]
    assert found[f"{NAME}.actual"].reasons == (f"输入 {TICKETS} 有改动",)


def test_a_correction_a_query_and_code_are_told_apart() -> None:
    def corrected(after: Any) -> None:
        lower(after)
        change_input(after, CORRECTIONS)

    def asked_otherwise(after: Any) -> None:
        lower(after)
        after.results["indicators"][-1]["evidence"]["sql"] = "SELECT 2"

    def other_code(after: Any) -> None:
        lower(after)
        after.manifest["code"] = {"sha256": "b", "reached": {"measures/figures.py": "b", "cli.py": "a"}}

    def nothing_else(after: Any) -> None:
        lower(after)

    said = [changes(edit)[f"{NAME}.actual"].reasons for edit in (corrected, asked_otherwise, other_code, nothing_else)]
    assert said == [
        (f"更正 {CORRECTIONS} 有改动",),
        ("度量口径有改动（查询语句不同）",),
        ("程序有改动（helpers/measures/figures.py）",),
        ("输入和程序都相同：其中一份被改动过",),
    ]


def test_a_target_and_a_rule_are_the_reasons_of_scores() -> None:
    def edit(after: Any) -> None:
        entry = after.results["indicators"][-1]
        entry["target_text"], entry["score"] = "不低于99%", entry["score"] - 1
        after.results["score"]["total"] -= 1
        after.results["score"]["upper"] -= 1

    found = changes(edit)
    assert next(iter(found)) == "score.total"
    assert "目标由“" in found[f"{NAME}.score"].reasons[0] and "改为“不低于99%”" in found[f"{NAME}.score"].reasons[0]
    assert any("得分由" in reason for reason in found["score.total"].reasons)

    def ruled(after: Any) -> None:
        after.results["score"]["grade"] = "良"
        after.results["rules"] = {**(after.results.get("rules") or {"values": []}), "id": "other"}

    assert changes(ruled)["score.grade"].reasons[0].endswith("改为 other")


def test_figures_that_differ_are_never_written_alike() -> None:
    def edit(after: Any) -> None:
        after.results["indicators"][-1]["actual"] -= 0.00001

    before, after, difference = changes(edit)[f"{NAME}.actual"].shown
    assert before != after
    assert difference.startswith("−")


def test_numbers_and_words_beside_the_figures_are_counted() -> None:
    before, after = Side(manifest(), results()), Side(manifest(), results())
    after.results["indicators"][0]["definition"] = "另一种说法"
    after.results["indicators"][0]["attainment"] = 0.5
    assert other_words(before, after) == ["indicators[0].definition"]
    assert other_numbers(before, after) == ["indicators[0].attainment"]


def test_every_figure_has_a_name_and_words_of_its_own() -> None:
    figures = published_figures(results())
    assert len({one.words for one in figures.values()}) == len(figures)


def test_the_page_runs_nothing_and_shows_marks_as_they_are() -> None:
    def edit(after: Any) -> None:
        lower(after)
        after.results["indicators"][-1]["level3"] = "<script>alert(1)</script>\x1b[31m"

    before, after = Side(manifest(), results()), Side(manifest(), results())
    edit(after)
    found = SideBySide(
        names=("a", "<b>"),
        changes=tuple(changed_figures(before, after)),
        reasons=tuple(Reasons(before, after).all()),
        numbers=(),
        words=(),
    )
    page = side_by_side.as_html(found)
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page and "\x1b" not in page
    assert "default-src 'none'" in page
    assert "\x1b" not in "\n".join(side_by_side.lines(found))


def test_the_command_compares_packages_and_years(made: Path, tmp_path: Path) -> None:
    package = str(made / "reports" / "2024")
    page = tmp_path / "差异.html"
    done = selfeval("diff", package, "2024", "--root", str(made), "--html", str(page))
    assert done.returncode == 0, done.stderr
    assert "公布的数字没有变化" in done.stdout
    assert "公布的数字没有变化" in page.read_text(encoding="utf-8")
    told = json.loads(selfeval("diff", package, package, "--json").stdout)
    assert (told["changes"], told["unsound"], told["reasons"]) == ([], [], [])


@pytest.mark.parametrize("named", ["2019", "nowhere"])
def test_what_is_no_package_is_the_callers_mistake(made: Path, named: str) -> None:
    done = selfeval("diff", named, "2024", "--root", str(made))
    assert done.returncode == 2
    assert "[no_package]" in done.stderr
