"""JSON over several lines is what Python's own encoder writes, whatever the data."""

from __future__ import annotations

import json
from enum import IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.files.json_text import indented

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner))


class Level(IntEnum):
    ONE = 1


@given(DATA, st.integers(0, 3), st.booleans())
def test_the_text_is_pythons_own(data: Any, indent: int, sort_keys: bool) -> None:
    assert indented(data, indent, sort_keys=sort_keys) == json.dumps(
        data, ensure_ascii=False, indent=indent, sort_keys=sort_keys
    )


@pytest.mark.parametrize(
    "data",
    [
        {7: "a", None: 2, True: {"x": []}, 2.5: ()},
        [Level.ONE, 10**30, -0.0, 1e-7, 1e22, '\ud800\u2028\x00\x7f"\\/中😀'],
        {"a": {}, "b": [], "c": [[], {}], "": [float("inf"), float("-inf"), float("nan")]},
    ],
)
def test_so_it_is_for_what_is_rare(data: Any) -> None:
    assert indented(data) == json.dumps(data, ensure_ascii=False, indent=1)


def test_what_is_no_json_is_refused_as_by_python() -> None:
    with pytest.raises(TypeError, match="bytes"):
        indented({"a": b"x"})
    with pytest.raises(ValueError, match="Out of range"):
        indented([float("nan")], allow_nan=False)
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="Circular"):
        indented(endless)
