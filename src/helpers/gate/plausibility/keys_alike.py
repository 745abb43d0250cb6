"""One record under two writings of its number: P4 and p4, 001 and 1, 1001 and 1001.0."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.gate.plausibility.subject import EXAMPLES, Subject
from helpers.gate.result import Check
from helpers.year.engine import identifier, literal
from helpers.year.tidy import record_columns

#: Beside its number a record says so much at least, else its likeness means nothing.
COLUMNS = 2
_LETTERS = "".join(map(chr, (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))))
_WIDE = "".join(chr(ord(c) + 0xFEE0) for c in _LETTERS)


def keys_alike(subject: Subject) -> Iterator[Check]:
    """Rows equal in all that they say, whose numbers differ by case, width, leading zeros or ``.0``: systems and
    spreadsheets write one number so, and the record counts twice."""
    for table, spec in subject.tables.items():
        key = [c for c in subject.roles[table].key if c in spec.columns and spec.columns[c].type == "text"]
        rest = [c for c in record_columns(spec) if c not in subject.roles[table].key]
        if not key or len(rest) < COLUMNS or subject.count(table) < 2:
            continue
        numbers = [c for c in subject.roles[table].key if c not in key]
        alike = ", ".join([*(_plain(identifier(c)) for c in key), *(identifier(c) for c in (*numbers, *rest))])
        # Few rows say the same as another one: only these are put in groups.
        shared = f"hash({', '.join(identifier(c) for c in (*numbers, *rest))})"
        repeated = f"SELECT {shared} FROM {identifier(table)} GROUP BY 1 HAVING count(*) > 1"
        if not subject.query(f"{repeated} LIMIT 1"):
            continue
        said = " + ".join(f"CAST({identifier(c)} IS NOT NULL AS INTEGER)" for c in rest)
        shown = " || '/' || ".join(f"CAST({identifier(c)} AS VARCHAR)" for c in key)
        groups = (
            f"SELECT source_file, source_row, {shown} AS k, first_value({shown}) OVER same AS first, "
            f"row_number() OVER same AS place FROM {identifier(table)} WHERE {said} >= {COLUMNS} "
            f"AND {shared} IN ({repeated}) "
            f"WINDOW same AS (PARTITION BY {alike} ORDER BY source_file, source_row)"
        )
        rows = int(subject.one(f"SELECT count(*) FROM ({groups}) WHERE place > 1 AND k <> first"))
        if not rows:
            continue
        found = subject.query(
            f"SELECT source_file, source_row, k, first FROM ({groups}) WHERE place > 1 AND k <> first "
            f"ORDER BY source_file, source_row LIMIT {EXAMPLES}"
        )
        personal = bool(set(key) & spec.tidy_personal)
        yield subject.note(
            table,
            "keys_alike",
            f"有 {rows} 行与另一行各列都相同，编号只是写法不同（大小写、全角、前导的 0、末尾的 .0），同一记录重复计入",
            f"在来源里统一{subject.called(table, key[0])}的写法；个别的用 corrections.yml 更正，使 key 能认出重复",
            observed=rows,
            rows=[(f, n, key[0], None if personal else f"{k}（另一行写作 {first}）") for f, n, k, first in found],
            failing=rows,
            level="stop",
        )


def _plain(cell: str) -> str:
    """A number without what writing it differently changes."""
    narrow = f"lower(translate({cell}, {literal(_WIDE)}, {literal(_LETTERS)}))"
    whole = f"regexp_replace({narrow}, '^([0-9]+)\\.0+$', '\\1')"
    return f"regexp_replace({whole}, '(^|[^0-9])0+([0-9])', '\\1\\2', 'g')"


CHECKS = (keys_alike,)
