"""Charts as pixels, for the formats that cannot hold SVG."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from helpers.fonts.packaged import typesetters_fonts


def rasterise(svg: str, width_mm: float = 150, dpi: int = 200) -> bytes:
    """An SVG as PNG, for formats that need one."""
    import typst

    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "f.svg").write_text(svg, encoding="utf-8")
        (folder / "f.typ").write_text(
            f'#set page(width: {width_mm}mm, height: auto, margin: 0pt)\n#image("f.svg", width: 100%)\n',
            encoding="utf-8",
        )
        return bytes(
            typst.compile(
                str(folder / "f.typ"),
                root=str(folder),
                font_paths=typesetters_fonts(),
                format="png",
                ppi=dpi,
            )
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
