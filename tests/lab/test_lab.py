"""The analyst's verbs: the report's own figures, parts that add up, rows behind them, trials that write nothing."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from helpers import lab
from helpers.indicators.plain import plain
from helpers.lab.lab_year import LabYear
from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.year.load import load_year
from tests.run import small_project
from tests.run.small_project import edit


def opened(root: Path, fiscal_year: int = 2024) -> LabYear:
    """The year of a project that was not run: its tables are made here, which is said."""
    with pytest.warns(lab.LabNotice, match="另行清洗"):
        return lab.year(fiscal_year, root)


def measured_of(node: Any) -> Iterator[tuple[str, Any, int]]:
    """Every measure that results.json names as evidence, with its figure and its number of rows."""
    if isinstance(node, dict):
        evidence = node.get("evidence")
        if isinstance(evidence, dict) and evidence.get("measure") and "actual" in node:
            yield evidence["measure"], node["actual"], evidence["rows"]
        for child in node.values():
            yield from measured_of(child)
    elif isinstance(node, list):
        for child in node:
            yield from measured_of(child)


# --- the example years ----------------------------------------------------------------------------


def test_every_measure_is_what_the_report_says(finished: Path) -> None:
    results = json.loads((finished / "reports" / "2024" / "results.json").read_text(encoding="utf-8"))
    year = lab.year(2024, finished)
    assert year.note == ""
    said = list(measured_of(results["indicators"]))
    assert len(said) > 7
    for name, actual, rows in said:
        assert (name, year.measure(name).value, year.measure(name).rows) == (name, actual, rows)
    assert year.measure("spent").value == results["budget"]["spent"]
    for action in [*results["plan"], *results["followup"]]:
        yardstick = action.get("yardstick") or {}
        if yardstick.get("measure") in year.declared.measures and "actual" in yardstick:
            assert year.measure(yardstick["measure"]).value == yardstick["actual"]


@pytest.mark.parametrize("fiscal_year", [2023, 2024])
def test_every_measure_of_both_years_is_the_stages_own(finished: Path, fiscal_year: int) -> None:
    """Of 2023 there are only the tables that the run of 2024 cleaned again; here they are taken over."""
    tables = finished / "data" / "processed" / "2024" / ("tables" if fiscal_year == 2024 else "previous")
    last = finished / "data" / "processed" / "2024" / "previous" if fiscal_year == 2024 else None
    year = lab.year(2024, finished) if fiscal_year == 2024 else opened(finished, 2023)
    with Measures(load_year(finished, fiscal_year), tables, last) as measures:
        for name in year.declared.measures:
            figure, found = measures.figure(name), year.measure(name)
            assert (found.exact, found.rows, found.sql) == (figure.value, figure.n, figure.sql)
            if found.spec.agg != "ratio" and (found.spec.date or found.table.year_by):
                months = [plain(one.value) for one in measures.monthly(name)]
                assert [None if v != v else v for v in found.monthly()["value"]] == months


def test_causes_are_those_of_the_report_and_add_up_exactly(finished: Path) -> None:
    results = json.loads((finished / "reports" / "2024" / "results.json").read_text(encoding="utf-8"))
    year = lab.year(2024, finished)
    repairs = next(one for one in results["deviations"] if one.get("part") == "故障维修" and one["kind"] == "shortfall")
    found = year.explain("timeliness.故障维修")
    assert plain(found.gap) == repairs["gap"]
    for dimension in found.splits:
        parts = found.contributions(dimension)
        assert sum(parts.values()) == found.gap == 1 - Fraction(772, 827)
        told = {one["cause"]: one["contribution"] for one in repairs["causes"] if one["dimension"] == dimension}
        assert {name: plain(part) for name, part in parts.items() if name in told} == {
            name: part for name, part in told.items() if name in parts
        }


def test_rows_behind_figures_are_as_many_as_the_report_counts(finished: Path) -> None:
    results = json.loads((finished / "reports" / "2024" / "results.json").read_text(encoding="utf-8"))
    year = lab.year(2024, finished)
    for one in results["activities"]:
        assert len(year.trace(f"activities.{one['category']}")) == one["count"]
    assert len(year.trace("activity_total")) == results["activity_total"]
    repairs = year.trace("indicators.timeliness.故障维修.actual")
    assert (len(repairs), int(repairs["_value"].sum())) == (827, 772)
    assert "requester" not in repairs.columns
    assert set(year.trace("cost")["_of"]) == {"spent", "staff"}
    assert year.trace("budget.spent")["_value"].sum() == results["budget"]["spent"]


def test_a_target_tried_is_what_the_year_would_come_to(finished: Path, tmp_path: Path) -> None:
    year = lab.year(2024, finished)
    before = sorted((p, p.stat().st_mtime_ns) for p in (finished / "data").rglob("*") if p.is_file())
    tried = year.try_target("satisfaction", "≥95%")
    assert sorted((p, p.stat().st_mtime_ns) for p in (finished / "data").rglob("*") if p.is_file()) == before
    assert (tried.status, tried.before.status, tried.before.total) == ("not_met", "met", 99.41)
    # The same target, written into a copy of the year's file.
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "2024").symlink_to(finished / "data" / "raw" / "2024")
    changed = load_year(finished, 2024)
    wanted = [
        one.model_copy(update={"target": "≥95%"}) if one.id == "satisfaction" else one
        for one in changed.indicators.indicators
    ]
    object.__setattr__(changed, "indicators", changed.indicators.model_copy(update={"indicators": tuple(wanted)}))
    with Measures(changed, finished / "data" / "processed" / "2024" / "tables") as measures:
        came = attain_year(changed, measures)
    satisfaction = next(one for one in came.indicators if one.spec.id == "satisfaction")
    assert (tried.score, tried.total) == (plain(satisfaction.score), plain(came.total.total))
    assert tried.attainment == plain(satisfaction.outcome.attainment)
    assert tried.grade == came.total.grade


# --- a small year ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> LabYear:
    root = tmp_path_factory.mktemp("lab")
    small_project.write_project(root)
    edit(root / "data/raw/2024/year.yml", "    key: ticket_id\n", "    key: ticket_id\n    personal: [cause]\n")
    edit(root / "data/raw/2024/indicators.yml", "explain: [cause, category]", "explain: [category]")
    edit(
        root / "data/raw/2024/year.yml",
        "words: 受理至完成的小时数}}",
        'words: 受理至完成的小时数}, long: {expr: "hours > 24", words: 超过一天}}',
    )
    return opened(root)


def test_tables_are_typed_and_without_personal_columns(small: LabYear) -> None:
    tickets = small.tables.tickets
    kinds = {name: str(kind) for name, kind in tickets.dtypes.items()}
    assert kinds["long"] == "boolean"
    assert kinds["opened_at"] == "datetime64[us]"
    assert kinds["category"] == "string"
    assert kinds["hours"] == "float64"
    assert kinds["source_row"] == "Int64"
    assert "cause" not in kinds
    assert len(tickets[tickets.long]) + len(tickets[~tickets.long]) == len(small.tables["tickets"]) == 120
    assert "cause" not in small.columns("tickets").index
    assert "cause" not in small.trace("in_time").columns


def test_by_month_by_a_column_and_the_whole_are_one_figure(small: LabYear) -> None:
    whole, by, months = (
        small.measure("in_a_day"),
        small.measure("in_a_day").by("category"),
        small.measure("in_a_day").by("month"),
    )
    for parts in (by, months):
        assert parts["rows"].sum() == whole.rows
        kept = sum(Fraction(round(value * n), 1) for value, n in zip(parts["value"], parts["rows"], strict=True))
        assert kept / whole.rows == whole.exact
    assert months["value"].tolist() == whole.monthly()["value"].tolist()
    assert small.measure("spent").monthly()["value"].sum() == pytest.approx(float(whole.year.measure("spent").exact))


def test_a_measure_of_ones_own_is_measured_as_a_declared_one(small: LabYear) -> None:
    own = small.measure({"table": "tickets", "agg": "share", "value": "hours <= 24"})
    assert (own.exact, own.sql) == (small.measure("in_a_day").exact, small.measure("in_a_day").sql)
    assert small.measure({"table": "tickets", "agg": "latest", "value": "resolved_at"}).value.startswith("2024-12")
    longest = small.measure({"table": "tickets", "agg": "max", "value": "hours", "unit": "小时"})
    assert longest.by("category")["value"].max() == longest.value
    assert "trial" not in small.declared.measures


def test_means_counts_and_sums_split_exactly(small: LabYear) -> None:
    rng = random.Random(7)
    for agg, value, unit in (("mean", "hours", "小时"), ("count", None, "件"), ("sum", "hours", "小时")):
        spec = {"table": "tickets", "agg": agg, "unit": unit, **({"value": value} if value else {})}
        measured = small.measure(spec)
        found = decomposed(small, spec, f"不高于{rng.randint(1, 50)}{unit}")
        assert sum(found.contributions("category").values()) == found.gap
        assert found.actual == measured.exact


def decomposed(year: LabYear, spec: dict[str, Any], target: str) -> Any:
    """``explain`` takes declared measures; declare one for the test."""
    from dataclasses import replace

    more = year._with(spec)
    other = LabYear(
        replace(more, indicators=more.indicators), year._folder, year._folder.parent / "previous", year.note
    )
    return other.explain("trial", by="category", target=target)


def test_charts_are_the_houses_on_white(small: LabYear, tmp_path: Path) -> None:
    chart = small.measure("in_a_day").plot()
    bundle = chart._repr_mimebundle_()
    assert "application/vnd.selfeval.blocks+json" in bundle
    assert 'src="data:image/svg+xml;base64,' in bundle["text/html"]
    assert 'fill="#ffffff"' in chart.svg
    assert "2024年1月" in chart.alt
    assert chart.save(tmp_path / "图.svg").read_text(encoding="utf-8").startswith("<svg ")
    assert "会议，" in small.measure("in_a_day").plot(by="category").alt


ASKED_WRONGLY = [
    (lambda y: y.measure("in_day"), "no_measure", "是否想写 in_a_day"),
    (lambda y: y.tables.ticket, "no_table", "是否想写 tickets"),
    (lambda y: y.measure("in_a_day").by("categry"), "no_column", "是否想写 category"),
    (lambda y: y.measure("in_a_day").by("cause"), "personal_column", "可用的列：ticket_id、category"),
    (lambda y: y.measure("in_a_day").by("state"), "no_dimension", "得不出用时最长的环节"),
    (lambda y: y.measure({"table": "tickets", "agg": "sum", "value": "hour"}), "bad_measure", "是否想写 hours"),
    (lambda y: y.measure({"table": "tickets", "agg": "sun", "value": "hours"}), "bad_measure", "agg：只能写"),
    (lambda y: y.measure({"table": "tickets", "ag": "count"}), "bad_measure", "没有 ag 这个键"),
    (lambda y: y.measure(5), "bad_measure", "应为键值对"),
    (
        lambda y: y.measure({"table": "tickets", "agg": "sum", "value": "CAST(category AS INTEGER)"}).value,
        "not_computable",
        "列 category 里有读不成整数的文字",
    ),
    (lambda y: y.explain("tickets"), "no_dimension", 'by=["列名"]'),
    (lambda y: y.explain("spent", by="voucher"), "no_target", 'target="≥95%"'),
    (lambda y: y.explain("in_a_day", by="category", target="很好"), "bad_target", "读不出方向"),
    (lambda y: y.explain("in_a_day", by="category", target="不低于5件"), "incomparable_units", "指标值的单位是 件"),
    (lambda y: y.trace("in_tim"), "no_figure", "是否想写 in_time"),
    (lambda y: y.trace("activities.会议"), "no_activities", "没有写 activities"),
    (lambda y: y.try_target("in_tim", "≥92%"), "no_indicator", "是否想写 in_time"),
    (lambda y: y.try_target("in_time", "很好"), "bad_target", "没有数值"),
    (lambda y: y.try_target("in_time", "≥92件"), "bad_target", "指标值的单位是件"),
]


@pytest.mark.parametrize(("ask", "code", "words"), ASKED_WRONGLY)
def test_what_cannot_be_answered_says_what_there_is(small: LabYear, ask: Any, code: str, words: str) -> None:
    with pytest.raises(lab.LabError) as caught:
        ask(small)
    assert caught.value.code == code
    assert words in str(caught.value)
    assert "Error:" not in str(caught.value)
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_a_year_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(lab.LabError, match=r"^\[no_root\]"):
        lab.year(2024, tmp_path)
    small_project.write_project(tmp_path)
    with pytest.raises(lab.LabError, match=r"没有 2022 年度的 year.yml\n    现有的年度：2024"):
        lab.year(2022, tmp_path)
    with pytest.raises(lab.LabError, match=r"^\[bad_year\]"):
        lab.year("2024", tmp_path)  # type: ignore[arg-type]
    edit(tmp_path / "data/raw/2024/indicators.yml", "value: hours <= 24", "value: hour <= 24")
    with pytest.raises(lab.LabError, match=r"^\[year_files\].*\n.*没有列 hour"):
        lab.year(2024, tmp_path)


def test_the_root_is_found_from_a_notebooks_folder(small: LabYear, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = small.declared.root / "notebooks"
    folder.mkdir()
    monkeypatch.chdir(folder)
    with pytest.warns(lab.LabNotice):
        assert lab.year(2024).measure("tickets").value == 120


def test_files_that_change_meanwhile_are_noticed(tmp_path: Path) -> None:
    folder = small_project.write_project(tmp_path)
    year = opened(tmp_path)
    assert "还没有结果" in year.note
    edit(folder / "indicators.yml", "不低于95%", "不低于96%")
    for ask in (lambda: year.measure("tickets"), lambda: year.tables.tickets, lambda: year.trace("tickets")):
        with pytest.raises(lab.LabError, match=r"^\[year_changed\]"):
            ask()
    assert opened(tmp_path).indicators.loc["in_time", "target"] == "不低于96%"


def test_importing_it_brings_nothing_heavy() -> None:
    heavy = "{'pandas', 'duckdb', 'matplotlib', 'pydantic', 'scipy'} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; from helpers import lab; print(sorted({heavy}))"],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.strip() == "[]"
