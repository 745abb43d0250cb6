"""Control charts: hand-computed limits, every run rule by a planted run, silence where there is nothing."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.deviation.control import control_chart, p_chart, xmr_chart


@dataclass(frozen=True)
class Month:
    month: str
    value: Fraction | None
    n: int
    hits: int | None = None


def series(values, n=10):
    """(month, value, n) from January on; None leaves a month out."""
    return [(f"2024-{i:02d}", float(v), n) for i, v in enumerate(values, start=1) if v is not None]


def shares(pairs):
    return [(f"2024-{i:02d}", h, n) for i, (h, n) in enumerate(pairs, start=1)]


def found(chart):
    return [(s.rule, s.side, s.months[0][-2:], s.months[-1][-2:]) for s in chart.signals]


# --- limits by hand -------------------------------------------------------------------------------


def test_xmr_limits_by_hand():
    chart = xmr_chart(series([10, 12, 11, 13, 12, 14]))
    # moving ranges 2 1 2 1 2, mean 1.6; mean of the values 12
    assert chart.centre == 12
    assert (chart.points[0].low, chart.points[0].high) == pytest.approx((12 - 2.66 * 1.6, 12 + 2.66 * 1.6))
    assert chart.range_limit == pytest.approx(3.267 * 1.6)
    assert [p.range for p in chart.points] == [None, 2, 1, 2, 1, 2]
    assert chart.signals == () and chart.wide_ranges == ()


def test_p_limits_by_hand_vary_with_the_rows_of_the_month():
    chart = p_chart(shares([(90, 100), (360, 400), (90, 100), (90, 100), (90, 100), (180, 200)]))
    assert chart.centre == pytest.approx(0.9)
    assert chart.points[0].low == pytest.approx(0.9 - 3 * np.sqrt(0.09 / 100))  # 0.81
    assert chart.points[1].low == pytest.approx(0.9 - 3 * np.sqrt(0.09 / 400))  # 0.855
    assert chart.points[0].high == pytest.approx(0.99) and chart.points[1].high == pytest.approx(0.945)
    assert chart.signals == ()


def test_limits_stay_between_none_and_all():
    chart = p_chart(shares([(99, 100)] * 6))
    assert chart.points[0].high == 1 and chart.points[0].low == pytest.approx(0.99 - 3 * np.sqrt(0.0099 / 100))


def test_a_figure_that_cannot_be_negative_has_no_limit_below_zero():
    months = [Month(f"2024-{i:02d}", Fraction(v), v) for i, v in enumerate([0, 3, 0, 2, 0, 4], start=1)]
    chart = control_chart(months, "sum")
    assert chart.kind == "xmr" and chart.points[0].low == 0
    assert [p.value for p in chart.points] == [0, 3, 0, 2, 0, 4]  # a month without complaints is a month


def test_a_share_gets_a_p_chart_and_months_without_rows_are_named():
    months = [
        Month(f"2024-{i:02d}", Fraction(9, 10) if i != 4 else None, 100 if i != 4 else 0, 90 if i != 4 else 0)
        for i in range(1, 13)
    ]
    chart = control_chart(months, "share")
    assert (chart.kind, chart.missing, len(chart.points)) == ("p", ("2024-04",), 11)


def one_month(year: int, month: int, value: int) -> list[Month]:
    months = [(m, value if m == month else 0) for m in range(1, 13)]
    return [Month(f"{year}-{m:02d}", Fraction(v), v) for m, v in months]


def test_a_count_that_asks_for_one_month_only_has_no_course():
    assert control_chart(one_month(2024, 2, 896), "count", earlier=one_month(2023, 2, 968)) is None
    # In another month of the year before, or without one: cases that came together, which is news.
    assert control_chart(one_month(2024, 2, 896), "count", earlier=one_month(2023, 3, 968)) is not None
    assert control_chart(one_month(2024, 2, 896), "count") is not None


# --- run rules ------------------------------------------------------------------------------------

QUIET = [10, 12, 10, 12, 10, 12, 10, 12, 10, 12, 10, 12]


def test_rule_1_one_point_beyond_the_limits():
    chart = xmr_chart(series([*QUIET[:6], 30, *QUIET[7:]]))
    assert ("beyond_limits", "high", "07", "07") in found(chart)
    assert chart.points[6].rules[0] == "beyond_limits" and set(chart.wide_ranges) == {"2024-07", "2024-08"}


def test_rule_2_nine_on_one_side():
    nine = p_chart(shares([(80, 100)] * 3 + [(92, 100), (91, 100)] * 4 + [(92, 100)]))
    assert ("one_side", "high", "04", "12") in found(nine)
    eight = p_chart(shares([(80, 100)] * 4 + [(92, 100), (91, 100)] * 4))
    assert "one_side" not in [s.rule for s in eight.signals]


def test_rule_3_six_rising_points_and_not_five():
    six = xmr_chart(series([10, 14, 11, 12, 13, 14, 15, 16, 10, 14, 10, 14]))
    assert ("trending", "high", "03", "08") in found(six)
    five = xmr_chart(series([10, 14, 11, 12, 13, 14, 15, 10, 14, 10, 14, 10]))
    assert "trending" not in [s.rule for s in five.signals]
    level = xmr_chart(series([10, 14, 11, 12, 12, 13, 14, 15, 10, 14, 10, 14]))
    assert "trending" not in [s.rule for s in level.signals]


def test_rule_5_two_of_three_beyond_two_sigma():
    # p̄ = .9025, σ = .0297 at n = 100: 84 lies 2.1 σ below
    months = [(91, 100)] * 5 + [(84, 100), (91, 100), (84, 100)] + [(92, 100), (91, 100), (93, 100), (92, 100)]
    assert found(p_chart(shares(months))) == [("two_of_three", "low", "06", "08")]


def test_rule_6_four_of_five_beyond_one_sigma():
    months = (
        [(92, 100), (93, 100), (91, 100), (92, 100)]
        + [(86, 100), (86, 100), (91, 100), (86, 100), (86, 100)]
        + [(93, 100)] * 3
    )
    assert found(p_chart(shares(months))) == [("four_of_five", "low", "05", "09")]


def test_stretches_that_overlap_are_one_signal():
    chart = xmr_chart(series([1, 2, 3, 4, 5, 6, 7, 8]))
    assert [s for s in found(chart) if s[0] == "trending"] == [("trending", "high", "01", "08")]


def test_a_missing_month_breaks_a_run():
    whole = xmr_chart(series([10, 14, 11, 12, 13, 14, 15, 16, 10, 14, 10]))
    broken = xmr_chart(series([10, 14, 11, 12, 13, None, 14, 15, 16, 10, 14, 10]), ("2024-06",))
    assert "trending" in [s.rule for s in whole.signals]
    assert "trending" not in [s.rule for s in broken.signals]


# --- what must stay silent ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chart",
    [
        xmr_chart(series([7] * 12)),
        p_chart(shares([(50, 50)] * 12)),
        p_chart(shares([(0, 50)] * 12)),
        p_chart(shares([(45, 50)] * 12)),
        xmr_chart(series([0.1 + 0.2] * 6 + [0.3] * 6)),
    ],
)
def test_a_constant_series_has_no_signal(chart):
    assert chart.signals == () and chart.wide_ranges == ()


def test_small_months_need_the_exact_tail():
    """One miss in five rows lies far beyond three "σ" at 99 %, and happens once in twenty such months."""
    quiet = [(198, 200)] * 11
    chart = p_chart(shares([*quiet, (4, 5)]))
    assert chart.points[-1].value < chart.points[-1].low and chart.points[-1].small
    assert chart.signals == ()
    assert found(p_chart(shares([*quiet, (1, 5)]))) == [("beyond_limits", "low", "12", "12")]


def test_small_months_start_no_run():
    """Where hardly a miss is to be expected nearly every month lies above the centre: no signal."""
    chart = p_chart(shares([(20, 20)] * 11 + [(19, 20)]))
    assert all(p.small for p in chart.points) and chart.signals == ()


@pytest.mark.parametrize(
    ("months", "points"),
    [([], None), ([Month("2024-01", None, 0, 0)], None), ([Month("2024-01", Fraction(1, 2), 2, 1)], 1)],
)
def test_no_month_or_one_month(months, points):
    chart = control_chart(months, "share")
    if points is None:
        assert chart is None
    else:
        told = chart.to_json()
        assert (told["centre"], len(told["points"]), told["signals"]) == (None, 1, [])
        assert told["points"][0]["low"] is None


def test_five_months_have_points_but_no_limits():
    assert xmr_chart(series([1, 2, 3, 4, 5])).centre is None
    assert xmr_chart(series([1, 2, 3, 4, 5, 6])).centre == 3.5


def test_the_rules_are_told_in_words_with_their_source():
    told = xmr_chart(series([*QUIET[:6], 30, *QUIET[7:]])).to_json()
    assert told["source"] == "Nelson（1984）判异准则第1、2、3、5、6条" and len(told["rules"]) == 5
    assert told["signals"][0]["words"] == "1个点超出三倍标准差的控制限"


# --- properties -----------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.lists(st.integers(-1000, 1000), min_size=6, max_size=12), st.integers(1, 64), st.integers(-500, 500))
def test_limits_move_and_scale_with_the_data(values, factor, shift):
    base, moved = xmr_chart(series(values)), xmr_chart(series([v * factor + shift for v in values]))
    for one, other in zip(base.points, moved.points, strict=True):
        assert other.low == pytest.approx(one.low * factor + shift, abs=1e-6)
        assert other.high == pytest.approx(one.high * factor + shift, abs=1e-6)
    assert found(base) == found(moved)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 200), min_size=6, max_size=12))
def test_a_share_and_its_complement_have_mirrored_charts(hits):
    kept = p_chart(shares([(h, 200) for h in hits]))
    missed = p_chart(shares([(200 - h, 200) for h in hits]))
    for one, other in zip(kept.points, missed.points, strict=True):
        assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low), abs=1e-12)
    mirror = {"high": "low", "low": "high"}
    assert {(r, mirror[s], a, b) for r, s, a, b in found(kept)} == set(found(missed))


def test_few_false_alarms_on_months_in_control():
    """Five rules over twelve months: in-control years with a signal stay a minority."""
    dice = np.random.default_rng(7)
    alarms = sum(
        bool(p_chart(shares([(int(h), 300) for h in dice.binomial(300, 0.95, 12)])).signals) for _ in range(300)
    )
    assert alarms / 300 < 0.15


def test_months_that_vary_more_than_sampling_are_told():
    dice = np.random.default_rng(3)
    plain = p_chart(shares([(int(h), 5000) for h in dice.binomial(5000, 0.9, 12)]))
    wide = p_chart(shares([(int(h), 5000) for h in dice.binomial(5000, dice.beta(90, 10, 12))]))
    assert plain.dispersion < 1.6 and wide.dispersion > 3
    assert wide.to_json()["dispersion"] == wide.dispersion
    one_bad = p_chart(shares([(900, 1000), (905, 1000)] * 4 + [(700, 1000)] + [(900, 1000), (905, 1000), (900, 1000)]))
    assert one_bad.dispersion < 1


# --- months that vary more, two years, rare counts ------------------------------------------------


def test_months_that_vary_more_than_sampling_have_wider_limits():
    wide = [(930, 1000), (970, 1000), (940, 1000), (975, 1000), (935, 1000), (965, 1000)] * 2
    chart = p_chart(shares(wide))
    assert chart.dispersion > 3 and chart.signals == ()
    sampling = np.sqrt(chart.centre * (1 - chart.centre) / 1000)
    assert chart.points[0].high == pytest.approx(min(1, chart.centre + 3 * chart.dispersion * sampling))
    assert ("beyond_limits", "low", "08", "08") in found(p_chart(shares([*wide[:7], (600, 1000), *wide[8:]])))


def test_limits_rest_on_both_years_and_signals_on_this_one():
    last = [(f"2023-{i:02d}", h, 100) for i, h in enumerate([90, 92, 88, 91, 89, 60, 90, 92, 88, 91, 89, 90], start=1)]
    now = shares([(90, 100), (91, 100), (70, 100)])
    chart = p_chart(now, (), last)
    assert (chart.based_on, len(chart.points)) == (15, 3)
    assert chart.centre == pytest.approx((sum(h for _, h, _ in last) + 251) / 1500)
    assert found(chart) == [("beyond_limits", "low", "03", "03")]  # last year's June is last year's
    assert p_chart(now).centre is None  # three months alone are too few


def test_rare_counts_are_judged_exactly():
    def chart(counts):
        months = [Month(f"2024-{i:02d}", Fraction(c), c, c) for i, c in enumerate(counts, start=1)]
        return control_chart(months, "count")

    quiet = chart([0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 0, 1])
    assert (quiet.kind, quiet.signals, quiet.points[0].low) == ("c", (), 0)
    loud = chart([0, 1, 0, 0, 9, 0, 1, 0, 0, 1, 0, 1])
    assert found(loud) == [("beyond_limits", "high", "05", "05")]
    assert chart([0] * 12).signals == ()
    varied = chart([0, 7, 0, 6, 0, 0, 8, 0, 5, 0, 0, 7])  # they come in bunches
    assert varied.signals == ()


def test_exact_limits_of_rare_counts_cry_seldom():
    rng = np.random.default_rng(7)
    cries = 0
    for _ in range(300):
        months = [
            Month(f"2024-{i:02d}", Fraction(int(c)), int(c), int(c)) for i, c in enumerate(rng.poisson(0.8, 12), 1)
        ]
        cries += bool(control_chart(months, "count").signals)
    assert cries <= 15  # at most 5 % of years
