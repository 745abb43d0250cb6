"""Running numbers: what is missing between them, what does not look like them, and their order in time."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.gate.plausibility.numbers_here import AGAIN, DAYS, DENSE, DIGITS, FEW, HABIT, Numbers, Series, numbers_of
from helpers.gate.plausibility.subject import EXAMPLES, Place, Subject
from helpers.gate.result import Check
from helpers.year.engine import identifier, literals
from helpers.year.personal import MASKED

#: Numbers are running where at most this share of them is missing; sparser ones belong to a larger whole.
MISSING = 0.1
#: In so many rows the order in time is plain even where a fifth of them breaks it.
MANY = 1000
#: What is known of a number: itself, its head, digits, tail and time.
COLUMNS = 5
#: Larger tables are not put in order by number.
LARGEST = 500_000


def _numbers(subject: Subject, table: str) -> str:
    """A relation of all numbers of a table, set aside rows included: ``number, head, tail, shape``."""
    tail = "substr(number, length(head) + 1)"
    return subject.kept(
        f"numbers_{table}",
        f"SELECT number, head, CAST({tail} AS BIGINT) AS tail, {_shape('head')} || length({tail}) AS shape "
        f"FROM (SELECT DISTINCT number, rtrim(number, '{DIGITS}') AS head FROM ({_rows(subject, table)}) "
        f"WHERE number IS NOT NULL) WHERE length(number) - length(head) BETWEEN 1 AND 15",
        subject.count(table),
    )


def _numbered(subject: Subject, view: str) -> bool:
    """Whether the rows of a table, or of last year's (``previous_``), may have running numbers."""
    table = view.removeprefix("previous_")
    key = subject.tables[table].tidy_key
    return len(key) == 1 and subject.roles[table].types.get(key[0]) == "VARCHAR" and subject.count(view) > 0


def _rows(subject: Subject, view: str, time: str | None = None) -> str:
    """The numbers of the rows of a view, used ones with their time in seconds where it is asked for."""
    table = view.removeprefix("previous_")
    key, aside = subject.tables[table].tidy_key[0], f"{view}_set_aside"
    seconds = f"epoch(CAST({identifier(time)} AS TIMESTAMP))" if time else "CAST(NULL AS DOUBLE)"
    rows = f"SELECT {identifier(key)} AS number, {seconds} AS seconds FROM {identifier(view)}"
    if aside in subject.views and key in subject.tables[table].columns:
        rows += f" UNION ALL SELECT {identifier(key)}, NULL FROM {identifier(aside)}"
    return rows


def _here(subject: Subject, view: str) -> Numbers | None:
    """The numbers of a view, where it is small."""
    known: dict[str, Numbers] = subject.known.more.setdefault("numbers", {})
    if view not in known and subject.is_small(view, COLUMNS):
        time = None if view.startswith("previous_") else subject.roles[view].time
        tail = "CAST(substr(number, length(head) + 1) AS BIGINT)"
        known[view] = numbers_of(
            subject.arrow(
                f"SELECT number, head, length(number) - length(head) AS digits, {tail} AS tail, seconds "
                f"FROM (SELECT *, rtrim(number, '{DIGITS}') AS head FROM ({_rows(subject, view, time)})) "
                f"WHERE length(number) - length(head) BETWEEN 1 AND 15"
            )
        )
    return known.get(view)


def _shape(text: str) -> str:
    """A text with 9 for every digit; much faster than by a pattern."""
    return f"translate({text}, '{DIGITS}', '{'9' * len(DIGITS)}')"


