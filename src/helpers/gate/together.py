"""Questions about many frames put to Great Expectations at once, where they are the same question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from helpers.gate import adapter
from helpers.gate.builtin_rules import columns_of_rule

NOT_NULL = "expect_column_values_to_not_be_null"
UNIQUE = "expect_column_values_to_be_unique"
IN_SET = "expect_column_values_to_be_in_set"
REGEX = "expect_column_values_to_match_regex"
#: Rules whose verdict on a row depends on this row alone, or on those with the same text, by the arguments that name
#: their columns.
ROW_BY_ROW = {
    UNIQUE: ("column",),
    NOT_NULL: ("column",),
    IN_SET: ("column",),
    REGEX: ("column",),
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
        rules = [one.rules[n] for n in left]
        outcomes = adapter.judge(one.frame[asked_about(one.frame, rules)], rules, one.types) if left else []
        found |= {(number, n): outcome for n, outcome in zip(left, outcomes, strict=True)}
    return [[found[number, n] for n in range(len(one.rules))] for number, one in enumerate(asked)]


def asked_about(frame: pd.DataFrame, rules: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """The columns that rules are about; all, where one is about the table as a whole."""
    named = [columns_of_rule(arguments) for _, arguments in rules]
    return [c for c in frame.columns if any(c in columns for columns in named)] if all(named) else list(frame.columns)


def _piles(asked: Sequence[Asked]) -> list[list[tuple[int, int]]]:
    """The rules (number of the frame, number of the rule) that can be asked together; single ones are left out."""
    piles: dict[Any, list[tuple[int, int]]] = {}
    rows: Counter[Any] = Counter()
    for number, one in enumerate(asked):
        for n, (kind, arguments) in enumerate(one.rules):
            columns = [arguments.get(name) for name in ROW_BY_ROW.get(kind, ())]
            if not columns or "mostly" in arguments or not {*columns} <= {*one.frame.columns} or one.frame.empty:
                continue
            held = [one.frame[c].dtype for c in columns]
            if not all(_fits(kind, dtype) for dtype in held) or (kind == IN_SET and not _of_texts(arguments)):
                continue
            own = (*ROW_BY_ROW[kind], *(("value_set",) if kind == IN_SET else ()))
            others = sorted((k, repr(v)) for k, v in arguments.items() if k not in own)
            key = (kind, str(others), "" if kind == NOT_NULL else str(held))
            rows[key] += len(one.frame)
            piles.setdefault((*key, rows[key] // HIGHEST), []).append((number, n))
    return [pile for pile in piles.values() if len(pile) > 1]


def _fits(kind: str, dtype: Any) -> bool:
    """Whether columns of this type can lie one below the other."""
    if kind in (UNIQUE, IN_SET, REGEX):
        return isinstance(dtype, pd.StringDtype)
    return kind == NOT_NULL or (isinstance(dtype, np.dtype) and dtype.kind in "iufM")


def _of_texts(arguments: Mapping[str, Any]) -> bool:
    """Whether the values to choose from are texts, as the cells are."""
    values = arguments.get("value_set")
    return isinstance(values, list | tuple) and all(isinstance(value, str) for value in values)


def _judge_pile(asked: Sequence[Asked], pile: Sequence[tuple[int, int]]) -> dict[tuple[int, int], adapter.Outcome]:
    """The outcomes of rules in the same words; nothing where Great Expectations could not judge them."""
    kind, arguments = asked[pile[0][0]].rules[pile[0][1]]
    columns = {
        name: np.concatenate(
            [_cells(kind, asked[number], asked[number].rules[n][1][name], at) for at, (number, n) in enumerate(pile)]
        )
        for name in ROW_BY_ROW[kind]
    }
    named = {**arguments, **{name: name for name in columns}}
    if kind == IN_SET:
        sets = [asked[number].rules[n][1]["value_set"] for number, n in pile]
        named["value_set"] = [_marked(at, value) for at, values in enumerate(sets) for value in values]
    (whole,) = adapter.judge(pd.DataFrame(columns), [(kind, named)])
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
    if kind == NOT_NULL:
        return np.where(cells.notna(), 1.0, np.nan)
    if kind not in (UNIQUE, IN_SET, REGEX):
        return cells.to_numpy()
    texts = cells.array if kind == REGEX else _marked(at, cells).array
    return np.asarray(texts, dtype=object)


def _marked(at: int, text: Any) -> Any:
    """A text, or a column of texts, of one of the columns of a pile: the same text may stand in another one."""
    return f"{at} " + text
