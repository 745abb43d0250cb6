"""Failure rates against the reference libraries, exposure against counting days, the order of replacement."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.rates import confint_poisson, test_poisson_2indep

from helpers.deviation.machine_days import Device, Failure, age_on, birthday, count, exposure
from helpers.deviation.replacement import Machine, Rate, against_rest, avoided, choose, p_value, rate, worse_than_new
from helpers.year.fiscal import FiscalYear

test_poisson_2indep.__test__ = False


@settings(max_examples=80)
@given(st.integers(0, 500), st.integers(1, 10**6))
def test_intervals_match_the_reference(failures: int, days: int) -> None:
    found = rate(failures, days)
    low, high = confint_poisson(failures, days / 365, method="exact-c")
    assert found.value == pytest.approx(failures / days * 365)
    assert found.low == pytest.approx(low if failures else 0.0, rel=1e-9)
    assert found.high == pytest.approx(high, rel=1e-9)


def test_no_exposure_is_no_rate() -> None:
    assert rate(3, 0) == Rate(failures=3, days=0, value=None, low=None, high=None)
    assert p_value(rate(3, 0), rate(1, 100)) is None and p_value(rate(0, 50), rate(0, 100)) is None


@settings(max_examples=60)
@pytest.mark.filterwarnings("ignore:divide by zero")
@given(st.integers(0, 60), st.integers(1, 5000), st.integers(0, 60), st.integers(1, 5000))
def test_the_exact_test_matches_the_reference(k1: int, d1: int, k2: int, d2: int) -> None:
    one, other = rate(k1, d1), rate(k2, d2)
    if k1 + k2:
        for greater, alternative in ((False, "two-sided"), (True, "larger")):
            known = test_poisson_2indep(k1, d1, k2, d2, method="exact-cond", alternative=alternative).pvalue
            assert p_value(one, other, greater=greater) == pytest.approx(known, abs=1e-9)


def test_small_counts_claim_nothing() -> None:
    """Three failures of one machine look like six times the fleet, and say nothing."""
    found = against_rest({"A": (3, 365), "B": (40, 40 * 365), "C": (38, 40 * 365)})
    assert [verdict for _, verdict in found.values()] == ["not_distinguishable"] * 3
    clear = against_rest({"A": (60, 20 * 365), "B": (20, 40 * 365), "C": (20, 40 * 365)})
    assert [verdict for _, verdict in clear.values()] == ["higher", "lower", "lower"]
    assert against_rest({"only": (5, 365)}) == {"only": (None, "unknown")}
    assert against_rest({"none": (0, 365), "idle": (0, 0)})["idle"] == (None, "unknown")


def test_a_fleet_without_structure_gets_none() -> None:
    """Eight equal models in 12 years: a claim in about one year of twenty."""
    random = np.random.default_rng(5)
    claims = worse = 0
    for _ in range(12):
        counts = {f"M{i}": (int(random.poisson(8)), 3650) for i in range(8)}
        claims += any(verdict != "not_distinguishable" for _, verdict in against_rest(counts).values())
        rates = {m: rate(*pair) for m, pair in counts.items()}
        worse += bool(worse_than_new(rates, dict.fromkeys(rates, rate(int(random.poisson(8)), 3650))))
    assert claims <= 3 and worse <= 3


# --- age --------------------------------------------------------------------------------------------

days = st.dates(dt.date(2014, 1, 1), dt.date(2025, 6, 30))


@settings(max_examples=150)
@given(days, st.none() | days)
def test_exposure_is_the_days_in_use_by_age(bought: dt.date, retired: dt.date | None) -> None:
    found = exposure(
        Device(id="D", model="M", kind="K", bought=bought, retired=retired, price=None), FiscalYear(2024), (3, 5, 8)
    )
    counted: dict[int, int] = {}
    for day in (dt.date(2024, 1, 1) + dt.timedelta(days=n) for n in range(366)):
        if day >= bought and (retired is None or day < retired):
            age = age_on(bought, day)
            assert age is not None
            band = max(b for b in (0, 3, 5, 8) if b <= age)
            counted[band] = counted.get(band, 0) + 1
    assert found == counted


def test_birthdays() -> None:
    assert birthday(dt.date(2020, 2, 29), 1) == dt.date(2021, 3, 1)
    assert (
        age_on(dt.date(2020, 5, 2), dt.date(2024, 5, 1)) == 3 and age_on(dt.date(2020, 5, 2), dt.date(2024, 5, 2)) == 4
    )
    assert age_on(None, dt.date(2024, 1, 1)) is None and age_on(dt.date(2025, 1, 1), dt.date(2024, 1, 1)) is None


def test_unknown_is_never_spread() -> None:
    devices = [
        Device(id="a", model="M", kind="K", bought=dt.date(2015, 1, 1), retired=None, price=None),
        Device(id="b", model="M", kind="K", bought=None, retired=None, price=None),
    ]
    failures = [
        Failure("a", "M", dt.date(2024, 3, 1)),
        Failure(None, "M", dt.date(2024, 3, 1)),
        Failure("b", None, dt.date(2024, 4, 1)),
        Failure("zz", "X", dt.date(2024, 4, 1)),
        Failure(None, None, None),
    ]
    found = count(devices, failures, FiscalYear(2024), (3, 5, 8))
    assert found.models == {"M": (3, 732)}
    assert found.cells == {("K", "M", 8): (1, 366), ("K", "M", None): (1, 366)}
    assert (found.failures, found.no_device, found.no_model) == (5, 3, 2)


# --- order ------------------------------------------------------------------------------------------


RATES = {"old": rate(200, 36500), "mid": rate(90, 36500), "same": rate(22, 36500)}
NEW = dict.fromkeys(RATES, rate(20, 36500, "K"))


def machine(id_: str, cell: str, price: int | None, age: int = 9, failures: int = 0) -> Machine:
    return Machine(id_, cell, None if price is None else Fraction(price), age, failures)


def test_the_order_of_replacement() -> None:
    fleet = [
        machine("d", "same", 1),
        machine("c", "mid", 100),
        machine("b", "old", 100),
        machine("a", "old", 100),
        machine("e", "old", 1000),
        machine("f", "old", None),
        machine("g", "old", 100, failures=4),
    ]
    found = choose(fleet, Fraction(400), RATES, NEW)
    assert [m.id for m in found.machines] == ["g", "a", "b", "c"], (
        "its own failures, then id; what is no worse than new stays"
    )
    assert found.cost == 400
    assert choose(fleet[::-1], Fraction(400), RATES, NEW) == found, "the order of the register does not matter"
    assert [m.id for m in choose(fleet, None, RATES, NEW).machines] == ["g", "a", "b", "c", "e"]
    assert choose(fleet, Fraction(0), RATES, NEW).machines == ()
    assert [m.id for m in choose([machine("z", "mid", 0), *fleet], Fraction(100), RATES, NEW).machines] == ["z", "g"]


@settings(max_examples=10)
@given(st.lists(st.sampled_from(["old", "mid"]), min_size=1, max_size=7), st.integers(0, 700))
def test_with_one_price_no_choice_avoids_more(cells: list[str], budget: int) -> None:
    fleet = [machine(str(i), cell, 100) for i, cell in enumerate(cells)]
    found = choose(fleet, Fraction(budget), RATES, NEW)
    best = max(
        sum((RATES[m.cell].value or 0) - (NEW[m.cell].value or 0) for m in some)  # type: ignore[index]
        for some in combinations(fleet, min(len(fleet), budget // 100))
    )
    assert found.avoided == pytest.approx(best) and found.cost <= budget


def test_the_interval_of_failures_avoided_holds() -> None:
    """In 300 fleets of known rates the 95 % interval covers the truth about as often."""
    random = np.random.default_rng(2)
    covered = 0
    for _ in range(300):
        rates = {"x": rate(int(random.poisson(60)), 36500), "y": rate(int(random.poisson(30)), 18250)}
        new = dict.fromkeys(rates, rate(int(random.poisson(20)), 36500, "K"))
        _, low, high = avoided(["x"] * 10 + ["y"] * 5, rates, new)
        covered += low <= 10 * (0.6 - 0.2) + 5 * (0.6 - 0.2) <= high
    assert covered >= 278


def test_one_cell_against_exactly_known_new_ones_is_its_own_interval() -> None:
    known = Rate(failures=0, days=1, value=0.0, low=0.0, high=0.0, name="K")
    one = rate(12, 3650)
    total, low, high = avoided(["x", "x"], {"x": one}, {"x": known})
    assert (total, low, high) == pytest.approx((2 * one.value, 2 * one.low, 2 * one.high))  # type: ignore[operator]
