"""Two packages side by side: which figures changed, by how much, and which input or code says why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from helpers.indicators.plain import is_number
from helpers.report import wording as w
from helpers.report.published_figures import RANKS, PublishedFigure, published_figures
from helpers.report.results_types import Results
from helpers.trust.readable import leaves

#: What of results.json is no figure and no word of its own: where it comes from, hashes, queries, rows
#: left out on the way, which are told of their table.
_BESIDE = re.compile(
    r"^provenance\b|\.(sha256|bytes|sql|monthly_sql|file)$|\bevidence\.(set_aside|corrected)\b|^rules\.values\b|^outline\b"
)


@dataclass(frozen=True)
class Side:
    """One package: what its manifest and its results say."""

    manifest: Mapping[str, Any]
    results: Results

    @cached_property
    def figures(self) -> dict[str, PublishedFigure]:
        return published_figures(self.results)

    @cached_property
    def inputs(self) -> dict[str, str]:
        """Hash by file; the year in the path stands for itself, so that years can be compared."""
        return {one["file"]: one["sha256"] for one in self.manifest.get("inputs") or ()}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A figure that is not the same on both sides, None where there is none; ``reasons``: the most telling first."""

    id: str
    words: str
    rank: str
    before: PublishedFigure | None
    after: PublishedFigure | None
    reasons: tuple[str, ...]

    @property
    def difference(self) -> float | None:
        """After less before, where both are numbers."""
        one, other = (side.value if side else None for side in (self.before, self.after))
        if isinstance(one, int | float) and isinstance(other, int | float):
            return other - one
        return None

    @property
    def shown(self) -> tuple[str, str, str]:
        """Before, after, difference, as a reader reads them; figures that differ are never written alike."""
        sides = [one.shown if one else "没有" for one in (self.before, self.after)]
        if self.difference is None or self.before is None or self.after is None:
            return sides[0], sides[1], ""
        one, other = cast(float, self.before.value), cast(float, self.after.value)
        sign, told = "+" if self.difference > 0 else "−", w.gap_text(abs(self.difference), self.after.unit)
        return self.before.text(one, [other]), self.after.text(other, [one]), sign + told

    def to_json(self) -> dict[str, Any]:
        return {
            "figure": self.id,
            "words": self.words,
            "before": self.before.value if self.before else None,
            "after": self.after.value if self.after else None,
            "difference": self.difference,
            "unit": next((side.unit for side in (self.after, self.before) if side), None),
            "shown": list(self.shown),
            "reasons": list(self.reasons),
        }


def changed_figures(before: Side, after: Side) -> list[Change]:
    """Every published figure that is not the same, the weightiest first."""
    why = Reasons(before, after)
    found = []
    for name in dict.fromkeys([*before.figures, *after.figures]):
        one, other = before.figures.get(name), after.figures.get(name)
        if one is not None and other is not None and one.value == other.value:
            continue
        known = other or one
        assert known is not None
        found.append(
            Change(id=name, words=known.words, rank=known.rank, before=one, after=other, reasons=tuple(why.of(known)))
        )
    return sorted(found, key=lambda change: (RANKS.index(change.rank), -_size(change)))


def _size(change: Change) -> float:
    """How large a change is beside what it was; what came or went weighs most."""
    if change.difference is None or change.before is None or not is_number(change.before.value):
        return float("inf")
    base = abs(float(change.before.value or 0))
    return abs(change.difference) / base if base else float("inf")


def other_numbers(before: Side, after: Side) -> list[str]:
    """Places in results.json where another number stands, published figures or not."""
    return [place for place, one, other in _leaves_changed(before, after) if is_number(one) or is_number(other)]


def other_words(before: Side, after: Side) -> list[str]:
    """Places in results.json where other words stand."""
    return [place for place, one, other in _leaves_changed(before, after) if not (is_number(one) or is_number(other))]


def _leaves_changed(before: Side, after: Side) -> Iterator[tuple[str, Any, Any]]:
    one, other = (dict(leaves(side.results)) for side in (before, after))
    for place in dict.fromkeys([*one, *other]):
        if not _BESIDE.search(place) and one.get(place) != other.get(place):
            yield place, one.get(place), other.get(place)


