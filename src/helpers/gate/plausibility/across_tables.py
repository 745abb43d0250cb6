"""Records of different tables against each other: references, copied properties, stints, posts that nothing names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.gate.plausibility.references import Reference, in_words, known_in, not_found, references
from helpers.year.engine import identifier
from helpers.year.tidy import record_columns

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: Without a year before, references across the turn of the year are no fault up to this share.
CARRIED = 0.05
#: Columns are copies of a property where they agree in this share of rows, and of at least so many rows.
SAME, LEAST_ROWS = 0.97, 50
#: The model that the year file says is a device's is one as long as it agrees in so many.
SAME_MODEL = 0.5
#: Where last year's copies differed as well, this many times as often is worth a note.
TIMES = 4
#: An entry that nothing names is worth a note where the others are named this often, at least.
NAMED_OFTEN = 40


def references_lead_nowhere(subject: Subject) -> Iterator[Check]:
    """Values that name no record of the table to which the column's other values lead."""
    for reference in references(subject):
        rows, lost = _lost(subject, reference, "")
        before = _lost(subject, reference, "previous_") if subject.previous else None
        if not lost or not _worth_saying(subject, reference, rows, lost, before):
            continue
        target = subject.tables[reference.target].title
        yield subject.note(
            reference.table,
            "references_lead_nowhere",
            f"{in_words(subject, reference)}有 {lost} 行（共 {rows} 行）在{target}中查不到",
            f"核对这些编号是否录错、改过名，或{target}缺行",
            rows=subject.places(reference.table, [reference.column], not_found(subject, reference)),
            failing=lost,
            column=reference.column,
        )


def _lost(subject: Subject, reference: Reference, prefix: str) -> tuple[int, int]:
    """How many rows name something, and how many of them nothing that is known."""
    view = f"{prefix}{reference.table}"
    if not subject.count(view) or (prefix and not known_in(subject, reference, prefix)):
        return 0, 0
    named = subject.values(view, reference.column)
    known = [subject.values(there, reference.key) for there in known_in(subject, reference, prefix)]
    if named is not None and None not in known:
        there = set().union(*(values or () for values in known))
        return sum(named.values()), sum(n for value, n in named.items() if value not in there)
    column = identifier(reference.column)
    where = not_found(subject, reference, prefix)
    rows, lost = subject.query(f"SELECT count({column}), count(*) FILTER (WHERE {where}) FROM {identifier(view)}")[0]
    return int(rows), int(lost)


def _worth_saying(subject: Subject, reference: Reference, rows: int, lost: int, before: tuple[int, int] | None) -> bool:
    if before is None or not before[0]:
        turned = subject.tables[reference.target].year_by is not None
        return lost > CARRIED * rows if turned else True
    expected = before[1] / before[0] * rows
    return lost > max(2 * expected, expected + 4 * expected**0.5)


# --- properties -----------------------------------------------------------------------------------


def copied_properties_differ(subject: Subject) -> Iterator[Check]:
    """A property that a record copies from the record it names (a ticket its device's model) differs from it."""
    for reference in references(subject):
        if not reference.sole:
            continue
        for own, other, rows, differing in _copies(subject, reference, ""):
            if not differing or not _new_difference(subject, reference, own, other, rows, differing):
                continue
            target = subject.tables[reference.target].title
            registered = subject.called(reference.target, other)
            yield subject.note(
                reference.table,
                "copied_properties_differ",
                f"{subject.called(reference.table, own)}有 {differing} 行与{target}中"
                f"同一{subject.called(reference.target, reference.key)}的{registered}不同（比较了 {rows} 行）",
                f"核对哪一边改过：{target}的登记是否有误，或编号是否写到了别的记录上",
                rows=_differing_rows(subject, reference, own, other),
                failing=differing,
                column=own,
            )


