"""The figures that a package publishes, each with a name of its own, its words, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from helpers.indicators.plain import is_number
from helpers.report import wording as w
from helpers.report.figure_ids import figure_id
from helpers.report.results_types import Results

#: Kinds of figures, what a reader looks at first before the rest.
RANKS = ("score", "status", "points", "actual", "funds", "activities", "target", "weight", "gap", "rows")


@dataclass(frozen=True, kw_only=True)
class PublishedFigure:
    """``id``: its name for programs and approvals; ``rank``: one of ``RANKS``; ``indicator``: whose it is, if any's;
    ``files``: the inputs from which it is worked out; ``sql``: how, where it is computed."""

    id: str
    words: str
    value: float | int | str | None
    unit: str | None
    rank: str
    indicator: str | None = None
    files: tuple[str, ...] = ()
    sql: str | None = None
    places: int | None = None
    apart: tuple[float, ...] = ()

    @property
    def shown(self) -> str:
        """The figure as a reader reads it in the report: never alike where one of ``apart`` differs."""
        return self.text(self.value, self.apart)

    def text(self, value: float | str | None, apart: Iterable[float] = ()) -> str:
        """A value of this figure as a reader reads it; never alike where one of ``apart`` differs."""
        if isinstance(value, int | float) and self.unit == "分":
            return f"{w.number_text(value, 2, apart)}分"
        if isinstance(value, int | float) and self.rank == "gap":
            return w.gap_text(value, self.unit, places=self.places)
        return value if isinstance(value, str) else w.value_text(value, self.unit, apart, self.places)


def published_figures(results: Results) -> dict[str, PublishedFigure]:
    """Every published figure by its name, in the order of the report."""
    found = [*_score(results), *_funds(results)]
    for entry in results["indicators"]:
        found += _indicator(entry, f"indicators.{entry['id']}", f"“{entry['level3']}”")
    found += [*_activities(results), *_gaps(results), *_rows(results)]
    return _apart(found)


def _apart(found: Iterable[PublishedFigure]) -> dict[str, PublishedFigure]:
    """By id; names that come to the same one are counted through in their order."""
    named: dict[str, PublishedFigure] = {}
    for one in found:
        name, number = one.id, 1
        while name in named:
            number += 1
            name = f"{one.id}~{number}"
        named[name] = replace(one, id=name)
    return named


def _one(
    name: str,
    words: str,
    value: float | str | None,
    unit: str | None,
    rank: str,
    *,
    of: str | None = None,
    files: tuple[str, ...] = (),
    sql: str | None = None,
    places: int | None = None,
    apart: tuple[float, ...] = (),
) -> PublishedFigure:
    return PublishedFigure(
        id=name,
        words=words,
        value=value,
        unit=unit,
        rank=rank,
        indicator=of,
        files=files,
        sql=sql,
        places=places,
        apart=apart,
    )


def _score(results: Results) -> Iterator[PublishedFigure]:
    score = results["score"]
    yield _one("score.total", "自评总分", score["total"], "分", "score")
    if score["upper"] != score["total"]:
        yield _one("score.upper", "最高可能得分", score["upper"], "分", "score")
    yield _one("score.grade", "等级", score["grade"], None, "score")


def _funds(results: Results) -> Iterator[PublishedFigure]:
    budget = results["budget"]
    evidence: Mapping[str, Any] = budget.get("evidence") or {}
    files, sql = _files(evidence), evidence.get("sql")
    yield _one("budget.score", "预算执行得分", budget["score"], "分", "points")
    yield _one("budget.execution_rate", "预算执行率", budget["execution_rate"], "比例", "funds", files=files, sql=sql)
    beside = (budget["adjusted"] or 0.0,)
    yield _one("budget.spent", "全年执行数", budget["spent"], "元", "funds", files=files, sql=sql, apart=beside)
    yield _one("budget.adjusted", "全年预算数", budget["adjusted"], "元", "funds")
    yield _one("budget.initial", "年初预算数", budget["initial"], "元", "funds")
    yield _one("budget.weight", "预算执行分值", budget["weight"], "分", "weight")
    for part in budget.get("parts") or ():
        name = figure_id("budget", "parts", part["name"])
        yield _one(name, f"“{part['name']}”的预算", part["budget"], "元", "funds")


def _indicator(entry: Mapping[str, Any], name: str, words: str) -> Iterator[PublishedFigure]:
    of = name.split(".")[1]
    evidence: Mapping[str, Any] = entry.get("evidence") or {}
    files, sql = _files(evidence), evidence.get("sql")
    unit = entry.get("actual_unit") or (entry.get("target") or {}).get("unit")
    if entry.get("weight") is not None:
        yield _one(f"{name}.score", f"{words}得分", entry["score"], "分", "points", of=of)
        yield _one(f"{name}.weight", f"{words}分值", entry["weight"], "分", "weight", of=of)
    yield _one(f"{name}.status", f"{words}完成情况", w.status_words(entry["status"]), None, "status", of=of)
    places = entry.get("decimals")
    value = entry["actual"] if is_number(entry["actual"]) else entry.get("actual_text")
    if not entry.get("parts"):
        yield _one(
            f"{name}.actual", f"{words}实际完成值", value, unit, "actual", of=of, files=files, sql=sql, places=places
        )
    yield _one(f"{name}.target", f"{words}年度指标值", entry["target_text"], None, "target", of=of)
    for part in entry.get("parts") or ():
        told = part.get("name") or part["level3"]
        yield from _indicator(part, f"{name}.{figure_id(told)}", f"{words[:-1]}·{told}”")


def _activities(results: Results) -> Iterator[PublishedFigure]:
    whole: Mapping[str, Any] = results.get("activity_evidence") or {}
    files, sql, unit = _files(whole), whole.get("sql"), results.get("activity_unit") or "次"
    for one in results["activities"]:
        name, own = figure_id("activities", one["category"]), one.get("evidence") or whole
        words = f"活动“{one['category']}”"
        yield _one(name, words, one["count"], unit, "activities", files=_files(own), sql=own.get("sql"))
    if results["activities"]:
        total = results.get("activity_total")
        yield _one("activity_total", "年度活动合计", total, unit, "activities", files=files, sql=sql)


def _gaps(results: Results) -> Iterator[PublishedFigure]:
    names = {entry["id"]: entry["level3"] for entry in results["indicators"]}
    for one in results["deviations"]:
        part = [told] if (told := one.get("part")) else []
        name = figure_id("deviations", one["indicator"], *part, one["kind"])
        words = f"“{'·'.join([names[one['indicator']], *part])}”的差距"
        yield _one(name, words, one.get("gap"), one.get("unit"), "gap", of=one["indicator"])


def _rows(results: Results) -> Iterator[PublishedFigure]:
    for table in results["tables"]:
        words = f"“{table.get('title') or table['table']}”"
        files = tuple(f"data/raw/{results['fiscal_year']}/{file['file']}" for file in table.get("files") or ())
        for key, said in (("used", "采用行数"), ("corrected", "更正行数")):
            name = f"tables.{table['table']}.{key}"
            yield _one(name, f"{words}{said}", cast(int, table.get(key)), "行", "rows", files=files)


def _files(evidence: Mapping[str, Any]) -> tuple[str, ...]:
    # The year file that states a figure is told apart from what figures are worked out of.
    inputs = (evidence.get("inputs") or ()) if evidence.get("kind", "computed") == "computed" else ()
    listed = [*inputs, *(evidence.get("documents") or ())]
    return tuple(one["file"] for one in listed if one.get("file"))
