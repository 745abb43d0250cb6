"""What stands above the indicators of an official form: project, year, goals and the funds block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from helpers.forms.filled_form import points
from helpers.forms.readers import head_words
from helpers.forms.readers.grid import Grid
from helpers.forms.readers.head_words import head
from helpers.indicators.normal_text import normal

MONEY = ("initial", "adjusted", "spent")
#: Lines after which the funds block is over.
AFTER_FUNDS = re.compile("总体目标|绩效指标|绩效目标|资金管理|情况说明|实施目标")


def read_head(grid: Grid, top: int, end: int) -> dict[str, Any]:
    """The header of the form that stands in the rows from ``top`` to before ``end``."""
    return {**_labels(grid, top, end), **_goals(grid, top, end), **_funds(grid, top, end)}


def cells(grid: Grid, top: int, end: int) -> Iterator[tuple[int, int, str]]:
    """The filled cells of some rows, each merged range once."""
    for row in range(top, end):
        for column in range(len(grid.texts[row])):
            if own := grid.own(row, column):
                yield row, column, own


# --- project, institution, year -------------------------------------------------------------------


def _labels(grid: Grid, top: int, end: int) -> dict[str, Any]:
    found: dict[str, str] = {}
    for row, column, own in cells(grid, top, end):
        for key, words in head_words.LABELS.items():
            if key in found:
                continue
            label, _, rest = re.sub(r"[:：]", ":", own).partition(":")
            if rest.strip() and words.match(head(label)):
                found[key] = re.split(r"\s{2,}|\s+(?=\S+:)", rest.strip())[0]  # 单位名称：某局    填报日期：…
            elif words.match(head(own)) and (value := right_of(grid, row, column)):
                found[key] = value
    department = found.pop("department", None)
    year = _year(grid, top, end, found.pop("year", None))
    return {**found, "institution": found.get("institution") or department, "year": year}


def right_of(grid: Grid, row: int, column: int) -> str | None:
    """The value of a label: the next filled cell to its right, unless that is a label itself."""
    label = grid.anchor[row][column]
    for c in range(column + 1, len(grid.texts[row])):
        if grid.anchor[row][c] != label and grid.at(row, c):
            return None if head_words.is_label(grid.at(row, c)) else grid.read(row, c)
    return None


def _year(grid: Grid, top: int, end: int, labelled: str | None) -> str | None:
    """The fiscal year: a cell of its own (2024年度), the title, a label, then any; the file's name last."""
    texts = [own for _, _, own in cells(grid, top, end)]
    alone = [t for t in texts if re.fullmatch(r"\(?(?:19|20)\d\d年?度?\)?", normal(t)) and "年" in t]
    titles = [t for t in texts[:3] if head_words.TITLE.search(head(t)) or "年度" in t]
    loose = [t for t in texts if re.search(r"(?:19|20)\d\d年度", normal(t))]
    for text in [*alone, *titles, labelled or "", *loose, grid.name, grid.file]:
        if year := re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", normal(text)):
            return year[1]
    return None


# --- goals ----------------------------------------------------------------------------------------


def _goals(grid: Grid, top: int, end: int) -> dict[str, Any]:
    """年度总体目标: two heads side by side with their texts below, or a label with its text beside it."""
    for row in range(top, end):
        line = [(c, head(grid.own(row, c))) for c in range(len(grid.texts[row])) if grid.own(row, c)]
        goals = [c for c, text in line if head_words.GOAL.match(text)]
        # the label of the block may read like the head of the result; the head stands right of a goal's
        result = next((c for c, text in line if goals and c > goals[0] and head_words.RESULT.match(text)), None)
        goals = [c for c in goals if result is None or c < result]
        if not goals:
            continue
        below = row + 1
        if result is not None and below < end and grid.starts(below, goals[-1]):
            return {"goal": grid.at(below, goals[-1]) or None, "result": grid.at(below, result) or None}
        if result is None and (text := right_of(grid, row, goals[-1])) and not head_words.GOAL.match(head(text)):
            return {"goal": text}
    return {}


# --- funds ----------------------------------------------------------------------------------------


def _funds(grid: Grid, top: int, end: int) -> dict[str, Any]:
    """The funds block: its heads name the amounts, its lines the sources."""
    for row in range(top, end):
        columns: dict[str, int] = {}
        for column in range(len(grid.texts[row])):
            key = _amount(grid.own(row, column))
            if key and key not in columns:
                columns[key] = column
        if ("spent" in columns and {"adjusted", "initial"} & set(columns)) or {"adjusted", "initial"} <= set(columns):
            if _values_beside(grid, row, columns):
                return _pairs(grid, row, end, _money_unit(grid, top, row))
            return _lines(grid, row, end, columns, _money_unit(grid, top, row))
    return _target_only(grid, top, end)


