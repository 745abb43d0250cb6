"""Which pieces to buy with how much money: the cheapest stock for an overall level, and the best within a budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

#: Two numbers of cases closer than this are the same.
SAME = 1e-9


@dataclass(frozen=True)
class Stocked:
    """A part with its ``demand`` of the year, ``price`` a piece, and ``service``: the share of demands that do not
    wait with 0, 1, 2 … pieces; it never falls."""

    part: str
    demand: int
    price: Fraction
    service: tuple[float, ...]


def overall(parts: Sequence[Stocked], stock: Mapping[str, int]) -> float:
    """The share of all demands that do not wait."""
    total = sum(one.demand for one in parts)
    return sum(one.demand * one.service[stock.get(one.part, 0)] for one in parts) / total if total else 1.0


def to_level(parts: Sequence[Stocked], level: float, start: Mapping[str, int] | None = None) -> dict[str, int]:
    """A stock with which all parts together reach the level, beyond what is there already (``start``).

    Marginal allocation (Sherbrooke 2004, ch. 2): next is bought what serves most more demands per 元, of one piece or
    several at once; in the end what the level does not need is left out, the dearest first. Where even the largest
    stock does not reach it, that is taken.
    """
    begin = {one.part: min((start or {}).get(one.part, 0), len(one.service) - 1) for one in parts}
    stock = dict(begin)
    while overall(parts, stock) < level:
        steps = [
            (_worth(one, stock[one.part], more), -one.price, one.part, more)
            for one in parts
            for more in range(1, len(one.service) - stock[one.part])
        ]
        if not steps or max(steps)[0] <= 0:
            return stock
        _, _, part, more = max(steps)
        stock[part] += more
    for one in sorted(parts, key=lambda p: (-p.price, p.part)):
        while stock[one.part] > begin[one.part] and overall(parts, {**stock, one.part: stock[one.part] - 1}) >= level:
            stock[one.part] -= 1
    return stock


def _worth(one: Stocked, have: int, more: int) -> float:
    gain = one.demand * (one.service[have + more] - one.service[have])
    return gain / float(one.price * more) if one.price > 0 else gain * 1e12


@dataclass(frozen=True)
class Point:
    """A stock, what it costs and how many cases it saves."""

    cost: Fraction
    saved: float
    stock: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Levels:
    """What each stock of a part, from 0, saves; it never falls. ``free``: pieces that are there already."""

    part: str
    price: Fraction
    saved: tuple[float, ...]
    free: int = 0


def frontier(parts: Sequence[Levels]) -> list[Point]:
    """Every stock that no other one beats, by cost: exact, as parts save different cases.

    Merged part by part; a point that costs no less and saves no more than another one is left out, so that there are
    at most as many as there are cases to save.
    """
    points = [Point(Fraction(0), 0.0, ())]
    for one in parts:
        merged = [
            Point(
                point.cost + one.price * max(stock - one.free, 0),
                point.saved + saved,
                (*point.stock, (one.part, stock)),
            )
            for point in points
            for stock, saved in enumerate(one.saved)
        ]
        merged.sort(key=lambda point: (point.cost, -point.saved, sum(n for _, n in point.stock)))
        points, best = [], -1.0
        for point in merged:
            if point.saved > best + SAME:
                points.append(point)
                best = point.saved
    return points
