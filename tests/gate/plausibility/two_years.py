"""Two sound years of small tables, with their declaration; each test damages a copy of one."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from helpers.gate.plausibility.subject import Subject, open_subject
from helpers.gate.result import Check
from helpers.year.declared_indicators import IndicatorsFile
from helpers.year.declared_plan import PlanFile
from helpers.year.load import Year
from helpers.year.models import CorrectionsFile, YearFile
from helpers.year.outline_file import Outline
from helpers.year.tidy import tidy_columns

TICKETS: dict[str, Any] = {
    "title": "工单",
    "files": "exports/工单.csv",
    "columns": {
        "ticket_id": "工单编号",
        "category": "类别",
        "engineer": "工程师",
        "device_id": "设备编号",
        "device_model": "设备型号",
        "cause": "原因",
        "opened_at": {"from": "受理时间", "type": "datetime"},
        "resolved_at": {"from": "完成时间", "type": "datetime"},
        "valid": {"from": "属实", "type": "boolean"},
    },
    "derived": {"hours": {"clock": "hours", "start": "opened_at", "end": "resolved_at"}},
    "year_by": "opened_at",
    "key": "ticket_id",
    "keep": {"by": "resolved_at", "why": "重新打开"},
    "out_of_scope": [{"where": "category = '测试'", "why": "测试工单"}],
}
DEVICES: dict[str, Any] = {
    "title": "设备台账",
    "files": "exports/设备.csv",
    "columns": {
        "device_id": "资产编号",
        "model": "型号",
        "bought_on": {"from": "购置日期", "type": "date"},
        "price": {"from": "原值", "type": "money"},
        "dept": "部门",
    },
    "key": "device_id",
}
ROSTER: dict[str, Any] = {
    "title": "花名册",
    "files": "exports/花名册.csv",
    "columns": {
        "post": "岗位",
        "stint": {"from": "序号", "type": "integer"},
        "begun": {"from": "入场", "type": "date"},
        "ended": {"from": "离场", "type": "date"},
    },
    "key": ["post", "stint"],
}
LEDGER: dict[str, Any] = {
    "title": "支出台账",
    "files": "exports/台账.csv",
    "columns": {
        "voucher": "凭证号",
        "paid_on": {"from": "支付日期", "type": "date"},
        "purpose": "用途",
        "amount": {"from": "金额", "type": "money", "required": True},
    },
    "year_by": "paid_on",
    "key": "voucher",
}
TABLES = {"tickets": TICKETS, "devices": DEVICES, "roster": ROSTER, "ledger": LEDGER}
MEASURES: dict[str, Any] = {
    "spent": {"table": "ledger", "agg": "sum", "value": "amount", "unit": "元", "words": "支出"},
    "within": {
        "table": "tickets",
        "agg": "share",
        "where": "category = '桌面'",
        "value": "hours <= 4",
        "words": "四小时内完成",
    },
    "complaints": {"table": "tickets", "agg": "count", "where": "valid", "unit": "件", "words": "属实"},
}


def declared(fiscal_year: int, **changes: Any) -> Year:
    """A year's declaration: ``tables``, ``measures``, ``indicators``, ``budget`` and keys of year.yml replace."""
    tables = {**TABLES, **changes.pop("tables", {})}
    measures = {**MEASURES, **changes.pop("measures", {})}
    indicators = changes.pop("indicators", [])
    budget = {"initial": "12万元", "adjusted": "12万元", "spent": {"measure": "spent"}, **changes.pop("budget", {})}
    file = {
        "fiscal_year": fiscal_year,
        "project": "项目",
        "institution": "单位",
        "posts": {"prepared_by": "甲岗", "checked_by": "乙岗", "date": datetime.date(fiscal_year + 1, 2, 1)},
        "overall_goal": "目标",
        "budget": budget,
        "tables": tables,
        **changes,
    }
    return Year(
        root=Path(),
        fiscal_year=fiscal_year,
        year=YearFile.model_validate(file),
        indicators=IndicatorsFile.model_validate({"measures": measures, "indicators": indicators}),
        plan=PlanFile(),
        corrections=CorrectionsFile(),
        outline=Outline.model_construct(),
        lines={},
    )


def tables(year: int) -> dict[str, pd.DataFrame]:
    """Sound tables of a year; nothing in them is drawn by lot."""
    return {"tickets": tickets(year), "devices": devices(year), "roster": roster(year), "ledger": ledger(year)}


