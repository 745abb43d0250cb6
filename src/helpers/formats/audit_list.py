"""The list of what is to be corrected in audited forms, as a workbook and as one web page.

Both say the same: a summary over all forms, then each form by itself. The same audit gives the same bytes.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from html import escape

from helpers.formats.plain_pages import POLICY
from helpers.forms.audit_file import Audit, AuditedFile, AuditedTable, place_of, silent_checks, title
from helpers.forms.shown_rows import HEADS, cells_of, head_lines, number

SUFFIXES = (".xlsx", ".html", ".htm")
LEVELS = {"stop": "必须改正", "note": "需要说明"}
FINDING_HEADS = ("序号", "级别", "检查", "位置", "三级指标", "问题", "算式", "处理")
FORM_HEADS = (
    "序号",
    "文件",
    "单位",
    "项目",
    "年度",
    "指标行",
    "必须改正",
    "需要说明",
    "印出的总分",
    "重算的总分",
    "相差",
    "按印出得分计的行",
    "工作表",
)
SCORE_NOTE = "重算的总分：能判定的指标按规则由指标值和完成值算出，预算执行按执行率算出，其余按印出的得分计。"
KIND_HEADS = ("检查", "级别", "处数", "涉及的表")
REFUSED_HEADS = ("文件", "代码", "原因", "处理")
#: What is text is never taken for a formula or a link.
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
#: A workbook's date is none of a clock's, so that the same audit gives the same bytes.
MADE = datetime(2000, 1, 1)
LONGEST_CELL = 32_000
NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\ud800-\udfff]")
STYLE = (
    "body{font-family:'Microsoft YaHei','Noto Sans CJK SC',sans-serif;margin:2em;line-height:1.6}"
    "table{border-collapse:collapse;margin:.5em 0 1.5em}"
    "th,td{border:1px solid #999;padding:.25em .5em;vertical-align:top;text-align:left;white-space:pre-wrap}"
    "th{background:#eee}tr.stop td:nth-child(2){color:#b00;font-weight:bold}h2{margin-top:2em}"
)

Cell = str | int | Decimal | None


@dataclass(frozen=True)
class Block:
    """One table of the list: what it is called, its heads and rows; ``widths`` in characters."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]


def render_audit(audit: Audit, suffix: str) -> bytes:
    """The list in the format that a file name's ending asks for."""
    return audit_xlsx(audit) if suffix == ".xlsx" else audit_html(audit).encode("utf-8")


# --- what is said ---------------------------------------------------------------------------------


def _tables(audit: Audit) -> list[tuple[AuditedFile, AuditedTable]]:
    return [(file, table) for file in audit.files for table in file.tables]


def summary(audit: Audit) -> list[Block]:
    """All forms with their scores, the findings by kind, and the files that could not be read."""
    names = sheet_names(audit)
    forms = tuple(
        _form_line(at, file, table, names[at - 1]) for at, (file, table) in enumerate(_tables(audit), start=1)
    )
    counts = Counter((one.check, one.level) for one in audit.findings)
    touched = Counter(kind for table in audit.tables for kind in {(one.check, one.level) for one in table.findings})
    kinds = tuple(
        (check, LEVELS[level], count, touched[check, level])
        for (check, level), count in sorted(counts.items(), key=lambda kind: (kind[0][1] != "stop", -kind[1], kind[0]))
    )
    refused = tuple(
        (e.file, e.code, e.message + (f"（{e.place}）" if e.place else ""), e.hint or "") for e in audit.refused
    )
    return [
        Block("各表", FORM_HEADS, forms, (6, 30, 24, 28, 8, 8, 10, 10, 12, 12, 10, 16, 16)),
        Block("问题分类", KIND_HEADS, kinds, (24, 12, 8, 10)),
        Block("未能读取的文件", REFUSED_HEADS, refused, (40, 18, 50, 50)),
        Block("没有读的其他文件", ("文件",), tuple((name,) for name in audit.others), (60,)),
    ]


def _form_line(at: int, file: AuditedFile, table: AuditedTable, name: str) -> tuple[Cell, ...]:
    about, own = table.form.about, table.findings
    stops = sum(one.level == "stop" for one in own)
    printed, worked_out = table.form.total_printed, table.recomputed.total
    apart = printed - worked_out if printed is not None and worked_out is not None else None
    return (
        at,
        file.shown,
        about.institution,
        about.project,
        about.year,
        len(table.form.rows),
        stops,
        len(own) - stops,
        printed,
        worked_out,
        apart,
        table.recomputed.as_printed if worked_out is not None else None,
        name,
    )


