"""What is counted once for many checks says the same as each question by itself, however little may be kept of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.gate.plausibility import plausibility_checks, value_counts
from helpers.gate.plausibility import subject as subjects
from helpers.year.engine import identifier
from tests.gate.plausibility.two_years import compared, devices, ledger, tickets

cells = st.none() | st.sampled_from(["甲", "乙", "A", "a", "", " ", "é"]) | st.text(max_size=3)


def damaged() -> tuple[dict[str, pd.DataFrame], dict[str, list[dict[str, Any]]]]:
    """A year in which much is wrong at once, and rows set aside."""
    now = {"tickets": tickets(2024), "devices": devices(2024), "ledger": ledger(2024)}
    frame = now["tickets"]
    frame.loc[40:60, "category"] = None
    frame.loc[[3, 90], "category"] = ["待定", "锟斤拷"]
    frame.loc[[5, 6], "cause"] = ["测试一下", "等备件 "]
    frame.loc[200:330, "device_model"] = "型0"
    frame.loc[[300, 301], "resolved_at"] = frame["opened_at"] - pd.Timedelta(days=3)
    frame.loc[400:403, "ticket_id"] = [f"T24X{n}" for n in range(4)]
    again = frame.iloc[10:22].assign(ticket_id=[f"T24{n}" for n in range(90000, 90012)], source_row=range(3000, 3012))
    now["tickets"] = pd.concat([frame, again])
    now["devices"].loc[[4, 9], "price"] = [410000, 49]
    now["devices"]["model"] = now["devices"]["model"].shift(1)
    now["ledger"].loc[5, "amount"] = now["ledger"]["amount"][:5].sum()
    total = {"_reason": "合计行", "purpose": "合计", "amount": "99999"}
    aside = {"ledger": [{**total, "source_file": "exports/台账.csv", "source_row": 60}]}
    return now, aside


def all_said(folder: Path) -> list[dict[str, Any]]:
    now, aside = damaged()
    with compared(folder, now, aside=aside) as subject:
        return [check.to_json() for check in plausibility_checks(subject)]


@pytest.mark.parametrize(("listed", "at_once", "held"), [(3, 1, 10), (10, 2000, 200_000)])
def test_what_is_said_depends_on_nothing_that_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listed: int, at_once: int, held: int
) -> None:
    """A large table, of which no values are listed and no columns looked at together, is judged like a small one."""
    usual = all_said(tmp_path / "usual")
    checks = {check["expectation"] for check in usual}
    assert {"placeholder_values", "garbled_texts", "odd_numbers", "power_of_ten", "relation_broken", "slips"} <= checks
    monkeypatch.setattr(value_counts, "LISTED", listed)
    monkeypatch.setattr(value_counts, "AT_ONCE", at_once)
    monkeypatch.setattr(subjects, "HELD", held)
    assert all_said(tmp_path / "other") == usual


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=12))
def test_values_are_counted_as_they_stand(tmp_path: Path, rows: list[tuple[str | None, str | None]]) -> None:
    frame = tickets(2024).head(len(rows)).assign(category=[a for a, _ in rows], cause=[b for _, b in rows])
    with compared(tmp_path, {"tickets": frame}, alone=True) as subject:
        for column, own in (("category", [a for a, _ in rows]), ("cause", [b for _, b in rows])):
            counted = Counter(cell for cell in own if cell is not None)
            assert subject.values("tickets", column) == counted
            assert subject.kinds("tickets", [column]) == {column: (len(counted), counted.total())}
            cell = identifier(column)
            asked = subject.query(
                f"SELECT {cell}, count(*) AS n FROM tickets WHERE {cell} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1"
            )
            assert subject.frequent("tickets", column) == asked
            assert subject.frequent("tickets", column, 2) == asked[:2]


def test_a_column_of_very_many_values_is_not_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(value_counts, "LISTED", 5)
    with compared(tmp_path, alone=True) as subject:
        assert subject.values("tickets", "ticket_id") is None
        assert subject.values("tickets", "category") == Counter(tickets(2024)["category"])
        assert subject.values("tickets", "opened_at") is None  # no text
        assert subject.values("nothing", "category") == {}
        assert subject.kinds("tickets", ["ticket_id", "category"])["ticket_id"] == (1310, 1310)
        assert subject.has("tickets", "ticket_id", "T2400007") and not subject.has("tickets", "ticket_id", "T")


def test_values_are_counted_once_for_all_who_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = subjects.Subject.query

    def query(subject: subjects.Subject, sql: str) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return ask(subject, sql)

    monkeypatch.setattr(subjects.Subject, "query", query)
    with compared(tmp_path, alone=True) as subject, ThreadPoolExecutor(4) as pool:
        others = [subject.for_another_thread() for _ in range(4)]
        columns = ["category", "engineer", "cause", "device_id"]

        def values(one: subjects.Subject, column: str) -> Mapping[str, int] | None:
            return one.values("tickets", column)

        found = list(pool.map(values, others, columns))
    assert found == [Counter(tickets(2024)[c].dropna()) for c in columns]
    assert len(asked) == 1
