"""Words whose meaning is settled in this field: directions of indicator names, placeholders, shared objects."""

from __future__ import annotations

import re
from functools import cache
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


def head_of(name: str) -> str:
    """An indicator's name without what stands in brackets and without a figure or sign at its end."""
    plain = re.sub(r"\([^()]*\)", "", normal(name))
    return re.sub(r"(?:≥|≤|<|>|=|不低于|不少于|不高于|不超过)?[0-9.]*(?:%|[元万个台套件次人])*$", "", plain)


def direction_of(name: str | None, unit: str | None = None) -> Direction | None:
    """Whether more or less is better, by the indicator's name; None where the words do not tell.

    In this order: rates (bad things before 率: less; neutral ones: not said; other rates: more),
    times that something takes, money, bad things counted, then ends and beginnings of names of
    which more is better. ``unit`` is the target's base unit: an amount of money or of time is never
    better for being more by the words alone, 收入 and the like excepted.
    """
    if not name:
        return None
    head = head_of(name)
    bad = _is_bad(head)
    if re.search("率$|比例$|占比$|比重$", head):
        return _rate(head, bad)
    if head.endswith(words("time_end")):
        return "lower" if any(w in head for w in words("time_of")) and unit in ("小时", "工作日", None) else None
    if (head.endswith(words("lower_end")) and (unit == "元" or not head.endswith("控制数"))) or (
        unit == "元" and re.search("成本|费用|人均|单价|造价|控制在", head)
    ):
        return None if re.search("节约|节省|压减|降低|减少|收入", head) else "lower"
    if bad:
        return "lower"
    if unit == "元" and not re.search("收入|产值|收益|营收|税收|销售额|节约|节支|增收", head):
        return None
    if unit in ("小时", "工作日") and not re.search("培训|开放|服务|运行|开馆|学时", head):
        return None
    if head.endswith(words("higher_end")) or head.startswith(words("higher_start")) or "满意" in head:
        return "higher"
    return None


def _is_bad(head: str) -> bool:
    """Whether the name counts something bad that is not being dealt with."""
    if re.search("^(?:无|零|未|不发生|杜绝)", head):
        return True
    return any(w in head for w in words("bad")) and not any(w in head for w in words("handled"))


def _rate(head: str, bad: bool) -> Direction | None:
    stem = re.sub("(?:的)?(?:发生)?(?:率|比例|占比|比重)$", "", head)
    if head.endswith(words("neutral_rate")):
        return None
    if stem.endswith(words("bad")) or (bad and head.endswith(("发生率", "比例", "占比"))):
        return "lower"
    return (
        None
        if re.search("占比$|比重$|比例$", head) and not re.search("合格|满意|覆盖|完成|达标|推广|有效", head)
        else "higher"
    )


def is_placeholder(text: str) -> bool:
    """Whether the cell only looks filled in (/, 无, **)."""
    return text in words("placeholder") or bool(re.fullmatch(r"[*_/\\xX.·-]+", text))


def is_elsewhere(text: str) -> bool:
    """Whether the cell points to another document (达到国家下达的年度目标值)."""
    return any(word in text for word in words("elsewhere")) and not re.search("[0-9]", text)


def shared_object(one: str, other: str) -> str | None:
    """The thing that two indicator names are both about (投诉), where it is a settled word."""
    return next((word for word in words("object") if word in one and word in other), None)
