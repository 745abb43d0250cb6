"""The official layouts on a sheet: find each form by its words, wherever its cells stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helpers.indicators.form import Form, FormRow, form, form_row, points
from helpers.indicators.text import normal
from helpers.report.readers import heads
from helpers.report.readers.grid import Grid
from helpers.report.readers.heads import SPLIT, column_of, head

FIELDS = ("level1", "level2", "level3", "target_text", "actual_text", "weight", "score", "deviation_text")


@dataclass(frozen=True)
class Block:
    """The indicator block of one form: the row of its heads, and the columns of each field."""

    row: int
    columns: dict[str, tuple[int, ...]]


def read_layout(grid: Grid, shown: str) -> list[Form]:
    """All forms on a sheet; none where it holds no indicator block."""
    blocks = list(_blocks(grid))
    forms, start = [], 0
    for number, block in enumerate(blocks):
        limit = blocks[number + 1].row if number + 1 < len(blocks) else len(grid.texts)
        found, end = _form(grid, block, start, limit, shown)
        forms.append(found)
        start = end
    return forms


def _blocks(grid: Grid) -> Iterator[Block]:
    """Rows that head indicators: a level-3 head beside a target or an actual."""
    for row in range(len(grid.texts)):
        columns: dict[str, tuple[int, ...]] = {}
        for column in range(len(grid.texts[row])):
            own = grid.own(row, column)
            key = column_of(own) if own else None
            if key and key not in columns:
                columns[key] = tuple(c for c in range(len(grid.texts[row])) if grid.anchor[row][c] == (row, column))
        if "level3" in columns and ("target_text" in columns or "value" in columns) and ("level1" in columns or "level2" in columns or "actual_text" in columns):
            yield Block(row, columns)


def _form(grid: Grid, block: Block, start: int, limit: int, shown: str) -> tuple[Form, int]:
    top = _title_row(grid, start, block.row)
    header: dict[str, Any] = {"complete": True, **_labels(grid, top, block.row), **_funds(grid, top, block.row)}
    rows, extra, end = _rows(grid, block, limit)
    header |= {k: v for k, v in extra.items() if v is not None and header.get(k) is None}
    title = " ".join(grid.own(r, c) for r in range(top, block.row) for c in range(len(grid.texts[r])))
    header["year"] = _year(title)
    scored = "weight" in block.columns or "score" in block.columns
    header["table_kind"] = "self_eval" if scored else "transfer_self_eval"
    return form(header, rows, f"{shown} {grid.name}"), end


def _title_row(grid: Grid, start: int, end: int) -> int:
    """The last title above the block: a sheet may hold several forms."""
    titles = [r for r in range(start, end) if any(re.search("自评表|目标表", head(t)) for t in grid.texts[r])]
    return titles[-1] if titles else start


def _year(text: str) -> str | None:
    found = re.search(r"(20\d{2})\s*年", normal(text)) or re.search(r"(20\d{2})", normal(text))
    return found[1] if found else None


def _labels(grid: Grid, top: int, end: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in range(top, end):
        for column in range(len(grid.texts[row])):
            own = head(grid.own(row, column))
            for key, pattern in heads.LABELS.items():
                if own and pattern.match(own) and key not in found:
                    found[key] = _right_of(grid, row, column)
            if own and heads.GOAL.match(own) and "goal" not in found:
                beside = [c for c in range(column + 1, len(grid.texts[row])) if heads.RESULT.match(head(grid.own(row, c)))]
                if beside and row + 1 < end and grid.anchor[row + 1][column][0] > row:
                    found["goal"], found["result"] = grid.at(row + 1, column) or None, grid.at(row + 1, beside[0]) or None
    found["institution"] = found.get("institution") or found.get("department")
    found.pop("department", None)
    return found


def _right_of(grid: Grid, row: int, column: int) -> str | None:
    """The next filled cell to the right that is not part of the label, and is no label itself."""
    label = grid.anchor[row][column]
    for c in range(column + 1, len(grid.texts[row])):
        if grid.anchor[row][c] != label and grid.at(row, c):
            text = grid.at(row, c)
            return None if any(p.match(head(text)) for p in heads.LABELS.values()) else text
    return None


def _funds(grid: Grid, top: int, end: int) -> dict[str, Any]:
    """The funds block: its heads name the amounts, its lines the sources."""
    for row in range(top, end):
        columns: dict[str, int] = {}
        for column in range(len(grid.texts[row])):
            own = head(grid.own(row, column))
            key = next((k for k, p in heads.AMOUNTS.items() if own and p.match(own)), None)
            if key and key not in columns:
                columns[key] = column
        if "spent" in columns and ("adjusted" in columns or "initial" in columns):
            return _fund_lines(grid, row, end, columns, _money_unit(grid, top, row))
    return {}


def _money_unit(grid: Grid, top: int, row: int) -> str:
    """元 or 万元, as the label of the block or its heads say; the form's own unit is 万元."""
    for r in range(row, max(top, row - 3) - 1, -1):
        for text in dict.fromkeys(grid.texts[r]):
            found = re.search(r"\((?:单位:)?(万元|元)\)|单位:(万元|元)", normal(text))
            if found:
                return found[1] or found[2]
    return "万元"


