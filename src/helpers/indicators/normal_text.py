"""The text of a target or actual in one spelling: width, look-alikes, Chinese numerals, list markers."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LOOK_ALIKES = {
    ">=": "≥",
    "=>": "≥",
    "<=": "≤",
    "=<": "≤",
    "≥=": "≥",
    "≤=": "≤",
    "==": "=",
}
ONE_SIGN = str.maketrans(
    {
        "≧": "≥",
        "⩾": "≥",
        "≦": "≤",
        "⩽": "≤",
        "═": "=",
        "﹥": ">",
        "﹤": "<",
        "〉": ">",
        "〈": "<",
        "﹪": "%",
        "﹦": "=",
        "—": "-",
        "–": "-",
        "―": "-",
        "−": "-",
        "～": "~",
        "〜": "~",
        "∼": "~",
        "㎡": "平方米",
        "㎥": "立方米",
        "×": "*",
        "✕": "*",
        "㎞": "公里",
        "㎏": "公斤",
        "℃": "度",
        "【": "(",
        "】": ")",
        "〔": "(",
        "〕": ")",
        "“": '"',
        "”": '"',
        "…": ".",
    }
)
#: List markers and line ends separate; they are no digits of what follows.
MARKS = re.compile("[\u2460-\u249b\u24b6-\u24ff\u3220-\u3229\u3280-\u3289\u2776-\u2793]|[\r\n]+")
DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
TENS = {"十": 10, "百": 100, "千": 1000}
NUMERAL_CHARS = "零〇一二两三四五六七八九十百千"
#: A numeral of several signs with a ten in it is a number before any measure word (八百二十盏).
LONG_NUMERAL = re.compile(
    rf"(?<![{NUMERAL_CHARS}第统同专唯])(?=[{NUMERAL_CHARS}]*[十百千])[一二两三四五六七八九十][{NUMERAL_CHARS}]+"
    "(?=[盏所口株棵吨支部本册张只头门幢栋间块根杆孔段轮幅枚瓶袋箱桶床艘架宗案款页字平立])"
)
#: A numeral counts as one before a unit or measure word only: 一般, 统一, 万元 are words; 一人一档 is none.
NUMERAL = re.compile(
    rf"(?<![{NUMERAL_CHARS}第统同专唯])[{NUMERAL_CHARS}]+(?=个|名|位|次|人|件|台|套|天|日|小时|分钟|周|年|月|项|场|期|份|家|户|元|万|亿"
    r"|%|条|处|篇|座|辆|倍|季度|种|批|起|例|组|亩|公里|米|成(?:以|左|$))(?!次性)"
)
HALF = re.compile("(?<![一二两三四五六七八九])半(?=年[^度终报中]|年$|天|小时|个月)")
#: 1年半, 2个半小时: a half behind the figure or behind its measure word.
AND_A_HALF = re.compile(
    r"(?<![0-9.第])([0-9]{1,3}|[一两二三四五六七八九十])(?:(年|天|日|小时|个月)半|个半(小时|月|工作日))"
    r"(?=以?[内上下前]|之内|左右|完成|[;,。、)]|$)"
)
EACH = re.compile("一[^\\d一,;、。]{1,2}一[^\\d一,;、。]{1,2}")
SHARE = re.compile(rf"(百|千|万)分之([{NUMERAL_CHARS}]+|[0-9.]+)")
#: What separates the parts of a compound unit: 元/人·天, 元/人、天, 元/人.天, 元/(人·天).
PER_WORD = (
    "(?:人次|人|户|生|亩|床|次|年|月|天|日|周|季度?|学期|学年|期|课时|学时|小时|餐|平方米|台|套|个|家|村|所|班|车|"
    "吨|公里)"
)
PER = re.compile(rf"/(?P<first>{PER_WORD})(?P<rest>(?:[·•・‧∙*、.]{PER_WORD})+)(?![0-9\u4e00-\u9fff]*[0-9])")
PER_IN_BRACKETS = re.compile(rf"/\((?P<parts>{PER_WORD}(?:[·•・‧∙*、./]{PER_WORD})*)\)")
#: The parts of a compound unit said in words: 每人每月500元, 500元每人每月, 每月不少于300人次.
EACH_FIRST = re.compile(
    rf"^(?:平均)?每(?P<first>{PER_WORD})(?:每(?P<then>{PER_WORD}))?(?P<sign>[^0-9每]{{0,5}}?)"
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>[万千]?元|人次|人|户|吨|公里|亩|小时)(?P<after>以上|以内|以下)?$"
)
EACH_LAST = re.compile(rf"(?P<money>[0-9][万千]?元)/?每(?P<first>{PER_WORD})(?:/?每(?P<then>{PER_WORD}))?$")
#: A whole year in numerals (二〇二四年).
YEAR = re.compile("[〇零一二三四五六七八九]{4}(?=年)")


@lru_cache(maxsize=65536)
def normal(text: str) -> str:
    """One spelling without white space; thousands commas are dropped, numerals become digits.

    White space between two digits is kept: what it separates is not one number.
    """
    out = MARKS.sub(";", text)
    out = "".join(unicodedata.normalize("NFKC", c) if "\uff00" <= c <= "\uffef" else c for c in out)
    out = out.translate(ONE_SIGN)
    out = re.sub(
        "(km|m|公里|米)([²³])",
        lambda m: {"²": "平方", "³": "立方"}[m[2]] + {"km": "公里", "m": "米"}.get(m[1], m[1]),
        out,
    )
    out = re.sub("[²³¹]", "\u2002", out)  # a power of anything else is no digit of it
    out = re.sub(r"(?<=[0-9.])\s+(?=[0-9.])", "\u2002", out)
    out = re.sub("[^\\S\u2002]+", "", out)
    for look, plain in LOOK_ALIKES.items():
        out = out.replace(look, plain)
    out = re.sub(r"(?<![0-9.])([0-9]{1,3}(?:,[0-9]{3})+)(?![0-9])", lambda m: m.group().replace(",", ""), out)
    out = (
        re.sub(r"\((?:百分比|含|含本数|含[0-9]+(?:\.[0-9]+)?[^()]{0,3})\)", "", out)
        .replace("百分之百", "100%")
        .replace("百分百", "100%")
    )
    out = re.sub(r"^[¥￥]([0-9.]+)(?:元)?$", r"\1元", out)
    out = SHARE.sub(lambda m: _number(m[2]) + {"百": "%", "千": "‰", "万": "‱"}[m[1]], out)
    out = YEAR.sub(lambda m: "".join(str(DIGITS[c]) for c in m.group()), out)
    out = PER_IN_BRACKETS.sub(lambda m: "/" + m["parts"], out)
    out = PER.sub(lambda m: "/" + m["first"] + re.sub("[•・‧∙*、.]", "·", m["rest"]), out)
    out = AND_A_HALF.sub(lambda m: f"{_number(m[1])}.5{m[2] or {'月': '个月'}.get(m[3], m[3])}", out.strip(";"))
    out = HALF.sub("0.5", out)
    if not EACH.search(out):
        out = LONG_NUMERAL.sub(lambda m: _number(m.group()), NUMERAL.sub(lambda m: _number(m.group()), out))
    out = EACH_FIRST.sub(lambda m: f"{m['sign']}{m['number']}{m['unit']}{_per(m)}{m['after'] or ''}", out)
    return EACH_LAST.sub(lambda m: m["money"] + _per(m), out)


def _per(found: re.Match[str]) -> str:
    return f"/{found['first']}" + (f"·{found['then']}" if found["then"] else "")


def _number(numeral: str) -> str:
    """一百二十 → 120; digits stay as they are, and so does what cannot be one number (百家争鸣: 百 leads)."""
    if numeral[0].isascii() or (numeral[0] not in DIGITS and numeral[0] != "十"):
        return numeral
    if all(c in DIGITS for c in numeral):
        return "".join(str(DIGITS[c]) for c in numeral)
    total, current = 0, 0
    for char in numeral:
        if char in DIGITS:
            current = DIGITS[char]
        else:
            total += (current or 1) * TENS[char]
            current = 0
    return str(total + current)
