"""What is wrong with results, in words: pydantic's errors as places and Chinese messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from helpers.report.results_schema import Rule, branches, inner_rule, keyword, schema

Json = Any
Place = tuple[str | int, ...]
Fault = tuple[str, str]
"""The place as text, and what is wrong there."""

_TYPE_WORDS = {
    "string": "文字",
    "number": "数字",
    "integer": "整数",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "对象",
    "null": "null",
}
_LIMITS = {
    "string_pattern_mismatch": ("pattern", "写法不合 {}"),
    "greater_than_equal": ("minimum", "不得小于 {}"),
    "less_than_equal": ("maximum", "不得大于 {}"),
    "greater_than": ("exclusiveMinimum", "须大于 {}"),
    "string_too_short": ("minLength", "不得为空"),
    "too_short": ("minItems", "至少要有 {} 项"),
    "too_long": ("maxItems", "至多可有 {} 项"),
}
_KEYS = {"missing": "缺少 ", "extra_forbidden": "不认识的键 "}


def place_text(place: Place) -> str:
    """("indicators", 3, "score") → indicators[3].score"""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def faults_in_words(error: ValidationError, data: Json) -> list[Fault]:
    """Each fault once, by its place; keys that are missing from one object, or unknown in it, together."""
    faults: dict[tuple[Place, str], bool] = {}
    keys: dict[tuple[Place, str], list[str]] = {}
    for one in error.errors(include_url=False, include_context=False):
        kind, steps = one["type"], one["loc"]
        if kind in _KEYS:
            place, _ = _place(steps[:-1], data)
            keys.setdefault((place, _KEYS[kind]), []).append(str(steps[-1]))
        else:
            place, is_tried = _place(steps, data)
            faults[place, _words(kind, place, data)] = is_tried
    faults |= {(place, words + "、".join(names)): False for (place, words), names in keys.items()}
    kept = [
        (place, words) for (place, words), is_tried in faults.items() if not (is_tried and _is_above(place, faults))
    ]
    return sorted((place_text(place), words) for place, words in kept)


def _is_above(place: Place, faults: Iterable[tuple[Place, str]]) -> bool:
    """Whether a fault further inside says what is wrong: of several types that are allowed at a place, each
    says that it is not the one, and the right one what it lacks."""
    return any(len(other) > len(place) and other[: len(place)] == place for other, _ in faults)


def _place(steps: Sequence[str | int], data: Json) -> tuple[Place, bool]:
    """The steps that lead into the data, and whether there were others, which name a type that was tried."""
    place: list[str | int] = []
    for step in steps:
        is_key = isinstance(step, str) and isinstance(data, dict) and step in data
        if is_key or (isinstance(step, int) and isinstance(data, list)):
            data = data[step]
            place.append(step)
    return tuple(place), len(place) < len(steps)


def _words(kind: str, place: Place, data: Json) -> str:
    rule = schema()
    for step in place:
        rule, data = inner_rule(rule, step), data[step]
    found = json.dumps(data, ensure_ascii=False)
    found = found if len(found) <= 60 else found[:60] + "…"
    return f"{_expected(kind, rule)}，现为 {found}"


def _expected(kind: str, rule: Rule) -> str:
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return words.format(keyword(rule, name))
    allowed = keyword(rule, "enum") or [keyword(rule, "const")]
    if kind == "literal_error":
        return "只能是 " + "、".join("null" if one is None else str(one) for one in allowed)
    kinds = [kind for branch in branches(rule) for kind in _listed(branch.get("type", []))]
    return "应为" + "或".join(_TYPE_WORDS[kind] for kind in kinds)


def _listed(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds
