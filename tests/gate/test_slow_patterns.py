"""A pattern that never ends stops as one rule that could not be judged; the others are judged as ever."""

from __future__ import annotations

import pandas as pd
import pytest

from helpers.gate import adapter

MATCH, FILLED = "expect_column_values_to_match_regex", "expect_column_values_to_not_be_null"


def outcomes(texts: list[str], pattern: str) -> list[adapter.Outcome]:
    asked = [(FILLED, {"column": "a"}), (MATCH, {"column": "a", "regex": pattern}), (FILLED, {"column": "a"})]
    return adapter.judge(pd.DataFrame({"a": texts}), asked)


@pytest.mark.parametrize("pattern", ["^(?=a)(a+)+$", "^(a|aa)*(?!x)$", r"^(a*)*\1b$"])
def test_a_pattern_that_never_ends(monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    monkeypatch.setattr(adapter, "SECONDS", 0.5)
    before, slow, after = outcomes(["b", "a" * 60 + "!"], pattern)
    assert slow.success is None and "正则表达式在 0.5 秒内没有算完" in str(slow.error)
    assert before.success and after.success


def test_a_pattern_that_ends_is_judged_and_no_timer_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    import signal

    monkeypatch.setattr(adapter, "SECONDS", 30.0)
    _, found, _ = outcomes(["T01", "T2", "X"], r"T\d\d")
    assert found.success is False and found.positions == (1, 2)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
