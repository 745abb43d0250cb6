"""Rows that say the same under two numbers, and replies that are too alike to be many people's."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from helpers.gate.plausibility.subject import EXAMPLES, Place, Subject
from helpers.gate.result import Check
from helpers.year.engine import identifier
from helpers.year.personal import MASKED
from helpers.year.tidy import record_columns

#: Beside the key a row needs so many columns for its likeness to mean anything.
COLUMNS = 4
#: Rows equal but for the time of day are named from so many on: that many of a large and a small table.
NEARLY, SHARE_LARGE, SHARE_SMALL, LARGE = 8, 0.002, 0.1, 1000
#: Of the rows whose texts repeat, so large a share within the day is odd, where so few repeat on other days.
ODD, SELDOM = 0.15, 0.05
#: Replies are looked at in tables of this size; a reply's department or hour may have so large a share.
REPLIES, MOST, MANY_GROUPS = 30, 0.5, 60
#: A chance this small that so many equal replies follow one another.
CHANCE = 1e-4


def twin_rows(subject: Subject) -> Iterator[Check]:
    """Rows equal in every column but the key, and rows equal but for the key and the time of day."""
    for table, spec in subject.tables.items():
        roles = subject.roles[table]
        rest = [c for c in record_columns(spec) if c not in roles.key]
        if not roles.key or roles.time is None or len(rest) < COLUMNS or subject.count(table) < 2:
            continue
        exact = _twins(subject, table, [identifier(c) for c in rest])
        # A day without a time brings together what has nothing to do with each other.
        timed = roles.types[roles.time] == "TIMESTAMP"
        if exact and (timed or exact <= max(2, 0.02 * subject.count(table))):
            yield _twin_note(subject, table, [identifier(c) for c in rest], exact, "除编号外各列全部相同")
            continue
        texts = [identifier(c) for c in roles.texts if c not in roles.key]
        if not timed or len(texts) < COLUMNS or exact:
            continue
        parts = [*texts, f"CAST({identifier(roles.time)} AS DATE)"]
        near = _twins(subject, table, parts)
        share = SHARE_LARGE if subject.count(table) >= LARGE else SHARE_SMALL
        if near < NEARLY or near <= share * subject.count(table):
            continue
        # Texts that repeat on any day repeat on the same day, too: only where they seldom do it tells something.
        ever = _twins(subject, table, texts)
        if near >= ODD * ever and ever - near <= SELDOM * subject.count(table):
            yield _twin_note(subject, table, parts, near, "除编号和时分外各列相同")


def _twins(subject: Subject, table: str, parts: Sequence[str]) -> int:
    """How many rows equal an earlier one in these expressions; hashes first, so that few rows are compared."""
    listed = ", ".join(parts)
    groups = f"SELECT hash({listed}) AS h, count(*) AS n FROM {identifier(table)} GROUP BY 1 HAVING count(*) > 1"
    return int(subject.one(f"SELECT coalesce(sum(n - 1), 0) FROM ({groups})"))


def _twin_note(subject: Subject, table: str, parts: Sequence[str], rows: int, how: str) -> Check:
    spec, listed = subject.tables[table], ", ".join(parts)
    keys = [identifier(c) for c in spec.tidy_key]
    shown = " || '/' || ".join(f"CAST({k} AS VARCHAR)" for k in keys)
    place = f"row_number() OVER (PARTITION BY hash({listed}) ORDER BY source_file, source_row)"
    twins = f"hash({listed}) IN (SELECT hash({listed}) FROM {identifier(table)} GROUP BY 1 HAVING count(*) > 1)"
    found = subject.query(
        f"SELECT source_file, source_row, k, first_value(k) OVER (PARTITION BY h ORDER BY place) FROM (SELECT "
        f"source_file, "
        f"source_row, {shown} AS k, hash({listed}) AS h, {place} AS place FROM {identifier(table)} WHERE {twins}) "
        f"QUALIFY place > 1 ORDER BY source_file, source_row LIMIT {EXAMPLES}"
    )
    hidden = bool(set(spec.tidy_key) & spec.tidy_personal)
    places: list[Place] = [
        (file, row, spec.tidy_key[0], MASKED if hidden else f"{own}，与 {other} 相同")
        for file, row, own, other in found
    ]
    return subject.note(
        table,
        "twin_rows",
        f"有 {rows} 行与另一行{how}，疑似同一事项用两个编号登记",
        "核对这些编号是否同一事项；重复登记的在 near_duplicates 里声明或用 out_of_scope 剔除",
        observed=rows,
        rows=places,
        failing=rows,
    )


# --- replies --------------------------------------------------------------------------------------


def reply_tables(subject: Subject) -> list[str]:
    """The tables whose rows are replies: an indicator with a declared sample is measured on them."""
    found = []
    for indicator in subject.year.indicators.indicators:
        actuals = [indicator.actual, *(part.actual for part in indicator.parts)]
        named = [subject.year.measures.get(str(a.measure)) for a in actuals if a and a.measure]
        if indicator.sample is not None:
            found += [m.table for m in named if m is not None and m.table in subject.tables]
    return [t for t in dict.fromkeys(map(str, found)) if subject.count(t) >= REPLIES]


def _kinds(subject: Subject, table: str) -> dict[str, int]:
    """The text columns of a table with a few different values each: answers and groups of people."""
    roles = subject.roles[table]
    texts = [c for c in roles.texts if c not in roles.key and c not in subject.tables[table].tidy_personal]
    if not texts:
        return {}
    return {c: n for c, (n, _) in subject.kinds(table, texts).items() if 1 <= n <= MANY_GROUPS}


def answers_of(subject: Subject, table: str) -> list[str]:
    """The columns that share their values with another one: the scale of the answers."""
    kinds = [c for c, n in _kinds(subject, table).items() if n <= 11]
    values = {c: {v for v, _ in subject.frequent(table, c) if v} for c in kinds}
    return [
        c
        for c in kinds
        if any(2 * len(values[c] & values[d]) > min(len(values[c]), len(values[d])) for d in kinds if d != c)
    ]


def reply_runs(subject: Subject) -> Iterator[Check]:
    """Many equal replies one after the other."""
    for table in reply_tables(subject):
        answers = answers_of(subject, table)
        if len(answers) < 2:
            continue
        whole = f"concat_ws('，', {', '.join(identifier(c) for c in answers)})"
        order = ", ".join(
            [
                *([identifier(str(subject.roles[table].time))] if subject.roles[table].time else []),
                "source_file",
                "source_row",
            ]
        )
        for ordered in dict.fromkeys((order, "source_file, source_row")):
            rows = (
                f"SELECT *, {whole} AS _reply, row_number() OVER (ORDER BY {ordered}) AS _place "
                f"FROM {identifier(table)}"
            )
            runs = f"SELECT *, _place - row_number() OVER (PARTITION BY _reply ORDER BY _place) AS _run FROM ({rows})"
            found = subject.query(
                f"SELECT _reply, count(*), min(_place), (SELECT avg(CAST(r._reply = g._reply AS INTEGER)) FROM "
                f"({rows}) AS r) "
                f"FROM ({runs}) AS g GROUP BY _reply, _run ORDER BY count(*) DESC, min(_place) LIMIT 1"
            )
            reply, length, first, share = found[0]
            if not reply or share >= 1 or length < _longest(subject.count(table), share):
                continue
            yield subject.note(
                table,
                "reply_runs",
                f"有 {length} 份答卷接连作完全相同的回答（{reply}），超出偶然的程度",
                "核对这些答卷是否由同一人代填或重复导入；属实的剔除并写明理由",
                observed={"length": length, "reply": reply},
                rows=_run_places(subject, rows, int(first), int(length), answers[0]),
                failing=length,
            )
            break


def _longest(replies: int, share: float) -> float:
    """Runs of a reply with this share that are longer than chance makes them."""
    return max(6, math.log(CHANCE / replies) / math.log(share))


def _run_places(subject: Subject, rows: str, first: int, length: int, column: str) -> list[Place]:
    found = subject.query(
        f"SELECT source_file, source_row, _reply FROM ({rows}) WHERE _place BETWEEN {first} AND {first + length - 1} "
        f"ORDER BY _place LIMIT {EXAMPLES}"
    )
    return [(file, row, column, reply) for file, row, reply in found]


def replies_of_one(subject: Subject) -> Iterator[Check]:
    """Replies that come from one group of people, or within one hour, more than from all others."""
    for table in reply_tables(subject):
        roles, total = subject.roles[table], subject.count(table)
        answers = set(answers_of(subject, table))
        read = set(roles.deciding)
        for column, _ in ((c, n) for c, n in _kinds(subject, table).items() if c not in answers and c not in read):
            top, value, filled = subject.query(
                f"SELECT max(n), arg_max(v, n), sum(n) FROM (SELECT {identifier(column)} AS v, count(*) AS n "
                f"FROM {identifier(table)} WHERE {identifier(column)} IS NOT NULL GROUP BY 1)"
            )[0]
            if filled and filled >= 0.9 * total and top > MOST * filled:
                yield _one_note(subject, table, column, f"都来自{subject.called(table, column)}为 {value} 的", int(top))
        if roles.time and roles.types[roles.time] == "TIMESTAMP":
            cell = identifier(roles.time)
            top, hour = subject.query(
                f"SELECT max(n), arg_max(h, n) FROM (SELECT date_trunc('hour', {cell}) AS h, count(*) AS n "
                f"FROM {identifier(table)} WHERE CAST({cell} AS TIME) <> TIME '00:00:00' GROUP BY 1)"
            )[0]
            if top and top > MOST * 0.6 * total:
                yield _one_note(subject, table, roles.time, f"都在 {hour:%Y-%m-%d %H} 时这一小时内提交", int(top))


def _one_note(subject: Subject, table: str, column: str, how: str, rows: int) -> Check:
    return subject.note(
        table,
        "replies_of_one",
        f"{subject.count(table)} 份答卷中有 {rows} 份{how}，不能代表全部服务对象",
        "核对发放范围和填报过程；只在个别部门或由一人集中填报的，在报告中说明或重新调查",
        observed=rows,
        failing=rows,
        column=column,
    )


CHECKS = (twin_rows, reply_runs, replies_of_one)
