"""Time in state: what adds up exactly, what overlaps, and what cannot be divided."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from helpers.deviation.states import UNRECORDED, divide, longest_states, time_in_state
from helpers.year.tables import States

STATES = States.model_validate(
    {
        "start": "opened",
        "end": "resolved",
        "rest": "维修操作",
        "parts": [
            {"words": "等待备件", "from": "ordered", "to": "arrived"},
            {"words": "等待用户", "from": "hold_from", "to": "hold_to"},
            {"words": "排队等待", "from": "opened", "to": "started"},
        ],
    }
)
COLUMNS = ("opened", "started", "ordered", "arrived", "hold_from", "hold_to", "resolved")


def rows(*cases):
    """Cases as minutes after eight o'clock by column; None where nothing is recorded."""
    base = pd.Timestamp("2024-03-01 08:00")
    return pd.DataFrame(
        {
            c: pd.to_datetime([None if case.get(c) is None else base + pd.Timedelta(minutes=case[c]) for case in cases])
            for c in COLUMNS
        }
    )


def minutes(spent):
    return {part.words: part.seconds / 60 for part in spent.parts}


def test_the_time_of_a_case_by_hand():
    spent = divide(rows({"opened": 0, "started": 10, "ordered": 30, "arrived": 90, "resolved": 120}), STATES).total()
    assert minutes(spent) == {"等待备件": 60, "等待用户": 0, "排队等待": 10, "维修操作": 50}
    assert (spent.rows, spent.left_out, spent.seconds) == (1, 0, 7200)
    assert [part.rows for part in spent.parts] == [1, 0, 1, 1]


def test_where_states_overlap_the_first_declared_takes_the_time():
    spent = divide(
        rows(
            {"opened": 0, "started": 10, "ordered": 5, "arrived": 60, "hold_from": 50, "hold_to": 80, "resolved": 100}
        ),
        STATES,
    ).total()
    assert minutes(spent) == {"等待备件": 55, "等待用户": 20, "排队等待": 5, "维修操作": 20}


def test_a_state_counts_within_the_case_only():
    spent = divide(
        rows(
            {"opened": 0, "started": 10, "ordered": -60, "arrived": 500, "resolved": 100},
            {"opened": 0, "started": 10, "ordered": 200, "arrived": 300, "resolved": 100},
        ),
        STATES,
    ).total()
    assert minutes(spent) == {"等待备件": 100, "等待用户": 0, "排队等待": 10, "维修操作": 90}


def test_time_that_nobody_recorded_is_not_called_work():
    nothing, half = {"opened": 0, "resolved": 100}, {"opened": 0, "started": 10, "ordered": 30, "resolved": 90}
    spent = divide(rows(nothing, half), STATES).total()
    assert minutes(spent) == {"等待备件": 0, "等待用户": 0, "排队等待": 10, "维修操作": 0, UNRECORDED: 180}
    assert [p.rows for p in spent.parts if p.words == UNRECORDED] == [2]


@pytest.mark.parametrize(
    "case",
    [
        {"opened": 0},
        {"resolved": 10},
        {"opened": 10, "started": 12, "resolved": 5},
        {"opened": 0, "started": 5, "ordered": 9, "arrived": 7, "resolved": 20},
    ],
)
def test_cases_that_cannot_be_divided_are_left_out_and_counted(case):
    spent = divide(rows(case, {"opened": 0, "started": 1, "resolved": 2}), STATES).total()
    assert (spent.rows, spent.left_out, spent.seconds) == (1, 1, 120)


def test_all_cases_and_the_misses_apart():
    frame = rows(
        {"opened": 0, "started": 10, "resolved": 60}, {"opened": 0, "started": 200, "resolved": 300}, {"opened": 0}
    )
    told = time_in_state(frame, pd.Series([False, True, True], index=frame.index), STATES)
    assert (told["all"]["rows"], told["all"]["left_out"], told["all"]["hours"]) == (2, 1, 6)
    assert (told["misses"]["rows"], told["misses"]["left_out"], told["misses"]["seconds"]) == (1, 1, 18000)
    assert told["misses"]["parts"][2] == {
        "state": "排队等待",
        "seconds": 12000,
        "hours": pytest.approx(10 / 3),
        "rows": 1,
        "share": pytest.approx(2 / 3),
    }


def test_no_case_at_all():
    told = time_in_state(rows(), pd.Series([], dtype=bool), STATES)
    assert (told["all"]["rows"], told["all"]["seconds"], told["all"]["parts"][0]["share"]) == (0, 0, None)


def test_the_longest_state_of_a_case():
    found = longest_states(
        rows(
            {"opened": 0, "started": 10, "ordered": 10, "arrived": 90, "resolved": 120},
            {"opened": 0, "started": 10, "resolved": 120},
            {"opened": 0},
            {"opened": 5, "started": 5, "resolved": 5},
        ),
        STATES,
    )
    names = [(*found.names, None)[at] for at in found.codes]
    assert names == ["等待备件", "维修操作", None, None]


def test_long_logs_are_divided_in_blocks(monkeypatch):
    frame = rows(*({"opened": 0, "started": i, "resolved": 2 * i} for i in range(25)))
    whole = divide(frame, STATES)
    monkeypatch.setattr("helpers.measures.row_blocks.AT_ONCE", 4)
    blocks = divide(frame, STATES)
    assert (blocks.seconds == whole.seconds).all() and blocks.longest().tolist() == whole.longest().tolist()


def test_names_of_states_differ():
    with pytest.raises(ValidationError, match="不能相同"):
        States.model_validate(
            {"start": "a", "end": "b", "rest": "等待", "parts": [{"words": "等待", "from": "c", "to": "d"}]}
        )


@settings(max_examples=80)
@given(st.lists(st.fixed_dictionaries({c: st.none() | st.integers(-10, 200) for c in COLUMNS}), max_size=8))
def test_the_parts_always_add_up_to_the_whole(cases):
    """And agree with a stopwatch that looks at every minute of every case."""
    frame = rows(*cases)
    divided = divide(frame, STATES)
    spent = divided.total()
    assert sum(part.seconds for part in spent.parts) == spent.seconds
    assert spent.rows + spent.left_out == len(cases)
    expected = sum(
        60 * (c["resolved"] - c["opened"]) for c, counted in zip(cases, divided.counted, strict=True) if counted
    )
    assert spent.seconds == expected and (divided.seconds >= 0).all()
    by_minute = dict.fromkeys([p.words for p in STATES.parts], 0)
    for case, counted in zip(cases, divided.counted, strict=True):
        for minute in range(case["opened"], case["resolved"]) if counted else ():
            for part in STATES.parts:
                start, end = case[part.start], case[part.end]
                if start is not None and end is not None and start <= minute < end:
                    by_minute[part.words] += 1
                    break
    assert {k: v for k, v in minutes(spent).items() if k in by_minute} == by_minute
