"""What is said of personal data: columns of which only hashes are kept are read by nobody, and exceptions fit."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.files.names import matching_files
from helpers.files.personal_data import Marks
from helpers.year.expressions import ExpressionError, columns_judged
from helpers.year.faults import Fault, did_you_mean
from helpers.year.joined_columns import joined_columns
from helpers.year.load import Year
from helpers.year.not_personal import allows
from helpers.year.tables import Table
from helpers.year.tidy import tidy_columns

#: Rules that hold of hashes as they hold of what was hashed.
OF_HASHES = frozenset(
    [
        "expect_column_values_to_be_unique",
        "expect_column_values_to_not_be_null",
        "expect_column_values_to_be_null",
        "expect_compound_columns_to_be_unique",
        "expect_column_unique_value_count_to_be_between",
        "expect_column_to_exist",
    ]
)
DERIVE = (
    "把判断写成 derived 的一列（清洗时按原文计算，如 type: boolean），这里用那一列；不是个人信息的，从 personal 里去掉"
)


def check_personal(year: Year) -> Iterator[Fault]:
    """Faults in what is declared of personal data."""
    yield from _exceptions(year)
    yield from _file_names(year)
    yield from _measures(year)
    yield from _joins(year)
    for name, table in year.year.tables.items():
        if table.tidy_personal:
            yield from _rules(year, name, table)
            yield from _structure(year, name, table)


def _exceptions(year: Year) -> Iterator[Fault]:
    lines, known = year.lines["year.yml"], [f"{t}.{c}" for t, s in year.year.tables.items() for c in s.columns]
    for number, entry in enumerate(year.year.not_personal):
        if entry.column is not None and entry.column not in known:
            yield lines.fault(
                "unknown_column",
                ("not_personal", number, "column"),
                f"没有列 {entry.column}（写作 表.列）",
                value=entry.column,
                hint=did_you_mean(entry.column, known),
            )


def _file_names(year: Year) -> Iterator[Fault]:
    """Manifests name files as they are called: a name with personal data would be in every one of them."""
    marks = Marks(allowed=allows(year.year.not_personal))
    for name, table in year.year.tables.items():
        for file in (path for pattern in table.files for path in matching_files(year.folder, pattern)):
            written = file.relative_to(year.folder).as_posix() if file.is_relative_to(year.folder) else file.name
            if (shown := marks.masked(written)) != written:
                yield year.lines["year.yml"].fault(
                    "personal_file_name",
                    ("tables", name, "files"),
                    f"导出文件的名称里有个人信息：{shown}",
                    hint="给文件改名（内容不动）；确实不是个人信息的，写进 not_personal",
                )


def _judged(expression: str | None) -> frozenset[str]:
    try:
        return columns_judged(expression) if expression else frozenset()
    except ExpressionError:
        return frozenset()  # said elsewhere


def _measures(year: Year) -> Iterator[Fault]:
    lines = year.lines["indicators.yml"]
    for name, measure in year.measures.items():
        table = year.year.tables.get(measure.table or "")
        if table is None or not table.tidy_personal:
            continue
        types = tidy_columns(table)
        gone = {c for c in table.tidy_personal if types.get(c) != "VARCHAR"}
        read = {
            "where": _judged(measure.where),
            "value": _judged(measure.value) | ({measure.value} & gone if measure.value else set()),
            "date": {measure.date} if measure.date else set(),
            "repeat_of": {*measure.repeat_of} & gone,
        }
        for key, columns in read.items():
            for column in sorted(columns & table.tidy_personal):
                yield lines.fault("personal_read", ("measures", name, key), _said(column), value=column, hint=DERIVE)


def _joins(year: Year) -> Iterator[Fault]:
    """Of two columns by which rows find one another hashes are kept of both or of none."""
    for place, table, column, other, other_column in joined_columns(year.year):
        both = [(t, c) for t, c in ((table, column), (other, other_column)) if t in year.year.tables]
        hidden = [(t, c) for t, c in both if c in year.year.tables[t].tidy_personal]
        if len(both) == 2 and len(hidden) == 1:
            seen = next(one for one in both if one not in hidden)
            yield year.lines["year.yml"].fault(
                "personal_key",
                place,
                f"{'.'.join(hidden[0])} 是个人信息列，与它相连的 {'.'.join(seen)} 不是，两张表对不上",
                value=other_column,
                hint=f"在表 {seen[0]} 里也写 personal: [{seen[1]}]（用密文关联）；不是个人信息的，从 personal 里去掉",
            )


def _said(column: str) -> str:
    return f"{column} 是个人信息列，整洁表里只有密文，不能按内容计算或判断"


def _rules(year: Year, name: str, table: Table) -> Iterator[Fault]:
    for number, rule in enumerate(table.gate):
        named = {v for k, one in rule.arguments.items() if k.startswith("column") for v in _texts(one)}
        read = _judged(rule.where) | (set() if rule.expectation in OF_HASHES else named)
        for column in sorted(read & table.tidy_personal):
            yield year.lines["year.yml"].fault(
                "personal_read", ("tables", name, "gate", number), _said(column), value=column, hint=DERIVE
            )


def _texts(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value] if isinstance(value, list) else []


def _structure(year: Year, name: str, table: Table) -> Iterator[Fault]:
    """What is read of every tidy row by itself."""
    used: list[tuple[tuple[str, ...], str | None]] = [(("year_by",), table.year_by)]
    if table.states:
        used += [(("states", "start"), table.states.start), (("states", "end"), table.states.end)]
        used += [(("states", "parts"), end) for part in table.states.parts for end in (part.start, part.end)]
    counted = year.year.activities
    used += [(("personal",), counted.by)] if counted and counted.table == name else []
    for place, column in used:
        if column in table.tidy_personal:
            yield year.lines["year.yml"].fault(
                "personal_read", ("tables", name, *place), _said(str(column)), value=column, hint=DERIVE
            )
