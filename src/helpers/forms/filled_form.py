"""A filled-in self-evaluation form as it stands on paper: what an audit reads, nothing worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from helpers.indicators.findings import About
from helpers.indicators.normal_text import normal


@dataclass(frozen=True)
class FundLine:
    """One line of the funds block, amounts in the form's own unit; None: not stated."""

    name: str | None = None
    initial: Decimal | None = None
    adjusted: Decimal | None = None
    spent: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class FormRow:
    """One indicator row. ``number`` counts from 1 within its table; ``place``: the sheet's cell, where there is one.

    Cells keep their text; a weight or score that is no number is None and its text stands in ``unread``.
    """

    number: int
    level1: str | None = None
    level2: str | None = None
    level3: str | None = None
    target_text: str | None = None
    actual_text: str | None = None
    weight: Decimal | None = None
    score: Decimal | None = None
    deviation_text: str | None = None
    place: str | None = None
    unread: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form:
    """One table. ``complete``: whether all its rows are there, None where nobody says.

    ``funds``: what the header states for the project; ``fund_total`` and ``fund_parts``: the lines of
    the funds block, where they are given by themselves. ``goal`` and ``result``: 年度总体目标 and its
    实际完成情况. ``source``: the file (and sheet) that it was read from. ``unplaced``: place and text of what stands
    in the file and is none of all this. ``remarks``: what a person should know of how it was read.
    """

    about: About = field(default_factory=About)
    kind: str | None = None
    complete: bool | None = None
    money_unit: str = "万元"
    funds: FundLine = FundLine()
    exec_rate_printed: str | None = None
    exec_weight: Decimal | None = None
    exec_score: Decimal | None = None
    total_printed: Decimal | None = None
    fund_total: FundLine | None = None
    fund_parts: tuple[FundLine, ...] = ()
    goal: str | None = None
    result: str | None = None
    rows: tuple[FormRow, ...] = ()
    source: str | None = None
    unplaced: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()


ROW_TEXTS = ("level1", "level2", "level3", "target_text", "actual_text", "deviation_text")
ROW_NUMBERS = ("weight", "score")
#: What a cell holds where nothing is stated.
BLANK = ("", "/", "-", "--", "—", "——", "None", "null", "nan", "NaN")


def said(value: Any) -> str | None:
    """A cell's text; None where it is empty. A whole float is written without its .0."""
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text or None


def points(value: Any) -> Decimal | None:
    """A number as a form prints it (10, 10.0, "10分", "12.5%"); None where it is no number."""
    if isinstance(value, bool) or value is None:
        return None
    text = normal(str(value)).removesuffix("分").removesuffix("%")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def form_row(cells: Mapping[str, Any], number: int, place: str | None = None) -> FormRow:
    """A row from named cells (level1 … deviation_text, weight, score), as read from any file."""
    texts = {key: said(cells.get(key)) for key in ROW_TEXTS}
    numbers = {key: points(cells.get(key)) for key in ROW_NUMBERS}
    unread = tuple(
        (key, str(cells[key]).strip())
        for key in ROW_NUMBERS
        if numbers[key] is None and said(cells.get(key)) and str(cells[key]).strip() not in BLANK
    )
    return FormRow(number=number, **texts, **numbers, place=place, unread=unread)  # type: ignore[arg-type]


def fund_line(cells: Mapping[str, Any] | None) -> FundLine:
    """A line of the funds block from named cells (name, initial, adjusted, spent)."""
    cells = cells or {}
    return FundLine(said(cells.get("name")), *(points(cells.get(k)) for k in ("initial", "adjusted", "spent")))


def form(header: Mapping[str, Any] | None, rows: tuple[FormRow, ...], source: str | None = None) -> Form:
    """A table from its header line (the keys of ``rules`` row form; None: no header) and its rows."""
    head = header or {}
    complete = head.get("complete")
    return Form(
        about=About(said(head.get("institution")), said(head.get("project")), said(head.get("year"))),
        kind=said(head.get("table_kind")),
        complete=complete if isinstance(complete, bool) else None,
        money_unit=said(head.get("money_unit")) or "万元",
        funds=FundLine(None, *(points(head.get(k)) for k in ("budget_initial", "budget_adjusted", "spent"))),
        exec_rate_printed=said(head.get("exec_rate_printed")),
        exec_weight=points(head.get("exec_weight")),
        exec_score=points(head.get("exec_score")),
        total_printed=points(head.get("total_printed")),
        fund_total=fund_line(head["fund_total"]) if head.get("fund_total") else None,
        fund_parts=tuple(fund_line(part) for part in head.get("fund_parts") or ()),
        goal=said(head.get("goal")),
        result=said(head.get("result")),
        rows=rows,
        source=source,
    )
