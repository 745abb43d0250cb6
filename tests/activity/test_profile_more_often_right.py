"""What a profile took for something else: due times, figures, 0 beside words, rare ends, words of SQL, wide tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from helpers.activity.profile import profile_file, screen
from helpers.activity.profile.against_mapping import with_mapping
from helpers.activity.profile.meanings import meaning_of, tidy_names
from helpers.year.engine import open_engine
from helpers.year.expressions import check_expression, columns_of
from tests import small_year
from tests.activity.profile_samples import csv, looked_at


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("应完成时间", "due_at"),
        ("要求办结时间", "due_at"),
        ("预计修复时间", "due_at"),
        ("Expected close date", "due_at"),
        ("SLA resolution due", "due_at"),
        ("Target resolution date", "due_at"),
        ("实际完成时间", "resolved_at"),
        ("响应时间", "responded_at"),
        ("应答时间", "responded_at"),
        ("完成时间", "resolved_at"),
        ("closed_dt", "closed_at"),
    ],
)
def test_what_is_to_be_is_no_end(header: str, meaning: str) -> None:
    found = meaning_of(header, {"date", "datetime"})
    assert found is not None and found.name == meaning


def test_a_due_time_ends_no_clock(tmp_path: Path) -> None:
    rows = [[f"T{n}", f"2024-03-0{n} 08:00", f"2024-03-0{n} 12:00", f"2024-03-0{n} 10:00"] for n in range(1, 9)]
    found = looked_at(tmp_path, csv("工单编号,受理时间,要求完成时间,实际完成时间", rows))
    assert [(clock.start.header, clock.end.header) for clock in found.structure.clocks] == [
        ("受理时间", "实际完成时间")
    ]


def test_a_number_is_nobody(tmp_path: Path) -> None:
    rows = [[str(n % 4), f"10{n:04d}", f"{n}.5"] for n in range(30)]
    columns = looked_at(tmp_path, csv("联系人,报修人,customer", rows)).columns
    assert [facts.personal for facts in columns] == [False, True, False]  # six digits may be somebody's number


def test_zero_beside_yes_and_no_is_asked_about(tmp_path: Path) -> None:
    rows = [[flag, other, "x"] for flag, other in [("是", "1"), ("否", "0"), ("0", "1"), ("否", "0"), ("0", "1")]]
    found = looked_at(tmp_path, csv("是否重复,是否返修,另", rows))
    assert [facts.type for facts in found.columns[:2]] == ["boolean", "boolean"]
    entry = found.declaration.entries["columns"][found.declaration.names["c0"]]
    assert (entry["true"], entry["false"]) == (["是"], ["否"])
    assert "是、否以外还有 0（2 个）" in found.block
    assert "没有当作回答" in screen(found)
    assert "true" not in found.declaration.entries["columns"][found.declaration.names["c1"]]  # only figures: as ever


def log(ends: dict[str, int], cases: int) -> str:
    """Cases that all open, work and hand over; the first so many of them have each of the ends as well."""
    rows, start = [], datetime(2024, 1, 1, 8)
    for case in range(cases):
        steps = ["Open", "Work", *(end for end, count in ends.items() if case < count)]
        rows += [[f"C{case:03}", f"{start + timedelta(hours=case, minutes=n)}", step] for n, step in enumerate(steps)]
    return csv("case id,timestamp,activity", rows)


@pytest.mark.parametrize(
    ("ends", "resolves"),
    [
        ({"Solved by phone": 3, "Resolved": 58}, "Resolved"),
        ({"Completed": 50, "Done": 40}, "Completed|Done"),
        ({"Resolve anomaly": 4, "Handed back": 60}, "Handed back"),  # no word says so, but all cases end with it
    ],
)
def test_what_resolves_is_what_most_cases_have(tmp_path: Path, ends: dict[str, int], resolves: str) -> None:
    found = looked_at(tmp_path, log(ends, 60))
    events = found.structure.events
    assert events is not None
    moment = events.moments["resolves"]
    assert "|".join(value.text for value in moment.values) == resolves
    assert moment.cases * 2 >= events.cases
    assert f"60 个编号中 {moment.cases} 个有" in found.block
    assert ("多数编号以此结束" in found.block) == moment.last


def test_a_rare_resolution_gives_way_to_the_closing(tmp_path: Path) -> None:
    found = looked_at(tmp_path, log({"Resolve anomaly": 4, "Closed": 60}, 60))
    assert found.structure.events is not None
    assert list(found.structure.events.moments) == ["closes"]


def test_no_suggested_name_breaks_an_expression() -> None:
    """Every word of SQL as a header, doubled, with a digit first, and very long."""
    words = [word for (word,) in open_engine().execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()]
    headers = [*words, "At", "at", "2024 total", "2024-total", "x" * 300, "x" * 299, "source_row", "", "％"]
    names = tidy_names([(header, meaning_of(header, {"datetime", "text"})) for header in headers])
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= 44
    kinds = dict.fromkeys(names, "DOUBLE")
    for name in names:
        assert name[0].isalpha() and name.replace("_", "a").isalnum() and name == name.lower()
        assert check_expression(f"{name} > 1 and not ({name} between 2 and 3)", kinds, boolean=True) == "BOOLEAN"
        assert columns_of(f"abs({name})") == {name}


def test_a_wide_table_takes_a_page(tmp_path: Path) -> None:
    heads = [*(f"reading {n}" for n in range(90)), "工单编号", "受理时间", "完成时间"]
    rows = [[*("1.5" for _ in range(90)), f"T{n}", f"2024-03-0{n} 08:00", f"2024-03-0{n} 10:00"] for n in range(1, 9)]
    found = looked_at(tmp_path, csv(",".join(heads), rows))
    told = screen(found)
    assert len(told.splitlines()) < 60
    assert "另有 87 列没有列出（数字 87 列）" in told
    assert {"opened_at", "resolved_at", "ticket_id"} <= set(found.declaration.entries["columns"])
    assert len(screen(profile_file(tmp_path / "export.csv", every=True)).splitlines()) > 200


DECLARED = (
    small_year.head()
    + """\
  tickets:
    title: 工单
    files: exports/old.csv
    columns:
      ticket_id: 工单编号
      opened_at: {from: 受理时间, type: datetime, required: true}
      hours: {from: [处理用时, 用时], type: number}
      cause: 超时原因
      gone: 会签意见
