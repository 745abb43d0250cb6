"""What a stage notebook shows of its work: small tables for the analyst, made from what it wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from helpers.report.blocks import Cell, Table, TableColumn
from helpers.report.facts import cause_name, dimension_name
from helpers.report.narrative import signals
from helpers.report.narrative import spares_text as narrative_spares
from helpers.report.narrative.without_words import column_values
from helpers.report.results_deviations import Deviation
from helpers.report.results_plans import Action, Spares
from helpers.report.results_types import Finding
from helpers.report.wording import gap_text, status_words, value_text

Json = Mapping[str, Any]


def table(
    caption: str,
    titles: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    right: Sequence[int] = (),
    note: str | None = None,
) -> Table:
    """A plain table block; columns whose number is in ``right`` are aligned to the right."""
    columns = tuple(TableColumn(title=t, align="right" if i in right else "left") for i, t in enumerate(titles))
    cells = tuple(tuple(Cell(text="" if v is None else str(v)) for v in row) for row in rows)
    return Table(caption=caption, columns=columns, rows=cells, note=note)


def inputs(files: Iterable[Any]) -> Table:
    """The exports that the tidy tables are made from."""
    return table(
        "整理的导出文件",
        ["文件", "字节数", "sha256 前 12 位"],
        [(f.file, f.bytes, f.sha256[:12]) for f in files],
        right=(1,),
    )


def reconciliation(tables: Sequence[Json]) -> Table:
    """In = used + set aside, a line for each table and reason."""
    rows: list[tuple[Any, ...]] = []
    for t in tables:
        rows.append(
            (t["title"], t["rows_in"], t["used"], t["entities"], sum(s["rows"] for s in t["set_aside"]), "合计")
        )
        rows += [("", "", "", "", s["rows"], s["reason"]) for s in t["set_aside"]]
    return table(
        "逐表核对：读入 = 采用 + 剔除",
        ["数据表", "读入行数", "采用行数", "整理后条数", "剔除行数", "剔除原因"],
        rows,
        right=(1, 2, 3, 4),
    )


def schema(one: Json) -> Table:
    """The documented columns of a tidy table."""
    return table(
        f"{one['title']}({one['table']})的列",
        ["列", "类型", "含义", "来源表头"],
        [(c["column"], c["type"], c["words"], "、".join(c["from"])) for c in one["columns"]],
    )


def checks(validation: Json) -> Table:
    """Every check of the gate with its counts."""
    words = {True: "通过", False: "未通过", None: "无法执行"}
    return table(
        "校验规则与结果",
        ["数据表", "规则", "级别", "判断行数", "不符行数", "结果"],
        [
            (
                c["title"] or c["table"],
                c["words"],
                "停止" if c["level"] == "stop" else "提示",
                c["rows"],
                c["failing"],
                words[c["success"]],
            )
            for c in validation["checks"]
        ],
        right=(3, 4),
    )


def failing(validation: Json, at_most: int = 50) -> Table:
    """The rows that fail a check, by their place in the exports."""
    rows = [
        (c["words"], r["source_file"], r["source_row"], r["column"], r["value"], c["remedy"])
        for c in validation["checks"]
        if not c["success"]
        for r in c["failing_rows"]
    ]
    note = f"共 {len(rows)} 行，列出前 {at_most} 行" if len(rows) > at_most else None
    return table("不符合规则的行", ["规则", "文件", "行", "列", "现值", "处理"], rows[:at_most], right=(2,), note=note)


def indicators(found: Json) -> Table:
    """Target, actual and score of each indicator."""
    rows = [
        (
            i["level1"],
            i["level3"],
            i["target_text"],
            i["actual_text"] or "无法判定",
            status_words(i["status"]),
            i["weight"],
            "—" if i["score"] is None else i["score"],
        )
        for i in found["indicators"]
    ]
    return table(
        "指标完成情况",
        ["一级指标", "三级指标", "年度指标值", "实际完成值", "完成情况", "分值", "得分"],
        rows,
        right=(5, 6),
    )


def activities(found: Json) -> Table:
    return table(
        "年度活动",
        ["类别", "次数"],
        [(a["category"], a["count_text"]) for a in found["activities"]],
        right=(1,),
        note=f"合计 {found['activity_total']}",
    )


def findings(audit: Sequence[Finding]) -> Table:
    return table(
        "自查与对照来源的说明",
        ["检查", "级别", "说明", "处理"],
        [(f["check"], "停止" if f["level"] == "stop" else "提示", f["message"], f.get("remedy")) for f in audit],
    )


KINDS = {"shortfall": "未完成", "overshoot": "超出较多", "fragile": "不稳固", "trend": "走势"}


def causes(deviation: Deviation, names: Mapping[str, str]) -> Table:
    """The gap of one deviation, decomposed."""
    what = subject(deviation, names)
    gap, unit = deviation.get("gap"), deviation.get("unit")
    shown = "" if gap is None else f"，{'差距' if gap > 0 else '余量'} {gap_text(abs(gap), unit, places=2)}"
    listed = deviation.get("causes") or []
    rows = [
        (
            (dimension := dimension_name(c, deviation)),
            c.get("words") or cause_name(c, dimension),
            c.get("rows"),
            c.get("misses"),
            gap_text(c["contribution"], unit, places=2),
            "—" if without is None else value_text(without, unit, places=2),
        )
        for c, without in zip(listed, column_values(listed), strict=True)
    ]
    return table(
        f"{what}：{KINDS[deviation['kind']]}{shown}",
        ["维度", "原因", "条数", "其中未达到", "对差距的贡献", "若无此原因"],
        rows,
        right=(2, 3, 4, 5),
    )


def subject(deviation: Deviation, names: Mapping[str, str]) -> str:
    """What a deviation is about: the indicator's name, and the part of a compound one."""
    name = names.get(deviation["indicator"], deviation["indicator"])
    return f"{name}·{deviation['part']}" if deviation.get("part") else name


def waiting(deviation: Deviation, names: Mapping[str, str], number: int) -> list[Any]:
    """Where the time went and the control chart, as the report will show them; nothing where there is neither."""
    what = subject(deviation, names)
    return [
        *signals.states_blocks(deviation, f"states-{number}", what),
        *signals.control_blocks(deviation, deviation.get("unit"), f"control-{number}", what),
    ]


def stock(spares: Spares | None) -> list[Any]:
    """The spare-part and the replacement plan, as the report will show them."""
    return [*narrative_spares.stock_blocks(spares), *narrative_spares.replacement_blocks(spares)]


def plan(rows: Sequence[Action], caption: str) -> Table:
    states = {"proposed": "拟议", "adopted": "已采纳", "done": "已完成", "carried": "结转"}
    return table(
        caption,
        ["编号", "原因", "措施", "责任岗位", "期限", "状态", "核实"],
        [
            (
                p["id"],
                p.get("cause"),
                p["action"],
                p.get("owner"),
                p.get("due"),
                states[p["status"]],
                {True: "有效", False: "未见效", None: "—"}[p.get("verified")],
            )
            for p in rows
        ],
    )
