"""Rows whose texts may name a total or say something personal, seen in one look while they are judged."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import duckdb

from helpers.activity.looked_through import in_one_piece, worth_a_look
from helpers.files.personal_data import HAN, LIKELY
from helpers.year.engine import identifier, literal
from helpers.year.load import Year
from helpers.year.not_personal import allowed_columns
from helpers.year.tables import Table

#: What a total's label has, as databases understand it; on the cell as it stands.
TOTALS = (
    r"[合总總小累共]\s*[计計]|汇\s*总|平\s*均|均值|average|\bmean\b|\bavg\b|[∑Σ]|结\s*转|期初|期末|余额|承前|过次"
    r"|总额|总数|总和|total|\bsum\b|summe|gesamt|\bsuma\b|итого|balance|forward|[bc]/[fd]"
)
MAYBE_TOTAL = f"(?is).{{0,24}}({TOTALS}).{{0,30}}"
#: The rows that are seen so.
TOLD = "(SELECT * FROM judged_rows WHERE _telling)"
#: A heading that says that names stand below.
_OF_NAMES = re.compile(
    "(?:姓名|联系人|报修人|报障人|申请人|经办人|处理人|使用人|责任人|负责人|维修人|接报人|受理人|登记人|签收人|投诉人|填报人)员?$"
)


def _matches(text: str, pattern: str) -> str:
    return f"regexp_matches({text}, {literal(pattern)})"


def is_likely(text: str) -> str:
    """Whether a text may hold a number or a cue; names by themselves have none."""
    return _matches(text, LIKELY)


def is_han(cell: str) -> str:
    """Whether a cell is as long as a name."""
    return rf"regexp_full_match({cell}, '[{HAN}]{{2,4}}')"


def _is_total(cell: str) -> str:
    return f"length({cell}) <= 60 AND regexp_full_match({cell}, {literal(MAYBE_TOTAL)})"


#: Whether a ``cell`` may be personal; ``special``: a name may stand there alone.
PERSONAL = f"{is_likely('cell')} OR (special AND {is_han('cell')})"


@dataclass(frozen=True)
class Telling:
    """The columns of which a text may be a total's label, those of which one may be personal, and of these the ones in
    which a name may stand alone."""

    totals: Sequence[str]
    personal: Sequence[str]
    names: Sequence[str]

    def in_row(self) -> str:
        """Whether any text of a row may be either (SQL). One pattern for both: to look for two takes twice as long."""
        columns = list(dict.fromkeys((*self.totals, *self.personal)))
        either = [f"(?is:{TOTALS})"] * bool(self.totals) + [LIKELY] * bool(self.personal)
        tests = [_matches(in_one_piece(map(identifier, columns)), "|".join(either))] if columns else []
        return " OR ".join([*tests, *(is_han(identifier(c)) for c in self.names)]) or "false"

    def personal_in_row(self) -> str:
        """Whether any text of such a row may be personal (SQL)."""
        likely = is_likely(in_one_piece(map(identifier, self.personal)))
        return " OR ".join([likely, *(is_han(identifier(c)) for c in self.names)])

    def total_in_row(self) -> str:
        """Whether any text of such a row may be a total's label (SQL)."""
        if not self.totals:
            return "false"
        texts = [*map(identifier, self.totals)]
        any_cell = f"len(list_filter([{', '.join(texts)}], lambda cell: {_is_total('cell')})) > 0"
        return f"CASE WHEN {_matches(in_one_piece(texts), f'(?is){TOTALS}')} THEN {any_cell} ELSE false END"


def telling(connection: duckdb.DuckDBPyConnection, year: Year, table: str, few: Collection[str]) -> Telling:
    """What of a table has to be looked at. ``few``: the columns of few values, which are listed."""
    spec = year.year.tables[table]
    texts = [c for c, declared in spec.columns.items() if declared.type == "text"]
    allowed = allowed_columns(year.year.not_personal, table)
    may_be = [c for c in texts if c not in spec.personal and c not in allowed]
    named = [c for c in may_be if _names(spec, c)]
    personal = worth_a_look(connection, may_be, few, PERSONAL, named)
    totals = worth_a_look(connection, texts, few, _is_total("cell"))
    return Telling(totals, personal, [c for c in named if c in personal])


def _names(spec: Table, column: str) -> bool:
    return any(_OF_NAMES.search(words) for words in (*spec.columns[column].source, spec.columns[column].words or ""))
