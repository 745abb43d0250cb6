"""``show: true``: a measure without an indicator is printed, charted and kept with what it rests on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.formats.notebook_view import fragment
from helpers.report.blocks import Figure, Table
from helpers.report.narrative.by_outline import build_report
from tests.run import small_project
from tests.run.small_project import edit


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year that shows a mean with a date, a ratio, and one that an indicator uses as well."""
    root = tmp_path_factory.mktemp("shown")
    folder = small_project.write_project(root)
    more = """\
  mean_hours: {table: tickets, agg: mean, value: hours, unit: 小时, words: 平均用时, show: true}
  a_ticket: {agg: ratio, numerator: spent, denominator: tickets, unit: 元/件, words: 每件支出, show: true}
  last: {table: tickets, agg: latest, value: resolved_at, words: 最后一次完成, show: true}
"""
    edit(folder / "indicators.yml", "indicators:\n", f"{more}indicators:\n")
    edit(folder / "indicators.yml", "value: hours <= 24,", "value: hours <= 24, show: true,")
    with pytest.MonkeyPatch.context() as patch:
        small_project.shows_nothing(patch)
        small_project.run_all(root)
    return root


def test_they_are_printed_and_kept_with_their_evidence(root: Path) -> None:
    results = json.loads((root / "data/processed/2024/results.json").read_text(encoding="utf-8"))
    shown = {one["measure"]: one for one in results["shown_measures"]}
    assert list(shown) == ["in_a_day", "mean_hours", "a_ticket", "last"]
    in_time = next(one for one in results["indicators"] if one["id"] == "in_time")
    assert shown["in_a_day"]["value"] == in_time["actual"]
    assert [month["value"] for month in shown["in_a_day"]["monthly"]] == [m["value"] for m in in_time["monthly"]]
    assert shown["a_ticket"]["monthly"] == []
    assert shown["last"]["value"].startswith("2024-12-")
    evidence = shown["mean_hours"]["evidence"]
    assert (evidence["sql"], evidence["rows"]) == ("SELECT avg(hours) FROM tickets", 120)
    assert evidence["inputs"][0]["file"] == "data/raw/2024/exports/tickets.csv"
    blocks = build_report(results)
    table = next(b for b in blocks if isinstance(b, Table) and "不参加评分的度量" in b.caption)
    assert [row[0].text for row in table.rows] == ["一天内完成的占比", "平均用时", "每件支出", "最后一次完成"]
    captions = [b.caption for b in blocks if isinstance(b, Figure)]
    assert any("平均用时各月情况" in caption for caption in captions)
    assert not any("每件支出" in caption for caption in captions)
    assert "附件" in fragment(blocks)


def test_an_outline_that_names_them_says_where(root: Path) -> None:
    results = json.loads((root / "data/processed/2024/results.json").read_text(encoding="utf-8"))
    results["outline"]["contents"].append({"chapter": "另附", "contents": [{"write": "shown_measures"}]})
    tables = [b for b in build_report(results) if isinstance(b, Table) and "不参加评分的度量" in b.caption]
    assert len(tables) == 1


def test_without_them_nothing_changes(root: Path) -> None:
    results = json.loads((root / "data/processed/2024/results.json").read_text(encoding="utf-8"))
    del results["shown_measures"]
    assert not any("不参加评分" in getattr(b, "caption", "") for b in build_report(results))
