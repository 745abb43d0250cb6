"""Old workbooks (XLS): what their records say of each sheet beyond its values."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Mapping

from helpers.files.compound import Compound
from helpers.files.marks import Cell, Marks

BOF, EOF, BOUNDSHEET, FILEPASS, ROW, BOOLERR, FORMULA = 0x0809, 0x000A, 0x0085, 0x002F, 0x0208, 0x0205, 0x0006
NUMBER, RK, MULRK, FORMAT, XF = 0x0203, 0x027E, 0x00BD, 0x041E, 0x00E0
#: The formats that every workbook has without stating them: decimals, percentages, and dates as far as they show.
BUILT_IN = {2: "0.00", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy/m/d", 15: "yyyy/m/d", 16: "m/d", 17: "yyyy/m"}
BUILT_IN |= {22: "yyyy/m/d h:mm", 27: "yyyy/m", 31: "yyyy/m/d", 39: "#,##0.00", 40: "#,##0.00", 43: "#,##0.00"}
DIMENSIONS, STRINGS = 0x0200, 0x00FC
CELLS = (NUMBER, RK, MULRK, FORMULA, BOOLERR, 0x0204, 0x00FD, 0x00D6)
MOST_CELLS = 17_000_000
BUILT_IN |= {28: "m/d", 30: "m/d", 57: "yyyy/m", 58: "m/d"}
#: Which Excel has calculated the workbook last; libraries that calculate nothing do not write it.
RECALCULATED = 0x01C1
ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
#: The height of a row is zero: a filter or a hand has hidden it.
HIDDEN_ROW = 0x20
#: Of a formula's stored result: its last two bytes say that it is no number, its first one what it is.
NO_NUMBER, AN_ERROR, BLANK = b"\xff\xff", 2, 3


def workbook_stream(compound: Compound) -> bytes | None:
    """The records of an old workbook; None where the file holds none."""
    name = next((n for n in ("Workbook", "Book", "WORKBOOK", "BOOK") if n in compound.names), None)
    return compound.stream(name) if name else None


def is_encrypted(stream: bytes) -> bool:
    """Whether a password is needed: the first records say so."""
    for kind, _, _ in _records(stream, 0):
        if kind == FILEPASS:
            return True
        if kind in (BOUNDSHEET, EOF):
            return False
    return False


def sheet_marks(stream: bytes, index: int) -> Marks:
    """Errors, formulas without a value and hidden rows of the sheet at this place (from 0)."""
    starts, calculated = [], False
    for kind, at, _ in _records(stream, 0):
        calculated |= kind == RECALCULATED
        starts += [struct.unpack_from("<I", stream, at)[0]] if kind == BOUNDSHEET else []
    errors: dict[Cell, str] = {}
    results: dict[Cell, bytes] = {}
    hidden: set[int] = set()
    for kind, at, length in _records(stream, starts[index]) if index < len(starts) else ():
        if kind == ROW and length >= 16 and struct.unpack_from("<H", stream, at + 12)[0] & HIDDEN_ROW:
            hidden.add(struct.unpack_from("<H", stream, at)[0])
        elif kind == BOOLERR and stream[at + 7]:
            errors[struct.unpack_from("<HH", stream, at)] = ERRORS.get(stream[at + 6], "#N/A")
        elif kind == FORMULA:
            cell, result = struct.unpack_from("<HH", stream, at), stream[at + 6 : at + 14]
            results[cell] = result
            if result[6:] == NO_NUMBER and result[0] == AN_ERROR:
                errors[cell] = ERRORS.get(result[2], "#N/A")
    blank = {cell: "" for cell, result in results.items() if result[6:] == NO_NUMBER and result[0] == BLANK}
    never = {} if calculated else _never_calculated(results, blank)
    return Marks(errors, never, frozenset(hidden), {cell: "" for cell in blank if cell not in never})


def is_too_wide(stream: bytes) -> bool:
    """Whether damaged records place cells where no workbook has any, for which a reader would fill the memory."""
    starts: list[int] = []
    for kind, at, length in _records(stream, 0):
        if kind == BOUNDSHEET and length >= 4:
            starts.append(struct.unpack_from("<I", stream, at)[0])
        elif kind == STRINGS and length >= 8 and struct.unpack_from("<I", stream, at + 4)[0] > len(stream):
            return True
    for start in starts:
        last_row = last_column = 0
        for kind, at, length in _records(stream, start):
            if kind == DIMENSIONS and length >= 12:
                row, column = struct.unpack_from("<I", stream, at + 4)[0], struct.unpack_from("<H", stream, at + 10)[0]
            elif kind in CELLS and length >= 6:
                row, column = struct.unpack_from("<HH", stream, at)
                column = max(column, struct.unpack_from("<H", stream, at + length - 2)[0]) if kind == MULRK else column
            else:
                continue
            last_row, last_column = max(last_row, row), max(last_column, column)
        if last_row > 65_536 or last_column > 256 or (last_row + 1) * (last_column + 1) > MOST_CELLS:
            return True
    return False


def number_formats(stream: bytes, index: int) -> dict[Cell, str]:
    """The number format of each number on the sheet at this place, as far as the workbook says it."""
    starts: list[int] = []
    stated = dict(BUILT_IN)
    styles: list[int] = []
    for kind, at, length in _records(stream, 0):
        if kind == BOUNDSHEET:
            starts.append(struct.unpack_from("<I", stream, at)[0])
        elif kind == FORMAT and length >= 5:
            stated[struct.unpack_from("<H", stream, at)[0]] = _wide_text(stream, at + 2)
        elif kind == XF and length >= 4:
            styles.append(struct.unpack_from("<H", stream, at + 2)[0])
    found: dict[Cell, str] = {}
    for kind, at, length in _records(stream, starts[index]) if index < len(starts) else ():
        if kind in (NUMBER, RK, FORMULA):
            cells = [struct.unpack_from("<HHH", stream, at)]
        elif kind == MULRK:  # one row, several columns: a style and a number each
            row, first = struct.unpack_from("<HH", stream, at)
            count = (length - 6) // 6
            cells = [(row, first + i, struct.unpack_from("<H", stream, at + 4 + 6 * i)[0]) for i in range(count)]
        else:
            continue
        for row, column, style in cells:
            if style < len(styles) and (words := stated.get(styles[style])):
                found[row, column] = words
    return found


def _wide_text(stream: bytes, at: int) -> str:
    """A text with its length in two bytes, in one or two bytes a character."""
    length, wide = struct.unpack_from("<HB", stream, at)
    start = at + 3
    if wide & 1:
        return stream[start : start + 2 * length].decode("utf-16-le", "ignore")
    return stream[start : start + length].decode("latin-1")


def _never_calculated(results: Mapping[Cell, bytes], blank: Mapping[Cell, str]) -> dict[Cell, str]:
    """Libraries that calculate nothing store an empty text, or 0, for every formula of a column."""
    empty = {cell for cell, result in results.items() if cell in blank or not any(result)}
    filled = {column for row, column in results if (row, column) not in empty}
    several = Counter(column for _, column in empty)
    return {cell: "" for cell in empty if cell[1] not in filled and several[cell[1]] > 1}


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of the records of one part (globals or a sheet), its charts left out."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        depth += (kind == BOF) - (kind == EOF)
        if depth == 1 or kind in (BOF, EOF):
            yield kind, at + 4, length
        at += 4 + length
        if depth <= 0:
            return
