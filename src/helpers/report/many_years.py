"""Up to ten years of one project beside each other: which indicator is which, and from which year on a figure counts
something else.

Two years stand on one line only where nothing is known to have changed in what they measure; where it has, the later
one begins a new line and carries a mark, with the reasons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from helpers.indicators.plain import is_number
from helpers.report import wording as w
from helpers.report.facts import evidence_of, previous_of
from helpers.report.fiscal_words import fiscal_of
from helpers.report.portfolio_facts import Facts, facts_of
from helpers.report.results_indicators import Indicator, Judged
from helpers.report.results_types import Results
from helpers.year.fiscal import FiscalYear

#: So many years stand side by side at most.
MOST_YEARS = 10
KINDS = {"computed": "由记录算出", "stated": "填报", "rated": "评定"}


@dataclass(frozen=True, kw_only=True)
class Point:
    """An indicator, or a part of one, in one year. ``broken``: why it does not continue the year before;
    ``said``: what else is to be known of it (matched by name)."""

    year: int
    id: str
    entry: Judged
    broken: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def number(self) -> float | None:
        actual = self.entry["actual"]
        return cast(float, actual) if is_number(actual) else None

    @property
    def unit(self) -> str | None:
        return w.actual_unit(self.entry)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One indicator over the years in which it stands; ``part_of``: the id of the whole's line."""

    name: str
    points: tuple[Point, ...]
    part_of: str | None = None

    @property
    def id(self) -> str:
        return self.points[-1].id

    def at(self, year: int) -> Point | None:
        return next((point for point in self.points if point.year == year), None)

    @property
    def runs(self) -> list[list[Point]]:
        """The points that may be joined: known numbers, one after the other, that measure the same."""
        found: list[list[Point]] = []
        last: Point | None = None
        for point in self.points:
            if last is None or point.broken or last.number is None or point.year != last.year + 1:
                found.append([])
            if point.number is not None:
                found[-1].append(point)
            last = point
        return [run for run in found if run]


@dataclass(frozen=True, kw_only=True)
class ManyYears:
    """``results`` by year, ``lines`` in the order of the latest year; ``yardsticks``: 口径1 … of each year's score."""

    results: dict[int, Results]
    lines: tuple[Line, ...]
    facts: dict[int, Facts]
    yardsticks: dict[int, str]

    @property
    def years(self) -> list[int]:
        return list(self.results)

    @property
    def pairs(self) -> list[tuple[int, int]]:
        return list(zip(self.years, self.years[1:], strict=False))

    @property
    def gaps(self) -> list[int]:
        """Years in between of which there is no package here."""
        return [year for year in range(self.years[0], self.years[-1]) if year not in self.results]

    def comparable(self, one: int, other: int) -> bool:
        """Whether two total scores may be subtracted: both complete, by one yardstick."""
        both = self.facts[one], self.facts[other]
        return all(facts.complete for facts in both) and both[0].yardstick == both[1].yardstick


def many_years(results: Sequence[Results]) -> ManyYears:
    """The years in order, their indicators matched by id, else by name."""
    by_year = {one["fiscal_year"]: one for one in sorted(results, key=lambda one: one["fiscal_year"])}
    facts = {year: facts_of(one) for year, one in by_year.items()}
    names = {stick: f"口径{at}" for at, stick in enumerate(dict.fromkeys(f.yardstick for f in facts.values()), start=1)}
    return ManyYears(
        results=by_year,
        lines=tuple(_lines(by_year)),
        facts=facts,
        yardsticks={year: names[one.yardstick] for year, one in facts.items()},
    )


# --- which indicator is which ---------------------------------------------------------------------


@dataclass
class _Growing:
    """A line while it is being made."""

    points: list[Point]
    parts: list[_Growing] = field(default_factory=list)

    @property
    def last(self) -> Point:
        return self.points[-1]


def _lines(by_year: dict[int, Results]) -> Iterator[Line]:
    lines: list[_Growing] = []
    days = {year: fiscal_of(results) for year, results in by_year.items()}
    for year, results in by_year.items():
        _extend(lines, days, year, [(entry["id"], entry) for entry in results["indicators"]])
    latest = list(by_year)[-1]
    for line in sorted(lines, key=lambda one: one.last.year != latest):
        whole = Line(name=name_of(line.last.entry), points=tuple(line.points))
        yield whole
        for part in line.parts:
            name = f"{whole.name}（{name_of(part.last.entry)}）"
            yield Line(name=name, points=tuple(part.points), part_of=whole.id)


