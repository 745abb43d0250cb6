"""The deviations of a year, with their causes from the records behind each measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.deviation.adjusted import Coded
from helpers.deviation.control import control_chart
from helpers.deviation.decompose import Aim, decompose, drill_down, missed_rows, misses_of
from helpers.deviation.lead import leading
from helpers.deviation.mix import months_split, years_split
from helpers.deviation.raised import Deviation, Observed, changes, raise_deviations
from helpers.deviation.scan import Combination, scan
from helpers.deviation.states import divide, moments, time_in_state
from helpers.deviation.surroundings import (
    MONTH,
    PART_SOURCE,
    STATE,
    Source,
    as_column,
    beside,
    clusters,
    made,
    periods,
    source_of,
    traits,
)
from helpers.deviation.told_apart import Beside, Structure, coded, is_property, ranked, structures
from helpers.deviation.trend import Before
from helpers.deviation.values import MonthFigure, side
from helpers.deviation.without_cause import without_causes
from helpers.indicators.plain import plain
from helpers.measures.compile import scale_of
from helpers.year.personal import MASKED
from helpers.year.tidy import tidy_columns

if TYPE_CHECKING:
    import pandas as pd

    from helpers.indicators import Target
    from helpers.measures.figures import Figure, Measures
    from helpers.measures.year_attained import Attained, Part, YearAttained
from helpers.year.tables import Table

#: Rows that missed, listed per deviation; their number is always exact.
LISTED = 200
#: And so many that a special month of the control chart names.
LISTED_IN_MONTH = 20
#: Over so many dimensions at once the misses are counted.
DRILLED = 3
#: The month of a row whatever columns its table has.
CALENDAR_MONTH = "_month"
#: Where a row stands in the exports.
PLACE = ("source_file", "source_row")


def explain_year(
    found: YearAttained, measures: Measures, previous: YearAttained | None = None, before: Measures | None = None
) -> list[dict[str, Any]]:
    """The ``deviations`` of results.json, in the order of the indicators and their parts.

    ``previous``: last year's results, for each figure's change; ``before``: the measures behind them, for what the
    change is made of.
    """
    results = [result for one in found.indicators for result in _results(one, found, previous)]
    behind = {(o.indicator, o.part): (o, figure, dimensions) for o, figure, dimensions in results}
    raised = []
    for deviation in raise_deviations([o for o, _, _ in results]):
        observed, figure, dimensions = behind[deviation.indicator, deviation.part]
        traced = deviation if figure is None else with_records(deviation, observed, figure, dimensions, measures)
        raised.append({**traced.to_json(), **_column_words(figure, found)})
        if figure is not None:
            _compose(raised[-1], figure, dimensions, measures, before)
    return raised


def _compose(
    raised: dict[str, Any], figure: Figure, dimensions: Sequence[str], measures: Measures, before: Measures | None
) -> None:
    """Add what the change since last year, and what each signalled stretch of months, is made of."""
    since, control = raised["since_last_year"], raised["control"]
    if since and since["change"] is not None:
        since["composition"] = [s.to_json() for s in years_split(figure.measure, dimensions, measures, before)]
    for signal in control["signals"] if control else ():
        splits = months_split(figure.measure, dimensions, signal["months"], measures)
        signal["composition"] = [s.to_json() for s in splits]


def compare_years(
    found: YearAttained, measures: Measures, previous: YearAttained | None, before: Measures | None
) -> list[dict[str, Any]]:
    """The ``comparisons`` of results.json: every measured result beside last year's, whether it was raised or not."""
    compared = []
    for one in found.indicators:
        for observed, figure, dimensions in _results(one, found, previous):
            since, _ = changes(observed)
            if figure is None or since is None:
                continue
            told = {"indicator": observed.indicator, "part": observed.part, **plain(since)}
            if since["change"] is not None:
                told["composition"] = [s.to_json() for s in years_split(figure.measure, dimensions, measures, before)]
            compared.append(told)
    return compared


def _column_words(figure: Figure | None, found: YearAttained) -> dict[str, dict[str, str]]:
    """What the columns of the records behind a figure are called in the year file."""
    tables = [found.year.year.tables[table] for table in figure.tables] if figure else []
    words = {name: words for table in tables for name, words in table.column_words().items()}
    return {"column_words": words} if words else {}


