"""Deadlines, months and periods as targets write them: 11月底前, 2022年12月30日, 2020年1月--2020年11月."""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from typing import Any

from helpers.indicators.model import Target

#: What may follow a deadline without changing it: 前完成, 底前支付到位.
TAIL = r"(?P<tail>[^0-9≥≤<>=±%;,、。]{0,10})[;,。]?$"
BY = r"(?P<by>之?以?前|止|内)?"
DAY = re.compile(
    rf"^(?:于|在)?(?:(?P<year>\d{{4}})年)?(?P<month>\d{{1,2}})月(?:份)?(?:(?P<day>\d{{1,2}})[日号]|(?P<end>底|末|下旬))?{BY}{TAIL}",
    re.ASCII,
)
YEAR_END = re.compile(
    rf"^(?:于|在)?(?:(?P<year>\d{{4}})年?(?:度)?|本年度?|当年度?|年度?)(?:年?[底末]|(?=内)){BY}{TAIL}", re.ASCII
)
ISO_DAY = re.compile(
    rf"^(?P<year>\d{{4}})(?P<sep>[-./])(?P<month>\d{{1,2}})(?P=sep)(?P<day>\d{{1,2}}){BY}{TAIL}", re.ASCII
)
COMPACT_DAY = re.compile(r"^(?P<year>20\d{2})(?P<month>\d{2})(?P<day>\d{2})(?P<by>前)?(?P<tail>)$", re.ASCII)
QUARTER = re.compile(rf"^(?:(?P<year>\d{{4}})年)?第?(?P<quarter>[1-4一二三四])季度(?P<end>底|末)?{BY}{TAIL}", re.ASCII)
YEAR = re.compile(r"^(?P<year>(?:19|20)\d{2})年(?:度|全年)?$", re.ASCII)
MOMENT = (
    r"(?P<{0}y>\d{{4}})[年./-](?:度)?(?P<{0}m>\d{{1,2}})(?:月(?:份)?|(?=[-./~至到])|$|"
    r"(?=[./-]\d))(?:[./-]?(?P<{0}d>\d{{1,2}})[日号]?)?"
)
PERIOD = re.compile(
    rf"^(?:自|从)?{MOMENT.format('a')}(?:起)?[-~至到]+(?:(?P<by>\d{{4}})[年./-])?(?P<bm>\d{{1,2}})(?:月(?:份)?)?(?:[./-]?(?P<bd>\d{{1,2}})[日号]?)?(?:止)?{TAIL}",
    re.ASCII,
)
MONTHS = re.compile(r"^(?P<am>\d{1,2})月?[-~至到]+(?P<bm>\d{1,2})月(?:份)?$", re.ASCII)
DAYS = re.compile(
    rf"^(?:自|从)?(?P<am>\d{{1,2}})月(?P<ad>\d{{1,2}})[日号]?(?:起)?[-~至到]+(?:(?P<bm>\d{{1,2}})月)?(?P<bd>\d{{1,2}})[日号]?(?:止)?{TAIL}",
    re.ASCII,
)
YEARS = re.compile(r"^(?P<a>(?:19|20)\d{2})年?(?:度)?[-~至到]+(?P<b>(?:19|20)\d{2})年?(?:度)?$", re.ASCII)


def date_target(plain: str, written: str) -> Target | None:
    """The deadline, month or period that the text states; None where it states none.

    A text that looks like a date but cannot be one is ``unknown`` with note ``no_such_date``.
    """
    for pattern, build in (
        (YEARS, _years),
        (YEAR, _year),
        (ISO_DAY, _day),
        (PERIOD, _period),
        (MONTHS, _months),
        (DAYS, _days),
        (QUARTER, _quarter),
        (DAY, _day),
        (COMPACT_DAY, _day),
        (YEAR_END, _year_end),
    ):
        match = pattern.match(plain)
        if match is not None:
            found: Target | None = build(match.groupdict(), written)
            if found is not None:
                return found
    return None


def _no_date(written: str, why: str) -> Target:
    return Target(text=written, reason=why, notes=("no_such_date",))


def _deadline(written: str, year: str | None, stamp: str, said: bool) -> Target:
    value = f"{year}-{stamp}" if year else f"--{stamp}"
    return Target(
        text=written,
        kind="date",
        op="<=" if said else None,
        value=value,
        unit=None,
        direction="lower",
        direction_source="text",
        notes=() if year else ("year_not_said",),
    )