def _extend(
    lines: list[_Growing], days: dict[int, FiscalYear], year: int, entries: Sequence[tuple[str, Judged]]
) -> None:
    """Each entry of a year as the next point of its line, or as the first of a new one."""
    matched = _matched(lines, entries)
    placed: list[_Growing] = []
    for at, (own, entry) in enumerate(entries):
        line, how = matched.get(at, (None, ()))
        broken = (*changed(line.last, own, entry, year), *_other_days(days, line.last.year, year)) if line else ()
        point = Point(year=year, id=own, entry=entry, broken=broken, said=how)
        if line is None:
            line = _Growing([point])
        else:
            line.points.append(point)
        placed.append(line)
        parts = entry.get("parts") or ()
        _extend(line.parts, days, year, [(part.get("id") or name_of(part), part) for part in parts])
    # The order of the latest year; what it does not have stays behind.
    lines[:] = [*placed, *(line for line in lines if line not in placed)]


def _matched(
    lines: Sequence[_Growing], entries: Sequence[tuple[str, Judged]]
) -> dict[int, tuple[_Growing, tuple[str, ...]]]:
    """By id and name; then by name alone, where one and only one is called so; then by id alone."""
    found: dict[int, tuple[_Growing, tuple[str, ...]]] = {}
    free = list(lines)

    def take(same: Callable[[_Growing, str, Judged], bool], said: Callable[[_Growing, str], tuple[str, ...]]) -> None:
        for at, (own, entry) in enumerate(entries):
            fitting = [line for line in free if same(line, own, entry)]
            alike = [
                1 for other, (i, e) in enumerate(entries) if other not in found and fitting and same(fitting[0], i, e)
            ]
            if at not in found and len(fitting) == 1 and len(alike) == 1:
                found[at] = fitting[0], said(fitting[0], own)
                free.remove(fitting[0])

    def named(line: _Growing, _: str, entry: Judged) -> bool:
        return _key(line.last.entry) == _key(entry)

    take(lambda line, own, entry: line.last.id == own and named(line, own, entry), lambda *_: ())
    take(named, lambda line, own: (f"编号由{line.last.id}改为{own}，按名称对应",))
    take(lambda line, own, _: line.last.id == own, lambda *_: ())
    return found


def name_of(entry: Judged) -> str:
    return w.plain(cast(Indicator, entry).get("name") or entry["level3"])


def _key(entry: Judged) -> str:
    return re.sub(r"[\s（）()、，,“”\"]", "", name_of(entry))


# --- what changed ---------------------------------------------------------------------------------


def _other_days(days: dict[int, FiscalYear], one: int, other: int) -> Iterator[str]:
    """Fiscal years that begin in another month hold other days than those that are missing between them."""
    old, new = days[one].start_month, days[other].start_month
    if old != new:
        yield f"年度改为从{new}月1日起（原从{old}月1日起）"


def changed(before: Point, own: str, entry: Judged, year: int) -> Iterator[str]:
    """Why this year's figure is not the continuation of the one before; ids alone change nothing."""
    old = before.entry
    if _key(old) != _key(entry) and before.id == own:
        yield f"编号{own}的名称由{w.quoted(name_of(old))}改为{w.quoted(name_of(entry))}"
    if _words(old.get("definition")) != _words(entry.get("definition")):
        yield _from_to("指标定义", old.get("definition"), entry.get("definition"))
    known = old["actual"] is not None and entry["actual"] is not None
    if known and before.unit != w.actual_unit(entry):
        yield _from_to("单位", before.unit, w.actual_unit(entry))
    if bool(old.get("parts")) != bool(entry.get("parts")):
        yield "改为分项考核" if entry.get("parts") else "不再分项考核"
    yield from _measured_otherwise(before, entry, year)


