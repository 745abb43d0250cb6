"""The answer that counts against the other answers of the same reply: turned round, or cleared of the bad ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from helpers.gate.plausibility.roles import columns_read
from helpers.gate.plausibility.twins import answers_of, reply_tables
from helpers.year.engine import identifier, literal, literals

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: Replies whose other answers are mostly of values that the counting one never has, from this many on.
NEVER = 5
#: Replies whose other answers are mostly the most frequent value, of which the counting one has hardly any.
MANY, AGREE = 20, 0.2


def answers_apart(subject: Subject) -> Iterator[Check]:
    """Replies of which the other answers say what the counting answer never says."""
    for table in reply_tables(subject):
        answers = answers_of(subject, table)
        measures = [m for m in subject.year.measures.values() if m.table == table]
        counting = [c for c in answers if any(c in columns_read(t) for m in measures for t in (m.where, m.value))]
        others = [c for c in answers if c not in counting]
        for column in counting if len(others) > 1 else ():
            found = _never(subject, table, column, others) or _turned(subject, table, column, others)
            if found is not None:
                yield found


CHECKS = (answers_apart,)


def _mostly(others: Sequence[str], values: Sequence[str]) -> str:
    """Whether more than half of the other answers are of these values."""
    each = " + ".join(f"CAST(coalesce({identifier(c)} IN ({literals(values)}), false) AS INTEGER)" for c in others)
    return f"2 * ({each}) > {len(others)}"


def _never(subject: Subject, table: str, column: str, others: Sequence[str]) -> Check | None:
    every = " UNION ALL ".join(f"SELECT {identifier(c)} AS v FROM {identifier(table)}" for c in others)
    missing = [
        str(value)
        for (value,) in subject.query(
            f"SELECT v FROM ({every}) WHERE v IS NOT NULL AND v NOT IN (SELECT {identifier(column)} FROM "
            f"{identifier(table)} WHERE {identifier(column)} IS NOT NULL) GROUP BY 1 HAVING count(*) >= 3 ORDER BY 1"
        )
    ]
    if not missing:
        return None
    where = f"{_mostly(others, missing)} AND {identifier(column)} IS NOT NULL"
    rows = int(subject.one(f"SELECT count(*) FROM {identifier(table)} WHERE {where}"))
    if rows < NEVER:
        return None
    words = f"有 {rows} 份答卷的其余各题多数答“{'、'.join(missing)}”，而{subject.called(table, column)}没有一份这样回答"
    return _note(subject, table, column, others, words, where, rows)


def _turned(subject: Subject, table: str, column: str, others: Sequence[str]) -> Check | None:
    every = " UNION ALL ".join(f"SELECT {identifier(c)} AS v FROM {identifier(table)}" for c in others)
    usual = subject.one(f"SELECT mode(v) FROM ({every})")
    if usual is None:
        return None
    mostly, cell = _mostly(others, [str(usual)]), identifier(column)
    rows, agreeing = subject.query(
        f"SELECT count({cell}), count(*) FILTER (WHERE {cell} = {literal(str(usual))}) FROM {identifier(table)} "
        f"WHERE {mostly}"
    )[0]
    if rows < MANY or agreeing > AGREE * rows:
        return None
    words = (
        f"有 {rows} 份答卷的其余各题多数答“{usual}”，"
        f"其中只有 {agreeing} 份的{subject.called(table, column)}也这样回答，疑似评价等级对调"
    )
    where = f"{mostly} AND {cell} <> {literal(str(usual))}"
    return _note(subject, table, column, others, words, where, rows - agreeing)


def _note(subject: Subject, table: str, column: str, others: Sequence[str], words: str, where: str, rows: int) -> Check:
    return subject.note(
        table,
        "answers_apart",
        words,
        "用原始答卷核对这一题：被改动、对调或错列的重新导出；确实如此的，在 plausible 里说明",
        observed=rows,
        rows=subject.places(table, [column, *others], where),
        failing=rows,
        column=column,
    )
