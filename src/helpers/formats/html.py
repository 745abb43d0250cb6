"""The report as one HTML file: no script, nothing from outside, opens on any office PC.

Texts are escaped wherever they stand; only ``**bold**`` is markup. SVG comes from our own charts and
is refused if it holds anything that could run or load.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib import resources
from itertools import zip_longest
from typing import Any

from helpers.fonts.packaged import HEI, SONG, advance, check_glyphs
from helpers.fonts.subsets import subset_woff
from helpers.formats.html_targets import targets
from helpers.formats.page_layout import placed, title_lines
from helpers.formats.printed import nested, notice_lines
from helpers.report import documents
from helpers.report.blocks import Card, Cell, Closing, Figure, Fold, Front, Heading, Items, Paragraph, Table

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
STATUS_WORDS = {"met": "完成", "partly_met": "部分完成", "not_met": "未完成", "unknown": "无法判定"}
UNSAFE_SVG = re.compile(
    r"<\s*(script|foreignObject|iframe|image|style)\b|\son\w+\s*=|(?:href|src)\s*=\s*[\"'](?!#)|javascript:|url\(\s*[\"']?(?!#)|<!|<\?",
    re.IGNORECASE,
)
#: By class what the cells of a column look like: figures, centred, centred and short, short.
LOOKS = {
    "r": "text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums",
    "c": "text-align:center",
    "k": "text-align:center;white-space:nowrap",
    "n": "white-space:nowrap",
}
#: Full-width characters up to which a text is short.
SHORT = 8.0
#: By face the family and the weights that the page knows it by.
EMBEDDED = {"song": (SONG, "400"), "song-bold": (SONG, "700"), "hei-bold": (HEI, "400 700")}
#: What browsers draw by themselves: numbers and marks of lists, the mark of a fold, page numbers.
DRAWN = "0123456789.•◦▪▸▾▶▼—"
#: The most columns for which the style sheet has a least width.
WIDEST = 12
#: What the style sheet writes above tables and charts that are wider than the screen.
SCROLLS = "左右滑动可看全"
#: How a text names an attachment.
MARK = re.compile(r"(?:附件|备查材料|技术说明)\d+")
BOLD = re.compile(r"\*\*(.+?)\*\*")


class UnsafeFigure(ValueError):
    """An SVG holds something that could run or load."""


def inline(text: str) -> str:
    """Escaped text with **bold** as ``<strong>`` and line breaks kept."""
    safe = escape(text, quote=False)  # it stands between tags, never in an attribute
    safe = BOLD.sub(r"<strong>\1</strong>", safe)
    return safe.replace("\n", "<br>")


def render_html(blocks: Sequence[Any], title: str = "绩效自评报告", notice: str | None = None) -> str:
    """The whole file; ``title`` and ``notice`` head one without a front. Raises ``MissingGlyph``, ``UnsafeFigure``."""
    check_glyphs(blocks)
    writer = _Writer(blocks)
    front = next((b for b in blocks if isinstance(b, Front)), None)
    body = _body_parts(writer, blocks)
    title, notice = (front.title, front.notice) if front else (title, notice)
    body[:0] = [] if front else [writer.head(title, notice)]
    strip = writer.notice(notice) if notice else ""
    content = "\n".join(part for part in body if part)
    printed = _printed_notice(notice) if notice else ""
    css = resources.files(__package__).joinpath("templates", "report.css").read_text("utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_fonts(writer.used)}\n{_tight(css)}{_columns(writer.looks)}{printed}</style>\n</head>\n"
        f"<body>\n<main class=page>\n{content}\n</main>\n{strip}</body>\n</html>\n"
    )


def _body_parts(writer: _Writer, blocks: Sequence[Any]) -> list[str]:
    """Everything in order, the contents after the first part; what is technical is folded below its heading."""
    told: list[str] = []
    ahead = _contents_at(blocks)
    for kind, part in documents.parts(blocks):
        if kind in ("technical", "index"):
            head = writer.block(part[0])
            inner = "\n".join(writer.block(b) for b in part[1:])
            folded = f"<details><summary>{writer.words('展开', 'hei-bold')}</summary>\n{inner}\n</details>"
            # What is looked up on the screen is not printed.
            told += [head, folded] if kind == "technical" else [f"<section class=index>{head}\n{folded}</section>"]
        else:
            told += [writer.block(b) for b in part]
    told.insert(ahead, writer.contents())
    return told


def _contents_at(blocks: Sequence[Any]) -> int:
    """Where the contents list stands: after the summary, which is the part before the second main heading."""
    main = [at for at, block in enumerate(blocks) if isinstance(block, Heading) and block.level == 1]
    if len(main) > 1 and any(isinstance(b, Card) for b in blocks[: main[1]]):
        return main[1]
    return main[0] if main else len(blocks)


def _columns(looks: Iterable[str]) -> str:
    """How the columns of tables look, said once for each number that occurs instead of on each cell."""
    rules = []
    for kind, look in LOOKS.items():
        numbers = sorted(int(name[1:]) for name in looks if name[0] == kind)
        rules.append(",".join([f"td.{kind}", *(f".{kind}{at} td:nth-child({at})" for at in numbers)]) + f"{{{look}}}")
    return "".join(rules)


def _printed_notice(text: str) -> str:
    """The notice at the head of each printed page, where the browser knows margin boxes."""
    text = "\n".join(notice_lines(text.replace("**", "")))
    safe = "".join(c if c.isalnum() else f"\\{ord(c):x} " for c in text)
    return f'@page{{@top-center{{content:"{safe}";white-space:pre;font:8pt "{HEI}"}}}}'


def _tight(css: str) -> str:
    """A style sheet without the blanks that only its author needs."""
    return re.sub(r"\s*([{};:,])\s*", r"\1", re.sub(r"\s+", " ", css))


def _fonts(used: Mapping[str, set[str]]) -> str:
    """The glyphs that the page uses, embedded by face: Song for the text, Hei bold for what stands out."""
    rules = []
    for face, (family, weight) in EMBEDDED.items():
        data = base64.b64encode(subset_woff(used[face] | set(DRAWN), face)).decode("ascii")
        rules.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-display: block; '
            f"src: url(data:font/woff;base64,{data}) format('woff'); }}"
        )
    return "\n".join(rules)


_LONG_WORD = re.compile(r"[!-~]{20}")


class _Writer:
    """Writes blocks one after the other; headings get ids and are kept for the contents list.

    ``used`` collects the characters of each face, so that no glyph is embedded for nothing.
    """

    def __init__(self, blocks: Sequence[Any] = ()) -> None:
        self.headings: list[tuple[int, str, str]] = []
        self.points = 0
        self.above: list[int] = []
        self.placed: set[str] = set()
        self.anchors, self.marks = targets(blocks)
        self.figures = 0
        self.looks: set[str] = set()
        self.used: dict[str, set[str]] = {face: set() for face in EMBEDDED}

    def words(self, text: str, face: str = "song") -> str:
        """Text as HTML; its characters are noted for the face in which the style sheet sets it."""
        self.used[face].update(text)
        if face == "song":
            self.used["song-bold"].update(*BOLD.findall(text))
        return MARK.sub(self._reference, inline(text)) if face == "song" and self.marks else inline(text)

    def _reference(self, found: re.Match[str]) -> str:
        """附件2 in a text leads to the attachment."""
        anchor = self.marks.get(found[0])
        return f"<a href=#{anchor}>{found[0]}</a>" if anchor else found[0]

    def block(self, block: Any) -> str:
        match block:
            case Front():
                return self._front(block)
            case Heading():
                return self._heading(block)
            case Paragraph():
                style = f" class={block.style}" if block.style != "body" else ""
                return f"<p{style}>{self.words(block.text, 'hei-bold' if block.style == 'notice' else 'song')}</p>"
            case Closing():
                listed = "".join(f"<li>{self.words(title)}</li>" for title in block.attachments)
                listed = f"<p>{self.words('附件：')}</p><ol>{listed}</ol>" if listed else ""
                return f"{listed}<p class=closing>{self.words(block.institution)}<br>{self.words(block.date)}</p>"
            case Items():
                tag = "ol" if block.ordered else "ul"
                told = zip_longest(block.items, block.anchors[: len(block.items)])
                return f"<{tag}>" + "".join(f"<li{self._place(a)}>{self.words(i)}</li>" for i, a in told) + f"</{tag}>"
            case Table():
                return self.table(block)
            case Figure():
                return self._figure(block)
            case Card():
                return self._card(block)
            case Fold():
                inner = "\n".join(self.block(b) for b in block.blocks)
                title = self.words(block.title, "hei-bold")
                return f"<details{self._place(block.anchor)}><summary>{title}</summary>\n{inner}\n</details>"
        raise TypeError(f"no block: {type(block).__name__}")

    def _heading(self, heading: Heading) -> str:
        if heading.level < 3:
            name = f"s{len(self.headings) + 1}"
            self.headings.append((heading.level, heading.text, name))
        elif heading.anchor and heading.anchor not in self.placed:
            name = heading.anchor
        else:
            self.points += 1
            name = f"p{self.points}"
        text = self.words(heading.text, "hei-bold")
        # No level is left out on the way down: who listens to the page takes a gap for a lost chapter.
        depth = nested(self.above, heading.level) + 1
        # The heading leads to itself, so that its address can be copied.
        return f"<h{depth}{self._place(name)}><a href=#{name}>{text}</a></h{depth}>"

    def _place(self, anchor: str | None) -> str:
        """The id of an anchor, where it stands for the first time."""
        if anchor is None or anchor in self.placed:
            return ""
        self.placed.add(anchor)
        return f" id={anchor}"

    def _front(self, front: Front) -> str:
        pairs = [
            ("单位", front.institution),
            ("项目", front.project),
            ("评价期间", front.period) if front.period else ("年度", str(front.fiscal_year)),
            ("填报", front.prepared_by),
            ("复核", front.checked_by),
            ("日期", front.date),
        ]
        rows = "".join(f"<div><dt>{self.words(k)}</dt><dd>{self.words(v)}</dd></div>" for k, v in pairs)
        return self.head(front.title, front.notice, f"<dl>{rows}</dl>")

    def head(self, title: str, notice: str | None, facts: str = "") -> str:
        """The title, what is known of the whole (``facts``, as HTML), and the notice."""
        lines = "<br>".join(self.words(line, "hei-bold") for line in title_lines(title))
        said = f'<p class="notice" role="note">{self.words(notice, "hei-bold")}</p>' if notice else ""
        return f'<header class="front"><h1>{lines}</h1>{facts}{said}</header>'

    def notice(self, text: str) -> str:
        """The notice once more, at the end of the page."""
        return f'<footer class="strip">{self.words(text, "hei-bold")}</footer>\n'

    def _card(self, card: Card) -> str:
        items = []
        for item in card.items:
            status = (
                f' <b class="status {item.status}">{self.words(STATUS_WORDS[item.status], "hei-bold")}</b>'
                if item.status
                else ""
            )
            note = f"<small>{self.words(item.note, 'hei-bold')}</small>" if item.note else ""
            label, value = self.words(item.label, "hei-bold"), self.words(item.value, "hei-bold")
            place = self._place(item.anchor)
            items.append(f"<div><dt>{label}</dt><dd{place}>{value}{status}{note}</dd></div>")
        return f'<dl class="card">{"".join(items)}</dl>'

    def table(self, table: Table) -> str:
        """Columns are aligned by classes of the table, or of its cells where merged ones shift them."""
        merged = any(cell.rowspan > 1 for row in table.rows for cell in row)
        head = "".join(f"<th scope=col>{self.words(c.title, 'hei-bold')}</th>" for c in table.columns)
        lines, rows = [], placed(table)
        looks = [
            _look(column.align, [cell.text for row in rows for at, cell in row if at == number])
            for number, column in enumerate(table.columns)
        ]
        for index, row in enumerate(rows):
            last = table.total_row and index == len(table.rows) - 1
            cells = "".join(self._cell(cell, looks[at] if merged else "", last) for at, cell in row)
            lines.append(f"<tr{' class=total' if last else ''}>{cells}</tr>")
        note = f"<p class=note>{self.words(table.note)}</p>" if table.note else ""
        # On a narrow screen a table with many columns scrolls instead of folding each word, and says so.
        columns = min(len(table.columns), WIDEST)
        classes = [f"w{columns}"] if columns > 4 else []
        named = [] if merged else [f"{look}{at}" for at, look in enumerate(looks, start=1) if look]
        self.looks.update(named)
        classes += named
        caption = f"<caption>{self.words(table.caption, 'hei-bold')}</caption>" if table.caption else ""
        aligned = f' class="{" ".join(classes)}"' if classes else ""
        wide = f" class=s{columns}" if columns > 4 else ""
        if wide:
            self.used["hei-bold"].update(SCROLLS)
        return (
            f"<div tabindex=0{wide}><table{aligned}>"
            f"{caption}{_shares(table)}<thead><tr>{head}</tr></thead>"
            f"<tbody>{''.join(lines)}</tbody></table></div>{note}"
        )

    def _cell(self, cell: Cell, look: str, bold: bool) -> str:
        span = f" rowspan={cell.rowspan}" if cell.rowspan > 1 else ""
        text = self.words(
            f"**{cell.text}**" if bold and cell.text else cell.text, "hei-bold" if cell.status else "song"
        )
        if cell.status:
            text = f'<b class="status {cell.status}">{text}</b>'
        if cell.link in self.anchors:
            text = f"<a href=#{cell.link}>{text}</a>"
        if cell.bar is not None:
            text += _bar(cell.bar, cell.low)
        # Only what has long words (hashes, paths) may break anywhere: an amount stays in one piece.
        looks = [look] * bool(look) + ["l"] * bool(_LONG_WORD.search(cell.text))
        named = f' class="{" ".join(looks)}"' if len(looks) > 1 else f" class={looks[0]}" if looks else ""
        return f"<td{self._place(cell.anchor)}{span}{named}>{text}</td>"

    def _figure(self, figure: Figure) -> str:
        if UNSAFE_SVG.search(_body(figure.svg)):
            raise UnsafeFigure(f"[unsafe_figure]  图“{figure.caption}”含有不允许的内容")
        self.figures += 1
        name = f"f{self.figures}"
        labels = f'role="img" aria-labelledby="{name}t {name}d"'
        words = f'<title id="{name}t">{escape(figure.caption)}</title><desc id="{name}d">{escape(figure.alt)}</desc>'
        svg = re.sub(
            r"<svg\b([^>]*)>", lambda m: f"<svg{m.group(1)} {labels}>{words}", _unique(_body(figure.svg), name), count=1
        )
        self.used["hei-bold"].update(SCROLLS)
        return (
            f"<figure><div tabindex=0 class=g>{svg}</div>"
            f"<figcaption>{self.words(figure.caption, 'hei-bold')}</figcaption>"
            f"<details class=data><summary>{self.words('图中数据', 'hei-bold')}</summary>"
            f"{self.table(figure.data)}</details></figure>"
        )

    def contents(self) -> str:
        """The main headings, each with those of the second level below it."""
        if not self.headings:
            return ""
        items: list[str] = []
        inner: list[str] = []
        for level, text, anchor in [*self.headings, (1, "", "")]:
            link = f"<li><a href=#{anchor}>{self.words(text, 'hei-bold')}</a>"
            if level > 1 and items:
                inner.append(f"{link}</li>")
                continue
            if items:
                items[-1] += (f"<ol>{''.join(inner)}</ol>" if inner else "") + "</li>"
            inner = []
            items.append(link)
        return f'<nav aria-label="{self.words("目录", "hei-bold")}"><h2>目录</h2><ol>{"".join(items[:-1])}</ol></nav>'


def _look(align: str, texts: Sequence[str]) -> str:
    """The key of ``LOOKS`` for a column; one of short texts does not fold them."""
    short = max(map(advance, texts), default=0.0) <= SHORT
    return {"right": "r", "center": "k" if short else "c", "left": "n" if short else ""}[align]


def _bar(attainment: float, low: bool) -> str:
    """An attainment, the whole bar at the target; only that of a miss has the colour of one."""
    share = max(0.0, min(1.0, attainment)) * 100
    return (
        f'<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="{"part" if low else "full"}" d="M0 0h{share:.1f}v6H0z"/></svg>'
    )


def _shares(table: Table) -> str:
    """The columns' widths as declared, for a table without a caption: page one's, which is read on any screen."""
    if table.caption or len(table.columns) < 5:
        return ""
    whole = sum(column.width for column in table.columns)
    return "".join(f'<col style="width:{column.width / whole * 100:.0f}%">' for column in table.columns)


def _body(svg: str) -> str:
    """From the svg element on: a prolog has no place inside HTML."""
    start = svg.find("<svg")
    return re.sub(r"<metadata>.*?</metadata>", "", svg[start:], flags=re.DOTALL) if start >= 0 else svg


def _unique(svg: str, name: str) -> str:
    """Ids made unique, since several charts share one page."""
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    svg = re.sub(r'(href)="#([^"]+)"', rf'\1="#{name}-\2"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{name}-\1)", svg)
