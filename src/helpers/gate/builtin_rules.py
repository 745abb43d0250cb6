"""What the gate asks of each table: rules derived from its declaration, and the rules it declares itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from helpers.year.tables import GateRule, Level, Table
from helpers.year.tidy import record_columns, tidy_columns

if TYPE_CHECKING:
    from helpers.year.fiscal import FiscalYear
    from helpers.year.load import Year

Origin = Literal["built_in", "declared", "reconciliation", "plausibility"]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One Great Expectations type with its arguments, our level, words and remedy.

    ``id`` is unique within a table and the same every year; ``where`` (a SQL expression over the
    tidy columns) limits the rule to rows.
    """

    id: str
    expectation: str
    arguments: Mapping[str, Any]
    level: Level
    words: str
    remedy: str
    where: str | None = None
    origin: Origin = "declared"


@dataclass(frozen=True)
class About:
    """What the gate must know of a table beside its rows.

    ``types``: tidy column → SQL type (an unnamed column's type is taken from its values).
    ``personal``: columns whose values are never written down. ``names``: tidy column → the header
    that the analyst knows it by. ``repeats``: rows equal in every column are kept without a word in
    the declaration, to be noted.
    """

    title: str = ""
    types: Mapping[str, str] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    repeats: bool = False


def about_table(spec: Table) -> About:
    """What a declaration says about its table's columns."""
    names = {column: declared.source[0] for column, declared in spec.columns.items()}
    names = {column: names.get(column) or words for column, words in spec.column_words().items()} | {
        column: d.words or column for column, d in spec.derived.items()
    }
    repeats = spec.exact_duplicates is None and not spec.repeats_set_aside
    return About(spec.title, tidy_columns(spec), spec.tidy_personal, names, repeats)


def rules_of(year: Year) -> dict[str, list[Rule]]:
    """Every table's rules, the built-in ones first."""
    return {
        table: [*builtin_rules(table, spec, year.fiscal), *declared_rules(spec)]
        for table, spec in year.year.tables.items()
    }


# --- declared -------------------------------------------------------------------------------------


def declared_rules(spec: Table) -> list[Rule]:
    """The rules under ``gate:``, each with an id made of its type and columns."""
    seen: Counter[str] = Counter()
    rules = []
    for rule in spec.gate:
        name = _id(rule)
        seen[name] += 1
        name += f"#{seen[name]}" if seen[name] > 1 else ""
        rules.append(
            Rule(
                id=name,
                expectation=rule.expectation,
                arguments=dict(rule.arguments),
                level=rule.level,
                words=rule.words,
                remedy=rule.remedy,
                where=rule.where,
            )
        )
    return rules


def _id(rule: GateRule) -> str:
    columns = columns_of_rule(rule.arguments)
    return ":".join([rule.expectation.removeprefix("expect_"), *([",".join(columns)] if columns else [])])


def columns_of_rule(arguments: Mapping[str, Any]) -> list[str]:
    """The columns that an expectation's arguments name, in order."""
    named = [arguments.get(key) for key in ("column", "column_A", "column_B")]
    listed = arguments.get("column_list")
    return [str(c) for c in (*named, *(listed if isinstance(listed, list | tuple) else ())) if c is not None]


# --- built in -------------------------------------------------------------------------------------


def builtin_rules(table: str, spec: Table, fiscal: FiscalYear) -> list[Rule]:  # noqa: ARG001 - said by its callers
    """What follows from a table's declaration alone.

    Stop: the key is there and unique; required columns are filled; the date that decides the year
    lies in it; no clock runs backwards. Note: a boolean that is neither true nor false, for a
    measure counts it as not kept.
    """
    return [
        *_key_rules(spec),
        *_required_rules(spec),
        *_year_rules(spec, fiscal),
        *_clock_rules(spec),
        *_boolean_rules(spec),
    ]


def _called(spec: Table, column: str) -> str:
    source = spec.columns.get(column)
    return f"“{source.source[0] if source else spec.column_words().get(column, column)}”"


def _filled(rule_id: str, spec: Table, column: str) -> Rule:
    return Rule(
        id=rule_id,
        expectation="expect_column_values_to_not_be_null",
        arguments={"column": column},
        level="stop",
        words=f"{_called(spec, column)}不得为空",
        remedy=f"在来源系统补填{_called(spec, column)}后重新导出；确属无效的记录在 out_of_scope 里写明理由剔除",
        origin="built_in",
    )


