"""What became of an action: kept or not, by chance or not, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import proportions_ztest

from helpers.deviation.chance import chance
from helpers.deviation.effect import Effect
from helpers.deviation.plan import carried_name, judge_action
from helpers.deviation.verify import Proof


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


def moved(p_value, change=0.1, **more):
    """A change at the day on which the measure was finished."""
    effect = Effect(
        before=0.9,
        after=0.9 + change,
        change=change,
        low=0.0,
        high=0.2,
        p_value=p_value,
        months_before=14,
        months_after=10,
        carried=0.0,
        selected=False,
        seasonal=True,
    )
    return Proof(own=effect, **more)


SURE, PERHAPS, WORSE = moved(0.01), moved(0.2), moved(0.01, change=-0.1)
SHORT, LATE = Proof(reason="few_after", months=2), Proof(reason="not_yet")
MEAN_BEFORE, MEAN_AFTER = Figure(Fraction(9), None, 100, "小时"), Figure(Fraction(4), None, 100, "小时")


@pytest.mark.parametrize(
    ("before", "after", "kept", "better", "proof", "verified", "beyond", "conclusion"),
    [
        (LOW, HIGH, True, "higher", SURE, True, True, "衡量指标已达到目标值，改善明显。"),
        (LOW, HIGH, False, "higher", SURE, False, True, "衡量指标未达到目标值，但改善明显。"),
        (
            LOW,
            HIGH,
            True,
            "higher",
            PERHAPS,
            None,
            False,
            "衡量指标已达到目标值，但改善幅度属正常起伏，尚不能认定为措施成效。",
        ),
        (
            LOW,
            HIGH,
            False,
            "higher",
            PERHAPS,
            False,
            False,
            "衡量指标未达到目标值，改善幅度属正常起伏，尚不能认定为措施成效。",
        ),
        (
            LOW,
            HIGH,
            True,
            "higher",
            moved(0.01, already=True),
            None,
            False,
            "衡量指标已达到目标值，但完成以前各月已在好转，尚不能认定为措施成效。",
        ),
        # The years rose, the months from the day on did not.
        (LOW, HIGH, True, "higher", WORSE, None, False, "衡量指标已达到目标值，但与完成以前相比没有改善。"),
        (
            MEAN_BEFORE,
            MEAN_AFTER,
            True,
            "lower",
            moved(0.01, -4),
            True,
            True,
            "衡量指标已达到目标值，改善明显。",
        ),
        # Counts of whole years rule an effect out; they prove none.
        (
            LOW,
            SAME,
            True,
            "higher",
            SHORT,
            None,
            False,
            "衡量指标已达到目标值，但改善幅度属正常起伏，尚不能认定为措施成效。",
        ),
        (
            LOW,
            HIGH,
            True,
            "higher",
            SHORT,
            None,
            None,
            "衡量指标已达到目标值，较上年度有所改善，但完成以后有记录的只有2个月，不能确认与措施有关。",
        ),
        (
            LOW,
            HIGH,
            False,
            "higher",
            LATE,
            False,
            None,
            "衡量指标未达到目标值，虽较上年度有所改善，但完成日期在本年度以后，不能确认与措施有关。",
        ),
        (HIGH, LOW, False, "higher", SHORT, False, False, "衡量指标未达到目标值，且与完成以前相比没有改善。"),
        (HIGH, HIGH, True, "higher", SHORT, None, False, "衡量指标已达到目标值，但与完成以前相比没有改善。"),
        (
            MEAN_BEFORE,
            MEAN_AFTER,
            True,
            "lower",
            Proof(reason="whole_figure"),
            None,
            None,
            "衡量指标已达到目标值，较上年度有所改善，但这个数由全部记录一并算出，没有逐月可比的数，不能确认与措施有关。",
        ),
        (None, HIGH, True, "higher", None, None, None, "衡量指标已达到目标值，但上年度没有同口径的数，成效无法核实。"),
        (
            LOW,
            HIGH,
            True,
            None,
            SURE,
            None,
            None,
            "衡量指标已达到目标值，但目标值没有写明以高为好还是以低为好，成效无法核实。",
        ),
        (
            LOW,
            None,
            None,
            "higher",
            Proof(reason="no_measure"),
            None,
            None,
            "衡量指标能否达到目标值无法判定，没有声明可以计算的衡量指标，成效无法核实。",
        ),
    ],
)
def test_what_a_finished_measure_is_said_to_have_done(before, after, kept, better, proof, verified, beyond, conclusion):
    found = judge_action("done", before, after, kept, better, proof)
    assert (found.verified, found.beyond_chance, found.conclusion) == (verified, beyond, f"措施已完成；{conclusion}")


@pytest.mark.parametrize(
    ("state", "kept", "conclusion"),
    [
        ("carried", True, "截至本年度末尚未完成，结转继续实施；本年度衡量指标已达到目标值。"),
        ("carried", False, "截至本年度末尚未完成，结转继续实施；本年度衡量指标未达到目标值。"),
        ("proposed", True, "上年度仅作为建议提出，尚未采纳实施；本年度衡量指标已达到目标值。"),
    ],
)
def test_what_is_not_finished_is_not_verified(state, kept, conclusion):
    found = judge_action(state, LOW, HIGH, kept, "higher")
    assert (found.verified, found.conclusion) == (None, conclusion)


def test_a_year_is_named_once():
    assert (carried_name(2023, "P1"), carried_name(2023, "2023-1")) == ("2023-P1", "2023-1")
