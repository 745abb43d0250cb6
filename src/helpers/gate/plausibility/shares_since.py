"""What columns hold against last year: blanks, flags, categories gone, merged or new, columns grown constant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from statistics import median
from typing import TYPE_CHECKING

from helpers.gate.plausibility import monthly_shares
from helpers.gate.plausibility.monthly_shares import Share
from helpers.gate.plausibility.references import references
from helpers.year.engine import identifier

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: A change is said where it is larger than this and lies so many standard errors from nothing.
BLANK, FLAG, MIX = (0.2, 6.0), (0.25, 5.0), (0.2, 8.0)
#: A large one is said at fewer standard errors: small tables have no more.
LARGE, LARGE_Z = 0.6, 4.0
#: Rows that should be there before their absence says anything, and by how much a share multiplies.
EXPECTED, TIMES, LEAST_ROWS = 12.0, 4.0, 8
#: A column that was no constant has at least so many values, the most frequent in less than this share.
VALUES, TOP = 3, 0.9


def blanks_since_last_year(subject: Subject) -> Iterator[Check]:
    """Columns that last year had filled and this year are blank, wholly or for many more rows."""
    for table in subject.shared():
        found = [s for s in monthly_shares.blanks(subject, table) if _blanker(s) or _emptied(s)]
        if found:
            said = "、".join(
                f"{subject.called(table, s.column)}（{s.share:.1%}，上年 {s.share_before:.1%}）" for s in found[:6]
            )
            yield subject.note(
                table,
                "blanks_since_last_year",
                f"与上年相比，空白明显增多的列：{said}",
                "核对导出时是否漏选了列、表头是否改了名（在 columns 里补写）、内容是否错位",
                observed=f"{len(found)} 列",
                failing=0,
            )


def _blanker(share: Share) -> bool:
    return _moved(share, BLANK) and share.change > 0


def _emptied(share: Share) -> bool:
    """A column that few rows fill, and hardly any does now."""
    rows = sum(n for _, n in share.now)
    expected = (1 - share.share_before) * rows
    return expected >= 2 * EXPECTED and rows - share.hits <= expected / 8 and share.z >= LARGE_Z


def _moved(share: Share, limit: tuple[float, float]) -> bool:
    change, z = abs(share.change), abs(share.z)
    return (change >= limit[0] and z >= limit[1]) or (change >= LARGE and z >= LARGE_Z)


def flags_since_last_year(subject: Subject) -> Iterator[Check]:
    """Flags that are true far more or less often than last year, or the other way round."""
    for table in subject.shared():
        coded = set(subject.roles[table].coded)
        found = [
            s
            for s in monthly_shares.flags(subject, table)
            if _moved(s, FLAG) and not _derived(subject, table, s, coded)
        ]
        for share in found:
            turned = abs(share.share - (1 - share.share_before)) < 0.3 * abs(share.change)
            yield subject.note(
                table,
                "flags_since_last_year",
                f"{subject.called(table, share.column)}为“是”的占 {share.share:.1%}，上年为 {share.share_before:.1%}"
                + ("，好像是与否对调了" if turned else ""),
                f"核对 columns.{share.column} 的 true、false 与来源的写法，以及导出时的筛选条件",
                observed=f"{share.share:.1%}",
                failing=0,
                column=share.column,
            )


def _derived(subject: Subject, table: str, share: Share, coded: set[str]) -> bool:
    """Whether a flag only repeats a coded column, whose values are compared by themselves."""
    from helpers.gate.plausibility.roles import columns_read

    derived = subject.tables[table].derived.get(share.column)
    return derived is not None and bool(columns_read(derived.expr)) and columns_read(derived.expr) <= coded


# --- categories -----------------------------------------------------------------------------------


def categories_gone(subject: Subject) -> Iterator[Check]:
    """Values that last year had to its end and this year lacks from its beginning: filtered, merged or renamed."""
    for table in subject.shared():
        empty = {s.column for s in monthly_shares.blanks(subject, table) if _blanker(s) or _emptied(s)}
        columns = [c for c in _followed(subject, table) if c not in empty]
        for column, shares in monthly_shares.values(subject, table, columns).items():
            gone = [s for s in shares if _gone(s)]
            if not gone:
                continue
            said = "、".join(f"{s.value}（上年 {s.hits_before} 行{_taken(s, shares)}）" for s in gone[:5])
            yield subject.note(
                table,
                "categories_gone",
                f"{subject.called(table, column)}中上年一直有、本年一行也没有的：{said}",
                "核对导出时是否按这一列筛选过，是否并入了别的类别或改了写法（改了的写进 synonyms）；"
                "确已取消的，在 plausible 里说明",
                observed=f"{len(gone)} 个值",
                failing=0,
                column=column,
            )


def _gone(share: Share) -> bool:
    there = not share.hits and share.expected / share.spread >= EXPECTED
    return there and share.steady_before() and not share.faded_before()


def _followed(subject: Subject, table: str) -> list[str]:
    """Text columns of both years that may hold categories; no keys, nothing personal."""
    spec = subject.tables[table]
    there = set(monthly_shares.both_have(subject, table))
    return [
        c for c in subject.roles[table].texts if c in there and c not in spec.tidy_key and c not in spec.tidy_personal
    ]


def _taken(gone: Share, shares: Sequence[Share]) -> str:
    """The value that grew by about what is gone, if there is one while the others kept their pace."""
    stayed = [s for s in shares if s.hits and s.hits_before >= EXPECTED]
    pace = median(s.hits / s.hits_before for s in stayed) if len(stayed) >= 3 else 0.0
    for other in stayed if pace else ():
        usual = other.hits_before * pace
        grown = other.hits - usual
        if grown > 4 * (usual * other.spread) ** 0.5 and 0.6 <= grown / (gone.hits_before * pace) <= 1.5:
            return f"，而“{other.value}”比按上年推算的多出约 {grown:.0f} 行"
    return ""


def categories_shifted(subject: Subject) -> Iterator[Check]:
    """Coded values whose share moved far beyond what months do by themselves."""
    for table in subject.shared():
        coded = [c for c in _followed(subject, table) if c in subject.roles[table].coded]
        for column, shares in monthly_shares.values(subject, table, coded).items():
            found = [s for s in shares if s.hits and (_moved(s, MIX) or _multiplied(s)) and s.breaks()]
            if not found:
                continue
            said = "、".join(f"{s.value} {s.share:.1%}（上年 {s.share_before:.1%}）" for s in found[:5])
            yield subject.note(
                table,
                "categories_shifted",
                f"{subject.called(table, column)}的构成与上年差别很大：{said}",
                "核对归类、导出时的筛选条件和 synonyms；确是工作变化的，在 plausible 里说明",
                observed=f"{len(found)} 个值",
                failing=0,
                column=column,
            )


def _multiplied(share: Share) -> bool:
    most = max(float(share.hits), share.expected)
    least = min(float(share.hits), share.expected)
    return share.hits_before > 0 and most / share.spread >= 3 * EXPECTED and most >= TIMES * least and abs(share.z) >= 6


def values_never_used(subject: Subject) -> Iterator[Check]:
    """Values on which measures decide that last year never used and the year file does not name, though it names
    all of last year's."""
    for table in subject.shared():
        named = _named(subject, table)
        leading = {r.column for r in references(subject) if r.table == table}
        decided = [c for c in _followed(subject, table) if c in _decided(subject, table) and c not in leading]
        for column, shares in monthly_shares.values(subject, table, decided).items():
            rows = sum(n for _, n in shares[0].before) if shares else 0
            new = [s for s in shares if s.hits and not s.hits_before and s.value not in named]
            old = [s for s in shares if s.hits_before]
            if not new or rows < LEAST_ROWS or not old or any(s.value not in named for s in old):
                continue
            said = "、".join(f"{s.value}（{s.hits} 行）" for s in new[:6])
            yield subject.note(
                table,
                "values_never_used",
                f"{subject.called(table, column)}有上年没有用过、year.yml 也没有提到的值：{said}",
                "核对是否录错或改了写法：同一含义的写进 synonyms，确是新值的写进 activities、gate 或度量的条件",
                rows=subject.places(
                    table, [column], " OR ".join(f"{identifier(column)} = '{_quoted(s)}'" for s in new)
                ),
                failing=sum(s.hits for s in new),
                column=column,
            )


