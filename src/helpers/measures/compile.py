"""A declared measure as SQL: the total, the monthly series, any grouping and the rows behind it.

One structure gives all of them, so that none can say something else than the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from helpers.year.declared_indicators import Measure
from helpers.year.engine import identifier, literal

#: Means and sums are taken over integers of this size, so that no figure depends on the order of
#: summation. Hours are whole seconds, i.e. multiples of 1/3600.
SCALES = {"小时": 3600}
SCALE = 1_000_000
#: What a repeat is marked by in the rows of a measure with ``repeat_of``.
REPEAT = "_repeat"
#: And by what a row of this year is told from one of the year before.
THIS_YEAR = "_this_year"
#: The first and the last day as SQL has them.
EXTREMES = {"earliest": "min", "latest": "max"}
#: Columns by whose values a measure is asked for at once: each has a bit of a number.
TOGETHER = 40


def scale_of(measure: Measure) -> int:
    """By how much values are multiplied before they are rounded and summed as integers."""
    return SCALES.get(measure.unit or "", SCALE)


def value_of_row(measure: Measure) -> str:
    """What one row is worth: the declared value, whether it is a repeat, or nothing but that it is there."""
    if measure.repeat_of and measure.agg == "share":
        return REPEAT
    return f"({measure.value}\n)" if measure.value else "true"


def aggregates(measure: Measure) -> str:
    """``hits``: the exact integer numerator; ``n``: rows that count; ``unknown``: rows without a value.

    For a share, rows whose condition cannot be decided count as not kept: unknown is never 100 %. Of the earliest
    and latest date, ``hits`` is the day.
    """
    value = value_of_row(measure)
    counts = f"count({value}) AS n, count(*) FILTER (WHERE {value} IS NULL) AS unknown"
    match measure.agg:
        case "count":
            return "count(*) AS hits, count(*) AS n, 0 AS unknown"
        case "share":
            return (
                f"count(*) FILTER (WHERE {value}) AS hits, count(*) AS n, "
                f"count(*) FILTER (WHERE {value} IS NULL) AS unknown"
            )
        case "sum" | "mean":
            return f"coalesce(sum({_scaled(measure)}), 0) AS hits, {counts}"
        case "max" | "min":
            return f"{measure.agg}({_scaled(measure)}) AS hits, {counts}"
        case "distinct":
            return f"count(DISTINCT {value}) AS hits, {counts}"
        case "earliest" | "latest":
            return f"{EXTREMES[measure.agg]}(CAST({value} AS DATE)) AS hits, {counts}"
        case "quantile":
            return f"quantile_cont(CAST({value} AS DOUBLE), {measure.q}) AS hits, {counts}"
    raise ValueError(measure.agg)


def _scaled(measure: Measure) -> str:
    return f"CAST(round(({measure.value}\n) * {scale_of(measure)}) AS HUGEINT)"


class Carried(Measure):
    """A measure of repeats for which the rows of the year before are looked at as well; ``before``: their view."""

    before: str = ""


def carried(measure: Measure, before: str) -> Measure:
    """The measure, with last year's rows to repeat."""
    return Carried.model_construct(**{name: getattr(measure, name) for name in Measure.model_fields}, before=before)


def counted(measure: Measure) -> str:
    """The rows that a measure counts, as what stands behind FROM.

    A repeat follows, within so many days, another row of the measure with the same values of ``repeat_of``, be that
    one of the year before where its rows are there.
    """
    where = f" WHERE ({measure.where}\n)" if measure.where else ""
    if not measure.repeat_of:
        return f"{measure.table}{where}"
    keys = [identifier(column) for column in measure.repeat_of]
    moment = f"CAST({identifier(str(measure.date))} AS TIMESTAMP)"
    before = f"lag({moment}) OVER (PARTITION BY {', '.join(keys)} ORDER BY {moment}, source_file, source_row)"
    known = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    repeat = f"coalesce({moment} - {before} <= INTERVAL {measure.within_days} DAY AND {known}, false) AS {REPEAT}"
    every, of_this_year = f"{measure.table}{where}", ""
    if isinstance(measure, Carried):
        picked = ", ".join(dict.fromkeys([*keys, identifier(str(measure.date)), "source_file", "source_row"]))
        last = f"SELECT {picked}, false AS {THIS_YEAR} FROM {measure.before}{where}"
        every = f"(SELECT *, true AS {THIS_YEAR} FROM {measure.table}{where} UNION ALL BY NAME {last})"
        of_this_year = f" WHERE {THIS_YEAR}"
    rows = f"(SELECT *, {repeat} FROM {every})"
    if of_this_year:
        rows = f"(SELECT * EXCLUDE ({THIS_YEAR}) FROM {rows}{of_this_year})"
    return rows if measure.agg == "share" else f"{rows} WHERE {REPEAT}"


def total(measure: Measure) -> str:
    """One row: ``hits, n, unknown``."""
    return f"SELECT {aggregates(measure)} FROM {counted(measure)}"


def extremes(measure: Measure) -> str:
    """The least and the greatest value as scaled integers."""
    return f"SELECT min({_scaled(measure)}), max({_scaled(measure)}) FROM {counted(measure)}"


