"""What the text needs to know of the results: who did not reach the target, what it is called, sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from helpers.report import wording as w
from helpers.report.blocks import Cell, Paragraph, Table, TableColumn

Results = Mapping[str, Any]
Entry = Mapping[str, Any]

MISSED = ("partly_met", "not_met")
CELL_LENGTH = 100
"""Longer texts would make a table row of more than a page; they stand below the table."""
NAME_LENGTH = 20


#: What every interval of the analysis is called: all are at this level.
CONFIDENCE = f"{w.ratio_text(0.95)}置信区间"


def with_status(results: Results, *statuses: str) -> list[Entry]:
    """The indicators that ended in one of the states, in their order."""
    return [entry for entry in results["indicators"] if entry["status"] in statuses]


def indicator_of(results: Results, id: str) -> Entry | None:
    """The indicator of an id, or None."""
    return next((entry for entry in results["indicators"] if entry["id"] == id), None)


def deviations_of(results: Results, kind: str) -> list[Entry]:
    """The deviations of one kind, in their order."""
    return [entry for entry in results["deviations"] if entry["kind"] == kind]


def stated_causes(results: Results, indicator: str) -> list[str]:
    """What the plan's authors hold to be the causes of an indicator's deviation: confirmed or open, never rejected."""
    said = [
        a.get("cause")
        for a in results["plan"]
        if a["indicator"] == indicator and a.get("confirmed") is not False and a["status"] != "proposed"
    ]
    return list(dict.fromkeys(w.clause(cause) for cause in said if cause))


def part_name(part: Entry) -> str:
    """What a part of a compound target is called."""
    return w.clause(part.get("name") or part["level3"])


def judged(results: Results, deviation: Entry) -> Entry | None:
    """The indicator, or the part of a compound one, that a deviation is about."""
    indicator = indicator_of(results, deviation["indicator"])
    if indicator is None or not deviation.get("part"):
        return indicator
    wanted = w.clause(deviation["part"])
    return next((p for p in indicator.get("parts") or () if part_name(p) == wanted), indicator)


def subject(results: Results, deviation: Entry) -> str:
    """What a deviation is about, for a heading: 完成时效（故障维修）."""
    indicator = indicator_of(results, deviation["indicator"])
    name = w.clause(indicator["level3"]) if indicator else deviation["indicator"]
    return f"{name}（{w.clause(deviation['part'])}）" if deviation.get("part") else name


def names(entries: Iterable[Entry], at_most: int = 3) -> str:
    """“甲”“乙”: names of indicators for a running sentence; where they are many, their number."""
    entries = list(entries)
    if len(entries) > at_most:
        return f"{len(entries)}项指标"
    return "".join(w.quoted(w.brief(entry["level3"])) for entry in entries)


def counted(entries: Sequence[Entry], at_most: int = 3) -> str:
    """2项（“甲”“乙”）, or only the number where they are many."""
    told = f"（{names(entries)}）" if len(entries) <= at_most else ""
    return f"{len(entries)}项{told}"


def actual_words(entry: Entry) -> str:
    """The actual as printed: as filed, else by value; parts one by one; 无法判定 when unknown."""
    parts = entry.get("parts") or ()
    if parts:
        return "；".join(f"{part_name(part)}：{actual_words(part)}" for part in parts)
    if entry.get("actual_text"):
        return w.plain(entry["actual_text"])
    goal = entry["target"].get("value")
    apart = [goal] if isinstance(goal, int | float) else []
    return w.value_text(entry.get("actual"), w.actual_unit(entry), apart)


def added(values: Iterable[float | None]) -> Decimal:
    """An exact sum of displayed figures; what is unknown adds nothing."""
    return sum((w.exact(value) for value in values if value is not None), Decimal(0))


def full_weight(results: Results) -> Decimal:
    """All weights, execution included."""
    return added([*(e["weight"] for e in results["indicators"]), results["budget"]["weight"]])


def is_complete(results: Results) -> bool:
    """Whether every row is scored, so that there is a total to speak of."""
    rows = [*results["indicators"], results["budget"]]
    return all(row["score"] is not None for row in rows)


def table_title(results: Results, table: str) -> str:
    """A tidy table's title, its name where it has none."""
    titles = {entry["table"]: entry.get("title") for entry in results["tables"]}
    return w.plain(titles.get(table) or table)


def unit_of_activities(results: Results) -> str:
    return results.get("activity_unit") or "次"


def para(*sentences: str) -> list[Paragraph]:
    """The sentences that say something as one paragraph; none, no paragraph."""
    text = "".join(filter(None, sentences))
    return [Paragraph(text=text)] if text else []


def full_texts(texts: Iterable[Any], at_most: int) -> list[Paragraph]:
    """What a table's cells could only hold in brief, in full below it."""
    long = [w.clause(text) for text in dict.fromkeys(texts) if len(w.clause(text)) > at_most]
    return [p for text in long for p in para(f"“{w.brief(text, NAME_LENGTH)}”全文：{w.sentence(text)}")]


def table(
    caption: str,
    columns: Sequence[tuple[str, str, float]],
    rows: Sequence[Sequence[str | Cell]],
    **more: Any,
) -> Table:
    """A table from (title, left | right | center, relative width) and rows of texts or cells."""
    heads = tuple(TableColumn(title=t, align=a, width=width) for t, a, width in columns)  # type: ignore[arg-type]
    cells = tuple(tuple(c if isinstance(c, Cell) else Cell(text=c) for c in row) for row in rows)
    return Table(caption=caption, columns=heads, rows=cells, **more)


def spans(keys: Sequence[Any], at_most: int | None = None) -> list[int]:
    """For each row how many rows its merged cell covers: 0 where one above covers it.

    ``at_most``: a longer run is divided, so that its name stands again on the next page.
    """
    counts = [0] * len(keys)
    start = 0
    for at, key in enumerate(keys):
        if at == 0 or key != keys[at - 1] or at - start == at_most:
            start = at
        counts[start] += 1
    return counts


def interval(bounds: Sequence[float]) -> str:
    """（95%置信区间93.28%至99.19%）"""
    return f"（{CONFIDENCE}{w.interval_text(bounds, '比例')}）"
