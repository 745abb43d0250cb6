"""Questions about many frames put to Great Expectations at once, where they are the same question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from helpers.gate import adapter

NOT_NULL = "expect_column_values_to_not_be_null"
UNIQUE = "expect_column_values_to_be_unique"
#: Rules whose verdict on a row depends on this row alone, or on those with the same text, by the arguments that name
#: their columns.
ROW_BY_ROW = {
    UNIQUE: ("column",),
    NOT_NULL: ("column",),
    "expect_column_values_to_be_between": ("column",),
    "expect_column_pair_values_a_to_be_greater_than_b": ("column_A", "column_B"),
    "expect_column_pair_values_to_be_equal": ("column_A", "column_B"),
}
#: Rows of a pile.
HIGHEST = 2_000_000


@dataclass(frozen=True)
class Asked:
    """Rules about one frame: (expectation type, arguments) each, and the SQL types of its columns."""

    frame: pd.DataFrame
    rules: Sequence[tuple[str, Mapping[str, Any]]]
    types: Mapping[str, str] = field(default_factory=dict)


def judge_all(asked: Sequence[Asked]) -> list[list[adapter.Outcome]]:
    """``judge`` for many frames at once. A question that is put to many columns in the same words, and is answered
    row by row, is put once, to the columns one below the other: Great Expectations needs far longer to prepare an
    answer than to look at some rows more."""
    found: dict[tuple[int, int], adapter.Outcome] = {}
    for pile in _piles(asked):
        found |= _judge_pile(asked, pile)
    for number, one in enumerate(asked):
        left = [n for n in range(len(one.rules)) if (number, n) not in found]
        outcomes = adapter.judge(one.frame, [one.rules[n] for n in left], one.types) if left else []
        found |= {(number, n): outcome for n, outcome in zip(left, outcomes, strict=True)}
    return [[found[number, n] for n in range(len(one.rules))] for number, one in enumerate(asked)]


def _piles(asked: Sequence[Asked]) -> list[list[tuple[int, int]]]:
    """The rules (number of the frame, number of the rule) that can be asked together; single ones are left out."""
    piles: dict[Any, list[tuple[int, int]]] = {}
    rows: Counter[Any] = Counter()
    for number, one in enumerate(asked):
        for n, (kind, arguments) in enumerate(one.rules):
            columns = [arguments.get(name) for name in ROW_BY_ROW.get(kind, ())]
            if not columns or "mostly" in arguments or not {*columns} <= {*one.frame.columns} or one.frame.empty:
                continue
            others = sorted((k, repr(v)) for k, v in arguments.items() if k not in ROW_BY_ROW[kind])
            held = [one.frame[c].dtype for c in columns]
            if not all(_fits(kind, dtype) for dtype in held):
                continue
            key = (kind, str(others), "" if kind == NOT_NULL else str(held))
            rows[key] += len(one.frame)
            piles.setdefault((*key, rows[key] // HIGHEST), []).append((number, n))
    return [pile for pile in piles.values() if len(pile) > 1]


def _fits(kind: str, dtype: Any) -> bool:
    """Whether columns of this type can lie one below the other."""
    if kind == UNIQUE:
        return isinstance(dtype, pd.StringDtype)
    return kind == NOT_NULL or (isinstance(dtype, np.dtype) and dtype.kind in "iufM")


def _judge_pile(asked: Sequence[Asked], pile: Sequence[tuple[int, int]]) -> dict[tuple[int, int], adapter.Outcome]:
    """The outcomes of rules in the same words; nothing where Great Expectations could not judge them."""
    kind, arguments = asked[pile[0][0]].rules[pile[0][1]]
    columns = {
        name: np.concatenate(
            [_cells(kind, asked[number], asked[number].rules[n][1][name], at) for at, (number, n) in enumerate(pile)]
        )
        for name in ROW_BY_ROW[kind]
    }
    (whole,) = adapter.judge(pd.DataFrame(columns), [(kind, {**arguments, **{name: name for name in columns}})])
    if whole.success is None:
        return {}
    positions, found, start = np.array(whole.positions, dtype="int64"), {}, 0
    for number, n in pile:
        labels = asked[number].frame.index.to_numpy()
        own = labels[positions[(positions >= start) & (positions < start + len(labels))] - start]
        found[number, n] = adapter.Outcome(not len(own), len(labels), tuple(sorted(own.tolist())))
        start += len(labels)
    return found


def _cells(kind: str, one: Asked, column: str, at: int) -> np.ndarray:
    cells = one.frame[column]
    if kind == UNIQUE:  # a text may stand in another column of the pile
        return np.array([None if pd.isna(text) else f"{at} {text}" for text in cells], dtype=object)
    return np.where(cells.notna(), 1.0, np.nan) if kind == NOT_NULL else cells.to_numpy()
