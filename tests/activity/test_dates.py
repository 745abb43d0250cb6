"""Dates: several formats a column, day and month never guessed, time zones as declared."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.activity.cells import Forms, Readings, all_are_dates, cast, placeholder
from helpers.activity.dates import forms_of
from helpers.activity.errors import ExportError
from helpers.activity.worded import read_yearless
from helpers.year.crosscheck import crosscheck
from helpers.year.engine import open_engine
from helpers.year.tables import Table
from tests.activity.activity_samples import cleaned, project

TABLES = """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns:
      id: 编号
      at: {from: 时间, type: datetime%s}
      other: {from: 另一列, type: datetime}
%s"""


def read(tmp_path: Path, cells: list[str], column: str = "", table: str = "") -> tuple[list[str | None], int]:
    """The times read, as texts, and how many cells were unreadable."""
    text = "编号,时间,另一列\n" + "".join(f'{n},"{cell}",\n' for n, cell in enumerate(cells))
    found, tidy, _ = cleaned(project(tmp_path, TABLES % (column, table), {"t.csv": text}), tmp_path / "out")
    return [None if pd.isna(t) else str(t) for t in tidy["at"]], found.unreadable_cells


@pytest.mark.parametrize(
    ("cell", "formats", "expected"),
    [
        ("6/1/2005 9:13", ["%m/%d/%Y %H:%M"], "2005-06-01 09:13:00"),  # no padding
        ("21.03.24 08:05", ["%d.%m.%Y %H:%M", "%d.%m.%y %H:%M"], "2024-03-21 08:05:00"),
        ("5-Apr", ["%y-%b"], "2005-04-01 00:00:00"),  # April 2005, as Excel left it
        ("Mar-97", ["%y-%b", "%b-%y"], "1997-03-01 00:00:00"),
        ("2024年3月5日 9:30", [], "2024-03-05 09:30:00"),
        ("２０２４／０３／０５ ０９：３０", [], "2024-03-05 09:30:00"),
        ("20240305", [], "2024-03-05 00:00:00"),
        ("20240305093001", [], "2024-03-05 09:30:01"),
        ("2024-03-05T09:30:00.250", [], "2024-03-05 09:30:00.250000"),
        ("2024-03-05 09:30 PM", ["%Y-%m-%d %I:%M %p"], "2024-03-05 21:30:00"),
        ("5.3.2024", [], None),
        ("2024-13-01", [], None),
        ("三月", [], None),
        ("2024", [], None),
        ("01/02/22", ["%Y/%m/%d", "%d/%m/%Y"], None),  # no year of the first century
    ],
)
def test_a_cell_is_read_as_declared(tmp_path: Path, cell: str, formats: list[str], expected: str | None) -> None:
    declared = f", dates: {formats!r}" if formats else ""
    values, unread = read(tmp_path, [cell], declared)
    assert values == [expected] and unread == (expected is None)


def test_a_column_takes_its_own_formats_before_the_tables(tmp_path: Path) -> None:
    table = '    dates: ["%m/%d/%Y"]\n'
    assert read(tmp_path, ["3/4/2024"], "", table) == (["2024-03-04 00:00:00"], 0)
    assert read(tmp_path, ["3/4/2024"], ', dates: "%d/%m/%Y"', table) == (["2024-04-03 00:00:00"], 0)


def test_day_or_month_first_is_refused_until_declared(tmp_path: Path) -> None:
    cells = ["2024-03-01", "25/03/2024 10:00", "3/4/2024 9:05", "5/5/2024 1:00"]
    with pytest.raises(ExportError, match="ambiguous_date") as caught:
        read(tmp_path, cells)
    assert caught.value.rows[0] == (4, "3/4/2024 9:05")  # the ambiguous one first
    message = str(caught.value)
    assert "1 个既可读作日/月也可读作月/日，1 个只能是日在前，0 个只能是月在前" in message
    assert 'columns.at（或整张表）写明：dates: ["%d/%m/%Y %H:%M"]（日在前）' in message
    values, unread = read(tmp_path, cells, ', dates: ["%d/%m/%Y %H:%M"]')
    assert unread == 0 and values[1:3] == ["2024-03-25 10:00:00", "2024-04-03 09:05:00"]


def test_one_stray_cell_is_listed_not_stopped_at(tmp_path: Path) -> None:
    assert read(tmp_path, ["2024-03-01"] * 3 + ["3/4/2024"])[1] == 1


def test_two_declared_orders_that_clash_stop_with_their_rows(tmp_path: Path) -> None:
    both = ', dates: ["%d/%m/%Y", "%m/%d/%Y"]'
    with pytest.raises(ExportError, match="ambiguous_date") as caught:
        read(tmp_path, ["25/03/2024", "03/04/2024", "12/31/2024"], both)
    assert caught.value.rows == ((3, "03/04/2024"),) and "按声明的不同写法（%d/%m/%Y、%m/%d/%Y）" in str(caught.value)
    values, _ = read(tmp_path, ["25/03/2024", "04/04/2024", "12/31/2024"], both)  # no cell says two things
    assert values == ["2024-03-25 00:00:00", "2024-04-04 00:00:00", "2024-12-31 00:00:00"]


OFFSETS = ["2024-03-01T09:00:00+08:00", "2024-03-01T09:00:00.5+08:00", "2024-07-01 09:00:00 +0800"]


def test_one_offset_is_read_as_written(tmp_path: Path) -> None:
    values, unread = read(tmp_path, [OFFSETS[0], "", OFFSETS[2]])
    assert values == ["2024-03-01 09:00:00", None, "2024-07-01 09:00:00"] and unread == 0


@pytest.mark.parametrize(
    "cells", [[OFFSETS[0], "2024-03-01T01:00:00+00:00"], [OFFSETS[0], "2024-03-01 09:00:00"], ["2024-03-01T01:00:00Z"]]
)
def test_mixed_offsets_and_universal_time_are_refused_until_declared(tmp_path: Path, cells: list[str]) -> None:
    with pytest.raises(ExportError, match="time_zone") as caught:
        read(tmp_path, cells)
    assert "timezone: Asia/Shanghai" in str(caught.value) and caught.value.rows[0][0] == 2


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Shanghai", ["2024-03-01 09:00:00", "2024-03-01 09:30:00", "2024-03-01 17:00:00", "2024-03-01 12:00:00"]),
        ("+08:00", ["2024-03-01 09:00:00", "2024-03-01 09:30:00", "2024-03-01 17:00:00", "2024-03-01 12:00:00"]),
        ("UTC", ["2024-03-01 01:00:00", "2024-03-01 01:30:00", "2024-03-01 09:00:00", "2024-03-01 12:00:00"]),
        ("as_written", ["2024-03-01 09:00:00", "2024-03-01 01:30:00", "2024-03-01 03:30:00", "2024-03-01 12:00:00"]),
    ],
)
def test_times_are_converted_to_the_declared_zone(tmp_path: Path, zone: str, expected: list[str]) -> None:
    cells = ["2024-03-01T09:00:00+08:00", "2024-03-01T01:30:00Z", "2024-03-01T03:30:00-0530", "2024-03-01 12:00"]
    assert read(tmp_path, cells, "", f"    timezone: {zone!r}\n") == (expected, 0)


def test_a_declared_offset_is_looked_for_in_every_row(tmp_path: Path) -> None:
    values, _ = read(tmp_path, ["01/03/2024 09:00:00+08:00"], ', dates: ["%d/%m/%Y %H:%M:%S%z"]')
    assert values == ["2024-03-01 09:00:00"]


@pytest.mark.parametrize(
    ("column", "table", "code", "hint"),
    [
        (', dates: "%d-%b"', "", "bad_date_format", "%y-%b"),
        (', dates: "%Y-%q"', "", "bad_date_format", ""),
        ("", "    timezone: Asia/Shangai\n", "unknown_name", "Asia/Shanghai"),
        ("", '    timezone: "+8:00"\n', "unknown_name", "+08:00"),
    ],
)
def test_check_finds_formats_and_zones_that_cannot_be_meant(
    tmp_path: Path, column: str, table: str, code: str, hint: str
) -> None:
    faults = [
        f
        for f in crosscheck(project(tmp_path, TABLES % (column, table), {"t.csv": ""}))
        if f.where.startswith("tables")
    ]
    assert [f.code for f in faults] == [code] and hint in str(faults[0])


#: Days of which some moments only stand for no date at all.
MEANS_NOTHING = re.compile(
    "(?:1970-01-01|1969-12-31|1900-01-01|1899-12-3|1753-01-01|1601-01-01|2079-06-06|2[09]99-12-31|9999-12-3)"
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.datetimes(min_value=pd.Timestamp("1000-01-01").to_pydatetime())
        .map(lambda t: t.replace(microsecond=0, fold=0))
        .filter(lambda t: not MEANS_NOTHING.match(str(t))),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(
        ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y年%m月%d日 %H:%M:%S", "%m-%d-%Y %H:%M:%S", "%Y%m%d%H%M%S"]
    ),
)
def test_what_a_format_writes_it_reads(tmp_path: Path, times: list[object], written: str) -> None:
    values, unread = read(tmp_path, [t.strftime(written) for t in times], f', dates: "{written}"')  # type: ignore[attr-defined]
    assert unread == 0 and values == [str(t) for t in times]


def test_a_file_in_a_form_nobody_declared_is_named_by_its_columns(tmp_path: Path) -> None:
    text = "编号,时间,另一列\n1,05/03/2024 08:00,05/03/2024 08:30\n2,13/03/2024 08:00,13/03/2024 08:30\n"
    with pytest.raises(ExportError, match="ambiguous_date") as caught:
        cleaned(project(tmp_path, TABLES % ("", ""), {"t.csv": text}), tmp_path / "out")
    assert "列 at 的日期没有声明写法" in str(caught.value)


def test_a_year_of_two_digits_may_stand_first(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="ambiguous_date") as caught:
        read(tmp_path, ["24-03-05 08:00", "24-03-06 08:00"])
    assert 'dates: ["%y-%m-%d %H:%M"]（两位的年份在前）' in str(caught.value)


def test_two_columns_with_different_offsets_are_refused_until_declared(tmp_path: Path) -> None:
    text = "编号,时间,另一列\n1,2024-03-31T01:30:00+01:00,2024-03-31T03:15:00+02:00\n"
    with pytest.raises(ExportError, match="time_zone") as caught:
        cleaned(project(tmp_path, TABLES % ("", ""), {"t.csv": text}), tmp_path / "out")
    assert "列 at、other 的时间带有不同的时区" in str(caught.value)


def test_times_that_stand_for_none_have_no_say_about_the_zone(tmp_path: Path) -> None:
    values, unread = read(tmp_path, ["2024-03-01 09:00:00", "1970-01-01T00:00:00Z"])
    assert values == ["2024-03-01 09:00:00", None] and unread == 0


@pytest.mark.parametrize("cell", ["2099-12-31", "2099-12-31 23:59:59", "2999-12-31 00:00:00", "2079-06-06"])
def test_far_days_stand_for_no_end(tmp_path: Path, cell: str) -> None:
    assert read(tmp_path, [cell]) == ([None], 0)


def test_the_hour_that_summer_time_leaves_out_does_not_count(tmp_path: Path) -> None:
    table = "    timezone: Europe/Berlin\n    derived:\n      hours: {clock: hours, start: at, end: other}\n"
    text = (
        "编号,时间,另一列\n1,2024-03-31T01:30:00+01:00,2024-03-31T03:15:00+02:00\n2,2024-04-01 01:00,2024-04-01 02:00\n"
    )
    _, tidy, _ = cleaned(project(tmp_path, TABLES % ("", table), {"t.csv": text}), tmp_path / "out")
    assert list(tidy["hours"]) == [0.75, 1.0]


def test_a_month_without_its_year_has_no_digit_and_is_read_all_the_same(tmp_path: Path) -> None:
    """The worded form of ``%b %H:%M %Y`` is the month alone: no cell of it has to have a digit."""
    assert read_yearless(["%Y-%m-%d", "%b %H:%M %Y"])
    assert not read_yearless(["%Y-%m-%d", "%H:%M %d %b %Y", "%d %b %y %H:%M", "%Y年%m月%d日"])


DAY = st.sampled_from(
    [
        "2024-03-05",
        "2024-3-5",
        "2024/03/05",
        "2024.3.5",
        "2024x03x05",
        "2024-13-01",
        "0001-01-01",
        "1970-01-01",
        "9999-12-31",
        "2079-06-06",
    ]
)
TIME = st.sampled_from(["", " 09:30:00", " 09:30", "T09:30:01.5", " 9:30 PM", " 09:30:00+08:00", " ", "日"])
CELL = st.one_of(
    st.none(),
    st.builds(lambda day, time: day + time, DAY, TIME),
    st.sampled_from(
        [
            "20240305",
            "２０２４-03-05",
            "２０２４／３／５",
            "2024年3月5日",
            "5/3/2024",
            "待定",
            "时间",
            "三月",
            "45321",
            "1709600000",
        ]
    ),
)
FORMATS = st.lists(
    st.sampled_from(
        [
            "%Y-%m-%d",
            "%Y-%d-%m %H:%M:%S",
            "%Y/%m/%d %H:%M",
            "%Yx%mx%d",
            "%d/%m/%Y",
            "%y-%b",
            "%Y-%m-%d %I:%M %p",
            "%Y-%m-%d %y",
            "excel",
        ]
    ),
    max_size=3,
    unique=True,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(CELL, max_size=5), FORMATS, st.sampled_from(["date", "datetime"]))
def test_what_is_left_of_the_expression_for_a_column_reads_it_alike(
    cells: list[str | None], formats: list[str], kind: str
) -> None:
    spec = Table.model_validate(
        {
            "title": "工单",
            "files": "t.csv",
            "columns": {"said": {"from": "时间", "type": kind, "dates": formats}},
        }
    )
    with open_engine(threads=1) as connection:
        connection.execute("CREATE TABLE texts (said VARCHAR)")
        connection.executemany("INSERT INTO texts VALUES (?)", [[cell] for cell in cells] or [[None]])
        readings, declared = Readings(forms=forms_of(connection, spec)), spec.columns["said"]
        whole, left = (cast("said", declared, spec, one) for one in (Readings(), readings))
        assert connection.execute(f"SELECT said FROM texts WHERE ({whole}) IS DISTINCT FROM ({left})").fetchall() == []
        if all_are_dates("said", declared, spec, readings):
            none = f"SELECT said FROM (SELECT {whole} AS said FROM texts) WHERE {placeholder('said', declared)}"
            assert connection.execute(none).fetchall() == []


def test_the_shorter_expression_is_taken_where_all_dates_begin_with_their_year() -> None:
    spec = Table.model_validate(
        {"title": "工单", "files": "t.csv", "columns": {c: {"from": c, "type": "date"} for c in ("a", "b", "c", "d")}}
    )
    with open_engine(threads=1) as connection:
        connection.execute(
            "CREATE TABLE texts AS SELECT * FROM "
            "(VALUES ('2024-03-05', '２０２４/3/5', '5/3/2024', '9999-12-31')) AS t(a, b, c, d)"
        )
        connection.execute(
            "INSERT INTO texts VALUES ('time', '2025-03-06', '2024-03-05', '2024-03-05'), (NULL, 'x', '', '')"
        )
        forms = forms_of(connection, spec)
    assert forms["a"] == Forms(True, frozenset("-"), "2024", "2024")
    assert forms["b"] == Forms(False, frozenset("-/"), "2024", "2025")
    assert forms["c"].ascii and forms["c"].marks is None
    readings = Readings(forms=forms)
    assert [c for c in spec.columns if all_are_dates(c, spec.columns[c], spec, readings)] == ["a", "b"]
    assert not all_are_dates("a", spec.columns["a"], spec, replace(readings, zones={"a": ""}))
