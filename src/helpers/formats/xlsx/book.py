"""The workbook of the forms, the same bytes for the same results."""

from __future__ import annotations

import io
from datetime import datetime, time

from helpers.formats.xlsx import forms, lists, review, split_form
from helpers.formats.xlsx.form_sheet import Formats, Sheet
from helpers.report import wording as w
from helpers.report.fiscal_words import fiscal_of
from helpers.report.results_types import Results

SHEETS = (
    ("绩效自评表", forms.scored_form, forms.SCORED_WIDTHS),
    ("转移支付区域绩效目标自评表", forms.transfer_form, forms.TRANSFER_WIDTHS),
    ("绩效自评表（指标分栏）", split_form.split_form, split_form.SPLIT_WIDTHS),
    ("佐证材料", lists.evidence_sheet, lists.EVIDENCE_WIDTHS),
    ("年度活动", lists.activity_sheet, lists.ACTIVITY_WIDTHS),
    ("计算口径", lists.measures_sheet, lists.MEASURE_WIDTHS),
    ("审核意见", review.remarks_sheet, review.REMARK_WIDTHS),
    ("审核说明", review.guide_sheet, review.GUIDE_WIDTHS),
)
"""Name, writer and column widths of each sheet, in order."""


def write_forms(results: Results) -> bytes:
    """self_evaluation.xlsx of validated results: both official forms and the sheets behind them.

    Raises ``MissingGlyph`` naming sheet and cell.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties(
        {
            "title": f"{results['fiscal_year']}年度{w.plain(results['project'])}绩效自评表"[:250],
            "author": w.plain(results["institution"])[:250],
            "created": _dated(results),
        }
    )
    formats = Formats(book)
    for name, write, widths in SHEETS:
        write(
            Sheet(
                book.add_worksheet(name), formats, widths, w.plain(results["notice"]) if results.get("notice") else None
            ),
            results,
        )
    book.close()
    return buffer.getvalue()


def _dated(results: Results) -> datetime:
    """The date that the report bears; without one, the first day after its year. Never a clock."""
    posts = results.get("posts")
    if posts:
        return datetime.fromisoformat(posts["date"])
    return datetime.combine(fiscal_of(results).end, time())
