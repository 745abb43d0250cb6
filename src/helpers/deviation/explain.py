"""The deviations of a year, with their causes from the records behind each measure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from helpers.deviation.adjusted import Coded
from helpers.deviation.coded import as_categories, coded, texts
from helpers.deviation.control import control_chart
from helpers.deviation.decompose import VALUE, Aim, Judged, counted_together, judge, splits
from helpers.deviation.few_persons import of_persons, told_together
from helpers.deviation.lead import leading
from helpers.deviation.mix import months_split, years_split
from helpers.deviation.observed import observed_results
from helpers.deviation.raised import Deviation, Observed, changes, raise_deviations
from helpers.deviation.scan import Combination, scan
from helpers.deviation.scan_cells import Periods
from helpers.deviation.states import longest_states, moments, time_in_state
from helpers.deviation.surroundings import (
    MONTH,
    PART_SOURCE,
    STATE,
    Source,
    beside,
    clusters,
    cut,
    made,
    periods,
    source_of,
    traits,
)
from helpers.deviation.tally import first
from helpers.deviation.told_apart import Beside, Structure, is_property, ranked, structures_of
from helpers.deviation.values import MonthFigure
from helpers.deviation.without_cause import MOST_LATE, replays_of, without_causes, without_cells
from helpers.deviation.yearly_count import when_of
from helpers.indicators.plain import plain
from helpers.measures.compile import scale_of
from helpers.year.personal import MASKED
from helpers.year.tidy import tidy_columns

if TYPE_CHECKING:
    import pandas as pd

    from helpers.measures.figures import Figure, Measures
    from helpers.measures.year_attained import YearAttained
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
    results = [result for one in found.indicators for result in observed_results(one, found, previous)]
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
        for observed, figure, dimensions in observed_results(one, found, previous):
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
    source = source_of(table, measure, measures)
    rows = rows_behind(figure, dimensions, measures, source)
    judged = judge(rows, aim)
    _name_tickets(against, rows, judged, _Listed(measures, figure.measure, table))
    if table.states and aim.agg in ("share", "mean"):
        deviation = replace(deviation, states=_states(rows, table, judged))
    if not explained:
        return deviation
    by = [] if of_persons(table) else decided_by(measure.value, table)
    listed = _Listed(measures, figure.measure, table, by)
    if judged.counts is not None:  # of a mean or sum
        rows = without_unknown(rows, judged.counts)
        judged = replace(judged, values=rows[VALUE], counts=None)
    when, date = None, measure.date or table.year_by
    if date in rows.columns and aim.agg in ("share", "mean"):
        when = when_of(rows[date], measures.year.fiscal, by_week=aim.agg == "mean")
    deviation = with_causes(deviation, rows, figure, dimensions, judged, source, listed)
    again = replays_of(rows, figure, judged, measures, when)
    if again is None:
        return deviation
    cells = without_cells(deviation.combinations, again)
    return replace(deviation, replayed=without_causes(deviation.splits, again), combinations=cells)


def _earlier(observed: Observed, deviation: Deviation) -> Sequence[MonthFigure]:
    """Last year's months, where they vary about the same centre: a change beyond chance sets a new one."""
    before, since = observed.before, deviation.since
    if before is None or not before.same or before.repeats_unlike or before.unit != observed.unit:
        return ()
    if since and since["beyond_chance"]:
        return ()
    return before.months


