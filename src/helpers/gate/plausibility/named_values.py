"""Values that a condition names and records have written otherwise."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

from helpers.gate.plausibility.coded_values import folded
from helpers.gate.plausibility.roles import conditions
from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check
from helpers.year.engine import identifier, literals
from helpers.year.expressions import ExpressionError, compared_values

#: So many of the most frequent values of a column are looked through.
LOOKED_THROUGH = 2000
#: What stands between several values of one field; a comma may stand within one.
SEVERAL = re.compile(r"[;；|\n]|<br ?/?>")


def plain(text: str) -> str:
    """A value without what its writing leaves open: entities of HTML, width, case, spaces."""
    return folded(html.unescape(html.unescape(text)))


def named_values(subject: Subject) -> Iterator[Check]:
    """A condition on ``A > B`` where records say ``A &gt; B``, or ``Printer`` where some say ``printer``, leaves
    them out: no figure may come of it."""
    for table in subject.tables:
        names = _names(subject, table)
        for column in sorted({c for c, _ in names}):
            named = {value for c, value in names if c == column}
            found = {v: others for v in sorted(named) if (others := _written(subject, table, column, v, named))}
            if not found:
                continue
            said = "；".join(
                f"条件里写“{v}”，记录里写“{other}”（{n} 行）" for v, others in found.items() for other, n in others
            )
            pairs = ", ".join(
                f'"{v}": [{", ".join(json.dumps(other, ensure_ascii=False) for other, _ in others)}]'
                for v, others in found.items()
            )
            listed = [other for others in found.values() for other, _ in others]
            yield subject.note(
                table,
                "named_values",
                f"{subject.called(table, column)}有的行不是条件里写的值，而是它的另一种写法，没有计入：{said}",
                f"条件里照抄记录的写法，或者写 tables.{table}.synonyms.{column}: {{{pairs}}}",
                observed={v: others[0][0] for v, others in found.items()},
                rows=subject.places(table, [column], f"{identifier(column)} IN ({literals(listed)})"),
                failing=sum(n for others in found.values() for _, n in others),
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


def _written(subject: Subject, table: str, column: str, value: str, named: set[str]) -> list[tuple[str, int]]:
    """How records write a value other than it is named, and how many do, the most frequent first; none where rows
    are set aside under the very name, which tells the writings apart."""
    aside = f"{table}_set_aside"
    if column in subject.tables[table].tidy_personal:
        return []
    if column in subject.tables[table].columns and subject.has(aside, column, value):
        return []
    spellings = [value, *subject.tables[table].synonyms.get(column, {}).get(value, ())]
    same = {plain(spelling) for spelling in spellings}
    return [
        (other, n)
        for other, n in subject.frequent(table, column, LOOKED_THROUGH)
        if other not in named and (plain(other) in same or _listed(other, value))
    ]


def _listed(text: str, value: str) -> bool:
    """Whether a field of several values, as JSON or an export writes them, holds this one."""
    if text.startswith(("[", "{")):
        return json.dumps(value, ensure_ascii=False) in text
    parts = SEVERAL.split(text)
    return len(parts) > 1 and plain(value) in map(plain, parts)


CHECKS = (named_values,)