def quantile_bounds(measure: Measure, rows: int) -> str:
    """The quantile with so many more rows at the least, and at the greatest value."""
    values = f"SELECT CAST(({measure.value}\n) AS DOUBLE) AS v FROM {counted(measure)}"
    more = (
        f"SELECT quantile_cont(v, {measure.q}) FROM (SELECT v FROM known UNION ALL "
        f"SELECT {{}}(v) FROM known, range({rows}) GROUP BY range)"
    )
    return f"WITH known AS ({values}) SELECT ({more.format('min')}), ({more.format('max')})"


def by_month(measure: Measure, date: str) -> str:
    """A row a month: YYYY-MM, then ``hits, n, unknown``; grouped by place, for a table may have a column ``month``."""
    return (
        f"SELECT strftime({identifier(date)}, '%Y-%m'), {aggregates(measure)} "
        f"FROM {counted(measure)} GROUP BY 1 ORDER BY 1"
    )


def by_side(measure: Measure, date: str, since: str) -> str:
    """A row a month and side of a day (ISO): YYYY-MM, whether on or after it, then ``hits, n, unknown``."""
    column = identifier(date)
    return (
        f"SELECT strftime({column}, '%Y-%m'), CAST({column} AS DATE) >= CAST({literal(since)} AS DATE), "
        f"{aggregates(measure)} FROM {counted(measure)} GROUP BY 1, 2 ORDER BY 1, 2"
    )


def by_group(measure: Measure, column: str, date: str | None) -> str:
    """A row a value of a column (null: not recorded) and month (null without a date): then ``hits, n, unknown``."""
    group, month = f"CAST({identifier(column)} AS VARCHAR)", "NULL"
    if date is not None:
        month = f"strftime({identifier(date)}, '%Y-%m')"
    return (
        f"SELECT nullif(trim({group}), ''), {month}, {aggregates(measure)} "
        f"FROM {counted(measure)} GROUP BY 1, 2 ORDER BY 1 NULLS LAST, 2 NULLS LAST"
    )


def by_groups(measure: Measure, columns: Sequence[str], date: str | None) -> str:
    """The rows of ``by_group`` for each of some columns (at most ``TOGETHER``), after a number that tells them apart:
    its bits, one a column, are set but for that column's."""
    month = "NULL" if date is None else f"strftime({identifier(date)}, '%Y-%m')"
    names = [f"_group{at}" for at in range(len(columns))]
    cells = "".join(
        f", nullif(trim(CAST({identifier(column)} AS VARCHAR)), '') AS {name}"
        for column, name in zip(columns, names, strict=True)
    )
    every = ", ".join(names)
    return (
        f"SELECT grouping({every}), coalesce({every}), _month, {aggregates(measure)} "
        f"FROM (SELECT *{cells}, {month} AS _month FROM {counted(measure)}) "
        f"GROUP BY GROUPING SETS ({', '.join(f'({name}, _month)' for name in names)}) "
        "ORDER BY 1, 2 NULLS LAST, 3 NULLS LAST"
    )


def rows(measure: Measure, columns: Sequence[str], *, ordered: bool = True) -> str:
    """The rows behind the measure: ``_value`` (as declared) and the columns asked for, in source order."""
    picked = "".join(f", {identifier(column)}" for column in dict.fromkeys(columns))
    order = " ORDER BY source_file, source_row" if ordered else ""
    return f"SELECT {value_of_row(measure)} AS _value{picked} FROM {counted(measure)}{order}"


def rows_at(measure: Measure, columns: Sequence[str], places: Sequence[tuple[str, int]]) -> str:
    """Columns of the rows behind the measure at some places, in source order."""
    picked = ", ".join(identifier(column) for column in dict.fromkeys(columns))
    listed = ", ".join(f"({literal(file)}, {int(row)})" for file, row in places) or "(NULL, NULL)"
    return (
        f"SELECT {picked} FROM (SELECT * FROM {counted(measure)}) WHERE (source_file, source_row) IN ({listed}) "
        "ORDER BY source_file, source_row"
    )


def shown(measure: Measure, by_month_of: str | None = None) -> str:
    """The SQL that a reader can run on the tidy tables to get the figure, on one line; ``by_month_of``: for each month
    of that date a row."""
    value = REPEAT if measure.repeat_of else measure.value or ""
    pick = {
        "count": "count(*)",
        "share": f"count(*) FILTER (WHERE {value}) / count(*)",
        "sum": f"sum({value})",
        "mean": f"avg({value})",
        "max": f"max({value})",
        "min": f"min({value})",
        "distinct": f"count(DISTINCT {value})",
        "earliest": f"min(CAST({value} AS DATE))",
        "latest": f"max(CAST({value} AS DATE))",
        "quantile": f"quantile_cont({value}, {measure.q})",
    }[measure.agg]
    where = f" WHERE {measure.where}" if measure.where else ""
    source = counted(measure) if measure.repeat_of else f"{measure.table}{where}"
    month = f"strftime({by_month_of}, '%Y-%m')" if by_month_of else ""
    query = f"SELECT {month}, {pick} FROM {source} GROUP BY 1 ORDER BY 1" if month else f"SELECT {pick} FROM {source}"
    return " ".join(query.split())
