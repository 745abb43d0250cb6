"""A year from April with the year before, through all stages: what the results, the report and the forms say of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import openpyxl
import pytest

from helpers.formats.html import render_html
from helpers.formats.printed import front_lines
from helpers.formats.xlsx import write_forms
from helpers.forms.readers import read_forms
from helpers.report.blocks import Figure, Front
from helpers.report.figures.series import month_axis
from helpers.report.many_years import many_years
from helpers.report.narrative.by_outline import build_report
from helpers.report.results import load_results
from helpers.run.stages import CLEAN
from helpers.run.workspace import open_stage
from helpers.year.faults import YearFileError
from helpers.year.root import Root
from tests.run import small_project
from tests.run.small_project import edit
from tests.shifted_example import moved_line

ACTIVITIES = "activities: {table: tickets, by: category, items: [{category: 桌面}, {category: 网络}]}\n"
OUTLINE = """\
title: 简报
contents:
  - {opening: 摘要, contents: [decision]}
  - chapter: 结论
    contents:
      - text: "{fiscal_year}办结{met}。"
      - {section: 总体, contents: [outcome, since_last_year]}
      - {section: 比较, contents: [against_last_year]}
      - {section: 指标, contents: [each_indicator]}
      - {section: 原因, contents: [shortfalls]}
      - {section: 活动, contents: [activity]}
"""


def moved(folder: Path, months: int) -> None:
    for path in (*folder.glob("*.yml"), *folder.glob("exports/*.csv")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(moved_line(line, months) for line in lines), encoding="utf-8")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years from 1 April, run; last year's tickets were opened an hour earlier and it paid less: not the same."""
    root = tmp_path_factory.mktemp("april")
    folder = small_project.write_project(root)
    (folder / "brief.yml").write_text(OUTLINE, encoding="utf-8")
    moved(folder, 3)
    edit(folder / "year.yml", "fiscal_year: 2024\n", f"fiscal_year: 2024\nyear_start: 04-01\n{ACTIVITIES}")
    before = Root(root).raw(2023)
    (before / "exports").mkdir(parents=True)
    for path in (*folder.glob("*.yml"), *folder.glob("exports/*.csv")):
        text = path.read_text(encoding="utf-8").replace(" 08:", " 07:").replace(",7", ",6")
        (before / path.relative_to(folder)).write_text(text, encoding="utf-8")
    moved(before, -12)
    edit(before / "year.yml", "fiscal_year: 2024\n", "fiscal_year: 2023\n")
    with pytest.MonkeyPatch.context() as patch:
        small_project.shows_nothing(patch)
        small_project.run_all(root)
    return root


@pytest.fixture(scope="module")
def results(root: Path) -> Any:
    return load_results(Root(root).processed(2024) / "results.json")


def test_results_say_when_the_year_begins_and_months_follow_it(results: Any) -> None:
    assert (results["fiscal_year"], results["year_start"]) == (2024, "04-01")
    months = [one["month"] for one in results["indicators"][0]["monthly"]]
    assert months == [*(f"2024-{n:02}" for n in range(4, 13)), "2025-01", "2025-02", "2025-03"]
    assert [one["value"] for one in results["indicators"][0]["monthly"]] == [10] * 12
    assert {t["table"]: t["used"] for t in results["tables"]} == {"tickets": 120, "ledger": 12}
    assert results["indicators"][0]["previous"]["fiscal_year"] == 2023


def test_the_report_says_its_days_and_calls_years_so(results: Any) -> None:
    blocks = build_report(results)
    page = render_html(blocks)
    assert "评价期间" in page and "2024年度（2024年4月1日至2025年3月31日）" in page
    assert "本年度（2024年4月1日至2025年3月31日）设定绩效指标2项" in page
    assert "2024年度办结" in page  # {fiscal_year} of an outline
    assert "2023年度" in page
    assert "2023年与" not in page and "2023年（" not in page and "2023年为" not in page
    front = next(b for b in blocks if isinstance(b, Front))
    assert "评价期间：2024年度（2024年4月1日至2025年3月31日）" in front_lines(front)
    charts = [b for b in blocks if isinstance(b, Figure)]
    assert any(b.caption.endswith("2023年度与2024年度完成值比较") for b in charts)
    rows = [row for b in charts if b.data is not None for row in b.data.rows]
    assert any(row[0].text == "2025年1月" for row in rows)
    assert not any(row[0].text == "1月" for row in rows)


def test_forms_say_its_days_and_can_be_read_back(results: Any, tmp_path: Path) -> None:
    (tmp_path / "自评.xlsx").write_bytes(write_forms(results))
    book = openpyxl.load_workbook(tmp_path / "自评.xlsx")
    assert book["绩效自评表"]["A2"].value == "（2024年度，2024年4月1日至2025年3月31日）"
    assert not [text for form in read_forms(tmp_path / "自评.xlsx") for _, text in form.unplaced if "年4月" in text]
    heads = [cell.value for cell in book["年度活动"][2]]
    assert heads[4:16] == [*(f"{n}月" for n in range(4, 13)), "2025年1月", "2025年2月", "2025年3月"]


def test_nothing_of_this_is_said_of_a_calendar_year(results: Any) -> None:
    plain = {key: value for key, value in results.items() if key != "year_start"}
    page = render_html(build_report(plain))  # type: ignore[arg-type]
    assert "评价期间" not in page and "2023年度" not in page and "<dt>年度</dt>" in page
    front = next(b for b in build_report(plain) if isinstance(b, Front))  # type: ignore[arg-type]
    assert "period" not in front.model_dump(mode="json")


def test_years_beside_one_another_are_told_where_their_days_change(results: Any) -> None:
    other = json.loads(json.dumps({k: v for k, v in results.items() if k != "year_start"})) | {"fiscal_year": 2023}
    many = many_years([other, results])
    assert all("年度改为从4月1日起（原从1月1日起）" in line.points[1].broken for line in many.lines)
    same = many_years([{**results, "fiscal_year": 2023}, results])
    assert not any("年度改为" in text for line in same.lines for point in line.points for text in point.broken)


def test_a_stage_refuses_a_year_before_with_another_start(root: Path, tmp_path: Path) -> None:
    shutil.copytree(Root(root).all_raw, Root(tmp_path).all_raw)
    edit(tmp_path / "data" / "raw" / "2023" / "year.yml", "year_start: 04-01\n", "")
    stage = open_stage(CLEAN.name, 2024, str(tmp_path))
    with pytest.raises(YearFileError, match="year_start_differs"):
        stage.previous  # noqa: B018


@pytest.mark.parametrize(
    ("shown", "every", "labels"),
    [
        (["2024-12", "2025-01"], ["2024-04", "2025-03"], ["12月", "1月\n2025年"]),
        (["2025-02", "2025-03"], ["2024-04", "2025-03"], ["2月\n2025年", "3月\n2025年"]),
        (["2024-02", "2024-03"], ["2024-01", "2024-12"], ["2月", "3月"]),
        (["2024-02", "2024-03"], [], ["2月", "3月"]),
    ],
)
def test_months_of_the_second_calendar_year_carry_it(shown: list[str], every: list[str], labels: list[str]) -> None:
    axes = MagicMock()
    month_axis(axes, shown, every)
    assert axes.set_xticks.call_args.args[1] == labels
