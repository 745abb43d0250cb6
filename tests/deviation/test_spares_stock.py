"""The base stock: smallest that reaches the level, right for bursts, proved by long simulated years."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import gamma, poisson

from helpers.deviation.replay import replay
from helpers.deviation.stock import DAY, Dispersion, base_stock, dispersion, lead_of, service

YEAR = 365 * DAY
BURSTS = Dispersion(3.0, 0.001, 12, 0.8)


def poisson_cdf(k: int, mean: float) -> float:
    """By its own formula, not the library's."""
    return math.fsum(math.exp(-mean + i * math.log(mean) - math.lgamma(i + 1)) for i in range(k + 1)) if k >= 0 else 0.0


@settings(max_examples=150)
@given(st.integers(1, 400), st.integers(1, 60), st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]))
def test_the_smallest_stock_that_reaches_the_level(demand: int, days: int, level: float) -> None:
    found = base_stock(demand, days * DAY, YEAR, level, None)
    mean = demand * days / 365
    assert found.distribution == "poisson" and found.in_lead == pytest.approx(mean)
    assert found.service == pytest.approx(poisson_cdf(found.stock - 1, mean), abs=1e-9)
    assert found.service >= level - 1e-9
    assert found.stock == 1 or poisson_cdf(found.stock - 2, mean) < level + 1e-9


def test_by_hand() -> None:
    # 36.5 demands a year over 10 days: one on order on average; P(0)=0.368, P(≤3)=0.981, P(≤2)=0.920.
    assert base_stock(73, 5 * DAY, YEAR, 0.95, None).stock == 4
    assert base_stock(73, 5 * DAY, YEAR, 0.90, None).stock == 3
    assert base_stock(5, 0, YEAR, 0.95, None).stock == 1, "what comes at once needs one piece to be taken"
    with pytest.raises(ValueError, match="no demand"):
        base_stock(0, DAY, YEAR, 0.95, None)


@pytest.mark.parametrize(("mean", "shape"), [(0.4, 0.8), (2.5, 0.8), (6.0, 3.0)])
def test_bursts_are_a_gamma_mixture_seen_by_a_demand(mean: float, shape: float) -> None:
    """Demands fall into busy spells in proportion to their rate."""
    for stock in (1, 2, 5, 9):

        def density(x: float, stock: int = stock) -> float:
            return float(x * gamma.pdf(x, shape, scale=mean / shape) * poisson.cdf(stock - 1, x))

        weighted, _ = quad(density, 0, 30 * mean, limit=300)
        assert service(mean, shape, stock) == pytest.approx(weighted / mean, abs=1e-6)


def test_bursts_take_more_stock() -> None:
    even, bursts = base_stock(60, 10 * DAY, YEAR, 0.95, None), base_stock(60, 10 * DAY, YEAR, 0.95, BURSTS)
    assert bursts.distribution == "negative_binomial" and bursts.shape == 0.8
    assert bursts.stock > even.stock and bursts.service >= 0.95
    calm = Dispersion(1.4, 0.2, 12, 12.5)
    assert base_stock(60, 10 * DAY, YEAR, 0.95, calm) == even, "an uneven year within chance stays Poisson"


def test_service_is_kept_in_a_long_run() -> None:
    """Poisson demand, lead times of any shape: the replay's share without waiting is the planned one (Palm)."""
    random = np.random.default_rng(7)
    times = np.sort(random.integers(0, 300 * YEAR, 300 * 40))
    leads = random.choice([2 * DAY, 3 * DAY, 30 * DAY], len(times))
    found = base_stock(40, float(leads.mean()), YEAR, 0.95, None)
    waits = np.array(replay([int(t) for t in times], [int(x) for x in leads], found.stock))
    assert (waits == 0).mean() == pytest.approx(found.service, abs=0.006)


def test_service_is_kept_in_bursts() -> None:
    """Months of very different demand: Poisson's stock falls short, the negative binomial's does not."""
    random = np.random.default_rng(11)
    times, month = [], YEAR // 12
    for number in range(12 * 400):
        n = random.poisson(random.gamma(0.7, 5 / 0.7))
        times += [int(number * month + t) for t in random.integers(0, month, n)]
    lead, spread = 6 * DAY, Dispersion(1 + 5 / 0.7, 0.0, 12, 0.7)
    share = {}
    for name, one in (("poisson", None), ("bursts", spread)):
        found = base_stock(60, lead, YEAR, 0.95, one)
        waits = np.array(replay(sorted(times), [lead] * len(times), found.stock))
        share[name] = (waits == 0).mean()
    assert share["poisson"] < 0.9 < 0.945 < share["bursts"]


def test_dispersion_finds_bursts_and_only_them() -> None:
    random = np.random.default_rng(3)
    false = 0
    for _ in range(300):
        n = random.poisson(50)
        found = dispersion([int(t) for t in random.integers(0, YEAR, n)], 0, YEAR, 5 * DAY)
        false += found is not None and found.over
    assert false <= 300 * 0.08
    days = random.integers(0, 365, 8)
    afternoons = [int(day * DAY + hour * 900) for day in days for hour in range(8)]
    found = dispersion(afternoons, 0, YEAR, DAY)
    assert found is not None and found.over and found.shape is not None and found.shape < 1
    season = [int(t) for t in random.integers(0, YEAR // 6, 30)] + [int(t) for t in random.integers(0, YEAR, 30)]
    found = dispersion(season, 0, YEAR, DAY)
    assert found is not None and found.over


def test_dispersion_by_hand() -> None:
    """Three demands in the first of twelve windows: chi-square 33 at 11 degrees of freedom."""
    found = dispersion([0, 1, 2], 0, YEAR, 0.0)
    assert found is not None and found.windows == 12
    assert found.index == pytest.approx(33 / 11) and found.p_value == pytest.approx(0.000526, abs=2e-6)
    assert found.shape == pytest.approx(0.25 / 2)
    assert dispersion([0], 0, YEAR, 0.0) is None
    late = dispersion([YEAR + DAY, -DAY], 0, YEAR, DAY)
    assert late is not None and late.index == pytest.approx(10 / 11), "what lies outside counts with the nearest window"


def test_lead_times() -> None:
    found = lead_of([10, 30, 20, 90], open_=1, declared=5)
    assert found is not None and (found.median, found.p10, found.p90, found.longest) == (20, 10, 90, 90)
    assert (found.mean, found.n, found.open_, found.source) == (37.5, 4, 1, "recorded")
    told = lead_of([], declared=7 * DAY)
    assert told is not None and (told.mean, told.n, told.source) == (7 * DAY, 0, "declared")
    assert lead_of([]) is None
