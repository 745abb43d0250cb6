"""Exporters of our own: the executed report notebook as HTML, PDF and DOCX, each from the blocks' data.

Registered with nbconvert, so ``jupyter nbconvert --to selfeval_html`` works as well. Imports stay light:
a broken entry point would stop nbconvert's whole command line. A run makes the same papers without nbconvert.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters.exporter import Exporter
from traitlets import default

from helpers.formats.papers import export


class _SelfevalExporter(Exporter):
    format_name = ""
    export_from_notebook: str

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return f".{self.format_name}"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        copy, resources = super().from_notebook_node(nb, resources, **kw)
        resources["output_extension"] = f".{self.format_name}"
        return export(copy, self.format_name), resources


class SelfevalHTMLExporter(_SelfevalExporter):
    """One HTML file without script or outside reference."""

    format_name = "html"
    export_from_notebook = "Selfeval HTML"
    output_mimetype = "text/html"


class SelfevalPDFExporter(_SelfevalExporter):
    """The page of an official document, by Typst."""

    format_name = "pdf"
    export_from_notebook = "Selfeval PDF"
    output_mimetype = "application/pdf"


class SelfevalDOCXExporter(_SelfevalExporter):
    """A document with real styles, to be edited in WPS or Word."""

    format_name = "docx"
    export_from_notebook = "Selfeval DOCX"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