# --- what came out --------------------------------------------------------------------------------


def _results(
    one: Attained, found: YearAttained, previous: YearAttained | None
) -> Iterator[tuple[Observed, Figure | None, Sequence[str]]]:
    """The indicator, or instead of a compound one each of its parts; with the figure and dimensions."""
    from helpers.indicators import is_overshoot

    last = next((o for o in previous.indicators if o.spec.id == one.spec.id), None) if previous else None
    if one.parts:
        parts = {part.spec.name: part for part in last.parts} if last else {}
        for part in one.parts:
            before = _before(part, parts.get(part.spec.name), found, previous)
            yield _observed_part(one, part, found, before), part.figure, part.spec.explain
        return
    over = is_overshoot(one.target, one.outcome, found.rules, declared=one.spec.overshoot)
    lost = None if one.score is None else Fraction(one.spec.weight) - Fraction(one.score)
    before = _before(one, last if last and not last.parts else None, found, previous)
    yield (
        Observed(
            indicator=one.spec.id,
            part=None,
            status=one.outcome.status,
            unit=_unit(one.target, one.figure),
            target=number(one.target.value),
            actual=one.value,
            direction=side(one.target),
            overshoot=over,
            interval=one.interval,
            agg=_agg(one.figure, found),
            rows=one.figure.n if one.figure else None,
            months=one.months,
            hits=one.figure.hits if one.figure else None,
            lost=lost,
            before=before,
            part_of_year=bool(one.figure and one.figure.part),
        ),
        one.figure,
        one.spec.explain,
    )


def _observed_part(one: Attained, part: Part, found: YearAttained, before: Before | None) -> Observed:
    """A duration limit answered by a share is held against the share that must keep it."""
    kept = part.target.kind == "duration" and part.figure is not None and part.figure.unit == "比例"
    return Observed(
        indicator=one.spec.id,
        part=part.spec.name,
        status=part.outcome.status,
        unit=_unit(part.target, part.figure),
        target=Fraction(part.spec.required) if kept else number(part.target.value),
        actual=part.value,
        direction="higher" if kept else side(part.target),
        overshoot=False,
        interval=None,
        agg=_agg(part.figure, found),
        rows=part.figure.n if part.figure else None,
        months=part.months,
        hits=part.figure.hits if part.figure else None,
        lost=_part_lost(one, part),
        before=before,
        part_of_year=bool(part.figure and part.figure.part),
    )


def _part_lost(one: Attained, part: Part) -> Fraction | None:
    """What a part costs of its indicator's weight, before the indicator's score is rounded."""
    if one.score is None or part.outcome.attainment is None:
        return None
    declared = part.spec.share_of_weight
    share = Fraction(1, len(one.parts)) if declared is None else Fraction(declared)
    return Fraction(one.spec.weight) * share * (1 - min(Fraction(1), part.outcome.attainment))


def _before(
    now: Attained | Part, last: Attained | Part | None, found: YearAttained, previous: YearAttained | None
) -> Before | None:
    """Last year's figure of an indicator or part; a measure declared otherwise is not the same one."""
    if last is None or previous is None:
        return None
    figure = last.figure
    same = _declared(now.figure, found) == _declared(figure, previous)
    return Before(
        fiscal_year=previous.year.fiscal_year,
        value=last.value,
        n=figure.n if figure else 0,
        hits=figure.hits if figure else None,
        unit=_unit(last.target, figure),
        months=last.months,
        same=same,
        part_of_year=bool(figure and figure.part),
    )


def _declared(figure: Figure | None, found: YearAttained) -> Any:
    """How a figure is measured, whatever it is called; None where it is stated or rated."""
    if figure is None:
        return None
    measure = found.year.measures[figure.measure]
    parts = [found.year.measures[name] for name in (measure.numerator, measure.denominator) if name]
    return [one.model_dump(exclude={"words", "numerator", "denominator"}) for one in (measure, *parts)]


def number(value: Any) -> Fraction | None:
    """A target's value when it is one number."""
    return None if isinstance(value, bool | str | list | tuple) or value is None else Fraction(value)


def _unit(target: Target, figure: Figure | None) -> str | None:
    return "比例" if figure is not None and figure.unit == "比例" else target.unit


def _agg(figure: Figure | None, found: YearAttained) -> Any:
    agg = found.year.measures[figure.measure].agg if figure else None
    return agg if agg in ("share", "mean", "sum", "count") else None


