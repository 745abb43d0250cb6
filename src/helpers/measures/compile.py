"""A declared measure as SQL: the total, the monthly series, any grouping and the rows behind it.

One structure gives all of them, so that none can say something else than the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from helpers.year.models import Measure

#: Means and sums are taken over integers of this size, so that no figure depends on the order of
#: summation. Hours are whole seconds, i.e. multiples of 1/3600.
SCALES = {"小时": 3600}
SCALE = 1_000_000


def scale_of(measure: Measure) -> int:
    """By how much values are multiplied before they are rounded and summed as integers."""
    return SCALES.get(measure.unit or "", SCALE)


def aggregates(measure: Measure) -> str:
    """``hits``: the exact integer numerator; ``n``: rows that count; ``unknown``: rows without a value.

    For a share, rows whose condition cannot be decided count as not kept: unknown is never 100 %.
    """
    value = f"({measure.value}\n)"
    match measure.agg:
        case "count":
            return "count(*) AS hits, count(*) AS n, 0 AS unknown"
        case "share":
            return (
                f"count(*) FILTER (WHERE {value}) AS hits, count(*) AS n, "
                f"count(*) FILTER (WHERE {value} IS NULL) AS unknown"
            )
        case "sum" | "mean":
            scaled = f"CAST(round({value} * {scale_of(measure)}) AS HUGEINT)"
            return (
                f"coalesce(sum({scaled}), 0) AS hits, count({value}) AS n, "
                f"count(*) FILTER (WHERE {value} IS NULL) AS unknown"
            )
        case "quantile":
            return (
                f"quantile_cont(CAST({value} AS DOUBLE), {measure.q}) AS hits, count({value}) AS n, "
                f"count(*) FILTER (WHERE {value} IS NULL) AS unknown"
            )
    raise ValueError(measure.agg)


def condition(measure: Measure) -> str:
    return f" WHERE ({measure.where}\n)" if measure.where else ""


def total(measure: Measure) -> str:
    """One row: ``hits, n, unknown``."""
    return f"SELECT {aggregates(measure)} FROM {measure.table}{condition(measure)}"


def extremes(measure: Measure) -> str:
    """The least and the greatest value as scaled integers."""
    scaled = f"CAST(round(({measure.value}\n) * {scale_of(measure)}) AS HUGEINT)"
    return f"SELECT min({scaled}), max({scaled}) FROM {measure.table}{condition(measure)}"


def quantile_bounds(measure: Measure, rows: int) -> str:
    """The quantile with so many more rows at the least, and at the greatest value."""
    values = f"SELECT CAST(({measure.value}\n) AS DOUBLE) AS v FROM {measure.table}{condition(measure)}"
    more = (
        f"SELECT quantile_cont(v, {measure.q}) FROM (SELECT v FROM known UNION ALL "
        f"SELECT {{}}(v) FROM known, range({rows}) GROUP BY range)"
    )
    return f"WITH known AS ({values}) SELECT ({more.format('min')}), ({more.format('max')})"


def by_month(measure: Measure, date: str) -> str:
    """A row a month: ``month`` (YYYY-MM), ``hits, n, unknown``."""
    return (
        f"SELECT strftime(\"{date}\", '%Y-%m') AS month, {aggregates(measure)} "
        f"FROM {measure.table}{condition(measure)} GROUP BY month ORDER BY month"
    )


def rows(measure: Measure, columns: Sequence[str]) -> str:
    """The rows behind the measure: ``_value`` (as declared) and the columns asked for, in source order."""
    value = f"({measure.value}\n)" if measure.value else "true"
    picked = "".join(f', "{column}"' for column in dict.fromkeys(columns))
    return f"SELECT {value} AS _value{picked} FROM {measure.table}{condition(measure)} ORDER BY source_file, source_row"


def shown(measure: Measure) -> str:
    """The SQL that a reader can run on the tidy tables to get the figure, on one line."""
    where = f" WHERE {measure.where}" if measure.where else ""
    value = measure.value or ""
    pick = {
        "count": "count(*)",
        "share": f"count(*) FILTER (WHERE {value}) / count(*)",
        "sum": f"sum({value})",
        "mean": f"avg({value})",
        "quantile": f"quantile_cont({value}, {measure.q})",
    }[measure.agg]
    return " ".join(f"SELECT {pick} FROM {measure.table}{where}".split())
