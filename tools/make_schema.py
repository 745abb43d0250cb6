"""Writes src/helpers/report/results.schema.json from the types in helpers.report.results_types."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from helpers.report.results_types import Results

TARGET = Path(__file__).parent.parent / "src" / "helpers" / "report" / "results.schema.json"
HEAD = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:selfeval:results:1",
    "title": "results.json",
}
ORDER = (
    *HEAD, "description", "$ref", "type", "const", "enum", "pattern", "minLength", "minimum", "exclusiveMinimum",
    "maximum", "items", "minItems", "maxItems", "anyOf", "required", "properties", "additionalProperties", "$defs",
)  # fmt: skip


def schema_text() -> str:
    """The file's text: one line for what fits in it, so that a change is read as one."""
    return _written(_tidied({**TypeAdapter(Results).json_schema(), **HEAD}, top=True)) + "\n"


def main() -> None:
    TARGET.write_text(schema_text(), encoding="utf-8")
    print(f"已写入 {TARGET.name}")


def _tidied(rule: Any, *, top: bool = False) -> Any:
    """A rule without what pydantic only repeats, in a set order; properties keep theirs, that of the file."""
    if isinstance(rule, list):
        return [_tidied(one) for one in rule]
    if not isinstance(rule, dict):
        return rule
    found = {key: value for key, value in rule.items() if key != "title" or top}
    if "description" in found:
        found["description"] = " ".join(found["description"].split())
    if found.get("additionalProperties") is True:
        del found["additionalProperties"]
    if "$ref" in found:
        found["$ref"] = "#/$defs/" + _name(found["$ref"].rsplit("/", 1)[-1])
    for key in ("properties", "$defs"):
        if key in found:
            found[key] = {_name(n) if key == "$defs" else n: _tidied(one) for n, one in found[key].items()}
    for key in ("items", "anyOf", "additionalProperties"):
        if key in found:
            found[key] = _tidied(found[key])
    return _sorted(_one_type(found))


def _name(name: str) -> str:
    """StockRun → stock_run"""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _one_type(rule: dict[str, Any]) -> dict[str, Any]:
    """{"anyOf": [{"type": "string"}, {"type": "null"}]} as {"type": ["string", "null"]}.

    A limit only ever concerns its own type, so the two say the same.
    """
    branches = rule.get("anyOf", ())
    kinds = [branch.get("type") for branch in branches]
    if not branches or not all(isinstance(kind, str) for kind in kinds) or any("properties" in b for b in branches):
        return rule
    merged: dict[str, Any] = {key: value for key, value in rule.items() if key != "anyOf"}
    for branch in branches:
        merged |= {key: value for key, value in branch.items() if key != "type"}
    if "enum" in merged:
        merged["enum"] = [*merged["enum"], *(None for kind in kinds if kind == "null")]
    return {**merged, "type": kinds}


def _sorted(rule: dict[str, Any]) -> dict[str, Any]:
    """The keys of a rule: what it is, its limits, what it consists of; an unforeseen key is a mistake here."""
    return {key: rule[key] for key in sorted(rule, key=ORDER.index)}


def _written(value: Any, indent: str = "", width: int = 110) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= width or not isinstance(value, dict | list) or not value:
        return line
    deeper = indent + "  "
    if isinstance(value, list):
        inner = [_written(one, deeper) for one in value]
        return "[\n" + ",\n".join(deeper + one for one in inner) + f"\n{indent}]"
    inner = [f"{json.dumps(key, ensure_ascii=False)}: {_written(one, deeper)}" for key, one in value.items()]
    return "{\n" + ",\n".join(deeper + one for one in inner) + f"\n{indent}}}"


if __name__ == "__main__":
    main()
