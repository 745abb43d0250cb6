"""NULL, 待定 or / where a condition takes it at its word."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from helpers.gate.plausibility import placeholders
from helpers.gate.result import Check
from tests.gate.plausibility.two_years import TICKETS, compared, tickets


def found(folder: Path, frame: pd.DataFrame) -> list[Check]:
    with compared(folder, {"tickets": frame}, alone=True) as subject:
        return list(placeholders.placeholder_values(subject))


@pytest.mark.parametrize("word", ["NULL", "n/a", "待定", "/"])
def test_a_word_for_nothing_where_something_is_decided(word: str, tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[[3, 8], "category"] = word
    (check,) = found(tmp_path / "a", frame)
    assert (check.table, check.failing, check.level) == ("tickets", 2, "note") and f"“{word}”" in check.words
    assert [row.source_row for row in check.failing_rows] == [5, 10]
    free = tickets(2024)
    free.loc[[3, 8], "cause"] = word  # nothing is decided by the cause
    assert found(tmp_path / "b", free) == []


def test_a_row_that_a_word_for_nothing_has_put_out_of_scope(tmp_path: Path) -> None:
    scoped = {**TICKETS, "out_of_scope": [{"where": "category <> '系统'", "why": "不属于本项目"}]}
    aside = [
        {"_reason": "不属于本项目", "category": "NULL", "source_file": "exports/工单.csv", "source_row": 7},
        {"_reason": "重复", "category": "NULL", "source_file": "exports/工单.csv", "source_row": 9},
        {"_reason": "不属于本项目", "category": "会议", "source_file": "exports/工单.csv", "source_row": 11},
    ]
    with compared(tmp_path, tables={"tickets": scoped}, aside={"tickets": aside}, alone=True) as subject:
        (check,) = placeholders.placeholder_values(subject)
    assert check.failing == 1 and "其中 1 行因此不计入" in check.words
    assert [row.source_row for row in check.failing_rows] == [7]
