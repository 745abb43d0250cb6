"""Nothing personal leaves the house: every text of a package is looked through before it is published.

What the stages write has marks in the place of personal data already (see ``helpers.activity.written_down``). This is
the second look, at what was really made: also at what somebody has written into the year files.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import unescape
from itertools import accumulate, compress
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from helpers.activity.written_down import unmasked_columns
from helpers.files.personal_data import LIKELY, Hit, hits
from helpers.run import package_files
from helpers.year.engine import fence, identifier, literal, one_file, open_engine
from helpers.year.load import Year
from helpers.year.not_personal import allowed_columns, allows
from helpers.year.tidy import tidy_columns

#: Texts of so few characters hold nothing; those of more may be pages.
SHORT, MARKED_UP = 3, 200
#: So many places are named.
NAMED = 8
#: The cells of a row, one beside the other.
_FIGURES = re.compile("[0-9.,%-]+(?: [0-9.,%-]+)+ ?")
#: Pictures and fonts, not read as text.
_PICTURES = ("image/png", "image/jpeg", "application/pdf")
_EMBEDDED = re.compile(r"base64,[0-9A-Za-z+/=\s]+")
#: Where shapes are drawn there are numbers in rows, and no words. That a name begins there is asked behind its first
#: letter: only at these letters is anything tried.
_DRAWN = re.compile(r"""(?:d(?<!\wd)|p(?<!\wp)oints|t(?<!\wt)ransform|v(?<!\wv)iewBox)=(?:"[^"]*"|'[^']*')""")
_TAG = re.compile(r"<[^>]*>")
#: Within a line a number may be set in parts.
_INLINE = re.compile(r"</?(?:span|b|i|em|strong|u|a|sub|sup|tspan|w:r|w:t|r|t)\b[^>]*>")


class Place(NamedTuple):
    """Personal data in a package: which file, where in it, and of which kind; the value is told nobody."""

    file: str
    where: str
    kind: str
    value: str


def files_without(folder: Path, files: Sequence[str]) -> dict[str, str]:
    """These files of a package by name and hash, where none has a text that looks personal; else none of them."""
    hashes = {name: package_files.sha256(folder, name) for name in files}
    return {} if _told_in(folder, files) else hashes


def personal_places(
    folder: Path, allowed: Callable[[str], bool], without: Mapping[str, str] = MappingProxyType({})
) -> list[Place]:
    """Where in the files of a package personal data stands that is not allowed. ``without``: what ``files_without`` has
    said before; a file that is not the same any more is looked through again."""
    there = [name for name, entry in package_files.entries(folder).items() if entry.kind == "file"]
    files = [name for name in there if without.get(name) != package_files.sha256(folder, name)]
    told = _told_in(folder, files)
    if not told:  # nearly always: where all the texts stand need not be kept
        return []
    found = [
        Place(name, where, hit.kind, text[hit.start : hit.end])
        for name, where, text in _said(folder, files)
        if text in told
        for hit in told[text]
    ]
    decided = {value: allowed(value) for value in dict.fromkeys(place.value for place in found)}
    return sorted(place for place in found if not decided[place.value])


def _told_in(folder: Path, files: Sequence[str]) -> dict[str, list[Hit]]:
    """The texts that look personal, each with what in it does."""
    texts = dict.fromkeys(text for _, _, text in _said(folder, files))
    return {text: kinds for text in _likely(list(texts)) if (kinds := hits(text))}


