"""Cells are read strictly: one way of writing numbers a column, dates and lengths of time in words, nothing unseen."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.activity.clean import Reconciliation
from helpers.activity.errors import ExportError
from helpers.activity.invisible import plain
from helpers.gate import validate_year
from helpers.year.crosscheck import crosscheck
from helpers.year.faults import YearFileError
from tests.activity.activity_samples import cleaned, project

TABLES = """\
  tickets:
    title: 台账
    files: exports/t.csv
%s    columns:
      id: 编号
      x: {from: 值, type: %s}
"""


def account(
    tmp_path: Path, kind: str, cells: Sequence[str], *, more: str = "", mark: str = ","
) -> tuple[Reconciliation, pd.DataFrame]:
    lines = "".join(f'{n}{mark}"' + cell.replace('"', '""') + '"\n' for n, cell in enumerate(cells))
    found, tidy, _ = cleaned(
        project(tmp_path, TABLES % (more, kind), {"t.csv": f"编号{mark}值\n{lines}"}), tmp_path / "o"
    )
    return found, tidy


def read(tmp_path: Path, kind: str, cells: Sequence[str], *, more: str = "", mark: str = ",") -> list[str | None]:
    """The values as texts, None for an empty one; every unreadable cell is counted."""
    found, tidy = account(tmp_path, kind, cells, more=more, mark=mark)
    values = [None if pd.isna(v) else str(v) for v in tidy["x"]]
    nothing = sum(one.cells for one in found.placeholders)
    assert values.count(None) == found.unreadable_cells + nothing + sum(not plain(cell) for cell in cells)
    return values


def refused(tmp_path: Path, kind: str, cells: Sequence[str], *, mark: str = ",") -> ExportError:
    with pytest.raises(ExportError) as caught:
        read(tmp_path, kind, cells, mark=mark)
    assert "columns.x" in str(caught.value) and caught.value.file == "exports/t.csv" and caught.value.rows
    return caught.value


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        ("money", ["7,25", "18,50", "2.345,60", "40"], ["7.25", "18.50", "2345.60", "40.00"]),
        ("money", ["2 345,60", "2\u202f345\u00a0678,90", "3'456,70"], ["2345.60", "2345678.90", "3456.70"]),
        ("money", ["2'345.60", "3’456’789.05", "5"], ["2345.60", "3456789.05", "5.00"]),
        ("money", ["2,345", "600", "12,345,678"], ["2345.00", "600.00", "12345678.00"]),
        ("money", ["2,345", "600"], ["2345.00", "600.00"]),  # an amount has no third decimal
        ("integer", ["2,345", "600", "7.0"], ["2345", "600", "7"]),
        ("number", ["1.5", "2,345.25", "7"], ["1.5", "2345.25", "7.0"]),
        ("number", ["2,345", "1,5", "0,125"], ["2.345", "1.5", "0.125"]),
        ("number", ["97,5%", "100%"], ["0.975", "1.0"]),
        ('money, decimal: ","', ["2.345"], ["2345.00"]),
        ('number, decimal: "."', ["2,345"], ["2345.0"]),
    ],
)
def test_the_sure_cells_of_a_column_say_what_its_decimal_mark_is(
    tmp_path: Path, kind: str, cells: list[str], expected: list[str]
) -> None:
    assert read(tmp_path, kind, cells) == expected


@pytest.mark.parametrize(
    ("kind", "cells", "mark"),
    [
        ("money", ["2.345,60", "2,345.60"], ","),
        ("money", ["2.345", "1.250"], ","),
        ("money", ["2,345"], ";"),  # where ; stands between columns, a comma may well be a decimal one
        ("number", ["2,345"], ","),
        ("money", ["2,345", "3,456", "12,5"], ","),
        ("duration, unit: 分钟", ["1,500", "2,750"], ","),
    ],
)
def test_a_column_that_stays_open_is_refused_with_the_line_to_paste(
    tmp_path: Path, kind: str, cells: list[str], mark: str
) -> None:
    error = refused(tmp_path, kind, cells, mark=mark)
    assert error.code == "number_convention" and 'decimal: ","' in str(error) and error.rows[0][0] == 2


def test_one_slip_among_many_is_an_unreadable_cell(tmp_path: Path) -> None:
    assert read(tmp_path, "money", ["1.50", "2.50", "3,5"]) == ["1.50", "2.50", None]


SIGNS = {
    "5.00-": "-5.00",
    "2,345.60-": "-2345.60",
    "'-75.63": "-75.63",
    "−5.5": "-5.50",
    "（7.25）": "-7.25",
    "(7)": "-7.00",
    "1.2万": "12000.00",
    "0.35亿元": "35000000.00",
    "1200元整": "1200.00",
    "3万圆整": "30000.00",
    "CNY 100.00": "100.00",
    "RMB2,000": "2000.00",
    "￥-5": "-5.00",
    "8.30 CNY": "8.30",
    "50分": "0.50",
    "5.8e-11": "0.00",  # what is left of a sum of floats
}
NO_AMOUNTS = [
    "NaN",
    "inf",
    "-Infinity",
    "1e5",
    "1.2E+05",
    "12 34",
    "1,23.4",
    "--5",
    "(-5)",
    "1.2.3",
    "1_000",
    "5%",
    "0x1",
]


def test_signs_currency_and_scale_of_amounts(tmp_path: Path) -> None:
    cells = [*SIGNS, *NO_AMOUNTS, "12345678901234567890"]
    assert read(tmp_path, "money", cells) == [*SIGNS.values(), *[None] * (len(NO_AMOUNTS) + 1)]


def test_a_unit_in_the_cell_is_worth_more_than_the_declared_one(tmp_path: Path) -> None:
    cells = ["1.5", "100元", "2万", "3万元", "¥1.2"]
    assert read(tmp_path, "money, unit: 万元", cells) == ["15000.00", "100.00", "20000.00", "30000.00", "12000.00"]


@pytest.mark.parametrize("cell", ["$5", "USD 5", "5 €", "HK$1,000.00", "20美元"])
def test_another_currency_is_refused(tmp_path: Path, cell: str) -> None:
    error = refused_currency(tmp_path, [cell, "10.00"])
    assert error.code == "foreign_currency" and error.rows == ((2, cell),)


def refused_currency(tmp_path: Path, cells: list[str]) -> ExportError:
    with pytest.raises(ExportError, match="外币") as caught:
        read(tmp_path, "money", cells)
    return caught.value


def test_plain_numbers_beside_percents_are_refused_until_declared(tmp_path: Path) -> None:
    error = refused(tmp_path, "number", ["95%", "0.9", "0"])
    assert error.code == "mixed_percent" and error.rows == ((2, "95%"), (3, "0.9"))
    assert read(tmp_path, "number, bare: number", ["95%", "0.9", "0"]) == ["0.95", "0.9", "0.0"]
    assert read(tmp_path, "number, bare: percent", ["95%", "90", "0"]) == ["0.95", "0.9", "0.0"]
    assert read(tmp_path, "number", ["95%", "0"]) == ["0.95", "0.0"]  # nothing is nothing either way


def test_what_is_no_number_is_none_in_any_type(tmp_path: Path) -> None:
    words = ["NaN", "nan", "inf", "-inf", "Infinity"]
    for kind in ("number", "integer", "money", "duration, unit: 小时", "datetime"):
        assert read(tmp_path, kind, words) == [None] * len(words)
    assert read(tmp_path, "integer", ["12345678901234567890", "9", "7.5"]) == [None, "9.0", None]
    assert read(tmp_path, "number", ["12345678901234567890", "1e-05"]) == [None, "1e-05"]


MARKS = {".": ",", ",": "."}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=2, max_size=6),
    st.sampled_from(".,"),
    st.sampled_from([None, " ", "'"]),
)
def test_amounts_are_read_as_they_were_written(
    tmp_path: Path, amounts: list[Decimal], mark: str, group: str | None
) -> None:
    cells = []
    for amount in amounts:
        whole, cents = f"{abs(amount):,.2f}".split(".")
        sign = "-" if amount < 0 else ""
        cells.append(sign + whole.replace(",", group or MARKS[mark]) + mark + cents)
    assert read(tmp_path, "money", cells) == [str(a + 0) if a else "0.00" for a in amounts]


# --- lengths of time ------------------------------------------------------------------------------

LENGTHS = {
    "29小时16分16秒": 105376,
    "1天2小时": 93600,
    "1 h 18 min": 4680,
    "1h30m": 5400,
    "1h30": 5400,
    "2 days 3 hours": 183600,
    "1 hora 18 minutos": 4680,
    "3 Std. 5 Min.": 11100,
    "1 heure et 3 secondes": 3603,
    "2小时零5分": 7500,
    "90分钟": 5400,
    "1 day 02:03:04": 93784,
    "1.02:03:04": 93784,
    "27:00:00": 97200,
    "0:00:36.5": 36.5,
    "1.5 h": 5400,
    "30 s": 30,
    "PT1H18M": 4680,
    "P1DT2H": 93600,
    "PT0.5S": 0.5,
    "1時間18分": 4680,
}
NO_LENGTHS = [
    "P",
    "PT",
    "P1M",
    "P1W",
    "-PT5M",
    "-5",
    "-1:30",
    "1w",
    "2d 4h",
    "一天",
    "半小时",
    "5 min 3 h",
    "12:3",
    "3个月",
    "1 2",
]


@pytest.mark.parametrize("unit", ["小时", "分钟"])
def test_lengths_in_words_say_their_own_unit(tmp_path: Path, unit: str) -> None:
    values = read(tmp_path, f"duration, unit: {unit}", [*LENGTHS, *NO_LENGTHS])
    found = [None if v is None else float(v) for v in values]
    assert found[len(LENGTHS) :] == [None] * len(NO_LENGTHS)
    assert found[: len(LENGTHS)] == pytest.approx([seconds / 3600 for seconds in LENGTHS.values()], rel=1e-12)


def test_a_day_is_whole_where_more_hours_than_a_working_day_has_stand_beside_it(tmp_path: Path) -> None:
    whole = {"2d 4h 52min 39s": 190359, "1d 18h 3min": 151380, "3d": 259200, "9h 5min": 32700}
    found = read(tmp_path, "duration, unit: 小时", [*whole, "1w 2d"])
    assert found[-1] is None
    assert [float(v) for v in found[:-1]] == pytest.approx([s / 3600 for s in whole.values()], rel=1e-12)
    assert read(tmp_path, "duration, unit: 小时", ["2d 4h", "1d 7h 30m", "12h"]) == [None, None, "12.0"]


def test_two_numbers_with_a_colon_are_not_minutes_and_seconds_by_chance(tmp_path: Path) -> None:
    assert read(tmp_path, "duration, unit: 小时", ["1:30", "2"]) == ["1.5", "2.0"]
    assert read(tmp_path, "duration, unit: 分钟", ["1:30", "90"]) == [None, "1.5"]


def test_decimal_commas_of_lengths(tmp_path: Path) -> None:
    assert read(tmp_path, "duration, unit: 小时", ["1,5", "2", "0,25 h"]) == ["1.5", "2.0", "0.25"]


# --- dates ----------------------------------------------------------------------------------------

MOMENTS = {
    "2024年07月01日 08时57分00秒": "2024-07-01 08:57:00",
    "2024年3月5日 星期二 下午3时5分": "2024-03-05 15:05:00",
    "2024年3月5日8点": "2024-03-05 08:00:00",
    "2024/3/5 下午 3:05": "2024-03-05 15:05:00",
    "2024-03-05 凌晨12:30": "2024-03-05 00:30:00",
    "2024-03-05 中午12:15": "2024-03-05 12:15:00",
    "2024-03-05 晚上8:00": "2024-03-05 20:00:00",
    "2024-03-05 9:30 PM": "2024-03-05 21:30:00",
    "2024-03-05 12:00 AM": "2024-03-05 00:00:00",
    "2024-12-31 24:00": "2025-01-01 00:00:00",
    "2024-02-28T24:00:00": "2024-02-29 00:00:00",
    "1 Mar 2024 09:00": "2024-03-01 09:00:00",
    "Tuesday, March 5, 2024 at 9:05 AM": "2024-03-05 09:05:00",
    "5. März 2024 um 9:05 Uhr": "2024-03-05 09:05:00",
    "5 mars 2024 à 9h05": "2024-03-05 09:05:00",
    "5 de marzo de 2024, 15:30": "2024-03-05 15:30:00",
    "05/三月/2024 9:05 上午": "2024-03-05 09:05:00",
    "2024-03-05 09:05:07,250": "2024-03-05 09:05:07.250000",
    "202403050930": "2024-03-05 09:30:00",
    "2024-03-05\u00a009:30\u200b": "2024-03-05 09:30:00",
}
NO_MOMENTS = ["2024-03-05 24:01", "2024-03-05 25:00", "2024-03-05 13:00 AM", "2024-03-05 晚上12:00", "三月", "5 Mar 24"]


def test_dates_in_words(tmp_path: Path) -> None:
    found = read(tmp_path, "datetime, dates: [words]", [*MOMENTS, *NO_MOMENTS])
    assert found == [*MOMENTS.values(), *[None] * len(NO_MOMENTS)]
    led = {text: value for text, value in MOMENTS.items() if text.startswith("202")}
    assert read(tmp_path, "datetime", list(led)) == list(led.values())  # the year in front leaves nothing open


def test_dates_in_another_language_are_refused_until_declared(tmp_path: Path) -> None:
    error = refused(tmp_path, "datetime", ["1 Mar 2024 09:00", "2 Mar 2024 09:00"])
    assert error.code == "date_words" and error.rows[0] == (2, "1 Mar 2024 09:00") and 'dates: ["words"]' in str(error)
    error = refused(
        tmp_path, 'datetime, dates: ["%d/%b/%y %I:%M %p"]', ["01/三月/24 9:05 上午", "02/三月/24 9:05 上午"]
    )
    assert error.code == "date_words" and 'dates: ["%d/%b/%y %I:%M %p", "words"]' in str(error)


def test_words_go_with_the_declared_order_of_day_and_month(tmp_path: Path) -> None:
    cells = ["01/三月/24 9:05 上午", "02/3月/24 9:05 下午", "03/Mar/24 9:05 AM"]
    assert read(tmp_path, 'datetime, dates: ["%d/%b/%y %I:%M %p", words]', cells) == [
        "2024-03-01 09:05:00",
        "2024-03-02 21:05:00",
        "2024-03-03 09:05:00",
    ]
    found = read(tmp_path, 'datetime, dates: ["%d.%m.%Y %H:%M"]', ["05.03.2024 24:00", "06.03.2024 15:05"])
    assert found == ["2024-03-06 00:00:00", "2024-03-06 15:05:00"]
    error = refused(tmp_path, "datetime", ["05/03/2024 下午 3:05", "06/03/2024 上午 3:05"])
    assert error.code == "ambiguous_date"


NOTHING = [
    "1970-01-01",
    "1970-01-01 08:00:00",
    "1970/1/1 0:00",
    "01.01.1970",
    "1900-01-00",
    "1900-01-01 00:00:00",
    "1899-12-30",
    "9999-12-31 23:59:59.9999999",
    "31.12.9999",
    "0001-01-01T00:00:00",
    "0000-00-00 00:00:00",
    "00000000",
    "0",
]


def test_dates_that_stand_for_none_are_empty_and_told(tmp_path: Path) -> None:
    cells = ["2024-03-05 08:00:00", *NOTHING, "1970-01-02 00:00:00"]
    found, tidy = account(tmp_path, "datetime", cells)
    assert found.unreadable_cells == 0 and tidy["x"].isna().tolist() == [False, *[True] * len(NOTHING), False]
    (told,) = found.placeholders
    assert (told.column, told.cells, told.source_row, told.value) == ("x", len(NOTHING), 3, "1970-01-01")
    year = project(tmp_path, TABLES % ("", "datetime"), {})
    (note,) = [c for c in validate_year(year, {"tickets": tidy}, [found]).checks if not c.success]
    assert (note.rule, note.level, note.failing) == ("no_placeholders", "note", len(NOTHING))
    assert "值 13 个（如 1970-01-01）" in str(note.observed) and "placeholders: keep" in note.remedy
    _, kept = account(tmp_path, "date, placeholders: keep", ["1970-01-01", "2024-03-05"])
    assert kept["x"].notna().all()


def test_seconds_since_1970_are_said_and_read_where_declared(tmp_path: Path) -> None:
    error = refused(tmp_path, "datetime", ["1709600000", "1709700000"])
    assert error.code == "epoch_times" and 'dates: ["epoch"]' in str(error) and "timezone: Asia/Shanghai" in str(error)
    assert 'dates: ["epoch_ms"]' in str(refused(tmp_path, "datetime", ["1709600000000"]))
    zone = "    timezone: Asia/Shanghai\n"
    assert read(tmp_path, "datetime, dates: [epoch]", ["1709600000", "1709600000.5", "0"], more=zone) == [
        "2024-03-05 08:53:20",
        "2024-03-05 08:53:20.500000",
        None,
    ]
    assert read(tmp_path, "datetime, dates: [epoch_ms]", ["1709600000250"], more=zone) == ["2024-03-05 08:53:20.250000"]
    faults = crosscheck(project(tmp_path, TABLES % ("", "datetime, dates: [epoch]"), {"t.csv": ""}))
    assert "epoch_without_zone" in [fault.code for fault in faults]


def test_a_day_number_within_two_milliseconds_of_a_second_is_that_second(tmp_path: Path) -> None:
    assert read(tmp_path, "datetime, dates: [excel]", ["45356.41666666", "45356.416672"]) == [
        "2024-03-05 10:00:00",
        "2024-03-05 10:00:00.461000",
    ]


def test_times_of_a_workbook_keep_their_fractions(tmp_path: Path) -> None:
    year = project(tmp_path, (TABLES % ("", "datetime")).replace("t.csv", "t.xlsx"), {})
    book = openpyxl.Workbook()
    for row in (["编号", "值"], [1, 45356.41666666], [2, 45356.4166724537]):
        book.active.append(row)
    for row in (2, 3):
        book.active.cell(row, 2).number_format = "yyyy-mm-dd hh:mm:ss"
    book.save(tmp_path / "data/raw/2024/exports/t.xlsx")
    _, tidy, _ = cleaned(year, tmp_path / "o")
    assert [str(t) for t in tidy["x"]] == ["2024-03-05 10:00:00", "2024-03-05 10:00:00.500000"]


def test_numbers_that_a_workbook_keeps_as_numbers_have_a_dot(tmp_path: Path) -> None:
    year = project(tmp_path, (TABLES % ("", "number")).replace("t.csv", "t.xlsx"), {})
    book = openpyxl.Workbook()
    for row in (["编号", "值"], [1, 1.125], [2, 3]):
        book.active.append(row)
    book.save(tmp_path / "data/raw/2024/exports/t.xlsx")
    assert cleaned(year, tmp_path / "o")[1]["x"].tolist() == [1.125, 3.0]


# --- what nobody sees -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "硬件\u200b",
        "\u00a0硬件\u202f",
        "硬\ufeff件",
        "硬\u00ad件",
        "\u3000硬件\u2003",
        '="硬件"',
        "硬件\x1f",
        "\u200e硬件\u2060",
    ],
)
def test_what_nobody_sees_is_no_other_value(tmp_path: Path, cell: str) -> None:
    assert read(tmp_path, "text", ["硬件", cell]) == ["硬件", "硬件"] and plain(cell) == "硬件"


def test_wrapped_and_marked_numbers(tmp_path: Path) -> None:
    assert read(tmp_path, "text", ['="00123"', "'00123", "张\u3000三", "'Twas"]) == ["00123", "00123", "张 三", "'Twas"]
    assert read(tmp_path, "boolean", ["是\u200b", "\u00a0否", "是"]) == ["True", "False", "True"]


def test_keys_that_differ_by_what_nobody_sees_are_one(tmp_path: Path) -> None:
    tables = TABLES % ("", "text") + "    key: id\n"
    found, tidy, _ = cleaned(
        project(tmp_path, tables, {"t.csv": "编号,值\nA1,x\nA\u200b1,x\nA1\u00a0,x\n"}), tmp_path / "o"
    )
    assert len(tidy) == 1 and found.used == 1


def test_a_declared_synonym_may_hold_what_is_cleaned(tmp_path: Path) -> None:
    tables = TABLES % ("", "text") + "    synonyms: {x: {故障: [电脑\u3000报修]}}\n"
    _, tidy, _ = cleaned(project(tmp_path, tables, {"t.csv": "编号,值\nA1,电脑\u3000报修\n"}), tmp_path / "o")
    assert tidy["x"].tolist() == ["故障"]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ('text, decimal: ","', "decimal 只用于"),
        ('number, decimal: ";"', "只能写"),
        ("money, bare: percent", "bare 只用于"),
        ("text, placeholders: keep", "placeholders 只用于"),
    ],
)
def test_keys_that_do_not_fit_the_type_are_told(tmp_path: Path, kind: str, message: str) -> None:
    with pytest.raises(YearFileError, match=message):
        project(tmp_path, TABLES % ("", kind), {"t.csv": ""})


@pytest.mark.parametrize(("cell", "meant"), [("Re\u0301seau", "Réseau"), ("\u2f64户", "用户"), ("快\uf914", "快樂")])
def test_characters_that_look_the_same_are_the_same(cell: str, meant: str, tmp_path: Path) -> None:
    assert read(tmp_path, "text", [meant, cell]) == [meant, meant] and plain(cell) == meant
