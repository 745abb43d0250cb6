"""Word documents with tracked changes, text boxes, nested tables, footnotes, symbol fonts and pictures."""

from __future__ import annotations

import io
import zipfile

import pytest

from helpers.forms.audit.recomputed import Recomputed
from helpers.forms.audit_file import Audit, AuditedFile, AuditedTable, work_list
from helpers.forms.filled_form import Form
from helpers.forms.readers import forms_of

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
HEADS = ("一级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分")


def run(text: str, look: str = "") -> str:
    return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}<w:t>{text}</w:t></w:r>"


def cell(inner: str, after: str = "", properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{after}<w:p>{inner}</w:p></w:tc>"


def row(*cells: str, properties: str = "") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def written(target: str, actual: str = run("95%"), more_rows: str = "", before: str = "", notes: str = "") -> Form:
    """A form with one row whose target and actual are these runs."""
    first = row(*(cell(run(text)) for text in ("产出指标", "验收合格率")), cell(target), cell(actual),
                cell(run("20")), cell(run("20")))  # fmt: skip
    table = f"<w:tbl>{row(*(cell(run(text)) for text in HEADS))}{first}{more_rows}</w:tbl>"
    body = f"<w:p>{run('项目支出绩效自评表')}</w:p>{before}{table}"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        if notes:
            archive.writestr("word/footnotes.xml", f"<w:footnotes {W}>{notes}</w:footnotes>")
    (form,) = forms_of(out.getvalue(), "表.docx")
    return form


def boxed(text: str) -> str:
    box = f"<v:textbox><w:txbxContent><w:p>{run(text)}</w:p></w:txbxContent></v:textbox>"
    return f"<w:r><w:pict><v:shape xmlns:v='urn:v'>{box}</v:shape></w:pict></w:r>"


@pytest.mark.parametrize(
    "target",
    [
        f"<w:ins>{run('≥90%')}</w:ins><w:del><w:r><w:delText>≥80%</w:delText></w:r></w:del>",
        f"<w:moveFrom>{run('≥80%')}</w:moveFrom><w:moveTo>{run('≥90%')}</w:moveTo>",
        f"{run('≥')}<w:del>{run('8')}</w:del><w:ins>{run('9')}</w:ins>{run('0%')}",
    ],
)
def test_changes_are_read_as_accepted_and_said(target: str) -> None:
    form = written(target)
    assert form.rows[0].target_text == "≥90%" and "修订" in form.remarks[0]
    table = AuditedTable(form, (), Recomputed(None))
    assert "读法：文档里有没有接受的修订" in work_list(Audit((AuditedFile("表.docx", (table,)),)))


def test_a_deleted_row_is_none() -> None:
    gone = row(*(cell(run(text)) for text in ("产出指标", "旧指标", "3个", "3个", "5", "5")), properties="<w:del/>")
    form = written(run("≥90%"), more_rows=gone)
    assert [r.level3 for r in form.rows] == ["验收合格率"] and form.remarks


def test_struck_and_hidden_text_is_left_out() -> None:
    form = written(run("≥80%", "<w:strike/>") + run("旧", "<w:vanish/>") + run("≥90%", '<w:strike w:val="0"/>'))
    assert form.rows[0].target_text == "≥90%" and "划去" in form.remarks[0]


@pytest.mark.parametrize(
    ("sign", "text"), [("F0B3", "≥90%"), ("F0A3", "≤90%"), ("B3", "≥90%"), ("F0E5", "□90%"), ("x", "□90%")]
)
def test_signs_of_symbol_fonts(sign: str, text: str) -> None:
    assert written(f'<w:r><w:sym w:font="Symbol" w:char="{sign}"/></w:r>{run("90%")}').rows[0].target_text == text


def test_a_sign_that_is_a_picture_is_not_lost() -> None:
    form = written(f"<w:r><w:object/></w:r>{run('90%')}")
    assert form.rows[0].target_text == "〔图〕90%" and "图片" in form.remarks[0]


def test_a_raised_figure_is_a_power() -> None:
    raised = run("2", '<w:vertAlign w:val="superscript"/>')
    assert written(run("300m") + raised).rows[0].target_text == "300m²"


def test_a_text_box_is_no_part_of_the_cell_and_is_named() -> None:
    form = written(run("≥90%") + boxed("此处盖章"), before=f"<w:p>{boxed('内部资料')}</w:p>")
    assert form.rows[0].target_text == "≥90%"
    assert {text for _, text in form.unplaced} >= {"此处盖章", "内部资料"}
    assert any("文本框" in place for place, _ in form.unplaced)


def test_a_table_in_a_cell_is_no_row_of_the_form() -> None:
    inner = f"<w:tbl>{row(cell(run('东侧围栏')), cell(run('五处')), cell(run('4处')))}</w:tbl>"
    more = row(
        cell(run("产出指标")), cell(run("修缮"), after=inner), *(cell(run(t)) for t in ("9处", "9处", "70", "70"))
    )
    form = written(run("≥90%"), more_rows=more)
    assert [r.level3 for r in form.rows] == ["验收合格率", "修缮"]
    assert any("五处" in text for _, text in form.unplaced)


def test_footnotes_are_named() -> None:
    note = (
        f'<w:footnote w:type="separator"><w:p/></w:footnote><w:footnote><w:p>{run("口径见附表三。")}</w:p></w:footnote>'
    )
    assert ("脚注 1第 1 列", "口径见附表三。") in written(run("≥90%"), notes=note).unplaced