# --- the records behind ---------------------------------------------------------------------------


def with_records(
    deviation: Deviation, observed: Observed, figure: Figure, dimensions: Sequence[str], measures: Measures
) -> Deviation:
    """The deviation with what the records say: control chart, time in state, and for a shortfall its
    gap over each dimension, the drill-down and the rows that missed.

    A ratio or a quantile has no rows of its own to say anything; nor has a result without a figure as
    its target. A personal column is no dimension.
    """
    chart = control_chart(observed.months, observed.agg or "quantile", earlier=_earlier(observed, deviation))
    told = chart.to_json() if chart else None
    if observed.agg is None or observed.target is None or observed.side is None:
        return replace(deviation, control=told)
    for signal in told["signals"] if told else ():
        signal.update(favourable=(signal["side"] == "high") == (observed.side == "higher"), misses=0, tickets=[])
    deviation = replace(deviation, control=told)
    against = [signal for signal in told["signals"] if not signal["favourable"]] if told else []
    # A log can have millions of rows: they are read only for what needs them.
    if deviation.kind not in ("shortfall", "trend") and not against:
        return deviation
    measure = measures.year.measures[figure.measure]
    aim = Aim(observed.agg, observed.target, observed.side, scale_of(measure))
    table = measures.year.year.tables[str(measure.table)]
    explained = deviation.kind == "shortfall"
    dimensions = [name for name in dimensions if name not in table.tidy_personal] if explained else []
    source = source_of(table, str(measure.table), measure.date or table.year_by, measures)
    rows = _rows(figure, dimensions, measures, source)
    _name_tickets(against, rows, table, aim)
    if table.states and aim.agg in ("share", "mean"):
        deviation = replace(deviation, states=_states(rows, table, aim))
    if not explained:
        return deviation
    deviation = with_causes(deviation, rows, figure, dimensions, aim, table, source)
    return replace(deviation, replayed=without_causes(rows, deviation.splits, figure, aim, measures))


def _earlier(observed: Observed, deviation: Deviation) -> Sequence[MonthFigure]:
    """Last year's months, where they vary about the same centre: a change beyond chance sets a new one."""
    before, since = observed.before, deviation.since
    if before is None or not before.same or before.unit != observed.unit or (since and since["beyond_chance"]):
        return ()
    return before.months


def _rows(figure: Figure, dimensions: Sequence[str], measures: Measures, source: Source) -> pd.DataFrame:
    """The rows behind a figure with all columns that are asked of them; ``month``, ``state`` and what else
    needs no column are made where the table has no such columns."""
    import pandas as pd

    measure = measures.year.measures[figure.measure]
    table = measures.year.year.tables[str(measure.table)]
    own, date = tidy_columns(table), measure.date or table.year_by
    wanted = [
        *_ticket_columns(table, dimensions),
        *(moments(table.states) if table.states else ()),
        *([date] if date else ()),
        *source.columns,
        *([PART_SOURCE] if dimensions and PART_SOURCE not in table.tidy_personal else ()),
    ]
    wanted = list(dict.fromkeys(wanted))
    rows = measures.rows(figure.measure, [c for c in wanted if c in own or c in PLACE])
    new: dict[str, pd.Series] = {}
    if date:
        new[MONTH] = new[CALENDAR_MONTH] = _months(rows[date])
    if table.states:
        new[STATE] = divide(rows, table.states).longest()
    asked = [name for name in dimensions if name not in own and name not in new]
    found = made(rows, source) if asked else {}
    new |= {name: as_column(one, rows.index) for name, one in found.items() if name in asked}
    new |= {name: pd.Series(None, index=rows.index, dtype=object) for name in asked if name not in new}
    return rows.assign(**{name: values for name, values in new.items() if name not in own})


def _months(moments: pd.Series) -> pd.Series:
    """YYYY-MM of each moment, written once a month; None where there is none."""
    import pandas as pd

    codes, known = pd.factorize(moments.dt.year * 12 + moments.dt.month - 1)
    named = np.array([*(f"{int(month) // 12:04d}-{int(month) % 12 + 1:02d}" for month in known), None], dtype=object)
    return pd.Series(named[codes], index=moments.index, dtype=object)


