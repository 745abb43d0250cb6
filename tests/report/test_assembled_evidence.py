"""The evidence in results.json: queries that give the figures when they are run, files with hashes, rows left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from helpers.measures.figures import Measures
from helpers.measures.year_attained import attain_year
from helpers.report.assemble import Sources, attainment_json
from helpers.report.assemble_stated import stated_in_year_files, table_evidence
from helpers.year.load import load_year
from tests import small_year

YEAR = """\
  tickets:
    title: 工单
    files: exports/t.csv
    key: ticket
    year_by: opened_at
    columns: {ticket: 编号, kind: 类别, opened_at: {from: 受理, type: datetime}, hours: {from: 用时, type: number}}
activities:
  table: tickets
  by: kind
  items: [{category: 甲's}, {category: 乙, lower_bound: true}, {category: 丙}]
"""
INDICATORS = """\
measures:
  fast: {agg: share, table: tickets, value: "hours <= 4", words: 四小时内完成}
  late: {agg: count, table: tickets, where: "hours > 4", words: 超时}
  times: {agg: ratio, numerator: late, denominator: late, unit: 倍, words: 比}
indicators:
  - {id: fast, level1: 产出, level2: 时效指标, level3: 及时率, target: 不低于90%, weight: 30, actual: {measure: fast}}
  - {id: late, level1: 产出, level2: 时效指标, level3: 超时, target: 不高于9件, weight: 30, actual: {measure: late}}
  - {id: times, level1: 产出, level2: 时效指标, level3: 比, target: 1倍, weight: 30, actual: {measure: times}}
  - {id: said, level1: 效益, level2: 社会效益指标, level3: 效率, target: 不低于5%, weight: 0,
     actual: {stated: 10%, note: 照录, evidence: [{document: 说明, date: 2025-01-01, custodian: 综合室}]}}
"""
TABLE: dict[str, Any] = {
    "table": "tickets",
    "rows_in": 40,
    "set_aside": [{"reason": "合计行", "rows": 7}],
    "corrected": 3,
    "files": [{"file": "exports/t.csv", "sha256": "ab" * 32, "bytes": 900, "rows": 40}],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """What stage 3 leaves, and where the tidy table lies."""
    root = tmp_path_factory.mktemp("evidence")
    small_year.write(root, small_year.head() + YEAR, indicators=INDICATORS, files={"t.csv": "编号\n"})
    kinds = [*["甲's"] * 16, *["乙"] * 9, *[None] * 8]
    opened = pd.date_range("2024-01-02 08:00", periods=33, freq="11D")
    frame = pd.DataFrame({"ticket": [f"T{n}" for n in range(33)], "opened_at": opened, "kind": kinds})
    frame["hours"] = [float(n % 6) for n in range(33)]
    frame.assign(source_file="t.csv", source_row=range(2, 35)).to_parquet(root / "tickets.parquet")
    year = load_year(root, 2024)
    with Measures(year, root) as measures:
        found = attain_year(year, measures)
    return attainment_json(found, None, Sources(year, [TABLE], {})), root


def run(root: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW tickets AS FROM read_parquet('{root}/tickets.parquet')")
        return connection.execute(sql).fetchall()


def test_the_query_of_each_kind_of_activity_gives_its_count_and_its_months(made: tuple[Any, Path]) -> None:
    attained, root = made
    counts = {one["category"]: one["count"] for one in attained["activities"]}
    assert counts == {"甲's": 16, "乙": 9, "丙": 0, "(未登记类别)": 8}
    for one in attained["activities"]:
        evidence = one["evidence"]
        assert run(root, evidence["sql"]) == [(one["count"],)]
        months = dict(run(root, evidence["monthly_sql"]))
        assert [months.get(f"2024-{n:02}", 0) for n in range(1, 13)] == one["monthly"]
        assert evidence["rows"] == one["count"]
        assert evidence["inputs"] == [{"file": "data/raw/2024/exports/t.csv", "sha256": "ab" * 32, "bytes": 900}]
        assert (evidence["set_aside"], evidence["corrected"]) == ([{"reason": "合计行", "rows": 7}], 3)
        assert evidence["words"] == f"工单中类别为“{one['category']}”的记录"


def test_the_query_by_month_gives_the_series(made: tuple[Any, Path]) -> None:
    attained, root = made
    fast, late, times, said = attained["indicators"]
    for entry in (fast, late):
        given = dict(run(root, entry["evidence"]["monthly_sql"]))
        assert {m["month"]: m["value"] for m in entry["monthly"] if m["n"]} == pytest.approx(given)
    assert times["evidence"]["monthly_sql"] is None
    assert fast["evidence"]["set_aside"] == [{"reason": "合计行", "rows": 7}]
    assert "set_aside" not in said["evidence"]


def test_what_the_year_file_states_names_the_file_with_its_hash(made: tuple[Any, Path]) -> None:
    attained, _ = made
    files = [
        {"file": f"data/raw/2024/{name}.yml", "sha256": sha * 64} for name, sha in (("year", "a"), ("indicators", "b"))
    ]
    results: Any = {"fiscal_year": 2024, **attained, "provenance": {"inputs": files}}
    told = stated_in_year_files(results)
    assert told["budget"]["evidence"]["inputs"] == told["budget"]["declared"]["inputs"] == [files[0]]
    kinds = {one["id"]: (one["evidence"]["kind"], one["evidence"]["inputs"]) for one in told["indicators"]}
    assert kinds["said"] == ("stated", [files[1]])
    assert kinds["fast"][1][0]["file"].endswith("t.csv")
    assert attained["budget"]["evidence"]["inputs"] == []


def test_a_table_carries_its_account(made: tuple[Any, Path]) -> None:
    evidence = table_evidence(TABLE, 2024)
    assert run(made[1], str(evidence["sql"])) == [(33,)]
    assert (evidence["rows"], evidence["corrected"]) == (40, 3)
    assert evidence["inputs"][0]["file"] == "data/raw/2024/exports/t.csv"
