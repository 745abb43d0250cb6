"""How wide a text is in full-width characters, and where it breaks so that it fits."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence


def width_of(text: str) -> float:
    """The width of ``text`` in full-width characters: ASCII counts half."""
    return sum(0.55 if char < "\u2000" else 1.0 for char in text)


def wrapped(text: str, width: float = 13) -> str:
    """``text`` broken into lines of at most ``width`` full-width characters, nothing cut off.

    Lines are evened out, and none begins with closing or ends with opening punctuation.
    """
    pieces = re.findall(r"[!-~]+|[（“《]*[^（“《][，。、；：）”》！？]*|.", text)
    fewest = max(1, math.ceil(width_of(text) / width))
    for count in (fewest, fewest + 1):
        for goal in (width * (0.5 + step / 20) for step in range(11)):
            lines = _broken(pieces, goal)
            if len(lines) <= count:
                return "\n".join(lines)
    return "\n".join(_broken(pieces, width))


def _broken(pieces: Sequence[str], goal: float) -> list[str]:
    """The pieces set one after another into lines of at most ``goal`` full-width characters."""
    lines = [""]
    for piece in pieces:
        if lines[-1] and width_of(lines[-1] + piece) > goal:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]
