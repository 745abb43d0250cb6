"""The packaged fonts: one set of faces for charts, HTML and PDF, and what they cannot draw.

Hei (黑体) and Song (宋体), regular and bold: open-licence subsets, see ``fonts/OFL.txt``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("files")
HEI, SONG = "Selfeval Hei", "Selfeval Song"
FACES = {
    "hei": "SelfevalHei-Regular",
    "hei-bold": "SelfevalHei-Bold",
    "song": "SelfevalSong-Regular",
    "song-bold": "SelfevalSong-Bold",
}
#: Control characters that are laid out, not drawn.
UNDRAWN = frozenset(map(ord, "\t\n\r\u200b\u00ad"))


class MissingGlyph(Exception):
    """A text has a character that no packaged font can draw; nothing is printed with a gap or a box."""

    code = "missing_glyph"

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        lines = [f"“{char}”（U+{ord(char):04X}）：{where}" for char, where in self.faults[:10]]
        super().__init__("\n".join([f"[{self.code}]  随附字体没有下列字形，请换用通行的字：", *lines]))


def font_files() -> list[Path]:
    """The packaged font files."""
    return [FOLDER / f"{name}.ttf" for name in FACES.values()]


def font_file(face: str) -> Path:
    return FOLDER / f"{FACES[face]}.ttf"


@cache
def typesetters_fonts() -> Any:
    """The packaged fonts, opened once for all that Typst sets in this process; what it brings along itself too."""
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=[str(FOLDER)])


@contextmanager
def opened(face: str) -> Iterator[Any]:
    """A packaged font whose glyphs are called by their numbers: working out a name for each from what it draws takes
    most of the time of a look at a font, and nobody asks for one."""
    from fontTools.ttLib import TTFont

    # The boxes of the whole face hold for a part of it; measuring each outline anew costs more than all else.
    with TTFont(font_file(face), lazy=True, recalcBBoxes=False, recalcTimestamp=False) as font:
        font.setGlyphOrder([f"glyph{number:05d}" for number in range(font["maxp"].numGlyphs)])
        yield font


@cache
def _cmap(face: str) -> frozenset[int]:
    with opened(face) as font:
        return frozenset(font.getBestCmap())


@cache
def drawable() -> frozenset[int]:
    """The code points that every face can draw."""
    return frozenset.intersection(*(_cmap(face) for face in FACES))


@cache
def _advances(face: str) -> dict[str, float]:
    with opened(face) as font:
        units, widths = font["head"].unitsPerEm, font["hmtx"].metrics
        drawn = {chr(code): widths[name][0] / units for code, name in font.getBestCmap().items()}
    return {**drawn, **dict.fromkeys(map(chr, UNDRAWN), 0.0)}


def advance(text: str, face: str = "song") -> float:
    """How long ``text`` runs in a packaged face, in full-width characters."""
    widths = _advances(face)
    return sum([widths.get(char, 1.0) for char in text])


def missing_glyphs(text: str) -> set[str]:
    """The characters of ``text`` that some packaged face cannot draw."""
    return set(text).difference(_harmless())


@cache
def _harmless() -> frozenset[str]:
    return frozenset(map(chr, drawable() | UNDRAWN))


def check_glyphs(blocks: Iterable[Any]) -> None:
    """Raise ``MissingGlyph`` naming each character that cannot be drawn and where it stands."""
    blocks = list(blocks)
    if all(map(_drawn, blocks)):  # nearly always
        return
    faults = [(char, where) for where, text in _texts(blocks) for char in sorted(missing_glyphs(text))]
    if faults:
        raise MissingGlyph(faults)


@lru_cache(maxsize=500)
def _drawn(block: Any) -> bool:
    """Whether all that a block says can be drawn; each format of a report asks about much the same blocks."""
    return not any(missing_glyphs(text) for _, text in _texts([block]))


def _texts(blocks: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """All drawn texts of blocks, each with words for its place."""
    heading = ""
    for block in blocks:
        data = block.model_dump()
        if data["type"] == "heading":
            heading = data["text"]
        for path, text in _strings(data, ()):
            if path and path[-1] not in ("svg", "type"):
                shown = text if len(text) <= 30 else text[:29] + "…"
                yield f"“{heading}”一节，{shown}" if heading else shown, text


def _strings(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _strings(value, (*path, key))
    elif isinstance(node, list | tuple):
        for index, value in enumerate(node):
            yield from _strings(value, (*path, index))


@cache
def register_matplotlib() -> str:
    """Make charts draw in Hei, whatever fonts and font cache the machine has; returns the family."""
    import matplotlib
    from matplotlib import font_manager

    for face in ("hei", "hei-bold"):
        font_manager.fontManager.addfont(str(font_file(face)))
    matplotlib.rcParams["font.family"] = [HEI]
    matplotlib.rcParams["axes.unicode_minus"] = False
    return HEI
