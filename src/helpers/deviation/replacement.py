"""Failure rates by model and age with exact intervals, and which machines to replace first.

Rates are failures a machine-year. Intervals are the exact Poisson ones (Garwood 1936) at 95 %; a model is
told from the rest of the fleet only where the exact conditional test, corrected for the number of models
(Holm), says so. The interval of failures avoided combines those of the rates (MOVER: Zou & Donner 2008).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, Literal, TypeVar

from helpers.deviation.chance import holm

CONFIDENCE = 0.05
#: A model or age is told from others only where chance does it less often than this.
ALPHA = 0.05

#: What says whose rate a machine shares.
Cell = TypeVar("Cell", bound=Hashable)

Verdict = Literal["higher", "lower", "not_distinguishable", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Rate:
    """``failures`` in ``days`` of machines in use; ``value``, ``low``, ``high`` a machine-year of 365 days.

    Without exposure all three are None; without failures ``low`` is 0. ``name``: whose rate it is.
    """

    failures: int
    days: int
    value: float | None
    low: float | None
    high: float | None
    name: str = ""


def rate(failures: int, days: int, name: str = "") -> Rate:
    """The rate of a count with its exact 95 % interval."""
    from scipy.special import gammaincinv  # half the chi-square quantile of twice the shape

    if days <= 0:
        return Rate(failures=failures, days=days, value=None, low=None, high=None, name=name)
    years = days / 365
    low = float(gammaincinv(failures, CONFIDENCE / 2)) / years if failures else 0.0
    high = float(gammaincinv(failures + 1, 1 - CONFIDENCE / 2)) / years
    return Rate(failures=failures, days=days, value=failures / years, low=low, high=high, name=name)


def p_value(one: Rate, other: Rate, *, greater: bool = False) -> float | None:
    """How often chance parts two equal rates as far: given both counts, one's is binomial by exposure.

    ``greater``: one-sided, whether ``one`` is higher. None without exposure on either side or failures.
    """
    from scipy.stats import binomtest

    together = one.failures + other.failures
    if one.days <= 0 or other.days <= 0 or not together:
        return None
    part = one.days / (one.days + other.days)
    return float(binomtest(one.failures, together, part, alternative="greater" if greater else "two-sided").pvalue)


def against_rest(counts: Mapping[str, tuple[int, int]]) -> dict[str, tuple[float | None, Verdict]]:
    """Each group's (failures, days) against all others': the p value after Holm, and what may be said."""
    failures, days = (sum(pair[i] for pair in counts.values()) for i in (0, 1))
    rates = {name: (rate(k, d), rate(failures - k, days - d)) for name, (k, d) in counts.items()}
    raw = {name: p_value(one, rest) for name, (one, rest) in rates.items()}
    adjusted = _holm(raw)
    found: dict[str, tuple[float | None, Verdict]] = {}
    for name, (one, rest) in rates.items():
        p = adjusted.get(name)
        if p is None or one.value is None or rest.value is None:
            found[name] = (None, "unknown")
        else:
            above = one.value > rest.value
            found[name] = (p, ("higher" if above else "lower") if p < ALPHA else "not_distinguishable")
    return found


def _holm(raw: Mapping[Cell, float | None]) -> dict[Cell, float]:
    """p values corrected for their number; those that are None are left out."""
    tested = {name: p for name, p in raw.items() if p is not None}
    return dict(zip(tested, holm(list(tested.values())), strict=True))


# --- which machines first -------------------------------------------------------------------------


@dataclass(frozen=True)
class Machine(Generic[Cell]):
    """A machine in use: ``price`` of a new one in 元, None where it is not known; ``cell`` says whose rate
    it shares; ``age`` in completed years."""

    id: str
    cell: Cell
    price: Fraction | None
    age: int
    failures: int = 0


@dataclass(frozen=True)
class Choice(Generic[Cell]):
    """The machines to replace in order, what they cost, and the failures a year avoided with interval."""

    machines: tuple[Machine[Cell], ...]
    cost: Fraction
    avoided: float
    low: float
    high: float


def choose(
    machines: Sequence[Machine[Cell]], budget: Fraction | None, rates: Mapping[Cell, Rate], new: Mapping[Cell, Rate]
) -> Choice[Cell]:
    """Machines in the order of failures avoided per 元, as far as the budget goes.

    ``rates``: of each cell; ``new``: of the new machines that would stand in for those of the cell. A
    machine is a candidate where its price is known and its cell is among ``worse_than_new``.
    One that the rest of the budget does not reach is passed over. Ties: more failures of its own, then
    older, then by id. Without a budget all candidates are listed.
    """
    beyond = worse_than_new(rates, new)
    candidates = [m for m in machines if m.cell in beyond and m.price is not None]

    def order(machine: Machine[Cell]) -> tuple[object, ...]:
        gain, price = _gain(rates[machine.cell], new[machine.cell]), machine.price
        assert price is not None
        per = math.inf if price <= 0 else gain / float(price)
        return (-per, -gain, -machine.failures, -machine.age, machine.id)

    chosen, cost = [], Fraction(0)
    for machine in sorted(candidates, key=order):
        assert machine.price is not None
        if budget is None or cost + machine.price <= budget:
            chosen.append(machine)
            cost += machine.price
    return Choice(tuple(chosen), cost, *avoided([m.cell for m in chosen], rates, new))


def worse_than_new(rates: Mapping[Cell, Rate], new: Mapping[Cell, Rate]) -> set[Cell]:
    """The cells that fail more than new machines, beyond chance, however many cells are looked at (Holm)."""
    adjusted = _holm({cell: p_value(rates[cell], new[cell], greater=True) for cell in rates if cell in new})
    return {cell for cell, p in adjusted.items() if p < ALPHA and _gain(rates[cell], new[cell]) > 0}


def _gain(one: Rate, new: Rate) -> float:
    return (one.value or 0.0) - (new.value or 0.0)


def avoided(cells: Sequence[Cell], rates: Mapping[Cell, Rate], new: Mapping[Cell, Rate]) -> tuple[float, float, float]:
    """Failures a year avoided by replacing one machine of each entry, with a 95 % interval."""
    total = down = up = 0.0
    # Machines of one cell share its error, and cells with one rate of new machines share that.
    replaced: dict[str, tuple[Rate, int]] = {}
    for cell in dict.fromkeys(cells):
        n, old, fresh = cells.count(cell), rates[cell], new[cell]
        assert old.value is not None
        assert old.low is not None
        assert old.high is not None
        total += n * _gain(old, fresh)
        down += (n * (old.value - old.low)) ** 2
        up += (n * (old.high - old.value)) ** 2
        replaced[fresh.name] = (fresh, replaced.get(fresh.name, (fresh, 0))[1] + n)
    for fresh, n in replaced.values():
        assert fresh.low is not None
        assert fresh.high is not None
        assert fresh.value is not None
        down += (n * (fresh.high - fresh.value)) ** 2
        up += (n * (fresh.value - fresh.low)) ** 2
    return total, total - math.sqrt(down), total + math.sqrt(up)
