"""The only module that knows Great Expectations: frames and rules go in, plain outcomes come out.

Analytics are off before the import; the context lives in memory, shows no progress bar, writes
nothing and asks nobody. ``python -m helpers.gate.adapter`` prints ``expectations.json``.
"""

from __future__ import annotations

import os

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import datetime
import enum
import json
import logging
import re
import types
import typing
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import pandas as pd

logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import great_expectations as gx
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.expectations import registry

from helpers.gate.at_most import TooSlow, at_most  # noqa: E402 - as below
from helpers.gate.expectation_types import as_moment  # noqa: E402 - only now is GX quiet
from helpers.indicators.plain import plain  # noqa: E402 - as above

#: All positions of the failing rows, and no copies of their values.
RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "partial_unexpected_count": 0,
    "include_unexpected_rows": False,
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
}
#: Whether they fail, and nothing else.
BRIEF = {"result_format": "BOOLEAN_ONLY"}
#: Expectations of each row, of which nothing else is said where they are kept. (That of a type is one of the column
#: where this has a type.)
BY_ROW = frozenset(
    [
        "expect_column_pair_values_a_to_be_greater_than_b",
        "expect_column_pair_values_to_be_equal",
        "expect_column_value_lengths_to_be_between",
        "expect_column_value_lengths_to_equal",
        "expect_column_values_to_be_between",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_be_null",
        "expect_column_values_to_be_unique",
        "expect_column_values_to_match_regex",
        "expect_column_values_to_not_be_in_set",
        "expect_column_values_to_not_be_null",
        "expect_column_values_to_not_match_regex",
        "expect_compound_columns_to_be_unique",
        "expect_select_column_values_to_be_unique_within_record",
    ]
)
SUM = "expect_column_sum_to_be_between"
#: How long rules may take among which there is a pattern: one of a few characters can take for ever.
SECONDS = 120.0


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations says of one rule.

    ``success`` is None when it could not judge, ``error`` then says why. ``positions``: the failing
    rows by their index label; empty for a rule about the table as a whole, which has ``observed``.
    """

    success: bool | None
    rows: int
    positions: tuple[int, ...] = ()
    observed: Any = None
    error: str | None = None


def judge(
    frame: pd.DataFrame, asked: Sequence[tuple[str, Mapping[str, Any]]], types: Mapping[str, str] | None = None
) -> list[Outcome]:
    """The outcome of each (expectation type, arguments) on a frame of ``frames.judged_frame``'s types.

    ``types``: SQL types of the columns; sums of money are taken over whole 分, so they are exact.
    """
    types = types or {}
    frame, asked = _exact_sums(frame, asked, types)
    outcomes = _outcomes(frame, [(kind, _moments(frame, arguments)) for kind, arguments in asked])
    return [
        _in_yuan(o) if str(a.get("column", "")).endswith(IN_FEN) and k == SUM else o
        for o, (k, a) in zip(outcomes, asked, strict=True)
    ]


def _outcomes(frame: pd.DataFrame, asked: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Outcome]:
    """Of rules that every row has to keep it is first asked whether they are kept, which takes Great Expectations a
    third less than to say where they are not; that is asked of those only that are not kept, or not judged."""
    brief = [n for n, (kind, arguments) in enumerate(asked) if "mostly" not in arguments and kind in BY_ROW]
    first = dict(zip(brief, gx_results(frame, [asked[n] for n in brief], BRIEF), strict=True))
    told = {n: _outcome(said, len(frame)) for n, said in first.items()}
    found = {n: one for n, one in told.items() if one.success or isinstance(first[n], str)}
    left = [n for n in range(len(asked)) if n not in found]
    full = gx_results(frame, [asked[n] for n in left])
    found |= {n: _outcome(said, len(frame)) for n, said in zip(left, full, strict=True)}
    return [found[n] for n in range(len(asked))]


def gx_results(
    frame: pd.DataFrame,
    asked: Sequence[tuple[str, Mapping[str, Any]]],
    told: Mapping[str, Any] = MappingProxyType(RESULT_FORMAT),
) -> list[ExpectationValidationResult | str]:
    """Great Expectations' own result objects, in the order asked; a text where it refuses the rule."""
    refused: dict[int, str] = {}
    expectations = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, (kind, arguments) in enumerate(asked):
            try:
                expectations.append(registry.get_expectation_impl(kind)(meta={"number": number}, **arguments))
            except Exception as error:  # noqa: BLE001 - GX raises its own, pydantic's and plain errors here
                refused[number] = _plain_error(str(error))
        patterns = {n for n, (kind, _) in enumerate(asked) if "_regex" in kind} - refused.keys()
        try:
            with at_most(SECONDS if patterns else None):
                found = _validated(frame, expectations, told)
        except TooSlow:
            said = f"正则表达式在 {SECONDS:g} 秒内没有算完：去掉重复里套重复的写法，如 (a+)+，或改用 value_set"
            refused |= dict.fromkeys(patterns, said)
            others = [one for one in expectations if (one.meta or {}).get("number") not in patterns]
            found = _validated(frame, others, told)
    return [refused.get(number) or found[number] for number in range(len(asked))]


