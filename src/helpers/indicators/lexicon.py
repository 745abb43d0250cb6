"""Words whose meaning is settled in this field: directions of indicator names, placeholders, shared objects."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources

from helpers.indicators.model import Direction
from helpers.indicators.normal_text import normal


@cache
def words(kind: str) -> tuple[str, ...]:
    """One list of lexicon.yml."""
    return _all()[kind]


@cache
def _all() -> dict[str, tuple[str, ...]]:
    from ruamel.yaml import YAML

    text = resources.files(__package__).joinpath("lexicon.yml").read_text("utf-8")
    return {key: tuple(str(w) for w in found) for key, found in YAML(typ="safe", pure=True).load(text).items()}


@lru_cache(maxsize=16384)
def head_of(name: str) -> str:
    """An indicator's name without what stands in brackets and without a figure or sign at its end."""
    plain = re.sub(r"\([^()]*\)", "", normal(name))
    return re.sub(r"(?:≥|≤|<|>|=|不低于|不少于|不高于|不超过)?[0-9.]*(?:%|[元万个台套件次人])*$", "", plain)


def is_growth(name: str | None) -> bool:
    """Whether the name says that the figure is by how much something rose."""
    return bool(
        name and re.search("(?:增长|增加|提升|提高|上升)(?:率|比例|幅度|百分点)?$|增幅$|增速$|增量$", head_of(name))
    )


@lru_cache(maxsize=16384)
def direction_of(name: str | None, unit: str | None = None) -> Direction | None:
    """Whether more or less is better, by the end and the head of the indicator's name; None where they do not tell.

    In this order: amounts saved or cut, rates (only those that are known: harm less, reach more; any
    other: not said), times that something takes, costs, bad things counted, then ends and beginnings of
    names of which more is better. A bad word that is only the object of what is done (更新老化损坏设备)
    or stands before another head (贫困学生人数) is no direction. ``unit`` is the target's base unit: an
    amount of money or of time is never better for being more by the words alone, 收入 and the like excepted.
    """
    if not name:
        return None
    head = head_of(name)
    money = (unit or "").partition("/")[0] == "元"
    if SAVED.search(head):
        return "higher"
    if re.search("率$|比例$|占比$|比重$", head):
        return _rate(head)
    if head.endswith(words("time_end")):
        return "lower" if any(w in head for w in words("time_of")) and unit in ("小时", "工作日", None) else None
    if _is_cost(head, unit, money):
        return None if re.search("节约|节省|压减|降低|减少|收入", head) else "lower"
    return "lower" if _is_bad(head) else _more(head, unit, money)


def _more(head: str, unit: str | None, money: bool) -> Direction | None:
    """Whether a name of nothing bad and nothing spent says that more is better."""
    if money and not re.search("收入|产值|收益|营收|税收|销售额|节约|节支|增收", head):
        return None
    if unit in ("小时", "工作日") and not re.search("培训|开放|服务|运行|开馆|学时", head):
        return None
    if head.startswith((*words("undone"), *words("done_to"))):
        return None if _ends_bad(head) and not head.startswith(words("undone")) else "higher"
    done = head.startswith(words("higher_start"))
    if not done and any(w in head for w in words("bad")) and not any(w in head for w in words("handled")):
        return None
    if done or head.endswith(words("higher_end")) or "满意" in head:
        return None if CUT.match(head) or (UNWANTED.search(head) and not done) else "higher"
    return None


#: What is saved or cut, at the end of a name: more of it is better.
SAVED = re.compile(
    "(?:削减|减排|压减|核减|减量|节约|节省|节能|节水|节支|节电|降低|减少|下降|缩减)(?:量|额|数|数量|金额)$|(?:减排|节水|节电|节能)$"
)
#: A name that begins with the cutting may state the cut (减少5起) or the level (减少到5起): not said.
CUT = re.compile("^(?:减少|降低|下降|压缩|缩短|控制)(?!.*量$)")
#: What a count is called at the end of a name, and the nouns that leave a bad word the head.
COUNTED = re.compile(
    "(?:的)?(?:总|件|起|次|例|人|户|宗|场|单|天)?(?:数|数量|量|次)$|(?:的)?(?:个数|情况|事件|现象|问题|行为|件|时长|天数)$"
)
#: What is not harm but not wanted to rise either.
UNWANTED = re.compile("成本|能耗|支出|费用|债务|用电|用水|农药|化肥|产生(?:总)?量$")
#: Words that begin with 无, 未 or 零 and negate nothing.
NOT_NEGATED = re.compile(
    "^(?:无障碍|无线|无害|无公害|无人|无偿|无缝|无证|无主|无牌|无接触|无废|无纸|无烟|无菌|无土|未成年|未来|未婚|零星|零散|零售|零部件|零碎|零工|零基础|零距离|零接触)"
)


