"""Declared measures evaluated over the tidy tables of one year, exactly."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from helpers.measures import bounds, database
from helpers.measures import compile as compiled
from helpers.measures.bounds import Bounds
from helpers.measures.covered import Covered, covered, of_a_part, ratio_of_parts
from helpers.measures.kept_answers import Rows, answer
from helpers.measures.repeats import PREVIOUS, repeat_words, with_last_year
from helpers.measures.row_blocks import spans
from helpers.measures.valued import Valued, unit_of, value_of
from helpers.year.clock_words import clock_words, clocks_of
from helpers.year.declared_indicators import Measure
from helpers.year.engine import identifier
from helpers.year.fiscal import MONTHS
from helpers.year.idle_engines import borrowed, states
from helpers.year.load import Year


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured figure: ``value`` in the measure's unit, None when it cannot be known.

    ``hits`` and ``n``: for a share the rows that keep the condition and all rows. ``unknown``: rows
    whose value is missing. ``tables``: what it was read from. ``clocks``: what each clock it reads
    counts, in words. ``bounds``: where it may lie because of rows that were lost; None: there are none.
    ``carried``: repeats of last year's rows are counted. ``day``: what an earliest or latest date came to (ISO); it has
    no ``value``. ``part``: the months that the records cover where they are not the whole year's, ``part_bounds`` where
    the year's figure may then lie. ``monthly_sql``: the query of its series by month.
    """

    measure: str
    value: Fraction | None
    n: int
    hits: int | None
    unknown: int
    unit: str | None
    words: str
    sql: str
    tables: tuple[str, ...]
    clocks: tuple[str, ...] = ()
    bounds: Bounds | None = None
    day: str | None = None
    part: Covered | None = None
    part_bounds: Bounds | None = None
    carried: bool = False
    monthly_sql: str | None = None


@dataclass(frozen=True)
class Month:
    """One month of a measure's series: ``month`` is YYYY-MM."""

    month: str
    value: Fraction | None
    n: int
    hits: int | None


@dataclass(frozen=True, kw_only=True)
class Side:
    """One month before or from a day on; ``hits`` of a share or count."""

    month: str
    after: bool
    value: Fraction | None
    n: int
    hits: int
    unknown: int


@dataclass(frozen=True, kw_only=True)
class Part:
    """What rows with one value of a column add to a figure in a month: ``amount`` hits or scaled values, of ``n``."""

    value: str | None
    month: str | None
    amount: int
    n: int


