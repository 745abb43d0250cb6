"""What is looked at outside of the database, because a table is small, is what the database would have answered."""

from __future__ import annotations

import datetime
from pathlib import Path
from unittest import mock

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.gate.plausibility import (
    across_tables,
    amounts,
    coverage,
    date_slips,
    filled_with,
    monthly_shares,
    numbering,
    relations,
    steps,
    value_counts,
)
from helpers.gate.plausibility.references import Reference
from helpers.gate.plausibility.subject import Subject
from tests.gate.plausibility.two_years import compared, devices, ledger, tickets

FOLDERS = [HealthCheck.function_scoped_fixture]

numbers = st.none() | st.builds(
    lambda head, tail, width: f"{head}{tail:0{width}d}",
    st.sampled_from(["T", "T24-", "记-01-", "记-02-", "记-03-", "1A", "", "٣"]),
    st.integers(0, 40) | st.integers(95, 105) | st.integers(0, 10**15),
    st.integers(1, 4),
)
others = st.sampled_from(["T", "12345678901234567", "", "T24-0x"])


def at_length() -> mock._patch[int]:
    """Nothing is small enough to be looked at outside of the database."""
    return mock.patch.object(value_counts, "AT_ONCE", 0)


@settings(max_examples=12, suppress_health_check=FOLDERS, deadline=None)
@given(st.lists(numbers | others, min_size=1, max_size=60), st.lists(numbers, max_size=6))
def test_running_numbers(tmp_path: Path, used: list[str | None], left: list[str | None]) -> None:
    frame = tickets(2024).head(len(used)).assign(ticket_id=used)
    aside = [{"ticket_id": n, "_reason": "测试", "source_file": "a.csv", "source_row": 900} for n in left]
    with compared(tmp_path, {"tickets": frame}, alone=True, aside={"tickets": aside}) as subject:
        here = numbering._here(subject, "tickets")
        assert here is not None
        with at_length():
            subject.known.more.clear()
            assert numbering._here(subject, "tickets") is None
            asked = numbering._series(subject, "tickets"), numbering._longest_series(subject, "tickets")
        assert here.longest() == asked[1]
        said = here.series()
        assert said is not None and [s.prefix for s in said] == [s.prefix for s in asked[0]]
        for one, other in zip(said, asked[0], strict=True):
            assert (one.there, one.missing, one.gaps) == (other.there, other.missing, other.gaps)
            assert not one.missing or (one.before, one.after) == (other.before, other.after)


def off(subject: Subject, half: int) -> int:
    """The rows that the database finds out of time."""
    against = numbering._against(subject, "tickets", "opened_at", half)
    return int(subject.one(f"SELECT count(*) FILTER (WHERE low OR high) FROM ({against})"))


moves = st.lists(st.tuples(st.integers(0, 119), st.integers(-9_000_000, 9_000_000)), max_size=4)


@settings(max_examples=12, suppress_health_check=FOLDERS, deadline=None)
@given(moves, st.booleans(), st.integers(10, 120), st.sampled_from([2, 25]), st.sampled_from([3600, 400_000]))
def test_what_is_surely_in_time_is(
    tmp_path: Path, moved: list[tuple[int, int]], two: bool, rows: int, half: int, step: int
) -> None:
    start = datetime.datetime(2024, 1, 1)
    times = [start + datetime.timedelta(seconds=n * step * (1 + n % 5)) for n in range(rows)]
    for n, seconds in moved:
        times[n % rows] += datetime.timedelta(seconds=seconds)
    ids = [f"{'TS'[two and n % 2]}{n:04d}" for n in range(rows)]
    frame = pd.concat([tickets(2024)] * 2).head(rows).assign(ticket_id=ids, opened_at=times)
    with compared(tmp_path, {"tickets": frame.assign(source_row=range(2, rows + 2))}, alone=True) as subject:
        here = numbering._here(subject, "tickets")
        assert here is not None
        found = off(subject, half)
        assert not here.surely_in_time(half) or not found
        # That nothing is off is nearly always sure: only what lies at the very limit is asked again.
        assert here.surely_in_time(half) or found


@settings(max_examples=12, suppress_health_check=FOLDERS, deadline=None)
@given(st.data())
def test_relations(tmp_path: Path, data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 60))
    cell = st.none() | st.sampled_from(["甲", "乙", "", "a", "A", " "])
    columns = {c: data.draw(st.lists(cell, min_size=rows, max_size=rows)) for c in ("category", "engineer", "cause")}
    files = data.draw(st.lists(st.sampled_from(["a.csv", "b.csv"]), min_size=rows, max_size=rows))
    places = data.draw(st.permutations(range(rows)))
    frame = tickets(2024).head(rows).assign(**columns, source_file=files, source_row=places)
    pairs = [relations._Relation("tickets", a, b) for a in columns for b in columns if a != b]
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        cells = relations._coded(subject, "tickets", pairs)
        assert cells is not None and cells.order is not None
        for moved in ([""], list(relations.MOVES)):
            asked = relations._strengths(subject, "tickets", pairs, moved, None)
            assert relations._strengths(subject, "tickets", pairs, moved, cells) == asked
        # A relation that fewer rows break than a stretch may have has none.
        for pair, stretches in zip(pairs, relations._stretches(subject, "tickets", pairs), strict=True):
            differing = sum(stretch[3] for stretch in stretches)
            strength = relations._counted(cells, pair, "")
            assert strength.total - strength.top == differing
            assert strength.may_be_broken() or relations._in_part(subject, pair, stretches) is None


