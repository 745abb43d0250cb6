"""A PDF form without ruled lines is read where its alignment proves the reading, and refused everywhere else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from helpers.forms.filled_form import Form
from helpers.forms.readers import FormError, forms_of
from helpers.forms.readers.group_alignment import assigned
from tests.forms.readers.form_samples import HEADS, ROWS, book_of, scored
from tests.forms.readers.rebuilt import as_pdf

NO_LINES = ("none", "(x: none, y: 1pt)", "(x: 1pt, y: none)")


def sheet_of(**more: Any) -> Any:
    _, (sheet,) = book_of("表")
    scored(sheet, **more)
    return sheet


def said(form: Form) -> Form:
    """What a form says but for its goals, and without where it stands."""
    rows = tuple(replace(row, place=None) for row in form.rows)
    return replace(form, source=None, unplaced=(), remarks=(), goal=None, result=None, rows=rows)


def changed(at: int, **cells: Any) -> tuple[tuple[Any, ...], ...]:
    """The rows with some cells of one of them replaced."""
    names = ("level1", "level2", "level3", "target", "actual", "weight", "score", "reason")
    new = tuple(cells.get(name, value) for name, value in zip(names, ROWS[at], strict=True))
    return (*ROWS[:at], new, *ROWS[at + 1 :])


@pytest.mark.parametrize("stroke", NO_LINES)
@pytest.mark.parametrize("align", ["start", "horizon", "bottom"])
def test_what_is_read_is_what_a_ruled_table_says(stroke: str, align: str) -> None:
    rows = tuple((*row[:7], "备件到货慢" if row[7] else None) for row in ROWS)
    (wanted,) = forms_of(as_pdf(sheet_of(rows=rows)), "表.pdf")
    try:
        (found,) = forms_of(as_pdf(sheet_of(rows=rows), stroke=stroke, align=align), "表.pdf")
    except FormError as error:
        assert error.code == "unruled_pdf" and align != "start"
        return
    assert found.about.project == wanted.about.project and found.about.year == wanted.about.year
    assert replace(said(found), about=wanted.about) == said(wanted)
    assert found.goal is None and any("预期目标" in text and "没有读" in text for _, text in found.unplaced)
    assert any("没有框线" in remark for remark in found.remarks)


def test_a_label_on_two_lines_is_one() -> None:
    (found,) = forms_of(as_pdf(sheet_of(), stroke="none"), "表.pdf")
    assert (found.about.project, found.about.institution) == ("机房运行维护", "某市信息中心")
    assert (found.about.year, found.funds.adjusted, found.exec_score) == ("2023", 50, Decimal("9.6"))


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param({"rows": changed(2, reason="备件到货慢，且供应商停产，" * 4)}, id="a cell on several lines"),
        pytest.param({"rows": changed(1, score=5)}, id="points that are not the total's"),
        pytest.param({"rows": changed(1, score=25, weight=15)}, id="more points than weight"),
        pytest.param({"rows": changed(1, weight=None, score=None)}, id="a row without points"),
        pytest.param(
            {"rows": changed(3, target="持续提升并长期保持在较高的水平之上和更好")}, id="a text over the column"
        ),
        pytest.param({"total": False}, id="no total"),
        pytest.param({"rows": changed(2, level2="其他")}, id="a group that nobody knows"),
        pytest.param({"heads": (*HEADS[:5], "得分", "分值", "备注一")}, id="an unknown head"),
    ],
)
def test_what_does_not_prove_itself_is_refused(sheet: dict[str, Any]) -> None:
    with pytest.raises(FormError) as caught:
        forms_of(as_pdf(sheet_of(**sheet), stroke="none"), "表.pdf")
    assert caught.value.code == "unruled_pdf" and "框线" in caught.value.message and ".xlsx" in str(caught.value.hint)


A, B, C = "产出指标", "效益指标", "满意度指标"


def test_groups_are_assigned_where_only_one_way_is_sensible() -> None:
    # the names on the first row of each group
    second = [(0, "数量指标"), (2, "质量指标"), (3, "社会效益指标"), (4, "服务对象满意度")]
    assert assigned([(0, A), (3, B), (4, C)], second, 5) == [
        (A, "数量指标"),
        (A, "数量指标"),
        (A, "质量指标"),
        (B, "社会效益指标"),
        (C, "服务对象满意度"),
    ]
    # the names in the middle, one of them between two rows
    second = [(0.5, "数量指标"), (2, "质量指标"), (3, "社会效益指标"), (4, "服务对象满意度")]
    found = assigned([(1, A), (3, B), (4, C)], second, 5)
    assert found is not None and [one for one, _ in found] == [A, A, A, B, C]
    assert [two for _, two in found] == ["数量指标", "数量指标", "质量指标", "社会效益指标", "服务对象满意度"]
    # three rows whose name may stand above the others or in their middle
    single = [(0, "数量指标"), (2, "社会效益指标"), (4, "服务对象满意度")]
    assert assigned([(0, A), (2, B), (4, C)], single, 5) is None
    assert assigned([(0, A)], [(0, "数量指标"), (1, "意度")], 2) is None
    assert assigned([], [(0, "数量指标")], 1) is None
