"""Properties of rows that nobody declares: hour, weekday, shift, age of the machine, first or repeated, since when.

They are made of the moment in which a case began and of the machine it is about, as ``month`` is made of the date.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.deviation.adjusted import Coded
from helpers.deviation.coded import coded, numbered
from helpers.deviation.scan_cells import SINCE, Periods, Trait
from helpers.deviation.surviving import Dimension
from helpers.deviation.tally import Codes, Mask, looked_up, tally
from helpers.deviation.told_apart import Beside, is_untold, worse_among_recorded
from helpers.measures.row_blocks import narrowest, spans
from helpers.year.tidy import tidy_columns

if TYPE_CHECKING:
    from helpers.measures.figures import Measures
from helpers.year.declared_indicators import Measure
from helpers.year.tables import Table

MONTH, STATE, HOUR, WEEKDAY, SHIFT, AGE, REPEAT = "month", "state", "hour", "weekday", "shift", "age_band", "repeat"
#: A column that a log of repairs has under this name: where the part came from.
PART_SOURCE = "part_source"
#: What a cell is not combined with: the same moment, coarser.
FAMILIES = {HOUR: "clock", SHIFT: "clock", MONTH: SINCE}
DAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
DAY, NIGHT, DAY_BEGINS, DAY_ENDS = "日间（8时至20时）", "夜间（20时至次日8时）", 8, 20
#: A failure within so many days of the last one of the same machine is a repeated one.
REPEATED_WITHIN = 30
FIRST, AGAIN = f"{REPEATED_WITHIN}日内首次", f"{REPEATED_WITHIN}日内再次"
#: Below so many months weeks are the periods of a "since when".
FEWEST_MONTHS = 4
#: The day of the week of 1970-01-01, from which days are numbered; weeks begin on Monday.
THURSDAY = 3


@dataclass(frozen=True)
class Source:
    """Which columns the made properties come from; ``bought``: when each machine was, by its id; ``of_repeats``: the
    measure itself counts repeats, of which their being repeats is no cause."""

    opened: str | None
    device: str | None
    bought: Mapping[str, np.datetime64]
    bands: tuple[int, ...]
    of_repeats: bool = False

    @property
    def columns(self) -> list[str]:
        return [column for column in (self.opened, self.device) if column]


def source_of(table: Table, measure: Measure, measures: Measures) -> Source:
    """Where a case begins: with its states, else with its first clock, else on the measure's date."""
    clocks = [derived.start for derived in table.derived.values() if derived.clock and derived.start]
    opened = table.states.start if table.states else next(iter(clocks), None) or measure.date or table.year_by
    fleet, repeats = measures.year.year.fleet, bool(measure.repeat_of)
    if fleet is None or fleet.failures.table != measure.table:
        own = tidy_columns(table)
        return Source(opened, "device_id" if "device_id" in own else None, {}, (), repeats)
    wanted = {"id": f'CAST("{fleet.id}" AS VARCHAR)', "bought": f'CAST("{fleet.bought}" AS DATE)'}
    machines = measures.select(fleet.table, wanted).to_pylist()
    bought = {m["id"]: np.datetime64(m["bought"], "D") for m in machines if m["id"] and m["bought"]}
    return Source(opened, fleet.failures.device, bought, fleet.age_bands, repeats)


# --- made -----------------------------------------------------------------------------------------


def made(rows: pd.DataFrame, source: Source) -> dict[str, Coded]:
    """Each property that the rows can be said to have; one that all share is none."""
    found: dict[str, Coded] = {}
    if source.opened and source.opened in rows and pd.api.types.is_datetime64_any_dtype(rows[source.opened]):
        opened = rows[source.opened]
        hour, weekday = _hours(opened)
        shifts = [DAY_BEGINS <= h < DAY_ENDS for h in range(24)]
        found[HOUR] = Coded(hour, tuple(f"{h}时" for h in range(24)))
        found[SHIFT] = Coded(looked_up(hour, np.array([*(0 if s else 1 for s in shifts), -1], np.int8)), (DAY, NIGHT))
        found[WEEKDAY] = Coded(weekday, DAYS)
        if source.device and source.device in rows:
            if not source.of_repeats:
                found[REPEAT] = _repeated(rows[source.device], opened)
            if source.bought:
                found[AGE] = _ages(rows[source.device], opened, source)
    return {name: one for name, one in found.items() if (tally(one.codes, len(one.names))[1:] > 0).sum() > 1}


