"""Characters that nobody sees in a cell, and what spreadsheets put around it: cleaned alike everywhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

import duckdb

from helpers.activity.looked_through import (
    BETWEEN,
    LISTED,
    columns_of,
    in_one_piece,
    list_cells,
    rows_with,
    worth_a_look,
)
from helpers.year.engine import identifier, literal
from helpers.year.models import Correction
from helpers.year.tables import Table

#: Zero-width and direction marks, soft hyphens, control characters: they mean nothing anywhere.
_NOTHING = (
    r"\x{00}-\x{08}\x{0b}\x{0c}\x{0e}-\x{1f}\x{7f}-\x{84}\x{86}-\x{9f}\x{ad}\x{34f}\x{61c}\x{180e}"
    r"\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{206f}\x{feff}"
)
#: Spaces other than the plain one: no-break, narrow, ideographic and the typographer's.
_SPACES = r"\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
#: Marks apart from their letter, and doubles of characters that look like them: é as two, ⽤ for 用, \uf914 for 樂.
_APART = r"\x{300}-\x{36f}\x{2e9f}\x{2ef3}\x{2f00}-\x{2fd5}\x{f900}-\x{faff}"
_RADICALS = "".join(map(chr, (0x2E9F, 0x2EF3, *range(0x2F00, 0x2FD6))))
_CHARACTERS = unicodedata.normalize("NFKC", _RADICALS)
assert len(_RADICALS) == len(_CHARACTERS)
_WHITE = " \t\r\n"
#: ``="00123"``, and the apostrophe that marks a number as text.
_WRAPPED = r'^="([^"]*)"$'
_QUOTED = r"^'\s*([-+(=¥￥$€£.0-9][^']*)$"

#: Beyond so many bytes a text is prose: only its ends are looked at.
PROSE = 128
_STAINED = f"[{_NOTHING}{_SPACES}{_APART}]"
_TOUCHED = rf"^[ \t\r\n='\"]|[ \t\r\n]$|{_STAINED}"
#: The same in the cells of a row in one piece.
_ANY_TOUCHED = rf"(?:^|{BETWEEN})[ \t\r\n='\"]|[ \t\r\n](?:$|{BETWEEN})|{_STAINED}"
#: First or last characters that call for a closer look.
_ENDS = (34, 39, 61, 0x85, 0xA0, 0xAD, 0x3000, 0xFEFF)
#: What stands before the ends of prose in that piece, and such an end; by itself a cell may be a dash, and often is.
_END = "\ue0fe"
_LISTED = "".join(map("\\x{{{:x}}}".format, _ENDS))
_ANY_ENDED = rf"{_END}[\x{{00}}-\x{{20}}\x{{2000}}-\x{{206f}}{_LISTED}]"
#: What ``sources.refuse_mangled`` looks for, seen in the same look.
_ANY_MANGLED = rf"(?:^|{BETWEEN}|{_END})#|[eE]\+"


def _python(pattern: str) -> str:
    return re.sub(r"\\x\{([0-9a-f]+)\}", lambda m: re.escape(chr(int(m[1], 16))), pattern)


_NOTHING_HERE, _SPACES_HERE = re.compile(f"[{_python(_NOTHING)}]"), re.compile(f"[{_python(_SPACES)}]")


def plain(text: str) -> str:
    """A text of a declaration as ``mended`` would leave it in a cell."""
    text = _SPACES_HERE.sub(" ", _NOTHING_HERE.sub("", text)).strip(_WHITE)
    text = unicodedata.normalize("NFC", text.translate(str.maketrans(_RADICALS, _CHARACTERS)))
    return re.sub(_QUOTED, r"\1", re.sub(_WRAPPED, r"\1", text).strip(_WHITE))


def stained(connection: duckdb.DuckDBPyConnection, spec: Table, known: Collection[str]) -> tuple[frozenset[str], bool]:
    """The columns in which any cell has to be mended, and whether any may be mangled (see ``sources``); reads
    ``source``. ``known``: the columns of few values or plain cells.

    Looking costs time: prose is looked at at both ends only, unless it names a record.
    """
    named = {*spec.key, *(spec.grain.case if spec.grain else ())}
    touched = (
        f"CASE WHEN special OR strlen(cell) <= {PROSE} THEN regexp_matches(cell, {literal(_TOUCHED)}) "
        f"ELSE {_touched_prose('cell')} END"
    )
    looked_at = worth_a_look(connection, list(spec.columns), known, touched, named)
    if not looked_at:
        return frozenset(), True
    texts = [c for c in looked_at if c not in named]
    row = in_one_piece([*map(identifier, sorted(named & {*looked_at})), *(_short(identifier(c)) for c in texts)])
    # One pattern for all: a statement is mostly read, and half of it were tests of the ends of each column.
    any_in_row = f"regexp_matches({row}, {literal(f'{_ANY_TOUCHED}|{_ANY_ENDED}|{_ANY_MANGLED}')})"
    with rows_with(connection, "source", any_in_row, looked_at) as rows:
        found = columns_of(connection, rows, looked_at, touched, named) if rows else ()
    return frozenset(found), bool(rows or known)


def list_mended(
    connection: duckdb.DuckDBPyConnection,
    spec: Table,
    corrections: Sequence[Correction],
    stains: Collection[str],
    few: Collection[str],
) -> None:
    """List what ``sql.texts`` may make of the columns of few values: mended, corrected, as another of its synonyms."""
    for column in sorted({*few} & {*stains}):
        connection.execute(
            f"INSERT INTO {LISTED} SELECT col, {mended('cell')} FROM {LISTED} WHERE col = {literal(column)}"
        )
    made = {
        column: {
            *spec.synonyms.get(column, ()),
            *(new for c in corrections if (new := c.change.get(column)) is not None),
        }
        for column in few
    }
    list_cells(connection, made)


def _short(cell: str) -> str:
    """A cell, of prose its ends."""
    ends = f"{literal(_END)} || {cell}[1] || {literal(_END)} || {cell}[-1]"
    return f"CASE WHEN strlen({cell}) <= {PROSE} THEN {cell} ELSE {ends} END"


def _touched_prose(cell: str) -> str:
    """Whether a cell is prose that has to be mended."""
    return f"strlen({cell}) > {PROSE} AND ({_suspect(cell)} OR {_suspect(cell + '[-1]')})"


def _suspect(text: str) -> str:
    """Whether the first character of a text may be one to take away."""
    listed = ", ".join(map(str, _ENDS))
    return (
        f"(unicode({text}) BETWEEN 0 AND 32 OR unicode({text}) IN ({listed}) OR unicode({text}) BETWEEN 8192 AND 8303)"
    )


def mended(cell: str) -> str:
    """A cell (SQL) without what is invisible, in characters of one make, without spaces around it, and unwrapped."""
    white = literal(_WHITE)
    bare = f"regexp_replace({cell}, {literal(f'[{_NOTHING}]')}, '', 'g')"
    bare = f"nfc_normalize(translate({bare}, {literal(_RADICALS)}, {literal(_CHARACTERS)}))"
    spaced = f"trim(regexp_replace({bare}, {literal(f'[{_SPACES}]')}, ' ', 'g'), {white})"
    unwrapped = f"trim(regexp_replace({spaced}, {literal(_WRAPPED)}, '\\1'), {white})"
    whole = f"regexp_replace({unwrapped}, {literal(_QUOTED)}, '\\1')"
    # Few cells need it, and one look costs a fifth of the mending.
    return f"CASE WHEN regexp_matches({cell}, {literal(_TOUCHED)}) THEN {whole} ELSE {cell} END"
