"""How much of a month passes into the next: weighed, never taken as known."""

import numpy as np
import pytest

from helpers.deviation.carry_over import CARRIED, weighed
from helpers.deviation.effect import Cell, change_at


def wandering(seed, carried, months=240, spread=1.0):
    rng, state, out = np.random.default_rng(seed), 0.0, []
    for _ in range(months):
        state = carried * state + (1 - carried**2) ** 0.5 * rng.normal()
        out.append(spread * state)
    return np.array(out)


def worlds(values, sampling=0.0):
    n = len(values)
    return weighed(np.ones((n, 1)), values - values.mean(), np.arange(n, dtype=float), np.ones(n), np.full(n, sampling))


@pytest.mark.parametrize("carried", [0.0, 0.4, 0.8])
def test_long_records_tell_the_carry_over(carried):
    found = worlds(wandering(11, carried))
    assert sum(world.weight for world in found) == pytest.approx(1)
    assert sum(world.weight * world.carried for world in found) == pytest.approx(carried, abs=0.1)


def test_two_years_leave_it_open():
    weights = [world.weight for world in worlds(wandering(11, 0.5, months=24))]
    assert max(weights) < 0.2 and len(weights) == len(CARRIED)


def test_the_scale_makes_residuals_as_large_as_they_should_be():
    values = wandering(3, 0.0, spread=2.0)
    alone = worlds(values)[0]  # nothing carried over, no sampling: the plain variance
    assert alone.covariance[0, 0] == pytest.approx(values.var(ddof=1), rel=1e-5) and alone.freedom == len(values) - 1
    assert worlds(values, sampling=3.0)[0].covariance[0, 0] == pytest.approx(values.var(ddof=1), rel=1e-5)


def test_months_that_differ_by_sampling_alone_add_nothing():
    for world in worlds(wandering(3, 0.0), sampling=4.0):
        assert np.array_equal(world.covariance, np.diag(np.full(240, 4.0))) and np.isinf(world.freedom)


def test_constant_months_are_no_error():
    assert all(np.isfinite(world.weight) for world in worlds(np.zeros(24)))
    cells = [Cell(at=i + 0.5, after=i >= 12, n=50, value=0.8 + 0.1 * (i >= 12)) for i in range(24)]
    assert (change_at(cells).p_value, change_at(cells).low) == (0.0, pytest.approx(0.1))


def test_two_cells_at_one_place_are_no_error():
    values = wandering(7, 0.3, months=24)
    at = np.repeat(np.arange(12.0), 2)
    found = weighed(np.ones((24, 1)), values - values.mean(), at, np.ones(24), np.zeros(24))
    assert sum(world.weight for world in found) == pytest.approx(1)


def test_a_level_that_wanders_widens_the_interval():
    def width(values):
        found = change_at([Cell(at=i + 0.5, after=i >= 12, n=50, value=v) for i, v in enumerate(values)])
        return found.high - found.low

    values = wandering(5, 0.9, months=24)
    shuffled = np.random.default_rng(1).permutation(values)
    assert width(values) > 1.5 * width(shuffled)
