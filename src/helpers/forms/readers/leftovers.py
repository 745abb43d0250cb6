"""What stands on a sheet and is in none of its forms: named, never dropped; goals that are told below a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from helpers.forms.filled_form import BLANK, Form, points
from helpers.forms.readers import head_words
from helpers.forms.readers.grid import Grid
from helpers.forms.readers.head_words import column_of, head, is_label
from helpers.indicators.normal_text import normal

#: Cells of the form itself that say nothing: heads of blocks, titles, units, signatures, enclosures.
OWN_WORDS = re.compile(
    "绩效指标|项目资金|资金(?:投入|管理)?情况|年度(?:绩效|总体)?(?:目标|指标)?(?:完成情况)?|总体目标.*|资金来源|"
    "指标|.*绩效.*表|附件?[0-9]*.*|(?:金额)?单位(?:万元|元)?|(?:19|20)[0-9]{2}(?:年度?)?(?:[,，][0-9年月日]+至[0-9年月日]+)?|序号|项目概况|合计|小计|续表|"
    "年度|.*预算执行.*|.{0,8}资金.{0,8}|其中.{0,12}|总分|.*[0-9.]+分|[0-9]+"
)
NARRATIVE = re.compile(r"^(?:[(（]?[一二三四五六七八九十0-9]{1,3}[)）、．.]\s*)?")
#: Longer texts are shortened where they are named.
SHOWN = 60


def leftovers(grid: Grid, forms: Sequence[Form]) -> Iterator[tuple[str, str]]:
    """Place and text of each cell that no form of the sheet holds and that is no word of the form itself."""
    texts, figures = _held(forms)
    whole = "\n".join(texts)
    for row in range(len(grid.texts)):
        labels_value = False
        for column in range(len(grid.texts[row])):
            text = grid.own(row, column)
            if not text:
                continue
            beside, labels_value = labels_value, _labels_other(text)
            held = _squeezed(text) in whole or _labelled(text) in whole or points(text) in figures
            if not (beside or labels_value or _is_form(text) or held):
                yield grid.place(row, column), text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _labels_other(text: str) -> bool:
    """Whether a cell names what no check needs: 项目负责人, 主管部门; what stands beside it need not be named."""
    plain = head(text)
    return bool(head_words.OTHER_LABELS.match(plain) or head_words.LABELS["department"].match(plain))


def _labelled(text: str) -> str:
    """The value of a label in one cell or line with it (项目名称：某项目); the text itself where there is none."""
    label, _, value = re.sub("[:：]", ":", text).partition(":")
    named = any(words.match(head(label)) for words in head_words.LABELS.values())
    return _squeezed(value) if named and value.strip() else _squeezed(text)


@lru_cache(maxsize=16384)
def _is_form(text: str) -> bool:
    """Whether a text is one of the form's own words."""
    if text in BLANK or normal(text) in BLANK or column_of(text) or is_label(text):
        return True
    label = head(re.split("[:：]", text)[0])
    if label and (head_words.OTHER_LABELS.match(label) or head_words.END.match(normal(text)[:60])):
        return True
    plain = head(text)
    known = (
        head_words.GOAL,
        head_words.RESULT,
        head_words.TOTAL_ROW,
        head_words.SUBTOTAL,
        head_words.EXECUTION_ROW,
        *head_words.AMOUNTS.values(),
    )
    bare = _squeezed(re.sub(r"[()（）:：]", "", text))
    return bool(plain and any(p.match(plain) for p in known)) or bool(OWN_WORDS.fullmatch(plain or bare))


def _held(forms: Iterable[Form]) -> tuple[set[str], set[Decimal]]:
    """All texts and figures that the forms hold."""
    texts: set[str] = set()
    figures: set[Decimal] = set()
    waiting: list[Any] = list(forms)
    while waiting:
        one = waiting.pop()
        if isinstance(one, Decimal):
            figures.add(one)
        elif isinstance(one, str):
            texts.add(_squeezed(one))
        elif isinstance(one, tuple):
            waiting += one
        elif is_dataclass(one):
            waiting += [getattr(one, f.name) for f in fields(one)]
    return texts, figures


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


# --- narrative ------------------------------------------------------------------------------------


def with_narrative(form: Form, grid: Grid) -> Form:
    """The form with 年度总体目标 and its result from the text around it, where its own lines leave them blank."""
    if not grid.lines or (form.goal and form.result):
        return form
    told = _told(grid)
    return replace(form, goal=form.goal or told.get("goal"), result=form.result or told.get("result"))


def _told(grid: Grid) -> dict[str, str]:
    """What paragraphs say below a heading that names the goal or its result, up to the next heading or table."""
    found: dict[str, list[str]] = {}
    key: str | None = None
    for row in range(len(grid.texts)):
        text = grid.own(row, 0)
        if not text or len(grid.span(row, 0)) < len(grid.texts[row]):
            key = None
            continue
        numbered = NARRATIVE.match(text)
        bare = text[numbered.end() :] if numbered else text
        title, _, rest = re.sub("[:：]", ":", bare, count=1).partition(":")
        named = _names(title)
        if named:
            key = named
            found.setdefault(key, [])
            if rest.strip():
                found[key].append(rest.strip())
        elif (numbered and numbered.end() and len(bare) <= 30) or head_words.TITLE.search(head(text)):
            key = None
        elif key:
            found[key].append(text)
    return {name: "\n".join(lines) for name, lines in found.items() if lines}


def _names(title: str) -> str | None:
    plain = head(title)
    if re.fullmatch("(?:项目)?(?:年度)?(?:绩效|总体)?(?:绩效)?目标(?:的)?(?:实际)?完成情况", plain):
        return "result"
    return "goal" if head_words.GOAL.match(plain) or plain in ("项目绩效目标", "项目年度绩效目标") else None