class Reasons:
    """What differs between two packages besides their figures, and which of it a figure goes back to."""

    def __init__(self, before: Side, after: Side) -> None:
        self.before, self.after = before, after
        self.years = tuple(side.results["fiscal_year"] for side in (before, after))

    @cached_property
    def changed_files(self) -> dict[str, str]:
        """How each input that is not the same on both sides differs: 有改动, 新增, 没有了."""
        one, other = self.before.inputs, self.after.inputs
        found = {}
        for file in dict.fromkeys([*one, *other]):
            if one.get(file) != other.get(file):
                found[file] = "没有了" if file not in other else "新增" if file not in one else "有改动"
        return found

    @cached_property
    def surroundings(self) -> list[str]:
        """Code, lock, interpreter, platform and fonts that differ, in words."""
        one, other = self.before.manifest, self.after.manifest
        found = []
        if _at(one, "code", "sha256") != _at(other, "code", "sha256"):
            found.append(f"程序有改动{self._changed_code()}")
        if _at(one, "lock", "sha256") != _at(other, "lock", "sha256"):
            found.append("requirements.lock 有改动")
        for key, words in (("python", "Python 版本"), ("platform", "平台"), ("fonts", "本机字体")):
            if one.get(key) != other.get(key):
                found.append(f"{words}不同")
        return found

    def _changed_code(self) -> str:
        one, other = (_at(side.manifest, "code", "reached") or {} for side in (self.before, self.after))
        names = [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
        more = f" 等 {len(names)} 个文件" if len(names) > 1 else ""
        return f"（helpers/{names[0]}{more}）" if names else ""

    def all(self) -> list[str]:
        """Everything that differs, in words."""
        return [*(f"{file} {how}" for file, how in self.changed_files.items()), *self.rules, *self.surroundings]

    def of_all_years(self) -> list[str]:
        """The same of two years, whose records are others in any case."""
        return [f"年度不同：{self.years[0]} 与 {self.years[1]}", *self.rules, *self.surroundings]

    @cached_property
    def rules(self) -> list[str]:
        """What the scores follow that is not the same."""
        one, other = (cast(dict[str, Any], side.results.get("rules") or {}) for side in (self.before, self.after))
        if one.get("id") != other.get("id"):
            return [f"规则集由 {one.get('id')} 改为 {other.get('id')}"]
        values = [{v["name"]: v["value"] for v in side.get("values") or ()} for side in (one, other)]
        names = [name for name in dict.fromkeys([*values[0], *values[1]]) if values[0].get(name) != values[1].get(name)]
        return [f"评分规则 {'、'.join(names)} 有改动"] if names else []

    def of(self, figure: PublishedFigure) -> list[str]:
        """Why a figure is not the same, by what it rests on; the surroundings where nothing else can be the reason."""
        found = [*self._declared(figure), *self._worked_out(figure)]
        if figure.rank in ("score", "status", "points"):
            found += self._behind(figure)
        if not found:
            found = list(self.surroundings)
        if not found:
            found = [f"{file} {how}" for file, how in self.changed_files.items() if file.endswith(".yml")][:2]
        return list(dict.fromkeys(found)) or ["输入和程序都相同：其中一份被改动过"]

    def _declared(self, figure: PublishedFigure) -> Iterator[str]:
        """Targets, weights and rules."""
        for key, words in (("target", "目标"), ("weight", "分值")):
            if figure.indicator is None or figure.rank not in (key, "status", "points", "gap"):
                continue
            name = ".".join(figure.id.split(".")[:-1]) if figure.rank != "gap" else f"indicators.{figure.indicator}"
            one, other = (side.figures.get(f"{name}.{key}") for side in (self.before, self.after))
            if one and other and one.value != other.value:
                yield f"{words}由“{one.shown}”改为“{other.shown}”"
        if figure.rank in ("score", "status", "points"):
            yield from self.rules

    def _worked_out(self, figure: PublishedFigure) -> Iterator[str]:
        """Files, corrections and queries behind a computed or stated figure."""
        files = {file for side in (self.before, self.after) for file in self._files(side, figure)}
        if self.years[0] != self.years[1]:
            if files:
                yield f"年度不同：{self.years[0]} 年的记录与 {self.years[1]} 年的"
        else:
            yield from (f"输入 {file} {how}" for file, how in self.changed_files.items() if file in files)
            if files and figure.rank != "target":
                yield from (f"更正 {f} {how}" for f, how in self.changed_files.items() if f.endswith("corrections.yml"))
        one, other = (side.figures.get(figure.id) for side in (self.before, self.after))
        if one and other and one.sql != other.sql:
            yield "度量口径有改动（查询语句不同）"
        if not files and one and other and figure.rank in ("actual", "funds"):
            yield from self._year_files()

    def _files(self, side: Side, figure: PublishedFigure) -> Sequence[str]:
        found = side.figures.get(figure.id)
        if found is None:
            return ()
        if figure.rank == "gap":
            return [f for one in side.figures.values() if one.indicator == figure.indicator for f in one.files]
        return found.files

    def _year_files(self) -> Iterator[str]:
        if self.years[0] != self.years[1]:
            yield "年度不同：两个年度各自声明"
            return
        for file, how in self.changed_files.items():
            if file.endswith(("year.yml", "indicators.yml")):
                yield f"年度文件 {file} {how}"

    def _behind(self, figure: PublishedFigure) -> Iterator[str]:
        """A score follows from actuals: those that are not the same."""
        for name, other in self.after.figures.items():
            one = self.before.figures.get(name)
            mine = figure.indicator is None or other.indicator == figure.indicator
            points = figure.rank == "score" and other.rank == "points"
            actual = figure.rank != "score" and other.rank in ("actual", "funds")
            if figure.id == "budget.score":
                mine = name.startswith("budget.")
            if one and mine and (points or actual) and one.value != other.value and name != figure.id:
                yield f"随{other.words}由{one.shown}变为{other.shown}"


def _at(manifest: Mapping[str, Any], *keys: str) -> Any:
    found: Any = manifest
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found
