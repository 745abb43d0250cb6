"""Exporters of our own: the executed report notebook as HTML, PDF and DOCX, each from the blocks' data.

Registered with nbconvert, so ``jupyter nbconvert --to selfeval_html`` works as well. Imports stay light:
a broken entry point would stop nbconvert's whole command line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any

from nbconvert.exporters.exporter import Exporter
from traitlets import default


class NoBlocks(ValueError):
    """The notebook carries no report: it was not executed, or is another notebook."""


#: The formats of the report, each with the module and the function that make it.
RENDERERS = {
    "html": ("helpers.formats.html", "render_html"),
    "pdf": ("helpers.formats.pdf", "render_pdf"),
    "docx": ("helpers.formats.docx", "render_docx"),
}


def _render(name: str) -> Callable[[Sequence[Any]], str | bytes]:
    """The renderer of one format, imported when it is used."""
    module, function = RENDERERS[name]
    renderer: Callable[[Sequence[Any]], str | bytes] = getattr(import_module(module), function)
    return renderer


TECHNICAL, FORMS = "technical.pdf", "self_evaluation.xlsx"


def blocks_of(notebook: Any) -> Sequence[Any]:
    """The report in an executed notebook; raises ``NoBlocks``."""
    from helpers.formats.display import collect

    blocks = collect(notebook)
    if not blocks:
        raise NoBlocks("[no_blocks]  笔记本里没有报告内容，请先运行 notebooks/5_report.ipynb")
    return blocks


def export(notebook: Any, name: str) -> str | bytes:
    """The report in one format; raises ``NoBlocks`` where the notebook has none.

    HTML has everything; PDF and DOCX the main text and the attachments that the year picks.
    """
    return _made(blocks_of(notebook), name)


def _made(blocks: Sequence[Any], name: str) -> str | bytes:
    from helpers.report.documents import filed

    return _render(name)(blocks if name == "html" else filed(blocks))


def files(blocks: Sequence[Any], results: Any) -> dict[str, Callable[[], bytes]]:
    """By name how each file of a package is made of the report's blocks and of validated results."""

    def forms() -> bytes:
        from helpers.formats.xlsx import write_forms
        from helpers.report.showable import showable

        return write_forms(showable(results))

    return {**rendered(blocks), FORMS: forms}


def rendered(blocks: Sequence[Any]) -> dict[str, Callable[[], bytes]]:
    """``report.<format>`` for every format, and the technical paper where there is one, by name how each is made."""
    from helpers.report.documents import technical

    makers: dict[str, Callable[[], bytes]] = {
        f"report.{name}": partial(_bytes, partial(_made, blocks, name)) for name in RENDERERS
    }
    if paper := technical(blocks):
        makers[TECHNICAL] = partial(_bytes, partial(_render("pdf"), paper))
    return makers


def _bytes(make: Callable[[], str | bytes]) -> bytes:
    made = make()
    return made.encode("utf-8") if isinstance(made, str) else made


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
