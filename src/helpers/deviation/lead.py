"""Which cause leads: the one with the most misses beyond what others of its kind have, whatever dimension it is in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.deviation.decompose import Decomposition
from helpers.deviation.scan import Combination
from helpers.deviation.told_apart import Structure, is_property, is_untold
from helpers.indicators.plain import plain

Json = dict[str, Any]


def leading(
    splits: Sequence[Decomposition],
    structures: Sequence[Structure],
    combinations: Sequence[Combination],
    passing: frozenset[str],
) -> Json | None:
    """The strongest of the recorded causes, the groups that survive and the combinations; None where nothing is
    beyond chance.

    ``excess``: misses beyond those expected with the other dimensions held alike. A miss for which a cause is recorded
    would not have been one without it: there, all of them.
    """
    told = {one.dimension: one for one in structures}
    found = [
        _of_group(split, told[split.dimension], passing)
        for split in splits
        if split.dimension in told and split.dimension not in passing and told[split.dimension].tells_apart
    ]
    every = [*(one for one in found if one), *(_of_cell(cell) for cell in combinations)]
    # Of equals the one that is declared, and of those the first: max keeps it.
    return max(every, key=lambda one: float(one["excess"]), default=None)


def _of_group(split: Decomposition, told: Structure, passing: frozenset[str]) -> Json | None:
    best: Json | None = None
    for group in split.groups:
        if group.cause not in told.beyond or is_untold(group.cause):
            continue
        others = told.beside_others(group.cause) if is_property(told, passing) else None
        expected = others["expected"] if others else told.expected.get(group.cause)
        # A recorded cause is one for all of its misses; where nothing was expected there is nothing to take off.
        excess = group.misses if told.test == "evenness" or expected is None else group.misses - expected
        if excess > 0 and (best is None or excess > best["excess"]):
            best = {
                "kind": "recorded" if told.test == "evenness" else "group",
                "dimension": split.dimension,
                "cause": group.cause,
                "values": {split.dimension: group.cause},
                "rows": group.rows,
                "misses": group.misses,
                "expected": None if told.test == "evenness" else plain(expected),
                "excess": plain(excess),
                "contribution": plain(group.contribution),
            }
    return best


def _of_cell(cell: Combination) -> Json:
    return {
        "kind": "combination",
        "dimension": None,
        "cause": None,
        "values": dict(cell.values),
        "rows": cell.rows,
        "misses": cell.misses,
        "expected": plain(cell.expected),
        "excess": plain(cell.excess),
        "contribution": None,
        **cell.mostly_unknown(),
    }
