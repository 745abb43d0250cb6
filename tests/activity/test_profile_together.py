"""The columns of a wide export looked at together come out as each by itself, but for what is only told of a few."""

from __future__ import annotations

import dataclasses
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from helpers.activity.profile import column_cells, profile_file, screen
from helpers.activity.profile.column_cells import Cells
from helpers.activity.profile.column_facts import Facts
from helpers.activity.profile.columns import column_facts, facts_together

#: By head what stands in a column.
KINDS: dict[str, Any] = {
    "编号": lambda n: f"A{n:05d}",
    "受理时间": lambda n: f"2024/{n % 12 + 1}/{n % 28 + 1} {n % 24}:{n % 60:02d}",
    "登记日期": lambda n: f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d}",
    "办结日期": lambda n: f"{n % 28 + 1}.{n % 12 + 1}.2024" if n % 9 else "—",
    "到期": lambda n: f"2024{n % 12 + 1:02d}{n % 28 + 1:02d}",
    "世界时": lambda n: f"2024-03-01T{n % 24:02d}:00:00+08:00",
    "钟点": lambda n: f"{n % 24}:{n % 60:02d}",
    "是否完成": lambda n: ["是", "否", "N/A", "无"][n % 4],
    "是否返修": lambda n: ["是", "否", "-", "", "n"][n % 5],
    "标记": lambda n: ["1", "0", ""][n % 3],
    "数量": lambda n: str(n % 500) if n % 7 else "N/A",
    "比例": lambda n: f"{n % 100}%",
    "金额(万元)": lambda n: f"￥{n:,}.50",
    "读数": lambda n: f"{n % 90},{n % 10}",
    "工号": lambda n: f"{n:08d}",
    "联系电话": lambda n: f"1380000{n % 10000:04d}",
    "邮箱": lambda n: f"u{n}@example.org",
    "处理说明": lambda n: f"第{n}次处理，更换{n % 97}",
    "结束": lambda n: "未完成" if n % 5 else f"2024-05-{n % 28 + 1:02d} 10:00:00",
    "备用": lambda n: "",
    "杂项": lambda n: ["12", "x", "2024-01-01", "", "N/A", "5%"][n % 6],
    "unix": lambda n: str(1_700_000_000 + n),
    "序号日期": lambda n: str(45_000 + n % 300),
}  # fmt: skip
ROWS = 180


@pytest.fixture
def sheet() -> tuple[duckdb.DuckDBPyConnection, list[str]]:
    """Each kind three times, shifted, with some cells blanked by chance."""
    dice, heads = random.Random(7), [f"{name}{copy or ''}" for copy in range(3) for name in KINDS]
    columns = [
        ["" if dice.random() < 0.02 * copy else make(row + 31 * copy) for row in range(ROWS)]
        for copy in range(3)
        for make in KINDS.values()
    ]
    connection = duckdb.connect()
    connection.execute(
        f"CREATE TABLE sheet ({', '.join(f'c{at} VARCHAR' for at in range(len(heads)))}, source_row BIGINT)"
    )
    rows = [[*cells, number] for number, cells in enumerate(zip(*columns, strict=True), start=2)]
    connection.executemany(f"INSERT INTO sheet VALUES ({', '.join('?' * (len(heads) + 1))})", rows)
    return connection, heads


def without_fit(facts: Facts) -> Facts:
    return dataclasses.replace(facts, unfit=0, unfit_values=(), span=None)


@pytest.mark.parametrize("together", [1_000_000, ROWS * 5])
def test_together_each_column_is_as_by_itself(sheet: Any, together: int, monkeypatch: pytest.MonkeyPatch) -> None:
    connection, heads = sheet
    monkeypatch.setattr(column_cells, "TOGETHER", together)
    found = facts_together(connection, heads, ROWS)
    for at, (facts, head) in enumerate(zip(found, heads, strict=True)):
        alone = column_facts(Cells(connection, f"c{at}"), f"c{at}", head)
        assert facts == without_fit(alone), head
    kinds = {one.type for one in found}
    assert {"text", "date", "datetime", "integer", "money", "boolean"} <= kinds
    assert any(one.offsets for one in found) and any(one.maybe or one.markers for one in found)


def test_a_wide_export_is_told_as_ever_on_a_page(tmp_path: Path, sheet: Any) -> None:
    connection, heads = sheet
    rows = connection.execute("SELECT * EXCLUDE source_row FROM sheet ORDER BY source_row").fetchall()
    quoted = [",".join(f'"{cell}"' for cell in row) for row in [heads, *rows]]
    (tmp_path / "宽表.csv").write_text("\n".join(quoted) + "\n", encoding="utf-8")
    found = profile_file(tmp_path / "宽表.csv")
    whole = profile_file(tmp_path / "宽表.csv", every=True)
    assert found.only is not None and 0 < len(found.only) < len(heads)
    told = {one.cell: one for one in found.columns if one.cell in found.only}
    assert told == {one.cell: one for one in whole.columns if one.cell in found.only}
    assert len(screen(found).splitlines()) < len(screen(whole).splitlines()) / 2
