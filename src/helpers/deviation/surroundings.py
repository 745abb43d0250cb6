"""Properties of rows that nobody declares: hour, weekday, shift, age of the machine, first or repeated, since when.

They are made of the moment in which a case began and of the machine it is about, as ``month`` is made of the date.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from helpers.deviation.adjusted import Coded, Codes
from helpers.deviation.scan_cells import SINCE, Mask, Periods, Trait
from helpers.deviation.surviving import Dimension
from helpers.deviation.told_apart import Beside, is_untold, worse_among_recorded
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
        hour = opened.dt.hour.fillna(-1).to_numpy(dtype=np.int16)
        found[HOUR] = Coded(hour, tuple(f"{h}时" for h in range(24)))
        night = np.where(hour < 0, -1, (hour < DAY_BEGINS) | (hour >= DAY_ENDS)).astype(np.int8)
        found[SHIFT] = Coded(night, (DAY, NIGHT))
        found[WEEKDAY] = Coded(opened.dt.day_of_week.fillna(-1).to_numpy(dtype=np.int8), DAYS)
        if source.device and source.device in rows:
            if not source.of_repeats:
                found[REPEAT] = _repeated(rows[source.device], opened)
            if source.bought:
                found[AGE] = _ages(rows[source.device], opened, source)
    return {name: one for name, one in found.items() if len(np.unique(one.codes[one.codes >= 0])) > 1}


def as_column(one: Coded, index: pd.Index) -> pd.Series:
    """The property as a column of texts; None where it is not known."""
    return pd.Series(np.array([*one.names, None], dtype=object)[one.codes], index=index, dtype=object)


def _repeated(device: pd.Series, opened: pd.Series) -> Coded:
    codes = pd.factorize(device)[0]
    order = np.lexsort((np.arange(len(codes)), opened.to_numpy(), codes))
    moments = opened.to_numpy().astype("datetime64[s]")[order]
    same = (codes[order][1:] == codes[order][:-1]) & (codes[order][1:] >= 0)
    near = np.diff(moments) <= np.timedelta64(REPEATED_WITHIN, "D")
    again = np.zeros(len(codes), dtype=np.int8)
    again[order[1:]] = same & near & ~np.isnat(moments[1:])
    return Coded(np.where((codes < 0) | opened.isna().to_numpy(), -1, again).astype(np.int8), (FIRST, AGAIN))


def _ages(device: pd.Series, opened: pd.Series, source: Source) -> Coded:
    codes, known = pd.factorize(device)
    bought = np.array([*(source.bought.get(str(one), np.datetime64("NaT")) for one in known), "NaT"], "datetime64[D]")
    days = (opened.to_numpy().astype("datetime64[D]") - bought[codes]).astype("timedelta64[D]")
    years = np.where(np.isnat(days), np.nan, days.astype(np.float64) / 365.25)
    band = np.where(np.isnan(years), -1, np.searchsorted(source.bands, years, side="right"))
    first, last = source.bands[0], source.bands[-1]
    between = [f"满{a}年不满{b}年" for a, b in zip(source.bands, source.bands[1:], strict=False)]
    return Coded(band.astype(np.int8), (f"不满{first}年", *between, f"满{last}年"))


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
        moments = rows[source.opened].to_numpy().astype("datetime64[D]")
        number = np.where(np.isnat(moments), -1, moments.astype(np.int64))
        # 1970-01-01 was a Thursday; weeks begin on Monday.
        blocks = {"day": number, "week": np.where(number < 0, -1, (number + 3) // 7)}
    if source.device and source.device in rows:
        blocks["device"] = pd.factorize(rows[source.device], sort=True)[0].astype(np.int64)
    return blocks


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
    untold = np.array([*(is_untold(name) for name in one.names), True])
    return Coded(np.where(untold[one.codes], -1, one.codes), one.names)


def periods(month: pd.Series | None, opened: pd.Series | None) -> Periods | None:
    """The months of the rows, or the weeks where there are few months; a month says its name only: 2024年6月."""
    if month is None:
        return None
    codes, known = pd.factorize(month, sort=True)
    if len(known) >= FEWEST_MONTHS or opened is None or not pd.api.types.is_datetime64_any_dtype(opened):
        return Periods(codes.astype(np.int16), tuple(f"{m[:4]}年{int(m[5:])}月" for m in known))
    monday = (opened.dt.normalize() - pd.to_timedelta(opened.dt.day_of_week, unit="D")).dt.date
    codes, known = pd.factorize(monday, sort=True)
    return Periods(codes.astype(np.int16), tuple(f"{d.year}年{d.month}月{d.day}日" for d in known))