def _quoted(share: Share) -> str:
    return str(share.value).replace("'", "''")


def _decided(subject: Subject, table: str) -> set[str]:
    """The columns that a measure's condition compares with texts, directly or through a derived column."""
    from helpers.gate.plausibility.roles import columns_read

    spec = subject.tables[table]
    measures = [m for m in subject.year.measures.values() if m.table == table]
    texts = [t for m in measures for t in (m.where, m.value) if t and "'" in t]
    texts += [d.expr for d in spec.derived.values() if d.expr and "'" in d.expr]
    activities = subject.year.year.activities
    by = {activities.by} if activities and activities.table == table else set()
    return by.union(*(columns_read(text) for text in texts))


def _named(subject: Subject, table: str) -> set[str]:
    """Every text that the year files name for a table: in conditions, synonyms, lists of values, activities."""
    spec, year = subject.tables[table], subject.year
    texts = [t for m in year.measures.values() if m.table == table for t in (m.where, m.value) if t]
    texts += [s.where for s in spec.out_of_scope] + [d.expr for d in spec.derived.values() if d.expr]
    texts += [rule.where for rule in spec.gate if rule.where]
    found = {word for text in texts for word in re.findall(r"'([^']*)'", text)}
    found |= {word for groups in spec.synonyms.values() for word in groups}
    found |= {str(v) for rule in spec.gate for v in rule.arguments.get("value_set", ())}
    return found | ({item.category for item in year.year.activities.items} if year.year.activities else set())