def form_blocks(table: AuditedTable) -> list[Block]:
    """One form: what is wrong, what could not be checked, and what was read."""
    form = table.form
    found = tuple(
        (
            at,
            LEVELS[one.level],
            one.check,
            place_of(one, form),
            one.where.level3,
            one.message,
            one.arithmetic,
            one.remedy,
        )
        for at, one in enumerate(table.findings, start=1)
    )
    silent = tuple((why, "、".join(checks)) for why, checks in silent_checks(form).items())
    return [
        Block("问题", FINDING_HEADS, found, (6, 10, 20, 22, 24, 50, 30, 40)),
        Block("未能检查", ("原因", "检查"), silent, (30, 60)),
        Block("读到的表头", ("项目", "内容"), tuple(head_lines(form)), (20, 60)),
        Block("读到的指标行", HEADS, tuple(cells_of(form)), (6, 12, 14, 28, 16, 16, 8, 8, 40, 22)),
        Block("没有归入表中的文字", ("位置", "文字"), form.unplaced, (24, 60)),
    ]


def sheet_names(audit: Audit) -> list[str]:
    """A name for each form's sheet: its number and as much of its project as fits."""
    names = [NO_SHEET_NAME.sub(" ", table.form.about.project or "自评表") for table in audit.tables]
    return [f"{at:03} {name}"[:31].rstrip(" '") for at, name in enumerate(names, start=1)]


# --- formats --------------------------------------------------------------------------------------


def audit_xlsx(audit: Audit) -> bytes:
    """A sheet with the summary, then one a form."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    book.set_properties({"title": "自评表审核整改清单", "created": MADE})
    look = {"text_wrap": True, "valign": "top", "border": 1}
    looks = {"cell": book.add_format(look), "head": book.add_format({**look, "bold": True, "bg_color": "#EEEEEE"})}
    looks["title"] = book.add_format({"bold": True, "font_size": 12})
    _sheet(book.add_worksheet("汇总"), ["自评表审核整改清单", _counts(audit), SCORE_NOTE], summary(audit), looks)
    for name, (file, table) in zip(sheet_names(audit), _tables(audit), strict=True):
        _sheet(book.add_worksheet(name), [title(table.form), f"文件：{file.shown}"], form_blocks(table), looks)
    book.close()
    return buffer.getvalue()


def _sheet(sheet: object, lines: Sequence[str], blocks: Iterable[Block], looks: dict[str, object]) -> None:
    """Blocks one below the other; a column is as wide as the first block asks."""
    put = sheet.write  # type: ignore[attr-defined]
    at = 0
    for line in lines:
        put(at, 0, _safe(line), looks["title"])
        at += 1
    for number_, block in enumerate(block for block in blocks if block.rows):
        if not number_:
            for column, width in enumerate(block.widths):
                sheet.set_column(column, column, width)  # type: ignore[attr-defined]
        put(at + 1, 0, block.name, looks["title"])
        for column, head in enumerate(block.heads):
            put(at + 2, column, head, looks["head"])
        for row, cells in enumerate(block.rows, start=at + 3):
            for column, value in enumerate(cells):
                put(row, column, float(value) if isinstance(value, Decimal) else _safe(value), looks["cell"])
        at += 3 + len(block.rows)


def _safe(value: str | int | None) -> str | int | None:
    """What XML and a cell can hold."""
    if not isinstance(value, str):
        return value
    return "".join(
        c for c in value if c in "\n\t" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )[:LONGEST_CELL]


def audit_html(audit: Audit) -> str:
    """One page: no script, nothing from outside."""
    parts = [f"<h1>自评表审核整改清单</h1><p>{escape(_counts(audit))}</p><p>{SCORE_NOTE}</p>"]
    parts += [_html(block) for block in summary(audit) if block.rows]
    for at, (file, table) in enumerate(_tables(audit), start=1):
        parts.append(
            f"<h2>{at}. {escape(_safe_text(title(table.form)))}</h2><p>文件：{escape(_safe_text(file.shown))}</p>"
        )
        parts += [_html(block) for block in form_blocks(table) if block.rows]
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>自评表审核整改清单</title><style>{STYLE}</style></head><body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _html(block: Block) -> str:
    stop = LEVELS["stop"]
    heads = "".join(f"<th>{escape(head)}</th>" for head in block.heads)
    rows = "\n".join(
        ('<tr class="stop">' if stop in cells else "<tr>") + "".join(f"<td>{_shown(c)}</td>" for c in cells) + "</tr>"
        for cells in block.rows
    )
    return f"<h3>{escape(block.name)}</h3>\n<table><tr>{heads}</tr>\n{rows}</table>"


def _shown(value: Cell) -> str:
    return str(value) if isinstance(value, int) else escape(_safe_text(number(value)))


def _safe_text(text: str) -> str:
    return str(_safe(text))


def _counts(audit: Audit) -> str:
    stops = audit.stops
    return (
        f"共 {len(audit.tables)} 张表：必须改正 {stops} 处，需要说明 {len(audit.findings) - stops} 处；"
        f"未能读取的文件 {len(audit.refused)} 个"
    )
