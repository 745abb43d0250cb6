"""What each column of a tidy table is, as its account says it."""

from __future__ import annotations

from typing import Any

from helpers.year.clock_words import clock_words
from helpers.year.models import Calendar
from helpers.year.tables import Table
from helpers.year.tidy import record_columns, tidy_columns


def told_columns(spec: Table, calendar: Calendar) -> list[dict[str, Any]]:
    """What each tidy column is: type, words, and the headers it comes from."""
    types, words, taken = tidy_columns(spec), spec.column_words(), spec.grain.attributes if spec.grain else {}

    def headers(column: str) -> list[str]:
        source = spec.columns.get(taken[column].source if column in taken else column)
        return list(source.source) if source else []

    own = [{"column": c, "type": types[c], "words": words[c], "from": headers(c)} for c in record_columns(spec)]
    derived = [
        {
            "column": c,
            "type": types[c],
            "from": [],
            "words": d.words or (clock_words(d, spec, calendar) if d.clock else str(d.expr)),
        }
        for c, d in spec.derived.items()
    ]
    return [
        *own,
        *derived,
        {"column": "source_file", "type": "VARCHAR", "words": "来源文件", "from": []},
        {"column": "source_row", "type": "BIGINT", "words": "来源行号（含表头，从 1 起）", "from": []},
    ]
