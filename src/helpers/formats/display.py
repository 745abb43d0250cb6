"""Blocks in notebooks: shown as plain HTML, carried as data for the exporters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.formats.notebook_view import fragment
from helpers.report.blocks import MIME, from_json, to_json

#: The media type of words that are not blocks.
WORDS = "text/markdown"


def show(*blocks: Any) -> None:
    """Display blocks in a notebook; the exporters read the data beside the view."""
    from IPython.display import display

    display(bundle(blocks), raw=True)


def show_words(markdown: str) -> None:
    """Display a few words with links; no exporter takes them for a part of the report."""
    from IPython.display import display

    display(words_bundle(markdown), raw=True)


def words_bundle(markdown: str) -> dict[str, Any]:
    """What a notebook's output carries of words, by media type."""
    return {WORDS: markdown, "text/plain": markdown}


def bundle(blocks: Sequence[Any]) -> dict[str, Any]:
    """What a notebook's output carries of blocks, by media type."""
    return {MIME: to_json(tuple(blocks)), "text/html": fragment(blocks), "text/plain": _plain(blocks)}


def collect(notebook: Any) -> tuple[Any, ...]:
    """The blocks of an executed notebook, in order.

    Where it has the sections of a stage, only those of its outputs: what the earlier ones show is for
    the analyst.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    last = [cell for cell in code if str(cell.get("id", "")).startswith("outputs")]
    found: list[Any] = []
    for cell in last or code:
        for output in cell.get("outputs", []):
            data = output.get("data", {}).get(MIME)
            if data is not None:
                found += from_json(data)
    return tuple(found)


def _plain(blocks: Any) -> str:
    words = [
        getattr(b, "text", None) or getattr(b, "caption", None) or getattr(b, "title", None) or b.type for b in blocks
    ]
    return "\n".join(words)
