"""The look of all charts, and how one becomes SVG text that is the same bytes every time.

Made for black-and-white print: a state is told by fill and hatch and said in words, colour only
helps. No titles (captions carry them), no legends where a label at the mark can do, no frames.
"""

from __future__ import annotations

import hashlib
import io
import math
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from helpers.fonts.packaged import MissingGlyph
from helpers.fonts.width import wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 6.14
"""Inches: the width of the text block of an A4 page laid out by GB/T 9704 (156 mm)."""
TALLEST = 7.6
"""Inches: higher than this a chart is divided, or it would not fit a page with its caption."""

INK, SOFT, LINE, PALE = "#1d2733", "#56616d", "#c3cad1", "#e4ebf2"
BLUE, MIDDLE, RED = "#23507d", "#7f9fbd", "#a8321a"

FILLS: dict[str, dict[str, Any]] = {
    "met": {"facecolor": BLUE, "edgecolor": BLUE},
    "partly_met": {"facecolor": PALE, "edgecolor": BLUE, "hatch": "\\\\\\\\"},
    "not_met": {"facecolor": "white", "edgecolor": RED, "hatch": "/////"},
    "unknown": {"facecolor": "white", "edgecolor": SOFT, "linestyle": ":"},
    "plain": {"facecolor": MIDDLE, "edgecolor": MIDDLE},
    "pale": {"facecolor": PALE, "edgecolor": MIDDLE},
    "rest": {"facecolor": "white", "edgecolor": SOFT, "hatch": "---"},
}
"""How a bar of each state, or of no particular state, is filled."""

STACK: tuple[dict[str, Any], ...] = (
    FILLS["met"],
    {"facecolor": "white", "edgecolor": BLUE, "hatch": "/////"},
    {"facecolor": MIDDLE, "edgecolor": BLUE},
    {"facecolor": "white", "edgecolor": SOFT, "hatch": "---"},
)
"""Fills of the layers of a stacked bar, told apart without colour."""

_SETTINGS: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": SOFT,
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": False,
    "font.size": 8.5,
    "grid.color": LINE,
    "grid.linewidth": 0.5,
    "hatch.linewidth": 0.6,
    "legend.fontsize": 8.0,
    "legend.frameon": False,
    "lines.linewidth": 1.3,
    "patch.linewidth": 0.7,
    "svg.fonttype": "path",
    # A text between two dollar signs is a text, no formula.
    "text.parse_math": False,
    "text.color": INK,
    "xtick.color": SOFT,
    "xtick.labelcolor": INK,
    "xtick.major.size": 2.5,
    "ytick.color": SOFT,
    "ytick.labelcolor": INK,
    "ytick.major.size": 2.5,
}


def draw(name: str, height: float, paint: Callable[[Axes], None]) -> str:
    """The SVG text of a chart of ``WIDTH`` × ``height`` inches that ``paint`` draws on its axes.

    ``name`` is ASCII and starts the ids inside. The user's own matplotlib settings have no say.
    Raises ``MissingGlyph`` naming the chart.
    """
    import matplotlib
    from matplotlib.figure import Figure

    from helpers.report.figures.svg_canvas import Canvas

    family = _family()
    defaults = {k: v for k, v in matplotlib.rcParamsDefault.items() if _is_looks(k)}
    mine = {**_SETTINGS, "font.family": [family], "svg.hashsalt": name}
    buffer = io.StringIO()
    settings: dict[Any, Any] = defaults | mine
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing from")
        # White whatever the page: labels on a dark theme could not be read.
        figure = Figure(figsize=(WIDTH, height), facecolor="white", layout="constrained")
        canvas = Canvas(figure)
        paint(figure.add_subplot())
        try:
            canvas.lay_out_and_draw(buffer)
        except UserWarning as warning:
            raise MissingGlyph([(_character(str(warning)), f"图 {name}")]) from None
    return _tidy(name, buffer.getvalue())


@cache
def _family() -> str:
    """The packaged font, made known to matplotlib once."""
    from helpers.fonts.packaged import register_matplotlib

    return register_matplotlib()


def _character(warning: str) -> str:
    """The character that matplotlib's warning names by its number."""
    return chr(int(re.findall(r"Glyph (\d+)", warning)[0]))


