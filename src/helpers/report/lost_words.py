"""What was lost below the limits, as it is said beside a figure, in the summary and on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from helpers.indicators.plain import plain
from helpers.report.wording import value_text

# Only for types: the command line says what was lost without a data library.
if TYPE_CHECKING:
    from helpers.measures.figures import Figure
    from helpers.report.results_indicators import Bounds, Evidence, Indicator, Part
    from helpers.report.results_types import LossAllowed, Results
    from helpers.year.load import Year

#: So many figures are named in the summary, so many have a line of their own on the terminal.
MOST_NAMED, MOST_LINES = 3, 5


def bounds_words(bounds: Bounds, unit: str | None) -> str:
    """Beside the figure: how many rows, and between which values it lies."""
    low, high = bounds["low"], bounds["high"]
    if low is None and high is None:
        between = "数值的范围无从得知"
    elif high is None:
        between = f"数值不低于{value_text(low, unit)}，上限无从得知"
    elif low is None:
        between = f"数值不高于{value_text(high, unit)}，下限无从得知"
    elif value_text(low, unit) == value_text(high, unit):
        between = f"按所列精度数值仍为{value_text(low, unit)}"
    else:
        between = f"数值在{value_text(low, unit)}至{value_text(high, unit)}之间"
    return f"有{bounds['lost_rows']}条记录因内容无法识别而不能确定是否计入或怎样计入，视其实际情况，{between}"


def touched(results: Results) -> Iterator[tuple[str, Bounds, str | None, bool]]:
    """Every figure that lost rows touch: name, bounds, unit, whether it cannot be judged for that."""
    budget = results["budget"]
    if budget.get("bounds"):
        yield "预算执行数", budget["bounds"], "元", False
    for entry in results["indicators"]:
        judged: list[Indicator | Part] = [entry, *(entry.get("parts") or ())]
        for one in judged:
            evidence: Evidence | None = one.get("evidence")
            if evidence is not None and "bounds" in evidence:
                bounds = evidence["bounds"]
                name = entry["level3"] if one is entry else f"{entry['level3']}（{one.get('name') or one['level3']}）"
                yield name, bounds, bounds.get("unit"), "bounds_straddle" in (one.get("notes") or ())


def lines(results: Results) -> list[str]:
    """For the terminal: one line a figure, those that cannot be judged first, as many as fit a screen; one for each
    note of the gate about what was lost."""
    found = sorted(touched(results), key=lambda one: not one[3])
    told = [
        f"注意：“{name}”{bounds_words(bounds, unit)}{'，无法判定是否完成' if open_ else ''}"
        for name, bounds, unit, open_ in found[:MOST_LINES]
    ]
    if len(found) > MOST_LINES:
        told.append(f"注意：另有{len(found) - MOST_LINES}项数值也因部分记录无法识别只能确定在一定范围以内，见报告")
    validation = results.get("validation")
    notes = validation["notes"] if validation else ()
    lost = [n for n in notes if n["rule"].partition(":")[0] in ("rows_lost", "file_empty", "files_overlap")]
    return told + [f"注意：{note['words']}" for note in lost]


def summary(results: Results) -> str:
    """For the summary: which figures are known only between bounds."""
    found = list(touched(results))
    if not found:
        return ""
    names = "、".join(f"“{name}”" for name, *_ in found[:MOST_NAMED])
    names += f"等{len(found)}项" if len(found) > MOST_NAMED else ""
    unjudged = sum(open_ for *_, open_ in found)
    more = f"，其中{unjudged}项因此无法判定是否完成" if unjudged else "，不改变是否完成的判定"
    return f"因部分记录无法识别，{names}的数值只能确定在一定范围以内{more}，范围见各项指标的说明。"


def bounds_json(figure: Figure) -> Bounds | None:
    """Between which values a figure lies because of what was lost; None where nothing was."""
    if figure.bounds is None:
        return None
    found = figure.bounds
    return {"lost_rows": found.rows, "low": plain(found.low), "high": plain(found.high), "unit": figure.unit}


def loss_allowed(year: Year, table: str) -> LossAllowed | None:
    """What a table's declaration allows to be lost, and why; None where it says nothing."""
    allowed = year.year.tables[table].loss
    if allowed is None:
        return None
    said = allowed.model_dump(exclude_defaults=True, exclude={"why"})
    return {"allowed": {k: plain(v) for k, v in said.items()}, "why": str(allowed.why)}
