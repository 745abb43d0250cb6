"""Shortfalls, overshoots and fragile results are raised with their size and reason; plain results are not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd
import pytest

from helpers.deviation.decompose import Aim, decompose
from helpers.deviation.raised import Observed, fragile, raise_deviations
from helpers.deviation.values import side
from helpers.indicators import Target
from helpers.indicators.plain import plain
from tests.deviation.by_rows import drill_down, misses_of

F = Fraction


@dataclass(frozen=True)
class Month:
    month: str
    value: Fraction | None
    n: int
    hits: int | None = None


def months(pairs):
    """(hits, n) month by month as shares."""
    return [Month(f"2024-{i:02d}", F(h, n) if n else None, n, h) for i, (h, n) in enumerate(pairs, start=1)]


SHARE = Observed(
    indicator="timely",
    part="维修",
    status="met",
    unit="比例",
    target=F(9, 10),
    actual=F(92, 100),
    direction="higher",
    agg="share",
    rows=1200,
)


def one(**changes):
    return replace(SHARE, **changes)


def only(observed):
    (found,) = raise_deviations([observed])
    return found


# --- what is raised -------------------------------------------------------------------------------


def test_a_shortfall_of_a_lower_bound():
    found = only(one(status="not_met", actual=F(4, 5)))
    assert (found.kind, found.gap, found.unit, found.part) == ("shortfall", F(1, 10), "比例", "维修")


def test_a_shortfall_of_an_upper_bound_is_positive_too():
    found = only(
        Observed(
            indicator="cost",
            part=None,
            status="not_met",
            unit="元/人",
            target=F(170000),
            actual=F(180000),
            direction="lower",
        )
    )
    assert (found.kind, found.gap) == ("shortfall", F(10000))


@pytest.mark.parametrize(("actual", "gap"), [(F(9), F(2)), (F(13), F(2))])
def test_an_exact_target_can_be_missed_on_both_sides(actual, gap):
    assert (
        only(
            Observed(
                indicator="staff",
                part=None,
                status="not_met",
                unit="人",
                target=F(11),
                actual=actual,
                direction="equal",
            )
        ).gap
        == gap
    )


def test_a_shortfall_that_is_no_number_has_no_gap():
    found = only(
        Observed(
            indicator="quality", part=None, status="partly_met", unit=None, target=None, actual=None, direction=None
        )
    )
    assert (found.kind, found.gap) == ("shortfall", None)


def test_an_overshoot_has_a_negative_gap():
    found = only(
        Observed(
            indicator="efficiency",
            part=None,
            status="met",
            unit="比例",
            target=F(5, 100),
            actual=F(1, 10),
            direction="higher",
            overshoot=True,
        )
    )
    assert (found.kind, found.gap) == ("overshoot", F(-5, 100))


def test_what_is_met_or_unknown_is_not_raised():
    assert raise_deviations([SHARE, one(status="unknown", actual=None), one(status="met", overshoot=False)]) == []


def test_each_result_is_raised_once_and_in_order():
    found = raise_deviations(
        [
            one(indicator="a", status="not_met", overshoot=True),
            SHARE,
            one(indicator="b", overshoot=True, interval=(0.8, 0.95)),
        ]
    )
    assert [(d.indicator, d.kind) for d in found] == [("a", "shortfall"), ("b", "overshoot")]


# --- fragile --------------------------------------------------------------------------------------


def test_a_sample_whose_interval_reaches_past_the_target_is_fragile():
    found = only(one(interval=(0.8544, 0.9571)))
    assert (found.kind, found.gap, found.interval, found.facts["reason"]) == (
        "fragile",
        F(-2, 100),
        (0.8544, 0.9571),
        "sample",
    )


@pytest.mark.parametrize(
    ("observed", "is_fragile"),
    [
        (one(interval=(0.9, 0.95)), False),  # reaches the target, not past it
        (one(interval=(0.899, 0.95)), True),
        (
            Observed(
                indicator="x",
                part=None,
                status="met",
                unit="比例",
                target=F(1, 10),
                actual=F(5, 100),
                direction="lower",
                interval=(0.02, 0.11),
            ),
            True,
        ),
        (
            Observed(
                indicator="x",
                part=None,
                status="met",
                unit="比例",
                target=F(1, 10),
                actual=F(5, 100),
                direction="lower",
                interval=(0.02, 0.10),
            ),
            False,
        ),
    ],
)
def test_past_the_target_means_on_the_wrong_side(observed, is_fragile):
    assert (fragile(observed) is not None) == is_fragile


def test_a_margin_smaller_than_one_bad_month_is_fragile():
    series = months([(93, 100)] * 11 + [(81, 100)])
    total = F(11 * 93 + 81, 1200)
    assert total == F(92, 100)
    assert fragile(one(months=series)) is None  # (1104 − 92 + 81)/1200 is still 0.9108
    worse = months([(92, 100)] * 11 + [(69, 100)])
    found = fragile(one(actual=F(1081, 1200), months=worse))
    assert found == {
        "reason": "bad_month",
        "month": "2024-12",
        "month_value": F(69, 100),
        "with_bad_month": (1081 - F(1081, 12) + 69) / 1200,
    }


def test_a_year_without_a_bad_month_is_not_fragile_even_at_the_target():
    assert fragile(one(target=F(1), actual=F(1), months=months([(46, 46)] * 12))) is None


def test_few_months_tell_nothing():
    assert fragile(one(actual=F(9, 10), months=months([(95, 100)] * 4 + [(70, 100)]))) is None


def test_months_without_records_are_left_out_of_a_rate():
    series = months([(92, 100)] * 6 + [(0, 0)] * 5 + [(70, 100)])
    assert fragile(one(actual=F(622, 700), target=F(88, 100), months=series))["month"] == "2024-12"


def test_a_count_with_an_upper_bound_is_fragile_when_a_month_like_the_worst_would_break_it():
    counts = [Month(f"2024-{i:02d}", F(v), v) for i, v in enumerate([0, 1, 1, 0, 1, 1, 0, 1, 4, 0, 0, 0], start=1)]
    count = Observed(
        indicator="complaints",
        part=None,
        status="met",
        unit="件",
        target=F(10),
        actual=F(9),
        direction="lower",
        agg="count",
        months=counts,
    )
    assert fragile(count)["with_bad_month"] == 9 - F(9, 12) + 4
    assert fragile(replace(count, target=F(13))) is None


def test_a_count_that_was_promised_and_done_is_not_fragile():
    counts = [Month(f"2024-{i:02d}", F(v), v) for i, v in enumerate([3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], start=1)]
    assert (
        fragile(
            Observed(
                indicator="trainings",
                part=None,
                status="met",
                unit="次",
                target=F(14),
                actual=F(14),
                direction="higher",
                agg="count",
                months=counts,
            )
        )
        is None
    )


def test_a_sample_is_judged_by_its_interval_not_by_months():
    assert (
        fragile(one(interval=(0.91, 0.93), actual=F(1081, 1200), months=months([(92, 100)] * 11 + [(69, 100)]))) is None
    )


# --- as results -----------------------------------------------------------------------------------


def test_the_object_of_the_results():
    rows = pd.DataFrame(
        {
            "_value": [True] * 7 + [False] * 3,
            "cause": [None] * 7 + ["备件", "备件", None],
            "device_model": ["M1"] * 9 + [None],
        }
    )
    aim = Aim("share", F(9, 10), "higher")
    splits = tuple(decompose(rows, name, aim) for name in ("cause", "device_model"))
    pair = ("cause", "device_model")
    deviation = replace(
        only(one(status="not_met", actual=F(7, 10), rows=10)),
        splits=splits,
        dimensions=pair,
        cells=drill_down(misses_of(rows, aim), pair),
        tickets=({"ticket_id": "T1"},),
    )
    found = deviation.to_json()
    assert found["gap"] == 0.2 and found["unexplained_rows"] == 1
    assert [
        (c["dimension"], c["cause"], c["words"], c["contribution"], c["avoidable"], c["rows"], c["misses"])
        for c in found["causes"]
    ] == [
        ("cause", "备件", "备件", 0.18, 0.9, 2, 2),
        ("cause", None, "未记录原因", 0.09, 0.8, 1, 1),
        ("cause", "达到要求的记录", "达到要求的记录", -0.07, None, 7, 0),
        ("device_model", "M1", "M1", 0.11, 0.9, 9, 2),
        ("device_model", None, "未记录原因", 0.09, 0.8, 1, 1),
    ]
    assert found["drilldown"] == [
        {"cause": "备件", "device_model": "M1", "rows": 2},
        {"cause": None, "device_model": None, "rows": 1},
    ]
    assert found["text_facts"] == {"actual": 0.7, "target": 0.9, "rows": 10}
    assert sum(c["contribution"] for c in found["causes"] if c["dimension"] == "cause") == pytest.approx(
        found["gap"], abs=1e-12
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (F(1, 2), 0.5),
        (F(4, 2), 2),
        (True, True),
        (None, None),
        (float("nan"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (3.0, 3),
        (pd.Timestamp(2024, 1, 2, 3), "2024-01-02T03:00:00"),
        ((0.1, F(1, 4)), [0.1, 0.25]),
        (pd.Series([7])[0], 7),
    ],
)
def test_plain_values(value, said):
    assert plain(value) == said and type(plain(value)) is type(said)


@pytest.mark.parametrize(
    ("op", "direction", "better"),
    [
        ("<=", "lower", "lower"),
        ("<", None, "lower"),
        (">=", None, "higher"),
        (">", "higher", "higher"),
        (None, "higher", "higher"),
        (None, None, None),
        ("=", None, "equal"),
        ("=", "equal", "equal"),
        ("=", "higher", "higher"),
    ],
)
def test_which_way_is_better(op, direction, better):
    assert side(Target(text="", kind="number", op=op, value=F(1), unit=None, direction=direction)) == better
