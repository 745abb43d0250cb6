"""What reports of other logs than the example's say: counts over a limit, exact money, years without a grade."""

from __future__ import annotations

from typing import Any

from helpers.report import followed_numbers as numerals
from helpers.report import ungraded
from helpers.report.facts import each_counts
from helpers.report.narrative import build_report
from helpers.report.published_figures import published_figures
from tests.report import sample_results as sample


def counted() -> dict[str, Any]:
    """A number of cases above its limit: each case is one of those counted."""
    results = sample.fy2024()
    deviation = next(d for d in results["deviations"] if d.get("tickets") and d["kind"] == "shortfall")
    known = deviation["text_facts"]
    deviation.update(unit="件", tickets=deviation["tickets"][:1])
    known.update(rows=470, misses=470)
    return results


def test_cases_over_a_limit_on_their_number_are_no_misses() -> None:
    results = counted()
    deviation = next(d for d in results["deviations"] if d["unit"] == "件" and d.get("tickets"))
    assert each_counts(deviation)
    texts = list(numerals.texts(build_report(results)))
    assert any("计入的记录清单（470条）" in text for text in texts)
    deviation["unit"] = "比例"
    assert not each_counts(deviation)
    assert any("未达到要求的记录清单（470条）" in text for text in numerals.texts(build_report(results)))


def test_figures_are_listed_as_the_report_says_them() -> None:
    results = sample.fy2024()
    results["budget"].update(spent=943_600.0, adjusted=944_000.0)
    deviation = next(d for d in results["deviations"] if d["unit"] == "比例")
    deviation["gap"] = 0.434
    shown = {figure.words: figure.shown for figure in published_figures(results).values()}
    assert shown["全年执行数"] == "94.36万元" and shown["全年预算数"] == "94.4万元"
    assert "43.4个百分点" in {value for words, value in shown.items() if words.endswith("的差距")}


def test_a_year_without_a_grade_says_why_and_what_to_do() -> None:
    results = sample.fy2024()
    assert list(ungraded.lines(results)) == []
    first, second, *_ = results["indicators"]
    results["score"]["grade"] = None
    first.update(status="unknown", notes=["part_of_year_open"])
    second.update(status="unknown", notes=[])
    partly, other = ungraded.lines(results)
    assert partly.startswith(f"  “{first['level3']}”无法判定，因此没有等级：记录只涵盖本年度的一部分月份")
    assert partly.endswith("在 year.yml 这张表里写 period 和理由")
    assert other == f"  “{second['level3']}”无法判定，因此没有等级：原因见报告里该项的说明"
