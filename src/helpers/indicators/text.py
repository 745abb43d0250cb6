"""The text of a target or actual in one spelling: width, look-alikes, Chinese numerals."""

from __future__ import annotations

import re
import unicodedata

LOOK_ALIKES = {
    "≧": "≥", "⩾": "≥", "≦": "≤", "⩽": "≤", "═": "=", "﹥": ">", "﹤": "<", "＞": ">", "＜": "<", "〉": ">", "〈": "<",
    ">=": "≥", "=>": "≥", "<=": "≤", "=<": "≤", "≥=": "≥", "≤=": "≤", "％": "%", "﹪": "%", "℅": "%", "—": "-", "–": "-",
    "～": "~", "至": "至", "，": ",", "；": ";", "：": ":", "（": "(", "）": ")",
}
DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
TENS = {"十": 10, "百": 100, "千": 1000}
#: A numeral counts as one before a unit or measure word only: 一般, 统一, 万元 are words.
NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百千]+(?=个|名|位|次|人|件|台|套|天|日|小时|分钟|周|年|月|项|场|期|份|家|户|元|万元|%)")


def normal(text: str) -> str:
    """One spelling, without white space; thousands commas are dropped, numerals become digits."""
    out = unicodedata.normalize("NFKC", text.translate(str.maketrans({"═": "=", "㎡": "平方米"})))
    out = re.sub(r"\s+", "", out)
    for look, plain in LOOK_ALIKES.items():
        out = out.replace(look, plain)
    out = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", out)
    out = out.replace("(百分比)", "").replace("百分之", "pct")
    out = re.sub(r"pct([\d.]+)", r"\1%", out)
    return NUMERAL.sub(lambda m: _digits(m.group()), out)


def _digits(numeral: str) -> str:
    """一百二十 → 120; what is no numeral stays."""
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
