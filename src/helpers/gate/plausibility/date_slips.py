"""Dates that give themselves away: months that are days, starts that are ends more often than short times are."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, lgamma, log
from typing import TYPE_CHECKING

from helpers.gate.plausibility.monthly_shares import both_have
from helpers.year.engine import identifier

if TYPE_CHECKING:
    from helpers.gate.plausibility.subject import Subject
    from helpers.gate.result import Check

#: Months with more than this share of a column's dates are its own; where they are more than so many, it has none.
OWN, MOST_OWN = 0.15, 4
#: Fewer dates say nothing; the days of those outside are the numbers of the own months by chance this rarely.
FEWEST, OUTSIDE, CHANCE = 20, 4, 1e-6
#: Rows with a length of one and of two minutes from which that of none is told, and how far it may lie off.
SHORT, OFF, ERRORS = 100, 1.25, 5.0


def days_as_months(subject: Subject) -> Iterator[Check]:
    """Dates of a short season, and others all over the year on the day that is the season's month: 5 December as
    12 May."""
    for table in subject.tables:
        roles = subject.roles[table]
        for column in roles.dates:
            cell = identifier(column)
            counts = dict(
                subject.query(f"SELECT month({cell}), count({cell}) FROM {identifier(table)} GROUP BY 1 ORDER BY 1")
            )
            total = sum(n for month, n in counts.items() if month)
            own = sorted(month for month, n in counts.items() if month and n > OWN * total)
            outside = total - sum(counts[month] for month in own)
            if total < FEWEST or not own or len(own) > MOST_OWN or outside < OUTSIDE:
                continue
            listed = ", ".join(map(str, own))
            alike = f"month({cell}) NOT IN ({listed}) AND day({cell}) IN ({listed})"
            hits = int(subject.one(f"SELECT count(*) FROM {identifier(table)} WHERE {alike}"))
            if hits < OUTSIDE or hits < 0.8 * outside or _tail(outside, hits, len(own) / 30) > CHANCE:
                continue
            yield subject.note(
                table,
                "days_as_months",
                f"{subject.called(table, column)}多在 {'、'.join(map(str, own))} 月，其余 {outside} 行中有 {hits} 行"
                f"散在各月而都在当月 {'、'.join(map(str, own))} 日，疑似日、月颠倒",
                f"核对来源的日期写法，在 columns.{column}.dates 里写明；部分行颠倒的重新导出",
                observed={"months": own, "outside": outside, "alike": hits},
                rows=subject.places(table, [column], alike),
                failing=hits,
                column=column,
            )


def _tail(n: int, least: int, share: float) -> float:
    """The chance of so many hits or more."""

    def one(k: int) -> float:
        ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        return exp(ways + k * log(share) + (n - k) * log(1 - share))

    return sum(one(k) for k in range(least, n + 1))


def zero_lengths(subject: Subject) -> Iterator[Check]:
    """Clocks in whole minutes that show no time at all more often than one minute and two let expect."""
    for table, spec in subject.tables.items():
        types = subject.roles[table].types
        for start, end in dict.fromkeys(spec.clock_ends()):
            if {types[start], types[end]} != {"TIMESTAMP"}:
                continue
            for file, none, one, two in _minutes(subject, table, start, end):
                # From one minute to the next fewer or more by a factor: the same factor once more.
                expected = one * one / two
                error = expected * (4 / one + 1 / two) ** 0.5
                if none <= OFF * expected + ERRORS * error or none <= OFF * _before(subject, table, start, end, one):
                    continue
                span = f"date_diff('minute', {identifier(start)}, {identifier(end)})"
                where = f"{span} = 0 AND source_file = '{file.replace(chr(39), chr(39) * 2)}'"
                yield subject.note(
                    table,
                    "zero_lengths",
                    f"{file} 有 {none} 行的{subject.called(table, start)}与{subject.called(table, end)}相同，"
                    f"而相差一分钟的 {one} 行，两分钟的 {two} 行，按此推算应约 {expected:.0f} 行",
                    "核对是否补登时两个时间填成了一样，或其中一列导错；不能确定的用 corrections.yml 改为空",
                    observed={"none": none, "one": one, "two": two},
                    rows=subject.places(table, [start, end], where),
                    failing=none,
                    column=end,
                )


def _minutes(subject: Subject, view: str, start: str, end: str) -> list[tuple[str, int, int, int]]:
    """For each file in whole minutes: rows whose ends lie none, one and two minutes apart."""
    a, b = identifier(start), identifier(end)
    span = f"date_diff('second', {a}, {b})"
    found = subject.query(
        f"SELECT source_file, count(*) FILTER (WHERE {span} = 0), count(*) FILTER (WHERE {span} = 60), "
        f"count(*) FILTER (WHERE {span} = 120) FROM {identifier(view)} WHERE {span} IS NOT NULL GROUP BY 1 "
        f"HAVING max(second({a}) + second({b})) = 0 ORDER BY 1"
    )
    return [(str(f), int(n), int(o), int(t)) for f, n, o, t in found if o >= SHORT and t >= SHORT]


def _before(subject: Subject, table: str, start: str, end: str, one: int) -> float:
    """How many would have no length if they were to those of one minute as last year, at the most."""
    if table not in subject.shared() or not {start, end} <= set(both_have(subject, table)):
        return 0.0
    rows = _minutes(subject, f"previous_{table}", start, end)
    return max((none / one_then * one for _, none, one_then, _ in rows), default=0.0)


CHECKS = (days_as_months, zero_lengths)
