"""Words that stand for an empty cell (NULL, 待定, /) where a condition takes them at their word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from helpers.gate.plausibility.coded_values import declared_values
from helpers.gate.plausibility.subject import EXAMPLES
from helpers.year.engine import identifier, literals

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Place, Subject
    from helpers.gate.result import Check

#: What no list of values has on purpose; a year file that names one of them means it.
WORDS = frozenset(["null", "(null)", "n/a", "#n/a", "na", "nan", "none", "nil", "undefined", "tbd"])
WORDS |= {"-", "--", "---", "—", "——", "/", "\\", "?", "??", "？", "待定", "待补", "待填", "暂缺", "空", "空白"}


def placeholder_values(subject: Subject) -> Iterator[Check]:
    """Cells of a column that decides what counts, with a word for nothing: the row is judged by the word."""
    for table in subject.tables:
        roles, declared = subject.roles[table], declared_values(subject, table)
        for column in [c for c in roles.deciding if c in roles.texts]:
            words = WORDS - {value.lower() for value in declared.get(column, ())}
            found = _found(subject, table, column, words)
            if not found:
                continue
            values = "、".join(f"“{value}”" for value in dict.fromkeys(str(place[3]) for place, _ in found))
            aside = sum(out for _, out in found)
            said = f"，其中 {aside} 行因此不计入" if aside else ""
            yield subject.note(
                table,
                "placeholder_values",
                f"{subject.called(table, column)}有 {len(found)} 行写的是{values}，按字面判断是否计入{said}",
                f"补上实际内容；确实为空的，在 columns.{column}.empty 里列出",
                observed=len(found),
                rows=[place for place, _ in found[:EXAMPLES]],
                failing=len(found),
                column=column,
            )


def _found(subject: Subject, table: str, column: str, words: frozenset[str]) -> list[tuple[Place, bool]]:
    """The cells, in the order of the files, and whether the row was set aside as out of scope."""
    if not any(_may_hold(subject.values(view, column), words) for view in (table, f"{table}_set_aside")):
        return []
    cell, spec = identifier(column), subject.tables[table]
    views = [(table, "true")]
    if f"{table}_set_aside" in subject.views and spec.out_of_scope:
        views.append((f"{table}_set_aside", f"_reason IN ({literals(one.why for one in spec.out_of_scope)})"))
    picked = f"source_file, CAST(source_row AS BIGINT) AS source_row, {cell} AS cell"
    rows = " UNION ALL ".join(
        f"SELECT {picked}, {view != table} AS out FROM {identifier(view)} WHERE {where}" for view, where in views
    )
    listed = literals(sorted(words))
    found = subject.query(f"SELECT * FROM ({rows}) WHERE lower(trim(cell)) IN ({listed}) ORDER BY 1, 2")
    return [((file, row, column, value), bool(out)) for file, row, value, out in found]


def _may_hold(values: Mapping[str, int] | None, words: frozenset[str]) -> bool:
    """Whether one of the values may be one of the words."""
    # Of İ the database makes the small letter that every I has, Python one with a dot more.
    return values is None or any(v.replace("İ", "I").strip().lower() in words for v in values)


CHECKS = (placeholder_values,)
