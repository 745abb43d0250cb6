"""Which spare parts and machines keep most cases in time for at most so much money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from helpers.deviation.allocation import Point, frontier
from helpers.deviation.options import Found, Option, combined, machine_option, standing_of, stock_option
from helpers.deviation.replaced_cases import Replaceable
from helpers.deviation.saved_cases import Saved
from helpers.deviation.spare_levels import SpareLevels

#: So many numbers of machines are tried.
STEPS = 200


def chosen_set(found: Found, budget: Fraction) -> Option | None:
    """The spare parts and machines of a budget; None where nothing is saved.

    Tried are all stocks that no other one beats and the whole stock of the overall level, each with the first
    machines in their order; what is tried does not depend on the budget, so that more money never saves fewer. Of
    equal ones the fuller stock is taken, then the cheaper. Each late case counts once.
    """
    levels, machines = found.spares, found.machines
    points = [*frontier(levels.levels()), _whole(levels)] if levels else [Point(Fraction(0), 0.0, ())]
    stocks = [levels.more(dict(p.stock)) if levels else Saved() for p in points]
    places = sorted({place for one in stocks for place in one.late})
    at = {place: number for number, place in enumerate(places)}
    saved = np.zeros((len(points), len(places)))
    for number, one in enumerate(stocks):
        saved[number, [at[place] for place in one.late]] = list(one.late.values())
    lost = np.array([len(one.lost) for one in stocks], dtype=float)
    best: tuple[tuple[float, int, Fraction], Point, int] | None = None
    for count in _counts(machines):
        spent = machines.cost(count) if machines else Fraction(0)
        if spent > budget:
            break
        gone = machines.saved(machines.first(count)).late if machines and count else {}
        stays = np.array([1.0 - gone.get(place, 0.0) for place in places])
        cases = sum(gone.values()) + saved @ stays - lost
        for point, one in zip(points, cases.tolist(), strict=True):
            key = (round(one, 6), sum(n for _, n in point.stock), -(spent + point.cost))
            if spent + point.cost <= budget and (best is None or key > best[0]):
                best = (key, point, count)
    # Without money nothing is bought, and what is free is there already.
    return None if best is None or best[0][0] <= 0 or best[0][2] == 0 else _option(found, best[1], best[2])


def _whole(levels: SpareLevels) -> Point:
    stock, there = levels.beyond_shelf, levels.shelf
    return Point(levels.cost(stock, there), levels.more(stock).cases, tuple(sorted(stock.items())))


def _counts(machines: Replaceable | None) -> Sequence[int]:
    """How many machines are tried, the fewest first."""
    most = len(machines.choice.machines) if machines else 0
    return [*range(0, most, max(1, -(-most // STEPS))), most]


def _option(found: Found, point: Point, count: int) -> Option:
    """What is bought, first the parts."""
    options = []
    if found.spares and point.cost > 0:
        options.append(stock_option("spares", "", "", dict(point.stock), found.spares, found.late, beyond=True))
    if found.machines and count:
        members = found.machines.choice.machines[:count]
        options.append(machine_option("replace", "", members, found, None))
    pieces = sum(stock - there for one in options for _, stock, there in one.parts)
    bought = [f"购置备件{pieces}件"] * bool(pieces) + [f"更换设备{count}台"] * bool(count)
    one = combined("chosen", "set", "，".join(bought), options)
    return replace(one, standing=standing_of(found))
