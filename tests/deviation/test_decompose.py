"""Contributions add up to the gap exactly, planted causes are found, nothing is spread or invented."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.deviation.decompose import Aim, Cell, decompose, scaled
from helpers.measures import compile as compiled
from helpers.measures.valued import value_of
from helpers.year.declared_indicators import Measure
from tests.deviation.by_rows import drill_down, misses_of

F = Fraction


def frame(values, causes, **more):
    return pd.DataFrame({"_value": pd.Series(values, dtype=object), "cause": pd.Series(causes, dtype=object), **more})


def parts(found):
    return [(g.cause, g.kept, g.rows, g.misses, g.contribution, g.avoidable) for g in found.groups]


# --- shares ---------------------------------------------------------------------------------------


def test_with_everything_required_each_cause_contributes_its_misses():
    rows = frame([True] * 6 + [False] * 4, [None] * 6 + ["备件", "备件", "备件", "返修"])
    found = decompose(rows, "cause", Aim("share", F(1), "higher"))
    assert (found.actual, found.gap, found.rows, found.misses, found.unexplained) == (F(3, 5), F(2, 5), 10, 4, 0)
    assert parts(found) == [
        ("备件", False, 3, 3, F(3, 10), F(9, 10)),
        ("返修", False, 1, 1, F(1, 10), F(7, 10)),
        (None, True, 6, 0, F(0), F(3, 5)),
    ]


def test_a_group_that_does_better_than_the_target_contributes_less_than_nothing():
    rows = frame([True, True, True, True, False, True, False, False], ["甲"] * 4 + ["乙"] * 4)
    found = decompose(rows, "cause", Aim("share", F(3, 4), "higher"))
    assert found.gap == F(1, 8)
    assert parts(found) == [
        ("乙", False, 4, 3, F(1, 2) * (F(3, 4) - F(1, 4)), F(1)),
        ("甲", False, 4, 0, F(1, 2) * (F(3, 4) - 1), F(5, 8)),
    ]


def test_misses_without_a_cause_stand_apart_and_are_not_spread():
    rows = frame([True, False, False, False, None], [None, "备件", None, "  ", None])
    found = decompose(rows, "cause", Aim("share", F(1), "higher"))
    assert parts(found) == [
        (None, False, 3, 3, F(3, 5), F(4, 5)),
        ("备件", False, 1, 1, F(1, 5), F(2, 5)),
        (None, True, 1, 0, F(0), F(1, 5)),
    ]
    assert [g.words for g in found.groups] == ["未记录原因", "备件", "达到要求的记录"]
    assert (found.unexplained, found.unknown) == (3, 1)  # what cannot be decided counts as not kept


def test_a_share_that_should_be_low_is_missed_by_the_rows_that_have_it():
    rows = frame([True, True, False, False, False], ["甲", "乙", "甲", None, None])
    found = decompose(rows, "cause", Aim("share", F(1, 5), "lower"))
    assert (found.actual, found.gap, found.misses) == (F(2, 5), F(1, 5), 2)
    assert parts(found) == [
        ("乙", False, 1, 1, F(1, 5) * (1 - F(1, 5)), F(1, 5)),
        ("甲", False, 2, 1, F(2, 5) * (F(1, 2) - F(1, 5)), F(1, 5)),
        (None, True, 2, 0, F(2, 5) * -F(1, 5), F(2, 5)),
    ]


# --- means, sums, counts --------------------------------------------------------------------------


def test_a_mean_leaves_out_rows_without_a_value_and_avoids_misses_at_the_target():
    rows = frame([2.0, 6.0, 10.0, None], ["甲", "甲", "乙", "乙"]).astype({"_value": float})
    found = decompose(rows, "cause", Aim("mean", F(4), "lower", 3600))
    assert (found.actual, found.gap, found.rows, found.misses, found.unknown) == (F(6), F(2), 3, 2, 1)
    assert parts(found) == [
        ("乙", False, 1, 1, F(1, 3) * (10 - 4), F(6) - F(6, 3)),
        ("甲", False, 2, 1, F(2, 3) * (4 - 4), F(6) - F(2, 3)),
    ]


def test_a_sum_above_its_bound_splits_in_proportion():
    rows = frame([Decimal("30.00"), Decimal("60.00"), Decimal("30.00")], ["甲", "乙", "甲"])
    found = decompose(rows, "cause", Aim("sum", F(100), "lower"))
    assert (found.actual, found.gap) == (F(120), F(20))
    assert parts(found) == [("乙", False, 1, 1, F(10), F(60)), ("甲", False, 2, 2, F(10), F(60))]


def test_a_count_that_is_too_low_has_parts_but_nothing_that_was_avoidable():
    found = decompose(frame([1, 1, 1, 1], ["甲", "甲", "甲", "乙"]), "cause", Aim("count", F(6), "higher"))
    assert (found.gap, found.misses) == (F(2), 0)
    assert parts(found) == [("甲", False, 3, 0, F(3, 2), None), ("乙", False, 1, 0, F(1, 2), None)]


def test_a_sum_of_nothing_splits_by_rows():
    found = decompose(
        frame([0.0, 0.0, 0.0], ["甲", "甲", "乙"]).astype({"_value": float}), "cause", Aim("sum", F(3), "higher")
    )
    assert [g.contribution for g in found.groups] == [F(2), F(1)]


@pytest.mark.parametrize("agg", ["share", "mean", "sum", "count"])
def test_without_rows_there_is_nothing_to_split(agg):
    assert decompose(frame([], []), "cause", Aim(agg, F(1), "higher")) is None


def test_a_target_of_zero_and_a_single_row():
    found = decompose(frame([True], ["甲"]), "cause", Aim("share", F(0), "lower"))
    assert parts(found) == [("甲", False, 1, 1, F(1), F(0))]
    (group,) = decompose(frame([3.0], [None]).astype({"_value": float}), "cause", Aim("mean", F(0), "lower")).groups
    assert (group.cause, group.contribution, group.avoidable, group.words) == (None, F(3), F(0), "未记录原因")


# --- exactly --------------------------------------------------------------------------------------

VALUES = {
    "share": st.sampled_from([True, False, None]),
    "mean": st.none() | st.floats(-1e6, 1e6, allow_nan=False),
    "sum": st.none() | st.decimals(-(10**9), 10**9, places=2),
    "count": st.just(1),
}


@st.composite
def cases(draw):
    agg = draw(st.sampled_from(sorted(VALUES)))
    pairs = draw(
        st.lists(st.tuples(VALUES[agg], st.sampled_from(["甲", "乙", "丙", "", None])), min_size=1, max_size=30)
    )
    values, causes = zip(*pairs, strict=True)
    rows = frame(values, causes)
    if agg == "mean":
        rows = rows.astype({"_value": float})
    target = draw(st.fractions(-100, 100, max_denominator=997))
    return rows, Aim(agg, target, draw(st.sampled_from(["higher", "lower"])), draw(st.sampled_from([3600, 10**6])))


@given(cases())
def test_contributions_add_up_to_the_gap_exactly(case):
    rows, aim = case
    found = decompose(rows, "cause", aim)
    if found is None:
        assert rows["_value"].isna().all()
        return
    assert sum(g.contribution for g in found.groups) == found.gap == aim.gap(found.actual)
    assert sum(g.rows for g in found.groups) == found.rows
    assert sum(g.misses for g in found.groups) == found.misses == len(misses_of(rows, aim))
    assert [g.contribution for g in found.groups] == sorted((g.contribution for g in found.groups), reverse=True)


@given(cases())
def test_avoiding_misses_never_makes_the_result_worse(case):
    rows, aim = case
    found = decompose(rows, "cause", aim)
    for group in found.groups if found else ():
        if group.avoidable is not None:
            assert aim.gap(group.avoidable) <= found.gap
            assert (aim.gap(group.avoidable) == found.gap) == (group.misses == 0)


@settings(max_examples=60)
@given(cases())
def test_the_actual_is_that_of_the_measure(case):
    rows, aim = case
    unit = "小时" if aim.scale == 3600 else None
    value = None if aim.agg == "count" else "v"
    measure = Measure(agg=aim.agg, table="t", value=value, unit=unit, words="甲")
    kind = {"share": "BOOLEAN", "mean": "DOUBLE", "sum": "DECIMAL(18,2)", "count": "INTEGER"}[aim.agg]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t (v {kind})")
        plain = [None if v is None or v != v else v for v in rows["_value"]]
        connection.executemany("INSERT INTO t VALUES (?)", [[v] for v in plain])
        hits, n, _ = connection.execute(compiled.total(measure)).fetchall()[0]
    found = decompose(rows, "cause", aim)
    assert value_of(measure, hits, n) == (found.actual if found else (None if aim.agg == "mean" else 0))


@pytest.mark.parametrize(
    ("value", "whole"), [(0.5, 1), (-0.5, -1), (1.5, 2), (2.5, 3), (0.49999999999999994, 0), (-2.4, -2)]
)
def test_halves_are_rounded_away_from_zero(value, whole):
    assert scaled(pd.Series([value]), 1).tolist() == [whole]
    assert scaled(pd.Series([Decimal(repr(value))]), 1).tolist() == [whole]


def test_sums_beyond_machine_integers_stay_exact():
    large = 9_000_000_000_001
    rows = frame([large] * 4, ["甲", "甲", "甲", "乙"]).astype({"_value": "int64"})
    found = decompose(rows, "cause", Aim("sum", F(0), "lower"))
    assert [g.contribution for g in found.groups] == [F(3 * large), F(large)]


# --- planted structure ----------------------------------------------------------------------------


def planted():
    """1,000 repairs, 100 misses, of which 70 wait for one part of one model."""
    rows = [(True, None, f"M{i % 7}", None) for i in range(900)]
    rows += [(False, "等待备件", "M720", "P-0312")] * 70
    rows += [(False, cause, f"M{i % 7}", None) for i, cause in enumerate(["返修", "路途", None] * 10)]
    values, causes, models, spares = zip(*rows, strict=True)
    return frame(values, causes, device_model=list(models), part_no=list(spares))


def test_a_planted_cause_is_recovered_with_its_share():
    aim, rows = Aim("share", F(1), "higher"), planted()
    first = decompose(rows, "cause", aim).groups[0]
    assert (first.cause, first.contribution / decompose(rows, "cause", aim).gap) == ("等待备件", F(7, 10))
    assert first.avoidable == F(97, 100)
    assert decompose(rows, "device_model", aim).groups[0].cause == "M720"
    cells = drill_down(misses_of(rows, aim), ["cause", "device_model", "part_no"])
    assert cells[0] == Cell(("等待备件", "M720", "P-0312"), 70)
    assert sum(cell.misses for cell in cells) == 100


def test_no_structure_is_invented_where_there_is_none():
    rows = frame([i % 10 != 0 for i in range(1000)], [f"M{i // 100}" for i in range(1000)])
    found = decompose(rows, "cause", Aim("share", F(1), "higher"))
    assert {g.contribution for g in found.groups} == {F(1, 100)}
    assert [g.cause for g in found.groups] == [f"M{i}" for i in range(10)]


# --- drill-down -----------------------------------------------------------------------------------


def test_the_drill_down_names_what_is_not_recorded_last_among_equals():
    rows = frame([False] * 4, ["甲", None, "甲", "乙"], device_model=["M1", "M1", "M1", None])
    assert drill_down(misses_of(rows, Aim("share", F(1), "higher")), ["cause", "device_model"]) == (
        Cell(("甲", "M1"), 2),
        Cell(("乙", None), 1),
        Cell((None, "M1"), 1),
    )


def test_misses_come_in_source_order_whatever_the_index():
    rows = frame([False, True, False], ["甲", None, "乙"], ticket=["T1", "T2", "T3"]).set_index(pd.Index([9, 4, 2]))
    assert misses_of(rows, Aim("share", F(1), "higher"))["ticket"].tolist() == ["T1", "T3"]


def test_names_of_other_types_are_read_as_texts():
    rows = frame(
        [False] * 4,
        [None] * 4,
        model=[1.0, 2.5, float("nan"), 1.0],
        day=pd.to_datetime(["2024-01-02"] * 3 + ["2024-01-02 08:00"], format="ISO8601"),
    )
    aim = Aim("share", F(1), "higher")
    assert [g.cause for g in decompose(rows, "model", aim).groups] == ["1", "2.5", None]
    assert [g.cause for g in decompose(rows, "day", aim).groups] == ["2024-01-02", "2024-01-02 08:00:00"]


def test_rows_of_one_label_are_refused():
    with pytest.raises(ValueError, match="unique index"):
        decompose(frame([True, False], ["甲", "乙"]).set_index(pd.Index([1, 1])), "cause", Aim("share", F(1), "higher"))