def rows_behind(figure: Figure, dimensions: Sequence[str], measures: Measures, source: Source) -> pd.DataFrame:
    """The rows behind a figure with all columns that are counted over; ``month``, ``state`` and what else
    needs no column are made where the table has no such columns. What only lists show is read for them alone."""
    import pandas as pd

    measure = measures.year.measures[figure.measure]
    table = measures.year.year.tables[str(measure.table)]
    own, date = tidy_columns(table), measure.date or table.year_by
    wanted = [
        *dimensions,
        *PLACE,
        *(moments(table.states) if table.states else ()),
        *([date] if date else ()),
        *source.columns,
        *([PART_SOURCE] if dimensions and PART_SOURCE not in table.tidy_personal else ()),
    ]
    wanted = list(dict.fromkeys(wanted))
    rows = measures.coded_rows(figure.measure, [c for c in wanted if c in own or c in PLACE], dimensions)
    new: dict[str, pd.Series] = {}
    if date:
        new[MONTH] = new[CALENDAR_MONTH] = _months(rows[date])
    if table.states:
        new[STATE] = as_categories(longest_states(rows, table.states), rows.index)
    asked = [name for name in dimensions if name not in own and name not in new]
    found = made(rows, source) if asked else {}
    new |= {name: as_categories(one, rows.index) for name, one in found.items() if name in asked}
    new |= {name: pd.Series(None, index=rows.index, dtype=object) for name in asked if name not in new}
    rows = rows.assign(**{name: values for name, values in new.items() if name not in own})
    if of_persons(table):
        few = {name: told_together(texts(rows[name])) for name in dimensions if name not in (MONTH, STATE)}
        rows = rows.assign(**few)
    return rows


def without_unknown(rows: pd.DataFrame, known: np.ndarray) -> pd.DataFrame:
    """The rows with a value; one column after the other is taken out of ``rows``, so that none is there twice."""
    import pandas as pd

    return pd.DataFrame({name: rows.pop(name)[known] for name in list(rows.columns)}, copy=False)


def let_go_of_moments(rows: pd.DataFrame, but: Sequence[str]) -> None:
    """Takes out of ``rows`` the moments, of which all that is asked for has been made, if they are no dimensions."""
    for name in rows.select_dtypes("datetime").columns.difference(list(but)):
        del rows[name]


def _months(moments: pd.Series) -> pd.Series:
    """YYYY-MM of each moment, written once a month; none where there is none."""
    codes, known = cut(moments, lambda those: those.astype("datetime64[M]"))
    return as_categories(Coded(codes, tuple(str(month) for month in known)), moments.index)


def _states(rows: pd.DataFrame, table: Table, judged: Judged) -> dict[str, Any]:
    import pandas as pd

    assert table.states is not None
    words = table.column_words()
    found = time_in_state(rows, pd.Series(judged.missed, index=judged.index), table.states)
    return {
        **found,
        "start_words": words.get(table.states.start, table.states.start),
        "end_words": words.get(table.states.end, table.states.end),
    }


def _name_tickets(signals: Sequence[dict[str, Any]], rows: pd.DataFrame, judged: Judged, listed: _Listed) -> None:
    """Add to each signal of a chart how many rows missed in its months, and the first of them by their key."""
    month = rows.get(CALENDAR_MONTH)
    if month is None:
        return
    missed = judged.among_all()
    for signal in signals:
        mine = missed & month.isin(signal["months"]).to_numpy()
        ids = [one["ticket_id"] for one in listed.tickets(rows.iloc[first(mine, LISTED_IN_MONTH)], ())]
        signal.update(misses=int(mine.sum()), tickets=ids)


def with_causes(
    deviation: Deviation,
    rows: pd.DataFrame,
    figure: Figure,
    dimensions: Sequence[str],
    judged: Judged,
    source: Source,
    listed: _Listed,
) -> Deviation:
    """The deviation with its gap split over each dimension, those first that tell their groups apart, and of
    these the one that leads."""
    named = {name: coded(rows[name]) for name in dimensions}
    own, properties = [*tidy_columns(listed.table), *dimensions], made(rows, source)
    around = beside(properties, clusters(rows, source), own)
    times = periods(rows.get(CALENDAR_MONTH), rows.get(source.opened or ""))
    if int(judged.missed.sum()) > MOST_LATE:
        let_go_of_moments(rows, but=dimensions)
    told = structures_of(named, judged, around)
    persons = of_persons(listed.table)  # of whom no few are told apart, nor single ones listed by what they are
    found = [] if persons else _combinations(rows, judged.missed, told, (named, properties), own, times, around)
    split = {name: one for name, one in splits(named, judged).items() if one is not None}
    lead = leading(list(split.values()), told, found, around.passing)
    order = sorted(ranked(told), key=lambda one: not (lead and one.dimension == lead["dimension"]))
    shown, drilled = rows.iloc[first(judged.among_all(), LISTED)], tuple(dimensions[: 1 if persons else DRILLED])
    # With the columns of the combinations, so that a reader can count how far two groups are the same cases.
    over = [name for one in found for name, _ in one.values]
    return replace(
        deviation,
        splits=tuple(split[one.dimension] for one in order if one.dimension in split),
        structures=tuple(order),
        combinations=tuple(found),
        lead=lead,
        dimensions=drilled,
        cells=counted_together([named[name] for name in drilled], judged.missed),
        tickets=tuple(listed.tickets(shown, () if persons else dimensions, over)),
        facts={**deviation.facts, "rows": figure.n, "misses": int(judged.missed.sum()), "unknown": figure.unknown},
    )


