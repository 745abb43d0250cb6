"""The suggested declaration: valid whatever the headers, refused while blanks are left, and cleaning works by it."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from typer.testing import CliRunner

from helpers.activity.profile import Profile, profile_file, screen
from helpers.activity.readers import Sheet, normal_header
from helpers.cli import app
from helpers.year.crosscheck import crosscheck
from helpers.year.faults import YearFileError
from helpers.year.tables import Table
from tests.activity import profile_samples as samples
from tests.activity.activity_samples import cleaned, reasons
from tests.activity.profile_samples import csv, looked_at, pasted


def declared(found: Profile) -> Table:
    """The block as the year file will read it."""
    ((name, tree),) = YAML(typ="safe", pure=True).load("tables:\n" + found.block)["tables"].items()
    assert name == found.declaration.table
    return Table.model_validate(tree)


def table_faults(year: object) -> list[str]:
    return [str(f) for f in crosscheck(year) if f.where.startswith("tables")]  # type: ignore[arg-type]


def clean(tmp_path: Path, text: str, encoding: str = "utf-8", **blanks: str):  # type: ignore[no-untyped-def]
    """The account, tidy rows and rows set aside of an export cleaned by what its profile suggests."""
    found = looked_at(tmp_path, text, encoding=encoding)
    year = pasted(tmp_path, found, text, **blanks)
    assert table_faults(year) == []
    return cleaned(year, tmp_path / "out", found.declaration.table)


def test_chinese_tickets_are_cleaned_as_suggested(tmp_path: Path) -> None:
    account, tidy, _ = clean(tmp_path, samples.chinese_tickets(), "gb18030")
    assert (account.rows_in, account.used, account.unreadable_cells) == (60, 60, 0)
    assert tidy["hours"].notna().sum() == 59 and tidy["overdue"].dtype == bool
    assert tidy["department"].isna().sum() == 25 and tidy["cause"].isna().sum() == 21
    assert tidy["duration"].max() == pytest.approx(86 / 60)


def test_a_ledger_and_a_survey(tmp_path: Path) -> None:
    account, tidy, _ = clean(tmp_path, samples.ledger())
    assert (account.used, account.unreadable_cells) == (24, 0)
    assert float(tidy["amount"].sum()) == 24 * 1234.5 + 1000 * 276 and float(tidy["budget"].max()) == 28800
    account, tidy, _ = clean(tmp_path / "other", samples.survey())
    assert (account.table, account.used, tidy["description"].notna().sum()) == ("survey", 30, 10)


def test_servicenow_and_jira(tmp_path: Path) -> None:
    account, tidy, _ = clean(tmp_path, samples.servicenow())
    assert (account.used, account.unreadable_cells) == (40, 0)
    assert (
        tidy["hours"].tolist() == [5 + i for i in range(40)]
        and tidy["calendar_duration"].tolist() == tidy["hours"].tolist()
    )
    assert tidy["hours_to_close"].iloc[0] == 60 and tidy["category"].isna().sum() == 13
    account, tidy, _ = clean(tmp_path / "jira", samples.jira())
    assert (account.used, account.unreadable_cells, tidy["hours"].isna().sum(), tidy["hours"].max()) == (30, 0, 6, 9)


def test_states_leave_one_row_a_case(tmp_path: Path) -> None:
    account, tidy, aside = clean(tmp_path, samples.states())
    assert (account.rows_in, account.used, len(aside)) == (160, 40, 120)
    assert reasons(account) == {"同一编号有多行，取最后一次的状态": 120}
    assert (
        set(tidy["incident_state"]) == {"Closed"}
        and set(tidy["hours"]) == {4.0}
        and set(tidy["hours_to_close"]) == {124.0}
    )


def test_events_leave_one_row_a_case(tmp_path: Path) -> None:
    account, tidy, _ = clean(tmp_path, samples.events())
    assert (account.rows_in, account.used, account.entities) == (100, 100, 20)
    assert tidy["hours"].tolist() == [6.0 + i for i in range(20)] and set(tidy["hold_seconds"]) == {3 * 3600}


OPEN = csv("工单编号,受理时间", [["A1", "3/4/2024"], ["A2", "5/6/2024"]])


def test_an_open_date_is_refused_until_decided(tmp_path: Path) -> None:
    found = looked_at(tmp_path, OPEN)
    assert '日在前  dates: ["%d/%m/%Y"]' in found.block and '月在前  dates: ["%m/%d/%Y"]' in found.block
    assert "例如 第 2 行 3/4/2024、第 3 行 5/6/2024" in found.block
    with pytest.raises(YearFileError, match=r"blank_left.*tables\.tickets\.columns\.opened_at\.dates"):
        pasted(tmp_path, found, OPEN)
    _, tidy, _ = clean(tmp_path, OPEN, dates="['%d/%m/%Y']")
    assert tidy["opened_at"].astype(str).tolist() == ["2024-04-03", "2024-06-05"]


def test_dates_that_a_spreadsheet_has_turned_around_are_refused_until_decided(tmp_path: Path) -> None:
    """Written day first; where the day is no month it stayed, elsewhere it became the month."""
    days = pd.date_range("2024-03-01 08:30", periods=40, freq="1D")
    cells = [f"{d:%d/%m/%Y %H:%M}" if d.day > 12 else f"{d:%Y-%d-%m %H:%M:%S}" for d in days]
    text = csv("工单编号,受理时间", [[f"A{i}", cell] for i, cell in enumerate(cells)])
    found = looked_at(tmp_path, text)
    assert '颠倒了  dates: ["%Y-%d-%m %H:%M:%S", "%d/%m/%Y %H:%M"]' in found.block and "日和月可能颠倒" in screen(found)
    with pytest.raises(YearFileError, match="blank_left"):
        pasted(tmp_path, found, text)
    _, tidy, _ = clean(tmp_path, text, dates="['%Y-%d-%m %H:%M:%S', '%d/%m/%Y %H:%M']")
    assert tidy["opened_at"].tolist() == days.tolist()
    sound = [f"{d:%d/%m/%Y %H:%M}" if d.day > 15 else f"{d:%Y-%m-%d %H:%M:%S}" for d in days]
    assert (
        "颠倒"
        not in looked_at(tmp_path, csv("工单编号,受理时间", [[f"A{i}", cell] for i, cell in enumerate(sound)])).block
    )


@pytest.mark.parametrize(
    "cells", [["2024-01-02T08:00:00Z"] * 2, ["2024-01-02T08:00:00+08:00", "2024-01-02T08:00:00+01:00"]]
)
def test_an_open_time_zone_is_refused_until_decided(tmp_path: Path, cells: list[str]) -> None:
    text = csv("工单编号,受理时间", [[f"A{i}", cell] for i, cell in enumerate(cells)])
    with pytest.raises(YearFileError, match=r"blank_left.*timezone"):
        pasted(tmp_path, looked_at(tmp_path, text), text)
    _, tidy, _ = clean(tmp_path, text, timezone="Asia/Shanghai")
    assert str(tidy["opened_at"].iloc[0]) in ("2024-01-02 16:00:00", "2024-01-02 08:00:00")


def test_one_offset_needs_no_decision(tmp_path: Path) -> None:
    text = csv("工单编号,受理时间", [["A1", "2024-01-02T08:00:00+01:00"], ["A2", "2024-01-03T08:00:00+01:00"]])
    assert "时间都带 +0100，照所写的钟点读" in looked_at(tmp_path, text).block
    assert str(clean(tmp_path, text)[1]["opened_at"].iloc[0]) == "2024-01-02 08:00:00"


def test_booleans_of_another_spelling_say_how(tmp_path: Path) -> None:
    text = csv("工单编号,是否返修", [["A1", "Yes"], ["A2", "No"]])
    assert declared(looked_at(tmp_path, text)).columns["flag"].true == ("Yes",)
    assert clean(tmp_path, text)[1]["flag"].tolist() == [True, False]


def test_headers_that_cannot_be_named_are_left_out_and_said(tmp_path: Path) -> None:
    text = csv("工单编号,,备注,备 注,TODO,类别", [["A1", "x", "b", "c", "d", "e"], ["A2", "x", "b", "c", "d", "f"]])
    found = looked_at(tmp_path, text)
    assert list(declared(found).columns) == ["ticket_id", "category"]
    assert [(n, why) for n, _, why in found.declaration.left_out] == [
        (2, "表头为空"),
        (3, "表头重复"),
        (4, "表头重复"),
        (5, "表头里有表示空白待填的字样"),
    ]
    assert "# 没有列入第 3 列“备注”：表头重复" in found.block
    assert clean(tmp_path, text)[0].used == 2


WORDS = st.sampled_from(
    [
        "yes",
        "null",
        "~",
        "1e3",
        "2024-01-01",
        "0x1F",
        "- a",
        "? b",
        "a: b",
        "#c",
        "{d}",
        "[e]",
        "&f",
        "*g",
        "!h",
        "|",
        ">",
        "%i",
        "@j",
        "`k",
        "'",
        '"',
        "''",
        "😀",
        "工单: 编号",
        "a\nb",
        "\ta",
        "备注",
        "受理时间",
        "number",
        "opened_at",
        "true",
        "=",
        "<<",
        "---",
        "...",
        "\u2028",
        "\x85",
        "\\",
    ]
)
HEADERS = st.lists(
    st.one_of(WORDS, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\ufeff"), max_size=12)),
    min_size=1,
    max_size=5,
)
CELLS = st.sampled_from(
    ["", "1", "0", "是", "a'b", '"', "?", "3/4/2024", "2024-01-02 03:04", "—", "12:30", "😀", "x\ny", "#N/A"]
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HEADERS, st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=4))
def test_the_block_is_valid_whatever_the_headers(tmp_path: Path, headers: list[str], rows: list[list[str]]) -> None:
    cells = {f"c{i}": pa.array([row[i] for row in rows], pa.string()) for i in range(len(headers))}
    pyarrow.parquet.write_table(pa.table(cells), tmp_path / "x.parquet")
    sheet = Sheet(file="x.csv", headers=tuple(headers), staged=tmp_path / "x.parquet", rows=len(rows), first=2)
    (tmp_path / "x.csv").touch()
    with patch("helpers.activity.profile.look._read", return_value=sheet):
        found = profile_file(tmp_path / "x.csv", header_row=1)
    table = declared(found)
    sources = [column.source[0] for column in table.columns.values()]
    left_out = [number - 1 for number, _, _ in found.declaration.left_out]
    assert sources == [header for number, header in enumerate(headers) if number not in left_out]
    assert len({normal_header(source) for source in sources}) == len(sources)
    assert screen(found).endswith(found.block.rstrip("\n"))


# --- the command ----------------------------------------------------------------------------------


def test_the_command_prints_all_and_the_block_last(tmp_path: Path) -> None:
    (tmp_path / "工单.csv").write_bytes(samples.chinese_tickets().encode("gb18030"))
    shown = CliRunner().invoke(app, ["profile", str(tmp_path / "工单.csv"), "--table", "jobs"])
    assert shown.exit_code == 0 and "60 行，15 列，表头在第 1 行" in shown.output
    block = shown.output.split("tables: 之下", 1)[1].split("\n", 1)[1]
    assert block.startswith("  jobs:\n    title: 工单") and "files: exports/工单.csv" in block
    assert "opened_at 至 resolved_at：止早于起 0 行，有止无起 0 行" in shown.output


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["nothing.csv"], 2, "[file_missing]  没有这个文件"),
        (["t.csv", "--table", "工单"], 2, "[bad_name]"),
        (["t.csv", "--encoding", "gb-999"], 2, "[unknown_encoding]"),
        (["t.csv", "--encoding", "ascii"], 1, "[wrong_encoding]"),
        (["b.xlsx", "--sheet", "x"], 1, "[unknown_format]"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, arguments: list[str], status: int, says: str) -> None:
    (tmp_path / "t.csv").write_text(OPEN, encoding="utf-8")
    (tmp_path / "b.xlsx").write_bytes(b"%PDF-1.7 no workbook")
    shown = CliRunner().invoke(app, ["profile", str(tmp_path / arguments[0]), *arguments[1:]])
    assert shown.exit_code == status and says in shown.output


def test_a_column_is_counted_exactly_whatever_its_length(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        {
            "工单编号": [f"T{i}" for i in range(50_000)],
            "受理时间": pd.date_range("2024-01-01", periods=50_000, freq="7min").astype(str),
            "备注": ["" if i % 3 else "?" for i in range(50_000)],
        }
    )
    found = looked_at(tmp_path, rows.to_csv(index=False))
    ids, times, remarks = found.columns
    assert (ids.distinct, times.distinct, times.type, remarks.empty, remarks.markers[0].count) == (
        50_000,
        50_000,
        "datetime",
        33_333,
        16_667,
    )
