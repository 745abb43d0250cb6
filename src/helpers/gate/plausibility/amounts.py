"""Amounts and other figures off their column by a power of ten, or alone below zero."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helpers.gate.plausibility.subject import Subject
from helpers.gate.plausibility.value_counts import together
from helpers.gate.result import Check
from helpers.year.engine import identifier

#: How many equal figures make a group, and how far from a power of ten (in tens) one may lie off it.
GROUP, NEAR = 3, 0.03
#: Groups that have one figure have it by chance unless they are so large a share of all groups and of the rows,
#: or hold a larger share of the rows alone.
ALIKE, ALIKE_ROWS, MANY_ROWS = 0.25, 0.02, 0.15
#: A figure is far from its whole column beyond so many tens, and so many times the column's own spread.
FAR, SPREADS, COLUMN = 1.8, 4.5, 8
#: So many figures of a grouping, or of a column, are named.
NAMED = 200
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
        columns = _judged(subject, table)
        off_groups = _off_groups(subject, table, columns)
        for column in columns:
            off = [*off_groups[column], *_off_column(subject, table, column)]
            found = {(o.file, o.row): o for o in off}
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


def _judged(subject: Subject, table: str) -> list[str]:
    """The numbers that are money, or that a measure reads."""
    roles = subject.roles[table]
    return [c for c in roles.numbers if c not in roles.key and (c in roles.money or c in roles.deciding)]


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


def _off_groups(subject: Subject, table: str, columns: Sequence[str]) -> dict[str, list[_Off]]:
    """For each column the figures off a group of which most have one and the same, by grouping; as many groupings are
    asked about in one query as there may be rows of them together."""
    found: dict[str, list[_Off]] = {c: [] for c in columns}
    asked = [(c, group) for c in _wide(subject, table, columns) for group in _groupings(subject, table)]
    for part in together(asked, subject.count(table)):
        for n, file, row, v, usual in subject.query(_off_query(subject, table, part)):
            found[part[n][0]].append(_Off(file, row, part[n][0], f"{v:.12g}", f"{usual:.12g}"))
    return found


def _wide(subject: Subject, table: str, columns: Sequence[str]) -> Sequence[str]:
    """Of a long table the columns with figures so far apart that one may be ten times what is usual: marks from 1 to 5
    are none."""
    if not columns or subject.is_small(table, len(columns)):
        return columns
    sizes = [f"nullif(abs(CAST({identifier(c)} AS DOUBLE)), 0)" for c in columns]
    apart = subject.query(f"SELECT {', '.join(f'max({s}) / min({s})' for s in sizes)} FROM {identifier(table)}")[0]
    return [c for c, times in zip(columns, apart, strict=True) if times is not None and not times < 10 ** (1 - NEAR)]


def _off_query(subject: Subject, table: str, asked: Sequence[tuple[str, str]]) -> str:
    """Number, file, row, figure and usual figure of what is off its group, for columns and groupings by number."""
    own = " UNION ALL ".join(
        f"SELECT {n} AS n, source_file, source_row, {cell} AS v, {group} AS g FROM {identifier(table)} "
        f"WHERE {cell} <> 0 AND {group} <> ''"
        for n, (column, group) in enumerate(asked)
        for cell in [f"CAST({identifier(column)} AS DOUBLE)"]
    )
    tens = "log10(abs(v) / usual)"
    share = f"sum(rows) OVER (PARTITION BY n) / {max(1, subject.count(table))}.0"
    return (
        f"WITH own AS MATERIALIZED ({own}), "
        f"usual AS (SELECT n, g, median(abs(v)) AS usual FROM own GROUP BY n, g HAVING count(*) >= {GROUP}), "
        f"groups AS (SELECT n, g, any_value(usual) AS usual, 2 * mad({tens}) + 0.002 AS near, count(*) AS rows, "
        f"avg(CAST(abs({tens}) < {NEAR} AS INTEGER)) >= 0.6 AS alike, count(*) OVER (PARTITION BY n) AS every "
        f"FROM own JOIN usual USING (n, g) GROUP BY n, g), "
        f"alike AS (SELECT * FROM groups WHERE alike QUALIFY {share} >= {MANY_ROWS} OR ({share} >= {ALIKE_ROWS} "
        f"AND count(*) OVER (PARTITION BY n) >= {ALIKE} * every)) "
        f"SELECT n, source_file, source_row, v, usual FROM own JOIN alike USING (n, g) "
        f"WHERE round(abs({tens})) BETWEEN 1 AND 4 AND abs(abs({tens}) - round(abs({tens}))) < least(near, {NEAR}) "
        f"QUALIFY row_number() OVER (PARTITION BY n ORDER BY source_file, source_row) <= {NAMED} "
        f"ORDER BY n, source_file, source_row"
    )


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
        f"ORDER BY source_file, source_row LIMIT {NAMED}"
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