def _amount(text: str) -> str | None:
    plain = head(text)
    return next((key for key, words in head_words.AMOUNTS.items() if words.match(plain)), None) if plain else None


def _money_unit(grid: Grid, top: int, row: int) -> str:
    """元 or 万元, as the label of the block, its heads or a line above say; the form's own unit is 万元."""
    for r in range(row, top - 1, -1):
        for text in dict.fromkeys(grid.texts[r]):
            found = re.search(
                r"\((?:金额)?(?:单位:)?(?:人民币)?(万元|亿元|千元|元)\)|单位:(?:人民币)?(万元|亿元|千元|元)",
                normal(text),
            )
            if found and (r > row - 4 or "单位" in text):
                return found[1] or found[2]
    return "万元"


def _values_beside(grid: Grid, row: int, columns: dict[str, int]) -> bool:
    """Whether amounts stand right of their heads in the same line, not below them."""
    beside = [right_of(grid, row, c) for key, c in columns.items() if key in MONEY]
    return any(text is not None and _amount(text) is None and points(_bare(text)) is not None for text in beside)


def _bare(text: str | None) -> str | None:
    """An amount without its unit (178万元)."""
    return re.sub(r"(?:万元|元)$", "", normal(text)) if text else None


def _pairs(grid: Grid, row: int, end: int, unit: str) -> dict[str, Any]:
    """Heads and amounts one beside the other, in one line or several."""
    found: dict[str, str | None] = {}
    for r in range(row, end):
        if any(head_words.GOAL.match(head(t)) for t in grid.texts[r]):
            break
        for _, column, own in cells(grid, r, r + 1):
            key = _amount(own)
            if key and key not in found:
                value = right_of(grid, r, column)
                found[key] = None if value is None or _amount(value) else value
    total = {key: _bare(found.get(key)) if key in MONEY else found.get(key) for key in head_words.AMOUNTS}
    return _stated(total, [], unit)


def _lines(grid: Grid, row: int, end: int, columns: dict[str, int], unit: str) -> dict[str, Any]:
    """One line a source of funds, the total first."""
    first = min(columns.values())
    lines: list[dict[str, Any]] = []
    for r in range(row + 1, end):
        left = [c for c in range(first - 1, -1, -1) if grid.at(r, c) and grid.anchor[r][c][0] > row]
        name = head(grid.at(r, left[0])) if left else ""
        values = {key: c for key, c in columns.items() if grid.starts(r, c) or grid.anchor[r][c][0] == r}
        stated = any(grid.at(r, c) or grid.anchor[r][c] in grid.bad for c in values.values())
        if (
            any(head_words.GOAL.match(head(t)) for t in grid.texts[r])
            or AFTER_FUNDS.search(name)
            or not (name or (stated and not lines))
        ):
            break
        # a part's own rate and score are read by nobody, so #DIV/0! may stand there
        used = (
            values
            if not lines or head_words.FUND_TOTAL.search(name)
            else {k: c for k, c in values.items() if k in MONEY}
        )
        lines.append({"name": re.sub("^其中[,，]?|^-+", "", name), **{key: grid.read(r, c) for key, c in used.items()}})
    total = next((line for line in lines if head_words.FUND_TOTAL.search(line["name"])), lines[0] if lines else {})
    parts = [line for line in lines if line is not total and any(points(line.get(key)) is not None for key in MONEY)]
    return _stated(total, parts, unit)


def _stated(total: dict[str, Any], parts: list[dict[str, Any]], unit: str) -> dict[str, Any]:
    amounts = {key: total.get(key) for key in MONEY}
    return {
        "money_unit": unit,
        "budget_initial": amounts["initial"],
        "budget_adjusted": amounts["adjusted"],
        "spent": amounts["spent"],
        "exec_rate_printed": total.get("rate") or None,
        "exec_weight": total.get("weight"),
        "exec_score": total.get("score"),
        "fund_total": amounts if parts else None,
        "fund_parts": parts or None,
    }


def _target_only(grid: Grid, top: int, end: int) -> dict[str, Any]:
    """A form of targets states one budget: 年度资金总额 with its amount beside it."""
    for row, column, own in cells(grid, top, end):
        if re.fullmatch("(?:年度|项目)?资金总额|年度资金|预算总额|年度预算|年度预算总额|项目预算", head(own)):
            amount = _bare(right_of(grid, row, column))
            if points(amount) is not None:
                unit = _money_unit(grid, top, row)
                return {"money_unit": unit, "budget_initial": amount}
    return {}
