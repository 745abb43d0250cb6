"""An expression whose columns and values are of different kinds: which column it is, its type, how it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

#: What a type of SQL is called, in year.yml and in words.
TYPES = {
    "VARCHAR": ("text", "文字"),
    "BIGINT": ("integer", "整数"),
    "INTEGER": ("integer", "整数"),
    "DOUBLE": ("number", "数字"),
    "DECIMAL(18,2)": ("money", "金额"),
    "BOOLEAN": ("boolean", "真假"),
    "DATE": ("date", "日期"),
    "TIMESTAMP": ("datetime", "日期时间"),
}
_SIGNS = {
    "COMPARE_EQUAL": "=",
    "COMPARE_NOTEQUAL": "<>",
    "COMPARE_LESSTHAN": "<",
    "COMPARE_GREATERTHAN": ">",
    "COMPARE_LESSTHANOREQUALTO": "<=",
    "COMPARE_GREATERTHANOREQUALTO": ">=",
}
#: Where an expression begins in the query that is parsed.
_BEFORE = len("SELECT ")
#: How a text is written that stands for a value of a type.
_EXAMPLES = {"DATE": "'2024-03-01'", "TIMESTAMP": "'2024-03-01 08:30'"}

#: (message, hint)
Told = tuple[str, str]
_NUMBERS = ("INTEGER", "NUMERIC")


def said_of(column: str, kind: str) -> str:
    """列 cause 是文字（type: text）"""
    type_, words = TYPES.get(kind, (kind, kind))
    return f"列 {column} 是{words}（type: {type_}）"


def mismatches(
    text: str, nodes: Iterable[Mapping[str, Any]], columns: Mapping[str, str], readable: Callable[[str, str], bool]
) -> Iterator[Told]:
    """What does not fit together in an expression; ``readable``: whether a text can be read as a type."""
    kinds = {name.lower(): kind for name, kind in columns.items()}
    for node in nodes:
        if node["class"] == "FUNCTION":
            yield from _of_function(node, kinds)
            continue
        sides = _sides(node)
        named = [(side, kinds[name]) for side in sides if (name := _column(side)) in kinds]
        if not named:
            continue
        side, kind = named[0]
        for value in (one for one in sides if one["class"] == "CONSTANT"):
            if told := _compared(text, node, (str(side["column_names"][-1]), kind), value, readable):
                yield told
                break
        if len(named) == 2 and (told := _two_columns(named)):
            yield told


def _sides(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What is compared with one another."""
    if node["class"] == "COMPARISON":
        return [node["left"], node["right"]]
    if node["class"] == "BETWEEN":
        return [node["input"], node["lower"], node["upper"]]
    return list(node["children"]) if node["type"] in ("COMPARE_IN", "COMPARE_NOT_IN", "OPERATOR_COALESCE") else []


def _column(node: Mapping[str, Any]) -> str:
    return str(node["column_names"][-1]).lower() if node["class"] == "COLUMN_REF" else ""


def _compared(
    text: str,
    node: Mapping[str, Any],
    column: tuple[str, str],
    value: Mapping[str, Any],
    readable: Callable[[str, str], bool],
) -> Told | None:
    """A column beside a value of another kind."""
    (name, kind), literal = column, value.get("literal", {})
    form, said = literal.get("kind"), str(literal.get("text", ""))
    if form == "STRING" and kind != "VARCHAR" and not readable(said, kind):
        return f"{said_of(name, kind)}，不能与文字 '{said}' 比较", _for_text(name, kind, said)
    if form not in _NUMBERS:
        return None
    if kind in _EXAMPLES:
        return f"{said_of(name, kind)}，不能与数字 {said} 比较", f"日期写在单引号里，如 {name} >= {_EXAMPLES[kind]}"
    ordered = node["class"] == "BETWEEN" or _SIGNS.get(str(node["type"]), "=") not in ("=", "<>")
    if kind != "VARCHAR" or not (ordered or node["type"] == "OPERATOR_COALESCE"):
        return None
    return (
        f"{said_of(name, kind)}，不能与数字 {said} 比较",
        f"要比大小，在 columns.{name} 里写 type: number；要比文字，数字也加单引号：{_with_quotes(text, node)}",
    )


def _for_text(name: str, kind: str, said: str) -> str:
    """How a column of figures, flags or dates is asked for what somebody wrote as a text."""
    if not said.strip():
        return f"没有值写成 {name} is null"
    if kind == "BOOLEAN":
        return f"是写成 {name}，否写成 not {name}（哪些写法算是，在 columns.{name} 的 true、false 里写）"
    if kind in _EXAMPLES:
        return f"日期写成 {_EXAMPLES[kind]} 这样的形式"
    return f"数字不加引号，如 {name} <= 1；要比文字，在 columns.{name} 里写 type: text"


def _with_quotes(text: str, node: Mapping[str, Any]) -> str:
    """The expression with the numbers that a column is compared with as texts."""
    for value in reversed([one for one in _sides(node) if one.get("literal", {}).get("kind") in _NUMBERS]):
        start = int(value.get("query_location", 0)) - _BEFORE
        end = start + int(value.get("query_location_length", 0))
        if 0 <= start < end <= len(text) and re.fullmatch(r"-?[\d.]+", text[start:end]):
            text = f"{text[:start]}'{text[start:end]}'{text[end:]}"
    return text


def _two_columns(named: list[tuple[Mapping[str, Any], str]]) -> Told | None:
    """Two columns, one of them a text and the other none."""
    texts = [side for side, kind in named if kind == "VARCHAR"]
    others = [(side, kind) for side, kind in named if kind != "VARCHAR"]
    if len(texts) != 1 or others[0][1] == "BOOLEAN":
        return None
    (other, kind), text = others[0], str(texts[0]["column_names"][-1])
    name, type_ = str(other["column_names"][-1]), TYPES.get(kind, (kind, ""))[0]
    return f"{said_of(text, 'VARCHAR')}，{said_of(name, kind)}，不能比较", f"在 columns.{text} 里写 type: {type_}"


def _of_function(node: Mapping[str, Any], kinds: Mapping[str, str]) -> Iterator[Told]:
    """A function or operator that takes no texts, given a column of texts; or LIKE, given figures."""
    name = str(node["function_name"]).lower()
    given = [one.get("expression", one) for one in node.get("arguments") or node.get("children") or ()]
    columns = [(str(one["column_names"][-1]), kinds[c]) for one in given if (c := _column(one)) in kinds]
    for column, kind in columns:
        if kind == "VARCHAR" and name in _FIGURES:
            yield (
                f"{said_of(column, kind)}，不能用 {name} 计算",
                f"在 columns.{column} 里写 type: number（金额写 money）",
            )
        if kind == "VARCHAR" and name in _MOMENTS:
            yield (
                f"{said_of(column, kind)}，不能用 {name}",
                f"在 columns.{column} 里写 type: datetime（只有日期写 date）",
            )
        if kind != "VARCHAR" and name in _LIKE:
            yield f"{said_of(column, kind)}，不能用 like", f"like 只用于文字；在 columns.{column} 里写 type: text"


_FIGURES = frozenset(["+", "-", "*", "/", "//", "%", "abs", "ceil", "floor", "round"])
_MOMENTS = frozenset(
    [
        *("date_diff", "datediff", "date_part", "datepart", "date_trunc", "datetrunc", "year", "quarter", "month"),
        *("day", "hour", "minute", "second", "dayofweek", "isodow", "dayofyear", "week", "last_day", "epoch"),
    ]
)
_LIKE = frozenset(["~~", "!~~", "~~*", "!~~*"])
