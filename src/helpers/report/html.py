"""The report as one HTML file: no script, nothing from outside, opens on any office PC.

Texts are escaped wherever they stand; only ``**bold**`` is markup. SVG comes from our own charts and
is refused if it holds anything that could run or load.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from html import escape
from importlib import resources
from typing import Any

from helpers.report.blocks import Card, Cell, Figure, Fold, Front, Heading, Items, Paragraph, Table
from helpers.report.fonts import HEI, SONG, check_glyphs, subset_woff

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
STATUS_WORDS = {"met": "完成", "partly_met": "部分完成", "not_met": "未完成", "unknown": "无法判定"}
UNSAFE_SVG = re.compile(r"<\s*(script|foreignObject|iframe|image|style)\b|\son\w+\s*=|(?:href|src)\s*=\s*[\"'](?!#)|javascript:|url\(\s*[\"']?(?!#)|<!|<\?",
                        re.IGNORECASE)


class UnsafeFigure(ValueError):
    """An SVG holds something that could run or load."""


def inline(text: str) -> str:
    """Escaped text with **bold** as ``<strong>`` and line breaks kept."""
    safe = escape(text, quote=True)
    safe = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", safe)
    return safe.replace("\n", "<br>")


def fragment(blocks: Iterable[Any]) -> str:
    """The blocks as they stand in a notebook: semantic HTML without style."""
    return "\n".join(_Writer().block(block) for block in blocks)


def render_html(blocks: Sequence[Any]) -> str:
    """The whole file. Raises ``MissingGlyphError`` and ``UnsafeFigure``."""
    check_glyphs(blocks)
    writer = _Writer()
    front = next((b for b in blocks if isinstance(b, Front)), None)
    body = [writer.block(b) for b in blocks]
    position = next((i for i, b in enumerate(blocks) if isinstance(b, Heading)), len(blocks))
    body.insert(position, writer.contents())
    title = escape(front.title if front else "绩效自评报告")
    content = "\n".join(part for part in body if part)
    css = resources.files(__package__).joinpath("templates", "report.css").read_text("utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{_fonts(content + title)}\n{css}</style>\n</head>\n"
        f'<body>\n<main class="page">\n{content}\n</main>\n</body>\n</html>\n')


def _fonts(content: str) -> str:
    """The glyphs that the page uses, embedded: Song for the text, Hei bold for what stands out."""
    characters = set(re.sub(r"<svg.*?</svg>", "", content, flags=re.DOTALL)) | set("0123456789")
    rules = []
    for family, face, weight in ((SONG, "song", "400"), (SONG, "song-bold", "700"), (HEI, "hei-bold", "400 700")):
        data = base64.b64encode(subset_woff(characters, face)).decode("ascii")
        rules.append(f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-display: block; '
                     f"src: url(data:font/woff;base64,{data}) format('woff'); }}")
    return "\n".join(rules)


class _Writer:
    """Writes blocks one after the other; headings get ids and are kept for the contents list."""

    def __init__(self) -> None:
        self.headings: list[tuple[int, str, str]] = []
        self.figures = 0

    def block(self, block: Any) -> str:
        match block:
            case Front():
                return self._front(block)
            case Heading():
                anchor = f"s{len(self.headings) + 1}"
                self.headings.append((block.level, block.text, anchor))
                return f'<h{block.level + 1} id="{anchor}">{inline(block.text)}</h{block.level + 1}>'
            case Paragraph():
                return f'<p class="{block.style}">{inline(block.text)}</p>'
            case Items():
                tag = "ol" if block.ordered else "ul"
                return f"<{tag}>" + "".join(f"<li>{inline(i)}</li>" for i in block.items) + f"</{tag}>"
            case Table():
                return self.table(block)
            case Figure():
                return self._figure(block)
            case Card():
                return self._card(block)
            case Fold():
                inner = "\n".join(self.block(b) for b in block.blocks)
                return f"<details><summary>{inline(block.title)}</summary>\n{inner}\n</details>"
        raise TypeError(f"no block: {type(block).__name__}")

    def _front(self, front: Front) -> str:
        pairs = [("单位", front.institution), ("项目", front.project), ("年度", str(front.fiscal_year)),
                 ("填报", front.prepared_by), ("复核", front.checked_by), ("日期", front.date)]
        rows = "".join(f"<dt>{escape(k)}</dt><dd>{inline(v)}</dd>" for k, v in pairs)
        notice = f'<p class="notice" role="note">{inline(front.notice)}</p>' if front.notice else ""
        return f'<header class="front"><h1>{inline(front.title)}</h1><dl>{rows}</dl>{notice}</header>'

    def _card(self, card: Card) -> str:
        items = []
        for item in card.items:
            status = f' <span class="status {item.status}">{STATUS_WORDS[item.status]}</span>' if item.status else ""
            note = f"<small>{inline(item.note)}</small>" if item.note else ""
            items.append(f"<div><dt>{inline(item.label)}</dt><dd>{inline(item.value)}{status}{note}</dd></div>")
        return f'<dl class="card" aria-label="摘要">{"".join(items)}</dl>'

    def table(self, table: Table) -> str:
        total = sum(c.width for c in table.columns) or 1
        widths = "".join(f'<col style="width:{c.width / total:.1%}">' for c in table.columns)
        head = "".join(f'<th scope="col">{inline(c.title)}</th>' for c in table.columns)
        lines = []
        for index, row in enumerate(placed(table)):
            last = table.total_row and index == len(table.rows) - 1
            cells = "".join(self._cell(cell, table.columns[at].align) for at, cell in row)
            lines.append(f"<tr{' class=total' if last else ''}>{cells}</tr>")
        note = f'<p class="note">{inline(table.note)}</p>' if table.note else ""
        # On a narrow screen a table with many columns scrolls instead of folding each word.
        least = f' style="min-width:{len(table.columns) * 5}rem"' if len(table.columns) > 4 else ""
        return (f'<div class="wrap" role="region" aria-label="{escape(table.caption)}" tabindex="0"><table{least}>'
                f"<caption>{inline(table.caption)}</caption><colgroup>{widths}</colgroup>"
                f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>{note}")

    def _cell(self, cell: Cell, align: str) -> str:
        span = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
        text = inline(cell.text)
        if cell.status:
            text = f'<span class="status {cell.status}">{text}</span>'
        if cell.bar is not None:
            share = max(0.0, min(1.5, cell.bar)) / 1.5 * 100
            fill = "#23507d" if cell.bar >= 1 else "#a8321a"
            text += (f'<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
                     f'<rect width="100" height="6" fill="#e4ebf2"/><rect width="{share:.1f}" height="6" fill="{fill}"/>'
                     f'<rect x="66" width=".8" height="6" fill="#1d2733"/></svg>')
        return f'<td{span}{f" class={align}" if align != "left" else ""}>{text}</td>'

    def _figure(self, figure: Figure) -> str:
        if UNSAFE_SVG.search(_body(figure.svg)):
            raise UnsafeFigure(f"[unsafe_figure]  图“{figure.caption}”含有不允许的内容")
        self.figures += 1
        name = f"f{self.figures}"
        labels = f'role="img" aria-labelledby="{name}t {name}d"'
        words = f'<title id="{name}t">{escape(figure.caption)}</title><desc id="{name}d">{escape(figure.alt)}</desc>'
        svg = re.sub(r"<svg\b([^>]*)>", lambda m: f"<svg{m.group(1)} {labels}>{words}", _unique(_body(figure.svg), name), count=1)
        return (f"<figure>{svg}<figcaption>{inline(figure.caption)}</figcaption>"
                f'<details class="data"><summary>图中数据</summary>{self.table(figure.data)}</details></figure>')

    def contents(self) -> str:
        items, depth = [], 1
        for level, text, anchor in self.headings:
            if level > 2:
                continue
            if level > depth:
                items.append("<ol>")
            elif level < depth:
                items.append("</ol>")
            depth = level
            items.append(f'<li><a href="#{anchor}">{inline(text)}</a></li>')
        items.append("</ol>" * (depth - 1))
        return f'<nav aria-label="目录"><h2>目录</h2><ol>{"".join(items)}</ol></nav>' if self.headings else ""


def placed(table: Table) -> list[list[tuple[int, Cell]]]:
    """Each row's cells with their column numbers; cells covered by a rowspan above are left out."""
    busy = [0] * len(table.columns)
    placed = []
    for row in table.rows:
        cells, line = iter(row), []
        for column in range(len(table.columns)):
            if busy[column]:
                busy[column] -= 1
                continue
            cell = next(cells, None)
            if cell is None:
                break
            line.append((column, cell))
            busy[column] = cell.rowspan - 1
        placed.append(line)
    return placed


def _body(svg: str) -> str:
    """From the svg element on: a prolog has no place inside HTML."""
    start = svg.find("<svg")
    return re.sub(r"<metadata>.*?</metadata>", "", svg[start:], flags=re.DOTALL) if start >= 0 else svg


def _unique(svg: str, name: str) -> str:
    """Ids made unique, since several charts share one page."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'(href)="#([^"]+)"', rf'\1="#{name}-\2"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