def _fund_lines(grid: Grid, row: int, end: int, columns: dict[str, int], unit: str) -> dict[str, Any]:
    first = min(columns.values())
    lines = []
    for r in range(row + 1, end):
        name = next((head(grid.at(r, c)) for c in range(first - 1, -1, -1) if grid.at(r, c) and grid.anchor[r][c][0] >= row + 1), "")
        cells = {key: grid.at(r, c) for key, c in columns.items()}
        if not name or any(heads.GOAL.match(head(t)) for t in grid.texts[r]) or re.search("总体目标|绩效指标|资金管理|情况说明", name):
            break
        lines.append({"name": re.sub("^其中|^-+", "", name), **cells})
    total = next((line for line in lines if heads.FUND_TOTAL.search(line["name"])), lines[0] if lines else {})
    parts = [line for line in lines if line is not total and any(points(line.get(k)) is not None for k in ("initial", "adjusted", "spent"))]
    amounts = {k: total.get(k) for k in ("initial", "adjusted", "spent")}
    return {"money_unit": unit, "budget_initial": amounts["initial"], "budget_adjusted": amounts["adjusted"], "spent": amounts["spent"],
            "exec_rate_printed": total.get("rate") or None, "exec_weight": total.get("weight"), "exec_score": total.get("score"),
            "fund_total": amounts if parts else None, "fund_parts": parts or None}


def _rows(grid: Grid, block: Block, limit: int) -> tuple[tuple[FormRow, ...], dict[str, Any], int]:
    """The indicator rows, what the total line and an execution line among them say, and where the block ends."""
    rows: list[FormRow] = []
    extra: dict[str, Any] = {}
    levels: dict[str, str] = {}
    left = min(c for cs in block.columns.values() for c in cs)
    blank = 0
    for r in range(block.row + 1, limit):
        cells = {key: _joined(grid, r, columns) for key, columns in block.columns.items()}
        leads = [head(grid.own(r, c)) for c in range(len(grid.texts[r]))]
        lead = next((text for text in leads if text), "")
        if heads.TOTAL_ROW.match(lead):
            extra["total_printed"] = cells.get("score") or None
            return tuple(rows), extra, r + 1
        if heads.END_ROW.match(lead) or any(re.search("自评表|目标表", text) for text in leads if len(text) < 40):
            return tuple(rows), extra, r
        if _is_subhead(cells):
            continue
        if not any(cells.get(k) for k in FIELDS if k not in ("level1", "level2")):
            blank += 1
            if blank > 3:
                return tuple(rows), extra, r
            continue
        blank = 0
        for key in ("level1", "level2"):
            text = re.sub(r"[(（][0-9.]+分?[)）]$", "", cells.get(key, "")).replace("\n", "").replace(" ", "")
            levels[key] = text or levels.get(key, "")
            if key == "level1" and text:
                levels.pop("level2", None) if not cells.get("level2") else None
        if heads.EXECUTION_ROW.match(head(cells.get("level3") or levels.get("level1"))) and cells.get("weight"):
            extra |= {"exec_weight": cells.get("weight"), "exec_score": cells.get("score"), "exec_rate_printed": cells.get("actual_text")}
            continue
        if any(cells.get(k) for k in SPLIT):
            cells["target_text"] = " ".join(t for t in (cells.get("direction"), cells.get("operator"), cells.get("value") or cells.get("target_text"), cells.get("unit")) if t)
        named = {k: cells.get(k) or None for k in FIELDS} | {k: levels.get(k) or None for k in ("level1", "level2")}
        rows.append(form_row(named, len(rows) + 1, grid.place(r, (block.columns.get("level3") or (left,))[0])))
    return tuple(rows), extra, limit


def _joined(grid: Grid, row: int, columns: tuple[int, ...]) -> str:
    """The texts under one head; cells of their own under a wide head are joined."""
    seen: dict[tuple[int, int], str] = {}
    for column in columns:
        seen.setdefault(grid.anchor[row][column], grid.at(row, column))
    return " ".join(text for text in seen.values() if text)


def _is_subhead(cells: dict[str, str]) -> bool:
    """A second line of heads below the first (符号 · 数值 · 度量单位)."""
    words = normal(cells.get("target_text", "")).replace(" ", "")
    return bool(words) and not re.search("[0-9]", words) and bool(re.fullmatch("(?:指标|运算|计算|比较|度量|计量)?(?:方向|性质|符号|符|数值|内容|单位|值)+.*", words)) \
        and not cells.get("weight") and not cells.get("actual_text")
