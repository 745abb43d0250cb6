"""The papers of a package: how each is made from the report's blocks. Each format is imported when it is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from typing import Any


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
