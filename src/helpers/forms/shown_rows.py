"""What was read of a form as a table on screen, so that a person sees misreadings."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

from helpers.forms.audit_file import AuditedFile, title
from helpers.forms.filled_form import Form

HEADS = ("行", "一级指标", "二级指标", "三级指标", "指标值", "完成值", "分值", "得分", "偏差原因及措施", "位置")


def shown_rows(files: Sequence[AuditedFile], width: int) -> str:
    """The rows of each form as they were read, its head, and what could not be placed."""
    return "\n".join(_form(table.form, width) for file in files for table in file.tables)


def head_lines(form: Form) -> list[tuple[str, str]]:
    """What was read above and below the rows: label and text."""
    funds = form.funds
    said: list[tuple[str, str | Decimal | None]] = [
        (f"年初预算（{form.money_unit}）", funds.initial),
        ("全年预算", funds.adjusted),
        ("全年执行", funds.spent),
        ("执行率", form.exec_rate_printed),
        ("执行率分值", form.exec_weight),
        ("执行率得分", form.exec_score),
        ("总分", form.total_printed),
        ("总体目标", form.goal),
        ("完成情况", form.result),
        *(("读法", remark) for remark in form.remarks),
    ]
    return [(label, number(value)) for label, value in said if value is not None]


def cells_of(form: Form) -> list[tuple[str, ...]]:
    """The rows as texts, in the order of ``HEADS``; a weight or score that is no number stands as printed."""
    rows = []
    for row in form.rows:
        unread = dict(row.unread)
        figures = (unread.get("weight") or number(row.weight), unread.get("score") or number(row.score))
        texts = (
            row.level1,
            row.level2,
            row.level3,
            row.target_text,
            row.actual_text,
            *figures,
            row.deviation_text,
            row.place,
        )
        rows.append((str(row.number), *(text or "" for text in texts)))
    return rows


def number(value: str | Decimal | None) -> str:
    """A figure as it was read; empty where there is none."""
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else value


def _form(form: Form, width: int) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SQUARE, show_lines=True)
    for name in HEADS:
        table.add_column(Text(name), overflow="fold")
    for cells in cells_of(form):
        table.add_row(*(Text(_printable(cell)) for cell in cells))
    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None)
    console.print(Text(f"■ {_printable(title(form))}  （{_printable(form.source or '')}）"))
    for label, text in head_lines(form):
        console.print(Text(f"  {label}：{_printable(text)}"))
    console.print(table)
    for place, text in form.unplaced:
        console.print(Text(f"  没有归入：{place}  {_printable(text)}"))
    return out.getvalue().rstrip("\n")


def _printable(text: str) -> str:
    """Without what steers a terminal."""
    return "".join(c for c in text if c.isprintable() or c == "\n")
