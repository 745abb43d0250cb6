"""What was lost below the limits, as it is said beside a figure, in the summary and on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from helpers.indicators import plain
from helpers.report.wording import value_text

if TYPE_CHECKING:
    from helpers.measures.figures import Figure
    from helpers.year.load import Year

Json = Mapping[str, Any]


def bounds_words(bounds: Json, unit: str | None) -> str:
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


def touched(results: Json) -> Iterator[tuple[str, Json, str | None, bool]]:
    """Every figure that lost rows touch: name, bounds, unit, whether it cannot be judged for that."""
    budget = results["budget"]
    if budget.get("bounds"):
        yield "预算执行数", budget["bounds"], "元", False
    for entry in results["indicators"]:
        for one in (entry, *(entry.get("parts") or ())):
            bounds = (one.get("evidence") or {}).get("bounds")
            if bounds:
                name = entry["level3"] if one is entry else f"{entry['level3']}（{one.get('name') or one['level3']}）"
                yield name, bounds, bounds.get("unit"), "bounds_straddle" in (one.get("notes") or ())


def lines(results: Json) -> list[str]:
    """For the terminal: one line a figure, and one for each note of the gate about what was lost."""
    told = [
        f"注意：“{name}”{bounds_words(bounds, unit)}{'，无法判定是否完成' if open_ else ''}"
        for name, bounds, unit, open_ in touched(results)
    ]
    notes = (results.get("validation") or {}).get("notes") or ()
    lost = [n for n in notes if n["rule"].partition(":")[0] in ("rows_lost", "file_empty", "files_overlap")]
    return told + [f"注意：{note['words']}" for note in lost]


def summary(results: Json) -> str:
    """For the summary: which figures are known only between bounds."""
    found = list(touched(results))
    if not found:
        return ""
    names = "、".join(f"“{name}”" for name, *_ in found)
    unjudged = sum(open_ for *_, open_ in found)
    more = f"，其中{unjudged}项因此无法判定是否完成" if unjudged else "，不改变是否完成的判定"
    return f"因部分记录无法识别，{names}的数值只能确定在一定范围以内{more}，范围见各项指标的说明。"


def bounds_json(figure: Figure | None) -> dict[str, Any]:
    """Between which values a figure lies because of what was lost; nothing where nothing was."""
    if figure is None or figure.bounds is None:
        return {}
    found = figure.bounds
    ends = {"low": plain(found.low), "high": plain(found.high)}
    return {"bounds": {"lost_rows": found.rows, **ends, "unit": figure.unit}}


def loss_allowed(year: Year, table: str) -> dict[str, Any]:
    """What a table's declaration allows to be lost, and why; nothing where it says nothing."""
    allowed = year.year.tables[table].loss
    if allowed is None:
        return {}
    said = allowed.model_dump(exclude_defaults=True, exclude={"why"})
    return {"loss": {"allowed": {k: plain(v) for k, v in said.items()}, "why": allowed.why}}
