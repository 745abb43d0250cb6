"""Units of the field's forms: what they are called, what one is worth in its base unit, which compare."""

from __future__ import annotations

import re
from fractions import Fraction

#: Unit → (base unit, factor). Percent, ‰ and 比例 become a fraction, amounts 元, times hours.
BASE: dict[str, tuple[str, Fraction]] = {
    "%": ("比例", Fraction(1, 100)),
    "百分比": ("比例", Fraction(1, 100)),
    "‰": ("比例", Fraction(1, 1000)),
    "‱": ("比例", Fraction(1, 10000)),
    "比例": ("比例", Fraction(1)),
    "成": ("比例", Fraction(1, 10)),
    "元": ("元", Fraction(1)),
    "千元": ("元", Fraction(1000)),
    "万元": ("元", Fraction(10**4)),
    "万": ("", Fraction(10**4)),
    "百万元": ("元", Fraction(10**6)),
    "亿元": ("元", Fraction(10**8)),
    "亿": ("", Fraction(10**8)),
    "角": ("元", Fraction(1, 10)),
    "秒": ("小时", Fraction(1, 3600)),
    "毫秒": ("小时", Fraction(1, 3600000)),
    "分钟": ("小时", Fraction(1, 60)),
    "小时": ("小时", Fraction(1)),
    "天": ("小时", Fraction(24)),
    "日": ("小时", Fraction(24)),
    "周": ("小时", Fraction(168)),
    "工作日": ("工作日", Fraction(1)),
}
#: Other spellings of a unit.
SPELLINGS: dict[str, str] = {
    "个小时": "小时",
    "h": "小时",
    "hour": "小时",
    "hours": "小时",
    "个工作日": "工作日",
    "工作天": "工作日",
    "个工作天": "工作日",
    "min": "分钟",
    "mins": "分钟",
    "s": "秒",
    "ms": "毫秒",
    "星期": "周",
    "个星期": "周",
    "个月": "月",
    "个季度": "季度",
    "自然日": "日",
    "日历天": "天",
    "日历日": "日",
    "个自然日": "日",
    "圆": "元",
    "块": "元",
    "人民币": "元",
    "RMB": "元",
    "人(次)": "人次",
    "人·次": "人次",
    "次(场)": "场次",
    "场(次)": "场次",
    "台(套)": "台套",
    "台/套": "台套",
    "套(台)": "台套",
    "km": "公里",
    "千米": "公里",
    "m": "米",
    "cm": "厘米",
    "kg": "公斤",
    "千克": "公斤",
    "t": "吨",
    "g": "克",
    "mg": "毫克",
    "ug": "微克",
    "μg": "微克",
    "µg": "微克",
    "l": "升",
    "kw": "千瓦",
    "kwh": "千瓦时",
    "db": "分贝",
    "个百分点": "百分点",
    "人/次": "人次",
    "%以内": "%",
}
DURATIONS = ("小时", "工作日", "月", "年", "季度")
#: Measure words and units that a count may stand in, longest first; what follows them is the thing counted.
COUNTS = sorted(
    [
        "人次",
        "台次",
        "家次",
        "件次",
        "架次",
        "辆次",
        "亩次",
        "剂次",
        "点次",
        "场次",
        "班次",
        "车次",
        "批次",
        "户次",
        "台套",
        "人",
        "名",
        "位",
        "个",
        "件",
        "次",
        "户",
        "家",
        "台",
        "套",
        "辆",
        "艘",
        "架",
        "座",
        "栋",
        "幢",
        "间",
        "处",
        "条",
        "项",
        "份",
        "篇",
        "册",
        "本",
        "张",
        "期",
        "场",
        "批",
        "种",
        "类",
        "例",
        "起",
        "宗",
        "只",
        "头",
        "匹",
        "棵",
        "株",
        "粒",
        "亩",
        "公顷",
        "平方公里",
        "平方米",
        "立方米",
        "公里",
        "米",
        "厘米",
        "毫米",
        "公斤",
        "克",
        "吨",
        "度",
        "千瓦时",
        "千瓦",
        "分",
        "页",
        "字",
        "课时",
        "学时",
        "级",
        "倍",
        "百分点",
        "年",
        "月",
        "季度",
        "村",
        "所",
        "支",
        "门",
        "口",
        "组",
        "对",
        "盏",
        "块",
        "部",
        "面",
        "卷",
        "案",
        "款",
        "元",
        "天",
        "日",
        "周",
        "小时",
        "工作日",
        "分钟",
        "秒",
        "%",
        "‰",
        "星",
        "片",
        "袋",
        "箱",
        "瓶",
        "桶",
        "杆",
        "樘",
        "眼",
        "孔",
        "段",
        "节",
        "轮",
        "宗地",
        "点",
        "点位",
        "幅",
        "枚",
        "根",
        "副",
        "双",
        "桌",
        "床",
        "床位",
        "个月",
        "万元",
        "亿元",
    ],
    key=len,
    reverse=True,
)
#: Units that count the same thing, with how many of the first one each is.
CONVERTIBLE: tuple[dict[str, Fraction], ...] = (
    {"米": Fraction(1), "公里": Fraction(1000), "厘米": Fraction(1, 100), "毫米": Fraction(1, 1000)},
    {"平方米": Fraction(1), "平方公里": Fraction(10**6), "公顷": Fraction(10**4), "亩": Fraction(2000, 3)},
    {"公斤": Fraction(1), "吨": Fraction(1000), "克": Fraction(1, 1000)},
    {"人": Fraction(1), "名": Fraction(1), "位": Fraction(1)},
    {"月": Fraction(1), "年": Fraction(12), "季度": Fraction(3)},
    {"升": Fraction(1), "毫升": Fraction(1, 1000), "立方米": Fraction(1000)},
    {"千瓦": Fraction(1), "瓦": Fraction(1, 1000), "兆瓦": Fraction(1000), "kW": Fraction(1), "MW": Fraction(1000)},
    {"Mbps": Fraction(1), "Kbps": Fraction(1, 1000), "Gbps": Fraction(1000)},
)
KINDS = ("length", "area", "weight", "count", "months", "volume", "power", "bandwidth")
#: A measure word before the noun adds nothing: 11个人 = 11人; 个 alone stays.
MEASURE_WORD = re.compile(r"^(?:个|名|位)(?=人|工作日|小时|月|次|百分点)")
#: 件(次): of either.
OR_TIMES = re.compile(r"^(.{1,2})\(([次场套台])\)$")
LARGE = {"万": Fraction(10**4), "亿": Fraction(10**8), "千": Fraction(1000)}