def _copies(subject: Subject, reference: Reference, prefix: str) -> list[tuple[str, str, int, int]]:
    """Own column, the target's column, rows that have both, rows in which they differ."""
    view, target = f"{prefix}{reference.table}", f"{prefix}{reference.target}"
    pairs = [
        (own, other)
        for own in _properties(subject, reference.table, reference.column)
        for other in _properties(subject, reference.target, reference.key)
    ]
    if not pairs or not subject.count(view) or not subject.count(target):
        return []
    if prefix and not _declared_before(subject, reference, pairs):
        return []
    pairs = [(own, other) for own, other in pairs if _share_values(subject, (view, own), (target, other))]
    if not pairs:
        return []
    joined = (
        f"FROM {identifier(view)} AS a JOIN {identifier(target)} AS b "
        f"ON a.{identifier(reference.column)} = b.{identifier(reference.key)}"
    )
    picked = ", ".join(
        f"count(a.{identifier(a)} = b.{identifier(b)}), count_if(a.{identifier(a)} <> b.{identifier(b)})"
        for a, b in pairs
    )
    row = subject.query(f"SELECT {picked} {joined}")[0]
    alike = [
        (a, b, both, differing)
        for n, (a, b) in enumerate(pairs)
        for both, differing in [row[2 * n : 2 * n + 2]]
        if both >= LEAST_ROWS and differing <= (1 - (SAME_MODEL if _is_model(subject, reference, b) else SAME)) * both
    ]
    if not alike:
        return []
    # Only of the few that are left it is asked how many values they have.
    own = list(dict.fromkeys(a for a, _, _, _ in alike))
    counted = subject.query(f"SELECT {', '.join(f'count(DISTINCT a.{identifier(c)})' for c in own)} {joined}")[0]
    values = dict(zip(own, counted, strict=True))
    return [found for found in alike if values[found[0]] >= 3]


