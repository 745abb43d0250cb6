"""Figures that say no quantity as they stand: a quantile without its limit, a day of the month, 2OO, 1,20."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A quantile says where in the distribution a limit stands; without the limit itself there is no figure.
QUANTILE = re.compile(
    r"[0-9]%?(?:百)?分位|百分位|四分位|分位[数值点]|(?<![A-Za-z])[Pp][0-9]{2}(?![0-9A-Za-z])", re.ASCII
)
#: Letters that a scanner or a hand takes for digits: 2OO人, l00人; O3 is a name.
LETTER_DIGITS = re.compile(
    r"(?<![A-Za-z])(?:[0-9]+[OoIl]+(?=[0-9%‰]|[\u4e00-\u9fff])|[OoIl]+[0-9]{2,}(?=[%‰]|[\u4e00-\u9fff])|"
    r"[0-9]+(?:[OoI]+|[OoIl]{2,})$)",
    re.ASCII,
)
#: A comma that parts no thousands: 1,20万元.
ODD_COMMA = re.compile("[0-9],[0-9]", re.ASCII)
#: A day that comes round, or one of another month: no length of time.
DAY_OF_A_MONTH = re.compile(
    r"(?:每个?|[次当下上本]个?)(?:月|季度?|季末|周|半年)[^0-9]{0,5}[0-9]{1,2}[日号](?![内历])", re.ASCII
)

#: A place in an order.
ORDINAL = re.compile(
    r"(?:排名|名次|位列|位居)?(?:全[国省市县区系])*(?:第|前)[0-9]{1,3}(?:名|位|项|档|等|期|批|号)?(?:以?内|之内|以上)?",
    re.ASCII,
)


@dataclass(frozen=True)
class Unreadable:
    """Why there is no quantity; ``damaged``: a scanner's or a hand's mistake."""

    reason: str
    damaged: bool = False


def unreadable(plain: str) -> Unreadable | None:
    """Why a text with figures states none that could be compared; None where nothing is known against it."""
    if QUANTILE.search(plain):
        return Unreadable("写的是分位数，要写明是哪个量的分位数和它的限值，例如“响应时间的95分位数不超过4小时”")
    if LETTER_DIGITS.search(plain):
        return Unreadable("数字里混有字母，疑似扫描或录入错误", damaged=True)
    if ODD_COMMA.search(plain):
        return Unreadable("数字里的逗号不在千分位上，不知道是几个数", damaged=True)
    if DAY_OF_A_MONTH.search(plain):
        return Unreadable("写的是某月里的哪一天，不是一个期限，也不是天数")
    if ORDINAL.fullmatch(plain):
        return Unreadable("写的是名次或序号，不是数值")
    return None