def _is_looks(key: str) -> bool:
    """Whether a matplotlib setting is about looks; the others belong to the running process."""
    return not key.startswith(("backend", "interactive", "toolbar", "tk.", "webagg", "docstring"))


def _tidy(name: str, svg: str) -> str:
    """``svg`` as one element to stand inside another document: no prolog, metadata, comments.

    Only ids that are referred to stay, and begin with the chart's own prefix: several charts in
    one document must not share ids.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    prefix = f"{name}-{hashlib.sha256(svg.encode()).hexdigest()[:6]}-"
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(
        r' id="([^"]+)"',
        lambda found: f' id="{prefix}{found[1]}"' if found[1] in used else "",
        svg,
    )
    svg = re.sub(r'(href="#|url\(#)', lambda found: found[1] + prefix, svg)
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = svg.replace("<svg ", '<svg stroke-linejoin="round" ', 1)
    svg = re.sub(r' style="([^"]*)"', lambda found: _attributes(found[1]), svg)
    svg = re.sub(r' d="([^"]*)"', lambda found: f' d="{" ".join(found[1].split())}"', svg)
    return re.sub(r"\n\s*", "\n", svg).strip() + "\n"


def _attributes(css: str) -> str:
    """Inline CSS as attributes: a strict content-security policy ignores inline styles."""
    pairs = (part.split(":", 1) for part in css.split(";") if ":" in part)
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in pairs)


# --- horizontal bars, the shape of most charts ----------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """One bar: its name at the left, its value's text at its end, its fill by key of ``FILLS``.

    ``beyond``: the bar goes on past the edge and is drawn broken off.
    """

    name: str
    size: float
    text: str
    fill: str = "plain"
    _: KW_ONLY
    beyond: bool = False
    start: float = 0.0


LINE_HEIGHT = 0.155
ROW_GAP = 0.12


def bars_height(bars: Sequence[Bar], extra: float = 0.45) -> float:
    """The height in inches that ``bars`` need, by the lines of their names."""
    return extra + sum(_row_height(bar) for bar in bars)


def _row_height(bar: Bar) -> float:
    return LINE_HEIGHT * (wrapped(bar.name).count("\n") + 1) + ROW_GAP


def divide(bars: Sequence[Bar], tallest: float = TALLEST) -> list[Sequence[Bar]]:
    """``bars`` in as few and as even groups as fit one chart each."""
    needed = bars_height(bars, 0)
    count = max(1, math.ceil(needed / (tallest - 0.45)))
    size = math.ceil(len(bars) / count)
    return [bars[at : at + size] for at in range(0, len(bars), size)]


def paint_bars(axes: Axes, bars: Sequence[Bar], low: float, high: float, texts_from: float | None = None) -> None:
    """Draw ``bars`` top down between ``low`` and ``high``, names left, texts at the bars' ends.

    ``texts_from``: no text begins left of it, so that none crosses a line drawn there.
    """
    y = 0.0
    places = []
    for bar in bars:
        height = _row_height(bar)
        places.append(y + height / 2)
        y += height
    for place, bar in zip(places, bars, strict=True):
        size = min(bar.size, high - bar.start) if bar.beyond else bar.size
        axes.barh(place, size, left=bar.start, height=0.17, **FILLS[bar.fill])
        end = max(bar.start, bar.start + size, low if texts_from is None else texts_from)
        if bar.beyond:
            _break_mark(axes, high, place)
        axes.annotate(bar.text, (end, place), xytext=(5, 0), textcoords="offset points", va="center")
    axes.set_yticks(places, [wrapped(bar.name) for bar in bars], linespacing=1.3)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(y, 0)
    axes.set_xlim(low, high)
    axes.spines["bottom"].set_visible(False)
    if low < 0:
        axes.spines["left"].set_visible(False)
        axes.axvline(0, color=SOFT, linewidth=0.6)


def _break_mark(axes: Axes, x: float, y: float) -> None:
    """Two slanted white strokes near a bar's end: it goes on."""
    for shift in (-9, -6):
        axes.annotate(
            "/", (x, y), xytext=(shift, 0), textcoords="offset points", color="white",
            va="center", ha="center", fontweight="normal", fontsize=10,
        )  # fmt: skip
