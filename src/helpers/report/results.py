"""results.json: the contract as a schema, and how it is read, checked and written.

The file is what every other part of the package is made from, and what other people's checks read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

Json = Any
Place = tuple[str | int, ...]

_TYPE_WORDS = {
    "string": "文字",
    "number": "数字",
    "integer": "整数",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "对象",
    "null": "null",
}


class ResultsFault(ValueError):
    """Results that do not keep the contract.

    ``code``: results_schema · results_value · results_json; ``path``: where, as
    ``indicators[3].score`` (empty for the document itself); ``faults``: all that were found.
    """

    def __init__(self, code: str, faults: list[tuple[str, str]]) -> None:
        self.code = code
        self.faults = faults
        self.path, first = faults[0]
        more = f"(另有{len(faults) - 1}处)" if len(faults) > 1 else ""
        super().__init__(f"{code}: {self.path or 'results.json'}: {first}{more}")


@cache
def _schema_text() -> str:
    return resources.files(__package__).joinpath("results.schema.json").read_text("utf-8")


def schema() -> dict[str, Any]:
    """The JSON Schema (Draft 2020-12) of results.json, as packaged."""
    return json.loads(_schema_text())


def validate_results(data: Json) -> dict[str, Any]:
    """``data`` itself, if it keeps the schema and its references agree.

    Raises ``ResultsFault`` naming the first fault's path; all faults are in ``.faults``.
    """
    # jsonschema takes long to import: its optional format checkers build a grammar.
    from jsonschema import Draft202012Validator

    _refuse_values_outside_json(data)
    errors = Draft202012Validator(schema()).iter_errors(data)
    faults = [_fault(error) for error in errors]
    if not faults:
        faults = [*_reference_faults(data), *_reconciliation_faults(data)]
    if faults:
        raise ResultsFault("results_schema", sorted(faults))
    return data


def load_results(path: Path | str) -> dict[str, Any]:
    """The results that a file holds, validated; raises ``ResultsFault`` or ``OSError``."""
    try:
        data = json.loads(Path(path).read_text("utf-8"), parse_constant=_refuse_constant)
    except ValueError as error:
        raise ResultsFault("results_json", [("", f"不是合格的 JSON：{error}")]) from None
    return validate_results(data)


def dump_results(data: dict[str, Any]) -> str:
    """The text of results.json: keys in the schema's order, the others after them by name.

    Lists keep their order, floats are written by their repr, so the same data is the same text
    however its dicts were filled. Raises ``ResultsFault``.
    """
    ordered = _ordered(validate_results(data), schema(), schema())
    return json.dumps(ordered, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def write_results(path: Path | str, data: dict[str, Any]) -> None:
    """Validate ``data`` and write it to ``path`` as UTF-8, always the same bytes for the same data."""
    Path(path).write_bytes(dump_results(data).encode("utf-8"))


# --- faults in words ------------------------------------------------------------------------------


def place_text(place: Place) -> str:
    """("indicators", 3, "score") → indicators[3].score"""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _refuse_constant(name: str) -> None:
    raise ValueError(f"不允许 {name}")


def _refuse_values_outside_json(data: Json) -> None:
    for place, value in _leaves(data, ()):
        if isinstance(value, float) and not math.isfinite(value):
            raise ResultsFault("results_value", [(place_text(place), f"{value} 不是一个数")])
        # Exact types: a numpy float would pass as float and print another repr.
        if type(value) not in (str, int, float, bool, type(None)):
            message = f"{type(value).__name__} 不能写入 JSON，请先转为普通的数字或文字"
            raise ResultsFault("results_value", [(place_text(place), message)])


def _leaves(value: Json, place: Place) -> Iterator[tuple[Place, Json]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*place, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*place, index))
    else:
        yield place, value


def _fault(error: Any) -> tuple[str, str]:
    """One jsonschema error as path and Chinese message."""
    place = place_text(tuple(error.absolute_path))
    found = json.dumps(error.instance, ensure_ascii=False)
    found = found if len(found) <= 60 else found[:60] + "…"
    rule, limit = error.validator, error.validator_value
    if rule == "required":
        missing = [name for name in limit if name not in error.instance]
        return place, "缺少 " + "、".join(missing)
    if rule == "type":
        kinds = limit if isinstance(limit, list) else [limit]
        return place, f"应为{'或'.join(_TYPE_WORDS[kind] for kind in kinds)}，现为 {found}"
    if rule in ("enum", "const"):
        allowed = limit if rule == "enum" else [limit]
        words = "、".join("null" if v is None else str(v) for v in allowed)
        return place, f"只能是 {words}，现为 {found}"
    if rule == "additionalProperties":
        known = error.schema.get("properties", {})
        extra = [name for name in error.instance if name not in known]
        return place, "不认识的键 " + "、".join(extra)
    if rule == "anyOf" and error.context:
        # The branch that is not "or null" says what is wrong.
        inner = [e for e in error.context if e.validator_value != "null"]
        return _fault(inner[0] if inner else error.context[0])
    words = {
        "pattern": f"写法不合 {limit}",
        "minimum": f"不得小于 {limit}",
        "maximum": f"不得大于 {limit}",
        "exclusiveMinimum": f"须大于 {limit}",
        "minLength": "不得为空",
        "minItems": f"至少要有 {limit} 项",
        "maxItems": f"至多可有 {limit} 项",
    }
    return place, f"{words.get(rule, error.message)}，现为 {found}"


def _reference_faults(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Ids named twice, and entries about an indicator that is not there."""
    faults = []
    seen: set[str] = set()
    for index, indicator in enumerate(data["indicators"]):
        if indicator["id"] in seen:
            faults.append((f"indicators[{index}].id", f"指标编号 {indicator['id']} 重复"))
        seen.add(indicator["id"])
    # A measure carried over from last year may be about an indicator that does not apply this year.
    seen |= {entry["id"] for entry in data.get("dropped") or ()}
    for key in ("deviations", "plan"):
        for index, entry in enumerate(data[key]):
            if entry["indicator"] not in seen:
                words = f"没有编号为 {entry['indicator']} 的指标"
                faults.append((f"{key}[{index}].indicator", words))
    for index, entry in enumerate((data.get("spares") or {}).get("proposals", [])):
        if entry["indicator"] not in seen:
            faults.append((f"spares.proposals[{index}].indicator", f"没有编号为 {entry['indicator']} 的指标"))
    return faults