def _share_values(subject: Subject, one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two columns may agree in any row."""
    ours, theirs = subject.values(*one), subject.values(*other)
    return ours is None or theirs is None or not ours.keys().isdisjoint(theirs)


def _properties(subject: Subject, table: str, besides: str) -> list[str]:
    spec = subject.tables[table]
    return [
        c for c in subject.roles[table].texts if c != besides and c not in spec.tidy_key and c not in spec.tidy_personal
    ]


def _declared_before(subject: Subject, reference: Reference, pairs: list[tuple[str, str]]) -> bool:
    before = subject.previous.year.tables if subject.previous else {}
    return all(
        table in before and {*columns} <= {*record_columns(before[table])}
        for table, columns in (
            (reference.table, [reference.column, *(a for a, _ in pairs)]),
            (reference.target, [reference.key, *(b for _, b in pairs)]),
        )
    )


def _new_difference(subject: Subject, reference: Reference, own: str, other: str, rows: int, differing: int) -> bool:
    """Differences that last year had none or few of; without a year before, only of a device's declared model."""
    if not subject.previous:
        return _is_model(subject, reference, other)
    before = next(((r, d) for a, b, r, d in _copies(subject, reference, "previous_") if (a, b) == (own, other)), None)
    if before is None:
        return False
    return differing > max(TIMES * before[1] / before[0] * rows, 10 if before[1] else 0)


def _is_model(subject: Subject, reference: Reference, other: str) -> bool:
    """Whether a column is the declared model of the devices."""
    fleet = subject.year.year.fleet
    return fleet is not None and (reference.target, other) == (fleet.table, fleet.model)


def _differing_rows(subject: Subject, reference: Reference, own: str, other: str) -> list[tuple[str, int, str, str]]:
    found = subject.query(
        f"SELECT a.source_file, a.source_row, a.{identifier(reference.column)}, "
        f"a.{identifier(own)}, b.{identifier(other)} "
        f"FROM {identifier(reference.table)} AS a JOIN {identifier(reference.target)} AS b "
        f"ON a.{identifier(reference.column)} = b.{identifier(reference.key)} "
        f"WHERE a.{identifier(own)} <> b.{identifier(other)} ORDER BY 1, 2 LIMIT 5"
    )
    return [(file, row, own, f"{key}：此处 {mine}，登记为 {theirs}") for file, row, key, mine, theirs in found]


# --- posts ----------------------------------------------------------------------------------------


def entries_never_named(subject: Subject) -> Iterator[Check]:
    """An entry of a short register that no record names, though all the others are named again and again."""
    for reference in references(subject):
        target, key = reference.target, identifier(reference.key)
        entries, idle, least = _named(subject, reference)
        if not idle or idle > max(1, entries // 5) or least < NAMED_OFTEN:
            continue
        naming = subject.called(reference.table, reference.column)
        unnamed = f"{key} IN (SELECT v FROM ({_counted(reference)}) WHERE n = 0)"
        yield subject.note(
            target,
            "entries_never_named",
            f"{subject.called(target, reference.key)}中有 {idle} 个从未出现在"
            f"{subject.tables[reference.table].title}的{naming}里，其余每个至少出现 {least} 次",
            "核对是否同一人或同一物用两个编号登记、登记已经失效，或有记录没有导出",
            rows=subject.places(target, [reference.key], unnamed),
            column=reference.key,
        )


def _named(subject: Subject, reference: Reference) -> tuple[int, int, int]:
    """How many entries there are, how many of them no record names, and how often at least each of the others is named.
    Entries may be as many as records: they are not listed."""
    entries, naming = subject.values(reference.target, reference.key), subject.values(reference.table, reference.column)
    if entries is not None and naming is not None:
        counts = [naming.get(entry, 0) for entry in entries]
        return len(counts), counts.count(0), min(filter(None, counts), default=0)
    every, idle, least = subject.query(
        "SELECT count(*), count(*) FILTER (WHERE n = 0), coalesce(min(n) FILTER (WHERE n > 0), 0) "
        f"FROM ({_counted(reference)})"
    )[0]
    return every, idle, least


def _counted(reference: Reference) -> str:
    """Each entry's key, and how many records name it."""
    key, column = identifier(reference.key), identifier(reference.column)
    return (
        f"SELECT k.v, count(s.v) AS n FROM (SELECT DISTINCT {key} AS v FROM {identifier(reference.target)} "
        f"WHERE {key} IS NOT NULL) AS k "
        f"LEFT JOIN (SELECT {column} AS v FROM {identifier(reference.table)}) AS s USING (v) GROUP BY 1"
    )


def stints_overlap(subject: Subject) -> Iterator[Check]:
    """Two stretches of time of one post that overlap, in a table in which they follow one another."""
    for table, spec in subject.tables.items():
        days = [c for c in subject.roles[table].dates if c in record_columns(spec)]
        if len(spec.tidy_key) < 2 or len(days) < 2:
            continue
        start, end = stretch_of(subject, table, days) or ("", "")
        if not start:
            continue
        post = ", ".join(identifier(c) for c in spec.tidy_key[:-1])
        rows = (
            f"SELECT *, lead({identifier(start)}) OVER w AS _next FROM {identifier(table)} "
            f"WINDOW w AS (PARTITION BY {post} ORDER BY {identifier(start)}, {identifier(end)} NULLS LAST)"
        )
        over = f"_next IS NOT NULL AND ({identifier(end)} IS NULL OR _next <= {identifier(end)})"
        shown = " || ' ' || ".join(f"CAST({identifier(c)} AS VARCHAR)" for c in (*spec.tidy_key, start))
        until = f"coalesce(CAST({identifier(end)} AS VARCHAR), '今')"
        found = subject.query(
            f"SELECT source_file, source_row, {shown} || ' 至 ' || {until} || '，下一段自 ' || CAST(_next AS VARCHAR), "
            f"(SELECT count(_next) FROM ({rows})) FROM ({rows}) WHERE {over} ORDER BY 1, 2"
        )
        if found and len(found) <= max(1, found[0][3] // 3):
            yield subject.note(
                table,
                "stints_overlap",
                f"同一{subject.called(table, spec.tidy_key[0])}有 {len(found)} 处前后两段时间重叠",
                f"核对{subject.called(table, start)}和{subject.called(table, end)}，或编号是否写错；"
                "录错的用 corrections.yml 更正",
                rows=[(file, row, start, text) for file, row, text, _ in found[:5]],
                failing=len(found),
                column=start,
            )


def stretch_of(subject: Subject, table: str, days: list[str]) -> tuple[str, str] | None:
    """The first pair of dates of which one never lies before the other and always stands."""
    for at, start in enumerate(days):
        for end in days[at + 1 :]:
            a, b = identifier(start), identifier(end)
            bad, both = subject.query(
                f"SELECT count(*) FILTER (WHERE {a} IS NULL OR {b} < {a}), count({b}) FROM {identifier(table)}"
            )[0]
            if not bad and both:
                return start, end
    return None


CHECKS = (references_lead_nowhere, copied_properties_differ, entries_never_named, stints_overlap)