@settings(max_examples=25, suppress_health_check=FOLDERS, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 1.2, 5, 9.3, 9.33, 9.4, 10, 11, 100, -10]), min_size=12, max_size=12))
def test_figures_less_than_ten_times_apart_are_not_asked_about(tmp_path: Path, amounts_read: list[float]) -> None:
    frame = ledger(2024).head(12).assign(amount=amounts_read, purpose=["甲"] * 6 + ["乙"] * 6)
    with compared(tmp_path, {"ledger": frame}, alone=True) as subject, at_length():
        groups = [("amount", group) for group in amounts._groupings(subject, "ledger")]
        off = subject.query(amounts._off_query(subject, "ledger", groups)) if groups else []
        assert amounts._wide(subject, "ledger", ["amount"]) or not off
        sizes = {abs(one) for one in amounts_read} - {0}
        assert bool(amounts._wide(subject, "ledger", ["amount"])) is bool(sizes and max(sizes) >= 9.34 * min(sizes))


def test_a_long_table_is_not_sorted_again(tmp_path: Path) -> None:
    """That DuckDB goes through it as it lies, from top to bottom, is its own doing."""
    frame = tickets(2024).assign(source_file=["a.csv"] * 60 + ["b.csv"] * (len(tickets(2024)) - 60))
    pairs = [relations._Relation("tickets", a, b) for a, b in (("category", "engineer"), ("engineer", "category"))]
    asked = [(pair, move) for pair in pairs for move in relations.MOVES]
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        queries = [relations._strengths_query(subject, "tickets", asked)]
        with mock.patch.object(relations, "ROW_GROUP", 0):
            queries.append(relations._strengths_query(subject, "tickets", asked))
        plans = [subject.query(f"EXPLAIN {query}")[0][1] for query in queries]
        assert ["Streaming Window" in plan for plan in plans] == [False, True]
        assert sorted(subject.query(queries[0])) == sorted(subject.query(queries[1])) != []


def test_rows_without_an_order_are_left_to_the_database(tmp_path: Path) -> None:
    frame = tickets(2024).head(9).assign(source_row=[2, 3, 3, 4, 5, 6, 7, 8, 9])
    pair = relations._Relation("tickets", "category", "engineer")
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        cells = relations._coded(subject, "tickets", [pair])
        assert cells is not None and cells.order is None
        assert relations._strengths(subject, "tickets", [pair], list(relations.MOVES), cells)
        with at_length():
            assert relations._coded(subject, "tickets", [pair]) is None


times = st.none() | st.sampled_from(
    [
        datetime.datetime(2024, 3, 2),
        datetime.datetime(2024, 3, 2, 8, 0, 0, 999_999),
        datetime.datetime(2024, 3, 2, 8, 0, 1),
        datetime.datetime(2024, 3, 2, 8, 1),
        datetime.datetime(2024, 3, 2, 8, 3),
        datetime.datetime(2024, 2, 10, 23, 59, 59),
        datetime.datetime(1969, 12, 31, 23, 59, 59, 500_000),
        datetime.datetime(1900, 1, 1),
        datetime.datetime(9999, 12, 31),
    ]
)


ENDS = ("tickets", ["opened_at", "resolved_at"])


def said_of_times(subject: Subject) -> list[object]:
    """All that is asked of the dates of a table of tickets and one of devices."""
    ends = ("tickets", "opened_at", "resolved_at")
    seconds, equal = (
        'date_diff(\'second\', "opened_at", "resolved_at")',
        "CAST(\"opened_at\" AS TIME) <> TIME '00:00:00'",
    )
    with mock.patch.object(date_slips, "SHORT", 1):
        minutes = date_slips._minutes(subject, *ends)
    return [
        steps._pairs(subject, "tickets", "tickets"),
        steps._lengths(subject, *ends, f"{seconds} = 0 AND {equal}", seconds),
        steps._spread(subject, "tickets", "opened_at"),
        date_slips._equal(subject, *ends),
        minutes,
        *((first or [], last or [], n) for first, last, n in date_slips._ends(subject, "devices", ["bought_on"])),
        *((first or [], last or [], n) for first, last, n in date_slips._ends(subject, *ENDS)),
        date_slips.calendar_days(subject, "tickets", "resolved_at"),
        date_slips.calendar_days(subject, "devices", "bought_on"),
        list(coverage._daily(subject, "tickets").items()),
        subject.kinds("tickets", ["opened_at", "resolved_at"]),
        subject.kinds("devices", ["bought_on"]),
    ]


