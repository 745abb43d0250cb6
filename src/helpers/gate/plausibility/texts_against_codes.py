"""Coded values that free texts of the same rows contradict: "建议增设…" filed as a complaint, "停用待修" as in use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from helpers.year.engine import identifier, literal

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: So many rows contradict, and of all rows whose text names the value no more than this share agrees.
ROWS, AGREE = 3, 0.2
#: Lists of more values are no codes; in larger tables a column is told by its shares and its stated counts.
VALUES, LARGEST = 30, 3_000
#: A word that says something by itself.
WORD = re.compile(r"[\u4e00-\u9fff]{2,}")


def texts_against_codes(subject: Subject) -> Iterator[Check]:
    """Rows whose text names one value of a coded column while the column has another, as a habit of the table."""
    for table in subject.tables:
        if not ROWS <= subject.count(table) <= LARGEST:
            continue
        roles, personal = subject.roles[table], subject.tables[table].tidy_personal
        texts = [c for c in roles.texts if c not in roles.coded and c not in roles.key and c not in personal]
        for column in [c for c in (*roles.coded, *roles.flags) if c not in personal and c in roles.types]:
            words = _words(subject, table, column)
            for text in texts if len(words) > 1 else ():
                found = _contradicted(subject, table, column, text, words)
                if found is not None:
                    yield found
                    break


CHECKS = (texts_against_codes,)


def _words(subject: Subject, table: str, column: str) -> dict[str, str]:
    """The words that stand for the values of a column → the value as text; none that is a part of another."""
    declared = subject.tables[table].columns.get(column)
    if column in subject.roles[table].flags:
        said = (
            {w: v for v, listed in (("true", declared.true), ("false", declared.false)) for w in listed}
            if declared
            else {}
        )
    else:
        values = sorted(value for value, _ in subject.frequent(table, column, VALUES + 1))
        said = {v: v for v in values} if len(values) <= VALUES else {}
    return {w: v for w, v in said.items() if WORD.fullmatch(w) and not any(w != o and w in o for o in said)}


def _contradicted(subject: Subject, table: str, column: str, text: str, words: Mapping[str, str]) -> Check | None:
    """The first value that texts name while the column says another."""
    cell, value = identifier(text), f"CAST({identifier(column)} AS VARCHAR)"
    cells = subject.values(table, text)
    for word, meant in words.items():
        if cells is not None and not any(word in one and len(one) >= len(word) + 2 for one in cells):
            continue
        others = " OR ".join(f"contains({cell}, {literal(w)})" for w, v in words.items() if v != meant)
        # A cell that is the word and nothing else is a code itself.
        named = (
            f"contains({cell}, {literal(word)}) AND length({cell}) >= {len(word) + 2} "
            f"AND NOT ({others}) AND {value} IS NOT NULL"
        )
        off = f"{named} AND {value} <> {literal(meant)}"
        rows, differing, kinds = subject.query(
            f"SELECT count(*) FILTER (WHERE {named}), count(*) FILTER (WHERE {off}), "
            f"count(DISTINCT CASE WHEN {off} THEN {value} END) FROM {identifier(table)}"
        )[0]
        # A word of everyday speech stands beside all values; one that was exchanged beside a single other one.
        if differing < ROWS or rows - differing > AGREE * rows or kinds != 1:
            continue
        return subject.note(
            table,
            "texts_against_codes",
            f"有 {differing} 行的{subject.called(table, text)}写着“{word}”，"
            f"而{subject.called(table, column)}填的是别的值",
            f"抽查这些行：{subject.called(table, column)}填错、对调或被批量改过的，用 corrections.yml 更正；"
            "确实如此的，在 plausible 里说明",
            observed=int(differing),
            rows=subject.places(table, [column, text], off),
            failing=int(differing),
            column=column,
        )
    return None
