"""Whoever looks only at the odd cells of a plain column finds what there is to find in it."""

from __future__ import annotations

import re

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.activity.invisible import _TOUCHED, _python, plain
from helpers.activity.readers.plain_cells import PlainColumns, is_odd

CELL = st.one_of(
    st.text(alphabet=st.sampled_from(list("ab019-:. =+'\"#~\x00\x1f\x7f\x80\t\n—中　\u200b")), max_size=6),
    st.text(max_size=4),
    st.none(),
)
TOUCHED = re.compile(_python(_TOUCHED).replace("]$|", r"]\Z|"))


@given(groups=st.lists(st.lists(CELL, max_size=30), max_size=3), skipped=st.integers(0, 3))
@example(groups=[["2024-01-01 10:00:00"] * 50 + ["—", None, "", " a"]], skipped=1)
def test_every_cell_that_a_look_could_find_is_an_odd_one(groups: list[list[str | None]], skipped: int) -> None:
    seen, cells = PlainColumns(["a"]), [cell or "" for group in groups for cell in group[skipped:]]
    for group in groups:
        seen.see(pa.table({"a": pa.array(group, pa.string()).slice(skipped)}))
    if "a" not in seen.odd:
        assert sum(not cell.isascii() or not cell.isprintable() or "+" in cell for cell in cells)
        return
    found = {c for c in cells if TOUCHED.search(c) or c.startswith("#") or "+" in c or plain(c) != c}
    assert found <= seen.odd["a"] <= {*cells} - {""}
    assert seen.odd["a"] == {c for c in cells if is_odd(c)}


def test_a_column_of_many_odd_cells_is_no_plain_one() -> None:
    seen = PlainColumns(["few", "many", "long", "empty"])
    rows = 3000
    seen.see(
        pa.table(
            {
                "few": [f"INC{n}" if n % 500 else "—" for n in range(rows)],
                "many": ["电脑报修"] * rows,
                "long": [f"{'x' * 90}{n}" + " " * (n % 4 == 0) for n in range(rows)],
                "empty": pa.array([None] * rows, pa.string()),
            }
        )
    )
    assert seen.odd == {"few": {"—"}, "empty": set()}
