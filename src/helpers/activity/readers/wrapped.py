"""JSON objects that hold their records in a list, as interfaces hand them over: where it is, and whether it is all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.activity.readers.headers import normal_header
from helpers.activity.readers.repeated_keys import RepeatedField, repeated_error, unique_fields
from helpers.files.refusal import FileError
from helpers.year.tables import Table

#: What interfaces call the address of the next page, and the flag that there is one.
NEXT = ("next_page", "next", "nextpage", "next_link", "nextlink", "@odata.nextlink", "next_page_url", "nextpagetoken",
        "next_page_token", "next_cursor", "after_cursor")  # fmt: skip
MORE = ("has_more", "hasmore", "has_next", "hasnext", "has_next_page", "hasnextpage", "isLast", "end_of_stream")
#: What they call the number of all records, and of pages.
TOTAL = ("count", "total", "total_count", "totalcount", "total_records", "totalrecords", "totalelements",
         "recordcount", "record_count", "@odata.count", "total_results", "totalresults", "totalhits",
         "total_rows", "totalrow")  # fmt: skip
PAGES = ("total_pages", "totalpages", "pagecount", "page_count", "last_page", "pages")
PAGE = ("page", "current_page", "currentpage", "page_no", "pageno", "pageindex", "page_number", "pagenumber")
#: How deep a list of records is looked for.
DEEP = 3


@dataclass(frozen=True)
class Page:
    """The records of one answer; ``more``: it says that others follow; ``total``: how many there are in all."""

    records: tuple[Any, ...] = ()
    more: bool = False
    total: int | None = None


def is_array(path: Path) -> bool:
    """Whether the file is one list."""
    with path.open("rb") as stream:
        return stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"[")


def records_of(path: Path, shown: str, spec: Table) -> Page | None:
    """The list of records inside the one object that the file is; None where it is JSON Lines.

    Raises ``FileError`` where no list, or more than one, may be meant.
    """
    if not spec.records and _is_lines(path):
        return None
    try:
        whole = json.loads(
            path.read_text(encoding="utf-8-sig"),
            parse_float=str,
            parse_constant=str,
            object_pairs_hook=unique_fields,
        )
    except RepeatedField as found:
        raise repeated_error(shown, said=str(found)) from found
    except (ValueError, RecursionError) as error:
        if not _first_object(path):
            return None  # neither: the reader of lines says which line is damaged
        raise FileError(
            "bad_json", shown, f"JSON 读不通，文件可能被截断：{error}", hint="重新导出完整的文件"
        ) from error
    if not isinstance(whole, Mapping):
        return None
    lists = dict(_lists(whole))
    if spec.records:
        if spec.records not in lists:
            raise _which(shown, lists, f"没有声明的记录列表 {spec.records}")
        return _page(whole, lists[spec.records])
    if _is_record(whole, spec, lists):
        return Page((whole,))
    if len(lists) != 1:
        what = "有几处记录列表，不能判断读哪一处" if lists else "是一个 JSON 对象，里面没有记录列表"
        raise _which(shown, lists, what)
    return _page(whole, next(iter(lists.values())))


def _which(shown: str, lists: Mapping[str, Any], what: str) -> FileError:
    there = "、".join(f"{name}（{len(rows)} 条）" for name, rows in lists.items())
    first = next(iter(lists), "")
    return FileError(
        "which_records",
        shown,
        what + (f"：{there}" if there else ""),
        hint=f"在 year.yml 里用 records 指明，如 records: {first}" if first else "核对导出的内容，重新导出",
    )


def _is_lines(path: Path) -> bool:
    """Whether the first line is an object by itself and others follow."""
    with path.open("rb") as stream:
        lines = (line for line in stream if line.strip(b"\xef\xbb\xbf \t\r\n"))
        first, second = next(lines, b""), next(lines, None)
    return second is not None and _parses(first)


def _first_object(path: Path) -> bool:
    """Whether the file begins as an object that goes over several lines, or as one that was cut off."""
    with path.open("rb") as stream:
        first = next((line for line in stream if line.strip(b"\xef\xbb\xbf \t\r\n")), b"")
    return first.lstrip(b"\xef\xbb\xbf \t").startswith(b"{") and not _parses(first)


def _parses(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line.decode("utf-8-sig")), Mapping)
    except ValueError:
        return False


def _lists(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    """The lists of objects inside an object, by their path; not those inside of records."""
    for name, inner in value.items() if depth < DEEP else ():
        place = f"{path}.{name}" if path else str(name)
        if isinstance(inner, Mapping):
            yield from _lists(inner, place, depth + 1)
        elif (isinstance(inner, list) and inner and all(isinstance(one, Mapping) for one in inner)) or (
            inner == [] and depth < DEEP - 1 and not path
        ):
            yield place, inner


def _is_record(whole: Mapping[str, Any], spec: Table, lists: Mapping[str, Any]) -> bool:
    """Whether the object is itself the only record: it has the declared columns, and its lists have not."""
    wanted = {normal_header(one) for column in spec.columns.values() for one in column.source}
    own = sum(normal_header(name) in wanted for name, _ in _leaves(whole))
    inner = max(
        (sum(normal_header(name) in wanted for name, _ in _leaves(rows[0])) for rows in lists.values() if rows),
        default=0,
    )
    return own > inner or not lists


def _leaves(value: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        place = f"{path}.{name}" if path else str(name)
        if isinstance(inner, Mapping):
            yield from _leaves(inner, place)
        else:
            yield place, inner


def _page(whole: Mapping[str, Any], records: list[Any]) -> Page:
    """What the answer says of the pages that follow it, wherever it says so."""
    said = {name.rpartition(".")[2].lower(): value for name, value in _leaves(whole)}
    # Elasticsearch says {"total": {"value": 300}}.
    said |= {
        name[: -len(".value")].rpartition(".")[2].lower(): value
        for name, value in _leaves(whole)
        if name.lower().endswith(".value")
    }
    totals = [n for name in TOTAL if (n := _number(said.get(name))) is not None]
    more = any(said.get(name) not in (None, "", False, 0, "0", "null") for name in NEXT)
    more |= any(str(said.get(name.lower())).lower() == ("false" if name in ("isLast", "end_of_stream") else "true")
                for name in MORE)  # fmt: skip
    pages, page = (next((n for k in names if (n := _number(said.get(k))) is not None), None) for names in (PAGES, PAGE))
    more |= pages is not None and page is not None and page < pages
    return Page(tuple(records), more, max(totals, default=None))


def _number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdigit() else None