def _hours(moments: pd.Series) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """The hour of each moment and its day of the week (Monday 0), −1 where there is none."""
    hour, weekday = np.empty(len(moments), dtype=np.int8), np.empty(len(moments), dtype=np.int8)
    for part in spans(len(moments)):
        own = moments.iloc[part].to_numpy().astype("datetime64[s]")
        seconds, none = own.astype(np.int64), np.isnat(own)
        hour[part] = np.where(none, -1, seconds % 86400 // 3600)
        weekday[part] = np.where(none, -1, (seconds // 86400 + THURSDAY) % 7)
    return hour, weekday


def cut(moments: pd.Series, to: Callable[[NDArray[Any]], NDArray[Any]]) -> tuple[Codes, NDArray[Any]]:
    """Moments made coarser: for each the number of its month, or week, and these in their order; −1 for none."""

    def made_coarse(part: slice) -> NDArray[Any]:
        return to(moments.iloc[part].to_numpy())

    every = [np.unique(made_coarse(part)) for part in [slice(0, 0), *spans(len(moments))]]
    known = np.unique(np.concatenate(every))
    known = known[~np.isnat(known)]
    codes = np.empty(len(moments), dtype=narrowest(len(known)))
    for part in spans(len(moments)):
        own = made_coarse(part)
        codes[part] = np.where(np.isnat(own), -1, np.searchsorted(known, own))
    return codes, known


def _repeated(device: pd.Series, opened: pd.Series) -> Coded:
    codes = numbered(device)[0]
    order = np.lexsort((opened.to_numpy(), codes))
    moments = opened.to_numpy().astype("datetime64[s]")[order]
    same = (codes[order][1:] == codes[order][:-1]) & (codes[order][1:] >= 0)
    near = np.diff(moments) <= np.timedelta64(REPEATED_WITHIN, "D")
    again = np.zeros(len(codes), dtype=np.int8)
    again[order[1:]] = same & near & ~np.isnat(moments[1:])
    return Coded(np.where((codes < 0) | opened.isna().to_numpy(), -1, again).astype(np.int8), (FIRST, AGAIN))


def _ages(device: pd.Series, opened: pd.Series, source: Source) -> Coded:
    codes, known = numbered(device)
    bought = np.array([*(source.bought.get(str(one), np.datetime64("NaT")) for one in known), "NaT"], "datetime64[D]")
    band = np.empty(len(codes), dtype=np.int8)
    for part in spans(len(codes)):
        days = opened.iloc[part].to_numpy().astype("datetime64[D]") - bought[codes[part]]
        years = np.where(np.isnat(days), np.nan, days.astype(np.float64) / 365.25)
        band[part] = np.where(np.isnan(years), -1, np.searchsorted(source.bands, years, side="right"))
    first, last = source.bands[0], source.bands[-1]
    between = [f"满{a}年不满{b}年" for a, b in zip(source.bands, source.bands[1:], strict=False)]
    return Coded(band, (f"不满{first}年", *between, f"满{last}年"))


# --- for the tests --------------------------------------------------------------------------------


def beside(found: Mapping[str, Coded], blocks: Mapping[str, Codes], own: Sequence[str]) -> Beside:
    """What a declared dimension is held against besides the others: the time of day and week (of ``found``, those
    made), and blocks. ``own``: names that are declared, or columns of the table."""
    extra = [Dimension(name=n, coded=found[n]) for n in (HOUR, SHIFT, WEEKDAY) if n in found and n not in own]
    return Beside(dimensions=tuple(extra), clusters=blocks, passing=frozenset({STATE}))


def clusters(rows: pd.DataFrame, source: Source) -> dict[str, Codes]:
    """Rows of one day, one week, one machine."""
    blocks: dict[str, Codes] = {}
    if source.opened and source.opened in rows and pd.api.types.is_datetime64_any_dtype(rows[source.opened]):
        day = _days(rows[source.opened])
        blocks = {"day": day, "week": np.where(day < 0, day.dtype.type(-1), (day + day.dtype.type(THURSDAY)) // 7)}
    if source.device and source.device in rows:
        device = rows[source.device]
        known = isinstance(device.dtype, pd.CategoricalDtype)  # whose numbers are in the order of its values
        blocks["device"] = numbered(device)[0] if known else pd.factorize(device, sort=True)[0]
    return blocks


def _days(moments: pd.Series) -> Codes:
    """The number of each day, −1 of none and before 1970, so narrow that a week can be added."""

    def days(part: slice) -> NDArray[np.int64]:
        own = moments.iloc[part].to_numpy().astype("datetime64[D]")
        return np.where(np.isnat(own), -1, np.maximum(own.astype(np.int64), -1))

    last = max((int(days(part).max()) for part in spans(len(moments))), default=-1)
    found = np.empty(len(moments), dtype=narrowest(max(last, 0) + 7))
    for part in spans(len(moments)):
        found[part] = days(part)
    return found


def traits(found: Mapping[str, Coded], told: Mapping[str, Coded], own: Sequence[str], missed: Mask) -> list[Trait]:
    """What is scanned for combinations: what is declared, and what is made (``found``) where nothing has its name.

    Of a property that misses have more often than other rows (a part number) only groups that miss more often than
    the rows that have one: else every group of it would look worse than the rows without.
    """
    every = [Trait(name, _known(one), FAMILIES.get(name, name)) for name, one in told.items()]
    for name, one in found.items():
        if name not in told and name not in own:
            every.append(Trait(name, one, FAMILIES.get(name, name), told=False))
    several = (trait for trait in every if len(trait.coded.names) > 1)
    chosen = [replace(trait, named=worse_among_recorded(trait.coded, missed)) for trait in several]
    return [trait for trait in chosen if trait.named is None or trait.named]


def _known(one: Coded) -> Coded:
    """Without the values that say that it is not known."""
    told = [-1 if is_untold(name) else at for at, name in enumerate(one.names)]
    if -1 not in told:
        return one
    return Coded(looked_up(one.codes, np.array([*told, -1], dtype=narrowest(len(told)))), one.names)


def periods(month: pd.Series | None, opened: pd.Series | None) -> Periods | None:
    """The months of the rows, or the weeks where there are few months; a month says its name only: 2024年6月."""
    if month is None:
        return None
    months = coded(month)
    if len(months.names) >= FEWEST_MONTHS or opened is None or not pd.api.types.is_datetime64_any_dtype(opened):
        return Periods(months.codes, tuple(f"{m[:4]}年{int(m[5:])}月" for m in months.names))
    codes, known = cut(opened, _mondays)
    days = [day.astype(object) for day in known]
    return Periods(codes, tuple(f"{d.year}年{d.month}月{d.day}日" for d in days))


def _mondays(moments: NDArray[Any]) -> NDArray[Any]:
    days = moments.astype("datetime64[D]")
    return np.asarray(days - (days.astype(np.int64) + THURSDAY) % 7)
