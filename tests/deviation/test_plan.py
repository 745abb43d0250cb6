"""What became of an action: kept or not, by chance or not, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import proportions_ztest

from helpers.deviation.chance import chance
from helpers.deviation.plan import carried_name, judge_action


@dataclass(frozen=True)
class Figure:
    value: Fraction | None
    hits: int | None = None
    n: int = 0
    unit: str | None = "比例"


def share(hits, n):
    return Figure(Fraction(hits, n) if n else None, hits, n)


LOW, HIGH, SAME = share(560, 613), share(598, 613), share(565, 613)


# --- chance ---------------------------------------------------------------------------------------


def test_large_counts_take_the_z_test_of_the_library():
    assert chance(LOW, HIGH) == proportions_ztest([560, 598], [613, 613])[1]


def test_small_counts_take_the_exact_test_of_the_library():
    assert chance(share(18, 20), share(20, 20)) == fisher_exact([[18, 2], [20, 0]]).pvalue


def test_two_results_without_variation_do_not_differ():
    assert chance(share(20, 20), share(30, 30)) == 1.0
    assert chance(share(0, 20), share(0, 30)) == 1.0


@pytest.mark.parametrize("other", [None, share(0, 0), Figure(Fraction(5), 5, 5, "件"), Figure(Fraction(1, 2), None, 9)])
def test_without_counts_of_a_share_nothing_is_tested(other):
    assert chance(LOW, other) is None and chance(other, LOW) is None


# --- verdicts -------------------------------------------------------------------------------------

MEAN_BEFORE, MEAN_AFTER = Figure(Fraction(9), None, 100, "小时"), Figure(Fraction(4), None, 100, "小时")


@pytest.mark.parametrize(
    ("state", "before", "after", "kept", "better", "verified", "beyond", "conclusion"),
    [
        ("done", LOW, HIGH, True, "higher", True, True, "措施已完成；衡量指标已达到目标值，改善幅度超出偶然波动。"),
        (
            "done",
            LOW,
            SAME,
            True,
            "higher",
            None,
            False,
            "措施已完成；衡量指标已达到目标值，但改善幅度在偶然波动范围以内，尚不能认定为措施成效。",
        ),
        ("done", LOW, HIGH, False, "higher", False, True, "措施已完成；衡量指标未达到目标值，但改善幅度超出偶然波动。"),
        (
            "done",
            LOW,
            SAME,
            False,
            "higher",
            False,
            False,
            "措施已完成；衡量指标未达到目标值，改善幅度在偶然波动范围以内，尚不能认定为措施成效。",
        ),
        (
            "done",
            HIGH,
            LOW,
            False,
            "higher",
            False,
            False,
            "措施已完成；衡量指标未达到目标值，且与上年度相比没有改善。",
        ),
        ("done", HIGH, HIGH, True, "higher", None, False, "措施已完成；衡量指标已达到目标值，但与上年度相比没有改善。"),
        (
            "done",
            MEAN_BEFORE,
            MEAN_AFTER,
            True,
            "lower",
            True,
            None,
            "措施已完成；衡量指标已达到目标值，较上年度有所改善，因没有逐笔计数，未作偶然性检验。",
        ),
        (
            "done",
            None,
            HIGH,
            True,
            "higher",
            None,
            None,
            "措施已完成；衡量指标已达到目标值，但缺少上年度的可比数据，成效无法核实。",
        ),
        ("done", LOW, None, None, "higher", None, None, "措施已完成；衡量指标缺少可比数据，成效无法核实。"),
        (
            "carried",
            LOW,
            HIGH,
            True,
            "higher",
            None,
            True,
            "截至本年度末尚未完成，结转继续实施；本年度衡量指标已达到目标值。",
        ),
        (
            "carried",
            LOW,
            LOW,
            False,
            "higher",
            None,
            False,
            "截至本年度末尚未完成，结转继续实施；本年度衡量指标未达到目标值。",
        ),
        (
            "proposed",
            LOW,
            HIGH,
            True,
            "higher",
            None,
            True,
            "上年度仅作为建议提出，尚未采纳实施；本年度衡量指标已达到目标值。",
        ),
    ],
)
def test_verdict(state, before, after, kept, better, verified, beyond, conclusion):
    found = judge_action(state, before, after, kept, better)
    assert (found.verified, found.beyond_chance, found.conclusion) == (verified, beyond, conclusion)


def test_a_year_is_named_once():
    assert (carried_name(2023, "P1"), carried_name(2023, "2023-1")) == ("2023-P1", "2023-1")
