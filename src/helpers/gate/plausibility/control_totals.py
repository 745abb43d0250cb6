"""Control totals: the total lines printed below a table, and those that the year file declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

from helpers.gate.plausibility.roles import level
from helpers.year.engine import identifier, literal
from helpers.year.tables import MONEY_FACTORS, Table

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Place, Subject
    from helpers.gate.result import Check

#: What a total line calls itself, in a short cell (统计、小计算机 are none).
TOTAL = r"((合|小|总|共|累)\s*计([^算]|$))|(?i:\b(sub|grand)?[ -]?total\b)"
LABEL_LENGTH = 16
#: Total lines that are put against the rows above them, and reasons of rows set aside that are combined.
MOST_TOTALS, MOST_REASONS = 60, 8
CENT = Decimal("0.005")


@dataclass(frozen=True)
class TotalLine:
    """One total line among the rows set aside: its place, label, the month it names, its printed figures."""

    file: str
    row: int
    label: str
    month: int | None
    figures: Mapping[str, Decimal]


# --- declared -------------------------------------------------------------------------------------


def expected_totals(subject: Subject) -> Iterator[Check]:
    """What ``expect`` declares of a table against its rows; a difference stops the run."""
    for table, spec in subject.tables.items():
        if spec.expect is None:
            continue
        differing = list(_differing(subject, table, spec))
        if differing:
            more = f"等 {len(differing)} 处" if len(differing) > 6 else ""
            yield subject.note(
                table,
                "expected_totals",
                f"与 expect 声明的控制数不符：{'；'.join(differing[:6])}{more}",
                f"核对 {'、'.join(spec.files)} 是否完整、有没有重行和错列；"
                f"控制数本身有误的，改正 tables.{table}.expect",
                observed=f"{len(differing)} 处不符",
                failing=0,
                level="stop",
            )


def _differing(subject: Subject, table: str, spec: Table) -> Iterator[str]:
    assert spec.expect is not None
    expect, view = spec.expect, identifier(table)
    if expect.rows is not None and subject.count(table) != expect.rows:
        yield f"采用行数应为 {expect.rows}，实为 {subject.count(table)}"
    read = subject.accounts.get(table, {}).get("rows_in")
    if expect.rows_in is not None and read is not None and read != expect.rows_in:
        yield f"读入行数应为 {expect.rows_in}，实为 {read}"
    for column, amount in expect.sum.items():
        found = _decimal(subject.one(f"SELECT {_exact_sum(column)} FROM {view}"))
        if abs(found - amount) > CENT:
            yield f"{subject.called(table, column)}合计应为 {_plain(amount)}，实为 {_plain(found)}"
    for column, months in expect.by_month.items():
        value = "count(*)" if column == "rows" else _exact_sum(column)
        by_month = dict(subject.query(f"SELECT month({identifier(str(spec.year_by))}), {value} FROM {view} GROUP BY 1"))
        called = "行数" if column == "rows" else f"{subject.called(table, column)}合计"
        for month, amount in months.items():
            found = _decimal(by_month.get(month, 0))
            if abs(found - amount) > CENT:
                yield f"{subject.year.fiscal.spaced(month)}{called}应为 {_plain(amount)}，实为 {_plain(found)}"


def _exact_sum(column: str) -> str:
    """The sum over hundredths, so that it does not depend on the order of summation."""
    return f"coalesce(sum(CAST(round({identifier(column)} * 100) AS HUGEINT)), 0) / 100.0"


# --- printed --------------------------------------------------------------------------------------


def printed_totals(subject: Subject) -> Iterator[Check]:
    """Every figure of a total line is the sum of some rows: of the table, the file, the page or the month."""
    for table, spec in subject.tables.items():
        columns = _summed_columns(subject, table)
        lines = total_lines(subject, table, columns) if columns else []
        off: list[Place] = []
        said: list[str] = []
        for column in columns:
            with_figure = [line for line in lines if column in line.figures][:MOST_TOTALS]
            for line, nearest in _off(subject, table, spec, column, with_figure):
                printed = line.figures[column]
                off.append((line.file, line.row, column, _plain(printed)))
                said.append(f"“{line.label}”印作 {_plain(printed)}，相应各行合计 {_plain(nearest)}")
        if off:
            more = f"等 {len(said)} 处" if len(said) > 3 else ""
            yield subject.note(
                table,
                "printed_totals",
                f"表中的合计行与各行之和不符：{'；'.join(said[:3])}{more}",
                "核对是否有行缺失、重复或金额有误；合计行本身有误的，请来源岗位更正",
                rows=off,
            )


def totals_missing(subject: Subject) -> Iterator[Check]:
    """Last year's export ended in total lines, this year's has none: its end may have been cut off."""
    for table in subject.shared():
        columns = _summed_columns(subject, table)
        if not columns or total_lines(subject, table, columns):
            continue
        before = total_lines(subject, f"previous_{table}", columns, table)
        if before:
            yield subject.note(
                table,
                "totals_missing",
                f"上年的导出有 {len(before)} 行合计（如“{before[-1].label}”），本年一行也没有，末尾可能没有导全",
                "核对导出文件的末尾是否完整；今年的格式本来就没有合计行的，在 plausible 里说明",
                observed="没有合计行",
                failing=0,
            )


CHECKS = (expected_totals, printed_totals, totals_missing)


def _summed_columns(subject: Subject, table: str) -> list[str]:
    """The columns of the exports of which a total can be printed."""
    spec, read = subject.tables[table], frozenset(subject.roles[table].deciding)
    return [
        c
        for c, column in spec.columns.items()
        if column.type in ("money", "integer", "number") and not level(c, spec, read)
    ]


def total_lines(subject: Subject, view: str, columns: Sequence[str], table: str | None = None) -> list[TotalLine]:
    """The total lines among the rows set aside of a view, in source order."""
    spec = subject.tables[table or view]
    aside = f"{view}_set_aside"
    if view.startswith("previous_") and subject.previous is not None:
        spec = subject.previous.year.tables[str(table)]
    if aside not in subject.views or any(c not in spec.columns for c in columns):
        return []
    naming = [c for c in spec.columns if may_name_total(subject, aside, c)]
    if not naming and not may_name_total(subject, aside, "_reason"):
        return []
    cells = [f"CAST({identifier(c)} AS VARCHAR)" for c in spec.columns]
    labels = (
        ", ".join(
            f"CASE WHEN length({cell}) <= {LABEL_LENGTH} AND regexp_matches({cell}, {literal(TOTAL)}) THEN {cell} END"
            for cell in (f"CAST({identifier(c)} AS VARCHAR)" for c in naming)
        )
        or "CAST(NULL AS VARCHAR)"
    )
    filled = " + ".join(f"CAST({cell} IS NOT NULL AS INTEGER)" for cell in cells)
    figures = ", ".join(f"CAST({identifier(c)} AS VARCHAR)" for c in columns)
    found = subject.query(
        f"SELECT source_file, source_row, coalesce({labels}, _reason), {figures} FROM {identifier(aside)} "
        f"WHERE regexp_matches(_reason, {literal(TOTAL)}) OR (coalesce({labels}) IS NOT NULL "
        f"AND {filled} <= greatest(2, {len(cells)} / 2)) ORDER BY source_file, source_row"
    )
    lines = []
    for file, row, label, *texts in found:
        known = {
            column: value
            for column, text in zip(columns, texts, strict=True)
            if (value := _figure(text, spec, column)) is not None
        }
        month = re.search(r"(?<!\d)(1[0-2]|[1-9])\s*月", str(label))
        lines.append(TotalLine(file, row, str(label).strip(), int(month[1]) if month else None, known))
    return lines


def may_name_total(subject: Subject, aside: str, column: str) -> bool:
    """Whether one of the values of a column of rows set aside may be the label of a total."""
    values = subject.values(aside, column)
    return values is None or any("计" in value or "total" in value.casefold() for value in values)


def _off(
    subject: Subject, table: str, spec: Table, column: str, lines: Sequence[TotalLine]
) -> Iterator[tuple[TotalLine, Decimal]]:
    """The total lines that no group of rows adds up to, each with the sum that comes nearest."""
    if not lines:
        return
    previous: dict[tuple[str, int], int] = {}
    last: dict[str, int] = {}
    for line in lines:
        previous[line.file, line.row] = last.get(line.file, 0)
        last[line.file] = line.row
    values = ", ".join(
        f"({n}, {literal(line.file)}, {line.row}, {previous[line.file, line.row]}, {line.month or 0})"
        for n, line in enumerate(lines)
    )
    scopes = (
        "true",
        "r.source_file = t.file",
        "r.source_file = t.file AND r.source_row < t.row",
        "r.source_file = t.file AND r.source_row < t.row AND r.source_row > t.previous",
        "r.month = t.month",
    )
    sums = ", ".join(f"sum(r.cents) FILTER (WHERE {scope})" for scope in scopes)
    rows = _rows(table, spec, column, lines)
    found = subject.query(
        f"SELECT t.n, r.reason, {sums} FROM (VALUES {values}) AS t(n, file, row, previous, month), ({rows}) AS r "
        "GROUP BY ALL ORDER BY ALL"
    )
    for n, line in enumerate(lines):
        own = [row[1:] for row in found if row[0] == n]
        candidates = [c for at in range(1, len(scopes) + 1) for c in _candidates([(r[0], r[at]) for r in own])]
        printed = line.figures[column]
        if candidates and not any(abs(c - printed) <= CENT for c in candidates):
            yield line, min(candidates, key=lambda c: (abs(c - printed), c))


def _candidates(sums: Sequence[tuple[str | None, int | None]]) -> list[Decimal]:
    """The used rows alone, and with the rows of any reasons for which rows were set aside."""
    used = sum(int(s) for reason, s in sums if reason is None and s is not None)
    if all(s is None for _, s in sums):
        return []
    others = [int(s) for reason, s in sums if reason is not None and s]
    if len(others) > MOST_REASONS:
        others = [sum(others)]
    return [Decimal(used + sum(part)) / 100 for size in range(len(others) + 1) for part in combinations(others, size)]


def _rows(table: str, spec: Table, column: str, lines: Sequence[TotalLine]) -> str:
    """Every row but the total lines: ``source_file``, ``source_row``, ``month``, ``cents``, ``reason`` (NULL: used)."""

    def month(view: str) -> str:
        date = identifier(spec.year_by) if spec.year_by else "NULL"
        return f"month({date})" if view == table and spec.year_by else "NULL"

    used = (
        f"SELECT source_file, source_row, {month(table)} AS month, "
        f"CAST(round({identifier(column)} * 100) AS HUGEINT) AS cents, CAST(NULL AS VARCHAR) AS reason "
        f"FROM {identifier(table)} WHERE {identifier(column)} IS NOT NULL"
    )
    bare = f"regexp_replace(CAST({identifier(column)} AS VARCHAR), '[,，￥¥$ 元]', '', 'g')"
    factor = _factor(spec, column)
    skipped = ", ".join(f"({literal(line.file)}, {line.row})" for line in lines)
    figure, view = f"TRY_CAST({bare} AS DECIMAL(18,4))", identifier(f"{table}_set_aside")
    aside = (
        f"SELECT source_file, source_row, NULL, CAST(round({figure} * {factor} * 100) AS HUGEINT), _reason "
        f"FROM {view} WHERE {figure} IS NOT NULL "
        f"AND (source_file, source_row) NOT IN ({skipped})"
    )
    return f"{used} UNION ALL {aside}"


def _figure(text: str | None, spec: Table, column: str) -> Decimal | None:
    """The printed figure of a total line in the tidy column's unit; None for a blank or a text."""
    bare = re.sub(r"[,，￥¥$\s元]", "", text or "")
    return Decimal(bare) * Decimal(_factor(spec, column)) if re.fullmatch(r"-?\d+(\.\d+)?", bare) else None


def _factor(spec: Table, column: str) -> str:
    declared = spec.columns[column]
    return MONEY_FACTORS[declared.unit] if declared.type == "money" and declared.unit else "1"


def _decimal(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _plain(value: Decimal) -> str:
    text = f"{value:,.2f}"
    return text.removesuffix(".00")
