"""results.json: how it is read, checked and written; its shapes are in ``results_types``.

The file is what every other part of the package is made from, and what other people's checks read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from helpers.files.json_text import indented
from helpers.report.results_faults import Fault, Json, Place, faults_in_words, place_text
from helpers.report.results_schema import inner_rule, properties, schema
from helpers.report.results_types import Results


class ResultsFault(ValueError):
    """Results that do not keep the contract.

    ``code``: results_schema · results_value · results_json; ``path``: where, as
    ``indicators[3].score`` (empty for the document itself); ``faults``: all that were found.
    """

    def __init__(self, code: str, faults: list[Fault]) -> None:
        self.code = code
        self.faults = faults
        self.path, first = faults[0]
        more = f"(另有{len(faults) - 1}处)" if len(faults) > 1 else ""
        super().__init__(f"{code}: {self.path or 'results.json'}: {first}{more}")


@cache
def checker() -> TypeAdapter[Results]:
    """What tells whether data has the shapes of results."""
    return TypeAdapter(Results)


def validate_results(data: Json) -> Results:
    """``data`` itself, if it has the shapes of ``results_types`` and its references agree.

    Raises ``ResultsFault`` naming the first fault's path; all faults are in ``.faults``.
    """
    _refuse_values_outside_json(data)
    try:
        checker().validate_python(data, strict=True)
    except ValidationError as error:
        raise ResultsFault("results_schema", faults_in_words(error, data)) from None
    results = cast(Results, data)
    if faults := [*_reference_faults(results), *_reconciliation_faults(results)]:
        raise ResultsFault("results_schema", sorted(faults))
    return results


def load_results(path: Path | str) -> Results:
    """The results that a file holds, validated; raises ``ResultsFault`` or ``OSError``."""
    try:
        data = json.loads(Path(path).read_text("utf-8"), parse_constant=_refuse_constant)
    except ValueError as error:
        raise ResultsFault("results_json", [("", f"不是合格的 JSON：{error}")]) from None
    return validate_results(data)


def dump_results(data: Json) -> str:
    """The text of results.json: keys in the schema's order, the others after them by name.

    Lists keep their order, floats are written by their repr, so the same data is the same text
    however its dicts were filled. Raises ``ResultsFault``.
    """
    return indented(in_order(validate_results(data)), 2, allow_nan=False) + "\n"


def in_order(data: Json) -> Json:
    """The results with their keys as the file has them: a report made of either says the same in the same order."""
    return _ordered(data, schema())


def write_results(path: Path | str, data: Json) -> None:
    """Validate ``data`` and write it to ``path`` as UTF-8, always the same bytes for the same data."""
    Path(path).write_bytes(dump_results(data).encode("utf-8"))


# --- what no type says ----------------------------------------------------------------------------


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


def _reference_faults(data: Results) -> list[Fault]:
    """Ids named twice, and entries about an indicator that is not there."""
    faults = []
    seen: set[str] = set()
    for index, indicator in enumerate(data["indicators"]):
        if indicator["id"] in seen:
            faults.append((f"indicators[{index}].id", f"指标编号 {indicator['id']} 重复"))
        seen.add(indicator["id"])
    # A measure carried over from last year may be about an indicator that does not apply this year.
    seen |= {dropped["id"] for dropped in data.get("dropped", ())}
    spares = data.get("spares")
    about = {
        "deviations": [one["indicator"] for one in data["deviations"]],
        "plan": [one["indicator"] for one in data["plan"]],
        "spares.proposals": [one["indicator"] for one in spares["proposals"]] if spares else [],
    }
    for key, named in about.items():
        for index, name in enumerate(named):
            if name not in seen:
                faults.append((f"{key}[{index}].indicator", f"没有编号为 {name} 的指标"))
    return faults


def _reconciliation_faults(data: Results) -> list[Fault]:
    """Tables whose rows in are not the rows used plus the rows set aside."""
    faults = []
    for index, table in enumerate(data["tables"]):
        aside = sum(entry["rows"] for entry in table["set_aside"])
        if table["rows_in"] != table["used"] + aside:
            words = f"读入{table['rows_in']}行，采用{table['used']}行，剔除{aside}行，对不上"
            faults.append((f"tables[{index}].rows_in", words))
    return faults


# --- order ----------------------------------------------------------------------------------------


def _ordered(value: Json, rule: dict[str, Any]) -> Json:
    """``value`` with the keys of each object in the order in which its schema names them."""
    if isinstance(value, dict):
        rules = properties(rule)
        known = {key: _ordered(value[key], inner) for key, inner in rules.items() if key in value}
        others = sorted(key for key in value if key not in known)
        return {**known, **{key: _ordered(value[key], inner_rule(rule, key)) for key in others}}
    if isinstance(value, list):
        inner = inner_rule(rule, 0)
        return [_ordered(item, inner) for item in value]
    return 0.0 if isinstance(value, float) and value == 0 else value
