"""The sheets for reviewers: how a package is read and checked, and where their remarks go."""

from __future__ import annotations

from importlib import resources

from helpers.formats.xlsx.form_sheet import Sheet
from helpers.report import wording as w
from helpers.report.results_types import Results
from helpers.report.review_rows import review_rows, sheet_mark

GUIDE_WIDTHS = (100.0,)
REMARK_WIDTHS = (36.0, 34.0, 34.0, 44.0, 12.0, 18.0)
HEADS = ("编号", "内容", "材料中的数值或文字", "审核意见", "是否认可", "审核岗位")
#: The row of the heads, from 0, and what stands before it.
HEAD_ROW = 4
MARK = "材料标识："
VERDICTS = ("认可", "不认可", "需补充")
HOW = (
    "填写说明：只填右边三列，可以只填有意见的行；“是否认可”从列表中选；“审核岗位”写岗位，不写姓名。"
    "前三列和材料标识请勿改动。填好后发回，由填报单位用 selfeval remarks 读取，答复印在下一版材料的附件中。"
)


def guide_text() -> str:
    """The page that docs/审核说明.md is, too."""
    return resources.files("helpers.formats").joinpath("templates/review_guide.md").read_text(encoding="utf-8")


def guide_sheet(sheet: Sheet, results: Results) -> None:
    """审核说明: one page, a paragraph a row."""
    del results  # the same for every package
    row = 0
    for line in guide_text().splitlines():
        text = line.replace("`", "").replace("**", "").strip()
        if not text or text.startswith("```"):
            continue
        if text.startswith("#"):
            sheet.put(row, 0, text.lstrip("# "), "title" if row == 0 else "bold")
        else:
            sheet.put(row, 0, text, "plain")
        row += 1
    sheet.finish(row - 1)


def remarks_sheet(sheet: Sheet, results: Results) -> None:
    """审核意见: a row for each figure and statement, found by its id or its words."""
    sheet.put(0, 0, "审核意见表", "title", columns=len(REMARK_WIDTHS))
    sheet.heights[0] = 28.0
    sheet.put(1, 0, f"{w.plain(results['institution'])}　{w.plain(results['project'])}", "plain", columns=6)
    sheet.put(2, 0, MARK + sheet_mark(results), "plain", columns=6)
    sheet.put(3, 0, HOW, "plain", columns=6)
    for column, head in enumerate(HEADS):
        sheet.put(HEAD_ROW, column, head, "head")
    row = HEAD_ROW + 1
    for one in review_rows(results):
        sheet.row(row, (one.id, one.words, one.shown, None, None, None), ("text",) * 6)
        row += 1
    sheet.choices(HEAD_ROW + 1, row - 1, HEADS.index("是否认可"), VERDICTS)
    sheet.page.freeze_panes(HEAD_ROW + 1, 2)
    sheet.finish(row - 1, repeat=(HEAD_ROW, HEAD_ROW), landscape=True)