def _said(folder: Path, files: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Every text of these files: the file, its place in it, and the text."""
    for name in files:
        yield name, "文件名", name
        for where, text in texts_of(name, package_files.content(folder, name)):
            yield name, where, text


def _likely(texts: list[str]) -> list[str]:
    """The few texts that are worth a closer look."""
    import pyarrow
    import pyarrow.compute

    written = [text.encode("utf-8", "replace") for text in texts]
    ends = array("q", accumulate(map(len, written), initial=0))
    # By its buffers: an array made of a list imports pandas, which nothing else in a run needs.
    buffers = [None, pyarrow.py_buffer(ends), pyarrow.py_buffer(b"".join(written))]
    clean = pyarrow.Array.from_buffers(pyarrow.large_string(), len(written), buffers)
    return list(compress(texts, pyarrow.compute.match_substring_regex(clean, LIKELY).to_pylist()))


def texts_of(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """The texts in a file by its kind, each with its place."""
    if name.endswith((".json", ".ipynb")):
        yield from _leaves(json.loads(content))
    elif name.endswith(".pdf"):
        yield from _pdf(content)
    elif name.endswith((".docx", ".xlsx")):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in archive.namelist():
                yield part, part
                if part.endswith((".xml", ".rels")):
                    yield from _marked_up(archive.read(part).decode("utf-8", "replace"), f"{part} ")
    elif name.endswith((".html", ".svg", ".xml")):
        yield from _marked_up(content.decode("utf-8", "replace"), "")
    else:
        yield from _lines(content.decode("utf-8", "replace"), "")


def _leaves(value: Any) -> Iterator[tuple[str, str]]:
    """The texts of nested data, keys too; figures are none."""
    waiting = [("", value)]
    while waiting:
        place, node = waiting.pop()
        if isinstance(node, str):
            yield from _marked_up(node, f"{place} ") if len(node) > MARKED_UP and "<" in node else ((place, node),)
        elif isinstance(node, dict):
            yield from ((place, key) for key in node if len(key) > SHORT)
            waiting += [(f"{place}.{key}", one) for key, one in node.items() if key not in _PICTURES and _told(one)]
        elif node and isinstance(node[0], str) and node[0].endswith("\n"):  # a text in lines, as notebooks have it
            waiting.append((place, "".join(map(str, node))))
        else:
            waiting += [(place, one) for one in node if _told(one)]


def _told(value: Any) -> bool:
    return isinstance(value, dict | list) or (isinstance(value, str) and len(value) > SHORT)


def _marked_up(text: str, place: str) -> Iterator[tuple[str, str]]:
    """What stands between the tags, and in them."""
    plain = _INLINE.sub("", _DRAWN.sub(" ", _EMBEDDED.sub(" ", text)))
    for tag in _TAG.findall(plain):
        if '"' in tag:
            yield f"{place}标记", unescape(tag)
    yield from _lines(unescape(re.sub("\n{2,}", "\n", _TAG.sub("\n", plain))), place)


def _lines(text: str, place: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > SHORT:
            yield f"{place}第 {number} 行", line


def _pdf(content: bytes) -> Iterator[tuple[str, str]]:
    import pypdfium2

    with pypdfium2.PdfDocument(content) as document:
        yield from (("文档属性", str(value)) for value in document.get_metadata_dict().values())
        for number in range(len(document)):
            for line in document[number].get_textpage().get_text_bounded().splitlines():
                if not _FIGURES.fullmatch(line):
                    yield f"第 {number + 1} 页", line


# --- what is allowed ------------------------------------------------------------------------------


def allowed_by(year: Year, tables: Path, accounts: Iterable[Any]) -> Callable[[str], bool]:
    """Whether a value may stand in the package: the year says so, or it is of a column that names things. ``accounts``:
    those of the tables, as the first stage wrote them."""
    entries = year.year.not_personal
    by_itself = allows(entries)
    columns = [
        (account["table"], column)
        for account in accounts
        for column in sorted({*allowed_columns(entries, account["table"]), *unmasked_columns(account)})
        if tidy_columns(year.year.tables[account["table"]]).get(column) == "VARCHAR"
    ]
    return lambda value: by_itself(value) or _in_columns(value, tables, columns)


def _in_columns(value: str, tables: Path, columns: list[tuple[str, str]]) -> bool:
    if not columns:
        return False
    files = {table: tables / f"{table}.parquet" for table, _ in columns}
    with open_engine(threads=1) as connection:
        fence(connection, files.values())
        return any(
            connection.execute(
                f"SELECT 1 FROM read_parquet({one_file(files[table])}) "
                f"WHERE contains({identifier(column)}, {literal(value)}) LIMIT 1"
            ).fetchall()
            for table, column in columns
        )


def screen(places: list[Place]) -> str:
    """What stops publication, on one screen: kinds and places, never the values."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for place in places:
        kinds.setdefault((place.file, place.kind), []).append(place.where)
    lines = [f"    {file}：{kind} {len(where)} 处（{where[0]}）" for (file, kind), where in list(kinds.items())[:NAMED]]
    lines += [f"    ……共 {len(kinds)} 项"] if len(kinds) > NAMED else []
    return "\n".join(
        [
            "[personal_data]  成套材料里有个人信息，未发布，原有的成套材料没有改动：",
            *lines,
            "    处理：年度文件（year.yml、plan.yml 等）里写有的，改成岗位或代码；",
            "    来自导出文件某一列的，把这一列写进该表的 personal；",
            "    确实不是的，在 year.yml 的 not_personal 里写 {value: …, why: …}（或 pattern、column: 表.列）",
        ]
    )
