"""What one column says of another: broken from some row on, or restored by moving the column by a row."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.gate.plausibility.coded_texts import CodedTexts, beside, coded
from helpers.gate.plausibility.subject import Subject
from helpers.gate.plausibility.value_counts import together
from helpers.gate.result import Check
from helpers.year.engine import ROW_GROUP, identifier, unnested

#: Rows looked at; of larger tables whole groups are left out.
LOOKED = 200_000
#: Of the columns that may say what another is, those with the fewest values.
SOURCES = 3
#: A file is looked at in so many stretches; in a broken one at least half of the rows differ.
STRETCHES, BROKEN, WHOLE = 20, 0.5, 0.03
#: Fewer rows are no broken stretch.
FEWEST = 4
#: Moving a column by a row restores a relation from below the first to above the second.
LOST, RESTORED = 0.75, 0.85
#: The cell of the row above, and of the row below.
MOVES = {"lag": 1, "lead": -1}


@dataclass(frozen=True)
class _Relation:
    """``source`` says what ``target`` is in nearly all rows."""

    table: str
    source: str
    target: str


def _relations(subject: Subject, table: str) -> list[_Relation]:
    """Pairs of columns of which the first has more different values, each of several rows."""
    roles, rows = subject.roles[table], subject.count(table)
    columns = [c for c in (*roles.texts, *roles.money) if c not in roles.key]
    if rows < 100 or len(columns) < 2:
        return []
    counted = subject.query(
        f"SELECT {', '.join(f'approx_count_distinct({identifier(c)}), count({identifier(c)})' for c in columns)} "
        f"FROM {identifier(table)}"
    )[0]
    kinds = {c: counted[2 * n] for n, c in enumerate(columns)}
    filled = {c: counted[2 * n + 1] for n, c in enumerate(columns)}
    usable = [c for c in columns if 3 <= kinds[c] <= filled[c] / 2 and filled[c] >= max(50, rows / 2)]
    found = []
    for target in [c for c in usable if c in roles.texts]:
        sources = [c for c in usable if kinds[c] >= 5 and kinds[c] > 1.2 * kinds[target]]
        found += [_Relation(table, c, target) for c in sorted(sources, key=lambda c: kinds[c])[:SOURCES]]
    return found


def _source(subject: Subject, relation: _Relation) -> str:
    """The source's cell as text; of a large table whole groups only."""
    cell, every = identifier(relation.source), -(-subject.count(relation.table) // LOOKED)
    text = f"CAST({cell} AS VARCHAR)"
    return f"CASE WHEN hash({cell}) % {every} = 0 THEN {text} END" if every > 1 else text


def relation_broken(subject: Subject) -> Iterator[Check]:
    """A column that another one determines in most rows, and in a stretch of rows no longer."""
    for table in subject.tables:
        relations = _relations(subject, table)
        cells = _coded(subject, table, relations)
        as_read = _strengths(subject, table, relations, [""], cells)
        nowhere = [r for r in relations if as_read[r, ""].holds_nowhere()]
        moved = _strengths(subject, table, nowhere, list(MOVES), cells)
        whole = [r for r in relations if r not in nowhere and as_read[r, ""].may_be_broken()]
        stretches = dict(zip(whole, _stretches(subject, table, whole), strict=True))
        for relation in relations:
            found = None
            if relation in stretches:
                found = _in_part(subject, relation, stretches[relation])
            elif relation in nowhere:
                above, below = (moved[relation, move].share for move in MOVES)
                found = _shifted(subject, relation, as_read[relation, ""].share, above, below)
            if found is not None:
                yield found
                break


@dataclass(frozen=True)
class _Strength:
    """Of ``total`` rows (of sources with two and more) ``top`` have what is most frequent beside their source."""

    top: int = 0
    total: int = 0

    @property
    def share(self) -> float | None:
        return self.top / self.total if self.total else None

    def holds_nowhere(self) -> bool:
        return self.total - self.top > (1 - LOST) * self.total

    def may_be_broken(self) -> bool:
        """Whether so many rows differ from what is usual that they may be a broken stretch."""
        return self.total - self.top >= FEWEST


def _coded(subject: Subject, table: str, relations: Sequence[_Relation]) -> CodedTexts | None:
    """The columns of relations, where a table is so small that they are counted here; the database takes longer."""
    columns = list(dict.fromkeys(c for relation in relations for c in (relation.source, relation.target)))
    if not columns or not subject.is_small(table, len(columns)):
        return None
    picked = ", ".join(f"CAST({identifier(c)} AS VARCHAR) AS {identifier(c)}" for c in columns)
    return coded(subject.arrow(f"SELECT source_file, source_row, {picked} FROM {identifier(table)}"))


def _strengths(
    subject: Subject, table: str, relations: Sequence[_Relation], moves: Sequence[str], cells: CodedTexts | None
) -> dict[tuple[_Relation, str], _Strength]:
    """How far each relation holds with its target as it stands (no move) and moved."""
    asked = [(relation, move) for relation in relations for move in moves]
    if cells is not None and (moves == [""] or cells.order is not None):
        return {(relation, move): _counted(cells, relation, move) for relation, move in asked}
    found = dict.fromkeys(asked, _Strength())
    for part in together(asked, subject.count(table)):
        for n, top, total in subject.query(_strengths_query(subject, table, part)):
            found[part[n]] = _Strength(int(top), int(total))
    return found


def _counted(cells: CodedTexts, relation: _Relation, move: str) -> _Strength:
    targets = cells.moved(relation.target, MOVES[move]) if move else cells.columns[relation.target]
    return _Strength(*beside(cells.columns[relation.source], targets))


def _strengths_query(subject: Subject, table: str, asked: Sequence[tuple[_Relation, str]]) -> str:
    """Number, rows that have what is most frequent, rows."""
    beside: dict[str, str] = {}
    sources, targets = [], []
    # The rows of a long table were written in the order of the source, unless they are cases; to sort them again takes
    # four times as long.
    lying = subject.tables[table].grain is None and subject.count(table) > ROW_GROUP
    over = "OVER ()" if lying else "OVER (PARTITION BY source_file ORDER BY source_row)"
    for relation, move in asked:
        target = f"CAST({identifier(relation.target)} AS VARCHAR)"
        if move:
            target = f"CASE WHEN {move}(source_file) {over} = source_file THEN {move}({target}) {over} END"
        sources.append(beside.setdefault(_source(subject, relation), f"c{len(beside)}"))
        targets.append(beside.setdefault(target, f"c{len(beside)}"))
    picked = ", ".join(f"{cell} AS {name}" for cell, name in beside.items())
    rows = f"SELECT {picked} FROM {identifier(table)}"
    cells = f"SELECT {unnested(q=map(str, range(len(asked))), a=sources, v=targets)} FROM ({rows})"
    return (
        f"WITH counted AS (SELECT q, a, v, count(*) AS n FROM ({cells}) WHERE a IS NOT NULL AND v IS NOT NULL "
        f"GROUP BY q, a, v), whole AS (SELECT q, max(n) AS top, sum(n) AS total FROM counted GROUP BY q, a "
        f"HAVING sum(n) > 1) SELECT q, sum(top), sum(total) FROM whole GROUP BY q"
    )


def _shifted(
    subject: Subject, relation: _Relation, now: float | None, above: float | None, below: float | None
) -> Check | None:
    """The note of a relation that holds nowhere, where moving the column by a row restores it."""
    moved = max(above or 0, below or 0)
    if now is None or now > LOST or moved < RESTORED or moved < now + 0.2:
        return None
    way = "上" if (below or 0) < (above or 0) else "下"
    return _note(
        subject,
        relation,
        f"与{subject.called(relation.table, relation.source)}对不上，取{way}一行的值就对得上，疑似错开一行",
        {"as_read": round(now, 4), "moved": round(moved, 4)},
        "true",
        0,
    )


def _stretches(subject: Subject, table: str, relations: Sequence[_Relation]) -> list[list[tuple[Any, ...]]]:
    """For each relation its stretches of rows: file, number, rows, those that differ from what is usual, first and
    last row. All relations of a table are asked in one query; of a large one, each by itself."""
    if not relations:
        return []
    longest = int(subject.one(f"SELECT max(source_row) FROM {identifier(table)}"))
    found: list[list[tuple[Any, ...]]] = []
    for part in together(relations, subject.count(table)):
        first = len(found)
        found += [[] for _ in part]
        asked = (
            f"WITH o AS MATERIALIZED ({_cells(subject, table, part)}), "
            f"m AS (SELECT n, a, mode(b) AS usual FROM o GROUP BY n, a HAVING count(*) > 1) "
            f"SELECT n, f, r // {longest // STRETCHES + 1}, count(*), count(*) FILTER (WHERE b <> usual), min(r), "
            f"max(r) FROM o JOIN m USING (n, a) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        )
        for n, *stretch in subject.query(asked):
            found[first + n].append(tuple(stretch))
    return found


def _cells(subject: Subject, table: str, relations: Sequence[_Relation]) -> str:
    """The rows of relations under their numbers: file, row, source, target."""
    sources = (_source(subject, relation) for relation in relations)
    targets = (f"CAST({identifier(relation.target)} AS VARCHAR)" for relation in relations)
    cells = unnested(n=map(str, range(len(relations))), a=sources, b=targets)
    return (
        f"SELECT * FROM (SELECT {cells}, source_file AS f, source_row AS r FROM {identifier(table)}) "
        "WHERE a IS NOT NULL AND b IS NOT NULL"
    )


def _in_part(subject: Subject, relation: _Relation, parts: Sequence[tuple[Any, ...]]) -> Check | None:
    """The note of a relation that is broken in a part of a file."""
    broken = _broken([p for p in parts if p[2] >= 5])
    if not broken:
        return None
    file, first, last = broken[0][0], min(p[4] for p in broken), max(p[5] for p in broken)
    differing = sum(p[3] for p in broken)
    return _note(
        subject,
        relation,
        f"在 {file} 第 {first} 至 {last} 行与{subject.called(relation.table, relation.source)}对不上，"
        f"其余各行都对得上，疑似错行",
        {"rows": differing, "file": file, "first": first, "last": last},
        f"source_file = '{file.replace(chr(39), chr(39) * 2)}' AND source_row BETWEEN {first} AND {last}",
        differing,
    )


def _broken(parts: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The broken stretches of the first file that is whole elsewhere."""
    for _, listed in itertools.groupby(parts, key=lambda p: p[0]):
        own = list(listed)
        broken = [p for p in own if p[3] >= max(FEWEST, BROKEN * p[2])]
        if len(own) >= 5 and 0 < len(broken) <= len(own) / 2 and statistics.median(p[3] / p[2] for p in own) <= WHOLE:
            return broken
    return []


def _note(subject: Subject, relation: _Relation, words: str, observed: object, where: str, failing: int) -> Check:
    return subject.note(
        relation.table,
        "relation_broken",
        f"{subject.called(relation.table, relation.target)}{words}",
        "核对导出文件中这一列是否整列或分段错位（如只对部分列排序、插入过单元格），重新导出",
        observed=observed,
        rows=subject.places(relation.table, [relation.source, relation.target], where),
        failing=failing,
        column=relation.target,
    )


CHECKS = (relation_broken,)
