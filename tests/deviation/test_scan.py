"""Combinations: planted ones are found whatever they are split by, and none is found where nothing is planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from helpers.deviation.adjusted import Coded
from helpers.deviation.scan import _sample as scan_sample
from helpers.deviation.scan import scan
from helpers.deviation.scan_cells import Periods, Trait, ratio

ROWS = 4000


def columns(seed, rows=ROWS):
    dice = np.random.default_rng(seed)
    return dice, {
        "day": np.sort(dice.integers(0, 360, rows)),
        "device": dice.integers(0, 400, rows),
        "engineer": dice.integers(0, 10, rows),
        "shift": (dice.random(rows) < 0.3).astype(int),
        "part": dice.integers(0, 8, rows),
    }


def looked_at(missed, table, without=("day", "device")):
    traits = [Trait(name, coded(values), name) for name, values in table.items() if name not in without]
    months = Periods(table["day"] // 30, tuple(f"2024年{m}月" for m in range(1, 13)))
    return scan(missed, traits, months, {"day": table["day"], "week": table["day"] // 7, "device": table["device"]})


def coded(values):
    codes, names = pd.factorize(values, sort=True)
    return Coded(codes, tuple(map(str, names)))


def found(cells):
    return [dict(cell.values) for cell in cells]


# --- planted --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_a_pair_is_found_and_nothing_else(seed):
    dice, table = columns(seed)
    pair = (table["engineer"] == 3) & (table["part"] == 5)
    missed = dice.random(ROWS) < np.where(pair, 0.35, 0.02)
    (cell,) = looked_at(missed, table)
    assert dict(cell.values) == {"engineer": "3", "part": "5"}
    assert (cell.rows, cell.misses, cell.of) == (pair.sum(), (missed & pair).sum(), missed.sum())
    assert cell.expected == pytest.approx(pair.sum() * missed.sum() / ROWS)
    assert cell.p_value <= 0.02 and cell.chance < 1e-6 and cell.excess == cell.misses - cell.expected
    assert cell.looked_at > 1000


@pytest.mark.parametrize("seed", range(3))
def test_three_properties_and_since_when(seed):
    dice, table = columns(seed)
    planted = (table["engineer"] == 3) & (table["shift"] == 1) & (table["day"] >= 150)
    missed = dice.random(ROWS) < np.where(planted, 0.5, 0.02)
    (cell,) = looked_at(missed, table)
    assert dict(cell.values) == {"engineer": "3", "shift": "1", "since": "2024年6月起"}


def test_a_change_in_time_alone():
    dice, table = columns(5)
    missed = dice.random(ROWS) < np.where(table["day"] < 90, 0.08, 0.01)
    assert found(looked_at(missed, table)) == [{"since": "2024年4月以前"}]


def test_one_engineer_is_one_property():
    dice, table = columns(6)
    missed = dice.random(ROWS) < np.where(table["engineer"] == 7, 0.1, 0.02)
    assert found(looked_at(missed, table)) == [{"engineer": "7"}]


def test_three_hours_are_told_as_one():
    dice, table = columns(7)
    table["hour"] = dice.integers(8, 18, ROWS)
    missed = (dice.random(ROWS) < 0.06) & np.isin(table["hour"], (9, 10, 14))
    traits = [Trait("hour", Coded(table["hour"], tuple(f"{h}时" for h in range(24))), "clock", told=False)]
    (cell,) = scan(missed, traits)
    assert dict(cell.values) == {"hour": "9时、10时、14时"}
    assert cell.misses == missed.sum() and cell.rows == np.isin(table["hour"], (9, 10, 14)).sum()


def test_splitting_a_group_and_adding_others_hides_nothing():
    dice, table = columns(8)
    pair = (table["engineer"] == 3) & (table["part"] == 5)
    missed = dice.random(ROWS) < np.where(pair, 0.5, 0.02)
    table["half"] = dice.integers(0, 2, ROWS)
    table["many"] = dice.integers(0, 60, ROWS)
    split = dict(table, engineer=table["engineer"] * 2 + dice.integers(0, 2, ROWS))
    for one, wanted in ((table, {"3"}), (split, {"6", "7", "6、7"})):
        cells = looked_at(missed, one)
        assert cells and all(cell["part"] == "5" and cell["engineer"] in wanted for cell in found(cells))


def test_the_rest_is_not_named_for_what_a_cell_did():
    """Most of E3's rows are at night; that the night is bad is E3's doing."""
    dice, table = columns(9)
    table["shift"] = (dice.random(ROWS) < np.where(table["engineer"] == 3, 0.8, 0.2)).astype(int)
    missed = dice.random(ROWS) < np.where(table["engineer"] == 3, 0.15, 0.02)
    assert found(looked_at(missed, table)) == [{"engineer": "3"}]


def test_what_stands_out_only_among_the_rest_is_not_named():
    """Nearly all of E3's rows miss and few of them are on the night shift; of the others, the night misses more."""
    dice, table = columns(11)
    mine = table["engineer"] == 3
    table["shift"] = (dice.random(ROWS) < np.where(mine, 0.02, 0.4)).astype(int)
    missed = dice.random(ROWS) < np.where(mine, 0.95, np.where(table["shift"] == 1, 0.03, 0.005))
    cells = looked_at(missed, table)
    assert {"engineer": "3"} in found(cells)
    assert all(cell.misses > cell.expected and cell.chance < 0.01 for cell in cells)


