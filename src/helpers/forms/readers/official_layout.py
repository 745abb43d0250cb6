"""The official layouts on a sheet: find each form by its words, wherever its cells stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from helpers.forms.filled_form import Form, FormRow, form, form_row
from helpers.forms.readers import head_words
from helpers.forms.readers.form_head import read_head
from helpers.forms.readers.grid import Grid
from helpers.forms.readers.head_words import SPLIT, column_of, head, joined_target, with_unit
from helpers.indicators.normal_text import normal

FIELDS = ("level1", "level2", "level3", "target_text", "actual_text", "weight", "score", "deviation_text")
OWN_FIELDS = ("level3", "target_text", "actual_text", "weight", "score", "deviation_text", *SPLIT)
#: What the groups of indicators are called.
GROUP = re.compile("产出|效益|效果|满意|成本|过程|投入|决策|管理")
#: Blank lines between rows; more of them end the form.
MOST_BLANK = 3


@dataclass(frozen=True)
class Block:
    """The indicator block of one form: the first and last row of its heads, and the columns of each field."""

    row: int
    last: int
    columns: dict[str, tuple[int, ...]]


def read_layout(grid: Grid) -> list[Form]:
    """All forms on a sheet; none where it holds no indicator block. Raises ``FormError`` for cells without a value."""
    blocks = list(blocks_of(grid))
    forms, start = [], 0
    for number, block in enumerate(blocks):
        limit = blocks[number + 1].row if number + 1 < len(blocks) else len(grid.texts)
        top = _title_row(grid, start, block.row)
        found, start = _form(grid, block, top, limit)
        forms.append(found)
    return forms


def blocks_of(grid: Grid) -> Iterator[Block]:
    """Rows that head indicators: a level-3 head beside a target or an actual."""
    for row in range(len(grid.texts)):
        columns: dict[str, tuple[int, ...]] = {}
        for column in range(len(grid.texts[row])):
            own = grid.own(row, column)
            key = "unit" if own and head(own) == "单位" else column_of(own)
            if key and key not in columns:
                columns[key] = grid.span(row, column)
        if (
            "level3" in columns
            and {"target_text", "value"} & set(columns)
            and {"level1", "level2", "actual_text"} & set(columns)
        ):
            last = _subheads(grid, row, columns)
            yield Block(row, last, columns)


def _subheads(grid: Grid, row: int, columns: dict[str, tuple[int, ...]]) -> int:
    """The last row of the heads; a second line (符号 · 数值 · 度量单位) names the columns below 指标值 itself."""
    below = row + 1
    if below >= len(grid.texts):
        return row
    words = {c: grid.own(below, c) for c in range(len(grid.texts[below])) if grid.own(below, c)}
    under = {
        c: "value" if head(t) == "指标值" else "unit" if head(t) == "单位" else column_of(t) for c, t in words.items()
    }
    names = {key for key in under.values() if key}
    if not words or None in under.values() or not names & {*SPLIT, "weight", "score"} or "level3" in names:
        return row
    for column, key in under.items():
        if key and (key not in columns or key == "value"):
            columns[key] = grid.span(below, column)
    columns["target_text"] = tuple(c for c in columns.get("target_text", ()) if c not in under)
    return below


def _form(grid: Grid, block: Block, top: int, limit: int) -> tuple[Form, int]:
    header: dict[str, Any] = {"complete": True, **read_head(grid, top, block.row)}
    funds = any(header.get(key) not in (None, "") for key in ("budget_initial", "budget_adjusted", "spent"))
    rows, extra, end = _rows(grid, block, limit, apart=funds and header.get("exec_weight") in (None, ""))
    header |= {key: value for key, value in extra.items() if value is not None}
    scored = {"weight", "score"} & set(block.columns)
    header["table_kind"] = (
        "target_only" if "actual_text" not in block.columns else "self_eval" if scored else "transfer_self_eval"
    )
    return form(header, rows, grid.source), end


def _title_row(grid: Grid, start: int, end: int) -> int:
    """The last title above the block: a sheet may hold several forms."""
    return next((r for r in range(end - 1, start - 1, -1) if is_title(grid, r)), start)


def is_title(grid: Grid, row: int) -> bool:
    """A line that holds little but the name of a form."""
    own = [text for c in range(len(grid.texts[row])) if (text := grid.own(row, c))]
    return 0 < len(own) <= 2 and len(own[0]) <= 60 and bool(head_words.TITLE.search(head(own[0])))


def _rows(grid: Grid, block: Block, limit: int, apart: bool) -> tuple[tuple[FormRow, ...], dict[str, Any], int]:
    """The indicator rows, what the total line and an execution line among them say, and where the block ends.

    ``apart``: there are funds, and no weight for their execution beside them, so a line of it that belongs to no group
    of indicators is that weight and no indicator.
    """
    rows: list[FormRow] = []
    extra: dict[str, Any] = {}
    levels: dict[str, str] = {}
    blank = 0
    level3 = block.columns["level3"][0]
    for r in range(block.last + 1, limit):
        lead = _lead(grid, r)
        if lead is not None and lead[0] <= level3 and head_words.TOTAL_ROW.match(head(lead[1])):
            score = _cell(grid, r, block.columns.get("score", ()))
            return tuple(rows), {**extra, "total_printed": score or None}, r + 1
        if lead is not None and _over(grid, r, lead[0], lead[1], level3):
            return tuple(rows), extra, r
        if not _has_own(grid, r, block):
            blank += not any(grid.own(r, c) for c in range(len(grid.texts[r]))) and not any(grid.texts[r])
            if blank > MOST_BLANK:
                return tuple(rows), extra, r
            _carry(levels, {k: _cell(grid, r, block.columns.get(k, ())) for k in ("level1", "level2")})
            continue
        blank = 0
        if _heads_group(grid, r, block, levels):
            continue
        cells = {key: _cell(grid, r, columns, own=key in ("weight", "score")) for key, columns in block.columns.items()}
        _carry(levels, cells)
        if any(head_words.SUBTOTAL.match(head(cells.get(k))) for k in ("level1", "level2", "level3")):
            continue
        name = head(cells.get("level3")) or head(levels.get("level2")) or head(levels.get("level1"))
        grouped = GROUP.search(levels.get("level1", ""))
        if apart and not grouped and head_words.EXECUTION_ROW.match(name) and cells.get("weight"):
            extra |= {
                "exec_weight": cells["weight"],
                "exec_score": cells.get("score"),
                "exec_rate_printed": cells.get("actual_text") or None,
            }
            continue
        rows.append(_row(cells, levels, len(rows) + 1, grid.place(r, level3)))
    return tuple(rows), extra, limit


def _lead(grid: Grid, row: int) -> tuple[int, str] | None:
    """The first filled cell of a row by itself: its column and text."""
    return next(((c, text) for c in range(len(grid.texts[row])) if (text := grid.own(row, c))), None)


def _over(grid: Grid, row: int, column: int, text: str, level3: int) -> bool:
    """Whether the row stands below the indicators: a note, a signature, or the head of the next form."""
    if is_title(grid, row):
        return True
    wide = level3 in grid.span(row, column)
    first = normal(text)[:60]
    before = (column < level3 and not any(grid.own(row, c) for c in range(column + 1, level3 + 1))) or column == 0
    if (wide or before) and head_words.END.match(first):
        return True
    return column <= level3 and any(
        words.match(head(text)) for key, words in head_words.LABELS.items() if key != "year"
    )


def _has_own(grid: Grid, row: int, block: Block) -> bool:
    """Whether a row says anything by itself; the second line of rows merged as a whole does not."""
    columns = [c for key in OWN_FIELDS for c in block.columns.get(key, ())]
    return any(grid.anchor[row][c][0] == row and (grid.at(row, c) or grid.anchor[row][c] in grid.bad) for c in columns)


def _heads_group(grid: Grid, row: int, block: Block, levels: dict[str, str]) -> bool:
    """A line across the columns of name and target: the head of a group, or words between the rows."""
    target = (block.columns.get("target_text") or block.columns.get("value") or (None,))[0]
    level3 = block.columns["level3"][0]
    if target is None or grid.anchor[row][target] != grid.anchor[row][level3]:
        return False
    if re.fullmatch("[^,，。；;]{0,8}指标", text := _level(grid.at(row, level3))):
        levels["level1"] = text
        levels.pop("level2", None)
    return True


def _carry(levels: dict[str, str], cells: dict[str, str]) -> None:
    """一级指标 and 二级指标 stand until the next one; a new first level has a second of its own."""
    for key in ("level1", "level2"):
        text = _level(cells.get(key, ""))
        if text and key == "level1" and text != levels.get("level1"):
            levels.pop("level2", None)
        if text:
            levels[key] = text


def _level(text: str) -> str:
    """A level's name without its share of points (产出指标\\n（50分）) and without line breaks."""
    return re.sub(r"\s+", "", re.sub(r"\s*[(（]\s*[0-9.]+\s*[分%]?\s*[)）]\s*$", "", text))


def _row(cells: dict[str, str], levels: dict[str, str], number: int, place: str) -> FormRow:
    named: dict[str, str | None] = {key: cells.get(key) or None for key in FIELDS}
    named |= {key: levels.get(key) or None for key in ("level1", "level2")}
    named["level3"] = re.sub(r"\s*\n\s*", "", cells.get("level3") or "") or None
    named["target_text"] = joined_target({key: cells.get(key) or None for key in ("target_text", *SPLIT)})
    named["actual_text"] = with_unit(named["actual_text"], cells.get("unit"))
    return form_row(named, number, place)


def _cell(grid: Grid, row: int, columns: tuple[int, ...], own: bool = False) -> str:
    """The texts under one head; cells of their own under a wide head are joined.

    ``own``: only what begins in this row, so that points merged over several rows count once.
    """
    seen: dict[tuple[int, int], str] = {}
    for column in columns:
        anchor = grid.anchor[row][column]
        if not own or anchor[0] == row:
            seen.setdefault(anchor, grid.read(row, column))
    return " ".join(text for text in seen.values() if text)
