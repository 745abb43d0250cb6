"""``selfeval compare``: the packages of up to ten years, read, put side by side, on screen, as JSON and HTML."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from helpers.formats.html import render_html
from helpers.report import wording as w
from helpers.report.many_years import (
    MOST_YEARS,
    Line,
    ManyYears,
    changed_rules,
    changed_weights,
    many_years,
    revised_targets,
)
from helpers.report.many_years_measures import promises
from helpers.report.many_years_told import notice_of, title_of, told
from helpers.run.at_the_desk import sit_down
from helpers.run.parameters import ParameterError
from helpers.run.workspace import find_root
from helpers.trust.opened import NoPackage
from helpers.trust.side_by_side import open_side
from helpers.trust.verdict_words import plain
from helpers.year.root import Root


def read_years(years: Sequence[int], root: Path) -> tuple[ManyYears, tuple[str, ...]]:
    """The years' packages, and what is not sound about them. Raises ``NoPackage``, ``ParameterError``."""
    sit_down()
    wanted = sorted(set(years))
    if len(wanted) < 2 or len(wanted) > MOST_YEARS:
        raise NoPackage(
            f"[bad_years]  对照需要 2 至 {MOST_YEARS} 个不同的年度，收到 {len(wanted)} 个\n"
            "    处理：写成 selfeval compare 2022 2023 2024"
        )
    place = find_root(root)
    if missing := [year for year in wanted if not Root(place).package(year).is_dir()]:
        where = "" if root == Path() else f" --root {shlex.quote(str(root))}"
        commands = "\n".join(f"    处理：先运行 selfeval run --year {year}{where}" for year in missing)
        raise NoPackage(f"[no_package]  还没有 {'、'.join(map(str, missing))} 年度的成套材料\n{commands}")
    found, unsound = [], []
    for year in wanted:
        side, wrong = open_side(str(Root(place).package(year)), place)
        if side.results["fiscal_year"] != year:
            raise NoPackage(
                f"{Root(place).package(year)}  [other_year]  里面是 {side.results['fiscal_year']} 年度的材料\n"
                f"    处理：把它移开，再运行 selfeval run --year {year}"
            )
        found.append(side.results)
        unsound += [f"{year}年度的成套材料：{one.partition('：')[2]}（对照用的是现在的内容）" for one in wrong]
    return many_years(found), tuple(unsound)


def years_of(text: str) -> list[int]:
    """The years that a notebook's parameter names: 2023 2024, or 2023,2024. Raises ``ParameterError``."""
    sit_down()
    found = re.split(r"[\s,，、]+", str(text).strip(" []"))
    if not all(re.fullmatch(r"\d{4}", one) for one in found):
        raise ParameterError(f"[bad_parameter]  参数 years 写成用空格隔开的年度，如 2023 2024；收到 {text!r}")
    return [int(one) for one in found]


def page(many: ManyYears, unsound: tuple[str, ...] = ()) -> str:
    """One HTML file, nothing from outside; the same packages give the same bytes."""
    return render_html(told(many, unsound), title=title_of(many), notice=notice_of(many))


def lines(many: ManyYears, unsound: Sequence[str] = ()) -> list[str]:
    """The answer on a terminal: scores, then what changed, in one screen."""
    return [plain(line) for line in _lines(many, unsound)]


def _lines(many: ManyYears, unsound: Sequence[str]) -> Iterator[str]:
    yield title_of(many)
    yield from (f"  注意  {words}" for words in unsound[:5])
    for year, f in many.facts.items():
        score = w.number_text(f.total, keep=True) if f.complete else f"未评全（已评 {w.number_text(f.total)}）"
        rate = w.UNKNOWN if f.execution_rate is None else w.ratio_text(f.execution_rate, keep=True)
        done = f"完成 {f.met}、部分 {f.partly_met}、未完成 {f.not_met}、无法判定 {f.unknown}"
        yield f"  {year}  得分 {score}  {f.grade or '暂不评定'}  执行率 {rate}  {done}  {many.yardsticks[year]}"
    yield from (f"  {year} 起  {text}" for year, text in changed_rules(many))
    broken = [f"{line.name}（{p.year}）" for line in many.lines for p in line.points if p.broken]
    if broken:
        yield f"口径有变化、不连成一线的 {len(broken)} 处：{w.listing(broken, 6)}"
    if matched := [f"{line.name}（{p.year}）" for line in many.lines for p in line.points if p.said]:
        yield f"编号不同、按名称对应的 {len(matched)} 处：{w.listing(matched, 6)}"
    yield f"目标值调整 {len(revised_targets(many))} 处，分值调整 {len(changed_weights(many))} 处"
    counts = Counter(one.outcome for one in promises(many))
    if counts:
        yield "改进措施：" + "、".join(f"{words} {count} 条" for words, count in counts.items())


def as_json(many: ManyYears, unsound: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "years": [_year(many, year) for year in many.years],
        "unsound": list(unsound),
        "missing_between": many.gaps,
        "indicators": [_line(line) for line in many.lines],
        "targets_revised": [
            {
                "indicator": one.line.id,
                "year": one.after.year,
                "before": one.before.entry["target_text"],
                "after": one.after.entry["target_text"],
                "way": one.way,
            }
            for one in revised_targets(many)
        ],
        "rules_changed": [{"year": year, "words": text} for year, text in changed_rules(many)],
        "weights_changed": [
            {"indicator": line.id, "year": year, "words": text} for line, year, text in changed_weights(many)
        ],
        "measures": [
            {
                "year": one.year,
                "id": one.action["id"],
                "action": one.action["action"],
                "promised": one.promised["status"] if one.promised else None,
                "found": one.found["status"] if one.found else None,
                "found_in": one.found_in,
                "verified": one.found.get("verified") if one.found else None,
                "outcome": one.outcome,
            }
            for one in promises(many)
        ],
    }


def _year(many: ManyYears, year: int) -> dict[str, Any]:
    facts = many.facts[year]
    return {
        "fiscal_year": year,
        "score": facts.total if facts.complete else None,
        "grade": facts.grade,
        "yardstick": many.yardsticks[year],
        "execution_rate": facts.execution_rate,
        "notice": facts.notice,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "name": line.name,
        "part_of": line.part_of,
        "years": [
            {
                "year": point.year,
                "id": point.id,
                "target_text": point.entry["target_text"],
                "actual": point.entry["actual"],
                "unit": point.unit,
                "status": point.entry["status"],
                "score": point.entry["score"],
                "broken": list(point.broken),
                "matched": list(point.said),
            }
            for point in line.points
        ],
    }
