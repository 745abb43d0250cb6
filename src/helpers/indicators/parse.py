"""Read a target or an actual as real tables write them; what cannot be known stays unknown, with a reason."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from helpers.indicators.lexicon import direction_of, is_grade, is_placeholder
from helpers.indicators.model import Actual, Direction, DirectionSource, Op, Target
from helpers.indicators.text import normal
from helpers.indicators.units import BASE, DURATIONS, to_base

BEFORE: tuple[tuple[str, Op], ...] = (
    ("大于或等于", ">="), ("大于等于", ">="), ("小于或等于", "<="), ("小于等于", "<="), ("不得低于", ">="), ("不得少于", ">="),
    ("不得超过", "<="), ("不得高于", "<="), ("不低于", ">="), ("不少于", ">="), ("不小于", ">="), ("不高于", "<="), ("不超过", "<="),
    ("不大于", "<="), ("不多于", "<="), ("控制在", "<="), ("至少", ">="), ("最少", ">="), ("至多", "<="), ("最多", "<="),
    ("大于", ">"), ("高于", ">"), ("超过", ">"), ("多于", ">"), ("小于", "<"), ("低于", "<"), ("少于", "<"), ("不足", "<"),
    ("不到", "<"), ("等于", "="), ("达到", ">="), ("≥", ">="), ("≤", "<="), (">", ">"), ("<", "<"), ("=", "="),
)
AFTER: tuple[tuple[str, Op], ...] = (
    ("及以上", ">="), ("以上", ">="), ("及以下", "<="), ("以下", "<="), ("以内", "<="), ("之内", "<="), ("内", "<="),
)
WAYS = {"正向": "higher", "反向": "lower", "逆向": "lower"}
DIRECTIONS: dict[Op, Direction] = {"<": "lower", "<=": "lower", "=": "equal", ">": "higher", ">=": "higher"}
NUMBER = r"(?P<number>-?\d+(?:\.\d+)?)"
UNIT = r"(?P<unit>[^\d,;、。()<>=≥≤~±]*?)"
QUANTITY = re.compile(rf"^{NUMBER}(?P<loose>余|多|左右|许)?{UNIT}(?P<loose2>左右|余)?$")
#: What may follow a limit of time without changing it: 30分钟内响应, 1小时完成.
DONE = re.compile(r"(?:响应|完成|到场|到达|修复|解决|处理|办结|答复|完工|恢复)(?:率)?$")
NAMED = re.compile(r"^(?P<name>[^\d≥≤<>=±]*?)(?P<rest>(?:不低于|不少于|不小于|不高于|不超过|不大于|不多于|少于|低于|≥|≤|>|<|=)?\d.*)$")
DAY = re.compile(r"^(?:于|在)?(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日|(?P<end>底))?(?P<by>之?以?前)?(?:完成|完工|竣工|到位|办结|验收|交付)?$")
YEAR_END = re.compile(r"^(?P<year>\d{4})年?年?底(?P<by>之?以?前)?(?:完成|完工|竣工|到位|办结|验收|交付)?$")
ISO_DAY = re.compile(r"^(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})(?P<by>之?以?前)?$")
BAND = re.compile(r"^±(?P<number>\d+(?:\.\d+)?)(?P<unit>%|‰|[^\d]*)$")
RANGE = re.compile(r"^(?P<low>\d+(?:\.\d+)?)(?P<lowunit>[^\d~至-]*)[-~至]+(?P<high>\d+(?:\.\d+)?)(?P<unit>[^\d]*)$")
FREQUENCY = re.compile(r"^(?P<number>\d+(?:\.\d+)?)(?P<unit>次|期|份|篇)(?:/|每)(?P<per>年|季度|季|月|周|日|天)$")
SPLIT = re.compile(r"[、;,。]|(?<=\d[日月天])(?=\d)")


def parse_target(text: str | None, name: str | None = None, direction: str | None = None) -> Target:
    """The target that ``text`` states; ``name`` the indicator's name, ``direction`` as the year file says.

    Never raises; a target that cannot be known has kind ``unknown`` and a ``reason``. Numbers are
    exact fractions in base units.
    """
    written = "" if text is None else str(text)
    plain = normal(written)
    if not plain or is_placeholder(plain):
        return Target(written, reason="没有写指标值" if not plain else "只有占位的文字，没有指标值")
    way: Direction | None = None
    plain = re.sub(r"^定[性量](?=.)", "", plain)
    for word, meaning in WAYS.items():
        if plain.startswith(word):
            plain, way = plain[len(word):], meaning  # type: ignore[assignment]
    found = _one(plain, written)
    if found.kind == "unknown" and "no_such_date" not in found.notes:
        found = _compound(plain, written) or found
    if found.kind == "unknown" and not re.search(r"\d", plain) and is_grade(plain):
        return Target(written, "choice", None, plain)
    return _with_direction(_judge(found, name), name, direction, way)


def _one(plain: str, written: str) -> Target:
    """A single limit in any of its notations."""
    for pattern in (_date, _band, _range, _frequency):
        found = pattern(plain, written)
        if found is not None:
            return found
    op, rest = _operator(plain)
    rest = DONE.sub("", rest) if DONE.sub("", rest) else rest
    after, rest = _suffix(rest)
    if op and after and op != after and not (op == "<=" and after == "<="):
        return Target(written, reason="前后两个限定词互相矛盾")
    match = QUANTITY.match(rest)
    if match is None:
        reason = "没有可以识别的数值" if not re.search(r"\d", plain) else "数值之外还有不能识别的文字"
        return Target(written, reason=reason)
    number, unit = to_base(Fraction(match["number"]), match["unit"])
    notes = ("approximate",) if match["loose"] or match["loose2"] else ()
    kind = "duration" if unit in DURATIONS else "number"
    if unit and not _is_unit(unit):
        return Target(written, reason="数值后面不是计量单位")
    if kind == "duration" and op is None and after is None and rest != plain:
        after = "<="  # 1小时完成
    return Target(written, kind, op or after, number, unit, notes=notes)


def _is_unit(unit: str) -> bool:
    """Units are short and carry no verb, no time of the year and no stray sign."""
    return len(unit) <= 8 and not re.search(
        r"完成|提高|提升|达到|增长|下降|降低|不|及时|响应|到位|[底前后]$|底|[$^#@&*?!|\\]", unit)


def _operator(plain: str) -> tuple[Op | None, str]:
    for word, op in BEFORE:
        if plain.startswith(word):
            rest = plain[len(word):]
            # 控制在≤2小时: the sign decides
            inner, deeper = _operator(rest) if rest[:1] in "≥≤><=" else (None, rest)
            return inner or op, deeper
    return None, plain


def _suffix(plain: str) -> tuple[Op | None, str]:
    for word, op in AFTER:
        if plain.endswith(word) and len(plain) > len(word):
            return op, plain[: -len(word)]
    return None, plain


def _date(plain: str, written: str) -> Target | None:
    whole = YEAR_END.match(plain)
    if whole:
        return Target(written, "date", "<=", f"{whole['year']}-12-31", None, "lower", "text")
    match = DAY.match(plain) or ISO_DAY.match(plain)
    if match is None:
        return None
    groups = match.groupdict()
    year, month = groups.get("year"), int(match["month"])
    if not 1 <= month <= 12:
        return Target(written, reason="月份不在 1 至 12 之间", notes=("no_such_date",))
    by = groups.get("by")
    if groups.get("day"):
        day = int(groups["day"])
    elif by and not groups.get("end"):
        month, day = month - 1, 31  # 9月前 = by the end of August
        if month == 0:
            return Target(written, reason="期限早于本年度", notes=("no_such_date",))
    else:
        day = 31
    last = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    if month == 2 and year and not (int(year) % 4 == 0 and (int(year) % 100 or int(year) % 400 == 0)):
        last = 28
    if groups.get("day") and day > last:
        return Target(written, reason="没有这一天", notes=("no_such_date",))
    stamp = f"{month:02d}-{min(day, last):02d}"
    notes = () if year else ("year_not_said",)
    return Target(written, "date", "<=" if by or groups.get("end") else None, f"{year}-{stamp}" if year else f"--{stamp}",
                  None, "lower", "text", notes=notes)


def _band(plain: str, written: str) -> Target | None:
    match = BAND.match(plain)
    if match is None:
        return None
    number, unit = to_base(Fraction(match["number"]), match["unit"])
    return Target(written, "band", None, (-number, number), unit, "equal", "text")


def _range(plain: str, written: str) -> Target | None:
    period = re.match(r"^(\d{4})年(\d{1,2})月[-~至]+(?:(\d{4})年)?(\d{1,2})月$", plain)
    if period:
        first, start, second, end = period.groups()
        return Target(written, "period", None, (f"{first}-{int(start):02d}", f"{second or first}-{int(end):02d}"), None)
    match = RANGE.match(plain)
    if match is None or (match["lowunit"] and match["lowunit"] != match["unit"]):
        return None
    (low, unit), (high, _) = (to_base(Fraction(match[k]), match["unit"]) for k in ("low", "high"))
    if unit and not _is_unit(unit) or low > high:
        return None
    return Target(written, "band", None, (low, high), unit, "equal", "text")


def _frequency(plain: str, written: str) -> Target | None:
    op, rest = _operator(plain)
    match = FREQUENCY.match(rest)
    if match is None:
        return None
    return Target(written, "frequency", op, Fraction(match["number"]), f"{match['unit']}/{match['per']}")


def _compound(plain: str, written: str) -> Target | None:
    """Several limits in one cell, each of them readable by itself."""
    pieces = [piece for piece in SPLIT.split(plain) if piece]
    if len(pieces) < 2:
        return _tail(plain, written)
    parts = []
    for piece in pieces:
        part = _one(piece, piece)
        if part.kind == "unknown":
            named = NAMED.match(piece)
            part = _one(named["rest"], piece) if named else part
        if part.kind == "unknown":
            return None
        parts.append(_with_direction(part, piece, None, None))
    return Target(written, "compound", parts=tuple(parts), direction_source="text")


def _tail(plain: str, written: str) -> Target | None:
    """One limit behind words that name it: 满意度达到95%以上, 11月底完成100%."""
    both = re.match(r"^(?P<date>(?:\d{4}年)?\d{1,2}月(?:底|\d{1,2}日)?前?)(?:完成|达到)(?P<rest>\d.*)$", plain)
    if both:
        parts = (_one(both["date"], both["date"]), _one(both["rest"], both["rest"]))
        if all(part.kind != "unknown" for part in parts):
            return Target(written, "compound", parts=tuple(_with_direction(p, None, None, None) for p in parts),
                          direction_source="text")
    named = NAMED.match(plain)
    if named and named["name"]:
        if len(named["name"]) < 2 or not re.fullmatch(r"[\u4e00-\u9fffA-Za-z()]+", named["name"]):
            return Target(written, reason="数值前有不能识别的字，疑似扫描或录入错误", notes=("suspect_sign",))
        found = _one(named["rest"], written)
        if found.kind != "unknown" and not re.search(r"[不少多高低]$", named["name"]):
            return found
    return None


def _judge(target: Target, name: str | None) -> Target:
    """A share beyond 100 % of something that cannot exceed it is damaged, not a target."""
    named = (name or "") + target.text
    capped = re.search(r"满意|合格|完成率|覆盖率|及时率|使用率|准确率|支付率|执行率|验收|达标|成功率|出勤率", named)
    if target.unit == "比例" and isinstance(target.value, Fraction) and target.value > 1 and capped:
        text = normal(target.text)
        why = "这类比例不会超过 100%"
        why += "，开头的 2 可能是扫描误认的 ≥" if re.match(r"^2\d{2}(\.\d+)?%", text) else ""
        return _replace(target, damaged=why)
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
            return _replace(target, direction=direction, direction_source=source, notes=(*target.notes, "direction_conflict"))
    elif way:
        direction, source = way, "text"
    elif declared in ("higher", "lower", "equal"):
        direction, source = declared, "year_file"  # type: ignore[assignment]
    elif target.op == "=":
        direction, source = "equal", "text"
    else:
        direction = direction_of(name, target)
        source = "lexicon" if direction else "unknown"
    return _replace(target, direction=direction, direction_source=source)


def _replace(target: Target, **changes: object) -> Target:
    from dataclasses import replace

    return replace(target, **changes)  # type: ignore[arg-type]


def parse_actual(text: str | None) -> Actual:
    """The actual that ``text`` states; words for a figure are unknown, never 100 %."""
    written = "" if text is None else str(text)
    plain = normal(written)
    if plain in ("无", "没有", "未发生", "未收到"):
        return Actual(written, "number", Fraction(0), None, notes=("words_for_zero",))
    found = parse_target(written)
    if found.kind in ("unknown", "compound"):
        return Actual(written, found.kind, None, None, reason=found.reason or "含有多项数值")
    notes = (*found.notes, "operator_copied") if found.op and found.kind in ("number", "duration") else found.notes
    if re.search(r"\d余", plain):
        notes = tuple(n for n in notes if n != "approximate") + ("lower_bound",)
    return Actual(written, found.kind, found.value, found.unit, found.op, notes=notes)


def parse_money(text: str) -> Decimal:
    """An amount in 元: 120万元 → 1200000. Raises ``ValueError`` for anything else."""
    match = re.match(rf"^{NUMBER}(?P<unit>元|千元|万元|亿元)$", normal(str(text)))
    if match is None:
        raise ValueError("不是金额，要写数字和单位")
    exact = Fraction(match["number"]) * BASE[match["unit"]][1]
    fen = exact * 100
    if fen.denominator != 1 or exact < 0:
        raise ValueError("金额不能为负，也不能比分更细")
    return Decimal(fen.numerator) / 100
