"""A project of one small year, whose stages run in this process: the code cells of the notebooks, without kernels."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from helpers.run.stages import STAGES, Stage
from helpers.run.workspace import Workspace
from helpers.year.root import Root

YEAR = """\
fiscal_year: 2024
project: 信息化运维
institution: 某单位
posts: {prepared_by: 信息岗, checked_by: 财务岗, date: 2025-02-01}
overall_goal: 保障运行
outline: brief.yml
budget: {initial: 10万元, adjusted: 10万元, spent: {measure: spent}}
tables:
  tickets:
    title: 工单
    files: exports/tickets*.csv
    columns:
      ticket_id: 编号
      category: 类别
      opened_at: {from: 受理, type: datetime}
      resolved_at: {from: 完成, type: datetime}
      cause: 原因
    derived: {hours: {clock: hours, start: opened_at, end: resolved_at, words: 受理至完成的小时数}}
    year_by: opened_at
    key: ticket_id
  ledger:
    title: 台账
    files: exports/ledger.csv
    columns: {voucher: 凭证, paid_on: {from: 日期, type: date}, amount: {from: 金额, type: money, unit: 元}}
    year_by: paid_on
    key: voucher
"""
INDICATORS = """\
measures:
  tickets: {table: tickets, agg: count, unit: 件, words: 工单数}
  in_a_day: {table: tickets, agg: share, value: hours <= 24, words: 一天内完成的占比}
  spent: {table: ledger, agg: sum, value: amount, unit: 元, words: 支出}
indicators:
  - {id: count, level1: 产出指标, level2: 数量指标, level3: 处理工单, definition: 全年处理工单数,
     target: 不低于50件, weight: 45, actual: {measure: tickets}}
  - {id: in_time, level1: 产出指标, level2: 时效指标, level3: 一天内完成率, definition: 按时完成的占比,
     target: 不低于95%, weight: 45, explain: [cause, category], actual: {measure: in_a_day}}
"""
PLAN = """\
actions:
  - {id: a1, indicator: in_time, cause: 缺件, confirmed: true, action: 储备备件, owner: 信息岗, due: 2025-06-30,
     yardstick: {measure: in_a_day, target: 不低于95%, words: 一天内完成率}, expected_effect: 少等, status: adopted}
"""
OUTLINE = """\
title: 简报
contents:
  - {opening: 摘要, contents: [decision]}
  - chapter: 结论
    contents:
      - text: "全年办结得好。"
      - {section: 指标, contents: [each_indicator]}
"""


def write_project(root: Path) -> Path:
    """The files of the year; returns its folder."""
    folder = root / "data" / "raw" / "2024"
    (folder / "exports").mkdir(parents=True)
    for name, text in (("year", YEAR), ("indicators", INDICATORS), ("plan", PLAN), ("brief", OUTLINE)):
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    chance = random.Random(5)
    tickets = ["编号,类别,受理,完成,原因"]
    for number in range(120):
        month, day, hours = 1 + number % 12, 1 + chance.randrange(27), chance.choice((1, 2, 3, 5, 60))
        end = f"2024-{month:02}-{day + hours // 24:02} {9 + hours % 12:02}:{number % 60:02}:30"
        cause = "缺件" if hours > 24 and chance.random() < 0.8 else "其他"
        kind = ("桌面", "网络", "会议")[number % 3]
        tickets.append(f"T{number:03},{kind},2024-{month:02}-{day:02} 08:{number % 60:02}:00,{end},{cause}")
    (folder / "exports" / "tickets.csv").write_text("\n".join(tickets) + "\n", encoding="utf-8")
    rows = [f"V{n:02},2024-{n:02}-1{n % 9},{7500 + n * 11}" for n in range(1, 13)]
    (folder / "exports" / "ledger.csv").write_text("\n".join(["凭证,日期,金额", *rows]) + "\n", encoding="utf-8")
    return folder


def run_here(stage: Stage, root: Path) -> Workspace:
    """The code cells of a stage notebook in this process; nothing is shown."""
    names: dict[str, Any] = {}
    for cell in json.loads(stage.notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), stage.name, "exec"), names)
            if "parameters" in cell["metadata"].get("tags", []):
                names |= {"fiscal_year": 2024, "root": str(root)}
    workspace: Workspace = names["ws"]
    return workspace


def run_all(root: Path) -> None:
    for stage in STAGES:
        run_here(stage, root)


def shows_nothing(patch: pytest.MonkeyPatch) -> None:
    """Notebooks show their blocks; here they would be printed."""
    patch.setattr("IPython.display.display", lambda *_, **__: None)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def outputs(root: Path) -> dict[str, bytes]:
    """What the stages have written, without their records."""
    folder = root / "data" / "processed" / "2024"
    names = [stage.output for stage in STAGES if (folder / stage.output).is_file()]
    return {name: (folder / name).read_bytes() for name in names} | {
        p.name: p.read_bytes() for p in sorted((folder / "tables").glob("*.parquet"))
    }


def package(root: Path) -> dict[str, bytes]:
    """Every file of the published package of 2024."""
    folder = Root(root).package(2024)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
