"""A worksheet's values as the words that stand in the cell: percentages, dates and units by their format."""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

#: Decimals that are kept where a format says nothing: what a calculation adds beyond them is noise.
KEPT = 10


def shown(value: Any, format: str | None = None) -> str:
    """The text of a cell's value; ``format`` is the workbook's number format. Empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    form = (format or "General").split(";")[0]
    if isinstance(value, int | float | Decimal):
        return _number(Decimal(repr(value) if isinstance(value, float) else value), form)
    if isinstance(value, datetime.datetime | datetime.date):
        return _date(value, form)
    if isinstance(value, datetime.timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    if isinstance(value, datetime.time):
        return f"{value.hour}:{value.minute:02}"
    return str(value).strip()


def _number(value: Decimal, form: str) -> str:
    """A number with its sign and unit; digits beyond the format's are dropped from two decimals on.

    A format of none or one decimal hides figures that an audit needs (99.44% shown as 99%).
    """
    if not value.is_finite():
        return ""
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", form)
    decimals = len(re.sub("[^0#?]", "", bare.partition(".")[2]))
    share = "%" in bare
    if share:
        value, decimals = value * 100, max(decimals, 2)
    kept = decimals if decimals >= 2 and "E" not in bare.upper().replace("GENERAL", "") else KEPT
    text = f"{value.quantize(Decimal(1).scaleb(-kept), ROUND_HALF_UP):f}" if abs(value) < 10**15 else f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if share:
        places = len(re.sub("[^0]", "", bare.partition(".")[2]))
        whole, _, fraction = text.partition(".")
        text = f"{whole}.{fraction.ljust(places, '0')}" if places else text
    text = "0" if text == "-0" else text
    unit = re.search(r'(?:"([^"]{1,6})"|\\(%|‰))\s*$', form.rstrip("_ )"))
    return text + ("%" if share else "") + ((unit[1] or unit[2]) if unit else "")


def _date(value: datetime.date, form: str) -> str:
    """A date as far as its format shows it: a month stays a month, and no year is added to 12月31日."""
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", form).lower()
    has = {part: part in bare for part in "ymd"}
    time = isinstance(value, datetime.datetime) and (value.hour or value.minute) and "h" in bare
    if has["y"] and not has["d"]:
        return f"{value.year}年{value.month}月" if has["m"] else f"{value.year}年"
    if has["m"] and has["d"] and not has["y"]:
        return f"{value.month}月{value.day}日"
    return value.strftime("%Y-%m-%d %H:%M" if time else "%Y-%m-%d")