def tickets(year: int) -> pd.DataFrame:
    """Five a working day, at office hours, half an hour to seven hours long."""
    days = [d for d in pd.date_range(f"{year}-01-01", f"{year}-12-31") if d.weekday() < 5]
    rows = []
    for n in range(5 * len(days)):
        minute = (n * 37 + year * 11) % 480
        opened = days[n // 5] + pd.Timedelta(minutes=8 * 60 + 30 + minute)
        long = (n * 13 + year) % 29 == 0
        hours = 4.3 + (n % 6) * 0.5 if long else 0.25 + (n * 7 % 30) / 10
        device = (n * 17 + year) % 120
        rows.append(
            {
                "ticket_id": f"T{year % 100}{n:05d}",
                "category": ("桌面", "桌面", "桌面", "系统", "会议", "安全")[(n * 5 + n // 7) % 6],
                "engineer": f"E{(n + n // 11) % 6 + 1:02d}",
                "device_id": f"PC{device:03d}",
                "device_model": f"型{device % 7}",
                "cause": "等备件" if long else None,
                "opened_at": opened,
                "resolved_at": opened + pd.Timedelta(minutes=round(hours * 60)),
                "valid": n % 5 == 0,
                "hours": round(hours * 60) / 60,
            }
        )
    return placed(rows, "exports/工单.csv")


def devices(year: int) -> pd.DataFrame:
    rows = [
        {
            "device_id": f"PC{n:03d}",
            "model": f"型{n % 7}",
            "bought_on": datetime.date(2015 + n % 8, 1 + n % 12, 5),
            "price": 4000 + 100 * (n % 7),
            "dept": f"D{(n + (n % 40 == 3) * year) % 9}",
        }
        for n in range(120)
    ]
    return placed(rows, "exports/设备.csv")


def roster(year: int) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {"post": f"E{n:02d}", "stint": 1, "begun": datetime.date(2020, 1, 1), "ended": None} for n in range(1, 7)
    ]
    rows[2]["ended"] = datetime.date(year, 5, 31)
    rows.append({"post": "E03", "stint": 2, "begun": datetime.date(year, 6, 1), "ended": None})
    return placed(rows, "exports/花名册.csv")


def ledger(year: int) -> pd.DataFrame:
    rows = [
        {
            "voucher": f"记-{n:03d}",
            "paid_on": datetime.date(year, n // 2 + 1, 10 + n % 2),
            "purpose": ("服务费", "耗材")[n % 2],
            "amount": 8000 if n % 2 == 0 else 1500 + 10 * n + year % 7,
        }
        for n in range(24)
    ]
    return placed(rows, "exports/台账.csv")


def placed(rows: list[dict[str, Any]], file: str) -> pd.DataFrame:
    return pd.DataFrame(rows).assign(source_file=file, source_row=range(2, len(rows) + 2))


@contextmanager
def compared(
    folder: Path,
    now: Mapping[str, pd.DataFrame] | None = None,
    before: Mapping[str, pd.DataFrame] | None = None,
    *,
    aside: Mapping[str, list[dict[str, Any]]] | None = None,
    aside_before: Mapping[str, list[dict[str, Any]]] | None = None,
    alone: bool = False,
    accounts: list[dict[str, Any]] | None = None,
    **changes: Any,
) -> Iterator[Subject]:
    """The subject of 2024 against 2023: sound tables, some of them replaced. ``aside``: rows set aside."""
    year = declared(2024, **changes)
    _write(folder / "2024", year, {**tables(2024), **(now or {})}, aside or {})
    if alone:
        with open_subject(year, folder / "2024", accounts or []) as subject:
            yield subject
        return
    previous = declared(2023)
    _write(folder / "2023", previous, {**tables(2023), **(before or {})}, aside_before or {})
    with open_subject(year, folder / "2024", accounts or [], previous, folder / "2023") as subject:
        yield subject


def _write(
    folder: Path, year: Year, frames: Mapping[str, pd.DataFrame], aside: Mapping[str, list[dict[str, Any]]]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    for table, spec in year.year.tables.items():
        kinds = {**tidy_columns(spec), "source_file": "VARCHAR", "source_row": "BIGINT"}
        connection.register("frame", frames[table])
        picked = ", ".join(f'CAST("{c}" AS {kind}) AS "{c}"' for c, kind in kinds.items())
        connection.execute(f"COPY (SELECT {picked} FROM frame) TO '{folder / f'{table}.parquet'}' (FORMAT parquet)")
        texts = ["_reason", *spec.columns, "source_file"]
        rows = [{**dict.fromkeys(texts), "source_row": 0, **row} for row in aside.get(table, [])]
        connection.register("aside", pd.DataFrame(rows, columns=[*texts, "source_row"]))
        picked = ", ".join(f'CAST("{c}" AS VARCHAR) AS "{c}"' for c in texts)
        connection.execute(
            f"COPY (SELECT {picked}, CAST(source_row AS BIGINT) AS source_row FROM aside) "
            f"TO '{folder / f'{table}.set_aside.parquet'}' (FORMAT parquet)"
        )


def told(checks: Iterator[Check]) -> list[tuple[str, str]]:
    """Table and column (where it is about one) of everything that a check says."""
    return [(check.table, str(check.arguments.get("column", ""))) for check in checks]
