"""Packaged fonts with just the glyphs that a page uses."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from helpers.fonts.packaged import opened

#: Tables for vertical lines, for features and for styles of a family: no page asks for any of that.
LEFT_OUT = ("BASE", "GPOS", "GSUB", "STAT", "vhea", "vmtx")
#: What a part of a face says as the whole does, before it is cut down to what is true of it.
_AS_IT_IS = ("head", "hhea", "maxp", "OS/2", "name", "post", "gasp")


@dataclass(frozen=True, kw_only=True)
class _Face:
    """What is read of a face once: by character its glyph, by glyph its widths, where its outline lies; the subtables
    of its character map by platform, encoding and format; other tables as they are in the file."""

    glyphs: Mapping[int, str]
    widths: Mapping[str, tuple[int, int]]
    outlines: bytes
    places: Sequence[int]
    maps: Sequence[tuple[int, int, int, int]]
    tables: Mapping[str, bytes]


@cache
def face_read(face: str) -> _Face:
    with opened(face) as font:
        return _Face(
            glyphs=font.getBestCmap(),
            widths=font["hmtx"].metrics,
            outlines=font.reader["glyf"],
            places=font["loca"].locations,
            maps=[(one.platformID, one.platEncID, one.format, one.language) for one in font["cmap"].tables],
            tables={tag: font.reader[tag] for tag in _AS_IT_IS if tag in font},
        )


def subset_woff(characters: Iterable[str], face: str) -> bytes:
    """A WOFF font with just these characters; the same characters give the same bytes."""
    from fontTools import subset

    codes = sorted({ord(c) for c in characters} & face_read(face).glyphs.keys())
    with _part(face, codes) as font:
        subsetter = subset.Subsetter(subset_options())
        subsetter.populate(unicodes=codes)
        subsetter.subset(font)
        buffer = io.BytesIO()
        font.flavor = "woff"
        font.save(buffer)
    return buffer.getvalue()


def subset_options() -> Any:
    from fontTools import subset

    options = subset.Options()
    options.layout_features, options.hinting, options.flavor = [], False, "woff"
    options.name_IDs, options.notdef_outline = [1, 2], True
    options.drop_tables += LEFT_OUT
    return options


def _part(face: str, codes: Sequence[int]) -> Any:
    """A font with the glyphs of these characters: cutting them out of nine thousand takes most of the time, and is done
    for each page. No glyph of a packaged face is made of others."""
    from fontTools.ttLib import TTFont, newTable
    from fontTools.ttLib.tables._g_l_y_f import Glyph

    whole = face_read(face)
    font = TTFont(recalcBBoxes=False, recalcTimestamp=False)
    names = sorted({"glyph00000", *(whole.glyphs[code] for code in codes)})
    font.setGlyphOrder(names)
    for tag, content in whole.tables.items():
        font[tag] = newTable(tag)
        font[tag].decompile(content, font)
    numbers = {name: int(name.removeprefix("glyph")) for name in names}
    font["hmtx"], font["loca"], font["glyf"] = newTable("hmtx"), newTable("loca"), newTable("glyf")
    font["hmtx"].metrics = {name: whole.widths[name] for name in names}
    font["glyf"].glyphs = {
        n: Glyph(whole.outlines[whole.places[at] : whole.places[at + 1]]) for n, at in numbers.items()
    }
    font["glyf"].glyphOrder = names
    font["cmap"] = newTable("cmap")
    font["cmap"].tableVersion = 0
    font["cmap"].tables = [_mapped(one, {code: whole.glyphs[code] for code in codes}) for one in whole.maps]
    return font


def _mapped(told: tuple[int, int, int, int], glyphs: Mapping[int, str]) -> Any:
    """A subtable of the character map; the shorter format has no room for what lies beyond the first 65,536."""
    from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

    platform, encoding, kind, language = told
    made = CmapSubtable.newSubtable(kind)
    made.platformID, made.platEncID, made.language = platform, encoding, language
    made.cmap = {code: name for code, name in glyphs.items() if kind != 4 or code < 0x10000}
    return made