def _reconciliation_faults(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Tables whose rows in are not the rows used plus the rows set aside."""
    faults = []
    for index, table in enumerate(data["tables"]):
        aside = sum(entry["rows"] for entry in table["set_aside"])
        if table["rows_in"] != table["used"] + aside:
            words = f"读入{table['rows_in']}行，采用{table['used']}行，剔除{aside}行，对不上"
            faults.append((f"tables[{index}].rows_in", words))
    return faults


# --- order ----------------------------------------------------------------------------------------


def _ordered(value: Json, rule: Any, root: dict[str, Any]) -> Json:
    """``value`` with the keys of each object in the order in which its schema names them."""
    if isinstance(value, dict):
        properties = _properties(rule, root)
        known = [key for key in properties if key in value]
        others = sorted(key for key in value if key not in properties)
        return {k: _ordered(value[k], properties.get(k, {}), root) for k in known + others}
    if isinstance(value, list):
        inner = _items(rule, root)
        return [_ordered(item, inner, root) for item in value]
    return 0.0 if isinstance(value, float) and value == 0 else value


def _branches(rule: Any, root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schema and what it refers to, one after another."""
    if not isinstance(rule, dict):
        return
    yield rule
    if "$ref" in rule:
        yield from _branches(root["$defs"][rule["$ref"].rsplit("/", 1)[-1]], root)
    for key in ("allOf", "anyOf"):
        for branch in rule.get(key, ()):
            yield from _branches(branch, root)


def _properties(rule: Any, root: dict[str, Any]) -> dict[str, Any]:
    return {k: v for b in _branches(rule, root) for k, v in b.get("properties", {}).items()}


def _items(rule: Any, root: dict[str, Any]) -> Any:
    return next((b["items"] for b in _branches(rule, root) if "items" in b), {})
