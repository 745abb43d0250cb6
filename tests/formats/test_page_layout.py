"""Column widths that make a table lowest, heads and titles that break evenly."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.fonts.packaged import advance
from helpers.formats.page_layout import PADDING, ending, fit, head_text, placed, title_lines
from helpers.report.blocks import Cell, Table, TableColumn


def table(columns: list[tuple[str, float]], *rows: tuple[str, ...]) -> Table:
    return Table(
        caption="表",
        columns=tuple(TableColumn(title=t, width=w) for t, w in columns),
        rows=tuple(tuple(Cell(text=t) for t in row) for row in rows),
    )


def test_the_long_column_gets_the_room() -> None:
    names = table([("序号", 10), ("名称", 1), ("数", 10)], *[(str(i), "很长的名称" * 6, "1") for i in range(5)])
    fitted = fit(names, 42)
    assert fitted.widths[1] > 30 and fitted.lines == (1,) * 5


def test_what_nothing_gets_lower_by_goes_by_declared_widths() -> None:
    short = table([("甲", 1), ("乙", 3)], ("一", "二"))
    first, second = fit(short, 40).widths
    assert (second - 2 - PADDING) / (first - 2 - PADDING) > 2.9


def test_two_columns_that_both_must_grow_do() -> None:
    times = "2024-01-10 10:50"
    log = table(
        [("工单", 1), ("受理", 1), ("完成", 1), ("原因", 1)], *[("GD24-00099", times, times, "远程无法解决")] * 10
    )
    assert set(fit(log, 42).lines) == {1}


def test_figures_and_words_are_not_torn() -> None:
    wide = table([("型号", 1), ("说明", 30)], ("PC-M6100", "长" * 200))
    assert fit(wide, 30).widths[0] >= advance("PC-M6100") + PADDING


def test_merged_cells_count_once() -> None:
    merged = Table(
        caption="表",
        columns=(TableColumn(title="组"), TableColumn(title="值")),
        rows=((Cell(text="很长的组名" * 4, rowspan=10), Cell(text="0")), *[(Cell(text=str(i)),) for i in range(1, 10)]),
    )
    assert [[at for at, _ in row] for row in placed(merged)] == [[0, 1]] + [[1]] * 9
    assert fit(merged, 10).lines == (1,) * 10


texts = st.text(alphabet="甲乙丙，。abcXYZ0189 -/.%\n", max_size=60)


@settings(max_examples=150)
@given(
    st.integers(1, 8).flatmap(lambda n: st.lists(st.tuples(*[texts] * n), min_size=1, max_size=12)), st.floats(10, 70)
)
def test_widths_add_up_and_every_text_has_room(rows: list[tuple[str, ...]], width: float) -> None:
    made = table([(f"列{i}", i + 1.0) for i in range(len(rows[0]))], *rows)
    fitted = fit(made, width)
    assert abs(sum(fitted.widths) - width) < 0.1
    assert all(w > 0 for w in fitted.widths) and all(n >= 1 for n in (fitted.head, *fitted.lines))
    if min(fitted.widths) > PADDING + 2:
        for row, lines in zip(rows, fitted.lines, strict=True):
            needed = max(advance(text) / (w - PADDING) for text, w in zip(row, fitted.widths, strict=True))
            assert lines >= needed - 0.01


def test_a_head_breaks_evenly() -> None:
    assert head_text("一级指标", 5) == "一级指标"
    assert head_text("一级指标", 4) == "一级\n指标"


def test_a_title_breaks_by_its_parts() -> None:
    assert title_lines("绩效自评报告") == ["绩效自评报告"]
    assert title_lines("2024年度信息化运维服务项目支出绩效自评报告") == [
        "2024年度信息化运维服务",
        "项目支出绩效自评报告",
    ]
    *project, kind = title_lines(
        "2024年度某省政务信息化基础设施及业务系统运行维护与网络安全综合保障服务项目支出绩效自评报告"
    )
    assert kind == "项目支出绩效自评报告" and len(project) == 2
    assert abs(advance(project[0]) - advance(project[1])) <= 3
    assert len(title_lines("很长的标题" * 10)) == 3


def grouped(*sizes: int) -> Table:
    """Groups of so many rows, each with one merged cell."""
    rows = []
    for size in sizes:
        head = () if size == 1 else (Cell(text="组", rowspan=size),)
        rows.append((*(head or (Cell(text="单"),)), Cell(text="1")))
        rows += [(Cell(text="1"),)] * (size - 1)
    columns = (TableColumn(title="组"), TableColumn(title="数"))
    return Table(caption="", columns=columns, rows=tuple(rows))


@pytest.mark.parametrize(
    ("sizes", "together"),
    [
        ((1, 1, 1, 1, 1), 3),  # single rows: three
        ((4, 5), 5),  # a merged cell comes along whole
        ((4, 2, 1), 3),
        ((4, 2, 2), 4),
        ((20, 2), 0),  # the group before it is too long, and no merged cell is cut
        ((20, 1), 1),
        ((3,), 0),  # the first row starts the table
        ((1,), 0),
        ((), 0),
    ],
)
def test_the_last_rows_stay_together_with_the_merged_cells_that_reach_into_them(
    sizes: tuple[int, ...], together: int
) -> None:
    assert ending(grouped(*sizes)) == together


def test_a_date_breaks_behind_its_year_at_most() -> None:
    long = "一句很长的话，说明预计的效果和它的范围。" * 6
    fitted = fit(table([("事项", 10), ("期限", 5), ("效果", 9)], (long, "2025年12月30日（建议）", long)), 30)
    assert fitted.widths[1] - PADDING >= advance("12月30日")
