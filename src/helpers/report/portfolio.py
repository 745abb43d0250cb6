"""Many project years side by side: ranks within a year and one yardstick, changes since last year, and what stands out.

Scores given by other rules, on another basis of weights or out of other full marks are never ranked together; a year
that is not scored in full has no rank.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from helpers.report import wording as w
from helpers.report.portfolio_facts import Facts

#: With fewer units than this nothing is said to stand out.
FEWEST = 8
#: B. Iglewicz, D. Hoaglin: How to Detect and Handle Outliers, 1993: a modified z score beyond this.
FAR = Decimal("3.5")
#: The median absolute deviation, and the mean one, of a normal distribution in standard deviations.
MEDIAN_DEVIATION, MEAN_DEVIATION = Decimal("0.6745"), Decimal("0.7979")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One project year as the batch left it: ``facts``, or the ``failure`` in a line; ``report`` is a relative link.

    ``unit`` and ``project`` of a failed year are None where its year files cannot be read.
    """

    place: str
    fiscal_year: int
    facts: Facts | None = None
    failure: str | None = None
    report: str | None = None
    unit: str | None = None
    project: str | None = None

    @property
    def unit_shown(self) -> str:
        return (self.facts.unit if self.facts else self.unit) or self.place

    @property
    def project_shown(self) -> str:
        return (self.facts.project if self.facts else self.project) or ""


@dataclass(frozen=True)
class Yardstick:
    """By what scores are given, and how many project years by it."""

    name: str
    words: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """An entry among the others. ``rank`` is of ``ranked`` scores; ``change`` in points since the year before.

    ``unranked``, ``unchanged``: why there is no rank, or no change to state. ``outliers``: sentences.
    """

    entry: Entry
    yardstick: str | None
    rank: int | None
    ranked: int
    unranked: str | None
    change: Decimal | None
    unchanged: str | None
    outliers: tuple[str, ...]


@dataclass(frozen=True)
class Portfolio:
    """Rows by year (the latest first), yardstick and rank; ``absent``: place and year of what is not there.

    ``few``: where too few units are to say what stands out.
    """

    rows: tuple[Row, ...]
    yardsticks: tuple[Yardstick, ...]
    absent: tuple[tuple[str, int], ...]
    few: tuple[str, ...]

    @property
    def notices(self) -> tuple[tuple[str, int], ...]:
        """Each notice (示例数据 …), and how many project years carry it."""
        said = Counter(row.entry.facts.notice for row in self.rows if row.entry.facts and row.entry.facts.notice)
        return tuple(sorted((w.plain(text), count) for text, count in said.items()))


def make_portfolio(entries: Iterable[Entry], absent: Iterable[tuple[str, int]] = ()) -> Portfolio:
    """The entries in any order, compared; the same entries always give the same portfolio."""
    entries = sorted(entries, key=lambda e: (-e.fiscal_year, e.place))
    sticks = _yardsticks(entries)
    ranks = _ranks(entries, sticks)
    outliers, few = _outliers(entries, sticks)
    before = {(e.place, e.fiscal_year): e for e in entries}
    rows = []
    for entry in entries:
        at = (entry.place, entry.fiscal_year)
        stick = sticks[entry.facts.yardstick] if entry.facts else None
        rank, ranked, unranked = ranks.get(at, (None, 0, _no_rank(entry)))
        change, unchanged = _change(entry, before.get((entry.place, entry.fiscal_year - 1)))
        rows.append(
            Row(
                entry=entry,
                yardstick=stick.name if stick else None,
                rank=rank,
                ranked=ranked,
                unranked=unranked,
                change=change,
                unchanged=unchanged,
                outliers=tuple(outliers.get(at, ())),
            )
        )
    order = [stick.name for stick in sticks.values()]
    rows.sort(key=lambda row: _place_in_list(row, order))
    return Portfolio(tuple(rows), tuple(sticks.values()), tuple(sorted(absent)), tuple(few))


def _place_in_list(row: Row, order: Sequence[str]) -> tuple[Hashable, ...]:
    """By year, then what is ranked, what is not scored in full, what failed."""
    entry = row.entry
    kind = 2 if entry.facts is None else 1 if not entry.facts.complete else 0
    stick = order.index(row.yardstick) if row.yardstick else len(order)
    return -entry.fiscal_year, kind, stick, row.rank or 1, entry.unit_shown, entry.project_shown, entry.place


# --- comparable -----------------------------------------------------------------------------------


def _yardsticks(entries: Sequence[Entry]) -> dict[str, Yardstick]:
    """口径1, 口径2 …, the most frequent first."""
    counted = Counter(e.facts.yardstick for e in entries if e.facts)
    samples = {e.facts.yardstick: e.facts for e in entries if e.facts}
    ordered = sorted(counted, key=lambda stick: (-counted[stick], stick))
    words = {stick: _yardstick_words(samples[stick]) for stick in ordered}
    alike = Counter(words.values())
    told = {s: text + ("；个别规则数值另有规定" if alike[text] > 1 else "") for s, text in words.items()}
    return {s: Yardstick(f"口径{at}", told[s], counted[s]) for at, s in enumerate(ordered, start=1)}