def _states(rows: pd.DataFrame, table: Table, aim: Aim) -> dict[str, Any]:
    assert table.states is not None
    words = table.column_words()
    found = time_in_state(rows, missed_rows(rows, aim), table.states)
    return {
        **found,
        "start_words": words.get(table.states.start, table.states.start),
        "end_words": words.get(table.states.end, table.states.end),
    }


def _name_tickets(signals: Sequence[dict[str, Any]], rows: pd.DataFrame, table: Table, aim: Aim) -> None:
    """Add to each signal of a chart how many rows missed in its months, and the first of them by their key."""
    missed = misses_of(rows, aim)
    month = missed.get(CALENDAR_MONTH)
    if month is None:
        return
    for signal in signals:
        mine = missed[month.isin(signal["months"])]
        ids = [ticket["ticket_id"] for ticket in _tickets(mine.head(LISTED_IN_MONTH), list(mine.columns), table)]
        signal.update(misses=len(mine), tickets=ids)


def with_causes(
    deviation: Deviation,
    rows: pd.DataFrame,
    figure: Figure,
    dimensions: Sequence[str],
    aim: Aim,
    table: Table,
    source: Source,
) -> Deviation:
    """The deviation with its gap split over each dimension, those first that tell their groups apart, and of
    these the one that leads."""
    judged = missed_rows(rows, aim)
    counted = rows.loc[judged.index]
    own, properties = [*tidy_columns(table), *dimensions], made(counted, source)
    around = beside(properties, clusters(counted, source), own)
    told = structures(rows, dimensions, aim, around)
    found = _combinations(counted, judged.to_numpy(), told, properties, own, source, around)
    split = {name: one for name in dimensions if (one := decompose(rows, name, aim)) is not None}
    lead = leading(list(split.values()), told, found, around.passing)
    order = sorted(ranked(told), key=lambda one: not (lead and one.dimension == lead["dimension"]))
    missed, drilled = misses_of(rows, aim), tuple(dimensions[:DRILLED])
    shown = [c for c in _ticket_columns(table, dimensions) if c in rows.columns]
    return replace(
        deviation,
        splits=tuple(split[one.dimension] for one in order if one.dimension in split),
        structures=tuple(order),
        combinations=tuple(found),
        lead=lead,
        dimensions=drilled,
        cells=drill_down(missed, drilled),
        tickets=tuple(_tickets(missed.head(LISTED), shown, table)),
        facts={**deviation.facts, "rows": figure.n, "misses": len(missed), "unknown": figure.unknown},
    )


def _combinations(
    rows: pd.DataFrame,
    missed: np.ndarray,
    told: Sequence[Structure],
    properties: Mapping[str, Coded],
    own: Sequence[str],
    source: Source,
    around: Beside,
) -> list[Combination]:
    """The cells in which misses lie beyond chance, over declared properties and those that nobody declares."""
    named = [one.dimension for one in told if is_property(one, around.passing)]
    if PART_SOURCE in rows and PART_SOURCE not in {one.dimension for one in told}:
        named.append(PART_SOURCE)
    every = traits(properties, {name: coded(rows[name]) for name in named}, own)
    times = periods(rows.get(CALENDAR_MONTH), rows.get(source.opened or ""))
    return scan(missed, every, times, around.clusters)


def _ticket_columns(table: Table, dimensions: Sequence[str]) -> list[str]:
    """Key, date, clocks with their ends, dimensions, place in the export."""
    clocks = [c for name, d in table.derived.items() if d.clock for c in (d.start, d.end, name)]
    named = [*table.tidy_key, table.year_by, *clocks, *dimensions, *PLACE]
    return list(dict.fromkeys(str(column) for column in named if column))


def _tickets(rows: pd.DataFrame, columns: Sequence[str], table: Table) -> Iterator[Mapping[str, Any]]:
    """Each row by its key, personal columns left out; ``ticket_id`` is the key whatever its column."""
    key = [column for column in table.tidy_key if column in columns]
    kept = [column for column in columns if column not in table.tidy_personal and column not in key]
    for row in rows.to_dict(orient="records"):
        parts = [MASKED if c in table.tidy_personal else str(plain(row[c])) for c in key]
        place = f"{row['source_file']}#{row['source_row']}"
        yield {"ticket_id": "/".join(parts) or place, **{c: plain(row[c]) for c in kept}}
