"""The JSON Schema of results.json as packaged, and the rule in it for each place of a document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

Rule = dict[str, Any]
_NONE: Rule = {}
#: By the identity of a rule what is known of it, with the rule: while that is there no other has its identity.
_PROPERTIES: dict[int, tuple[Rule, Rule]] = {}


@cache
def schema() -> Rule:
    """The JSON Schema (Draft 2020-12); made from ``results_types`` by ``make schema``."""
    text = resources.files(__package__).joinpath("results.schema.json").read_text("utf-8")
    rules: Rule = json.loads(text)
    return rules


def branches(rule: Rule) -> Iterator[Rule]:
    """A rule and what it refers to, one after another."""
    yield rule
    if "$ref" in rule:
        yield from branches(schema()["$defs"][rule["$ref"].rsplit("/", 1)[-1]])
    for branch in rule.get("anyOf", ()):
        yield from branches(branch)


def properties(rule: Rule) -> Rule:
    """The rules of an object's known keys, in their order; changed by nobody."""
    if id(rule) not in _PROPERTIES:
        known = {key: inner for branch in branches(rule) for key, inner in branch.get("properties", {}).items()}
        _PROPERTIES[id(rule)] = rule, known
    return _PROPERTIES[id(rule)][1]


def inner_rule(rule: Rule, step: str | int) -> Rule:
    """The rule for a key of an object or for an item of a list; {} where there is none."""
    if isinstance(step, str) and step in (known := properties(rule)):
        found: Rule = known[step]
        return found
    key = "items" if isinstance(step, int) else "additionalProperties"
    return next((b[key] for b in branches(rule) if isinstance(b.get(key), dict)), _NONE)


def keyword(rule: Rule, name: str) -> Any:
    """The value of a keyword (minimum, pattern, …) in a rule or in what it refers to."""
    return next((branch[name] for branch in branches(rule) if name in branch), None)
