"""Small years of repairs, parts and machines for the tests of the spare-part and replacement plans."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path

from helpers.activity.clean import clean_year
from helpers.deviation.spares_plan import spares_plan
from helpers.measures.figures import Measures
from helpers.report.results_schema import schema
from helpers.year.load import load_year
from tests import small_year

MONDAY = dt.datetime(2024, 1, 8, 9, 0)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
TABLES = """\
  tickets:
    title: 工单
    files: exports/t.csv
    key: ticket
    personal: [device]
    year_by: opened_at
    dates: ["%Y-%m-%d %H:%M"]
    columns:
      ticket: 编号
      part: 备件
      model: 型号
      device: 设备
      opened_at: {from: 受理, type: datetime}
      ordered_at: {from: 订购, type: datetime}
      arrived_at: {from: 到货, type: datetime}
      held_from: {from: 挂起, type: datetime}
      held_to: {from: 恢复, type: datetime}
      resolved_at: {from: 完成, type: datetime}
    derived:
      workdays: {clock: workdays, start: opened_at, end: resolved_at}
      net: {clock: hours, start: opened_at, end: resolved_at, hold: {from: held_from, to: held_to}}
  parts:
    title: 目录
    files: exports/p.csv
    columns:
      part: 备件
      name: 名称
      price: {from: 单价, type: money, unit: 元}
  devices:
    title: 台账
    files: exports/d.csv
    key: device
    personal: [device]
    columns:
      device: 设备
      model: 型号
      kind: 类别
      bought: {from: 购置, type: date}
      retired: {from: 报废, type: date}
      price: {from: 原值, type: money, unit: 元}
"""
MOVES = """\
  moves:
    title: 出入库
    files: exports/m.csv
    year_by: moved
    dates: ["%Y-%m-%d %H:%M"]
    columns:
      part: 备件
      kind: 类型
      pieces: {from: 数量, type: integer}
      moved: {from: 时间, type: datetime}
      ordered: {from: 订购, type: datetime}
"""
#: What to write into ``spares`` beside it.
BOOK = """moves: {table: moves, part: part, kind: kind, quantity: pieces, moved: moved, ordered: ordered,
                 received: [开账, 入库], issued: 出库},"""
SPARES = """\
spares: {table: tickets, part: part, model: model, opened: opened_at, resolved: resolved_at,
         ordered: ordered_at, arrived: arrived_at, measure: in_time,
         catalogue: {table: parts, part: part, name: name, price: price}}
"""
FLEET = """\
fleet: {table: devices, id: device, model: model, kind: kind, bought: bought, retired: retired, price: price,
        budget: 1万元, failures: {table: tickets, device: device, model: model, at: opened_at}}
"""
INDICATORS = """\
measures:
  in_time: {agg: share, table: tickets, value: "workdays <= 1", words: 一个工作日完成}
  net_day: {agg: share, table: tickets, value: "net <= 24", words: 净用时一天}
  mean: {agg: mean, table: tickets, value: net, unit: 小时, words: 平均}
indicators:
  - {id: timeliness, level1: 产出指标, level2: 时效指标, level3: 及时率, target: 不低于95%, weight: 90,
     actual: {measure: in_time}}
"""
TICKETS, PARTS, DEVICES = (
    "编号,备件,型号,设备,受理,订购,到货,挂起,恢复,完成\n",
    "备件,名称,单价\n",
    "设备,型号,类别,购置,报废,原值\n",
)


def write_year(
    root: Path,
    tickets: Sequence[str] = (),
    *,
    year: int = 2024,
    parts: Sequence[str] = (),
    devices: Sequence[str] = (),
    declared: str = SPARES + FLEET,
    indicators: str = INDICATORS,
    moves: Sequence[str] | None = None,
) -> Path:
    """The year files and exports under ``root``; rows as CSV lines. ``moves``: with a book of the shelf."""
    head = small_year.head(fiscal_year=year, calendar="weekdays", spent="10万元")
    exports = {
        f"{name}.csv": first + "".join(row + "\n" for row in rows)
        for name, first, rows in (("t", TICKETS, tickets), ("p", PARTS, parts), ("d", DEVICES, devices))
    }
    if moves is not None:
        exports["m.csv"] = "备件,类型,数量,时间,订购\n" + "".join(row + "\n" for row in moves)
        declared = MOVES + declared.replace("measure: in_time,", f"measure: in_time,\n         {BOOK}", 1)
    small_year.write(root, head + TABLES + declared, indicators=indicators, files=exports, fiscal_year=year)
    return root


def measured(root: Path, year: int = 2024) -> Measures:
    """The year cleaned."""
    loaded = load_year(root, year)
    out = root / "tidy" / str(year)
    out.mkdir(parents=True, exist_ok=True)
    clean_year(loaded, out)
    return Measures(loaded, out)


def at(moment: dt.datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def repair(
    number: int,
    opened: dt.datetime,
    *,
    part: str = "",
    ordered: dt.datetime | None = None,
    arrived: dt.datetime | None = None,
    resolved: dt.datetime | None = None,
    model: str = "M1",
    device: str = "",
    held: tuple[dt.datetime, dt.datetime] | None = None,
) -> str:
    """One line of the repair log."""
    holds = held or (None, None)
    return ",".join([f"T{number}", part, model, device, *(at(m) for m in (opened, ordered, arrived, *holds, resolved))])


def late(number: int, opened: dt.datetime, days: int, part: str = "PSU", model: str = "M1") -> str:
    """A repair that ordered its part an hour after it was opened, waited so many days, and was done an hour later."""
    hour = dt.timedelta(hours=1)
    arrived = opened + hour + dt.timedelta(days=days)
    return repair(
        number, opened, part=part, ordered=opened + hour, arrived=arrived, resolved=arrived + hour, model=model
    )


def planned(measures: Measures, last: Measures | None = None) -> dict:  # type: ignore[type-arg]
    """The plan, which must be JSON and keep the schema."""
    from jsonschema import Draft202012Validator

    found = spares_plan(measures.year, measures, last)
    rules = schema()
    part = {"$defs": rules["$defs"], **rules["properties"]["spares"]}
    assert list(Draft202012Validator(part).iter_errors(found)) == []
    return json.loads(json.dumps(found, allow_nan=False))


def planted(number: int = 0) -> list[str]:
    """Fourteen of twenty misses are one part of one model; the rest of the misses have no part."""
    rows = [late(n, MONDAY + 24 * n * DAY, 8) for n in range(14)]
    rows += [late(50 + n, MONDAY + (20 * n + 3) * DAY, 0, "FAN", "M2") for n in range(6)]
    rows += [repair(100 + n, MONDAY + 9 * n * DAY, resolved=MONDAY + (9 * n + 7) * DAY) for n in range(6)]
    return rows + [
        repair(200 + n, MONDAY + 2 * n * DAY, resolved=MONDAY + 2 * n * DAY + HOUR) for n in range(74 + number)
    ]
