"""Which columns name the records of another table, found by their values: tickets name devices, moves name parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.year.engine import identifier
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject

#: A column refers to a key where this share of its different values is found there, and at least so many are.
LEAST_SHARE, LEAST_VALUES = 0.9, 5
#: A column that bears the key's own name, or is declared to lead there, is meant to where this share is found.
MEANT_SHARE = 0.3
#: Keys are short; longer texts are descriptions.
LONGEST = 40


@dataclass(frozen=True)
class Reference:
    """``table.column`` names records of ``target`` by their ``key``; ``sole``: the key is that one column."""

    table: str
    column: str
    target: str
    key: str
    sole: bool


def references(subject: Subject) -> list[Reference]:
    """Every reference of this year's or last year's tables, in declared order; looked for once a subject."""
    kept = subject.known.more
    if "references" not in kept:
        kept["references"] = _found(subject)
    known: list[Reference] = kept["references"]
    return known


def _found(subject: Subject) -> list[Reference]:
    targets = list(_targets(subject))
    if not targets:
        return []
    found: dict[Reference, None] = {}
    for table in subject.tables:
        for prefix in ("", "previous_"):
            for reference in _of_table(subject, prefix, table, targets):
                found.setdefault(reference)
    return list(found)


def known_in(subject: Subject, reference: Reference, prefix: str = "") -> list[str]:
    """The views to whose keys a reference may lead: the table itself and its rows set aside; where the table has
    a date, of the year before and after too, for such records are referred to across the turn of the year."""
    target, key = reference.target, reference.key
    views = [f"{prefix}{target}", f"{prefix}{target}_set_aside"]
    if subject.tables[target].year_by:
        views += [f"previous_{target}", f"previous_{target}_set_aside", target]
    return [view for view in dict.fromkeys(views) if view in subject.views and _has(subject, view, key)]


def known_values(subject: Subject, reference: Reference, prefix: str = "") -> str:
    """A query of every value that a reference may lead to."""
    key = identifier(reference.key)
    there = known_in(subject, reference, prefix)
    return " UNION ALL ".join(f"SELECT CAST({key} AS VARCHAR) AS v FROM {identifier(view)}" for view in there)


def _targets(subject: Subject) -> Iterator[tuple[str, str, bool]]:
    """Text columns of keys, with whether the key is that one column; never what is personal."""
    for table, spec in subject.tables.items():
        kinds = record_columns(spec)
        for key in spec.tidy_key:
            if kinds.get(key) == "VARCHAR" and key not in spec.tidy_personal and subject.count(table) >= LEAST_VALUES:
                yield table, key, len(spec.tidy_key) == 1


def _texts(subject: Subject, table: str) -> list[str]:
    spec, roles = subject.tables[table], subject.roles[table]
    return [c for c in roles.texts if c not in spec.tidy_key and c not in spec.tidy_personal]


def _has(subject: Subject, view: str, column: str) -> bool:
    """Whether a view has a column; last year's declaration may lack it."""
    if view.startswith("previous_"):
        before = subject.previous.year.tables if subject.previous else {}
        spec = before.get(view.removeprefix("previous_").removesuffix("_set_aside"))
        return spec is not None and (
            column in spec.columns if view.endswith("_set_aside") else column in record_columns(spec)
        )
    spec = subject.year.year.tables.get(view.removesuffix("_set_aside"))
    return spec is not None and (not view.endswith("_set_aside") or column in spec.columns)


def _of_table(subject: Subject, prefix: str, table: str, targets: list[tuple[str, str, bool]]) -> Iterator[Reference]:
    """The references of one table's text columns."""
    view = f"{prefix}{table}"
    columns = [c for c in _texts(subject, table) if subject.count(view) and _has(subject, view, c)]
    others = [
        (target, key, sole)
        for target, key, sole in targets
        if target != table and subject.count(f"{prefix}{target}") and _has(subject, f"{prefix}{target}", key)
    ]
    if not others or not columns:
        return
    for c, n, matched, all_ in _matched(subject, prefix, view, columns, others):
        target, key, sole = others[n]
        least = MEANT_SHARE if sole and _meant(subject, table, columns[c], target, key) else LEAST_SHARE
        if matched >= LEAST_VALUES and matched >= least * all_:
            yield Reference(table, columns[c], target, key, sole)


def _matched(
    subject: Subject, prefix: str, view: str, columns: list[str], others: list[tuple[str, str, bool]]
) -> list[tuple[Any, ...]]:
    """Number of the column, number of the key, how many of the column's different values are there among the keys,
    and how many it has; where there is any."""
    named = [subject.values(view, c) for c in columns]
    known = [subject.values(f"{prefix}{target}", key) for target, key, _ in others]
    if None not in named and None not in known:
        short = [[v for v in values or () if len(v) <= LONGEST] for values in named]
        pairs = [(c, n, sum(v in (keys or ()) for v in s)) for c, s in enumerate(short) for n, keys in enumerate(known)]
        return [(c, n, matched, len(short[c])) for c, n, matched in pairs if matched]
    keys = " UNION ALL ".join(
        f"SELECT DISTINCT {n} AS target, {identifier(key)} AS v FROM {identifier(prefix + target)}"
        for n, (target, key, _) in enumerate(others)
    )
    values = " UNION ALL ".join(
        f"SELECT DISTINCT {n} AS c, {identifier(column)} AS v FROM {identifier(view)} "
        f"WHERE {identifier(column)} IS NOT NULL AND length({identifier(column)}) <= {LONGEST}"
        for n, column in enumerate(columns)
    )
    asked = (
        f"WITH s AS MATERIALIZED ({values}), k AS MATERIALIZED ({keys}), "
        "alls AS (SELECT c, count(*) AS n FROM s GROUP BY c) "
        "SELECT s.c, k.target, count(*) AS matched, any_value(alls.n) FROM s JOIN k ON s.v = k.v "
        "JOIN alls ON alls.c = s.c GROUP BY s.c, k.target ORDER BY s.c, k.target"
    )
    return subject.query(asked)


def _meant(subject: Subject, table: str, column: str, target: str, key: str) -> bool:
    """Whether the declaration says that a column names the target's records: by its name, the catalogue, the fleet."""
    spares, fleet = subject.year.year.spares, subject.year.year.fleet
    if spares and spares.catalogue and (table, column) == (spares.table, spares.part):
        return (target, key) == (spares.catalogue.table, spares.catalogue.part)
    if fleet and (table, column) == (fleet.failures.table, fleet.failures.device):
        return (target, key) == (fleet.table, fleet.id)
    return column == key


def not_found(subject: Subject, reference: Reference, prefix: str = "") -> str:
    """The condition that a row's reference leads nowhere."""
    column = identifier(reference.column)
    known = f"SELECT v FROM ({known_values(subject, reference, prefix)}) WHERE v IS NOT NULL"
    return f"{column} IS NOT NULL AND {column} NOT IN ({known})"


def in_words(subject: Subject, reference: Reference) -> str:
    """A reference as a reader calls it."""
    return f"{subject.called(reference.table, reference.column)}（对应{subject.tables[reference.target].title}）"
