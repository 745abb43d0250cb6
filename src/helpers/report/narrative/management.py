"""How the money was managed: the seven lines that a transfer payment's form asks for, and how the goal came out."""

from __future__ import annotations

from collections.abc import Iterable

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block
from helpers.report.facts import Results
from helpers.report.form_texts import management_lines

_COLUMNS = [("方面", "center", 7), ("情况说明", "left", 18), ("存在问题和改进措施", "left", 14)]


def funds_management(results: Results) -> Iterable[Block]:
    """The lines as a table, and which of them nobody filled in; nothing where none was declared."""
    if not results.get("funds_management"):
        return
    lines = management_lines(results)
    long = f.CELL_LENGTH
    rows = [
        (item, *(text if len(text) <= long else w.brief(text, long) for text in (said, wrong or "—")))
        for item, said, wrong in lines
        if said
    ]
    blank = [item for item, said, _ in lines if not said]
    yield from f.para("资金管理情况逐项列于下表。", f"{'、'.join(blank)}没有提供情况说明。" if blank else "")
    yield f.table("资金管理情况", _COLUMNS, rows)
    yield from f.full_texts((text for _, *texts in lines for text in texts), long)