def _yardstick_words(facts: Facts) -> str:
    parts = [f"评分规则：{w.clause(facts.rules)}" if facts.rules else "评分规则未载明"]
    parts.append(f"满分{w.number_text(facts.full_marks)}分")
    if facts.basis:
        parts.append(w.clause(facts.basis))
    if facts.starts > 1:
        parts.append(f"年度自{facts.starts}月1日起")
    return "；".join(parts)


def _group(entry: Entry) -> tuple[int, str] | None:
    """Whose scores may be compared with this one: of the same year, by the same yardstick, scored in full."""
    facts = entry.facts
    return (entry.fiscal_year, facts.yardstick) if facts and facts.complete else None


Place = tuple[str, int]


def _ranks(
    entries: Sequence[Entry], sticks: Mapping[str, Yardstick]
) -> dict[Place, tuple[int | None, int, str | None]]:
    """Equal scores share a rank, and the next one counts them all (1, 1, 3)."""
    groups: dict[tuple[int, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        if group := _group(entry):
            groups[group].append(entry)
    found: dict[Place, tuple[int | None, int, str | None]] = {}
    for (_, stick), members in groups.items():
        scores = [_total(entry) for entry in members]
        for entry, score in zip(members, scores, strict=True):
            at = (entry.place, entry.fiscal_year)
            if len(members) == 1:
                found[at] = (None, 1, f"本年度{sticks[stick].name}仅此一个，不排名")
            else:
                found[at] = (1 + sum(other > score for other in scores), len(members), None)
    return found


def _no_rank(entry: Entry) -> str:
    return "未能完成自评，没有得分" if entry.facts is None else "得分未评全，不参加排名"


def _total(entry: Entry) -> Decimal:
    assert entry.facts is not None
    return w.exact(entry.facts.total)


def _change(entry: Entry, before: Entry | None) -> tuple[Decimal | None, str | None]:
    """Points more than the year before, only where both are scored in full by one yardstick."""
    if entry.facts is None:
        return None, "未能完成自评"
    if before is None:
        return None, "上年度不在本次范围内"
    if before.facts is None:
        return None, "上年度未能完成自评"
    if not (entry.facts.complete and before.facts.complete):
        return None, "有年度得分未评全"
    if entry.facts.yardstick != before.facts.yardstick:
        return None, "两个年度评分口径不同"
    return _total(entry) - _total(before), None


# --- what stands out ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A figure in which units of one year are compared. ``least``: a difference below this stands out nowhere."""

    name: str
    of: Callable[[Facts], float | None]
    text: Callable[[Decimal], str]
    least: Decimal
    by_yardstick: bool


def _met_share(facts: Facts) -> float | None:
    return None if facts.unknown else facts.met / facts.indicators


FIGURES = (
    Figure("得分", lambda f: f.total if f.complete else None, w.score_text, Decimal(2), True),
    Figure("预算执行率", lambda f: f.execution_rate, w.ratio_text, Decimal("0.05"), False),
    Figure("指标完成比例", _met_share, w.ratio_text, Decimal("0.1"), False),
)


def _outliers(entries: Sequence[Entry], sticks: Mapping[str, Yardstick]) -> tuple[dict[Place, list[str]], list[str]]:
    """Sentences by entry, and where there are too few units for any."""
    found: dict[Place, list[str]] = defaultdict(list)
    few: list[str] = []
    for figure in FIGURES:
        groups: dict[tuple[int, str], list[tuple[Entry, Decimal]]] = defaultdict(list)
        for entry in entries:
            value = figure.of(entry.facts) if entry.facts else None
            if entry.facts and value is not None:
                stick = sticks[entry.facts.yardstick].name if figure.by_yardstick else ""
                groups[entry.fiscal_year, stick].append((entry, w.exact(value)))
        for (year, stick), members in sorted(groups.items(), key=lambda group: (-group[0][0], group[0][1])):
            if len(members) < FEWEST:
                few.append(f"{year}年度{stick}{figure.name}可比的项目{len(members)}个")
                continue
            middle = statistics.median(value for _, value in members)
            away = distances([each for _, each in members])
            for (entry, amount), distance in zip(members, away, strict=True):
                if abs(distance) > FAR and abs(amount - middle) >= figure.least:
                    found[entry.place, year].append(_sentence(figure, stick, amount, middle, len(members)))
    return found, few


def _sentence(figure: Figure, stick: str, value: Decimal, middle: Decimal, count: int) -> str:
    side = "低于" if value < middle else "高于"
    whose = f"{stick}的" if stick else ""
    return f"{figure.name}{figure.text(value)}，明显{side}本年度{whose}{count}个项目的中位数{figure.text(middle)}"


def distances(values: Sequence[Decimal]) -> list[Decimal]:
    """Modified z scores: how many deviations from the median, by the median deviation.

    Where more than half are equal that one is nothing, and the mean deviation stands for it; all equal: all 0.
    """
    middle = statistics.median(values)
    away = [abs(value - middle) for value in values]
    spread, factor = statistics.median(away), MEDIAN_DEVIATION
    if not spread:
        spread, factor = sum(away, Decimal(0)) / len(away), MEAN_DEVIATION
    return [factor * (value - middle) / spread if spread else Decimal(0) for value in values]