#: What people get, or what is earned: a head of it is no cost.
PAID_OUT = re.compile("补助|补贴|资助|救助|奖|津贴|工资|薪|待遇|收入|产值|产出|效益|利润|纳税|消费")


def _is_cost(head: str, unit: str | None, money: bool) -> bool:
    """Whether the name's end is something that is spent; what is paid out to somebody or taken in is none."""
    if head.endswith("控制数"):
        return money or unit is None
    if head.endswith("费") and (money or unit is None):
        return not re.search(
            "(?:免|收|征|缴|消|学|会|党|团)费$|^(?:发放|补助|补贴|兑付|收取|征收|缴纳|筹集|争取)", head
        )
    each = "人均" in head and not PAID_OUT.search(head)
    return head.endswith(words("lower_end")) or (
        money and (each or bool(re.search("成本|费用|单价|造价|控制在", head)))
    )


def _is_bad(head: str) -> bool:
    """Whether the name counts something bad that is not being dealt with: at the end, or none of it is said."""
    if re.search("^(?:无|零|未|不发生|杜绝)", head):
        return not NOT_NEGATED.match(head) and not any(w in head for w in words("handled"))
    if any(w in head for w in words("handled")) or head.startswith(words("undone")):
        return False
    # 更换破损, 更新失败: the harm may be what is undone, or what came of it
    return _ends_bad(head) and not head.startswith(("更新", "更换", "修复", "维修", "改造", "拆除"))


def _ends_bad(head: str) -> bool:
    """Whether the name's head, without what it is counted in, is something bad."""
    stem = head
    while (shorter := COUNTED.sub("", stem)) != stem and shorter:
        stem = shorter
    return stem.endswith((*words("bad"), *words("harm_rate"), "死亡人员", "伤亡人员", "感染人员", "死亡人口"))


def _rate(head: str) -> Direction | None:
    """Only what is known: harm, or what is not reached, less; what is reached, done, or undone of harm, more."""
    if head.endswith(words("neutral_rate")):
        return None
    stem = re.sub("(?:的)?(?:发生)?(?:率|比例|占比|比重)$", "", head)
    if re.search("占比$|比重$|比例$", head):
        return _part(head, stem)
    if re.search("^零|零(?:投诉|事故|差错|故障|发生)$", stem):
        return None  # 零投诉率: 0, or 100 %
    if re.search("(?:增长|上升|增加|提高|提升|下降|降低|减少)$", stem):
        return _change_rate(stem)
    return _harm_rate(head, stem) or (
        "higher" if stem.endswith((*words("handled"), *words("good_rate"))) or "满意" in stem else None
    )


def _part(head: str, stem: str) -> Direction | None:
    """A part of a whole (占比): seldom better or worse by itself."""
    handled = any(w in stem for w in words("handled"))
    reached = stem.endswith(words("good_rate"))
    if stem.endswith(words("bad")) or (any(w in stem for w in words("bad")) and not reached):
        return None if handled else "lower"
    return "higher" if reached or re.search("合格|满意|覆盖|完成|达标|推广|有效", head) else None


def _change_rate(stem: str) -> Direction | None:
    """A rise or a fall: of harm or cost the other way round; a fall of anything else is not said."""
    unwanted = any(w in stem for w in (*words("bad"), *words("harm_rate"))) or bool(UNWANTED.search(stem))
    if re.search("(?:下降|降低|减少)$", stem):
        return "higher" if unwanted else None
    return "lower" if unwanted else "higher"


def _harm_rate(head: str, stem: str) -> Direction | None:
    """A rate that names harm: its absence, what is not reached, or the harm itself; None for any other."""
    if stem.endswith(tuple(no + word for no in "不未" for word in words("good_rate"))):
        return "lower"
    ends_in_harm = stem.endswith((*words("bad"), *words("harm_rate")))
    harmful = any(w in stem for w in (*words("bad"), *words("harm_rate")))
    if re.search("无[^无]{2,4}$", stem) and ends_in_harm:
        return "higher"
    handled = stem.endswith((*words("handled"), *words("good_rate")))
    return "lower" if (ends_in_harm and not handled) or (harmful and head.endswith("发生率")) else None


@lru_cache(maxsize=16384)
def is_placeholder(text: str) -> bool:
    """Whether the cell only looks filled in (/, 无, **)."""
    return text in words("placeholder") or bool(re.fullmatch(r"[*_/\\xX.·-]+", text))


@lru_cache(maxsize=16384)
def is_elsewhere(text: str) -> bool:
    """Whether the cell points to another document (达到国家下达的年度目标值)."""
    return any(word in text for word in words("elsewhere")) and not re.search("[0-9]", text)
