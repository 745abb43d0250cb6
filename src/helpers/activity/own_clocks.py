"""Clocks of what one row says, as arithmetic on its columns: the rows keep their order, and nothing is kept of them.

A clock is the difference of what it shows at two moments, in microseconds. The office clock shows the working
microseconds before the day and those within it: the sum over the day's windows of how far into each the moment lies.
Days are looked up in lists that are constants of the query, each written as one text: a list of hundreds of numbers
takes longer to plan than thousands of rows to time. Exact integers until the last division.

Each step is a query around the one before with one more column, ``<clock>.<what>``; no declared column has a dot.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from helpers.activity.calendar import office_days, workday_counts
from helpers.activity.cells import fixed_offset
from helpers.activity.sql import backwards
from helpers.year.declared_clocks import Derived, Hold, Windows
from helpers.year.engine import identifier, literal
from helpers.year.models import Calendar
from helpers.year.tables import HOURS, Table

HOUR, SECOND = 3_600_000_000, 1_000_000  # microseconds
Span = tuple[datetime.date, datetime.date]


def in_own_columns(derived: Derived) -> list[Hold]:
    """The intervals on hold that two columns of the row name."""
    return [hold for hold in derived.hold if not hold.events and hold.table is None and hold.column is None]


def elsewhere(derived: Derived) -> list[Hold]:
    """The holds that events or another table name."""
    return [hold for hold in derived.hold if hold.events or hold.table is not None]


def alone(derived: Derived) -> bool:
    """Whether a column needs nothing but its own row and the days of the calendar."""
    return not elsewhere(derived) and mergeless(derived)


def mergeless(derived: Derived) -> bool:
    """Whether the row itself names one interval at most: several may overlap and have to be merged."""
    return len(in_own_columns(derived)) <= 1


# --- working days ---------------------------------------------------------------------------------


def workdays(spec: Table, column: str, query: str, span: Span | None, calendar: Calendar) -> str:
    """``query`` with the working days between two dates as ``column``; empty where an end is missing or beyond the
    calendar, or the clock runs backwards."""
    derived = spec.derived[column]
    if span is None:
        return f"SELECT *, CAST(NULL AS INTEGER) AS {identifier(column)} FROM ({query})"
    start, end = str(derived.start), str(derived.end)
    counts, works = identifier(f"{column}.counts"), identifier(f"{column}.works")
    days = workday_counts(*span, calendar)
    listed = (
        f"{_listed(days.column('workdays').to_pylist(), 'INTEGER')} AS {counts}, "
        f"{_listed(map(int, days.column('work').to_pylist()), 'TINYINT')} AS {works}"
    )

    def at(names: str, moment: str) -> str:
        # An index below 1 would count from the end of the list.
        day = f"(CAST({identifier(moment)} AS DATE) - DATE '{span[0]}' + 1)"
        return f"CASE WHEN {day} > 0 THEN list_extract({names}, {day}) END"

    passed = identifier(f"{column}.passed")
    query = (
        f"SELECT *, ({at(counts, end)}) - ({at(counts, start)}) AS {passed} FROM (SELECT *, {listed} FROM ({query}))"
    )
    # On a free day the working day before it is over: only by the end of the next one is it kept.
    more = f"WHEN {passed} > 0 AND ({at(works, end)}) = 0 THEN 1 ELSE 0"
    value = f"{passed} + CASE WHEN {backwards(spec, start, end)} THEN NULL {more} END"
    return f"SELECT *, {value} AS {identifier(column)} FROM ({query})"


# --- hours ----------------------------------------------------------------------------------------


class Hours:
    """A clock of hours as steps of a query. ``schedule``: the number of a row's schedule, as SQL. ``span``: the days
    that it may touch, as far as the calendar knows them; None where there are none."""

    def __init__(self, spec: Table, column: str, schedule: str, span: Span | None, calendar: Calendar) -> None:
        self.spec, self.column, self.derived = spec, column, spec.derived[column]
        self._schedule, self._first, self._number = schedule, span[0] if span else None, 0
        self._days: list[tuple[int, Windows]] = []
        if span and self.derived.clock == "office_hours":
            self._days = office_days(*span, calendar, self.derived.schedules())
            self._number = (span[1] - span[0]).days + 1
        #: Days are of a few kinds: to look up which costs less than to look up their windows.
        self._kinds = list(dict.fromkeys(windows for _, windows in self._days))

    def name(self, what: str) -> str:
        """A column of the clock's own."""
        return identifier(f"{self.column}.{what}")

    def spell(self, query: str) -> str:
        """``query`` with the clock's moments ``s``, empty where an end is missing or lies before the start, and ``e``,
        and the row's ``schedule``."""
        start, end = str(self.derived.start), str(self.derived.end)
        right = f"CASE WHEN NOT ({backwards(self.spec, start, end)}) THEN {moment(start)} END"
        return self._with(query, {"s": right, "e": moment(end), "schedule": self._schedule})

    def ready(self, query: str) -> str:
        """``query`` with what ``at`` looks up."""
        if not self._days:
            return query
        before = _listed((before * SECOND for before, _ in self._days), "BIGINT")
        kinds = _listed((self._kinds.index(windows) for _, windows in self._days), "INTEGER")
        return self._with(query, {"before": before, "kinds": kinds})

    def at(self, what: str) -> str:
        """What the clock shows at a moment; empty beyond its days. The row is ``ready`` and has its schedule."""
        when = self.name(what)
        if self.derived.clock == "hours":
            return _elapsed(self.spec, when)
        if not self._days:
            return "CAST(NULL AS BIGINT)"
        day = f"(CAST({when} AS DATE) - DATE '{self._first}')"
        # An index below 1 would count from the end of the list, one too high be a day of another schedule.
        nth = f"{day} + {self._number} * {self.name('schedule')} + 1"
        nth = f"CASE WHEN {day} BETWEEN 0 AND {self._number - 1} THEN {nth} END"
        within = f"(epoch_us({when}) - epoch_us(CAST(CAST({when} AS DATE) AS TIMESTAMP)))"
        windows = [[f"greatest(0, least({within}, {t * SECOND}) - {f * SECOND})" for f, t in w] for w in self._kinds]
        passed = "".join(f" WHEN {number} THEN {' + '.join(parts) or 0}" for number, parts in enumerate(windows))
        before, kind = (f"list_extract({self.name(listed)}, {nth})" for listed in ("before", "kinds"))
        return f"({before} + CASE {kind}{passed} END)"

    def added(self, query: str) -> str:
        """``query`` with the clock as its column. What stands in ``found`` is known already, see ``clocks``."""
        spent, found = self.name("spent"), self.name("found")
        if not mergeless(self.derived):
            query = self._with(query, {"spent": found})
        else:
            query = self._spent(self.ready(self.spell(query)))
            if elsewhere(self.derived):
                query = f"SELECT * REPLACE (coalesce({found}, {spent}) AS {spent}) FROM ({query})"
        column = identifier(self.column)
        return f"SELECT *, CASE WHEN {spent} >= 0 THEN {spent} / {HOUR}.0 END AS {column} FROM ({query})"

    def _spent(self, query: str) -> str:
        """A ``spell`` with the microseconds that passed as ``spent``, less the one interval on hold that the row itself
        may name and the lengths that it names."""
        passed = f"{self.at('e')} - {self.at('s')}"
        for hold in in_own_columns(self.derived):
            query = self.cut(query, moment(hold.start), moment(hold.end))
            # What is wrong makes the difference NULL: to look at every row for it once more takes as long as the holds.
            held = f"CASE WHEN {self.name('wrong')} THEN NULL WHEN {self.name('he')} > {self.name('hs')} "
            passed = f"{passed} - {held}THEN {self.at('he')} - {self.at('hs')} ELSE 0 END"
        return self.less_lengths(self._with(query, {"spent": passed}))

    def cut(self, query: str, since: str, until: str) -> str:
        """A ``spell`` with an interval on hold as ``hs`` and ``he``, cut to the clock's own, empty without a beginning;
        and whether it is ``wrong``: one that runs backwards leaves the clock empty, as does one longer than the clock
        itself, for what it was cannot be known."""
        s, e = self.name("s"), self.name("e")
        return self._with(
            query,
            {
                "hs": f"CASE WHEN {since} IS NOT NULL THEN greatest({since}, {s}) END",
                "he": f"least(coalesce({until}, {e}), {e})",
                "wrong": f"coalesce({until} < {since}, false)",
            },
        )

    def less_lengths(self, query: str) -> str:
        """``spent`` less what columns say was on hold, as time of this clock."""
        spent = self.name("spent")
        for hold in self.derived.hold:
            if hold.column is not None:
                times, parts = HOURS[str(hold.unit or "小时")]
                length = f"round(coalesce({identifier(hold.column)}, 0) * {times * HOUR // parts})"
                left = f"CASE WHEN {length} BETWEEN 0 AND {spent} THEN {spent} - CAST({length} AS BIGINT) END"
                query = f"SELECT * REPLACE ({left} AS {spent}) FROM ({query})"
        return query

    def _with(self, query: str, columns: Mapping[str, str]) -> str:
        return f"SELECT *, {', '.join(f'{sql} AS {self.name(what)}' for what, sql in columns.items())} FROM ({query})"


def moment(column: str | None) -> str:
    """A date of the row as a moment; a day without a time is its beginning."""
    return f"CAST({identifier(str(column))} AS TIMESTAMP)"


def _listed(values: Iterable[int], kind: str) -> str:
    return f"'[{', '.join(map(str, values))}]'::{kind}[]"


def _elapsed(spec: Table, moment: str) -> str:
    """Microseconds at a moment by the clock of the table's zone: where clocks are put forward for the summer, the
    hour that is left out does not count. One of the two equal hours in autumn is as good as the other."""
    zone = spec.timezone
    if zone in (None, "as_written") or not _changes(str(zone)):
        return f"epoch_us({moment})"
    return f"epoch_us(timezone({literal(str(zone))}, {moment}))"


def _changes(zone: str) -> bool:
    """Whether a zone has had more than one offset in this century."""
    if fixed_offset(zone) is not None:
        return False
    half_years = (datetime.datetime(year, month, 1) for year in range(2000, 2040) for month in (1, 7))
    return len({moment.replace(tzinfo=ZoneInfo(zone)).utcoffset() for moment in half_years}) > 1
