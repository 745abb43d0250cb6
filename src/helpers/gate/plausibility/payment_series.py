"""What comes once a month or once a quarter: payments and inspections with one missing or doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from helpers.gate.plausibility.subject import Place, Subject
from helpers.gate.result import Check
from helpers.year.engine import identifier

#: A payment is monthly where it came in so many months, mostly once in each.
MONTHS = 8
#: A panel has so many units, of which so large a share is there once in each period.
UNITS, WHOLE, LARGEST = 5, 0.95, 20_000
#: What comes once a quarter hardly does so by chance: up to this share of its places may be empty or doubled.
WHOLE_QUARTERS = 0.85
#: Where no unit comes twice in a quarter although chance would have doubled so many, so many places are enough.
NEVER_TWICE, CHANCE_DOUBLES = 0.75, 10
MONTH, QUARTER = "月", "季度"


def payment_missing(subject: Subject) -> Iterator[Check]:
    """A monthly payment (same payee or same words) with a month missing, or twice in a month."""
    for table in subject.tables:
        roles = subject.roles[table]
        if roles.time is None or not roles.money or not 0 < subject.count(table) <= LARGEST:
            continue
        missing: dict[str, str] = {}
        doubled: dict[str, str] = {}
        for group in [c for c in roles.texts if c not in roles.key]:
            for name, months in _monthly(subject, table, group):
                gaps = [m for m in range(min(months), max(months)) if m not in months]
                twice = [m for m, n in months.items() if n > 1]
                if len(months) >= MONTHS and len(gaps) <= 2 and gaps:
                    missing.setdefault(name, f"{name} 缺 {_listed(subject, gaps)}")
                elif len(months) >= MONTHS and 0 < len(twice) <= 2 and not gaps:
                    doubled.setdefault(name, f"{name} 在 {_listed(subject, twice)}有两笔相同的金额")
        said = [*missing.values(), *doubled.values()]
        if said:
            yield subject.note(
                table,
                "payment_missing",
                f"按月发生的款项不连续：{'；'.join(said[:3])}",
                "核对台账是否漏记、重记，或当月合并支付；合并支付的在摘要里写明",
                observed=said,
                failing=0,
            )


def _monthly(subject: Subject, table: str, group: str) -> Iterator[tuple[str, Counter[int]]]:
    """For each kind of payment with one usual amount: how often that amount was paid in each month, by its place
    in the fiscal year."""
    roles = subject.roles[table]
    cell, time = identifier(roles.money[0]), identifier(str(roles.time))
    bare = rf"regexp_replace({identifier(group)}, '\d+', '', 'g')"
    rows = subject.query(
        f"SELECT {bare}, {subject.year.fiscal.place_in_sql(time)}, {cell} FROM {identifier(table)} "
        f"WHERE {cell} IS NOT NULL AND {identifier(group)} IS NOT NULL ORDER BY 1, 2, 3"
    )
    kinds: dict[str, list[tuple[int, object]]] = {}
    for name, month, amount in rows:
        kinds.setdefault(name, []).append((month, amount))
    for name, paid in kinds.items():
        amount, times = Counter(a for _, a in paid).most_common(1)[0]
        if times >= MONTHS - 1:
            months = Counter(m for m, a in paid if a == amount)
            # Another amount may be a month's payment settled differently: that month is not missing.
            others = {m for m, a in paid if a != amount and m not in months}
            yield name, months + Counter(others)


def _listed(subject: Subject, places: Sequence[int]) -> str:
    fiscal = subject.year.fiscal
    return "、".join(fiscal.spaced(fiscal.numbers[place - 1]) for place in places)


def panel_holes(subject: Subject) -> Iterator[Check]:
    """Units that are recorded once in each period, with one missing or there twice."""
    for table in subject.tables:
        roles = subject.roles[table]
        if roles.time is None or not 20 <= subject.count(table) <= LARGEST:
            continue
        for column in _units(subject, table):
            found = next(filter(None, (_panel(subject, table, column, *p) for p in ((QUARTER, 3), (MONTH, 10)))), None)
            if found is not None:
                yield found
                break


def _units(subject: Subject, table: str) -> list[str]:
    """The text columns with so few different values that each may come once a quarter or month."""
    roles = subject.roles[table]
    texts = [c for c in roles.texts if c not in roles.key or len(roles.key) > 1]
    if not texts:
        return []
    rows = subject.count(table)
    kinds = subject.kinds(table, texts)
    return [c for c, (n, _) in kinds.items() if UNITS <= n <= rows / 2 and rows <= 13 * n]


def _panel(subject: Subject, table: str, column: str, period: str, least: int) -> Check | None:
    """The holes of one column's panel, None where it is no panel or a whole one."""
    cell, time = identifier(column), identifier(str(subject.roles[table].time))
    place = subject.year.fiscal.place_in_sql(time)
    rows = _by_period(
        subject.query(
            f"SELECT {cell}, {place} AS p, count(*), min(source_file), min(source_row) "
            f"FROM {identifier(table)} WHERE {cell} IS NOT NULL AND {time} IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
        ),
        3 if period == QUARTER else 1,
    )
    units, periods = dict.fromkeys(r[0] for r in rows), sorted({r[1] for r in rows})
    if len(units) < UNITS or len(periods) < least:
        return None
    last = max(periods) if subject.tables[table].exported else (4 if period == QUARTER else 12)
    expected = range(1, 1 + max(last, 4 if period == QUARTER else 12))
    if not _once_each([int(r[2]) for r in rows], len(units) * len(periods), period):
        return None
    held = {(r[0], r[1]) for r in rows}
    absent = [p for p in expected if p not in periods]
    holes = [(u, p) for u in units for p in periods if (u, p) not in held]
    twice = [r for r in rows if r[2] > 1]
    if not (absent or holes or twice):
        return None
    of_the_year = "年度" if subject.year.fiscal.crosses else ""
    said = [f"{of_the_year}第 {'、'.join(map(str, absent))} {period}一条也没有"] if absent else []
    said += [f"缺 {len(holes)} 次（如 {holes[0][0]} {of_the_year}第 {holes[0][1]} {period}）"] if holes else []
    said += [f"重复 {len(twice)} 次（如 {twice[0][0]} {of_the_year}第 {twice[0][1]} {period}）"] if twice else []
    places: list[Place] = [(r[3], r[4], column, f"{r[0]}，{r[2]} 次") for r in twice[:5]]
    return subject.note(
        table,
        "panel_holes",
        f"每个{subject.called(table, column)}每{period}一条，而{'；'.join(said)}",
        "核对是否漏登、漏导或重登；确实没有的注明原因",
        observed={"holes": len(holes), "doubled": len(twice), "absent": absent},
        rows=places,
        failing=len(twice),
        column=column,
    )


def _by_period(months: Sequence[tuple[Any, ...]], length: int) -> list[tuple[str, int, int, str, int]]:
    """Rows of a unit's months (unit, month, rows, first file, first row) as those of periods of so many months."""
    found: dict[tuple[str, int], tuple[int, str, int]] = {}
    for unit, month, rows, file, row in months:
        place = unit, (month - 1) // length + 1
        known = found.get(place, (0, file, row))
        found[place] = known[0] + rows, min(known[1], file), min(known[2], row)
    return [(*place, *one) for place, one in found.items()]


def _once_each(times: Sequence[int], places: int, period: str) -> bool:
    """Whether units are meant to come once a period, by how often each came in those in which it did."""
    once = times.count(1)
    if period != QUARTER:
        return once >= WHOLE * places
    never_twice = once == len(times) and once * (once - 1) / (2 * places) >= CHANCE_DOUBLES
    # Where no place is empty and none is there three times, some twice are twice by mistake.
    complete = len(times) == places and max(times) <= 2
    return once >= (NEVER_TWICE if never_twice or complete else WHOLE_QUARTERS) * places


CHECKS = (payment_missing, panel_holes)
