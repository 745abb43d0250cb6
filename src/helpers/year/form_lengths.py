"""Which authored texts are longer than a cell of the bureau's form takes: a remark before a run, no fault."""

from __future__ import annotations

from collections.abc import Iterator

from helpers.year.check_tables import Path_
from helpers.year.faults import Fault
from helpers.year.load import Year


def long_texts(year: Year) -> list[Fault]:
    """Each text of the year files that goes into a form's narrative cell and is longer than ``form_cell_limit``."""
    limit = year.year.form_cell_limit
    if limit is None:
        return []
    lines = {name: year.lines[name] for name in ("year.yml", "plan.yml")}
    return [
        lines[file].fault(
            "form_cell_length",
            path,
            f"{what}有 {size} 字，自评表的一格一般不超过 {limit} 字",
            hint="缩短；当地表格放得下的，在 year.yml 写 form_cell_limit: 400（不限写 null）",
        )
        for file, path, what, size in _texts(year)
        if size > limit
    ]


def _texts(year: Year) -> Iterator[tuple[str, Path_, str, int]]:
    """File, place, name and length of what is written into the forms as it stands."""
    declared = year.year
    yield "year.yml", ("overall_goal",), "年度总体目标", len(declared.overall_goal)
    if declared.budget.unspent_reason:
        yield "year.yml", ("budget", "unspent_reason"), "未执行原因", len(declared.budget.unspent_reason)
    for at, line in enumerate(declared.funds_management):
        for key, what in (("statement", "情况说明"), ("problems", "存在问题和改进措施")):
            yield "year.yml", ("funds_management", at, key), f"{line.item}的{what}", len(getattr(line, key) or "")
    sizes: dict[str, int] = {}
    first: dict[str, int] = {}
    for at, action in enumerate(year.plan.actions):
        sizes[action.indicator] = sizes.get(action.indicator, 0) + len(action.action)
        first.setdefault(action.indicator, at)
    for indicator, size in sizes.items():
        what = f"指标 {indicator} 的各项措施合计"
        yield "plan.yml", ("actions", first[indicator], "action"), what, size