def _measured_otherwise(before: Point, entry: Judged, year: int) -> Iterator[str]:
    old, new = evidence_of(before.entry), evidence_of(entry)
    if old.get("kind") != new.get("kind"):
        yield _from_to("取数方式", KINDS.get(old.get("kind") or ""), KINDS.get(new.get("kind") or ""))
    elif _words(old.get("words")) != _words(new.get("words")):
        yield _from_to("度量口径", old.get("words"), new.get("words"))
    elif _query(old.get("sql"), before.year) != _query(new.get("sql"), year):
        yield "度量的计算条件有改动（文字说明未变，查询语句不同）"
    past = previous_of(entry)
    if past.get("unlike") and past.get("fiscal_year") == before.year:
        reason = {"part_of_year": "记录没有都涵盖全年", "repeats": "再次发生的计法不同"}.get(str(past["unlike"]))
        yield f"与{before.year}年度的数据不可直接比较" + (f"：{reason}" if reason else "：两年口径不同")


def _words(text: object) -> str:
    return re.sub(r"\s+", "", w.clause(text))


def _query(sql: object, year: int) -> str:
    """A query whose own year stands for itself: other days are no other question."""
    text = " ".join(str(sql or "").split())
    for shift in (1, 0, -1):
        text = text.replace(str(year + shift), f"<{shift:+d}>")
    return text


def _from_to(what: str, old: object, new: object) -> str:
    before, after = (w.quoted(w.brief(text, 60)) if _words(text) else "未写明" for text in (old, new))
    return f"{what}由{before}改为{after}"


@dataclass(frozen=True, kw_only=True)
class Revised:
    """A target that is not last year's; ``way``: 收紧, 放宽, or what else is known of it."""

    line: Line
    before: Point
    after: Point
    way: str


def revised_targets(many: ManyYears) -> list[Revised]:
    """Targets whose value, bound or unit is another; other words for the same are none."""
    found = []
    for line in many.lines:
        for one, other in zip(line.points, line.points[1:], strict=False):
            old, new = one.entry["target"], other.entry["target"]
            same = all(old.get(key) == new.get(key) for key in ("kind", "op", "value", "unit"))
            told = old.get("value") is not None or new.get("value") is not None
            if old.get("kind") == "compound" and new.get("kind") == "compound":
                continue  # its parts tell
            if not (same and told) and _words(one.entry["target_text"]) != _words(other.entry["target_text"]):
                found.append(Revised(line=line, before=one, after=other, way=_way(one, other)))
    return found


def _way(one: Point, other: Point) -> str:
    old, new = one.entry["target"], other.entry["target"]
    values = old.get("value"), new.get("value")
    if old.get("op") != new.get("op") or old.get("unit") != new.get("unit") or not all(map(is_number, values)):
        return "写法或界限不同，不判断松紧"
    up = cast(float, values[1]) > cast(float, values[0])
    if old.get("op") in ("<", "<=") or old.get("direction") == "lower" or old.get("kind") == "duration":
        return "放宽" if up else "收紧"
    if old.get("op") in (">", ">=") or old.get("direction") == "higher":
        return "收紧" if up else "放宽"
    return "提高" if up else "降低"


def changed_weights(many: ManyYears) -> list[tuple[Line, int, str]]:
    """Indicators whose weight is another than the year before."""
    found = []
    for line in many.lines:
        for one, other in zip(line.points, line.points[1:], strict=False):
            old, new = one.entry["weight"], other.entry["weight"]
            if old != new and line.part_of is None:
                texts = [w.BLANK if weight is None else w.number_text(weight) for weight in (old, new)]
                found.append((line, other.year, f"分值由{texts[0]}改为{texts[1]}"))
    return found


def changed_rules(many: ManyYears) -> list[tuple[int, str]]:
    """Rule sets, their values, the basis of the weights and the marks that can be had, where other than before."""
    found = []
    for one, other in many.pairs:
        old, new = many.facts[one], many.facts[other]
        if old.rules != new.rules:
            found.append((other, _from_to("评分规则", old.rules, new.rules)))
        elif old.yardstick != new.yardstick:
            found.append((other, "；".join(_other_yardstick(old, new))))
    return found


def _other_yardstick(old: Facts, new: Facts) -> Iterator[str]:
    if old.full_marks != new.full_marks:
        yield f"满分由{w.number_text(old.full_marks)}分改为{w.number_text(new.full_marks)}分"
    if _words(old.basis) != _words(new.basis):
        yield _from_to("分值依据", old.basis, new.basis)
    if old.full_marks == new.full_marks and _words(old.basis) == _words(new.basis):
        yield "评分规则中个别数值有改动"
