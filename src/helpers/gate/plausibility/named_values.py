"""Values that a condition names: records have them written otherwise, or have them nowhere."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from helpers.gate.plausibility.roles import conditions
from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check
from helpers.year.engine import identifier, literal, literals
from helpers.year.expressions import ExpressionError, compared_values
from helpers.year.tidy import tidy_columns

#: So many of the most frequent values of a column are looked through.
LOOKED_THROUGH = 2000
#: So many of a column's values are named beside one that is not there.
SHOWN = 3


def plain(text: str) -> str:
    """A value without what its writing leaves open: entities of HTML, width, case, spaces."""
    bare = unicodedata.normalize("NFKC", html.unescape(html.unescape(text))).casefold()
    return re.sub(r"\s", "", bare)


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


def absent_values(subject: Subject) -> Iterator[Check]:
    """A measure that counts no row because its condition names a value that no record has, this year or last: the
    value may be a slip, and a figure of 0 keeps every upper bound."""
    for table in subject.tables:
        if not subject.count(table):
            continue
        for measure in (m for m in subject.year.measures.values() if m.table == table and m.where):
            where = f"({measure.where}\n)"
            if subject.query(f"SELECT 1 FROM {identifier(table)} WHERE {where} LIMIT 1"):
                continue
            names = sorted(_compared(subject, table, [str(measure.where)]))
            absent = [(c, v) for c, v in names if not _anywhere(subject, table, c, v)]
            for column in sorted({c for c, _ in absent}):
                values = [v for c, v in absent if c == column]
                there = _frequent(subject, table, column)
                if not there:
                    continue
                said = "、".join(f"“{v}”（{n} 行）" for v, n in _nearest(there, values[0]))
                yield subject.note(
                    table,
                    "absent_values",
                    f"“{measure.words}”一行也没有计入：{subject.called(table, column)}没有一行是条件里写的"
                    f"“{'”“'.join(values)}”，记录里有{said}",
                    "核对条件里的写法；确实一件也没有的，在 plausible 里写明",
                    observed=values,
                    failing=0,
                    column=column,
                )


def _names(subject: Subject, table: str) -> set[tuple[str, str]]:
    """The values that conditions compare the text columns of a table with."""
    return _compared(subject, table, conditions(subject.year, table))


def _compared(subject: Subject, table: str, texts: Iterable[str]) -> set[tuple[str, str]]:
    roles = subject.roles[table]
    names: set[tuple[str, str]] = set()
    for text in texts:
        try:
            names |= compared_values(text)
        except ExpressionError:
            continue
    return {(column, value) for column, value in names if column in roles.texts and value.strip()}


def _written(subject: Subject, table: str, column: str, value: str, named: set[str]) -> list[tuple[str, int]]:
    """How records write a value other than it is named, and how many do, the most frequent first; none where rows
    are set aside under the very name, which tells the writings apart."""
    if column in subject.tables[table].tidy_personal or _has(subject, f"{table}_set_aside", table, column, value):
        return []
    return [
        (other, n)
        for other, n in _frequent(subject, table, column)
        if other not in named and (plain(other) == plain(value) or _listed(other, value))
    ]


def _listed(text: str, value: str) -> bool:
    """Whether a field of several values, as JSON writes them, holds this one."""
    return text.startswith(("[", "{")) and json.dumps(value, ensure_ascii=False) in text


def _frequent(subject: Subject, table: str, column: str) -> list[tuple[str, int]]:
    cell = identifier(column)
    counts = subject.query(
        f"SELECT {cell}, count(*) AS n FROM {identifier(table)} WHERE {cell} IS NOT NULL "
        f"GROUP BY 1 ORDER BY n DESC, 1 LIMIT {LOOKED_THROUGH}"
    )
    return [(str(value), int(n)) for value, n in counts]


def _nearest(there: list[tuple[str, int]], value: str) -> list[tuple[str, int]]:
    """The values most like one, by the characters that they share."""
    return sorted(there, key=lambda one: (-SequenceMatcher(None, plain(one[0]), plain(value)).ratio(), one))[:SHOWN]


def _anywhere(subject: Subject, table: str, column: str, value: str) -> bool:
    """Whether a value stands in any row of this year or last, used or set aside; a personal one is not asked for."""
    if column in subject.tables[table].tidy_personal:
        return True
    views = [v + end for v in (table, f"previous_{table}") for end in ("", "_set_aside")]
    return any(_has(subject, view, table, column, value) for view in views)


def _has(subject: Subject, view: str, table: str, column: str, value: str) -> bool:
    year = subject.previous if view.startswith("previous_") else subject.year
    spec = year.year.tables.get(table) if year else None
    if view not in subject.views or spec is None:
        return False
    own = spec.columns if view.endswith("_set_aside") else tidy_columns(spec)
    if column not in own:
        return False
    return bool(
        subject.query(f"SELECT 1 FROM {identifier(view)} WHERE {identifier(column)} = {literal(value)} LIMIT 1")
    )


CHECKS = (named_values, absent_values)
