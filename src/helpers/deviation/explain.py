"""The deviations of a year, with their causes from the records behind each measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from helpers.deviation.decompose import Aim, decompose, drill_down, misses_of
from helpers.deviation.raised import Deviation, Observed, raise_deviations
from helpers.deviation.values import plain, side
from helpers.measures.compile import scale_of

if TYPE_CHECKING:
    import pandas as pd

    from helpers.indicators import Target
    from helpers.measures.attainment import Attained, Part, YearAttained
    from helpers.measures.figures import Figure, Measures
    from helpers.year.models import Measure
    from helpers.year.tables import Table

#: Rows that missed, listed per deviation; their number is always exact.
LISTED = 200
MASKED = "（个人信息）"


def explain_year(found: YearAttained, measures: Measures) -> list[dict[str, Any]]:
    """The ``deviations`` of results.json, in the order of the indicators and their parts."""
    results = [result for one in found.indicators for result in _results(one, found)]
    behind = {(o.indicator, o.part): (figure, dimensions) for o, figure, dimensions in results}
    raised = []
    for deviation in raise_deviations([o for o, _, _ in results]):
        figure, dimensions = behind[deviation.indicator, deviation.part]
        observed = next(o for o, _, _ in results if (o.indicator, o.part) == (deviation.indicator, deviation.part))
        if deviation.kind == "shortfall" and figure is not None:
            deviation = with_causes(deviation, observed, figure, dimensions, measures)
        raised.append({**deviation.to_json(), **_column_words(figure, found)})
    return raised


def _column_words(figure: Figure | None, found: YearAttained) -> dict[str, dict[str, str]]:
    """What the columns of the records behind a figure are called in the year file."""
    tables = [found.year.year.tables[table] for table in figure.tables] if figure else []
    words = {name: words for table in tables for name, words in table.column_words().items()}
    return {"column_words": words} if words else {}


# --- what came out --------------------------------------------------------------------------------


def _results(one: Attained, found: YearAttained) -> Iterator[tuple[Observed, Figure | None, Sequence[str]]]:
    """The indicator, or instead of a compound one each of its parts; with the figure and dimensions."""
    from helpers.indicators import is_overshoot

    if one.parts:
        for part in one.parts:
            yield _observed_part(one, part, found), part.figure, part.spec.explain
        return
    over = is_overshoot(one.target, one.outcome, found.rules, declared=one.spec.overshoot)
    yield Observed(
        one.spec.id, None, one.outcome.status, _unit(one.target, one.figure), number(one.target.value), one.value,
        side(one.target), over, one.interval, _agg(one.figure, found), one.figure.n if one.figure else None,
        one.months), one.figure, one.spec.explain


def _observed_part(one: Attained, part: Part, found: YearAttained) -> Observed:
    """A duration limit answered by a share is held against the share that must keep it."""
    kept = part.target.kind == "duration" and part.figure is not None and part.figure.unit == "比例"
    return Observed(
        one.spec.id, part.spec.name, part.outcome.status, _unit(part.target, part.figure),
        Fraction(part.spec.required) if kept else number(part.target.value), part.value,
        "higher" if kept else side(part.target), False, None, _agg(part.figure, found),
        part.figure.n if part.figure else None, part.months)


def number(value: Any) -> Fraction | None:
    """A target's value when it is one number."""
    return None if isinstance(value, bool | str | list | tuple) or value is None else Fraction(value)


def _unit(target: Target, figure: Figure | None) -> str | None:
    return "比例" if figure is not None and figure.unit == "比例" else target.unit


def _agg(figure: Figure | None, found: YearAttained) -> Any:
    agg = found.year.measures[figure.measure].agg if figure else None
    return agg if agg in ("share", "mean", "sum", "count") else None


# --- causes ---------------------------------------------------------------------------------------


def with_causes(deviation: Deviation, observed: Observed, figure: Figure, dimensions: Sequence[str],
                measures: Measures) -> Deviation:
    """The deviation with its gap split over each dimension, the drill-down and the rows that missed.

    A ratio, a quantile or a figure without declared dimensions has no causes in the records. A
    personal column is no dimension.
    """
    measure = measures.year.measures[figure.measure]
    if observed.agg is None or observed.target is None or observed.side is None:
        return deviation
    aim = Aim(observed.agg, observed.target, observed.side, scale_of(measure))
    table = measures.year.year.tables[str(measure.table)]
    dimensions = [name for name in dimensions if name not in table.tidy_personal]
    if not dimensions:
        return deviation
    shown = _ticket_columns(table, dimensions)
    rows = measures.rows(figure.measure, shown)
    splits = tuple(split for name in dimensions if (split := decompose(rows, name, aim)) is not None)
    missed = misses_of(rows, aim)
    pair = tuple(dimensions[:2])
    return replace(
        deviation, splits=splits, dimensions=pair, cells=drill_down(missed, pair),
        tickets=tuple(_tickets(missed.head(LISTED), shown, table)),
        facts={**deviation.facts, "rows": figure.n, "misses": len(missed), "unknown": figure.unknown})


def _ticket_columns(table: Table, dimensions: Sequence[str]) -> list[str]:
    """Key, date, clocks with their ends, dimensions, place in the export."""
    clocks = [c for name, d in table.derived.items() if d.clock for c in (d.start, d.end, name)]
    named = [*table.tidy_key, table.year_by, *clocks, *dimensions, "source_file", "source_row"]
    return list(dict.fromkeys(str(column) for column in named if column))


def _tickets(rows: pd.DataFrame, columns: Sequence[str], table: Table) -> Iterator[Mapping[str, Any]]:
    """Each row by its key, personal columns left out; ``ticket_id`` is the key whatever its column."""
    key = [column for column in table.tidy_key if column in columns]
    kept = [column for column in columns if column not in table.tidy_personal and column not in key]
    for row in rows.to_dict(orient="records"):
        parts = [MASKED if c in table.tidy_personal else str(plain(row[c])) for c in key]
        place = f"{row['source_file']}#{row['source_row']}"
        yield {"ticket_id": "/".join(parts) or place, **{c: plain(row[c]) for c in kept}}
