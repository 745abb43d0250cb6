"""The share after the replay against a brute-force simulation; what the clocks must not get wrong."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.activity.calendar import _packaged_years
from helpers.activity.reclock import reclocked
from helpers.measures.figures import Measures
from helpers.year.declared_clocks import Hold
from helpers.year.models import Calendar
from helpers.year.tables import Table
from tests.deviation.spare_samples import DAY, HOUR, MONDAY, SPARES, measured, planned, planted, repair, write_year
from tests.deviation.test_replay_stock import simulated


def workdays_between(start: dt.datetime, end: dt.datetime) -> int:
    """Working days begun after the day of ``start`` by the end of which ``end`` falls."""
    days = [start.date() + dt.timedelta(days=n) for n in range(1, (end.date() - start.date()).days + 1)]
    passed = sum(day.weekday() < 5 for day in days)
    return passed + (1 if passed and end.weekday() > 4 else 0)


repairs = st.lists(
    st.tuples(
        st.integers(0, 60 * 24 * 40),
        st.sampled_from(["A", "B", ""]),
        st.integers(0, 60 * 24 * 9),
        st.integers(1, 60 * 30),
        st.sampled_from(["bought", "bought", "shelf", "open"]),
    ),
    min_size=2,
    max_size=25,
)


@settings(max_examples=6)
@given(repairs)
def test_the_share_equals_a_brute_force_simulation(drawn: list[tuple[int, str, int, int, str]]) -> None:
    minute = dt.timedelta(minutes=1)
    rows, log = [], []
    for n, (start, part, wait, work, way) in enumerate(drawn):
        opened = dt.datetime(2024, 2, 5) + start * minute
        bought = way != "shelf" and part != ""
        ordered = opened + 5 * minute if bought else None
        arrived = ordered + wait * minute if ordered and way == "bought" else None
        resolved = None if bought and way == "open" else (arrived or opened) + work * minute
        rows.append(repair(n, opened, part=part, ordered=ordered, arrived=arrived, resolved=resolved))
        log.append((part, opened, ordered, arrived, resolved))
    with tempfile.TemporaryDirectory() as folder:
        declared = SPARES.replace("measure: in_time", "measure: in_time, lead_time: 3")
        with measured(write_year(Path(folder), rows, declared=declared)) as measures:
            found = planned(measures)
    stock = {p["part"]: p["stock"] for p in found["parts"] if p["stock"]}
    ends = [resolved for *_, resolved in log]
    for part, pieces in stock.items():
        members = [i for i, one in enumerate(log) if one[0] == part]
        leads = sorted(int((a - o).total_seconds()) for i in members if (o := log[i][2]) and (a := log[i][3]))
        usual = leads[-(-len(leads) // 2) - 1] if leads else 3 * 86400
        times = [int(((log[i][2] or log[i][1]) - dt.datetime(1970, 1, 1)).total_seconds()) for i in members]
        own = [int((a - o).total_seconds()) if (o := log[i][2]) and (a := log[i][3]) else usual for i in members]
        order = sorted(range(len(members)), key=lambda k: (times[k], k))
        waits = simulated([times[k] for k in order], [own[k] for k in order], pieces)
        for k, wait in zip(order, waits, strict=True):
            _, opened, ordered, arrived, resolved = log[members[k]]
            if resolved is not None:
                waited = arrived - ordered if ordered and arrived else dt.timedelta()
                ends[members[k]] = resolved + dt.timedelta(seconds=wait) - waited
    if stock:
        kept = sum(end is not None and workdays_between(one[1], end) <= 1 for one, end in zip(log, ends, strict=True))
        assert (found["replay"]["after"]["hits"], found["replay"]["after"]["n"]) == (kept, len(log))
        before = sum(one[4] is not None and workdays_between(one[1], one[4]) <= 1 for one in log)
        assert found["replay"]["before"]["hits"] == before
        assert found["replay"]["tickets_saved"] - found["replay"]["tickets_lost"] == kept - before


def test_what_came_after_the_part_moves_with_it(tmp_path: Path) -> None:
    """A user away after the part came stays away as long: 30 hours of which 24 on hold are 6 net, not 30."""
    rows = []
    for n in range(3):
        opened = MONDAY + 50 * n * DAY
        arrived = opened + 6 * DAY
        rows.append(
            repair(
                n,
                opened,
                part="PSU",
                ordered=opened,
                arrived=arrived,
                held=(arrived + 3 * HOUR, arrived + 27 * HOUR),
                resolved=arrived + 30 * HOUR,
            )
        )
    declared = SPARES.replace("measure: in_time", "measure: net_day")
    found = planned(measured(write_year(tmp_path, rows, declared=declared)))
    assert found["replay"]["before"]["hits"] == 0 and found["replay"]["after"]["hits"] == 3


def test_a_part_that_came_after_the_end_held_nothing_up(tmp_path: Path) -> None:
    rows = [
        repair(
            n,
            MONDAY + 30 * n * DAY,
            part="PSU",
            ordered=MONDAY + 30 * n * DAY,
            arrived=MONDAY + (30 * n + 20) * DAY,
            resolved=MONDAY + (30 * n + 8) * DAY,
        )
        for n in range(4)
    ]
    run = planned(measured(write_year(tmp_path, rows)))["replay"]
    assert run["before"] == run["after"] == {"hits": 0, "n": 4, "value": 0}
    assert (run["wait_unknown"], run["wait_before_hours"], run["filled"]) == (4, 0, 4)


def test_tables_that_were_changed_since_are_refused(tmp_path: Path) -> None:
    """The guard: clocks run again on the records as they are must give what the tidy table holds."""
    measures = measured(write_year(tmp_path, planted()))
    file = measures.folder / "tickets.parquet"
    table = pq.read_table(file)
    place = table.column_names.index("workdays")
    pq.write_table(
        table.set_column(place, "workdays", pa.array([0] * len(table), table.schema.field(place).type)), file
    )
    run = planned(Measures(measures.year, measures.folder))["replay"]
    assert run["reason"].startswith("[clocks_differ]") and run["after"] is None and run["fill_rate"] == 1


def test_ends_beyond_the_known_calendar(tmp_path: Path) -> None:
    """Waiting longer than recorded can end in a year that the calendar does not know: said, not guessed."""
    last = _packaged_years()[1]
    year_end = dt.datetime(last, 12, 29, 9)
    rows = [repair(n, year_end - n * HOUR, part="KBM", resolved=year_end + HOUR - n * HOUR) for n in range(12)]
    declared = SPARES.replace("measure: in_time", "measure: in_time, lead_time: 20, service_level: 0.2")
    root = write_year(tmp_path, rows, year=last, declared=declared)
    file = root / "data" / "raw" / str(last) / "year.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("calendar: weekdays", "calendar: cn"), encoding="utf-8")
    run = planned(measured(root, last))["replay"]
    assert run["filled"] < 12 and run["after"] is None and run["tickets_saved"] is None
    assert run["reason"] == f"日历不含 {last + 1} 年的放假和调休安排，不能推算工作日"


def test_pauses_that_only_the_event_log_knows_stop_the_clocks(tmp_path: Path) -> None:
    """After cleaning nobody can say when a ticket was suspended; the stock is planned, the share is not made up."""
    measures = measured(write_year(tmp_path, planted()))
    table = measures.year.year.tables["tickets"]
    net = table.derived["net"].model_copy(update={"hold": (Hold(events=True),)})
    tables = {
        **measures.year.year.tables,
        "tickets": table.model_copy(update={"derived": {**table.derived, "net": net}}),
    }
    year = replace(measures.year, year=measures.year.year.model_copy(update={"tables": tables}))
    run = planned(Measures(year, measures.folder))["replay"]
    assert run["reason"].startswith("[hold_events]") and run["after"] is None and run["fill_rate"] == 1


def test_days_without_times_are_taken_as_their_last_second() -> None:
    """An end of 12 March after a part of 11 March 10:00 moves with it, never before the part."""
    spec = {"columns": {"ended": {"from": "止", "type": "date"}, "seen": {"from": "见", "type": "datetime"}}}
    table = Table.model_validate({"title": "t", "files": "t.csv", **spec})
    year = SimpleNamespace(
        fiscal_year=2024, year=SimpleNamespace(tables={"t": table}, calendar=Calendar(base="weekdays"))
    )
    records = pa.table(
        {
            "ended": [dt.date(2024, 3, 12), dt.date(2024, 3, 12), None],
            "seen": pa.array(
                [dt.datetime(2024, 3, 5, 12), dt.datetime(2024, 3, 10, 12), dt.datetime(2024, 3, 11, 11)],
                pa.timestamp("us"),
            ),
            "source_file": ["a", "a", "a"],
            "source_row": [1, 2, 3],
        }
    )
    since, until, now = (
        int((m - dt.datetime(1970, 1, 1)).total_seconds())
        for m in (dt.datetime(2024, 3, 5, 12), dt.datetime(2024, 3, 11, 10), dt.datetime(2024, 3, 6, 10))
    )
    moves = [("a", n, since, until, now) for n in (1, 2, 3)]
    with reclocked(year, "t", records, moves, Path()) as (connection, query):  # type: ignore[arg-type]
        found = connection.sql(f"SELECT * FROM ({query}) ORDER BY source_row").to_arrow_table()
    assert found.column("ended").to_pylist() == [dt.date(2024, 3, 7), dt.date(2024, 3, 7), None]
    assert found.column("seen").to_pylist() == [
        dt.datetime(2024, 3, 5, 12),
        dt.datetime(2024, 3, 6, 10),
        dt.datetime(2024, 3, 6, 11),
    ]


def test_a_part_ordered_before_the_repair_is_waited_for_from_its_opening(tmp_path: Path) -> None:
    """Ordered five days ahead, there two days after the opening: two days were waited, and no end moves before it."""
    rows = []
    for n in range(3):
        opened = MONDAY + 63 * n * DAY
        rows.append(
            repair(
                n,
                opened,
                part="PSU",
                ordered=opened - 5 * DAY,
                arrived=opened + 2 * DAY,
                resolved=opened + 2 * DAY + HOUR,
            )
        )
    found = planned(measured(write_year(tmp_path, rows)))
    assert found["parts"][0]["lead"]["median_seconds"] == 7 * 86400
    run = found["replay"]
    assert (run["wait_before_hours"], run["wait_avoided_hours"]) == (3 * 48, 3 * 48)
    assert run["before"]["hits"] == 0 and run["after"]["hits"] == 3


def test_days_without_times_in_the_log(tmp_path: Path) -> None:
    """Ordered and arrived as days: the order lies at the opening, the arrival no later than the end of the repair."""
    root = write_year(
        tmp_path,
        [
            repair(
                n,
                MONDAY + 60 * n * DAY,
                part="PSU",
                ordered=MONDAY + 60 * n * DAY,
                arrived=MONDAY + (60 * n + 4) * DAY,
                resolved=MONDAY + (60 * n + 4) * DAY + 3 * HOUR,
            )
            for n in range(3)
        ],
    )
    file = root / "data" / "raw" / "2024" / "year.yml"
    text = file.read_text(encoding="utf-8")
    for header in ("订购", "到货"):
        text = text.replace(f"from: {header}, type: datetime", f"from: {header}, type: date")
    file.write_text(text, encoding="utf-8")
    found = planned(measured(root))
    assert found["parts"][0]["lead"]["median_seconds"] == 4 * 86400 + 3 * 3600
    assert found["replay"]["before"]["hits"] == 0 and found["replay"]["after"]["hits"] == 3
    assert found["replay"]["wait_unknown"] == 0