def _validated(
    frame: pd.DataFrame, expectations: Sequence[Any], told: Mapping[str, Any]
) -> dict[int, ExpectationValidationResult]:
    """The results by the numbers of their rules."""
    if not expectations:
        return {}
    suite = gx.ExpectationSuite(name="gate", expectations=list(expectations))
    answer = _batch(frame).validate(suite, result_format=dict(told))
    # GX answers in an order of its own.
    configured = ((result.expectation_config, result) for result in answer.results)
    return {config.meta["number"]: result for config, result in configured if config is not None and config.meta}


@lru_cache(maxsize=1)
def _definition() -> Any:
    """A batch definition over frames, in a context that has no folder, no analytics, no bars."""
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    asset = context.data_sources.add_pandas("tidy").add_dataframe_asset("table")
    return asset.add_batch_definition_whole_dataframe("rows")


def get_ready() -> None:
    """Whatever Great Expectations makes up when it is first asked, so that who asks next need not wait for it."""
    judge(pd.DataFrame({"a": [1.0]}), [("expect_column_values_to_not_be_null", {"column": "a"})])


def _batch(frame: pd.DataFrame) -> Batch:
    batch: Batch = _definition().get_batch({"dataframe": frame})
    return batch


# --- into Great Expectations ----------------------------------------------------------------------

IN_FEN = " 分"


def _exact_sums(
    frame: pd.DataFrame, asked: Sequence[tuple[str, Mapping[str, Any]]], types: Mapping[str, str]
) -> tuple[pd.DataFrame, list[tuple[str, Mapping[str, Any]]]]:
    """Sums of money asked of a column of whole 分 instead, with the bounds in 分 as well."""
    added: dict[str, pd.Series] = {}
    rewritten: list[tuple[str, Mapping[str, Any]]] = []
    for kind, arguments in asked:
        column = arguments.get("column")
        if (
            kind == SUM
            and isinstance(column, str)
            and column in frame.columns
            and types.get(column, "").startswith("DECIMAL")
        ):
            fen = (frame[column].dropna() * 100).round().astype("int64")
            added[column + IN_FEN] = fen.reindex(frame.index, fill_value=0)
            bounds = {
                k: round(v * 100, 6) for k, v in arguments.items() if k in ("min_value", "max_value") and v is not None
            }
            rewritten.append((kind, {**arguments, **bounds, "column": column + IN_FEN}))
        else:
            rewritten.append((kind, arguments))
    return frame.assign(**added) if added else frame, rewritten