"""
)


def test_a_file_is_compared_with_the_years_mapping(tmp_path: Path) -> None:
    """A date by its meaning, a text by its like header; what fits nothing is only missing."""
    folder = small_year.write(tmp_path, DECLARED)
    rows = [[f"T{n}", f"2024-03-0{n} 08:00", "很久", "缺件", "张三"] for n in range(1, 9)]
    text = csv("工单编号,登记时间,用时,超时的原因,处室", rows)
    found = looked_at(folder / "exports", text, name="new.csv")
    told = with_mapping(found.columns, folder / "exports" / "new.csv", None, Path(), None)
    assert told.splitlines() == [
        "",
        "2024年度的 year.yml",
        "对照 tickets（工单）的声明",
        "  - 文件里没有：受理时间（列 opened_at，必须有）；可能改名为“登记时间”，是的话写 from: [受理时间, 登记时间]",
        "  - 文件里没有：超时原因（列 cause）；可能改名为“超时的原因”，是的话写 from: [超时原因, 超时的原因]",
        "  - 文件里没有：会签意见（列 gone）；确实没有的可以留着声明，这一列就是空的",
        "  - 文件里新有、没有声明：处室；要用的加进 columns，不用的不必写",
        "  - 用时（列 hours）声明为 number，这个文件里像 text：核对内容，或 dates、unit、true、false",
    ]
    elsewhere = looked_at(tmp_path / "elsewhere", text)
    assert with_mapping(elsewhere.columns, tmp_path / "elsewhere" / "export.csv", None, Path(), None) == ""
    assert with_mapping(elsewhere.columns, tmp_path / "export.csv", 2024, tmp_path, "tickets") == told
    strange = looked_at(tmp_path / "other", csv("甲,乙", [["1", "2"]]))
    assert "没有一张表像是这个文件的" in with_mapping(strange.columns, tmp_path / "x.csv", 2024, tmp_path, None)
    (folder / "year.yml").write_text("fiscal_year: 2024\nproject: 待填\n", encoding="utf-8")  # a year being written
    assert with_mapping(found.columns, folder / "exports" / "new.csv", None, Path(), None) == ""
