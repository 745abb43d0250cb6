"""Figures and their units in Chinese official wording: the one place that turns a number into text.

Results keep every figure in base units (ratios as fractions, money in 元, durations in hours, dates
in ISO 8601) and unrounded. Only here is a figure cut to what a reader needs, half up, and never so
that it crosses a line: 99.999 % is not written 100 %, and a shortfall never reads like the target.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any

from helpers.report.followed_numbers import said
from helpers.report.results_indicators import Judged

Number = int | float | Decimal

STATUS_WORDS = {"met": "完成", "partly_met": "部分完成", "not_met": "未完成", "unknown": "无法判定"}
PLAN_STATUS_WORDS = {"done": "已完成", "adopted": "已采纳", "carried": "结转", "proposed": "建议"}
LEVEL_WORDS = {"stop": "须更正", "note": "须说明"}
UNKNOWN = "无法判定"
BLANK = "—"
#: What somebody has yet to decide.
TO_FILL = "待定"

#: Decimals of a percentage in a sentence; a column of them has two.
PROSE = 1
#: Decimals that no declared figure has more of: what was set or promised is printed as it was said.
AS_SAID = 6
#: From this size on one decimal says enough of a figure that is no percentage.
_ENOUGH = 10
_WAN = Decimal(10_000)
# A difference that five more decimals do not show is floating-point dust, not a difference.
_MOST_MORE_PLACES = 4


def exact(value: Number) -> Decimal:
    """The number as the shortest decimal that stands for it (a float's repr, not its binary value)."""
    return Decimal(float.__repr__(value)) if isinstance(value, float) else Decimal(value)


def runs_text(numbers: Iterable[int]) -> str:
    """3、5至7、9: numbers in their order, three or more that follow one another as a run."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(sorted(numbers)), lambda one: one[1] - one[0])]
    return "、".join(f"{run[0]}至{run[-1]}" if len(run) > 2 else "、".join(map(str, run)) for run in runs)


def count_range(low: Number, high: Number) -> str:
    """25至55: whole cases between two bounds; fewer than none are none."""
    return f"{number_text(max(low, 0), 0)}至{number_text(max(high, 0), 0)}"


def number_text(value: Number, places: int = 2, apart: Iterable[Number] = (), keep: bool = False) -> str:
    """``value`` half up to ``places`` decimals, trailing zeros dropped unless ``keep``.

    ``apart``: figures that the text must not coincide with unless the value does; as many more
    decimals as that takes are written, up to four.
    """
    amount = exact(value)
    others = [exact(other) for other in apart]
    for digits in range(places, places + _MOST_MORE_PLACES + 1):
        step = Decimal(1).scaleb(-digits)
        shown = amount.quantize(step, ROUND_HALF_UP)
        if all(amount == o or shown != o.quantize(step, ROUND_HALF_UP) for o in others):
            break
    text = f"{shown:f}"
    if "." in text and not keep:
        text = text.rstrip("0").rstrip(".")
    return said(text.removeprefix("-") if not shown else text)


def ratio_text(value: Number, apart: Iterable[Number] = (), keep: bool = False, places: int | None = None) -> str:
    """A fraction as a percentage: 0.98765 → 98.8%. All and nothing are only written when exact.

    ``places``: one decimal where not said; ``keep``: two decimals throughout, for a column of them.
    """
    lines: list[Number] = [0, 100, *(exact(other) * 100 for other in apart)]
    digits = places if places is not None else 2 if keep else PROSE
    return number_text(exact(value) * 100, digits, lines, keep) + "%"


def points_text(value: Number, places: int | None = None) -> str:
    """A difference of two fractions in percentage points: 0.036 → 3.6个百分点."""
    return number_text(exact(value) * 100, PROSE if places is None else places, [0]) + "个百分点"


def money_text(
    yuan: Number, per: str = "", apart: Iterable[Number] = (), beside: Number = 0, places: int | None = 2
) -> str:
    """An amount in 元 as 万元 from ten thousand on: 1234000 → 123.4万元; ``per``: "/人" and the like.

    ``beside``: a larger amount next to which it is read, and whose unit it takes. ``places``: two decimals, for
    money that was given or spent; None for an average, of which one is enough.
    """
    largest = max(abs(exact(yuan)), abs(exact(beside)))
    unit, size = ("元", Decimal(1)) if largest < _WAN else ("万元", _WAN)
    others: list[Number] = [0, *(exact(other) / size for other in apart)]
    return number_text(exact(yuan) / size, _places(largest / size, places), others) + unit + per


def _places(amount: Decimal, places: int | None) -> int:
    """How many decimals a figure has that nobody said them of: small ones two, or too little would be left."""
    return places if places is not None else PROSE if abs(amount) >= _ENOUGH else 2


def wan_text(yuan: Number) -> str:
    """An amount in 元 as a bare number of 万元, for columns headed 万元, with the decimals of the prose."""
    return number_text(exact(yuan) / _WAN)


def duration_text(hours: Number, apart: Iterable[Number] = (), places: int | None = None) -> str:
    """A duration in hours: 0.5 → 30分钟, 1.5 → 1.5小时, 100 → 100小时."""
    amount, others = exact(hours), [exact(other) for other in apart]
    if amount != 0 and abs(amount) < 1:
        return number_text(amount * 60, 1, [0, *(other * 60 for other in others)]) + "分钟"
    return number_text(amount, _places(amount, places), others) + "小时"


def date_text(iso: str | date) -> str:
    """2025-06-30 → 2025年6月30日, 2025-06 → 2025年6月; anything else as it stands."""
    text = iso.isoformat() if isinstance(iso, date) else str(iso)
    found = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?:[T ](\d{2}:\d{2})(?::\d{2})?.*)?", text)
    if not found:
        return text
    year, month, day, clock = found.groups()
    words = f"{year}年{int(month)}月" + (f"{int(day)}日" if day else "")
    return said(f"{words}{clock}" if clock else words)


def value_text(value: Any, unit: str | None, apart: Iterable[Number] = (), places: int | None = None) -> str:
    """A figure in its base unit as text; dates and words as they are, nothing known as 无法判定.

    ``unit``: "比例", "元", "元/…", "小时", "工作日" or any other, which is written after the number.
    ``places``: decimals, as an indicator declares them; ``AS_SAID`` for what was set.
    """
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "至".join(value_text(item, unit, places=places) for item in value)
    if not isinstance(value, int | float | Decimal):
        return date_text(str(value))
    unit = unit or ""
    if unit == "比例":
        return ratio_text(value, apart, places=places)
    if unit == "元" or unit.startswith("元/"):
        return money_text(value, unit[1:], apart, places=places)
    if unit == "小时":
        return duration_text(value, apart, places)
    amount = exact(value)
    return number_text(amount, _places(amount, places), apart) + {"工作日": "个工作日"}.get(unit, unit)


def gap_text(size: Number, unit: str | None, beside: Any = None, places: int | None = None) -> str:
    """A difference in the unit of the two figures: fractions differ by percentage points.

    ``beside``: one of the two figures, whose unit and decimals the difference takes: 万元 beside 万元.
    """
    if unit == "比例":
        return points_text(size, places)
    if not isinstance(beside, int | float | Decimal):
        return value_text(size, unit, apart=[0], places=places)
    if unit and (unit == "元" or unit.startswith("元/")):
        return money_text(size, unit[1:], beside=beside, places=places)
    return value_text(size, unit, apart=[0], places=_places(exact(beside), places))


def score_text(score: Number | None) -> str:
    """8.5 → 8.5分; no score → 未评分."""
    return "未评分" if score is None else number_text(score) + "分"


def status_words(status: str) -> str:
    """met → 完成, partly_met → 部分完成, not_met → 未完成, unknown → 无法判定."""
    return STATUS_WORDS[status]


def is_timed_share(indicator: Judged) -> bool:
    """Whether a time limit is answered by the share of cases that kept it (part of a compound)."""
    if indicator["target"].get("kind") != "duration":
        return False
    unit = indicator.get("actual_unit")
    return unit == "比例" if unit else indicator.get("required") is not None


def lower_is_better(indicator: Judged) -> bool:
    """Whether the target is an upper bound, by its operator or else its known direction.

    Of cases kept within a time limit more is better, although the limit itself is an upper bound.
    """
    target = indicator["target"]
    if is_timed_share(indicator):
        return False
    if target.get("op") in ("<", "<="):
        return True
    return target.get("op") in (None, "=") and target.get("direction") == "lower"


def actual_unit(indicator: Judged) -> str | None:
    """The unit of an indicator's actual: declared, its target's, or as written in the actual."""
    if is_timed_share(indicator):
        return "比例"
    unit = indicator.get("actual_unit") or indicator["target"].get("unit")
    if unit:
        return unit
    # A target without a unit (少于10) is answered in one (2件).
    written = re.fullmatch(r"\d+(?:\.\d+)?([^\d%‰]{1,4})", plain(indicator.get("actual_text")))
    return written[1] if written else None


def attainment_words(indicator: Judged) -> str:
    """The attainment as the field writes it: a kept upper bound is 优于目标, never "180 %"."""
    attainment = indicator.get("attainment")
    if attainment is None:
        return BLANK
    if attainment > 1 and lower_is_better(indicator):
        return "优于目标"
    return rate_text(attainment, indicator.get("weight"), indicator.get("score"))


def rate_text(rate: Number, weight: Number | None, score: Number | None) -> str:
    """A rate with as many decimals as a reader needs who multiplies it by the weight to find the score."""
    for places in (PROSE, 2):
        shown = exact(rate).quantize(Decimal(1).scaleb(-2 - places), ROUND_HALF_UP)
        again = (shown * exact(weight or 0)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if shown >= 1 or weight is None or score is None or again == exact(score):
            return ratio_text(rate, places=places)
    return ratio_text(rate, places=2)


def column_of(parts: Sequence[Number], total: Number, places: int = 2) -> tuple[list[str], str]:
    """The parts of a total to equal decimals, and what their sum as printed lacks of the total, "" where nothing.

    Where a part would be lost, all have more decimals. Equal parts are printed alike, so that rounding may show.
    """
    amounts = [exact(part) for part in parts]
    step, shown = Decimal(1).scaleb(-places), amounts
    for digits in range(places, places + _MOST_MORE_PLACES):
        step = Decimal(1).scaleb(-digits)
        shown = [amount.quantize(step, ROUND_HALF_UP) for amount in amounts]
        if all(part or not amount for part, amount in zip(shown, amounts, strict=True)):
            break
    lack = abs(exact(total).quantize(step, ROUND_HALF_UP) - sum(shown, Decimal(0)))
    return [said(f"{part:f}") for part in shown], said(f"{lack.normalize():f}") if lack else ""


def yuan_text(yuan: Number) -> str:
    """Whole 元 beside others of any size: 5615元, 197,340元."""
    amount = exact(yuan).quantize(Decimal(1), ROUND_HALF_UP)
    return said(f"{amount:,}元" if abs(amount) >= _WAN else f"{amount}元")


def variance_words(indicator: Judged) -> str:
    """How far the actual is from the target, and on which side; empty where nobody can say.

    低于目标3.6个百分点 · 高于目标5个百分点 · 优于目标（低8件） · 超出目标2件 · 达到目标
    """
    variance, target = indicator.get("variance"), indicator["target"]
    if not isinstance(variance, int | float | Decimal) or isinstance(variance, bool):
        return ""
    if variance == 0:
        return "恰好等于目标值" if target.get("op") in ("<", ">") else "达到目标"
    if target.get("kind") in ("date", "period"):
        days = number_text(abs(exact(variance)), 2) + "天"
        return ("晚于目标" if variance > 0 else "早于目标") + days
    size = gap_text(abs(exact(variance)), actual_unit(indicator), target.get("value"), indicator.get("decimals"))
    favourable = indicator.get("favourable")
    if favourable is None:
        return f"与目标相差{size}"
    if lower_is_better(indicator):
        return f"优于目标（低{size}）" if favourable else f"超出目标{size}"
    if variance > 0:
        return f"高于目标{size}"
    return f"低于目标{size}"


def interval_text(interval: Sequence[Number], unit: str | None) -> str:
    """[0.853, 0.958] → 85.3%至95.8%."""
    low, high = interval
    return f"{value_text(low, unit)}至{value_text(high, unit)}"


def listing(names: Iterable[str], at_most: int = 5) -> str:
    """甲、乙、丙; beyond ``at_most`` the rest is counted: 甲、乙等7项."""
    names = list(names)
    if len(names) <= at_most:
        return "、".join(names)
    return "、".join(names[:at_most]) + f"等{len(names)}项"


def plain(text: Any) -> str:
    """An authored text as one line: line breaks dropped, and no accidental mark-up."""
    words = str(text if text is not None else "").strip().replace("**", "＊＊")
    words = re.sub(r"(?<=[^\x00-\x7f])\s*[\r\n]+\s*(?=[^\x00-\x7f])", "", words)
    return said(re.sub(r"\s+", " ", words))


def tight(text: Any) -> str:
    """A sentence from elsewhere in the report's own setting: no blanks between Chinese and figures."""
    words = plain(text)
    words = re.sub(r"(?<=[\u4e00-\u9fff，。；：、（“]) (?=[\d.])", "", words)
    return re.sub(r"(?<=[\d%]) (?=[\u4e00-\u9fff，。；：、）”])", "", words)


def clause(text: Any) -> str:
    """An authored text without its closing punctuation, to be built into a sentence."""
    return plain(text).rstrip("。；;，,、.:： ")


def sentence(text: Any) -> str:
    """An authored text as a sentence: closed by 。 unless it closes itself; empty stays empty."""
    words = plain(text)
    if not words or words[-1] in "。！？!?…）”》":
        return words + ("。" if words and words[-1] in "）”》" else "")
    return words.rstrip("；;，,、.:： ") + "。"


#: So much of a text that is cut must be left where it is cut behind a clause.
KEPT = 0.6


def brief(text: Any, at_most: int = 40) -> str:
    """An authored text short enough for a label or a running sentence, cut visibly, behind a clause where one ends
    not long before."""
    words = clause(text)
    if len(words) <= at_most:
        return words
    kept = words[: at_most - 1]
    ends = [found.start() for found in re.finditer("[，；。]", kept) if found.start() >= KEPT * at_most]
    return kept[: ends[-1] if ends else None] + "……"


def quoted(text: Any) -> str:
    """A name between Chinese quotation marks."""
    return f"“{clause(text)}”"
