"""Read a target as real tables write it; what cannot be known stays unknown, with a reason."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import cast

from helpers.indicators.date_targets import date_target
from helpers.indicators.lexicon import direction_of, head_of, is_elsewhere, is_growth, is_placeholder
from helpers.indicators.model import Direction, DirectionSource, Op, Target
from helpers.indicators.normal_text import NUMERAL_CHARS, normal
from helpers.indicators.notations import BEFORE, NUMBER, measure_word, operator, quantity
from helpers.indicators.units import BASE, COUNTS
from helpers.indicators.unreadable import unreadable

WAYS: dict[str, Direction] = {"正向": "higher", "反向": "lower", "逆向": "lower", "负向": "lower"}
DIRECTIONS: dict[Op, Direction] = {"<": "lower", "<=": "lower", "=": "equal", ">": "higher", ">=": "higher"}
BOUND = "|".join(re.escape(word) for word, _ in BEFORE)
NAMED = re.compile(rf"^(?P<name>[^0-9≥≤<>=±]*?)(?P<rest>(?:{BOUND})*(?:约|近)?-?[0-9].*)$", re.ASCII)
SPLIT = re.compile(r"[、;,。]|且|并且|(?<=[0-9][日天])(?=[0-9])|(?<=[0-9][人次件个台套项%])(?=[0-9])", re.ASCII)
#: Words before a figure that say nothing about it.
FILLER = re.compile(
    r"^(?:定[性量](?=.)|(?:年度)?(?:指标|目标)值?[:为]?|力争|确保|保证|争取|预计|预期|计划|原则上|实际|累计|共计|合计|总计|总共|全年|年均|平均|全部|已|共|计|"
    r"(?:应当?|需要?|必须|须|务必|要)(?=[达不]))"
)
#: A word right before a figure that bounds it in a way nobody knows: read without it, the figure would be wrong.
UNKNOWN_BOUND = re.compile(
    r"(?:[不未勿莫毋](?:[逾超越过多少高低大小下上及足满到至达出落差亚逊弱逮])?|[少多高低大小上下]|[封托兜触碰][顶底]|(?<![年时期界权有无])限|"
    r"(?<![通经超])过|逾|破|超)于?$"
)
REMARK = re.compile(r"^(?P<figure>[^()]*[0-9][^()]*)\((?P<remark>[^()]*[\u4e00-\u9fff]{2}[^()]*)\)$")
BOUNDING = re.compile(rf"{BOUND}|以[上下内]|之间|或|除|不|未|另|共|总|合计|[万千百亿]?元[/)]?$")
#: A negation that may belong to the bound behind it (不准备超过5件).
NEGATING = re.compile("[不未勿莫禁无免非][^0-9率度数量额值比人]{0,2}$")
#: One letter before a figure that is a word; any other is taken for a damaged sign.
SINGLE = set("达为共计约近需超满每含有在于至仅只完其占")
CHANGE = re.compile(
    r"^(?:(?:同比|环比|比|较|与)?(?:上一?年度?|去年|往年|上期|基期|\d{4}年)?(?:同期)?(?:相比)?)?(?P<way>增长|提高|提升|增加|上升|下降|降低|减少|压减|缩短|节约)(?:了|率|幅度|至)?"
    r"(?P<rest>(?:[^0-9]{0,6})-?[0-9].*)$",
    re.ASCII,
)
#: A date among other words; its figures are no quantity.
DATE = (
    r"(?:(?:19|20)\d{2}年(?:度)?(?:\d{1,2}月(?:份|底|末)?(?:\d{1,2}[日号])?)?|\d{1,2}月(?:\d{1,2}[日号])|"
    r"(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2})"
)
#: Only the year that is compared with is said, no figure.
COMPARED = re.compile(r"^(?:同比|环比|较|相?比|与|对比|相较于?)(?:19|20)\d{2}年(?:度)?(?:同期|相比|比较)*$", re.ASCII)
DATED = re.compile(rf"^(?P<before>[^0-9]*?)(?P<date>{DATE}(?:[年底末]|之?以?前|止)*)(?P<tail>[^0-9]*)$", re.ASCII)
#: List numbers: (1)…;(2)…, 1、…2、…
LISTED = re.compile(r"(?<![0-9.])(?:\(([0-9]{1,2})\)(?=.)|\(?([0-9]{1,2})[).、](?=[^0-9.%]))", re.ASCII)
SINCE = re.compile(rf"{DATE}|第[0-9]+|[0-9]{1, 2}月(?:份)?|[0-9]{1, 2}[*][0-9]{1, 2}", re.ASCII)
SOLE = re.compile(rf"{NUMBER}(?P<loose>余|多)?(?P<unit>[^0-9,;、。<>=≥≤~±\u2002]*)", re.ASCII)
CAPPED = re.compile(
    r"满意|合格|完成率|覆盖率|及时率|使用率|准确率|支付率|执行率|验收|达标|成功率|出勤率|知晓|认知度|认可度|参与度|普及率|合规率|到位率|在线率|可用率|运行率|通过率|"
    r"按时|按期|接种率|签约率|兑付率|发放率|保障率|优良率|正确率|完好率|建成率|开工率|完工率"
)
#: Indicators whose figure is an amount of money, by the end of their names.
MONEY_NAME = re.compile(
    "(?:成本|费用?|支出|开支|资金|金额|经费|投资|预算|产值|收入|收益|单价|造价|价格|补助|补贴|款项?|工资|税收?|营收|"
    "控制数)(?:总?额|总?数|标准|控制|情况)?$"
)
CIRCUMSTANCE = re.compile(r"^[57](?:天)?\*(?:8|12|24)小?时?[^0-9]{0,12}$", re.ASCII)
WORD = re.compile("[\u4e00-\u9fff]")
OTHER_YEAR = re.compile("[次翌下来上去往后]一?年")
EXCLUSIVE = re.compile(r"\(不含(?:本数|[0-9]+(?:\.[0-9]+)?[^()]{0,3})?\)")
UNIT_IN_BRACKETS = re.compile(r"^(?P<figure>[^()]*[0-9])\((?P<unit>[^()0-9]{1,4})\)$", re.ASCII)
SHORT_GRADES = ("是", "否", "有", "优", "良", "中", "差", "好", "高", "低")


def parse_target(text: str | None, name: str | None = None, direction: str | None = None) -> Target:
    """The target that ``text`` states; ``name`` the indicator's name, ``direction`` as the year file says.

    Never raises; a target that cannot be known has kind ``unknown`` and a ``reason``. Numbers are
    exact fractions in base units.
    """
    found, way = _understood("" if text is None else str(text))
    return _with_direction(_judge(found, name), name, direction, way)


@lru_cache(maxsize=16384)
def _understood(written: str) -> tuple[Target, Direction | None]:
    """The text by itself, whatever it is the target of; and the direction that a split column states."""
    plain = normal(written)
    if not plain or is_placeholder(plain):
        return Target(text=written, reason="没有写指标值" if not plain else "只有占位的文字，没有指标值"), None
    if is_elsewhere(plain):
        return Target(text=written, reason="指标值在别处，这里没有写"), None
    if why := unreadable(plain):
        return Target(text=written, reason=why.reason, notes=("suspect_sign",) if why.damaged else ()), None
    if EXCLUSIVE.search(plain):
        found, way = _understood(EXCLUSIVE.sub("", plain))
        strict = {">=": ">", "<=": "<", ">": ">", "<": "<"}.get(found.op or "")
        if strict is None or found.kind == "date":
            return Target(text=written, reason="写了“不含”，但没有可以识别的上下限"), None
        return replace(found, text=written, op=cast(Op, strict)), way
    stated = UNIT_IN_BRACKETS.match(plain)
    if stated and stated["unit"] in COUNTS and "元" not in stated["unit"]:
        plain = stated["figure"] + stated["unit"]
    plain, way = _stripped(_unlisted(plain))
    return _read(plain, written), way


def _stripped(plain: str) -> tuple[str, Direction | None]:
    """Without the words of split columns and fillers; and the direction that a split column states."""
    way: Direction | None = None
    while True:
        for word, meaning in WAYS.items():
            if plain.startswith(word):
                plain, way = plain[len(word) :].removeprefix("指标"), meaning
        shorter = FILLER.sub("", plain)
        if shorter == plain or not shorter:
            return plain, way
        plain = shorter


def _unlisted(plain: str) -> str:
    """Without list numbers, where they count 1, 2, 3 from the beginning on."""
    plain = re.sub("^[一二三四五六七八九十]、", "", plain)
    numbers = [one or other for one, other in LISTED.findall(plain)]
    if not LISTED.match(plain) or [int(n) for n in numbers] != list(range(1, len(numbers) + 1)):
        return plain
    return re.sub(";+", ";", re.sub("[;。,、]?" + LISTED.pattern, ";", plain)).strip(";")


def _dated(plain: str, written: str) -> Target | None:
    """Words around a date, and no other figure: the date, or nothing that can be known; never a quantity."""
    if COMPARED.match(plain):
        return Target(text=written, reason="只写了与哪一年比较，没有写数值")
    op, rest = operator(plain)
    match = DATED.match(rest)
    if match is None or not (op or match["before"]):
        return None
    if op in (">", ">="):
        return Target(text=written, reason="期限前写了 ≥，不知道是不早于还是不晚于，请写“某年某月某日前”")
    if OTHER_YEAR.search(match["before"]):
        return Target(text=written, reason="写的是另一年的日期，没有写是哪一年")
    if re.search("[≥≤<>=±]", match["before"]) or re.search("较|比|与|自|从|由|起|以来|距", match["before"]):
        return Target(text=written, reason="有日期，但没有可以识别的指标值")
    found = date_target(match["date"], written) or date_target(match["date"] + match["tail"], written)
    if found is None or found.kind not in ("date", "period"):
        return found
    by = op in ("<", "<=") or found.op or re.search("截止|不晚于|不迟于|之前|前$", match["before"])
    return replace(found, op="<=" if by and found.kind == "date" else found.op)


def _read(plain: str, written: str) -> Target:
    found = _dated(plain, written)
    if found is not None:
        return found
    if not re.search("[0-9]", plain):
        return date_target(plain, written) or _words(plain, written)
    if CIRCUMSTANCE.match(plain):
        return Target(text=written, kind="choice", op=None, value=plain)
    found = _one(plain, written)
    if found.kind == "unknown" and not found.notes:
        found = (
            _before_remark(plain, written)
            or _change(plain, written)
            or _compound(plain, written)
            or _within(plain, written)
            or found
        )
    return found


def _before_remark(plain: str, written: str) -> Target | None:
    """A quantity with its unit and a remark in brackets that bounds nothing: 96.3%(发放问卷300份), 3期(每期50人)."""
    match = REMARK.match(plain)
    if match is None or BOUNDING.search(match["remark"]):
        return None
    found = _one(match["figure"], written)
    return found if found.kind == "date" or (found.unit and found.kind in ("number", "duration", "frequency")) else None


def _words(plain: str, written: str) -> Target:
    """Words without a figure: a grade of quality (效果明显, 及时), or nothing that can be known."""
    zero = re.match("^零(?=[\u4e00-\u9fff]{2})", plain)
    if zero and not plain.startswith(("零星", "零散", "零售", "零部件")):
        return Target(
            text=written,
            kind="number",
            op=None,
            value=Fraction(0),
            unit=None,
            direction="lower",
            direction_source="text",
        )
    op, rest = operator(plain)
    if op and not WORD.search(rest):
        return Target(text=written, reason="限定词后面没有数值")
    if re.search(f"[{NUMERAL_CHARS}]分之", plain):
        return Target(text=written, reason="分数不能识别，请写成百分数")
    if (
        plain in SHORT_GRADES
        or re.fullmatch("[A-ZⅠ-Ⅻ]+级(?:及?以上)?", plain)
        or (len(WORD.findall(plain)) >= 2 and len(WORD.findall(plain)) * 2 > len(plain))
    ):
        if op and re.match("若干|几|某", rest):
            return Target(text=written, reason="限定词后面没有数值")
        return Target(text=written, kind="choice", op=None, value=plain)
    return Target(text=written, reason="没有可以识别的数值")


def _one(plain: str, written: str) -> Target:
    """A date, or a single limit in any of its notations."""
    return date_target(plain, written) or quantity(plain, written)


def _change(plain: str, written: str) -> Target | None:
    """A change against an earlier year: 较上年增长5%, 下降3个百分点. More of the change is better."""
    match = CHANGE.match(plain)
    if match is None:
        return None
    found = quantity(match["rest"], written)
    if found.kind != "number" or match["rest"].startswith("至"):
        return None
    up = match["way"] in ("增长", "提高", "提升", "增加", "上升")
    return replace(
        found,
        direction=found.direction or "higher",
        direction_source="text",
        notes=(*found.notes, "increase" if up else "decrease"),
    )


def _compound(plain: str, written: str) -> Target | None:
    """Several limits in one cell, each of them readable by itself."""
    both = re.match(
        r"^(?P<date>(?:\d{4}年)?\d{1,2}月(?:底|\d{1,2}日)?(?:以|之)?前?)(?P<rest>(?:完成|达到|支付|拨付)[^0-9;,、。]{0,6}(?:不低于|≥)?\d.*)$",
        plain,
        re.ASCII,
    )
    pieces = (
        [both["date"], re.sub("^(?:完成|支付|拨付)", "", both["rest"])]
        if both
        else [p for p in SPLIT.split(plain) if p]
    )
    pieces = [re.sub(r"^\(?[0-9]{1,2}[.)](?![0-9])", "", p) for p in pieces] if len(pieces) > 1 else pieces
    if len(pieces) < 2:
        return None
    parts = []
    for piece in pieces:
        part = _one(piece, piece)
        if part.kind == "unknown":
            part = (
                _change(piece, piece)
                or _named(piece, piece)
                or (part if re.search("[0-9]", piece) else _words(piece, piece))
            )
        if part.kind == "unknown" or (part.kind == "choice" and piece in COUNTS):
            return None
        parts.append(_with_direction(part, piece, None, None))
    if all(part.kind == "choice" for part in parts):
        return None
    band = _as_band(parts, written)
    return band or Target(text=written, kind="compound", parts=tuple(parts), direction_source="text")


def _as_band(parts: list[Target], written: str) -> Target | None:
    """不低于5%,不高于10%: two bounds of one quantity, the second without a name of its own."""
    bounds = [(p.value, p) for p in parts if p.kind == "number" and isinstance(p.value, Fraction)]
    if len(parts) != 2 or len(bounds) != 2:
        return None
    (least, low), (most, high) = sorted(bounds, key=lambda bound: bound[0])
    unnamed = all((named := NAMED.match(normal(p.text))) is not None and not named["name"] for p in parts)
    if low.op == ">=" and high.op == "<=" and low.unit == high.unit and unnamed:
        return Target(
            text=written,
            kind="band",
            op=None,
            value=(least, most),
            unit=low.unit,
            direction="equal",
            direction_source="text",
            scale=low.scale,
        )
    return None


def _named(plain: str, written: str) -> Target | None:
    """One limit behind words that name it: 满意度达到95%以上, 平均响应时间不超过30分钟."""
    named = NAMED.match(plain)
    if named is None or not named["name"]:
        return None
    name = named["name"]
    if (
        not re.fullmatch("[\u4e00-\u9fffA-Za-z():'\"/]+", name)
        or (len(name) == 1 and name not in SINGLE)
        or name[-1] in "零〇二三四五六七八九十"
    ):
        return Target(text=written, reason="数值前有不能识别的字，疑似扫描或录入错误", notes=("suspect_sign",))
    if UNKNOWN_BOUND.search(name) or (NEGATING.search(name) and operator(named["rest"])[0]):
        return Target(text=written, reason="数值前的限定词不能识别，请写 ≥、≤ 或“不低于”“不超过”")
    found = _one(named["rest"], written)
    if found.kind == "date" and OTHER_YEAR.search(name):
        return Target(text=written, reason="写的是另一年的日期，没有写是哪一年")
    return None if found.kind == "unknown" else found


def _within(plain: str, written: str) -> Target | None:
    """The only figure of a sentence, where it stands before a measure word: 已完成37个基层医疗机构的补助."""
    found = _named(plain, written)
    if found is not None:
        return found
    if (before_figure := re.match("[^0-9]*", plain)) and UNKNOWN_BOUND.search(before_figure.group()):
        return None
    rated = re.match(rf"^.*(?:率|度|比例|占比)(?P<rest>(?:{BOUND})*[0-9]+(?:[.][0-9]+)?[^0-9]*)$", plain)
    if rated is not None:  # 48小时内修复率≥95%: the figure behind the rate's name
        return quantity(rated["rest"], written)
    rest = SINCE.sub("□", plain)
    numbers = re.findall("[0-9]+(?:[.][0-9]+)?", rest)
    match = SOLE.search(rest)
    if len(numbers) != 1 or match is None or "±" in rest or (match.start() and rest[match.start() - 1] in "^=<>~-+*/"):
        return None
    words = next((word for word in (*BASE, *COUNTS) if word and match["unit"].startswith(word)), None)
    before = rest[: match.start()]
    if (
        words is None
        or before[-1:] in tuple("零〇二三四五六七八九十百千万")
        or (len(before) == 1 and before not in SINGLE)
    ):
        return None
    per = re.match(rf"{re.escape(words)}/[\u4e00-\u9fff]{{1,2}}", match["unit"])
    unit = measure_word(per.group()) if per else words
    bound = next((word for word, _ in BEFORE if before.endswith(word)), "")
    if bound and NEGATING.search(before.removesuffix(bound)):
        return None
    after = next((word for word in ("以上", "以内", "以下") if match["unit"][len(words) :].startswith(word)), "")
    return quantity(f"{bound}{match['number']}{match['loose'] or ''}{unit}{after}", written)


def _judge(target: Target, name: str | None) -> Target:
    """A share beyond 100 % of what cannot exceed it, or a bare 9 for a rate, is damaged; 200万 of money is asked."""
    named = (name or "") + target.text
    if not isinstance(target.value, Fraction):
        return target
    if is_growth(name) and target.value > 0:
        return replace(target, notes=(*target.notes, "of_growth"))
    if re.search("增长|提高|增幅|超额", named):
        return target
    text = normal(target.text)
    if target.unit == "比例" and target.value > 1:
        scanned = re.match(r"^[≥≤><]?2(?:100|[5-9][0-9](?:\.[0-9]+)?)%$", text)
        if CAPPED.search(named) or scanned:
            why = "这类比例不会超过 100%"
            why += "，开头的 2 可能是扫描误认的 ≥" if re.match(r"^[≥≤><]?2[0-9]{2,3}(\.[0-9]+)?%", text) else ""
            return replace(target, damaged=why)
    single = target.unit is None and target.value.denominator == 1 and 1 < target.value < 10
    if single and target.op in (">", ">=") and CAPPED.search(head_of(name or "")):
        return replace(target, damaged="这类比例很少低于 10%，疑似缺了一位数字或百分号")
    without_unit = target.scale in (10**4, 10**8) and (target.unit or "/").startswith("/")
    if without_unit and MONEY_NAME.search(head_of(name or "")):
        return Target(text=target.text, reason="金额没有写“元”，请写成“万元”或“元”")
    return target


def _with_direction(target: Target, name: str | None, declared: str | None, way: Direction | None) -> Target:
    """From the text, else the year's file, else the lexicon; and which of them said so."""
    if target.kind in ("unknown", "compound", "choice", "period") or target.direction:
        return target
    direction: Direction | None
    source: DirectionSource
    if target.op and target.op != "=":
        direction, source = DIRECTIONS[target.op], "text"
        if way and way != direction:
            return replace(
                target, direction=direction, direction_source=source, notes=(*target.notes, "direction_conflict")
            )
    elif way:
        direction, source = way, "text"
    elif declared in ("higher", "lower", "equal"):
        direction, source = cast(Direction, declared), "year_file"
    elif target.op == "=":
        direction, source = "equal", "text"
    elif target.value == 0 and target.unit not in ("比例", "百分点"):
        direction, source = "lower", "text"  # 0人: nothing of it
    else:
        direction = direction_of(name, target.unit)
        source = "lexicon" if direction else "unknown"
    return replace(target, direction=direction, direction_source=source)


def parse_money(text: str) -> Decimal:
    """An amount in 元: 120万元 → 1200000. Raises ``ValueError`` for anything else."""
    match = re.match(rf"^{NUMBER}(?P<unit>元|千元|万元|亿元)$", normal(str(text)), re.ASCII)
    if match is None:
        raise ValueError("不是金额，要写数字和单位")
    exact = Fraction(match["number"]) * BASE[match["unit"]][1]
    fen = exact * 100
    if fen.denominator != 1 or exact < 0:
        raise ValueError("金额不能为负，也不能比分更细")
    return Decimal(fen.numerator) / 100
