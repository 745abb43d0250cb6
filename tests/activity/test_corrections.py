"""Corrections: each finds its rows as expected, changes something readable, and no cell is changed twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.activity.errors import ExportError
from helpers.year.crosscheck import crosscheck
from helpers.year.faults import YearFileError
from tests.activity.activity_samples import cleaned, project

TABLES = """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns: {id: 编号, kind: 类别, at: {from: 时间, type: datetime}}
    synonyms: {kind: {故障: [报修]}}
"""
ROWS = "编号,类别,时间\nA1,报修,2024-03-01 10:00\nA2,报修,2024-03-01 11:00\nA3,会议,\n"


def entry(key: str, expect: str, change: str) -> str:
    return (
        f"  - {{table: tickets, key: {key}, expect: {expect}, change: {change}, reason: 误登记, evidence: 值班记录, "
        "date: 2025-01-10}\n"
    )


def make(tmp_path: Path, *entries: str):
    return project(tmp_path, TABLES, {"t.csv": ROWS}, corrections="corrections:\n" + "".join(entries))


def test_corrections_apply_to_every_row_they_name(tmp_path: Path) -> None:
    year = make(
        tmp_path,
        entry("{kind: 报修}", "{kind: 报修}", "{kind: 会议}"),
        entry("{id: A3}", "{at: null}", '{at: "2024-03-02 08:00"}'),
        entry("{id: A1}", '{at: "2024-03-01 10:00"}', "{at: null}"),
    )
    assert not [f for f in crosscheck(year) if "corrections" in f.file]
    found, tidy, _ = cleaned(year, tmp_path / "out")
    assert found.corrected == 3 and tidy["kind"].tolist() == ["会议"] * 3
    assert [str(t) for t in tidy["at"]] == ["NaT", "2024-03-01 11:00:00", "2024-03-02 08:00:00"]


@pytest.mark.parametrize(
    ("entries", "code", "told"),
    [
        ([entry("{id: A9}", "{kind: 报修}", "{kind: 会议}")], "correction_stale", "没有 id=A9 这一行"),
        ([entry("{id: A1}", "{kind: 会议}", "{kind: 报修}")], "correction_stale", "kind=报修"),
        (
            [entry("{id: A1}", "{kind: 报修}", "{kind: 会议}"), entry("{kind: 报修}", "{kind: 报修}", "{kind: 巡检}")],
            "correction_twice",
            "kind：第 1 条改为 会议；第 2 条改为 巡检",
        ),
        ([entry("{id: A1}", "{kind: 报修}", "{at: 三月一日}")], "correction_unreadable", "改成的值无法识别：三月一日"),
    ],
)
def test_a_correction_that_cannot_be_meant_stops(tmp_path: Path, entries: list[str], code: str, told: str) -> None:
    with pytest.raises(ExportError, match=code) as caught:
        cleaned(make(tmp_path, *entries), tmp_path / "out")
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("entries", "code", "told"),
    [
        ([entry("{id: A1}", "{knd: 报修}", "{kind: 会议}")], "unknown_name", "是否想写 kind?"),
        ([entry("{id: A1}", "{kind: 报修}", "{kind: 报修}")], "correction_idle", "什么也不改"),
        (
            [entry("{id: A1}", "{kind: 报修}", "{kind: 会议}"), entry("{id: A1}", "{kind: 报修}", "{kind: 巡检}")],
            "correction_twice",
            "第 1 条已经改了同一行的这一列",
        ),
    ],
)
def test_check_finds_a_correction_that_cannot_work(tmp_path: Path, entries: list[str], code: str, told: str) -> None:
    found = [f for f in crosscheck(make(tmp_path, *entries)) if "corrections" in f.file]
    assert [f.code for f in found] == [code] and told in str(found[0]) and found[0].line


@pytest.mark.parametrize("empty", ["key", "expect", "change"])
def test_a_correction_has_to_say_which_what_and_into_what(tmp_path: Path, empty: str) -> None:
    parts = {"key": "{id: A1}", "expect": "{kind: 报修}", "change": "{kind: 会议}"} | {empty: "{}"}
    with pytest.raises(YearFileError, match=f"corrections.0.{empty}"):
        make(tmp_path, entry(**parts))
