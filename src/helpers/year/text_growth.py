"""How long a text an expression may make of a row, as SQL over the row itself: derived columns that lengthen one
another's texts are stopped before the text is made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpers.year.engine import identifier, literal
from helpers.year.expressions import WIDEST, tree_of

#: No cell of a workbook holds more than 32,767 characters; a text made of several may be some times as long.
LONGEST_TEXT = 200_000
#: How the refusal in a database begins.
TOO_LONG = "[text_too_long]"
_JOINS = ("concat", "||")


def guarded(column: str, text: str) -> str:
    """An expression as SQL that, where it would make a row's text longer than ``LONGEST_TEXT``, is an error of the
    database: ``TOO_LONG``, the column, the row's number and file, separated by tabs. The row has ``source_file`` and
    ``source_row``."""
    tree = tree_of(text)
    if not any(_lengthens(node) for node in _functions(tree)):
        return f"({text}\n)"
    said = " || chr(9) || ".join([literal(TOO_LONG), literal(column), "source_row", "source_file"])
    return f"(CASE WHEN {_bound(tree)} > {LONGEST_TEXT} THEN error({said}) ELSE ({text}\n) END)"


def refused(message: str) -> tuple[str, str, str] | None:
    """Column, row and file of the refusal in a database's message, if it is one."""
    _, found, rest = message.partition(f"{TOO_LONG}\t")
    parts = rest.split("\n")[0].split("\t", 2)
    return (parts[0], parts[1], parts[2]) if found and len(parts) == 3 else None


def _functions(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("class") == "FUNCTION":
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for child in value:
            yield from _functions(child)


def _lengthens(function: dict[str, Any]) -> bool:
    name = str(function["function_name"]).lower()
    return name in _JOINS or (name == "replace" and not _shortens(_arguments(function)))


def _shortens(given: list[dict[str, Any]]) -> bool:
    """Whether ``replace`` puts a text in place of one that is no shorter."""
    old, new = (one.get("literal", {}).get("text") for one in given[1:3])
    return old is not None and new is not None and len(new) <= len(old)


def _arguments(function: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["expression"] for one in function["arguments"]]


def _bound(node: dict[str, Any]) -> str:
    """A number of characters, as SQL, that no text is longer than which the expression makes on its way."""
    if node["class"] == "COLUMN_REF":
        return f"coalesce(length(CAST({identifier(node['column_names'][-1])} AS VARCHAR)), 0)"
    if node["class"] == "CONSTANT":
        return str(len(str(node.get("literal", {}).get("text") or "")))
    inner = _arguments(node) if node["class"] == "FUNCTION" else list(_children(node))
    parts = [_bound(one) for one in inner] or ["0"]
    name = str(node.get("function_name", "")).lower()
    if name in _JOINS:
        return f"({' + '.join(parts)})"
    if name == "replace" and not _shortens(inner):
        # All of the first may be the second, each time replaced by the third.
        old = max(1, len(inner[1].get("literal", {}).get("text") or ""))
        return f"(CAST(greatest({parts[0]}, {old}) AS DOUBLE) * greatest(1, {parts[2]} / {old}.0) + {parts[1]})"
    return f"greatest({', '.join([*parts, str(WIDEST)] if name == 'lpad' else parts)})"


def _children(value: Any) -> Iterator[dict[str, Any]]:
    """The expressions right below a node, whatever its kind."""
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict) and "class" in child:
            if child["class"] != "TYPE":
                yield child
        elif isinstance(child, dict | list):
            yield from _children(child)
