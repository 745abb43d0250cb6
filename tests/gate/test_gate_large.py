"""A table judged from its file gives the same checks as one judged as a frame."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.gate import large
from helpers.gate.builtin_rules import Rule, about_table, builtin_rules
from helpers.gate.large import TidyFile
from helpers.gate.run import run_gate
from helpers.year.fiscal import FiscalYear
from tests.gate.gate_samples import account, spec, tickets

NOTE = {"level": "note", "words": "应当如此", "remedy": "核对"}


def rule(number: int, expectation: str, where: str | None = None, **arguments: object) -> Rule:
    return Rule(
        id=f"r{number}",
        expectation=f"expect_{expectation}",
        arguments=arguments,
        level="note",
        words="应当如此",
        remedy="核对",
        where=where,
    )


RULES = [
    rule(number, *what, **arguments)
    for number, (what, arguments) in enumerate(
        [
            (("column_values_to_not_be_null",), {"column": "resolved_at"}),
            (("column_values_to_be_null",), {"column": "visits"}),
            (("column_values_to_be_in_set",), {"column": "category", "value_set": ["桌面"]}),
            (("column_values_to_be_in_set", "repair"), {"column": "category", "value_set": ["桌面"]}),
            (("column_values_to_match_regex",), {"column": "requester", "regex": "^E0[1-3]$"}),
            (("column_values_to_be_between",), {"column": "cost", "min_value": 0.15, "max_value": 1}),
            (("column_values_to_be_between",), {"column": "visits", "max_value": 2}),
            (("column_values_to_be_between",), {"column": "opened_at", "min_value": "2024-03-01"}),
            (("column_values_to_be_between", "hours > year(year_start) - 2020"), {"column": "hours", "max_value": 10}),
            (("column_values_to_be_between",), {"column": "hours", "max_value": 1, "mostly": 0.5}),
            (("column_values_to_be_unique",), {"column": "category"}),
            (("column_values_to_be_unique",), {"column": "requester"}),
            (("compound_columns_to_be_unique",), {"column_list": ["category", "repair"]}),
            (("column_pair_values_a_to_be_greater_than_b",), {"column_A": "hours", "column_B": "visits"}),
            (("column_sum_to_be_between",), {"column": "cost", "max_value": 3}),
            (("table_row_count_to_be_between",), {"min_value": 3}),
            (("column_value_lengths_to_equal",), {"column": "ticket_id", "value": 2}),
            (("column_values_to_be_in_set", "nonsense > 1"), {"column": "category", "value_set": ["桌面"]}),
            (("column_values_to_be_in_set",), {"column": "nowhere", "value_set": ["桌面"]}),
        ]
    )
]


def write(frame: pd.DataFrame, path: Path) -> TidyFile:
    import duckdb

    types = {c: t for c, t in about_table(spec()).types.items() if c in frame}
    cast = ", ".join(
        f'CAST("{c}" AS {types.get(c, "VARCHAR" if c == "source_file" else "BIGINT")}) AS "{c}"' for c in frame
    )
    with duckdb.connect() as connection:
        connection.register("given", frame)
        connection.execute(f"COPY (SELECT {cast} FROM given) TO '{path}' (FORMAT parquet)")
    return TidyFile(path, FiscalYear(2024))


def both(frame: pd.DataFrame, path: Path) -> tuple[list, list]:
    declared = spec()
    rules = {"tickets": [*builtin_rules("tickets", declared, FiscalYear(2024)), *RULES]}
    about = {"tickets": about_table(declared)}
    file = write(frame, path)
    tidy = large.frames.read_tables(path.parent, [path.stem])[path.stem]
    found = [
        run_gate(
            {"tickets": rows},
            rules,
            about=about,
            fiscal=FiscalYear(2024),
            reconciliation=[account(entities=len(frame), used=len(frame), rows_in=len(frame) + 3)],
        ).checks
        for rows in (tidy, file)
    ]
    return list(found[0]), list(found[1])


def test_both_ways_agree_on_the_sound_table(tmp_path: Path) -> None:
    frame, file = both(tickets(), tmp_path / "tickets.parquet")
    assert frame == file
    failing = {check.rule: check.failing for check in file}
    assert (failing["r0"], failing["r2"], failing["r4"], failing["r10"], failing["r12"]) == (1, 2, 3, 6, 6)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.integers(0, 5), min_size=1, max_size=30),
    empty=st.sets(st.integers(0, 29)),
    column=st.sampled_from(["ticket_id", "category", "opened_at", "resolved_at", "cost", "visits", "hours"]),
)
def test_both_ways_agree_on_any_rows(tmp_path: Path, rows: list[int], empty: set[int], column: str) -> None:
    frame = tickets().iloc[rows].reset_index(drop=True)
    frame["source_row"] = range(2, len(frame) + 2)
    frame["source_file"] = "exports/a.csv"
    frame.loc[[i for i in empty if i < len(frame)], column] = None
    one, other = both(frame, tmp_path / "tickets.parquet")
    assert one == other


@pytest.mark.parametrize("limit", [0, 1, 100])
def test_columns_of_many_values_are_judged_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(large, "DISTINCT", limit)
    one, other = both(tickets(), tmp_path / "tickets.parquet")
    assert one == other
