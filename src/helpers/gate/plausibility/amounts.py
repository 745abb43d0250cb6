"""Amounts and other figures off their column by a power of ten, or alone below zero."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from helpers.gate.plausibility.subject import Subject
from helpers.gate.result import Check
from helpers.year.engine import identifier

#: How many equal figures make a group, and how far from a power of ten (in tens) one may lie off it.
GROUP, NEAR = 3, 0.03
#: Groups that have one figure have it by chance unless they are so large a share of all groups and of the rows,
#: or hold a larger share of the rows alone.
ALIKE, ALIKE_ROWS, MANY_ROWS = 0.25, 0.02, 0.15
#: A figure is far from its whole column beyond so many tens, and so many times the column's own spread.
FAR, SPREADS, COLUMN = 1.8, 4.5, 8
#: Words by which a figure below zero explains itself.
RETURNS = "冲|红字|退|调整|抵|扣|更正|reversal|refund|credit"


@dataclass(frozen=True)
class _Off:
    """A figure off the others of its group: ``usual`` is what they have."""

    file: str
    row: int
    column: str
    value: object
    usual: object


def power_of_ten(subject: Subject) -> Iterator[Check]:
    """Figures a factor of 10, 100, 1000 or 10,000 away from what others of the same kind have."""
    for table in subject.tables:
        roles = subject.roles[table]
        for column in roles.numbers:
            if column in roles.key or (column not in roles.money and column not in roles.deciding):
                continue
            found = {
                (o.file, o.row): o for o in [*_off_groups(subject, table, column), *_off_column(subject, table, column)]
            }
            if not found:
                continue
            listed = [found[place] for place in sorted(found)]
            first = listed[0]
            yield subject.note(
                table,
                "power_of_ten",
                f"有 {len(listed)} 行的{subject.called(table, column)}与同类的数相差约十倍、百倍、千倍或万倍"
                f"（如 {first.value}，同类一般为 {first.usual}）",
                "核对小数点和单位（元与万元、分与元）；录错的用 corrections.yml 更正",
                observed=len(listed),
                rows=[(o.file, o.row, column, o.value) for o in listed[:5]],
                failing=len(listed),
                column=column,
            )


def _groupings(subject: Subject, table: str) -> list[str]:
    """The text columns, and pairs of them, whose rows may have the same figure; never the key."""
    roles = subject.roles[table]
    texts = [c for c in roles.texts if c not in roles.key]
    rows = subject.count(table)
    if not texts or rows < 5:
        return []
    counts = subject.query(
        f"SELECT {', '.join(f'approx_count_distinct({identifier(c)})' for c in texts)} FROM {identifier(table)}"
    )
    few = [c for c, n in zip(texts, counts[0], strict=True) if 1 < n <= max(2, rows // 2)][:8]
    # Words with the month or number left out: 1月服务费 and 2月服务费 are one kind.
    bare = [
        f"regexp_replace({identifier(c)}, '[0-9０-９一二三四五六七八九十]+', '', 'g')"
        for c, n in zip(texts, counts[0], strict=True)
        if n > max(2, rows // 4)
    ][:4]
    pairs = [f"concat_ws(chr(31), {identifier(a)}, {identifier(b)})" for a, b in itertools.combinations(few, 2)][:6]
    return [*(identifier(c) for c in few), *bare, *pairs]


def _off_groups(subject: Subject, table: str, column: str) -> Iterator[_Off]:
    """Figures off a group of which most have one and the same."""
    cell = f"CAST({identifier(column)} AS DOUBLE)"
    for group in _groupings(subject, table):
        own = (
            f"SELECT source_file, source_row, {cell} AS v, {group} AS g FROM {identifier(table)} WHERE {cell} "
            f"<> 0 AND {group} <> ''"
        )
        usual = f"SELECT g, median(abs(v)) AS usual FROM ({own}) GROUP BY g HAVING count(*) >= {GROUP}"
        tens = "log10(abs(v) / usual)"
        alike = (
            f"SELECT g, any_value(usual) AS usual, 2 * mad({tens}) + 0.002 AS near, count(*) AS n, "
            f"avg(CAST(abs({tens}) < {NEAR} AS INTEGER)) >= 0.6 AS alike FROM ({own}) JOIN ({usual}) USING (g) "
            f"GROUP BY g"
        )
        share = f"sum(n) OVER () / {max(1, subject.count(table))}.0"
        alike = (
            f"SELECT * FROM ({alike}) WHERE alike QUALIFY {share} >= {MANY_ROWS} OR ({share} >= {ALIKE_ROWS} "
            f"AND count(*) OVER () >= {ALIKE} * (SELECT count(*) FROM ({alike})))"
        )
        rows = subject.query(
            f"SELECT source_file, source_row, v, usual FROM ({own}) JOIN ({alike}) USING (g) "
            f"WHERE round(abs({tens})) BETWEEN 1 AND 4 AND abs(abs({tens}) - round(abs({tens}))) < least(near, {NEAR}) "
            f"ORDER BY source_file, source_row LIMIT 200"
        )
        yield from (_Off(file, row, column, f"{v:.12g}", f"{u:.12g}") for file, row, v, u in rows)


def _off_column(subject: Subject, table: str, column: str) -> Iterator[_Off]:
    """Figures far from all others of the column, on a scale of tens."""
    if column not in subject.roles[table].money:
        return
    cell = f"CAST({identifier(column)} AS DOUBLE)"
    logs = (
        f"SELECT source_file, source_row, {cell} AS v, log10(abs({cell})) AS l FROM {identifier(table)} WHERE "
        f"{cell} <> 0"
    )
    middle, spread, n = subject.query(f"SELECT median(l), mad(l), count(*) FROM ({logs})")[0]
    if n < COLUMN:
        return
    limit = max(FAR, SPREADS * 1.4826 * spread)
    rows = subject.query(
        f"SELECT source_file, source_row, v FROM ({logs}) WHERE abs(l - {middle!r}) > {limit!r} "
        f"ORDER BY source_file, source_row LIMIT 200"
    )
    if len(rows) <= max(1, 0.02 * n):
        yield from (_Off(file, row, column, f"{v:.12g}", f"{10**middle:.3g} 左右") for file, row, v in rows)


def alone_below_zero(subject: Subject) -> Iterator[Check]:
    """Amounts below zero that no other amount answers to and no word explains."""
    for table in subject.tables:
        roles = subject.roles[table]
        for column in roles.money:
            cell = identifier(column)
            words = " || ".join(f"coalesce({identifier(c)}, '')" for c in roles.texts) or "''"
            lone = (
                f"{cell} < 0 AND NOT regexp_matches({words}, '{RETURNS}') AND -{cell} NOT IN "
                f"(SELECT {cell} FROM {identifier(table)} WHERE {cell} > 0)"
            )
            below, total = subject.query(
                f"SELECT count(*) FILTER (WHERE {lone}), count({cell}) FROM {identifier(table)}"
            )[0]
            if not below or below > max(2, 0.05 * total) or total < COLUMN:
                continue
            yield subject.note(
                table,
                "alone_below_zero",
                f"有 {below} 行的{subject.called(table, column)}小于零，没有对应的正数，也没有注明冲销、退回",
                "核对正负号；确属冲销、退回的在摘要里写明",
                observed=int(below),
                rows=subject.places(table, [column], lone),
                failing=int(below),
                column=column,
            )


CHECKS = (power_of_ten, alone_below_zero)
