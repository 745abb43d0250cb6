"""Values that a condition names and no record has, while records have the same value written otherwise."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

from helpers.gate.plausibility.roles import conditions
from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check
from helpers.year.engine import identifier, literal
from helpers.year.expressions import ExpressionError, compared_values

#: So many of the most frequent values of a column are looked through.
LOOKED_THROUGH = 2000


def plain(text: str) -> str:
    """A value without what its writing leaves open: entities of HTML, width, case, spaces."""
    bare = unicodedata.normalize("NFKC", html.unescape(html.unescape(text))).casefold()
    return re.sub(r"\s", "", bare)


def named_values(subject: Subject) -> Iterator[Check]:
    """A condition on ``A > B`` where the records say ``A &gt; B`` counts nothing: no figure may come of it."""
    for table in subject.tables:
        names = _names(subject, table)
        for column in sorted({c for c, _ in names}):
            named = {value for c, value in names if c == column}
            found = {v: other for v in sorted(named) if (other := _written(subject, table, column, v, named))}
            if not found:
                continue
            said = "；".join(f"条件里写“{v}”，记录里写“{other}”（{n} 行）" for v, (other, n) in found.items())
            pairs = ", ".join(f'"{v}": ["{other}"]' for v, (other, _) in found.items())
            yield subject.note(
                table,
                "named_values",
                f"{subject.called(table, column)}没有一行是条件里写的值，只有另一种写法：{said}",
                f"条件里照抄记录的写法，或者写 tables.{table}.synonyms.{column}: {{{pairs}}}",
                observed={v: other for v, (other, _) in found.items()},
                rows=subject.places(
                    table, [column], f"{identifier(column)} IN ({', '.join(literal(o) for o, _ in found.values())})"
                ),
                failing=sum(n for _, n in found.values()),
                column=column,
                level="stop",
            )


def _names(subject: Subject, table: str) -> set[tuple[str, str]]:
    """The values that conditions compare the text columns of a table with."""
    roles = subject.roles[table]
    names: set[tuple[str, str]] = set()
    for text in conditions(subject.year, table):
        try:
            names |= compared_values(text)
        except ExpressionError:
            continue
    return {(column, value) for column, value in names if column in roles.texts and value.strip()}


def _written(subject: Subject, table: str, column: str, value: str, named: set[str]) -> tuple[str, int] | None:
    """How the records write a value that none of them has as it is named, and how many do."""
    if column in subject.tables[table].tidy_personal:
        return None
    cell, views = identifier(column), [table]
    if f"{table}_set_aside" in subject.views and column in subject.tables[table].columns:
        views.append(f"{table}_set_aside")
    for view in views:
        if subject.query(f"SELECT 1 FROM {identifier(view)} WHERE {cell} = {literal(value)} LIMIT 1"):
            return None
    counts = subject.query(
        f"SELECT {cell}, count(*) AS n FROM {identifier(table)} WHERE {cell} IS NOT NULL "
        f"GROUP BY 1 ORDER BY n DESC, 1 LIMIT {LOOKED_THROUGH}"
    )
    same = [(other, int(n)) for other, n in counts if other not in named and plain(other) == plain(value)]
    return same[0] if same else None


CHECKS = (named_values,)
