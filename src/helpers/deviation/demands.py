"""The repair log as demands for spare parts, and what another waiting time makes of each repair."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from helpers.activity.reclock import Move
from helpers.deviation.clocks_again import clocks_again
from helpers.deviation.stock import DAY, Lead, lead_of
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    from helpers.measures.figures import Measures
    from helpers.year.declared_spares import Spares
    from helpers.year.fiscal import FiscalYear


@dataclass(frozen=True, kw_only=True)
class Demand:
    """One piece of a part taken for one repair; times in seconds since 1970.

    ``at``: when it was ordered, or when it was needed where it came from the shelf, but not before the repair
    was opened; None: not recorded.
    ``lead``: the recorded lead time of its order. ``waited``: what the repair waited for it, 0 from the
    shelf, None where that is not recorded, the wait had not ended, or the repair was over before the part
    came. ``open_``: ordered, not yet arrived. ``ordered``: when its part was, as recorded.
    """

    file: str
    row: int
    part: str
    model: str | None
    month: int | None
    at: int | None
    lead: int | None
    waited: int | None
    open_: bool = False
    ordered: int | None = None


@dataclass(frozen=True, kw_only=True)
class Log:
    """A year's repairs. ``repairs``: all of them, ``demands``: those that name a part, in source order."""

    fiscal: FiscalYear
    spec: Spares
    repairs: int
    demands: tuple[Demand, ...]
    names: Mapping[str, str]
    prices: Mapping[str, Fraction]

    @property
    def fiscal_year(self) -> int:
        return self.fiscal.number

    @property
    def start(self) -> int:
        """The beginning of the year, in seconds since 1970."""
        return (self.fiscal.first - datetime.date(1970, 1, 1)).days * DAY

    @property
    def year_seconds(self) -> int:
        return (self.fiscal.end - self.fiscal.first).days * DAY

    @property
    def declared_lead(self) -> int | None:
        """Seconds."""
        return None if self.spec.lead_time is None else int(self.spec.lead_time * DAY)

    def by_part(self) -> dict[str, list[Demand]]:
        """The demands of each part, parts in their order."""
        found: dict[str, list[Demand]] = {part: [] for part in sorted({d.part for d in self.demands})}
        for demand in self.demands:
            found[demand.part].append(demand)
        return found

    def lead(self, demands: Sequence[Demand]) -> Lead | None:
        """The lead time of a part from its demands."""
        return lead_of(
            [d.lead for d in demands if d.lead is not None], sum(d.open_ for d in demands), self.declared_lead
        )


def read_log(measures: Measures, spec: Spares) -> Log:
    """The year's repairs as declared by ``spec``, which may be that of another year."""
    where = f"({spec.where}\n)" if spec.where else "true"
    columns = {
        "file": "source_file",
        "row": "source_row",
        "part": f'trim(CAST("{spec.part}" AS VARCHAR))',
        "model": f'CAST("{spec.model}" AS VARCHAR)' if spec.model else "CAST(NULL AS VARCHAR)",
        "month": f'month("{spec.opened}")',
        **_moments(spec, record_columns(measures.year.year.tables[spec.table])),
    }
    rows = measures.select(spec.table, columns, f"{where} AND {_named(spec)}").to_pylist()
    repairs = measures.select(spec.table, {"one": "CAST(1 AS TINYINT)"}, spec.where).num_rows
    names, prices = _catalogue(measures, spec)
    return Log(
        fiscal=measures.year.fiscal,
        spec=spec,
        repairs=repairs,
        demands=tuple(_demand(row, spec.ordered is not None) for row in rows),
        names=names,
        prices=prices,
    )


def _named(spec: Spares) -> str:
    """Whether a repair names its part."""
    return f"nullif(trim(CAST(\"{spec.part}\" AS VARCHAR)), '') IS NOT NULL"