def _day(found: dict[str, Any], written: str) -> Target | None:
    year, month, by = found["year"], int(found["month"]), found.get("by")
    if by == "内" and not found.get("end") and not found.get("day"):
        found = {**found, "end": "底"}  # 12月内 = by its end
    if not 1 <= month <= 12:
        return _no_date(written, "月份不在 1 至 12 之间")
    done = bool(found.get("tail")) and found.get("day") is None and not found.get("end")
    if found.get("day"):
        day = int(found["day"])
    elif by in ("前", "以前", "之前", "之以前") and not found.get("end"):
        month -= 1  # 9月前 = by the end of August
        if month == 0:
            if not year:
                return _no_date(written, "期限早于本年度")
            year, month = str(int(year) - 1), 12
        day = 31
    else:
        day = 31
    last = 29 if month == 2 and not year else calendar.monthrange(int(year or 2000), month)[1] if _usual(year) else 0
    if not last or (found.get("day") and not 1 <= day <= last):
        return _no_date(written, "没有这一天")
    if done and by is None and not _finishes(found["tail"]):
        return None  # 12月培训: a word about the month, no date
    said = bool(by or found.get("end") or (found.get("tail") and _finishes(found["tail"])))
    return _deadline(written, year, f"{month:02d}-{min(day, last):02d}", said)


def _usual(year: str | None) -> bool:
    return year is None or 1900 <= int(year) <= 2199


def _finishes(tail: str) -> bool:
    return bool(
        re.search(r"完成|完工|竣工|到位|办结|验收|交付|拨付|支付|发放|开工|投入|上线|结束|完毕|提交|上报|建成", tail)
    )


def _year_end(found: dict[str, Any], written: str) -> Target | None:
    if found["tail"] and not found["by"] and not _finishes(found["tail"]):
        return None  # 年末余额: no deadline
    if not _usual(found["year"]):
        return _no_date(written, "没有这一年")
    return _deadline(written, found["year"], "12-31", True)


def _quarter(found: dict[str, Any], written: str) -> Target | None:
    quarter = "一二三四".find(found["quarter"]) + 1 or int(found["quarter"])
    if found["by"] in ("前", "以前", "之前"):
        quarter -= 0 if found["end"] else 1
    if quarter == 0 or not _usual(found["year"]):
        return _no_date(written, "期限早于本年度")
    stamp = ("03-31", "06-30", "09-30", "12-31")[quarter - 1]
    return _deadline(written, found["year"], stamp, bool(found["by"] or found["end"]))


def _period_of(written: str, first: str, last: str) -> Target:
    if first > last:
        return _no_date(written, "期间的终点早于起点")
    return Target(text=written, kind="period", op=None, value=(first, last), unit=None)


def _year(found: dict[str, Any], written: str) -> Target:
    return _period_of(written, f"{found['year']}-01", f"{found['year']}-12")


def _years(found: dict[str, Any], written: str) -> Target:
    return _period_of(written, f"{found['a']}-01", f"{found['b']}-12")


def _months(found: dict[str, Any], written: str) -> Target | None:
    first, last = int(found["am"]), int(found["bm"])
    if not (1 <= first <= 12 and 1 <= last <= 12):
        return _no_date(written, "月份不在 1 至 12 之间")
    return replace(_period_of(written, f"--{first:02d}", f"--{last:02d}"), notes=("year_not_said",))


def _days(found: dict[str, Any], written: str) -> Target | None:
    """3月15日至5月20日, 3月1日-15日: days of a year that is not said."""
    ends = [(int(found["am"]), int(found["ad"])), (int(found["bm"] or found["am"]), int(found["bd"]))]
    for month, day in ends:
        if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(2000, month)[1]:
            return _no_date(written, "没有这一天")
    first, last = (f"--{month:02d}-{day:02d}" for month, day in ends)
    return replace(_period_of(written, first, last), notes=("year_not_said",))


def _period(found: dict[str, Any], written: str) -> Target | None:
    first_year, last_year = found["ay"], found["by"] or found["ay"]
    months = int(found["am"]), int(found["bm"])
    if not all(1 <= month <= 12 for month in months):
        return _no_date(written, "月份不在 1 至 12 之间")
    ends = []
    for year, month, day in ((first_year, months[0], found["ad"]), (last_year, months[1], found["bd"])):
        if day and not (_usual(year) and 1 <= int(day) <= calendar.monthrange(int(year), month)[1]):
            return _no_date(written, "没有这一天")
        ends.append(f"{year}-{month:02d}" + (f"-{int(day):02d}" if day else ""))
    return _period_of(written, ends[0], ends[1])