def _series(subject: Subject, view: str) -> list[Series]:
    """Each prefix's numbers. A counter that goes on over several prefixes (记-01-101, 记-02-102) is one."""
    here = _here(subject, view)
    if here and (series := here.series()) is not None:
        return series
    numbers = _numbers(subject, view)
    one_counter = (
        f"WITH n AS MATERIALIZED (SELECT * FROM {numbers}), "
        "s AS (SELECT shape, count(*) = count(DISTINCT tail) AND count(DISTINCT head) > 1 "
        "AND count(*) < 4 * count(DISTINCT head) AS one FROM n GROUP BY shape) "
        "SELECT n.*, CASE WHEN s.one THEN n.shape ELSE n.head || n.shape END AS series FROM n JOIN s USING (shape)"
    )
    # A counter that starts again (241039, 242001) leaves no hole: the part above went up, the rest is 0 or 1.
    again = " OR ".join(
        f"(tail % {10**k} <= 1 AND tail // {10**k} > before // {10**k} AND tail // {10**k} <= before // {10**k} "
        f"+ 12 AND tail - before > 2)"
        for k in AGAIN
    )
    found = subject.query(
        f"WITH c AS ({one_counter}), d AS (SELECT series, number, tail, lag(tail) OVER w AS before, "
        f"lag(number) OVER w AS number_before FROM c WINDOW w AS (PARTITION BY series ORDER BY tail, number)), "
        f"g AS (SELECT *, CASE WHEN before IS NULL OR {again} THEN 0 ELSE greatest(tail - before - 1, 0) END AS "
        f"hole FROM d), "
        # One stray number far off is no series: gaps wider than all numbers together do not count.
        "h AS (SELECT *, CASE WHEN hole > greatest(count(*) OVER (PARTITION BY series), 30) THEN 0 ELSE hole "
        "END AS gap FROM g) "
        "SELECT series, count(*), sum(gap)::BIGINT, count(*) FILTER (WHERE gap > 0), "
        # Of gaps as wide as one another the first.
        "arg_max(number_before, (gap, -tail)), arg_max(number, (gap, -tail)) FROM h GROUP BY series ORDER BY series"
    )
    names = ("prefix", "there", "missing", "gaps", "before", "after")
    return [Series(**dict(zip(names, row, strict=True))) for row in found]


def number_holes(subject: Subject) -> Iterator[Check]:
    """Numbers that follow one another with some missing; rows set aside fill their places."""
    for table, spec in subject.tables.items():
        # What leaves a register leaves a hole; what happened stays on record.
        if not _numbered(subject, table) or spec.year_by is None:
            continue
        broken = [s for s in _series(subject, table) if s.missing and s.there >= FEW]
        usual = _usual_share(subject, table) if broken else None
        broken = [s for s in broken if _too_many(s, usual)]
        if not broken:
            continue
        called = subject.called(table, spec.tidy_key[0])
        total = sum(s.missing for s in broken)
        widest = max(broken, key=lambda s: (s.missing, s.prefix))
        words = (
            f"{called}的连续编号缺 {total} 个，分 {sum(s.gaps for s in broken)} 处，"
            f"最大一处在 {widest.before} 与 {widest.after} 之间"
        )
        places = subject.places(table, [spec.tidy_key[0]], f"{identifier(spec.tidy_key[0])} IN ({_texts(broken)})")
        yield subject.note(
            table,
            "number_holes",
            words,
            "向来源系统核对这些编号是否漏导或被删除；漏导的重新导出，确实作废的注明",
            observed=total,
            rows=places,
            failing=0,
        )


def _too_many(series: Series, usual: float | None) -> bool:
    share = series.missing / (series.there + series.missing)
    if usual is None or usual < 0.002:
        return share <= MISSING * (4 if usual is not None else 1)
    return share <= 0.5 and share > 2 * usual + 0.01


def _usual_share(subject: Subject, table: str) -> float | None:
    """The share of numbers that were missing last year."""
    if subject.previous is None or table not in subject.previous.year.tables:
        return None
    if subject.previous.year.tables[table].tidy_key != subject.tables[table].tidy_key:
        return None
    before = f"previous_{table}"
    series = [s for s in _series(subject, before) if s.there >= FEW] if _numbered(subject, before) else []
    there, missing = sum(s.there for s in series), sum(s.missing for s in series)
    return missing / (there + missing) if there else None


def _texts(series: list[Series]) -> str:
    return literals(text for s in series[:EXAMPLES] for text in (s.before, s.after) if text)


