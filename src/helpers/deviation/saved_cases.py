"""Which late cases an option keeps in time, so that several options together count none of them twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.deviation.clocks_again import Place
from helpers.deviation.yearly_count import Estimate, estimate
from helpers.year.engine import identifier

if TYPE_CHECKING:
    from helpers.measures.figures import Measures


@dataclass(frozen=True)
class Saved:
    """``late``: by place how likely a late case is kept in time, or never comes about; ``lost``: cases that were in
    time and then would not be."""

    late: Mapping[Place, float] = field(default_factory=dict)
    lost: frozenset[Place] = frozenset()

    @property
    def cases(self) -> float:
        """Cases more in time; each late one counts once."""
        return sum(self.late.values()) - len(self.lost)


def together(options: Iterable[Saved]) -> Saved:
    """Several options at once: a late case stays late only where every one of them leaves it late."""
    left: dict[Place, float] = {}
    lost: frozenset[Place] = frozenset()
    for one in options:
        lost |= one.lost
        for place, chance in one.late.items():
            left[place] = left.get(place, 1.0) * (1.0 - chance)
    return Saved({place: 1.0 - stays for place, stays in sorted(left.items())}, lost)


def shared(one: Saved, other: Saved) -> float:
    """The cases that both would save, which together count once."""
    return one.cases + other.cases - together([one, other]).cases


@dataclass(frozen=True, kw_only=True)
class LateCases:
    """The late cases of one share: when each was opened (seconds since 1970; None: unknown) and further columns."""

    measure: str
    hits: int
    n: int
    start: int
    year_seconds: int
    opened: Mapping[Place, int | None]
    columns: Mapping[str, Mapping[Place, Any]]

    def sure(self, places: Iterable[Place]) -> Estimate:
        """So many of the cases, with the interval for a year like this."""
        chosen = sorted(places)
        times = [at for place in chosen if (at := self.opened.get(place)) is not None]
        told = estimate(times, self.start, self.year_seconds)
        return told if len(times) == len(chosen) or not times else told.scaled(len(chosen) / len(times))


def late_cases(measures: Measures, measure: str, columns: Sequence[str] = ()) -> LateCases:
    """The cases that miss a share's condition. Raises ``QueryStopped``."""
    spec, figure, year = measures.year.measures[measure], measures.figure(measure), measures.year.fiscal
    table = str(spec.table)
    date = spec.date or measures.year.year.tables[table].year_by
    asked = {
        "_file": "source_file",
        "_row": "source_row",
        "_at": f"epoch_us(CAST({identifier(date)} AS TIMESTAMP)) // 1000000" if date else "CAST(NULL AS BIGINT)",
        **{f"c_{column}": f"CAST({identifier(column)} AS VARCHAR)" for column in columns},
    }
    rows = measures.select(table, asked, late_condition(measures, measure)).to_pylist()
    first, last = (day.toordinal() - 719163 for day in (year.first, year.end))
    return LateCases(
        measure=measure,
        hits=figure.hits or 0,
        n=figure.n,
        start=first * 86400,
        year_seconds=(last - first) * 86400,
        opened={(r["_file"], r["_row"]): r["_at"] for r in rows},
        columns={column: {(r["_file"], r["_row"]): r[f"c_{column}"] for r in rows} for column in columns},
    )


def late_condition(measures: Measures, measure: str) -> str:
    """The rows that a share counts and that miss its condition, as SQL."""
    spec = measures.year.measures[measure]
    late = f"NOT (({spec.value}\n) IS TRUE)"
    return f"({spec.where}\n) AND {late}" if spec.where else late
