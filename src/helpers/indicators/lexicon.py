"""Words whose meaning is settled in this field: directions of indicator names, grades, placeholders."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from helpers.indicators.model import Direction

if TYPE_CHECKING:
    from helpers.indicators.model import Target


@cache
def _words() -> dict[str, tuple[str, ...]]:
    from ruamel.yaml import YAML

    text = resources.files(__package__).joinpath("lexicon.yml").read_text("utf-8")
    return {key: tuple(str(w) for w in words) for key, words in YAML(typ="safe", pure=True).load(text).items()}


def direction_of(name: str | None, target: Target) -> Direction | None:
    """Whether more or less is better, by the indicator's name; None where the words do not tell."""
    if not name:
        return None
    lower = any(word in name for word in _words()["lower"])
    higher = any(word in name for word in _words()["higher"])
    if lower == higher:
        return None
    return "lower" if lower else "higher"


def is_grade(text: str) -> bool:
    """Whether a target without a figure is one of quality (效果明显, 及时, 合规)."""
    return len(text) <= 30 and any(word in text for word in _words()["grade"])


def is_placeholder(text: str) -> bool:
    """Whether the cell only looks filled in (/, 无, 达到国家下达的年度目标值)."""
    return text in _words()["placeholder"] or any(word in text for word in _words()["elsewhere"])


def shared_object(one: str, other: str) -> str | None:
    """The thing that two indicator names are both about (投诉), where it is a settled word."""
    return next((word for word in _words()["object"] if word in one and word in other), None)
