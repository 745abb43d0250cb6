"""仿宋 and 楷体 of the machine, which official documents want and no free licence gives: found, or said to be missing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: By face the family names that its common fonts carry, best first.
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "仿宋": ("FangSong_GB2312", "FangSong", "FZFangSong-Z02", "FZFangSong-Z02S", "STFangsong"),
    "楷体": ("KaiTi_GB2312", "KaiTi", "FZKai-Z03", "FZKai-Z03S", "STKaiti", "AR PL KaitiM GB", "AR PL UKai CN"),
}
#: Parts of their files' names: opening every font of a machine would take seconds.
HINTS = ("fang", "仿宋", "kai", "楷", "simf", "simk", "fzfs", "fzkt")
SUFFIXES = (".ttf", ".otf", ".ttc")
#: OS/2 fsType: "restricted licence embedding".
RESTRICTED = 0x0002


@dataclass(frozen=True)
class SystemFont:
    """``family`` is what the typesetter knows it by."""

    face: str
    family: str
    path: Path


def font_folders() -> list[Path]:
    """Where this kind of machine keeps its fonts; ``SELFEVAL_FONTS`` names further folders, or none at all (empty)."""
    own = os.environ.get("SELFEVAL_FONTS")
    if own is not None:
        return [Path(p) for p in own.split(os.pathsep) if p]
    home = Path.home()
    if sys.platform == "win32":
        return [
            Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",
            Path(os.environ.get("LOCALAPPDATA", str(home))) / "Microsoft" / "Windows" / "Fonts",
        ]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library" / "Fonts"]
    return [
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        home / ".local" / "share" / "fonts",
        home / ".fonts",
    ]


def system_fonts() -> dict[str, SystemFont]:
    """By face the font of this machine that may be embedded; a face without one is left out."""
    return dict(_found(tuple(font_folders())))


@cache
def _found(folders: tuple[Path, ...]) -> tuple[tuple[str, SystemFont], ...]:
    families = {family: path for path in _candidates(folders) for family in _families(path)}
    chosen = {face: next((n for n in names if n in families), None) for face, names in FAMILIES.items()}
    return tuple((face, SystemFont(face, name, families[name])) for face, name in chosen.items() if name)


def _candidates(folders: tuple[Path, ...]) -> Iterator[Path]:
    for folder in folders:
        for place, inner, files in os.walk(folder):
            inner.sort()
            for name in sorted(files):
                if name.lower().endswith(SUFFIXES) and any(hint in name.lower() for hint in HINTS):
                    yield Path(place) / name


def _families(path: Path) -> set[str]:
    """The names of a font that may be embedded; none of one that may not or that cannot be read."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(path, lazy=True, fontNumber=0) as font:
            if font["OS/2"].fsType & RESTRICTED:
                return set()
            return {str(record) for record in font["name"].names if record.nameID in (1, 16)}
    except (TTLibError, OSError, KeyError, UnicodeDecodeError):
        return set()


def substitution_note(fonts: Mapping[str, SystemFont]) -> str | None:
    """What the printed page owes its reader: which faces were replaced by which, None where none was."""
    missing = [face for face in FAMILIES if face not in fonts]
    if not missing:
        return None
    instead = {"仿宋": "正文以宋体代替仿宋", "楷体": "二级标题以宋体加粗代替楷体"}
    return f"排印说明：生成本文件的计算机上没有可嵌入的{'和'.join(missing)}，{'，'.join(instead[face] for face in missing)}。"
