"""A group is not blamed for what another one did; blocks of misses are not taken for a cause."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from helpers.deviation.adjusted import Coded
from helpers.deviation.decompose import Aim
from helpers.deviation.told_apart import Beside
from tests.deviation.by_rows import structures

SHARE = Aim("share", Fraction(99, 100), "higher")
DIMENSIONS = ["engineer", "shift", "model"]


def log(seed, slow="E03", rows=3000):
    """E03 works mostly at night and mostly on M2; only he is slow."""
    dice = np.random.default_rng(seed)
    engineer = dice.choice([f"E{i:02d}" for i in range(1, 9)], rows)
    own = engineer == "E03"
    shift = np.where(dice.random(rows) < np.where(own, 0.8, 0.2), "夜班", "白班")
    model = np.where(dice.random(rows) < np.where(own, 0.7, 0.1), "M2", dice.choice(["M1", "M3", "M4"], rows))
    late = dice.random(rows) < np.where(engineer == slow, 0.2, 0.02)
    return pd.DataFrame({"engineer": engineer, "shift": shift, "model": model, "_value": ~late})


def test_only_the_slow_engineer_is_named():
    named = dict.fromkeys(DIMENSIONS, 0)
    for seed in range(30):
        for one in structures(log(seed), DIMENSIONS, SHARE):
            named[one.dimension] += one.tells_apart is True
            if one.dimension == "engineer":
                assert one.beyond == {"E03"}
            assert one.tells_apart or not one.beyond
    assert named["engineer"] == 30 and named["shift"] <= 1 and named["model"] <= 1


def test_what_explains_a_dimension_is_said():
    told = {one.dimension: one.to_json() for one in structures(log(0), DIMENSIONS, SHARE)}
    assert told["shift"]["p_value"] < 0.01 and told["shift"]["tells_apart"] is False
    assert told["shift"]["explained_by"] == ["engineer"] == told["shift"]["adjusted_for"]
    assert told["engineer"]["explained_by"] == [] == told["engineer"]["adjusted_for"]
    assert told["shift"]["adjusted_p_value"] >= 0.01


def test_two_true_causes_are_both_named_with_their_own_effect():
    frame = log(1, slow=None, rows=6000)
    dice = np.random.default_rng(7)
    frame["_value"] = dice.random(6000) > np.where(frame["engineer"] == "E03", 0.2, 0.02) + np.where(
        frame["model"] == "M4", 0.1, 0
    )
    told = {one.dimension: one for one in structures(frame, DIMENSIONS, SHARE)}
    assert told["engineer"].beyond == {"E03"} and told["model"].beyond == {"M4"}
    assert told["model"].adjusted.by == ("engineer",) and told["shift"].tells_apart is False
    others = told["model"].beside_others("M4")
    misses = int((~frame["_value"] & (frame["model"] == "M4")).sum())
    assert others["excess"] + others["expected"] == pytest.approx(misses) and others["odds_ratio"] > 2
    assert told["model"].beside_others("M9") is None and told["model"].beside_others(None) is None


def test_a_hidden_cause_appears_when_the_other_is_held_alike():
    """乙 is worse at both kinds of case, and gets the easy ones."""
    cells = [("难", "甲", 360, 72), ("难", "乙", 40, 24), ("易", "甲", 40, 0), ("易", "乙", 360, 44)]
    rows = [(kind, team, i >= misses) for kind, team, n, misses in cells for i in range(n)]
    frame = pd.DataFrame(rows, columns=["kind", "team", "_value"])
    told = {one.dimension: one for one in structures(frame, ["team", "kind"], SHARE)}
    assert told["team"].p_value > 0.5 and told["team"].tells_apart and told["team"].beyond == {"乙"}


def test_a_mean_is_held_against_others_too():
    frame = log(3)
    dice = np.random.default_rng(3)
    frame["_value"] = dice.exponential(5, len(frame)) + np.where(frame["engineer"] == "E03", 4, 0)
    told = {one.dimension: one for one in structures(frame, DIMENSIONS, Aim("mean", Fraction(5), "lower", 3600))}
    assert told["engineer"].beyond == {"E03"} and not told["shift"].tells_apart and not told["model"].tells_apart
    assert told["engineer"].beside_others("E03") is None  # ranks are no misses


def test_a_value_on_misses_more_often_is_compared_with_rows_that_have_one():
    frame = pd.DataFrame({"_value": [False] * 30 + [True] * 970, "part": [None] * 1000})
    frame.loc[:27, "part"] = ["P1"] * 14 + ["P2"] * 14
    frame.loc[30:89, "part"] = ["P1"] * 30 + ["P2"] * 30
    (one,) = structures(frame, ["part"], SHARE)
    assert one.recorded and one.to_json()["compared_with"] == "recorded"
    assert one.tells_apart is False and one.expected["P1"] == pytest.approx(44 * 28 / 88)


@pytest.mark.parametrize("block", ["day", "device"])
def test_misses_in_blocks_are_no_cause(block):
    """Of many blocks a few are bad: months, weekdays and models that hold them are not."""
    named = 0
    for seed in range(20):
        dice = np.random.default_rng(100 + seed)
        day, device = np.sort(dice.integers(0, 360, 3000)), dice.integers(0, 300, 3000)
        own = {"day": day, "device": device}[block]
        bad = dice.random(own.max() + 1) < 0.03
        frame = pd.DataFrame(
            {
                "month": [f"2024-{m + 1:02d}" for m in day // 30],
                "weekday": day % 7,
                "model": (device % 8).astype(str),
                "_value": dice.random(3000) > np.where(bad[own], 0.5, 0.01),
            }
        )
        around = Beside(clusters={"day": day, "week": day // 7, "device": device})
        named += any(one.tells_apart for one in structures(frame, ["month", "weekday", "model"], SHARE, around))
    assert named <= 2


def test_dimensions_that_nobody_declared_explain_as_well():
    from helpers.deviation.surviving import Dimension

    frame = log(2)
    codes = pd.factorize(frame["engineer"], sort=True)[0]
    around = Beside(dimensions=(Dimension(name="hour", coded=Coded(codes, tuple(f"{i}时" for i in range(8)))),))
    (one,) = structures(frame, ["shift"], SHARE, around)
    assert one.tells_apart is False and one.to_json()["explained_by"] == ["hour"]


# --- recorded causes ------------------------------------------------------------------------------


def causes(*named, kept=600):
    values = [name for name, n in named for _ in range(n)]
    return pd.DataFrame({"_value": [False] * len(values) + [True] * kept, "cause": values + [None] * kept})


def test_a_cause_that_few_misses_carry_does_not_stand_out():
    (one,) = structures(causes(("甲", 16), (None, 34)), ["cause"], SHARE)
    assert one.tells_apart is False and one.expected == {} and not one.beyond
    (most,) = structures(causes(("甲", 30), (None, 10)), ["cause"], SHARE)
    assert most.tells_apart is None  # one cause alone has nothing to be compared with
    (few,) = structures(causes(("甲", 16), ("乙", 2), (None, 100)), ["cause"], SHARE)
    assert few.p_value < 0.01 and few.tells_apart is False


def test_that_a_cause_is_not_known_is_no_cause():
    (one,) = structures(causes(("未定", 40), ("甲", 12), ("乙", 1), ("丙", 1)), ["cause"], SHARE)
    assert "未定" not in one.beyond
    (clear,) = structures(causes(("Undetermined", 5), ("甲", 40), ("乙", 2), ("丙", 3)), ["cause"], SHARE)
    assert clear.beyond == {"甲"}


def test_a_group_whose_effect_turns_when_the_other_is_held_alike_is_marked():
    """Of hardware most rows are in the good system, so that it looks better than others; in either it is worse."""
    dice = np.random.default_rng(8)
    system = dice.choice(["A", "B"], 6000)
    kind = np.where(dice.random(6000) < np.where(system == "A", 0.9, 0.2), "硬件", "软件")
    miss = dice.random(6000) < np.where(system == "A", 0.03, 0.3) + np.where(kind == "硬件", 0.05, 0.0)
    frame = pd.DataFrame({"system": system, "kind": kind, "_value": ~miss})
    found = {one.dimension: one for one in structures(frame, ["kind", "system"], SHARE)}
    told = found["kind"].beside_others("硬件")
    bad = int((miss & (kind == "硬件")).sum())
    assert bad < found["kind"].expected["硬件"] and told["excess"] > 0 and told["turned"] is True
    assert "turned" not in found["system"].beside_others("B")
    alone = {one.dimension: one for one in structures(frame, ["kind"], SHARE)}
    assert "turned" not in alone["kind"].beside_others("硬件")
