"""Planted causes are found and named; without a planted one, none is invented."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, kruskal

from helpers.deviation.coded import coded
from helpers.deviation.decompose import Aim
from helpers.deviation.scan import scan
from helpers.deviation.scan_cells import Trait
from helpers.deviation.told_apart import is_property, ranked
from tests.deviation.by_rows import missed_rows, structures

SHARE = Aim("share", Fraction(95, 100), "higher")
DIMENSIONS = ["device_model", "part_no", "team", "month"]


def year(seed, rows=1200, misses=60, planted=0.0):
    """Random rows; ``planted`` of the misses lie in part P7 of model M3, the others anywhere."""
    dice = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "device_model": dice.choice([f"M{i}" for i in range(8)], rows),
            "part_no": dice.choice([f"P{i}" for i in range(10)], rows),
            "team": dice.choice(["甲班", "乙班", "丙班"], rows),
            "month": dice.choice([f"2024-{i:02d}" for i in range(1, 13)], rows),
        }
    )
    late = dice.choice(rows, misses, replace=False)
    frame["_value"] = True
    frame.loc[late, "_value"] = False
    chosen = late[: round(planted * misses)]
    frame.loc[chosen, ["device_model", "part_no"]] = ["M3", "P7"]
    return frame


def told(frame, aim=SHARE, dimensions=DIMENSIONS):
    return {one.dimension: one for one in structures(frame, dimensions, aim)}


def concentration(frame, found, aim):
    """The clearest combination of several properties."""
    names = [one.dimension for one in found if is_property(one)]
    cells = scan(missed_rows(frame, aim).to_numpy(), [Trait(name, coded(frame[name]), name) for name in names])
    return next((cell for cell in cells if len(cell.values) > 1), None)


# --- planted --------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_seventy_percent_from_one_part_of_one_model_are_recovered(seed):
    frame = year(seed, planted=0.7)
    found = structures(frame, DIMENSIONS, SHARE)
    assert [one.dimension for one in ranked(found)][:2] == ["device_model", "part_no"]
    assert {one.dimension: one.tells_apart for one in found} == {
        "device_model": True,
        "part_no": True,
        "team": False,
        "month": False,
    }
    assert "M3" in found[0].beyond and "P7" in found[1].beyond
    cell = concentration(frame, found, SHARE)
    assert dict(cell.values) == {"device_model": "M3", "part_no": "P7"}
    assert 42 <= cell.misses <= 45 and cell.of == 60 and cell.expected < 5


def test_a_planted_mean_is_recovered():
    dice = np.random.default_rng(3)
    frame = year(3, misses=0)
    frame["_value"] = dice.exponential(8, len(frame)) + np.where(frame["team"] == "乙班", 6, 0)
    found = told(frame, Aim("mean", Fraction(10), "lower", 3600))
    assert found["team"].tells_apart and found["team"].test == "rank" and found["team"].beyond == {"乙班"}
    assert not found["part_no"].tells_apart


def test_a_cause_recorded_for_most_misses_stands_out():
    frame = year(1)
    late = frame.index[~frame["_value"]]
    frame["cause"] = None
    frame.loc[late, "cause"] = ["等待备件"] * 45 + ["派单排队"] * 8 + ["用户不在位"] * 4 + [None] * 3
    found = told(frame, dimensions=["cause"])["cause"]
    assert (found.test, found.tells_apart, found.beyond) == ("evenness", True, {"等待备件"})


# --- nothing planted ------------------------------------------------------------------------------


@pytest.mark.parametrize(("misses", "years"), [(100, 40), (40, 10)])
def test_without_structure_none_is_invented(misses, years):
    """Four dimensions and six combinations at once: hardly a year says anything at all."""
    said, cells = 0, 0
    for seed in range(years):
        frame = year(seed, rows=600, misses=misses)
        found = structures(frame, DIMENSIONS, SHARE)
        said += any(one.tells_apart for one in found)
        assert all(not one.beyond for one in found if not one.tells_apart)
        cells += concentration(frame, found, SHARE) is not None
    assert said <= years * 0.04 and cells == 0


def test_causes_that_are_equally_frequent_do_not_stand_out():
    frame = year(2)
    late = frame.index[~frame["_value"]]
    frame["cause"] = None
    frame.loc[late, "cause"] = [["等待备件", "派单排队", "用户不在位", "送外维修"][i % 4] for i in range(60)]
    found = told(frame, dimensions=["cause"])["cause"]
    assert (found.test, found.tells_apart, found.beyond) == ("evenness", False, frozenset())


def test_the_largest_group_is_not_a_cause_for_being_large():
    dice = np.random.default_rng(5)
    frame = pd.DataFrame(
        {"device_model": dice.choice(["大", "小"], 1000, p=[0.9, 0.1]), "_value": dice.random(1000) > 0.06}
    )
    found = told(frame, dimensions=["device_model"])["device_model"]
    assert found.tells_apart is False
    assert found.expected["大"] == pytest.approx(
        (frame["device_model"] == "大").sum() * (~frame["_value"]).sum() / 1000
    )


def test_half_of_a_bad_month_is_no_combination():
    """All misses lie in one month, there as in the year half of them with one team: the month it is."""
    frame = year(8, rows=1200, misses=0)
    august = frame.index[frame["month"] == "2024-08"]
    frame.loc[august[:40], "_value"] = False
    found = structures(frame, ["month", "team"], SHARE)
    assert [one.tells_apart for one in found] == [True, False] and concentration(frame, found, SHARE) is None


def test_a_part_that_fits_one_model_is_a_combination():
    frame = year(8, rows=1200, misses=0)
    frame.loc[frame["part_no"] == "P7", "device_model"] = "M3"
    frame.loc[frame.index[frame["part_no"] == "P7"][:40], "_value"] = False
    found = structures(frame, ["device_model", "part_no"], SHARE)
    assert dict(concentration(frame, found, SHARE).values) == {"device_model": "M3", "part_no": "P7"}


def test_counted_rows_are_compared_with_even_counts():
    aim = Aim("count", Fraction(0), "lower")
    frame = pd.DataFrame({"_value": 1, "kind": ["态度"] * 3 + ["速度"] * 2 + ["质量"] * 3, "place": ["一楼"] * 8})
    found = told(frame, aim, ["kind", "place"])
    assert (found["kind"].test, found["kind"].tells_apart) == ("evenness", False) and found["place"].test is None
    many = pd.DataFrame({"_value": 1, "kind": ["态度"] * 30 + ["速度"] * 2 + ["质量"] * 3})
    assert told(many, aim, ["kind"])["kind"].beyond == {"态度"}


def test_where_everything_missed_no_group_is_worse():
    found = told(year(0, rows=20, misses=20))
    assert not any(one.tells_apart for one in found.values()) and found["team"].tells_apart is False


# --- tests by the book ----------------------------------------------------------------------------


def test_large_groups_are_tested_as_the_library_does():
    frame = year(9, rows=4000, misses=400)
    found = told(frame, dimensions=["team"])["team"]
    table = pd.crosstab(frame["_value"], frame["team"])
    assert found.test == "chi_square" and found.p_value == chi2_contingency(table, correction=False).pvalue


def test_small_groups_are_drawn_and_agree_with_it_roughly():
    frame = year(4, rows=300, misses=20)
    found = told(frame, dimensions=["team"])["team"]
    table = pd.crosstab(frame["_value"], frame["team"])
    exact = chi2_contingency(table, correction=False).pvalue
    small = told(year(4, rows=300, misses=12), dimensions=["team"])["team"]
    assert found.test == "chi_square" and found.p_value == exact
    assert small.test == "permutation" and 0 < small.p_value <= 1
    assert (
        small.p_value == told(year(4, rows=300, misses=12), dimensions=["team"])["team"].p_value
    )  # the same dice each time


def test_means_are_tested_by_ranks():
    frame = year(6, misses=0)
    frame["_value"] = np.random.default_rng(6).exponential(8, len(frame))
    found = told(frame, Aim("mean", Fraction(10), "lower", 3600), ["team"])["team"]
    groups = [part["_value"].to_numpy() for _, part in frame.groupby("team")]
    assert found.p_value == pytest.approx(kruskal(*groups).pvalue)


def test_many_looks_are_corrected_for():
    alone = told(year(1, planted=0.1), dimensions=["part_no"])["part_no"].p_value
    among = told(year(1, planted=0.1), dimensions=[*DIMENSIONS, "team"])["part_no"].p_value
    assert among >= alone


# --- next to nothing ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame",
    [
        year(0, rows=50, misses=0),
        year(0, rows=1, misses=1),
        year(0, rows=20, misses=20),
        year(0, rows=50, misses=1),
        year(0, rows=50, misses=2),
    ],
)
def test_with_next_to_nothing_nothing_is_said(frame):
    found = structures(frame, DIMENSIONS, SHARE)
    assert not any(one.tells_apart for one in found) and concentration(frame, found, SHARE) is None


def test_no_rows_and_empty_columns():
    empty = year(0).iloc[:0]
    assert [one.test for one in structures(empty, DIMENSIONS, SHARE)] == [None] * 4
    blank = year(0).assign(cause=None)
    assert told(blank, dimensions=["cause"])["cause"].tells_apart is None
    assert concentration(empty, structures(empty, DIMENSIONS, SHARE), SHARE) is None


def test_dimensions_without_a_test_stand_between():
    frame = year(0, planted=0.7).assign(site="一处")
    order = [one.dimension for one in ranked(structures(frame, ["month", "site", "part_no"], SHARE))]
    assert order == ["part_no", "site", "month"]
