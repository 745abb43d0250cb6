"""A figure as SVG by matplotlib's own renderer, which places everything once and measures each text once a process.

``savefig`` draws the whole chart to place everything, with one renderer, and then draws it a second time, with another;
each measures every text anew.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, TextIO

from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG, RendererSVG
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

#: Dots an inch of SVG.
DPI = 72
_measured = lru_cache(maxsize=4096)(TextToPath().get_text_width_height_descent)


class _Renderer(RendererSVG):
    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: bool | Literal["TeX"]
    ) -> tuple[float, float, float]:
        # What it says depends on these alone; who asks hands over a copy of the font's properties.
        width, height, descent = _measured(s, prop, ismath)
        return width, height, descent


class Canvas(FigureCanvasSVG):
    """A figure's canvas that places and draws with one renderer."""

    def lay_out_and_draw(self, target: TextIO) -> None:
        """Write the SVG, without a date."""
        figure, dpi = self.figure, self.figure.dpi
        figure.dpi = DPI
        width, height = figure.get_size_inches()
        svg = _Renderer(width * DPI, height * DPI, target, image_dpi=dpi, metadata={"Date": None})
        renderer: Any = MixedModeRenderer(figure, width, height, dpi, svg)
        self._one = renderer
        engine = figure.get_layout_engine()
        assert engine is not None
        engine.execute(figure)
        figure.set_layout_engine("none")
        figure.draw(renderer)
        renderer.finalize()

    def get_renderer(self) -> Any:
        """Whom matplotlib asks for sizes where nothing is drawn yet."""
        return self._one