def spelled(unit: str) -> str:
    """A unit in its canonical spelling; each side of a slash by itself."""
    unit = _spelled(unit)
    if unit in BASE:
        return unit
    unit = OR_TIMES.sub(r"\1\2", MEASURE_WORD.sub("", unit))
    head, slash, rest = unit.partition("/")
    return _spelled(head) + slash + _spelled(rest)


def _spelled(unit: str) -> str:
    """Foreign units in any case: KM, Km, km."""
    return SPELLINGS.get(unit) or SPELLINGS.get(unit.lower()) or unit


def to_base(number: Fraction, unit: str) -> tuple[Fraction, str | None]:
    """A number in the base unit of its unit; units without one stay as they are, canonically spelt."""
    unit = spelled(unit)
    head, slash, rest = unit.partition("/")
    if head in BASE:
        base, factor = BASE[head]
        return number * factor, (base + slash + rest) or None
    return number, unit or None


def factor_of(unit: str) -> Fraction:
    """What one of this unit is worth in its base unit."""
    return to_base(Fraction(1), unit)[0]


def comparable(number: Fraction, unit: str | None, wanted: str | None) -> Fraction | None:
    """A number in the unit that is wanted; None where the two cannot be meant for each other.

    Units are base units. Counts of things are taken for each other (10台 answers 10套): whether
    the words fit is for people to judge. A target per head is often written without "/人".
    """
    if not unit or not wanted or unit == wanted:
        return number
    one, other = unit.partition("/"), wanted.partition("/")
    if one[0] == other[0] and sorted(re.split("[·/]", one[2])) == sorted(re.split("[·/]", other[2])):
        return number  # 元/天·生 is 元/生·天
    if one[0] == other[0] and not (one[2] and other[2]):
        return number
    (one_scale, one_unit), (other_scale, other_unit) = _large(one[0]), _large(other[0])
    for family in CONVERTIBLE:
        if one_unit in family and other_unit in family:
            return number * one_scale * family[one_unit] / (other_scale * family[other_unit])
    if kind_of(one_unit) != kind_of(other_unit) or (one[2] and other[2] and one[2] != other[2]):
        return None
    if one_unit != other_unit and (kind_of(one_unit) != "count" or re.search("[A-Za-z]", one_unit + other_unit)):
        return None  # GB are no TB
    return number * one_scale / other_scale


def large_scale(unit: str) -> Fraction:
    """What 万 or 亿 before a counted unit multiplies by: 万人次 → 10000."""
    return _large(unit.partition("/")[0])[0]


def _large(unit: str) -> tuple[Fraction, str]:
    """万人次 → (10000, 人次)."""
    if len(unit) > 1 and unit[0] in LARGE and unit not in BASE:
        return LARGE[unit[0]], unit[1:]
    return Fraction(1), unit


def kind_of(unit: str) -> str:
    """What a base unit measures: share, money, time, workdays, length, area, weight, points or a count of things."""
    known = {
        "比例": "share",
        "元": "money",
        "小时": "time",
        "工作日": "workdays",
        "分": "points",
        "百分点": "percentage points",
    }
    if unit in known:
        return known[unit]
    for family, name in zip(CONVERTIBLE, KINDS, strict=True):
        if unit in family:
            return name
    return "count"
