"""The checks that end a stage: what was checked, printed; what does not hold stops the stage in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from helpers.report.blocks import Table
from helpers.report.results_deviations import Deviation
from helpers.report.results_plans import Spares
from helpers.report.views import table

Json = Mapping[str, Any]
#: Contributions are floating-point numbers.
NEARLY = 1e-9
#: What cannot be the fault of whoever sees it.
REMEDY = "处理：这是程序的差错，数字不能用；请连同这段文字报告"


class CheckFailed(Exception):
    """What a stage has found contradicts itself; the message is one screen."""

    def __init__(self, what: str) -> None:
        super().__init__(f"[check_failed]  {what}\n    {REMEDY}")


def checked(*rows: tuple[str, str]) -> Table:
    """What was checked, and over what; all of it has passed."""
    return table("检查", ["检查", "范围", "结果"], [(*row, "通过") for row in rows])


def refuse_lost_rows(tables: Sequence[Json], written: Mapping[str, int]) -> None:
    """Rows in = used + set aside, and as many entities as were written; raises ``CheckFailed``."""
    for one in tables:
        set_aside = sum(reason["rows"] for reason in one["set_aside"])
        if one["rows_in"] != one["used"] + set_aside:
            raise CheckFailed(f"{one['title']}：读入 {one['rows_in']} 行，采用 {one['used']} 行，剔除 {set_aside} 行")
        if written[one["table"]] != one["entities"]:
            raise CheckFailed(f"{one['title']}：整理后 {one['entities']} 条，写入 {written[one['table']]} 条")


def cleaned(tables: Sequence[Json]) -> Table:
    """What the first stage has checked."""
    every = f"{len(tables)} 张表"
    return checked(
        ("读入行数 = 采用行数 + 剔除行数", every),
        ("整理后的条数 = 写入的条数", every),
        ("不是上一年度的文件改了日期", every),
    )


def passed_gate(validation: Json) -> Table:
    """What the gate has checked, once it is open."""
    found = validation["checks"]
    stops = [one for one in found if one["level"] == "stop"]
    noted = sum(not one["success"] for one in found if one["level"] != "stop")
    rows = [
        ("“停止”级规则", f"{len(stops)} 条", "全部通过"),
        ("“提示”级规则", f"{len(found) - len(stops)} 条", f"{noted} 条未通过，随报告列出" if noted else "全部通过"),
    ]
    return table("检查", ["检查", "范围", "结果"], rows)


def refuse_wrong_sums(deviations: Sequence[Deviation], spares: Spares | None) -> None:
    """Contributions add up to the gap, parts to the whole; raises ``CheckFailed``."""
    for one in deviations:
        _refuse_wrong_gap(one)
        for spent in (one.get("states") or {}).values():
            if isinstance(spent, dict) and sum(part["seconds"] for part in spent["parts"]) != spent["seconds"]:
                raise CheckFailed(f"{one['indicator']}：各环节的时间之和不等于总时间")
    replay = spares["replay"] if spares else None
    if spares and replay and replay["after"]:
        saved = sum(part["effect"]["tickets_saved"] or 0 for part in spares["parts"] if part["effect"])
        if saved != replay["tickets_saved"]:
            raise CheckFailed(f"备件方案：各备件少等 {saved} 单，逐笔推演 {replay['tickets_saved']} 单")


def _refuse_wrong_gap(deviation: Deviation) -> None:
    for dimension in {cause["dimension"] for cause in deviation["causes"]}:
        total = sum(cause["contribution"] for cause in deviation["causes"] if cause["dimension"] == dimension)
        if abs(total - (deviation["gap"] or 0)) >= NEARLY:
            raise CheckFailed(f"{deviation['indicator']}：按 {dimension} 各组贡献之和不等于差距")


def explained(deviations: Sequence[Deviation], spares: Spares | None) -> Table:
    """What the fourth stage has checked."""
    clocked = sum(1 for one in deviations if one.get("states"))
    rows = [("每个维度上各组贡献之和 = 差距", f"{len(deviations)} 项偏差")]
    rows += [("各环节的时间之和 = 总时间", f"{clocked} 项偏差")] if clocked else []
    replay = spares["replay"] if spares else None
    if spares and replay and replay["after"]:
        rows.append(("逐笔推演 = 各备件之和", f"{len(spares['parts'])} 种备件"))
    return checked(*rows)


def told() -> Table:
    """What the last stage has checked."""
    return checked(
        ("报告的文字不与数字矛盾", "全文"), ("结果符合约定的结构", "results.json"), ("用到的每个字都有字形", "全文")
    )