def test_of_a_cell_that_most_misses_have_no_value_in_it_is_said():
    dice, table = columns(12)
    end = table["day"] >= 330
    missed = dice.random(ROWS) < np.where(end, 0.5, 0.02)
    months = Periods(table["day"] // 30, tuple(f"2024年{m}月" for m in range(1, 13)))
    for unknown, said in ((missed & end, True), (missed & end & (dice.random(ROWS) < 0.2), False)):
        (cell,) = scan(missed, [Trait("part", coded(table["part"]), "part")], months, None, unknown)
        assert cell.unknown == (missed & end & unknown).sum()
        assert cell.to_json().get("unknown") == (cell.unknown if said else None)


def test_a_part_that_fits_one_model_is_told_with_it():
    dice, table = columns(10)
    table["model"] = np.where(table["part"] == 5, 2, table["engineer"] % 5)
    missed = dice.random(ROWS) < np.where(table["part"] == 5, 0.2, 0.02)
    (cell,) = looked_at(missed, table)
    assert dict(cell.values) == {"part": "5", "model": "2"}


# --- nothing planted ------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", ["rows", "day", "week", "device"])
def test_noise_is_no_cause_also_where_it_comes_in_blocks(noise):
    said = 0
    for seed in range(20):
        dice, table = columns(1000 + seed)
        block = {"rows": np.arange(ROWS), "week": table["day"] // 7}.get(noise, table.get(noise))
        bad = dice.random(int(block.max()) + 1) < 0.04
        missed = dice.random(ROWS) < np.where(bad[block], 0.4, 0.01)
        said += bool(looked_at(missed, table))
    assert said <= 2


def test_next_to_nothing_says_nothing():
    _, table = columns(1, rows=40)
    for missed in (np.zeros(40, bool), np.ones(40, bool), np.arange(40) < 1, np.arange(40) % 20 == 0):
        assert looked_at(missed, table) == []
    assert scan(np.zeros(0, bool), []) == [] and scan(np.arange(40) < 5, []) == []


# --- habits ---------------------------------------------------------------------------------------


def test_the_same_rows_give_the_same_cells():
    dice, table = columns(11)
    missed = dice.random(ROWS) < np.where(table["engineer"] == 7, 0.1, 0.02)
    assert looked_at(missed, table) == looked_at(missed, table)


def test_of_a_large_log_a_sample_is_looked_at_and_all_rows_are_counted(monkeypatch):
    monkeypatch.setattr("helpers.deviation.scan.MOST_PLACES", 10)
    dice, table = columns(12, rows=40_000)
    pair = (table["engineer"] == 3) & (table["part"] == 5)
    missed = dice.random(40_000) < np.where(pair, 0.3, 0.06)
    chosen, other = scan_sample(missed, 20), scan_sample(~missed, 20)
    assert (len(chosen), missed[chosen].sum()) == (13_500, 1_500)
    assert len(other) == 13_500 and missed[other].sum() == missed.sum()  # few kept the limit: all of them
    (cell,) = looked_at(missed, table)
    assert dict(cell.values) == {"engineer": "3", "part": "5"} and cell.rows == pair.sum()
    assert cell.of == missed.sum() and cell.misses == (missed & pair).sum()


def test_the_ratio_is_none_where_a_cell_is_no_worse_and_grows_with_its_misses():
    assert list(ratio([2, 4, 20], [100, 100, 100], 40, 1000)) == [0, 0, pytest.approx(21.99, abs=0.01)]
    by_hand = 20 * np.log(0.2) + 80 * np.log(0.8) + 20 * np.log(20 / 900) + 880 * np.log(880 / 900)
    assert ratio(20, 100, 40, 1000) == pytest.approx(by_hand - 40 * np.log(0.04) - 960 * np.log(0.96))
    assert ratio(5, 5, 5, 1000) > ratio(5, 10, 5, 1000) > 0