def _moments(frame: pd.DataFrame, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments with the dates that are compared with date columns as date-times."""
    arguments = dict(arguments)
    if _is_date(frame, arguments.get("column")):
        for name in ("min_value", "max_value"):
            if name in arguments:
                arguments[name] = as_moment(arguments[name]) or arguments[name]
        if isinstance(arguments.get("value_set"), list | tuple):
            arguments["value_set"] = [as_moment(v) or v for v in arguments["value_set"]]
    if isinstance(arguments.get("value_pairs_set"), list | tuple):
        dates = [_is_date(frame, arguments.get(name)) for name in ("column_A", "column_B")]
        arguments["value_pairs_set"] = [
            tuple((as_moment(v) or v) if date else v for v, date in zip(pair, dates, strict=True))
            for pair in arguments["value_pairs_set"]
        ]
    return arguments


def _is_date(frame: pd.DataFrame, column: Any) -> bool:
    return column in frame.columns and pd.api.types.is_datetime64_any_dtype(frame[column].dtype)


# --- out of Great Expectations --------------------------------------------------------------------


def _outcome(result: ExpectationValidationResult | str, rows: int) -> Outcome:
    if isinstance(result, str):
        return Outcome(None, rows, error=result)
    error = _error(result.exception_info)
    if error:
        return Outcome(None, rows, error=error)
    found = result.result or {}
    counted = {name: int(found[name]) for name in ("unexpected_count", "missing_count") if found.get(name)}
    observed = found.get("observed_value")
    if "element_count" in found:
        positions = tuple(sorted(int(i) for i in found.get("unexpected_index_list") or ()))
        return Outcome(bool(result.success), int(found["element_count"]), positions)
    return Outcome(bool(result.success), rows, observed=plain(observed) if observed is not None else counted or None)


def _in_yuan(outcome: Outcome) -> Outcome:
    return outcome if outcome.observed is None else replace(outcome, observed=outcome.observed / 100)


def _error(info: Mapping[str, Any] | None) -> str | None:
    """The message of an exception inside GX, which reports one by itself or one per metric."""
    if not info:
        return None
    entries = [info] if "raised_exception" in info else list(info.values())
    raised = [e for e in entries if isinstance(e, Mapping) and e.get("raised_exception")]
    return "；".join(sorted({_plain_error(str(e.get("exception_message"))) for e in raised})) or None


def _plain_error(text: str) -> str:
    """One line without memory addresses or paths."""
    line = " ".join(text.split())
    line = re.sub(r" at 0x[0-9a-f]+", "", line)
    line = re.sub(r"(/[\w.\- ]+){2,}", "……", line)
    return line if len(line) <= 200 else line[:198] + "……"


# --- expectations.json ----------------------------------------------------------------------------

#: Fields of every GX expectation that are not arguments of a rule.
COMMON = frozenset(
    [
        "id",
        "meta",
        "notes",
        "result_format",
        "description",
        "catch_exceptions",
        "rendered_content",
        "severity",
        "windows",
        "batch_id",
        "row_condition",
        "condition_parser",
        "library_metadata",
    ]
)
#: What cannot judge a tidy table.
UNUSABLE = {
    "expect_query_results_to_match_comparison": "要有数据库查询",
    "expect_table_row_count_to_equal_other_table": "要有数据库里的另一张表",
    "unexpected_rows_expectation": "要有数据库查询",
    **{
        f"expect_column_values_to_{neg}match_like_pattern{plural}": "只用于数据库；改用 regex 一类的检查"
        for neg in ("", "not_")
        for plural in ("", "_list")
    },
}
_KINDS = {
    bool: "boolean",
    float: "number",
    int: "number",
    str: "text",
    datetime.date: "date",
    datetime.datetime: "date",
    list: "list",
    set: "list",
    dict: "mapping",
}


def describe() -> dict[str, Any]:
    """What ``expectations.json`` holds, taken from the installed Great Expectations."""
    names = sorted(registry.list_registered_expectation_implementations())
    return {
        "expectations": {
            name: _arguments(registry.get_expectation_impl(name)) for name in names if name not in UNUSABLE
        },
        "unusable": dict(sorted(UNUSABLE.items())),
    }


def _arguments(implementation: Any) -> dict[str, Any]:
    found = {}
    for name, info in sorted(implementation.__fields__.items()):
        if name in COMMON:
            continue
        kinds, choices = _kinds(name, info.outer_type_)
        entry: dict[str, Any] = {"choices": choices} if choices else {"kinds": kinds}
        found[name] = {**entry, "required": True} if info.required else entry
    return found


def _kinds(name: str, annotation: Any) -> tuple[list[str], list[str]]:
    """The kinds of value that an argument takes, or the words to choose from."""
    if name in ("column", "column_A", "column_B"):
        return ["column"], []
    if name in ("column_list", "column_set"):
        return ["columns"], []
    kinds, choices = [], []
    for part in _parts(annotation):
        origin, inner = typing.get_origin(part), typing.get_args(part)
        if origin is typing.Literal:
            choices += [str(choice) for choice in inner]
        elif origin in (list, tuple) or (origin is not None and issubclass(origin, Sequence)):
            pairs = bool(inner) and typing.get_origin(inner[0]) is tuple
            kinds.append("pairs" if pairs else "texts" if inner[:1] == (str,) else "list")
        elif isinstance(part, type) and issubclass(part, enum.Enum):
            choices += [str(member.value) for member in part]
        elif isinstance(part, type):
            kinds.append(next((k for t, k in _KINDS.items() if issubclass(part, t)), "mapping"))
    # GX also takes a mapping that names a run-time parameter, which our rules do not have.
    real = [kind for kind in dict.fromkeys(kinds) if kind != "mapping"] or list(dict.fromkeys(kinds))
    return real, choices


def _parts(annotation: Any) -> Iterator[Any]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _parts(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from _parts(part)
    elif annotation is not type(None):
        yield annotation


if __name__ == "__main__":
    print(json.dumps(describe(), ensure_ascii=False, indent=1, sort_keys=True))  # noqa: T201 - what it was started for
