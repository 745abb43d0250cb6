"""Files whose rows stand in order of time: rows far off their place, and rows of another year among them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import le
from typing import TYPE_CHECKING, NamedTuple

from helpers.gate.plausibility.subject import EXAMPLES
from helpers.year.engine import identifier, literal

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: Files of fewer rows have no order, larger ones are not looked through.
FEWEST, LARGEST = 20, 300_000
#: A file is in order where so large a share of its rows is; rows in any order keep far less.
ORDERED = 0.85
#: A row is off its place by more days than this, and by so many times what the other rows are off.
DAYS, HABIT = 20, 4
#: Rows of another year are among a file's own where so many of these stand on both sides.
SIDES = 3
OTHER_YEAR = "其他年度的记录"
NOWHERE = range(0)


class _Row(NamedTuple):
    """Its place in the file, and its day."""

    row: int
    day: int


def order_in_file(subject: Subject) -> Iterator[Check]:
    """Rows whose date lies far from those of the rows above and below, in a file that is in order of time."""
    for table in _looked_at(subject):
        time = str(subject.roles[table].time)
        off = [(file, row) for file, rows in _files(subject, table, time).items() for row in misplaced(rows)]
        if not off:
            continue
        listed = " OR ".join(f"(source_file = {literal(file)} AND source_row = {row})" for file, row in off[:EXAMPLES])
        yield subject.note(
            table,
            "order_in_file",
            f"有 {len(off)} 行的{subject.called(table, time)}与上下各行相差很远，而文件的其余各行都按时间先后排列",
            "核对这些行的日期（月、日是否颠倒，月份、年份是否录错）；确是后来补登的，在 plausible 里说明",
            observed=len(off),
            rows=subject.places(table, [time], listed),
            failing=len(off),
            column=time,
        )


def other_years_among(subject: Subject) -> Iterator[Check]:
    """Rows set aside for their year that stand among this year's, in a file that is in order of time."""
    for table in _looked_at(subject):
        aside, time = f"{table}_set_aside", str(subject.roles[table].time)
        if aside not in subject.views or time not in subject.tables[table].columns:
            continue
        strangers = subject.query(
            f"SELECT source_file, source_row, {identifier(time)} FROM {identifier(aside)} "
            f"WHERE _reason = {literal(OTHER_YEAR)} ORDER BY 1, 2"
        )
        inner = {f: _inner(rows) for f, rows in _files(subject, table, time).items()} if strangers else {}
        among = [(f, r, v) for f, r, v in strangers if int(r) in inner.get(str(f), NOWHERE)]
        if not among:
            continue
        hidden = time in subject.tables[table].tidy_personal
        yield subject.note(
            table,
            "other_years_among",
            f"有 {len(among)} 行因{subject.called(table, time)}不在本年度而没有采用，但夹在本年度的记录中间",
            "核对这些行的年份是否录错：录错的用 corrections.yml 更正；确是其他年度补登的，在 plausible 里说明",
            observed=len(among),
            rows=[(f, r, time, None if hidden else v) for f, r, v in among[:EXAMPLES]],
            failing=len(among),
            column=time,
        )


CHECKS = (order_in_file, other_years_among)


def _looked_at(subject: Subject) -> Iterator[str]:
    for table, spec in subject.tables.items():
        # A case of a log of events has no one row in it.
        timed = subject.roles[table].time is not None and spec.grain is None
        if timed and FEWEST <= subject.count(table) <= LARGEST:
            yield table


def _files(subject: Subject, table: str, time: str) -> dict[str, list[_Row]]:
    """The rows of each file that has enough of them, in their order in the file; asked once a table."""
    known: dict[str, dict[str, list[_Row]]] = subject.known.more.setdefault("files in order", {})
    if table not in known:
        known[table] = _read_files(subject, table, time)
    return known[table]


def _read_files(subject: Subject, table: str, time: str) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for file, rows, days in subject.query(
        f"SELECT source_file, list(source_row ORDER BY source_row), list(day ORDER BY source_row) FROM "
        f"(SELECT source_file, source_row, CAST({identifier(time)} AS DATE) - DATE '1970-01-01' AS day "
        f"FROM {identifier(table)} WHERE day IS NOT NULL) GROUP BY 1 HAVING count(*) >= {FEWEST} ORDER BY 1"
    ):
        found[str(file)] = list(map(_Row, rows, days))
    return found


def misplaced(rows: Sequence[_Row]) -> list[int]:
    """The rows (by their place) that are far off the order which nearly all rows keep, up or down."""
    kept, sign = ordered(rows)
    if len(kept) == len(rows) or len(kept) < ORDERED * len(rows):
        return []
    days = [sign * r.day for r in rows]
    places = sorted(kept)
    away: list[tuple[int, int]] = []
    for at, day in enumerate(days):
        behind = bisect_right(places, at)
        # What is entered late is put below (or above) all others.
        inside = 0 < behind < len(places)
        distance = max(days[places[behind - 1]] - day, day - days[places[behind]], 0) if inside else 0
        away.append((distance, rows[at].row))
    usual = sorted(a for a, _ in away)[int(0.95 * len(away)) - 1] if len(away) >= FEWEST else 0
    return [row for distance, row in away if distance > max(DAYS, HABIT * usual)]


def ordered(rows: Sequence[_Row]) -> tuple[set[int], int]:
    """The longest run of rows that are in order of time, by place, and whether up (1) or down (-1)."""
    days = [row.day for row in rows]
    if all(map(le, days, days[1:])):
        return set(range(len(rows))), 1
    up, down = (_longest([sign * day for day in days]) for sign in (1, -1))
    return (up, 1) if len(up) >= len(down) else (down, -1)


def _longest(days: Sequence[int]) -> set[int]:
    """The places of a longest subsequence that never falls."""
    ends: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for place, day in enumerate(days):
        where = bisect_right(ends, day)
        before.append(at[where - 1] if where else -1)
        if where == len(ends):
            ends.append(day)
            at.append(place)
        else:
            ends[where], at[where] = day, place
    found: set[int] = set()
    place = at[-1] if at else -1
    while place >= 0:
        found.add(place)
        place = before[place]
    return found


def _inner(rows: Sequence[_Row]) -> range:
    """The places in an ordered file with rows of the year on both sides; none where there is no order."""
    kept, _ = ordered(rows)
    return range(rows[SIDES - 1].row + 1, rows[-SIDES].row) if len(kept) >= ORDERED * len(rows) else NOWHERE