def _moments(spec: Spares, kinds: Mapping[str, str]) -> dict[str, str]:
    """Expressions for the times of a repair, in seconds since 1970.

    Of a day without a time the end is its last second; an order, a need or an arrival lies within the day as
    near as can be to the opening or the end of the repair.
    """

    def of(column: str | None, near: str | None) -> str:
        if column is None:
            return "CAST(NULL AS BIGINT)"
        moment = f'epoch_us(CAST("{column}" AS TIMESTAMP)) // 1000000'
        return (
            moment
            if kinds[column] != "DATE" or near is None
            else f"greatest({moment}, least({near}, {moment} + {DAY - 1}))"
        )

    opened, last = of(spec.opened, None), "9000000000"
    resolved = of(spec.resolved, last)
    return {
        "opened": opened,
        "resolved": resolved,
        "needed": of(spec.needed, opened),
        "ordered": of(spec.ordered, opened),
        "arrived": of(spec.arrived, f"coalesce({resolved}, {last})"),
    }


def _demand(row: Mapping[str, Any], waits_recorded: bool) -> Demand:
    opened, ordered, arrived, resolved = row["opened"], row["ordered"], row["arrived"], row["resolved"]
    lead = arrived - ordered if ordered is not None and arrived is not None and arrived >= ordered else None
    shelf = row["needed"] if row["needed"] is not None else opened
    at = shelf if ordered is None else ordered
    # A part ordered before there was a repair is waited for from when the repair was opened.
    at = at if at is None or opened is None else max(at, opened)
    if not waits_recorded:
        waited = None
    elif ordered is None and arrived is None:
        waited = 0
    else:
        waited = None if lead is None or at is None else max(0, arrived - at)
        if resolved is not None and arrived is not None and resolved < arrived:
            waited = None
    return Demand(
        file=row["file"],
        row=row["row"],
        part=row["part"],
        model=row["model"],
        month=row["month"],
        at=at,
        lead=lead,
        waited=waited,
        open_=ordered is not None and arrived is None,
        ordered=ordered,
    )


def _catalogue(measures: Measures, spec: Spares) -> tuple[dict[str, str], dict[str, Fraction]]:
    """Names and prices by part; a price below zero is none. Of several entries the first that has one."""
    if spec.catalogue is None or spec.catalogue.table not in measures.year.year.tables:
        return {}, {}
    c = spec.catalogue
    columns = {
        "part": f'trim(CAST("{c.part}" AS VARCHAR))',
        "name": f'CAST("{c.name}" AS VARCHAR)' if c.name else "CAST(NULL AS VARCHAR)",
        "price": f'CAST("{c.price}" AS DECIMAL(18, 2))' if c.price else "CAST(NULL AS DECIMAL(18, 2))",
    }
    names: dict[str, str] = {}
    prices: dict[str, Fraction] = {}
    for row in measures.select(c.table, columns).to_pylist():
        if row["part"] and row["name"]:
            names.setdefault(row["part"], row["name"])
        if row["part"] and row["price"] is not None and row["price"] >= 0:
            prices.setdefault(row["part"], Fraction(row["price"]))
    return names, prices


# --- what another wait makes of a repair ------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """One repair under the measure: whether it counts and keeps its condition, as recorded and as replayed."""

    counted: bool
    kept: bool
    counted_then: bool
    kept_then: bool


def judge_waits(
    measures: Measures, spec: Spares, demands: Sequence[Demand], *scenarios: Sequence[int | None]
) -> list[tuple[Kept, ...]]:
    """Each repair under ``spec.measure``, for each scenario: had its part been waited for as long as the scenario
    says (seconds; None: as recorded), by the clocks of the table. Raises ``CannotReclock``, ``QueryStopped``."""
    if not demands:
        return [() for _ in scenarios]
    where = (f"({spec.where}\n) AND " if spec.where else "") + _named(spec)
    again = clocks_again(measures, spec.measure, where)
    places = sorted(range(len(demands)), key=lambda i: (demands[i].file, demands[i].row))
    found = []
    for judged in again.judged(*(_moves(demands, waits) for waits in scenarios)):
        kept = dict(zip(places, zip(again.recorded, judged, strict=True), strict=True))
        found.append(tuple(Kept(*kept[i][0], *kept[i][1]) for i in range(len(demands))))
    return found


def _moves(demands: Sequence[Demand], waits: Sequence[int | None]) -> list[Move]:
    """The repairs that wait for another time than was recorded: row, wait from, until, and then until."""
    return [
        (d.file, d.row, d.at, d.at + d.waited, d.at + wait)
        for d, wait in zip(demands, waits, strict=True)
        if wait is not None and d.at is not None and d.waited is not None and wait != d.waited
    ]
