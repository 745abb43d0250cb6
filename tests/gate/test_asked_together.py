"""Questions asked together get the answers that each would get by itself."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.gate import adapter
from helpers.gate.together import Asked, judge_all

FILLED = ("expect_column_values_to_not_be_null", {"column": "name"})
ORDER = (
    "expect_column_pair_values_a_to_be_greater_than_b",
    {"column_A": "end", "column_B": "start", "or_equal": True, "ignore_row_if": "either_value_is_missing"},
)
YEAR = (
    "expect_column_values_to_be_between",
    {
        "column": "start",
        "min_value": datetime.date(2024, 1, 1),
        "max_value": datetime.date(2025, 1, 1),
        "strict_max": True,
    },
)
ONE, TWO = ("expect_column_values_to_be_unique", {"column": "name"}), {"column": "size", "max_value": 3}
SIZE = ("expect_column_values_to_be_between", TWO)
MOSTLY = ("expect_column_values_to_not_be_null", {"column": "name", "mostly": 0.5})

AMONG = ("expect_column_values_to_be_in_set", {"column": "word", "value_set": ["甲", "乙", "1 丙"]})
OTHERS = ("expect_column_values_to_be_in_set", {"column": "word", "value_set": ["丙", "0 甲"]})
LIKE = ("expect_column_values_to_match_regex", {"column": "word", "regex": "^[甲乙]$"})

moments = st.none() | st.datetimes(datetime.datetime(2023, 12, 1), datetime.datetime(2025, 2, 1))
rows = st.tuples(st.none() | st.sampled_from("甲乙丙"), moments, moments, st.none() | st.integers(0, 6))


def frame(listed: list[tuple], first: int) -> pd.DataFrame:
    """Rows whose labels begin anywhere, as where a condition has picked them."""
    table = pd.DataFrame(listed, columns=["name", "start", "end", "size"], index=range(first, first + len(listed)))
    times = {c: pd.to_datetime(table[c]).astype("datetime64[ns]") for c in ("start", "end")}
    return table.assign(
        **times,
        size=table["size"].astype("float64"),
        name=table["name"].astype(object),
        word=table["name"].astype("str"),
    )


@settings(max_examples=15)
@given(st.lists(st.tuples(st.lists(rows, max_size=6), st.integers(0, 9)), min_size=2, max_size=3))
def test_many_frames_asked_together_get_the_answers_of_each(tables: list) -> None:
    rules = [FILLED, ORDER, YEAR, ONE, SIZE, MOSTLY, LIKE]
    asked = [Asked(frame(listed, n), [*rules, (AMONG, OTHERS)[at % 2]]) for at, (listed, n) in enumerate(tables)]
    assert judge_all(asked) == [adapter.judge(one.frame, one.rules, one.types) for one in asked]


def test_a_rule_that_cannot_be_judged_together_is_judged_alone() -> None:
    """A column of texts among columns of numbers: only its own rule fails to be judged."""
    numbers, texts = pd.DataFrame({"size": [1.0, 9.0]}), pd.DataFrame({"size": ["a", "b"]})
    first, second, third = judge_all([Asked(numbers, [SIZE]), Asked(texts, [SIZE]), Asked(numbers, [SIZE])])
    assert [(o.success, o.positions) for o in (*first, *third)] == [(False, (1,))] * 2
    assert second[0].success is None and second[0].error


def test_texts_are_unique_within_their_own_column(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns that are judged together may share a text; blanks are no texts."""
    judged: list[int] = []
    judge = adapter.judge

    def counted(frame: pd.DataFrame, *asked: Any) -> list[adapter.Outcome]:
        judged.append(len(frame))
        return judge(frame, *asked)

    monkeypatch.setattr(adapter, "judge", counted)
    first = pd.DataFrame({"name": ["甲", "乙", "1 甲", None, None]}, index=range(4, 9), dtype="str")
    second = pd.DataFrame({"name": ["甲", "丙", "丙"]}, dtype="str")
    (one,), (other,) = judge_all([Asked(first, [ONE]), Asked(second, [ONE])])
    assert (one.success, one.positions, one.rows) == (True, (), 5)
    assert (other.success, other.positions, other.rows) == (False, (1, 2), 3)
    assert judged == [8]


def test_texts_of_one_column_are_none_of_anothers_list() -> None:
    """What one column may hold another may not, however the texts look that they are told apart by."""
    first, second = (pd.DataFrame({"word": words}, dtype="str") for words in (["甲", "丙", None], ["丙", "甲", "0 甲"]))
    (one,), (other,) = judge_all([Asked(first, [AMONG]), Asked(second, [OTHERS])])
    assert (one.success, one.positions, other.positions) == (False, (1,), (1,))
    numbers = ("expect_column_values_to_be_in_set", {"column": "word", "value_set": [1, 2]})
    assert [found[0].positions for found in judge_all([Asked(first, [numbers]), Asked(second, [OTHERS])])] == [
        adapter.judge(first, [numbers])[0].positions,
        (1,),
    ]


def test_nothing_asked_is_nothing_answered() -> None:
    assert judge_all([]) == []
    assert judge_all([Asked(pd.DataFrame({"a": [1]}), [])]) == [[]]