@settings(max_examples=12, suppress_health_check=FOLDERS, deadline=None)
@given(st.lists(st.tuples(times, times, times), min_size=1, max_size=30))
def test_dates(tmp_path: Path, rows: list[tuple[datetime.datetime | None, ...]]) -> None:
    opened, resolved, bought = ([row[n] for row in rows] for n in range(3))
    days = [None if moment is None else moment.date() for moment in bought]
    used = tickets(2024).head(len(rows)).assign(opened_at=opened, resolved_at=resolved)
    register = devices(2024).head(len(rows)).assign(bought_on=days)
    with compared(tmp_path, {"tickets": used, "devices": register}, alone=True) as subject:
        here = said_of_times(subject)
        assert {*subject.known.more["times"]} == {"tickets", "devices"}
        subject.known.kinds.clear()
        with at_length():
            assert subject.times("tickets") is None
            assert said_of_times(subject) == here


def test_a_date_in_two_tables_of_which_one_has_no_time_is_compared_by_the_day(tmp_path: Path) -> None:
    columns = {"bought_on": {"from": "购置日期", "type": "date"}, "used_at": {"from": "启用", "type": "datetime"}}
    declared = {
        "title": "设备",
        "files": "exports/设备.csv",
        "columns": {"device_id": "编号", **columns},
        "key": "device_id",
    }
    frame = devices(2024)[["device_id", "bought_on", "source_file", "source_row"]]
    frame = frame.assign(used_at=pd.to_datetime(frame["bought_on"]) + pd.Timedelta(hours=5))
    frame.loc[[3, 4], "used_at"] -= pd.Timedelta(days=1)
    with compared(tmp_path, {"devices": frame}, alone=True, tables={"devices": declared}) as subject:
        here = steps._pairs(subject, "devices", "devices")
        assert {(p.first, p.second, p.both, p.kept) for p in here} == {
            ("bought_on", "used_at", 120, 118),
            ("used_at", "bought_on", 120, 120),
        }
        with at_length():
            assert steps._pairs(subject, "devices", "devices") == here


texts = st.none() | st.sampled_from(["桌面", "系统", "", "PC001", "PC002", "x"])


@settings(max_examples=12, suppress_health_check=FOLDERS, deadline=None)
@given(st.data())
def test_cells_and_references(tmp_path: Path, data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 40))
    drawn = {c: data.draw(st.lists(texts, min_size=rows, max_size=rows)) for c in ("category", "cause", "device_id")}
    valid = data.draw(st.lists(st.none() | st.booleans(), min_size=rows, max_size=rows))
    files = data.draw(st.lists(st.sampled_from(["b.csv", "a.csv", "丙.csv"]), min_size=rows, max_size=rows))
    now = tickets(2024).head(rows).assign(**drawn, valid=pd.array(valid, dtype="boolean"), source_file=files)
    gone = [{"device_id": "PC001", "_reason": "重复", "source_file": "a.csv", "source_row": 4}]
    register = devices(2024).iloc[2:40]
    columns = ["category", "cause", "device_id", "valid", "opened_at"]
    conditions = [(c, v) for c in ("category", "valid") for v in ("桌面", "", "true")]
    leads = Reference("tickets", "device_id", "devices", "device_id", True)
    with compared(tmp_path, {"tickets": now, "devices": register}, aside={"devices": gone}) as subject:
        cells = filled_with._cells(subject, "tickets", columns, conditions)
        lost = across_tables._lost(subject, leads, ""), across_tables._lost(subject, leads, "previous_")
        with at_length(), mock.patch.object(Subject, "values", return_value=None):
            assert filled_with._cells(subject, "tickets", columns, conditions) == cells
            asked = across_tables._lost(subject, leads, ""), across_tables._lost(subject, leads, "previous_")
        assert lost == asked
        # Months in which no flag is known are none of its months.
        (flag,) = [share for share in monthly_shares.flags(subject, "tickets") if share.column == "valid"]
        months = "FROM tickets WHERE valid IS NOT NULL GROUP BY month(opened_at) ORDER BY month(opened_at)"
        assert flag.now == tuple(subject.query(f"SELECT count_if(valid), count(*) {months}"))
        (blank,) = [share for share in monthly_shares.blanks(subject, "tickets") if share.column == "cause"]
        blanks = subject.query(
            "SELECT count_if(cause IS NULL), count(*) FROM tickets GROUP BY month(opened_at) ORDER BY 2"
        )
        assert sorted(blank.now) == sorted(blanks)


def test_a_date_that_no_row_has(tmp_path: Path) -> None:
    """Neither of two dates is later where one is blank throughout: that is no error."""
    frame = tickets(2024).assign(resolved_at=None)
    frame["resolved_at"] = pd.to_datetime(frame["resolved_at"])
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        here = steps._pairs(subject, "tickets", "tickets")
        assert [(p.both, p.kept) for p in here] == [(0, 0), (0, 0)]
        with at_length():
            assert steps._pairs(subject, "tickets", "tickets") == here
