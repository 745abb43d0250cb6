"""One quantity with its bound: ≥95%, 不高于10件, 控制在2小时以内, 37个基层医疗机构, 90%-95%, 1次/月."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from helpers.indicators.model import Kind, Op, Target
from helpers.indicators.units import BASE, COUNTS, DURATIONS, factor_of, to_base

_NEGATED: tuple[tuple[str, Op], ...] = (
    ("低于", ">="),
    ("少于", ">="),
    ("小于", ">="),
    ("高于", "<="),
    ("超过", "<="),
    ("超出", "<="),
    ("突破", "<="),
    ("大于", "<="),
    ("多于", "<="),
    ("超", "<="),
)
_NOT: tuple[str, ...] = (
    "不",
    "不得",
    "不能",
    "不应",
    "不可",
    "不宜",
    "不准",
    "不许",
    "不要",
    "不会",
    "不再",
    "不允许",
    "未",
    "未曾",
    "均未",
)
_NOT += ("均不", "绝不", "从未", "没有", "严禁", "禁止", "切勿", "勿", "莫", "避免", "防止", "杜绝")
_OR_EQUAL: tuple[tuple[str, Op], ...] = (
    ("大于", ">="),
    ("高于", ">="),
    ("多于", ">="),
    ("小于", "<="),
    ("低于", "<="),
    ("少于", "<="),
)
BEFORE: tuple[tuple[str, Op], ...] = tuple(
    sorted(
        (
            *((f"{not_}{word}", op) for not_ in _NOT for word, op in _NEGATED),
            *((f"{word}{or_}等于", op) for or_ in ("", "或", "或者") for word, op in _OR_EQUAL),
            ("达到或超过", ">="),
            ("等于或大于", ">="),
            ("等于或高于", ">="),
            ("等于或小于", "<="),
            ("等于或低于", "<="),
            ("控制在", "<="),
            ("控制为", "<="),
            *(
                (word, "<=")
                for word in ("不逾", "不多过", "不晚于", "不迟于", "封顶", "上限为", "上限", "限于", "限额", "压减至")
            ),
            *((word, ">=") for word in ("不亚于", "不逊于", "不差于", "下限为", "下限", "保底", "起码", "只多不少")),
            *((word, ">") for word in ("逾", "突破", "多过", "优于", "好于")),
            *((word, "<") for word in ("不及", "未及", "未达到", "未达", "少过", "跌破", "未满")),
            ("至少", ">="),
            ("最少", ">="),
            ("最低", ">="),
            ("至多", "<="),
            ("最多", "<="),
            ("最高", "<="),
            ("大于", ">"),
            ("高于", ">"),
            ("超过", ">"),
            ("多于", ">"),
            ("超", ">"),
            ("小于", "<"),
            ("低于", "<"),
            ("少于", "<"),
            ("不足", "<"),
            ("不到", "<"),
            ("不满", "<"),
            ("等于", "="),
            ("达到", ">="),
            ("达", ">="),
            ("为", "="),
            ("≥", ">="),
            ("≤", "<="),
            (">", ">"),
            ("<", "<"),
            ("=", "="),
        ),
        key=lambda entry: -len(entry[0]),
    )
)
AFTER: tuple[tuple[str, Op], ...] = (
    ("及其以上", ">="),
    ("及以上", ">="),
    ("或以上", ">="),
    ("以上", ">="),
    ("及以下", "<="),
    ("或以下", "<="),
    ("以下", "<="),
    ("以内", "<="),
    ("之内", "<="),
    ("内", "<="),
    ("≤", ">="),
    ("≥", "<="),
)
OP_BEFORE, OP_AFTER = dict(reversed(BEFORE)), dict(AFTER)
#: The longest word decides: 不超过 before 不; one that is the whole text bounds nothing.
BOUND_BEFORE = re.compile("|".join(re.escape(word) for word, _ in BEFORE))
BOUND_AFTER = re.compile("(?<=.)(?:" + "|".join(re.escape(word) for word, _ in AFTER) + r")\Z", re.DOTALL)
NUMBER = r"(?P<number>-?[0-9]+(?:\.[0-9]+)?)"
UNIT = r"(?P<unit>[^0-9,;、。()<>=≥≤~±\u2002-]*?(?:\([次场套台]\))?)"
QUANTITY = re.compile(
    rf"^(?P<about>约|大约|大概|近|将近)?{NUMBER}(?P<loose>余|多|左右|许)?{UNIT}(?P<loose2>左右|余|上下)?$", re.ASCII
)
LENGTH = re.compile(r"^(?P<one>[0-9]+)(?P<large>天|个?小时|时|分钟?)(?P<two>[0-9]+)(?P<small>小时|分钟?|秒)$", re.ASCII)
#: What may follow a limit of time without changing it: 30分钟内响应, 1小时完成.
DONE = re.compile(
    r"(?:响应|完成|到场|到达|修复|解决|处理|办结|答复|完工|恢复|处置|办理|排除|拨付|支付|到账|反馈|送达)(?:率|完毕|到位)?$"
)
BAND = re.compile(r"^(?:±|正负)(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>%|‰|[^0-9]*?)(?:以内|之内|内)?$", re.ASCII)
AROUND = re.compile(
    r"^(?P<middle>[0-9]+(?:\.[0-9]+)?)(?P<middleunit>[^0-9±]*)±(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>[^0-9]*)$",
    re.ASCII,
)
RANGE = re.compile(
    r"^(?:在|介于)?(?P<low>[0-9]+(?:\.[0-9]+)?)(?P<lowunit>[^0-9~至到-]*)[-~至到]+(?P<high>[0-9]+(?:\.[0-9]+)?)(?P<unit>[^0-9]*?)(?:之间)?$",
    re.ASCII,
)
BETWEEN = re.compile(
    r"^(?P<low>[0-9]+(?:\.[0-9]+)?)(?P<lowunit>[^0-9≤<]*)≤[a-zA-Z\u4e00-\u9fff]{0,6}≤(?P<high>[0-9]+(?:\.[0-9]+)?)(?P<unit>[^0-9]*)$",
    re.ASCII,
)
PER = r"(?P<per>年度?|季度|季|月|周|日|天|半年)"
FREQUENCY = re.compile(
    rf"^(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>个?次|期|份|篇|场|场次|批|批次|轮)(?:/|每){PER}$", re.ASCII
)
FREQUENCY_FIRST = re.compile(
    rf"^(?:每(?:一|1)?个?|1|一){PER}(?P<op>[^0-9]{{0,5}}?)(?P<number>[0-9]+(?:\.[0-9]+)?)(?P<unit>次|期|份|篇|场|场次|批|轮)(?P<after>以上|及以上)?$",
    re.ASCII,
)
#: What a unit never holds: verbs, times of the year, stray signs.
NO_UNIT = re.compile(
    r"完成|提高|提升|达到|增长|下降|降低|不|及时|响应|到位|[底前后]$|底|[$^#@&*?!|\\\"'{}\[\]+_`:.]|以|内$"
)


def quantity(plain: str, written: str) -> Target:
    """A single limit in any of its notations, or kind ``unknown`` with the reason."""
    for read in (_frequency, _band):
        found = read(plain, written)
        if found is not None:
            return found
    op, rest = operator(plain)
    rest = rest.rstrip("。;,.")
    shorter = DONE.sub("", rest)
    rest = shorter or rest
    after, rest = _suffix(rest)
    if op and after and op[0] != after[0]:
        return Target(text=written, reason="前后两个限定词互相矛盾")
    match = QUANTITY.match(_length(rest))
    if match is None:
        reason = "没有可以识别的数值" if not re.search("[0-9]", plain) else "数值之外还有不能识别的文字"
        return Target(text=written, reason=reason)
    words = measure_word(match["unit"])
    if words is None:
        return Target(text=written, reason="数值后面不是计量单位")
    number, unit = to_base(Fraction(match["number"]), words)
    if unit == "年" and 1900 <= number < 2200:
        return Target(text=written, reason="写的是年份，不是数值")
    notes = ("approximate",) if any(match[k] for k in ("loose", "loose2", "about")) else ()
    kind: Kind = "duration" if unit and unit.partition("/")[0] in DURATIONS else "number"
    if kind == "duration" and op is None and after is None and rest != plain and not match["about"]:
        after = "<="  # 1小时完成
    if op == ">=" and kind == "duration" and after == "<=":
        op = None
    return Target(text=written, kind=kind, op=op or after, value=number, unit=unit, scale=factor_of(words), notes=notes)


#: Words that begin like a unit and are none of it: 60周岁 are no weeks, 6年级 no years, 52分贝 no points.
OWN_WORD = re.compile(
    "(?:周岁|周刊|周报|年级|年代|年龄|天线|天窗|分贝|分局|分校|分公司|分支|分站|分会|分册|分区|元件|元素|日报|日志|月票|月刊|季刊|"
    "秒杀|度电|台账|台阶|期刊|条例|份额|名额|次品|户外|家庭|家具|场馆|场地|项链|层级|点心|段落|人行|件套|米线|克拉)"
)


@lru_cache(maxsize=16384)
def measure_word(unit: str) -> str | None:
    """The unit proper of what follows a number: 个基层医疗机构 → 个; None where it is no unit."""
    if not unit or unit in BASE or to_base(Fraction(1), unit)[1] != unit:
        return unit
    if "/" in unit:
        head, _, rest = unit.partition("/")
        per = [measure_word(word) for word in re.split("[/·]", rest)]
        return None if measure_word(head) is None or None in per else f"{head}/{'·'.join(map(str, per))}"
    known = next((word for word in COUNTS if unit == word or unit == f"万{word}" or unit == f"亿{word}"), None)
    if known:
        return unit
    if NO_UNIT.search(unit):
        return None
    if OWN_WORD.match(unit):
        return unit if len(unit) <= 4 else None
    lead = next((word for word in COUNTS if unit.startswith(word) and len(word) < len(unit)), None)
    if lead and re.fullmatch("[\u4e00-\u9fff]+", unit) and len(unit) <= 12:
        return lead
    return unit if len(unit) <= 4 and re.fullmatch("[\u4e00-\u9fffA-Za-zμµ]+", unit) else None


def operator(plain: str) -> tuple[Op | None, str]:
    """The bound that stands before the number, and the rest."""
    match = BOUND_BEFORE.match(plain)
    if match is None:
        return None, plain
    op, rest = OP_BEFORE[match.group()], plain[match.end() :]
    # 控制在≤2小时: the sign decides
    inner, deeper = (
        operator(rest) if rest[:1] in tuple("≥≤><=") or rest.startswith(("不", "小于", "大于")) else (None, rest)
    )
    return inner or op, deeper


def _length(plain: str) -> str:
    """A length of time in two units as one: 1小时30分 → 90分钟."""
    match = LENGTH.match(plain)
    if match is None:
        return plain
    small = {"小时": "小时", "分钟": "分钟", "分": "分钟", "秒": "秒"}[match["small"]]
    large = {"天": "天", "小时": "小时", "个小时": "小时", "时": "小时", "分钟": "分钟", "分": "分钟"}[match["large"]]
    times = BASE[large][1] / BASE[small][1]
    return f"{int(Fraction(match['one']) * times) + int(match['two'])}{small}" if times > 1 else plain


def _suffix(plain: str) -> tuple[Op | None, str]:
    match = BOUND_AFTER.search(plain)
    return (OP_AFTER[match.group()], plain[: match.start()]) if match else (None, plain)


def _band(plain: str, written: str) -> Target | None:
    match = BAND.match(plain)
    if match is not None:
        number, unit = to_base(Fraction(match["number"]), match["unit"])
        return Target(
            text=written,
            kind="band",
            op=None,
            value=(-number, number),
            unit=unit,
            direction="equal",
            direction_source="text",
            scale=factor_of(match["unit"]),
        )
    match = AROUND.match(plain)
    if match is not None and (match["unit"] == match["middleunit"] or not match["middleunit"]):
        middle, give = Fraction(match["middle"]), Fraction(match["number"])
        return _between(written, middle - give, middle + give, match["unit"])
    match = BETWEEN.match(plain) or RANGE.match(plain)
    if match is None or (match["lowunit"] and match["lowunit"] != match["unit"]):
        return None
    return _between(written, Fraction(match["low"]), Fraction(match["high"]), match["unit"])


def _between(written: str, low: Fraction, high: Fraction, unit: str) -> Target | None:
    words = measure_word(DONE.sub("", unit))
    if words is None or low > high:
        return None
    low, base = to_base(low, words)
    return Target(
        text=written,
        kind="band",
        op=None,
        value=(low, to_base(high, words)[0]),
        unit=base,
        direction="equal",
        direction_source="text",
        scale=factor_of(words),
    )


def _frequency(plain: str, written: str) -> Target | None:
    op, rest = operator(plain)
    after, rest = _suffix(rest)
    match = FREQUENCY.match(rest)
    if match is None:
        match = FREQUENCY_FIRST.match(plain)
        if match is None:
            return None
        said = match["op"]
        op, left = operator(said) if said else (None, "")
        if left:
            return None
        after = ">=" if match["after"] else None
    per = {"季": "季度", "年度": "年", "天": "日"}.get(match["per"], match["per"])
    return Target(
        text=written,
        kind="frequency",
        op=op or after,
        value=Fraction(match["number"]),
        unit=f"{match['unit'].removeprefix('个')}/{per}",
    )
