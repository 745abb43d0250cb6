"""Properties that nobody declares, made of the moment and the machine; and which cause leads."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from helpers.deviation.coded import as_categories, coded
from helpers.deviation.decompose import Aim, decompose
from helpers.deviation.lead import leading
from helpers.deviation.scan import scan
from helpers.deviation.surroundings import Source, beside, clusters, made, periods, traits
from helpers.deviation.told_apart import worse_among_recorded
from tests.deviation.by_rows import missed_rows, structures

SHARE = Aim("share", Fraction(99, 100), "higher")
BOUGHT = {"A": np.datetime64("2023-12-01"), "B": np.datetime64("2015-03-01"), "C": np.datetime64("2020-06-01")}
SOURCE = Source("opened_at", "device", BOUGHT, (3, 5, 8))


def values(one, index):
    return [None if pd.isna(name) else name for name in as_categories(one, index)]


def rows():
    return pd.DataFrame(
        {
            "opened_at": pd.to_datetime(
                ["2024-01-01 09:30", "2024-01-20 21:00", "2024-03-01 07:59", "2024-03-02 20:00", None]
            ),
            "device": ["A", "A", "A", "C", "B"],
        }
    )


def test_each_property_by_hand():
    found = {name: values(one, rows().index) for name, one in made(rows(), SOURCE).items()}
    assert found["hour"] == ["9时", "21时", "7时", "20时", None]
    assert found["shift"] == ["日间（8时至20时）", *["夜间（20时至次日8时）"] * 3, None]
    assert found["weekday"] == ["星期一", "星期六", "星期五", "星期六", None]
    assert found["repeat"] == ["30日内首次", "30日内再次", "30日内首次", "30日内首次", None]
    assert found["age_band"] == ["不满3年"] * 3 + ["满3年不满5年", None]


def test_ages_beyond_the_last_band_and_machines_that_are_not_registered():
    frame = pd.DataFrame({"opened_at": pd.to_datetime(["2024-01-01"] * 3), "device": ["B", "A", "Z"]})
    assert values(made(frame, SOURCE)["age_band"], frame.index) == ["满8年", "不满3年", None]


def test_of_a_measure_of_repeats_being_one_is_no_cause():
    assert "repeat" in made(rows(), SOURCE)
    assert "repeat" not in made(rows(), replace(SOURCE, of_repeats=True))


def test_a_log_of_days_has_no_hours_and_one_without_moments_nothing():
    frame = pd.DataFrame({"opened_at": pd.to_datetime(["2024-01-01", "2024-01-02"]), "device": ["A", "C"]})
    assert set(made(frame, SOURCE)) == {"weekday", "age_band"}
    assert made(frame, Source(None, None, {}, ())) == {} == made(frame[["device"]], SOURCE)
    assert clusters(frame[["device"]], Source(None, None, {}, ())) == {}


def test_blocks_are_days_weeks_from_monday_and_machines():
    found = clusters(rows(), SOURCE)
    assert found["day"][0] == np.datetime64("2024-01-01").astype(int) and found["day"][4] == -1
    week = clusters(pd.DataFrame({"opened_at": pd.to_datetime(["2024-01-07", "2024-01-08", "2024-01-14"])}), SOURCE)
    assert week["week"][1] == week["week"][2] == week["week"][0] + 1
    assert list(found["device"]) == [0, 0, 0, 2, 1]


def test_periods_are_months_and_weeks_where_these_are_few():
    months = pd.Series([f"2024-{m:02d}" for m in range(1, 7)])
    assert periods(months, None).names[4] == "2024年5月"
    days = pd.Series(pd.to_datetime(["2024-01-03", "2024-01-10", "2024-02-01"]))
    found = periods(pd.Series(["2024-01", "2024-01", "2024-02"]), days)
    assert found.names == ("2024年1月1日", "2024年1月8日", "2024年1月29日")
    assert periods(None, days) is None


def test_misses_at_certain_hours_are_seen_though_nobody_declared_hours():
    dice = np.random.default_rng(1)
    opened = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(dice.integers(0, 365 * 24 * 60, 4000)), unit="min")
    frame = pd.DataFrame({"opened_at": opened, "team": dice.choice(["甲班", "乙班"], 4000)})
    frame["_value"] = ~(np.isin(opened.hour, (9, 14)) & (dice.random(4000) < 0.3))
    source = Source("opened_at", None, {}, ())
    missed = missed_rows(frame, SHARE).to_numpy()
    found = made(frame, source)
    every = traits(found, {"team": coded(frame["team"])}, [], missed)
    (cell,) = scan(missed, every, None, clusters(frame, source))
    assert dict(cell.values) == {"hour": "9时、14时"} and cell.misses == missed.sum()
    assert [one.name for one in beside(found, {}, ["team"]).dimensions] == ["hour", "shift", "weekday"]
    assert [one.name for one in beside(found, {}, ["hour"]).dimensions] == ["shift", "weekday"]


def test_a_value_that_says_it_is_not_known_is_no_property():
    frame = pd.DataFrame({"team": ["甲", "未定", "其他", None]})
    (one,) = traits({}, {"team": coded(frame["team"])}, [], np.zeros(4, dtype=bool))
    assert [None if code < 0 else one.coded.names[code] for code in one.coded.codes] == ["甲", None, None, None]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("planted", [False, True])
def test_of_a_property_that_misses_have_more_often_its_having_one_is_no_cause(seed, planted):
    """A part number is written down for 60 % of misses and for 10 % of other rows."""
    dice = np.random.default_rng(seed)
    missed = dice.random(6000) < 0.05
    part = np.where(dice.random(6000) < np.where(missed, 0.6, 0.1), dice.choice(list("pqrst"), 6000), None)
    if planted:
        part[np.flatnonzero(missed & (part != "p"))[:100]] = "q"
    frame = pd.DataFrame({"part": part})
    assert worse_among_recorded(coded(frame["part"]), missed) == (frozenset({1}) if planted else frozenset())
    cells = scan(missed, traits({}, {"part": coded(frame["part"])}, [], missed))
    assert [dict(cell.values) for cell in cells] == ([{"part": "q"}] if planted else [])


def test_where_a_value_does_not_hang_on_the_miss_every_group_may_be_named():
    missed = np.arange(100) < 10
    half = coded(pd.Series(np.where(np.arange(100) % 2, "甲", None)))
    assert worse_among_recorded(half, missed) is None
    assert worse_among_recorded(coded(pd.Series(["甲", "乙"] * 50)), missed) is None


# --- the lead -------------------------------------------------------------------------------------


def log():
    """Nearly all misses are of level 3, as nearly all rows; level 1 misses a little more often, E3 by far."""
    dice = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "level": dice.choice(["1", "2", "3"], 6000, p=[0.04, 0.06, 0.9]),
            "engineer": dice.choice([f"E{i}" for i in range(8)], 6000),
        }
    )
    chance = 0.03 + 0.12 * (frame["level"] == "1") + 0.2 * (frame["engineer"] == "E3")
    frame["_value"] = dice.random(6000) > chance
    return frame


@pytest.mark.parametrize("order", [["level", "engineer"], ["engineer", "level"]])
def test_the_strongest_cause_leads_in_whatever_order_dimensions_are_declared(order):
    frame = log()
    told = structures(frame, order, SHARE)
    splits = [decompose(frame, name, SHARE) for name in order]
    assert {one.dimension: one.beyond for one in told} == {"level": {"1"}, "engineer": {"E3"}}
    lead = leading(splits, told, [], frozenset())
    assert (lead["kind"], lead["dimension"], lead["cause"]) == ("group", "engineer", "E3")
    assert lead["excess"] == pytest.approx(lead["misses"] - lead["expected"]) and lead["excess"] > 100
    assert leading(splits, told, [], frozenset({"engineer"}))["cause"] == "1"


def test_nothing_leads_where_nothing_is_beyond_chance():
    frame = log().assign(_value=np.random.default_rng(1).random(6000) > 0.05)
    told = structures(frame, ["level", "engineer"], SHARE)
    assert leading([decompose(frame, "level", SHARE)], told, [], frozenset()) is None


def test_a_recorded_cause_leads_with_all_its_misses_and_one_not_known_never():
    frame = log()
    late = frame.index[~frame["_value"]]
    frame["cause"] = None
    frame.loc[late, "cause"] = np.where(np.arange(len(late)) % 10 < 6, "未定", "等待备件")
    frame.loc[late[:5], "cause"] = "派单排队"
    names = ["cause", "engineer"]
    told = structures(frame, names, SHARE)
    lead = leading([decompose(frame, name, SHARE) for name in names], told, [], frozenset())
    assert lead["cause"] != "未定" and lead["cause"] in ("等待备件", "E3")


def test_of_a_mean_the_group_with_most_misses_beyond_its_rows_leads_not_the_largest():
    dice = np.random.default_rng(6)
    frame = pd.DataFrame({"kind": dice.choice(["硬件", "软件", "网络"], 4000, p=[0.8, 0.15, 0.05])})
    frame["_value"] = dice.exponential(
        np.where(frame["kind"] == "网络", 9.0, np.where(frame["kind"] == "硬件", 3.0, 2.0))
    )
    aim = Aim("mean", Fraction(2), "lower")
    told = structures(frame, ["kind"], aim)
    assert "网络" in told[0].beyond
    lead = leading([decompose(frame, "kind", aim)], told, [], frozenset())
    assert lead["cause"] == "网络" and lead["expected"] < lead["misses"]
    assert lead["excess"] == pytest.approx(lead["misses"] - lead["expected"])
