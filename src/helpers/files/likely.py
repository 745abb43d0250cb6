"""Whether a text that some encoding can decode makes sense by it: the share of characters that people use."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

#: Chinese records hold well over nine tenths; bytes of other encodings taken for GB18030 about a third or none.
ENOUGH = 0.65


@cache
def common_characters() -> frozenset[str]:
    """The usual characters of Chinese records: of the language, of this field, of names, and the punctuation."""
    text = Path(__file__).with_name("common_characters.txt").read_text(encoding="utf-8")
    return frozenset(text) - {"\n"}


def common_share(text: str) -> float:
    """The share of usual characters among those that are no ASCII; 1 where there is none of these."""
    beyond = {character: n for character, n in Counter(text).items() if character > "\x7f"}
    known = sum(n for character, n in beyond.items() if character in common_characters())
    return known / sum(beyond.values()) if beyond else 1.0


def makes_sense(text: str) -> bool:
    """Whether a text may be Chinese as it stands."""
    return common_share(text) >= ENOUGH


def has_han(text: str) -> bool:
    """Whether a Chinese character stands in a text."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)
