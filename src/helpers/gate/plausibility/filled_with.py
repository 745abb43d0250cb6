"""Cells that are blank, or filled, where they never were: a column that another one's value has always gone with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp, lgamma
from typing import TYPE_CHECKING

from helpers.gate.plausibility.monthly_shares import both_have
from helpers.gate.plausibility.value_counts import unpivoted
from helpers.year.engine import identifier, literal
from helpers.year.reads import columns_of_figures
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: A rule needs so many rows that keep it without exception, and so many that break it.
KEPT, BROKEN = 30, 3
#: Chance breaks one of all the rules that are looked at with this probability.
CHANCE = 0.01
#: Values of one column that are looked at, and how many different ones a list of values has.
VALUES = 40
#: Where only the files of one year are compared, a file breaks a rule in no more than this share: a file that
#: never keeps it comes from a system that does not know it.
WITHIN = 0.6

Masks = Mapping[str, Counter[int]]  # file → which columns are filled → rows


@dataclass(frozen=True)
class _Rule:
    """Where ``column`` has ``value`` (None: anything; no column: always), ``target`` is filled, or is blank."""

    column: str | None
    value: str | None
    target: str
    filled: bool


@dataclass(frozen=True)
class _Broken:
    """``rows`` break a rule in ``files``; ``kept`` others of last year (or of the other files) keep it."""

    rule: _Rule
    rows: int
    kept: int
    chance: float


def filled_with(subject: Subject) -> Iterator[Check]:
    """Rows that break what all rows of last year keep, or all rows of the other files: blank beside a value that
    never came without, or filled beside one that never came with."""
    for table in subject.tables:
        known = subject.count(f"previous_{table}") > 0 and subject.previous is not None
        columns = _columns(subject, table, known)
        if subject.count(table) < KEPT or not columns:
            continue
        broken = _since(subject, table, columns) if known else _between_files(subject, table, columns)
        worst: dict[str, _Broken] = {}
        for one in sorted(broken, key=lambda b: (b.chance, b.rule.column or "", b.rule.value or "")):
            worst.setdefault(one.rule.target, one)
        for one in worst.values():
            yield _note(subject, table, one, known)


CHECKS = (filled_with,)


def _columns(subject: Subject, table: str, known: bool) -> list[str]:
    """The columns of which it is looked at whether they are filled; the key always is."""
    spec = subject.tables[table]
    there = both_have(subject, table) if known else list(record_columns(spec))
    return [c for c in there if c not in spec.tidy_key][:60]


def _since(subject: Subject, table: str, columns: list[str]) -> list[_Broken]:
    """The rules that last year kept and this year breaks."""
    broken: list[_Broken] = []
    conditions = _conditions(subject, table, columns)
    now, before = (_cells(subject, f"{prefix}{table}", columns, conditions) for prefix in ("", "previous_"))
    number = 2 * len(columns) * len(conditions)
    for condition in conditions:
        ours, theirs = (sum(c.get(condition, {}).values(), Counter()) for c in (now, before))
        for rule, (rows, off), (kept, exceptions) in _counted(condition, columns, ours, theirs):
            if exceptions or kept < KEPT or off < BROKEN:
                continue
            chance = _by_chance(off, rows, kept)
            alone = 2 * len(columns) if condition == (None, None) else number
            if chance * alone <= CHANCE:
                broken.append(_Broken(rule, off, kept, chance * alone))
    return broken


def _between_files(subject: Subject, table: str, columns: list[str]) -> list[_Broken]:
    """The rules that one file breaks and the others keep, of columns from which figures come."""
    broken: list[_Broken] = []
    conditions = [c for c in _conditions(subject, table, columns) if c != (None, None)]
    read = columns_of_figures(subject.year, table)
    cells = _cells(subject, table, columns, conditions)
    number = 2 * len(columns) * len(conditions)
    for condition in conditions:
        files = cells.get(condition, {})
        for file, own in files.items():
            others = sum((masks for other, masks in files.items() if other != file), Counter())
            for rule, (rows, off), (kept, exceptions) in _counted(condition, columns, own, others):
                if rule.target not in read or exceptions or kept < KEPT or not BROKEN <= off <= WITHIN * rows:
                    continue
                chance = _by_chance(off, rows, kept) * number
                if chance <= CHANCE:
                    broken.append(_Broken(rule, off, kept, chance))
    return broken


def _counted(
    condition: tuple[str | None, str | None], columns: list[str], ours: Counter[int], theirs: Counter[int]
) -> Iterator[tuple[_Rule, tuple[int, int], tuple[int, int]]]:
    """Each rule with its rows and exceptions on both sides."""
    rows, others = sum(ours.values()), sum(theirs.values())
    if rows < BROKEN or others < KEPT:
        return
    for at, target in enumerate(columns):
        if target == condition[0]:
            continue
        here = sum(n for mask, n in ours.items() if mask >> at & 1)
        there = sum(n for mask, n in theirs.items() if mask >> at & 1)
        yield _Rule(*condition, target, filled=True), (rows, rows - here), (others, others - there)
        yield _Rule(*condition, target, filled=False), (rows, here), (others, there)


def _by_chance(broken: int, rows: int, kept: int) -> float:
    """The chance that all the exceptions fall among these rows, and none among those that keep the rule."""

    def ways(n: int) -> float:
        return lgamma(n + 1) - lgamma(n - broken + 1)

    return exp(ways(rows) - ways(rows + kept))


def _conditions(subject: Subject, table: str, columns: list[str]) -> list[tuple[str | None, str | None]]:
    """Always; where a column is filled; where a listed column has one of its values."""
    found: list[tuple[str | None, str | None]] = [(None, None), *((c, None) for c in columns)]
    roles, personal = subject.roles[table], subject.tables[table].tidy_personal
    for column in [c for c in (*roles.coded, *roles.flags) if c in columns and c not in personal]:
        listed = subject.frequent(table, column, VALUES + 1)
        if len(listed) <= VALUES:
            found += [(column, value) for value, _ in listed]
    return found


def _cells(
    subject: Subject, view: str, columns: list[str], conditions: list[tuple[str | None, str | None]]
) -> Mapping[tuple[str | None, str | None], Masks]:
    """For each condition and file, how many rows fill which columns."""
    mask = " + ".join(f"{1 << n} * CAST({identifier(c)} IS NOT NULL AS BIGINT)" for n, c in enumerate(columns))
    found: dict[tuple[str | None, str | None], dict[str, Counter[int]]] = {}

    def add(condition: tuple[str | None, str | None], file: str, filled: int, rows: int) -> None:
        found.setdefault(condition, {}).setdefault(file, Counter())[filled] += rows

    listed = list(dict.fromkeys(c for c, value in conditions if c and value is not None))
    for value, number, file, filled, rows in _counted_cells(subject, view, listed, mask):
        if number:
            add((listed[number - 1], str(value)), str(file), int(filled), int(rows))
            continue
        add((None, None), str(file), int(filled), int(rows))
        for n, column in enumerate(columns):
            if int(filled) >> n & 1:
                add((column, None), str(file), int(filled), int(rows))
    return found


def _counted_cells(
    subject: Subject, view: str, listed: list[str], mask: str
) -> Iterator[tuple[object, int, object, int, int]]:
    """Value, number of its column, file, mask and rows, in the order of the files. The file itself is column 0: it
    stands for the condition that always holds."""
    columns = ["source_file", *listed]
    if not subject.is_small(view, len(columns)):
        cells = unpivoted(columns, view, f", source_file, {mask} AS m")
        asked = (
            f"SELECT v, n, source_file, m, count(*) FROM ({cells}) WHERE v IS NOT NULL GROUP BY ALL ORDER BY n, v, 3, 4"
        )
        yield from subject.query(asked)
        return
    # Rows that are alike in all of it are few, and one below the other only then.
    picked = ", ".join(f"CAST({identifier(c)} AS VARCHAR)" for c in columns)
    alike = subject.query(f"SELECT {mask}, count(*), {picked} FROM {identifier(view)} GROUP BY ALL")
    for filled, rows, *values in sorted(alike, key=lambda row: (row[2] is None, row[2] or "", row[0])):
        for n, value in enumerate(values):
            if value is not None:
                yield value, n, values[0], filled, rows


def _note(subject: Subject, table: str, broken: _Broken, known: bool) -> Check:
    rule = broken.rule
    called, where = subject.called(table, rule.target), _where(rule)
    beside = f"{subject.called(table, rule.column)}" if rule.column else ""
    beside += f"为“{rule.value}”" if rule.value is not None else "有内容" if rule.column else ""
    others = "上年" if known else "其余文件"
    state, usual = ("为空", "都有内容") if rule.filled else ("有内容", "都为空")
    places = [c for c in (rule.column, rule.target) if c]
    return subject.note(
        table,
        "filled_with",
        f"{called}有 {broken.rows} 行{state}，而{others}"
        + (f"凡{beside}的 {broken.kept} 行" if beside else f"的 {broken.kept} 行")
        + usual,
        "核对导出时这一列有没有漏填、被清空、被填充或错行；登记办法确实改了的，在 plausible 里说明",
        observed=broken.rows,
        rows=subject.places(table, places, where),
        failing=broken.rows,
        column=rule.target,
    )


def _where(rule: _Rule) -> str:
    """The rows that break a rule."""
    off = f"{identifier(rule.target)} IS {'' if rule.filled else 'NOT '}NULL"
    if rule.column is None:
        return off
    if rule.value is None:
        return f"{identifier(rule.column)} IS NOT NULL AND {off}"
    return f"CAST({identifier(rule.column)} AS VARCHAR) = {literal(rule.value)} AND {off}"
