"""One look at all cells of a row finds whatever a look at each of them would have found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.activity import not_records
from helpers.activity.invisible import _TOUCHED, PROSE, _touched_prose, stained
from helpers.year.engine import identifier, literal, open_engine
from helpers.year.tables import Table
from tests.activity.activity_samples import cleaned, project, reasons

SPEC = Table.model_validate(
    {"title": "工单", "files": "t.csv", "columns": {c: {"from": c} for c in ("id", "a", "b")}, "key": "id"}
)
SIGN = st.sampled_from(
    list("a1=#'\"+eE \t\r\n\x00\x20\x85\xa0\xad\u0301\u200b\u2014\u201c\u206f\u3000\ue0fe\ue0ff\ufeff用⽤")
)
MIDDLE = st.one_of(
    st.just(""), st.sampled_from(["中" * 50, "x" * PROSE, "用 \u200b" + "中" * 50, "1e+5"]), st.text(max_size=3)
)
CELL = st.one_of(st.none(), st.builds("{}{}{}".format, SIGN, MIDDLE, SIGN), SIGN, st.text(max_size=4))


@settings(max_examples=250, deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=4))
def test_columns_to_be_mended_and_mangled_cells(rows: list[tuple[str | None, str | None, str | None]]) -> None:
    with open_engine(threads=1) as connection:
        connection.execute("CREATE TABLE source (id VARCHAR, a VARCHAR, b VARCHAR)")
        connection.executemany("INSERT INTO source VALUES (?, ?, ?)", [list(row) for row in rows] or [[None] * 3])
        found, mangled = stained(connection, SPEC, ())
        for column in SPEC.columns:
            cell = identifier(column)
            touched = f"regexp_matches({cell}, {literal(_TOUCHED)})"
            if column != "id":
                touched = f"CASE WHEN strlen({cell}) <= {PROSE} THEN {touched} ELSE {_touched_prose(cell)} END"
            ((there,),) = connection.execute(f"SELECT coalesce(bool_or({touched}), false) FROM source").fetchall()
            assert there == (column in found)
    cells = [cell for row in rows for cell in row if cell]
    assert mangled or not any(cell.startswith("#") or "e+" in cell.lower() for cell in cells)


TABLE = """\
  tickets:
    title: 工单
    files: exports/t.csv
    columns: {id: 编号, kind: 类别, on: {from: 日期, type: date}, note: 说明}
    exact_duplicates: keep
"""
LINES = (
    "编号,类别,日期,说明\n"
    + "".join(f"A{n},报修,2024-03-{n + 1:02},好\n" for n in range(9))
    + "制表人：信息科,,,\n,,,\n第1页,,,\n,本月合计,,\n第2页,,,\n"
)


@pytest.mark.parametrize(
    ("limit", "aside"),
    [
        (20_000, {"页脚、签字或表下附注": 3, "合计行": 1, "空行": 1}),
        # The row that names a total is looked at all the same.
        (2, {"页脚、签字或表下附注": 2, "合计行": 1, "空行": 1}),
    ],
)
def test_of_lines_with_few_cells_the_first_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int, aside: dict[str, int]
) -> None:
    monkeypatch.setattr(not_records, "LOOKED_AT", limit)
    account, _, _ = cleaned(project(tmp_path, TABLE, {"t.csv": LINES}), tmp_path / "out")
    assert reasons(account) == aside