# --- constants ------------------------------------------------------------------------------------


def constant_since_last_year(subject: Subject) -> Iterator[Check]:
    """Columns that hold one value in every row, and had many last year."""
    for table in subject.shared():
        columns = [c for c in monthly_shares.both_have(subject, table) if c not in subject.tables[table].tidy_personal]
        if not columns or subject.count(table) < EXPECTED:
            continue
        kinds = subject.kinds(table, columns)
        one = [c for c, (different, filled) in kinds.items() if different == 1 and filled >= EXPECTED]
        found = [c for c in one if _varied(subject, table, c)]
        if found:
            said = "、".join(f"{subject.called(table, c)}（{_any(subject, table, c)}）" for c in found)
            yield subject.note(
                table,
                "constant_since_last_year",
                f"上年各行不同、本年每行都相同的列：{said}",
                "核对导出的是否是这一列的真实内容，有没有被填充、筛选或错列",
                observed=f"{len(found)} 列",
                failing=0,
            )


def _any(subject: Subject, table: str, column: str) -> str:
    return str(subject.one(f"SELECT any_value({identifier(column)}) FROM {identifier(table)}"))


def _varied(subject: Subject, table: str, column: str) -> bool:
    flag = subject.roles[table].types[column] == "BOOLEAN"
    values, top, rows = subject.query(
        f"SELECT count(*), max(n), sum(n) FROM (SELECT count(*) AS n FROM {identifier(f'previous_{table}')} "
        f"WHERE {identifier(column)} IS NOT NULL GROUP BY {identifier(column)})"
    )[0]
    least, most = (2, 0.8) if flag else (VALUES, TOP)
    return rows is not None and rows >= EXPECTED and values >= least and top <= most * float(rows)


CHECKS = (
    blanks_since_last_year,
    flags_since_last_year,
    categories_gone,
    categories_shifted,
    values_never_used,
    constant_since_last_year,
)