def odd_numbers(subject: Subject) -> Iterator[Check]:
    """A few numbers of another shape than nearly all: a letter more, a digit less."""
    for table, spec in subject.tables.items():
        key = spec.tidy_key
        if len(key) != 1 or subject.roles[table].types.get(key[0]) != "VARCHAR" or subject.count(table) < 100:
            continue
        column = identifier(key[0])
        shape = _shape(column)
        total = subject.count(table)
        rare = max(1, total // 200)
        rows = identifier(table)
        if grown := _grown(subject, table):
            rows = f"(SELECT * FROM {rows} WHERE {column} NOT IN ({grown}))"
        shapes = f"SELECT {shape} AS shape, count(*) AS n FROM {rows} GROUP BY 1"
        odd, kinds, usual = subject.query(
            f"SELECT coalesce(sum(n) FILTER (WHERE n <= {rare}), 0), count(*) FILTER (WHERE n <= {rare}), "
            f"arg_max(shape, n) FROM ({shapes})"
        )[0]
        if not odd or odd > rare or kinds > 5:
            continue
        where = f"{shape} IN (SELECT shape FROM ({shapes}) WHERE n <= {rare})"
        where += f" AND {column} NOT IN ({grown})" if grown else ""
        yield subject.note(
            table,
            "odd_numbers",
            f"有 {odd} 行的{subject.called(table, key[0])}与其余编号的写法不同（其余形如 {usual}，9 表示数字）",
            "核对编号是否录错、截断或另行编造；同一事项换号重登的，用 corrections.yml 更正或在 out_of_scope 里剔除",
            observed=int(odd),
            rows=subject.places(table, [key[0]], where),
            failing=int(odd),
        )


def _grown(subject: Subject, table: str) -> str | None:
    """A query of the numbers of a counter that grows a digit on its way, as from 9 to 10: none of them is short."""
    if not _numbered(subject, table) or _longest_series(subject, table)[1] < 2:
        return None
    numbers = _numbers(subject, table)
    groups = (
        f"SELECT head, length(number) - length(head) AS digits, count(*) AS n, min(tail) AS low, max(tail) AS high "
        f"FROM {numbers} GROUP BY ALL"
    )
    # Most numbers up to the next power of ten are there, and the longer ones go on from it.
    steps = (
        f"SELECT head, a.digits AS short, b.digits AS long, 2 * a.n >= 10 ** a.digits - a.low AS below, "
        f"2 * b.n >= b.high - 10 ** a.digits + 1 AS above FROM ({groups}) AS a JOIN ({groups}) AS b USING (head) "
        f"WHERE b.digits = a.digits + 1 AND b.low - a.high <= 5"
    )
    both = f"SELECT head, short AS digits FROM ({steps}) WHERE below UNION SELECT head, long FROM ({steps}) WHERE above"
    return f"SELECT number FROM {numbers} WHERE (head, length(number) - length(head)) IN ({both})"


def _longest_series(subject: Subject, table: str) -> tuple[int, int]:
    """How many numbers of one head and length there are at the most, and how many lengths one head has."""
    if here := _here(subject, table):
        return here.longest()
    series = f"SELECT head, shape, count(*) AS n FROM {_numbers(subject, table)} GROUP BY 1, 2"
    heads = f"SELECT max(n) AS longest, count(*) AS lengths FROM ({series}) GROUP BY head"
    longest, lengths = subject.query(f"SELECT max(longest), max(lengths) FROM ({heads})")[0]
    return longest or 0, lengths or 0


def numbers_against_time(subject: Subject) -> Iterator[Check]:
    """Numbers that run with time, and some rows whose number and time do not go together."""
    for table, spec in subject.tables.items():
        time, half = subject.roles[table].time, 25 if subject.count(table) > 200 else 2
        if not _numbered(subject, table) or time is None or not FEW <= subject.count(table) <= LARGEST:
            continue
        here = _here(subject, table)
        if _longest_series(subject, table)[0] < FEW or (here and here.surely_in_time(half)):
            continue
        numbered = subject.kept(f"numbered_{table}", _against(subject, table, time, half), 0)
        low, high, judged = subject.query(
            f"SELECT count(*) FILTER (WHERE low), count(*) FILTER (WHERE high), count(*) FROM {numbered}"
        )[0]
        # Late entries at the end make all before them look early: those are at fault that are few.
        most = 0.2 * judged if judged > MANY else max(2, 0.02 * judged)
        off = " OR ".join(side for side, n in (("low", low), ("high", high)) if n <= most) or "false"
        bad = int(subject.one(f"SELECT count(*) FILTER (WHERE {off}) FROM {numbered}"))
        if not bad:
            continue
        yield subject.note(
            table,
            "numbers_against_time",
            f"有 {bad} 行的{subject.called(table, spec.tidy_key[0])}与{subject.called(table, time)}先后不符："
            "其余各行按编号排列即按时间先后",
            "核对这些行的日期（月、日是否颠倒，年份是否录错）和编号（是否补录、重登）；录错的用 corrections.yml 更正",
            observed=bad,
            rows=_listed(subject, table, time, f"FROM {numbered} AS n", off),
            failing=bad,
        )


def _against(subject: Subject, table: str, time: str, half: int) -> str:
    """The rows by number, and whether each lies outside of what came before and after.

    A running median leaves single slips out; how far rows lie off it as a habit is what one may lie off.
    """
    key, moment = identifier(subject.tables[table].tidy_key[0]), f"epoch(CAST(t.{identifier(time)} AS TIMESTAMP))"
    numbers = _numbers(subject, table)
    series = "PARTITION BY series ORDER BY tail, number"
    return (
        f"WITH n AS (SELECT t.source_file, t.source_row, n.number, n.head || n.shape AS series, n.tail, {moment} AS s "
        f"FROM {identifier(table)} AS t JOIN {numbers} AS n ON n.number = t.{key} WHERE t.{identifier(time)} "
        f"IS NOT NULL), "
        f"m AS (SELECT *, median(s) OVER ({series} ROWS BETWEEN {half} PRECEDING AND {half} FOLLOWING) AS m, "
        f"count(*) OVER (PARTITION BY series) AS many, "
        f"max(tail) OVER (PARTITION BY series) - min(tail) OVER (PARTITION BY series) + 1 AS width FROM n), "
        f"d AS (SELECT *, abs(m - lag(m, {half}) OVER ({series})) AS since, abs(lead(m, {half}) OVER ({series}) "
        f"- m) AS till "
        f"FROM m WHERE many >= {FEW} AND many > {DENSE} * width), "
        f"e AS (SELECT *, max(m) OVER ({series}) AS highest, "
        f"min(m) OVER ({series} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS lowest, "
        # Where few rows span much time, half a window more or less is no slip.
        f"2 * coalesce(least(since + 0 * till, till + 0 * since), quantile_cont(since, 0.9) OVER (PARTITION BY "
        f"series)) "
        f"+ greatest({DAYS * 86400}, {HABIT} * quantile_cont(abs(s - m), 0.9) OVER (PARTITION BY series)) AS "
        f"may FROM d) "
        f"SELECT source_file, source_row, number, s < highest - may AS low, s > lowest + may AS high, "
        f"greatest(highest - s, s - lowest) AS away FROM e"
    )


def _listed(subject: Subject, table: str, time: str, numbered: str, off: str) -> list[Place]:
    key = subject.tables[table].tidy_key[0]
    hidden = bool({key, time} & subject.tables[table].tidy_personal)
    rows = subject.query(
        f"SELECT n.source_file, n.source_row, n.number, t.{identifier(time)} {numbered} "
        f"JOIN {identifier(table)} AS t USING (source_file, source_row) WHERE {off} "
        f"ORDER BY n.away DESC, n.source_file, n.source_row LIMIT {EXAMPLES}"
    )
    return [(file, row, key, MASKED if hidden else f"{number}，{moment}") for file, row, number, moment in rows]


CHECKS = (number_holes, odd_numbers, numbers_against_time)