class Measures:
    """The measures of one year over its tidy tables.

    The database holds nothing but these tables, which are read where they lie; other files, network
    and settings are closed to every expression, time and memory are bounded (``QueryStopped``).
    ``last_year``: where the tidy tables of the year before lie, which repeats may follow.
    """

    def __init__(self, year: Year, folder: Path, last_year: Path | None = None) -> None:
        self.year, self.folder = year, folder
        tidy = {table: folder / f"{table}.parquet" for table in year.year.tables}
        lost = {f"{table}.uncertain": folder / f"{table}.uncertain.parquet" for table in tidy}
        self._lost = {name: file for name, file in lost.items() if file.is_file()}
        repeated = {str(m.table) for m in year.measures.values() if m.repeat_of} if last_year else set()
        before = {f"{PREVIOUS}{table}": Path(last_year or "", f"{table}.parquet") for table in sorted(repeated)}
        self._before = {name: file for name, file in before.items() if file.is_file() and name not in tidy}
        files = {**tidy, **self._lost, **self._before}
        self._opened = ExitStack()
        self._held = ("measures", year.fiscal, *files, states(files.values()))
        self._connection = self._opened.enter_context(
            borrowed(self._held, lambda: database.open_tables(files, year.fiscal), tables=False)
        )
        self.figure = lru_cache(maxsize=None)(self._figure)
        self.part_of = lru_cache(maxsize=None)(self._part_of)
        self._parts: dict[tuple[str, str], tuple[Part, ...]] = {}

    def __enter__(self) -> Measures:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        self._opened.__exit__(kind, error, trace)

    def _rows(self, query: str, what: str) -> Rows:
        return answer(self._connection, self._held, query, what)

    def _declared(self, name: str) -> Measure:
        """The declared measure; of repeats with the year before, where its rows are there."""
        measure = self.year.measures[name]
        return with_last_year(measure, self._kinds_of) if measure.repeat_of and self._before else measure

    def _kinds_of(self, view: str) -> dict[str, str]:
        if view.startswith(PREVIOUS) and view not in self._before:
            return {}
        described = self._rows(f"DESCRIBE {identifier(view)}", f"tables.{view}")
        return {row[0]: row[1] for row in described}

    def _figure(self, name: str) -> Figure:
        """The figure of a declared measure for the whole year."""
        measure = self._declared(name)
        if measure.agg == "ratio":
            return self._ratio(name, measure)
        hits, n, unknown = self._rows(compiled.total(measure), f"measures.{name}")[0]
        return Figure(
            measure=name,
            value=value_of(measure, hits, n),
            n=n,
            hits=hits if measure.agg in ("share", "count") else None,
            unknown=unknown,
            unit=unit_of(measure),
            words=measure.words,
            sql=compiled.shown(measure),
            monthly_sql=compiled.shown(measure, by) if (by := self._date_of(measure)) else None,
            tables=(str(measure.table),),
            clocks=self._clocks(measure),
            carried=isinstance(measure, compiled.Carried),
            bounds=self._bounds(measure, hits, n, f"measures.{name}"),
            day=hits.isoformat() if measure.agg in compiled.EXTREMES and hits is not None else None,
            part=(part := self.part_of(str(measure.table))),
            part_bounds=None if part is None else self._part_bounds(measure, value_of(measure, hits, n), part),
        )

    def _part_bounds(self, measure: Measure, value: Fraction | None, part: Covered) -> Bounds | None:
        least = None
        if measure.agg == "sum":
            least = self._rows(compiled.extremes(measure), f"measures.{measure.table}")[0][0]
        return of_a_part(measure.agg, value, part, least is not None and least < 0)

    def _part_of(self, table: str) -> Covered | None:
        """The months that a table's records cover; None where that is the whole year or nobody can say."""
        spec = self.year.year.tables.get(table)
        if spec is None or spec.year_by is None:
            return None
        day = f"CAST({identifier(spec.year_by)} AS DATE)"
        query = f"SELECT {day}, count(*) FROM {table} WHERE {day} IS NOT NULL GROUP BY 1"
        return covered(spec, self.year.fiscal, dict(self._rows(query, f"tables.{table}")))

    def months_of(self, table: str) -> frozenset[str]:
        """The months (YYYY-MM) of the fiscal year that a table can say something of."""
        spec, part = self.year.year.tables.get(table), self.part_of(table)
        if spec is not None and spec.period is not None:
            first, last = (day.isoformat()[:7] for day in (spec.period.start, spec.period.end))
            part = Covered(first, last)
        return frozenset(month for month in self.year.fiscal.months if part is None or part.has(month))

    def _bounds(self, measure: Measure, hits: Any, n: int, what: str) -> Bounds | None:
        """Between which values the figure lies; None where no lost row or unreadable cell touches it."""
        table = str(measure.table)
        if f"{table}.uncertain" not in self._lost:
            return None
        query = bounds.groups_query(measure, self.year.year.tables[table], table)
        groups = [bounds.Group(**dict(zip(bounds.GROUP, row, strict=True))) for row in self._rows(query, what)]
        if not groups:
            return None
        scale = compiled.scale_of(measure)
        if measure.repeat_of or measure.agg in ("max", "min", "distinct", *compiled.EXTREMES):
            return bounds.open_ended(measure.agg, groups, value_of(measure, hits, n))
        match measure.agg:
            case "count":
                return bounds.counted(groups, hits)
            case "share":
                return bounds.share(groups, hits, n)
        least, most = self._rows(compiled.extremes(measure), what)[0]
        if measure.agg == "sum":
            return bounds.summed(groups, hits, scale, least is not None and least < 0)
        if measure.agg == "mean":
            return bounds.averaged(groups, hits, n, None if least is None else (least, most), scale)
        rows = sum(group.rows for group in groups)
        low, high = self._rows(compiled.quantile_bounds(measure, rows), what)[0]
        return bounds.Bounds(rows, *(None if v is None else Fraction(repr(v)) for v in (low, high)))

    def _ratio(self, name: str, measure: Measure) -> Figure:
        top, bottom = self.figure(str(measure.numerator)), self.figure(str(measure.denominator))
        value = top.value / bottom.value if top.value is not None and bottom.value else None
        return Figure(
            measure=name,
            value=value,
            n=top.n,
            hits=None,
            unknown=top.unknown + bottom.unknown,
            unit=measure.unit,
            words=measure.words,
            sql=f"({top.sql}) / ({bottom.sql})",
            tables=tuple(dict.fromkeys(top.tables + bottom.tables)),
            clocks=tuple(dict.fromkeys(top.clocks + bottom.clocks)),
            carried=top.carried or bottom.carried,
            bounds=bounds.divided(top.value, bottom.value, top.bounds, bottom.bounds),
            part=top.part or bottom.part,
            part_bounds=ratio_of_parts(top.part, bottom.part),
        )

    def _clocks(self, measure: Measure) -> tuple[str, ...]:
        """What each clock of a measure counts, after what the declaration calls it."""
        table = self.year.year.tables[str(measure.table)]
        derived = [table.derived[column] for column in clocks_of(measure, table)]
        told = [
            (f"{one.words}：" if one.words else "") + clock_words(one, table, self.year.year.calendar_of(table))
            for one in derived
        ]
        if measure.repeat_of:
            last_year, crosses = isinstance(measure, compiled.Carried), self.year.fiscal.crosses
            told.append(repeat_words(measure, last_year=last_year, crosses=crosses))
        return tuple(told)

    def monthly(self, name: str) -> tuple[Month, ...]:
        """The measure month by month over the fiscal year; empty where it has no date or is a ratio.

        Months without rows are there with ``n`` 0 and value None (0 for a count or sum, but not of months that the
        table's records do not cover). Of repeats, the first months of records without any before them say nothing.
        """
        measure = self._declared(name)
        column = self._date_of(measure)
        if column is None:
            return ()
        query = compiled.by_month(measure, column)
        found = {row[0]: row[1:] for row in self._rows(query, f"measures.{name}")}
        months, there, unseen = [], self.months_of(str(measure.table)), self._unseen(measure)
        for month in self.year.fiscal.months:
            if month < unseen or (month not in there and month not in found):
                months.append(Month(month, None, 0, None))
                continue
            hits, n, _ = found.get(month, (0, 0, 0))
            months.append(
                Month(month, value_of(measure, hits, n), n, hits if measure.agg in ("share", "count") else None)
            )
        return tuple(months)

    def _date_of(self, measure: Measure) -> str | None:
        """By which date a measure goes into months; a ratio has none."""
        table = self.year.year.tables.get(measure.table or "")
        return measure.date or (table.year_by if table else None)

    def _unseen(self, measure: Measure) -> str:
        """The first month (YYYY-MM) of which every day has records before it that a repeat may follow."""
        first = min(self.months_of(str(measure.table)), default="")
        begins_late = first != self.year.fiscal.months[0]
        if not measure.repeat_of or not first or (isinstance(measure, compiled.Carried) and not begins_late):
            return ""
        last = date.fromisoformat(f"{first}-01") + timedelta(days=int(measure.within_days or 1) - 1)
        return (last.replace(day=1) + timedelta(days=32)).isoformat()[:7]

    def sides(self, name: str, since: date, where: str | None = None) -> tuple[Side, ...]:
        """The measure month by month, the month of a day in two, before it and from it on; no months without rows.

        ``where``: over these rows of the table instead of its own. Empty where it has no date or is a ratio.
        """
        measure = self._declared(name)
        table = self.year.year.tables.get(measure.table or "")
        column = measure.date or (table.year_by if table else None)
        if column is None:
            return ()
        chosen = measure if where is None else measure.model_copy(update={"where": where})
        query = compiled.by_side(chosen, column, since.isoformat())
        return tuple(
            Side(month=month, after=after, value=value_of(chosen, hits, n), n=n, hits=hits, unknown=unknown)
            for month, after, hits, n, unknown in self._rows(query, f"measures.{name}")
            if month is not None
        )

    def grouped(self, name: str, column: str) -> tuple[Part, ...]:
        """The exact parts of a share or mean by a column's values and month."""
        if (name, column) not in self._parts:
            query = compiled.by_group(self._declared(name), column, self._date_of(self._declared(name)))
            return tuple(_part(*row) for row in self._rows(query, f"measures.{name}"))
        return self._parts[name, column]

    def group_ahead(self, name: str, columns: Sequence[str]) -> None:
        """Ask for some columns of few values at once what ``grouped`` will be asked of each: most of an answer's time
        is planning it."""
        new = [column for column in columns if (name, column) not in self._parts]
        for some in (new[part] for part in spans(len(new), compiled.TOGETHER)):
            query = compiled.by_groups(self._declared(name), some, self._date_of(self._declared(name)))
            found: dict[int, list[Part]] = {}
            for which, *row in self._rows(query, f"measures.{name}"):
                found.setdefault(which, []).append(_part(*row))
            every = (1 << len(some)) - 1
            for at, column in enumerate(reversed(some)):
                self._parts[name, column] = tuple(found.get(every ^ (1 << at), ()))

    def by_value(self, name: str, column: str) -> tuple[Valued, ...]:
        """The measure for the rows with each value of a column, of any kind but a ratio; None: not recorded."""
        measure = self._declared(name)
        query = compiled.by_group(measure, column, None)
        return tuple(
            Valued(
                value=value,
                figure=value_of(measure, hits, n),
                day=hits.isoformat() if measure.agg in compiled.EXTREMES and hits is not None else None,
                n=n,
                hits=hits if measure.agg in ("share", "count") else None,
                unknown=unknown,
            )
            for value, _, hits, n, unknown in self._rows(query, f"measures.{name}")
        )

    def rows(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """The rows behind a measure: ``_value``, then ``columns``."""
        return database.frame(self._connection, compiled.rows(self._declared(name), columns), f"measures.{name}")

    def coded_rows(self, name: str, columns: Sequence[str], few: Collection[str] = ()) -> pd.DataFrame:
        """The rows behind a measure as ``rows`` has them, with their places, texts as categories, and so whole numbers
        in the columns of ``few``: a million of them take some tens of megabytes. They are put in order here, as the
        database would hold all of them as texts."""
        place = ("source_file", "source_row")
        query = compiled.rows(self._declared(name), [*columns, *place], ordered=False)
        found = database.coded_frame(self._connection, query, f"measures.{name}", few)
        files, numbers = found[place[0]].cat.codes.to_numpy(), found[place[1]].to_numpy()
        if _in_order(files, numbers):
            return found
        return found.iloc[np.lexsort((numbers, files))].reset_index(drop=True)

    def rows_at(self, name: str, columns: Sequence[str], places: Sequence[tuple[str, int]]) -> pd.DataFrame:
        """The rows behind a measure at these places (file and row), in the order of the source."""
        query = compiled.rows_at(self._declared(name), columns, places)
        return database.frame(self._connection, query, f"measures.{name}")

    def select(self, table: str, columns: Mapping[str, str], where: str | None = None) -> pa.Table:
        """Expressions over the rows of a table by the names they get, in source order."""
        picked = ", ".join(f'{expression} AS "{column}"' for column, expression in columns.items())
        condition = f" WHERE ({where}\n)" if where else ""
        query = f'SELECT {picked} FROM "{table}"{condition} ORDER BY source_file, source_row'
        return database.fetch(self._connection, query, f"tables.{table}")

    def distinct(self, table: str, column: str) -> int:
        """How many different values a column has."""
        query = f"SELECT count(DISTINCT {identifier(column)}) FROM {table}"
        return int(self._rows(query, f"tables.{table}")[0][0])

    def counts(self, table: str, by: str) -> Mapping[str, int]:
        """How many rows each value of a column has; rows without a value under ""."""
        query = f"SELECT coalesce(\"{by}\", ''), count(*) FROM {table} GROUP BY 1 ORDER BY 1"
        return dict(self._rows(query, f"tables.{table}"))

    def monthly_counts(self, table: str, by: str, date: str) -> Mapping[str, tuple[int, ...]]:
        """For each value of a column its rows in each of the twelve months, in their order in the fiscal year."""
        query = (
            f"SELECT coalesce({identifier(by)}, ''), month({identifier(date)}), count(*) FROM {table} "
            "GROUP BY 1, 2 ORDER BY 1, 2"
        )
        found: dict[str, list[int]] = {}
        for value, month, n in self._rows(query, f"tables.{table}"):
            found.setdefault(value, [0] * MONTHS)[self.year.fiscal.place(month)] = n
        return {value: tuple(counts) for value, counts in found.items()}


def _part(value: str | None, month: str | None, hits: Any, n: int, _: int) -> Part:
    return Part(value=value, month=month, amount=int(hits), n=n)


def _in_order(files: NDArray[Any], rows: NDArray[Any]) -> bool:
    """Whether rows stand in the order of the source."""
    later = (files[1:] > files[:-1]) | ((files[1:] == files[:-1]) & (rows[1:] >= rows[:-1]))
    return bool(later.all())
