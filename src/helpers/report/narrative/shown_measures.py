"""Measures that are printed for looking: a table with words, value and records, and a chart by month."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from helpers.report import facts as f
from helpers.report import wording as w
from helpers.report.blocks import Block, Cell, Table, TableColumn
from helpers.report.figures import monthly_chart
from helpers.report.results_indicators import Judged
from helpers.report.results_types import Results, ShownMeasure

TITLE = "不参加评分的度量"


def shown_measures(results: Results) -> Iterable[Block]:
    """What the year file declares to be shown, in its order."""
    shown = results.get("shown_measures") or []
    if not shown:
        return
    yield from f.para(f"以下{len(shown)}项由记录算出，不对照指标值，也不参加评分。")
    columns = [TableColumn(title="度量", width=3.0), TableColumn(title="结果", align="right")]
    columns += [TableColumn(title="记录数", align="right"), TableColumn(title="说明", width=2.0)]
    yield Table(caption=TITLE, columns=tuple(columns), rows=tuple(_row(one) for one in shown))
    for number, one in enumerate(shown, start=1):
        entry = {"monthly": one["monthly"], "actual_unit": one["unit"], "target": {"value": None}, "actual_text": ""}
        yield from monthly_chart(cast(Judged, entry), f"shown-{number}", w.clause(one["words"]))


def _row(one: ShownMeasure) -> tuple[Cell, ...]:
    evidence = one["evidence"]
    note = w.clause(evidence.get("note")) or w.BLANK
    texts = (w.clause(one["words"]), w.value_text(one["value"], one["unit"]), str(evidence.get("rows") or 0), note)
    return tuple(Cell(text=text) for text in texts)