def _combinations(
    rows: pd.DataFrame,
    missed: np.ndarray,
    told: Sequence[Structure],
    named_and_made: tuple[Mapping[str, Coded], Mapping[str, Coded]],
    own: Sequence[str],
    times: Periods | None,
    around: Beside,
) -> list[Combination]:
    """The cells in which misses lie beyond chance, over declared properties and those that nobody declares."""
    named, properties = named_and_made
    declared = {one.dimension: named[one.dimension] for one in told if is_property(one, around.passing)}
    if PART_SOURCE in rows and PART_SOURCE not in named:
        declared[PART_SOURCE] = coded(rows[PART_SOURCE])
    every = traits(properties, declared, own, missed)
    return scan(missed, every, times, around.clusters, rows[VALUE].isna().to_numpy())


def decided_by(value: str | None, table: Table) -> list[str]:
    """The columns that a measure's value reads: they show of each row why it misses."""
    own = tidy_columns(table)
    names = dict.fromkeys(re.findall(r"[A-Za-z_]\w*", re.sub(r"'[^']*'", "", value or "")))
    return [name for name in names if name in own and name not in table.tidy_personal]


def _ticket_columns(table: Table, dimensions: Sequence[str]) -> list[str]:
    """Key, date, clocks with their ends, dimensions, place in the export."""
    clocks = [c for name, d in table.derived.items() if d.clock for c in (d.start, d.end, name)]
    named = [*table.tidy_key, table.year_by, *clocks, *dimensions, *PLACE]
    return list(dict.fromkeys(str(column) for column in named if column))


@dataclass(frozen=True)
class _Listed:
    """The rows behind a measure as lists show them, read by their places: few of them are ever shown.

    ``by``: the columns that decide whether a row misses."""

    measures: Measures
    measure: str
    table: Table
    by: Sequence[str] = ()

    def tickets(
        self, rows: pd.DataFrame, dimensions: Sequence[str], over: Sequence[str] = ()
    ) -> Iterator[Mapping[str, Any]]:
        """Each row by its key, personal columns left out; ``ticket_id`` is the key whatever its column. ``over``: what
        else is shown of it, where the rows have it."""
        import pandas as pd

        own = tidy_columns(self.table)
        named = dict.fromkeys((*_ticket_columns(self.table, dimensions), *self.by, *over))
        wanted = [c for c in named if c in own or c in PLACE or c in rows.columns]
        read = [c for c in wanted if c in own or c in PLACE]
        places = list(zip(*(rows[c].tolist() for c in PLACE), strict=True))
        there = self.measures.rows_at(self.measure, read, places).drop_duplicates(list(PLACE)).set_index(list(PLACE))
        shown = there.reindex(pd.MultiIndex.from_tuples(places, names=PLACE)).reset_index() if places else rows
        shown = shown.assign(**{c: rows[c].to_numpy() for c in wanted if c not in read})
        yield from _tickets(shown, wanted, self.table)


def _tickets(rows: pd.DataFrame, columns: Sequence[str], table: Table) -> Iterator[Mapping[str, Any]]:
    """Each row by its key, personal columns left out; ``ticket_id`` is the key whatever its column."""
    key = [column for column in table.tidy_key if column in columns]
    kept = [c for c in columns if c not in table.tidy_personal and c not in key and c != "ticket_id"]
    for row in rows.to_dict(orient="records"):
        parts = [MASKED if c in table.tidy_personal else str(plain(row[c])) for c in key]
        place = f"{row['source_file']}#{row['source_row']}"
        yield {"ticket_id": "/".join(parts) or place, **{c: plain(row[c]) for c in kept}}
