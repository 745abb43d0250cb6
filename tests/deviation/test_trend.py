"""A course against the target is raised beyond chance only; last year's figure stands beside this year's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import kendalltau
from statsmodels.stats.proportion import proportions_ztest

from helpers.deviation.chance import chance
from helpers.deviation.last_year import Before
from helpers.deviation.raised import Observed, raise_deviations
from helpers.deviation.trend import months_course, since_last_year

F = Fraction


@dataclass(frozen=True)
class Month:
    month: str
    value: Fraction | None
    n: int
    hits: int | None = None


def shares(pairs, year=2024):
    return [
        Month(f"{year}-{i:02d}", F(int(h), int(n)) if n else None, int(n), int(h))
        for i, (h, n) in enumerate(pairs, start=1)
    ]


def values(numbers, n=20, year=2024):
    return [Month(f"{year}-{i:02d}", None if v is None else F(str(v)), n) for i, v in enumerate(numbers, start=1)]


FALLING = shares([(990 - 8 * i, 1000) for i in range(12)])  # 99.0 % to 90.2 %
TIMELY = Observed(
    indicator="timely",
    part=None,
    status="met",
    unit="比例",
    target=F(9, 10),
    actual=F(946, 1000),
    direction="higher",
    agg="share",
    rows=12000,
    months=FALLING,
    hits=11352,
)


def kinds(observed):
    return [d.kind for d in raise_deviations([observed])]


# --- the months -----------------------------------------------------------------------------------


def test_a_planted_course_is_raised_with_its_size():
    (found,) = raise_deviations([TIMELY])
    assert found.kind == "trend" and found.gap == F(9, 10) - F(946, 1000)
    trend = found.to_json()["trend"]
    assert (trend["by"], trend["tau"], trend["months"]) == (["months"], -1, 12)
    assert trend["slope"] == pytest.approx(-0.008) and trend["first"] == pytest.approx(0.99)
    assert trend["last"] == pytest.approx(0.902)
    assert trend["ahead"] == pytest.approx(0.99 - 0.008 * 17.5) and trend["ahead_misses"] is True  # 85 % next year


def test_the_p_value_is_that_of_the_library():
    numbers = [9, 8, 8.5, 7, 9.5, 7.5, 6.5, 6, 5.5, 6.2, 5, 4]
    found = months_course(values(numbers), "mean", "higher")
    assert (found.tau, found.p_value) == tuple(kendalltau(range(12), numbers))


def test_a_course_towards_the_better_is_not_raised():
    rising = [replace(m, value=o.value, hits=o.hits) for m, o in zip(FALLING, FALLING[::-1], strict=True)]
    assert kinds(replace(TIMELY, months=rising)) == []
    rising = values([1, 2, 3, 4, 5, 6, 7, 8])
    assert months_course(rising, "mean", "higher") is None
    assert months_course(rising, "mean", "lower").tau == pytest.approx(1)


def test_the_target_of_a_count_is_a_years_target():
    months = [Month(f"2024-{i:02d}", F(i), i) for i in range(1, 13)]
    found = Observed(
        indicator="c",
        part=None,
        status="met",
        unit="件",
        target=F(200),
        actual=F(78),
        direction="lower",
        agg="count",
        rows=78,
        months=months,
    )
    (deviation,) = raise_deviations([found])
    assert deviation.kind == "trend" and deviation.trend["ahead"] == pytest.approx(12 * 18.5)
    assert deviation.trend["ahead_misses"] is True


def test_months_of_a_count_that_stay_within_the_years_target_are_no_trend():
    months = [Month(f"2024-{i:02d}", F(i), i) for i in range(1, 13)]
    assert (
        kinds(
            Observed(
                indicator="c",
                part=None,
                status="met",
                unit="件",
                target=F(300),
                actual=F(78),
                direction="lower",
                agg="count",
                rows=78,
                months=months,
            )
        )
        == []
    )


def test_the_season_is_no_trend_unless_the_year_is_worse():
    last = Before(fiscal_year=2023, value=F(946, 1000), n=12000, hits=11352, unit="比例", months=FALLING)
    assert kinds(replace(TIMELY, before=last)) == []
    higher = [replace(m, value=m.value + F(34, 1000), hits=m.hits + 34) for m in FALLING]
    better = replace(last, value=F(98, 100), hits=11760, months=higher)
    (found,) = raise_deviations([replace(TIMELY, before=better)])
    assert found.trend["by"] == ["months", "last_year"] and found.trend["seasonal"] is True


def test_an_exact_target_has_no_trend():
    assert "trend" not in kinds(replace(TIMELY, direction="equal", target=F(946, 1000)))


def test_a_shortfall_carries_its_trend_and_is_raised_once():
    (found,) = raise_deviations([replace(TIMELY, status="not_met")])
    assert found.kind == "shortfall" and found.trend["by"] == ["months"]


def test_a_result_can_be_fragile_and_on_the_move():
    edge = replace(TIMELY, target=F(945, 1000))
    assert kinds(edge) == ["fragile", "trend"]


@pytest.mark.parametrize(
    "months", [(), FALLING[:1], FALLING[:5], shares([(0, 0)] * 12), shares([(10, 10)] * 12), values([None] * 12)]
)
def test_too_little_to_say(months):
    assert months_course(months, "share", "higher") is None


def test_months_with_more_and_more_rows_are_no_trend():
    """At one rate throughout, months of few rows are often without a miss, those of many never are."""
    pairs = [
        (5, 5),
        (6, 6),
        (8, 8),
        (10, 10),
        (12, 12),
        (199, 200),
        (298, 300),
        (397, 400),
        (495, 500),
        (593, 600),
        (691, 700),
        (789, 800),
    ]
    assert kendalltau(range(12), [h / n for h, n in pairs]).pvalue < 0.05
    assert months_course(shares(pairs), "share", "higher") is None


def test_a_course_of_last_year_too_may_be_the_season():
    assert months_course(FALLING, "share", "higher").seasonal is False
    assert months_course(FALLING, "share", "higher", FALLING).seasonal is True


@pytest.mark.parametrize("agg", ["mean", "share"])
def test_white_noise_is_hardly_ever_raised(agg):
    """With last year beside it, both rules together: at most one series in twenty."""
    dice, raised, runs = np.random.default_rng(11), 0, 300
    for _ in range(runs):
        if agg == "mean":
            one, last = (values(np.round(dice.normal(10, 1, 12), 3)) for _ in range(2))
            actual, before = F(10), Before(fiscal_year=2023, value=F(10), months=last, unit="小时")
            observed = Observed(
                indicator="x",
                part=None,
                status="met",
                unit="小时",
                target=F(20),
                actual=actual,
                direction="lower",
                agg="mean",
                rows=240,
                months=one,
                before=before,
            )
        else:
            n = dice.integers(20, 200, 12)
            pairs = [list(zip(dice.binomial(n, 0.95), n, strict=True)) for _ in range(2)]
            hits = [int(sum(h for h, _ in p)) for p in pairs]
            total = int(n.sum())
            before = Before(
                fiscal_year=2023,
                value=F(hits[1], total),
                n=total,
                hits=hits[1],
                unit="比例",
                months=shares(pairs[1], 2023),
            )
            observed = Observed(
                indicator="x",
                part=None,
                status="met",
                unit="比例",
                target=F(1, 2),
                actual=F(hits[0], total),
                direction="higher",
                agg="share",
                rows=total,
                months=shares(pairs[0]),
                hits=hits[0],
                before=before,
            )
        raised += "trend" in kinds(observed)
    assert raised / runs <= 0.05


# --- since last year ------------------------------------------------------------------------------


def test_worse_than_last_year_beyond_chance_is_a_trend():
    level = shares([(95, 100)] * 12)
    before = Before(
        fiscal_year=2023, value=F(99, 100), n=1200, hits=1188, unit="比例", months=shares([(99, 100)] * 12, 2023)
    )
    (found,) = raise_deviations([replace(TIMELY, months=level, actual=F(95, 100), rows=1200, hits=1140, before=before)])
    told = found.to_json()
    assert found.kind == "trend" and told["trend"] == {"by": ["last_year"]}
    assert told["since_last_year"] == {
        "fiscal_year": 2023,
        "value": 0.99,
        "unit": "比例",
        "change": -0.04,
        "comparable": True,
        "p_value": pytest.approx(proportions_ztest([1188, 1140], [1200, 1200])[1]),
        "beyond_chance": True,
    }


def test_better_than_last_year_is_not():
    before = Before(fiscal_year=2023, value=F(90, 100), n=1200, hits=1080, unit="比例", months=())
    one = replace(TIMELY, months=(), actual=F(95, 100), rows=1200, hits=1140, before=before)
    assert kinds(one) == []
    (short,) = raise_deviations([replace(one, status="not_met")])
    # Without months nobody knows how much years differ by themselves: the counts prove nothing.
    assert short.trend is None and short.since["change"] == F(5, 100) and short.since["beyond_chance"] is None
    level = shares([(95, 100)] * 12), shares([(90, 100)] * 12, year=2023)
    assert (
        since_last_year(F(95, 100), 1200, 1140, "比例", level[0], "share", replace(before, months=level[1]))[
            "beyond_chance"
        ]
        is True
    )


def test_months_that_differ_widely_make_a_change_less_sure():
    wide = [(80, 100), (99, 100)] * 6
    before = Before(fiscal_year=2023, value=F(895, 1000), n=1200, hits=1074, unit="比例", months=shares(wide, 2023))
    better = [(min(100, h + 4), n) for h, n in wide[::-1]]
    hits = sum(h for h, _ in better)
    found = since_last_year(F(hits, 1200), 1200, hits, "比例", shares(better), "share", before)
    assert chance(Share(1074, 1200), Share(hits, 1200)) < 0.05 < found["p_value"]
    assert found["beyond_chance"] is False


@dataclass(frozen=True)
class Share:
    hits: int
    n: int
    unit: str = "比例"

    @property
    def value(self):
        return F(self.hits, self.n)


def test_rare_counts_are_compared_exactly():
    def months(counts, year):
        return [Month(f"{year}-{i:02d}", F(c), c, c) for i, c in enumerate(counts, start=1)]

    before = Before(
        fiscal_year=2023, value=F(4), n=4, hits=4, unit="件", months=months([1, 0, 1, 0, 0, 2] + [0] * 6, 2023)
    )
    found = since_last_year(F(0), 0, 0, "件", months([0] * 12, 2024), "count", before)
    assert found["p_value"] >= 0.12 and found["beyond_chance"] is False  # 4 against 0: 2 × 0.5^4


def test_a_measure_declared_otherwise_is_named_but_not_compared():
    before = Before(fiscal_year=2023, value=F(99, 100), n=1200, hits=1188, unit="比例", months=FALLING, same=False)
    found = since_last_year(F(9, 10), 1200, 1080, "比例", FALLING, "share", before)
    assert (found["value"], found["change"], found["comparable"], found["p_value"]) == (F(99, 100), None, False, None)
    assert since_last_year(F(3), 3, None, "件", (), "count", replace(before, same=True))["comparable"] is False


def test_values_are_compared_by_their_months():
    before = Before(
        fiscal_year=2023, value=F(10), months=values([10, 11, 9, 10.5, 9.5, 10.2, 9.8], year=2023), unit="小时"
    )
    now = values([15, 16, 14, 15.5, 14.5, 15.2, 14.8])
    assert since_last_year(F(15), 140, None, "小时", now, "mean", before)["beyond_chance"] is True
    assert since_last_year(F(15), 140, None, "小时", now[:5], "mean", before)["p_value"] is None
    same = values([10] * 6)
    assert (
        since_last_year(
            F(10), 1, None, "小时", same, "mean", Before(fiscal_year=2023, value=F(10), months=same, unit="小时")
        )["p_value"]
        == 1
    )


def test_without_last_year_there_is_nothing_to_compare():
    assert since_last_year(F(1), 1, 1, "比例", (), "share", None) is None
    assert since_last_year(F(1), 1, 1, "比例", (), "share", Before(fiscal_year=2023, value=None)) is None