def _key_rules(spec: Table) -> list[Rule]:
    key = spec.tidy_key
    if not key:
        return []
    called = "、".join(_called(spec, column) for column in key)
    remedy = (
        f"核对重复的{called}：同一事项有多行的，在 year.yml 里用 keep 声明保留哪一行；"
        "编号录错的，用 corrections.yml 更正"
    )
    arguments: dict[str, Any]
    if len(key) == 1:
        kind, arguments = "expect_column_values_to_be_unique", {"column": key[0]}
    else:
        kind = "expect_compound_columns_to_be_unique"
        arguments = {"column_list": list(key), "ignore_row_if": "any_value_is_missing"}
    unique = Rule(
        id="key_unique",
        expectation=kind,
        arguments=arguments,
        level="stop",
        words=f"{called}不得重复",
        remedy=remedy,
        origin="built_in",
    )
    return [*(_filled(f"key_filled:{column}", spec, column) for column in key), unique]


def _required_rules(spec: Table) -> list[Rule]:
    there = record_columns(spec)
    columns = [c for c, declared in spec.columns.items() if declared.required and c in there and c not in spec.tidy_key]
    return [_filled(f"required_filled:{column}", spec, column) for column in columns]


def _year_rules(spec: Table, fiscal: FiscalYear) -> list[Rule]:
    if spec.year_by is None:
        return []
    # The day after the year is the strict bound: a date-time on its last day is within the year.
    arguments = {
        "column": spec.year_by,
        "min_value": fiscal.first,
        "max_value": fiscal.end,
        "strict_max": True,
    }
    called = _called(spec, spec.year_by)
    return [
        Rule(
            id="in_fiscal_year",
            expectation="expect_column_values_to_be_between",
            arguments=arguments,
            level="stop",
            words=f"{called}须在 {fiscal.number} 年度以内" + (f"（{fiscal.from_to}）" if fiscal.crosses else ""),
            remedy=f"核对{called}；日期录错的，用 corrections.yml 更正",
            origin="built_in",
        )
    ]


def _clock_rules(spec: Table) -> list[Rule]:
    """Each pair of clock ends once, named by its first clock. Kept rows have an empty clock."""
    first: dict[tuple[str, str], str] = {}
    for column, derived in spec.derived.items():
        if derived.clock:
            first.setdefault((str(derived.start), str(derived.end)), column)
    rules = []
    if spec.checks.backwards != "keep":
        rules += [_forward(spec, pair, column) for pair, column in first.items()]
    if spec.checks.unstarted != "keep":
        filled = {*spec.tidy_key, spec.year_by, *(c for c, declared in spec.columns.items() if declared.required)}
        rules += [_started(spec, pair, column) for pair, column in first.items() if pair[0] not in filled]
    return rules


def _forward(spec: Table, pair: tuple[str, str], column: str) -> Rule:
    start, end = pair
    arguments = {"column_A": end, "column_B": start, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    # A day has no time: on the day of the start it cannot be compared with it.
    types = record_columns(spec)
    by_day = types[end] == "DATE" and types[start] == "TIMESTAMP"
    where = f'CAST("{start}" AS DATE) <> "{end}"' if by_day else None
    return Rule(
        id=f"clock_forward:{column}",
        expectation="expect_column_pair_values_a_to_be_greater_than_b",
        arguments=arguments,
        level="stop",
        words=f"{_called(spec, end)}不得早于{_called(spec, start)}",
        remedy="核对两个时间哪一个录错，用 corrections.yml 更正并写明依据；要剔除的在 checks 里写 backwards: set_aside",
        where=where,
        origin="built_in",
    )


def _started(spec: Table, pair: tuple[str, str], column: str) -> Rule:
    start, end = pair
    return Rule(
        id=f"clock_started:{column}",
        expectation="expect_column_values_to_not_be_null",
        arguments={"column": start},
        level="stop",
        words=f"有{_called(spec, end)}的须有{_called(spec, start)}",
        remedy=f"补填{_called(spec, start)}或用 corrections.yml 更正；要剔除的在 checks 里写 unstarted: set_aside，"
        "要保留的写 unstarted: keep（时长按未知处理）",
        where=f'"{end}" IS NOT NULL',
        origin="built_in",
    )


def _boolean_rules(spec: Table) -> list[Rule]:
    return [
        Rule(
            id=f"boolean_known:{column}",
            expectation="expect_column_values_to_not_be_null",
            arguments={"column": column},
            level="note",
            words=f"{_called(spec, column)}须明确为是或否",
            remedy=f"补填{_called(spec, column)}，或在 columns.{column} 的 true、false 里补上来源的写法；"
            "留空的按未知处理，不计为达到要求",
            origin="built_in",
        )
        for column, declared in spec.columns.items()
        if declared.type == "boolean"
        and not declared.required
        and column in record_columns(spec)
        and column not in spec.tidy_key
    ]
