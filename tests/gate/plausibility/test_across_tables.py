"""References, copied properties, stints and posts: the damaged record is named, the sound one is not."""

from __future__ import annotations

import datetime
from pathlib import Path

import pandas as pd

from helpers.gate.plausibility import across_tables as checks
from helpers.gate.plausibility.references import Reference, references
from tests.gate.plausibility.two_years import compared, devices, placed, roster, tickets, told


def test_references_are_found_by_their_values(tmp_path: Path) -> None:
    with compared(tmp_path) as subject:
        assert references(subject) == [
            Reference("tickets", "engineer", "roster", "post", False),
            Reference("tickets", "device_id", "devices", "device_id", True),
        ]


def test_a_device_that_the_register_does_not_know_is_named(tmp_path: Path) -> None:
    register = devices(2024)
    register.loc[7, "device_id"] = "PC007A"
    with compared(tmp_path, {"devices": register}) as subject:
        (check,) = checks.references_lead_nowhere(subject)
    assert (check.table, check.arguments["column"]) == ("tickets", "device_id")
    assert check.failing == (tickets(2024)["device_id"] == "PC007").sum()
    assert {row.value for row in check.failing_rows} == {"PC007"}


def test_what_leads_to_a_row_set_aside_leads_somewhere(tmp_path: Path) -> None:
    register, aside = devices(2024).drop(index=7), {"_reason": "物业的设备", "device_id": "PC007", "source_row": 9}
    with compared(tmp_path / "a", {"devices": register}, aside={"devices": [aside]}) as subject:
        assert told(checks.references_lead_nowhere(subject)) == []
    with compared(tmp_path / "b", {"devices": register}) as subject:
        assert told(checks.references_lead_nowhere(subject)) == [("tickets", "device_id")]


def test_lost_references_that_are_as_usual_as_last_year_say_nothing(tmp_path: Path) -> None:
    both = {"devices": devices(2024).drop(index=7)}
    with compared(tmp_path, both, both) as subject:
        assert told(checks.references_lead_nowhere(subject)) == []


def test_a_model_that_differs_from_the_registers_is_named(tmp_path: Path) -> None:
    register = devices(2024)
    register.loc[3, "model"] = "型9"
    with compared(tmp_path, {"devices": register}) as subject:
        (check,) = checks.copied_properties_differ(subject)
    assert (check.table, check.arguments["column"]) == ("tickets", "device_model")
    assert check.failing == (tickets(2024)["device_id"] == "PC003").sum()


def test_copies_that_differed_last_year_as_often_say_nothing(tmp_path: Path) -> None:
    now, before = tickets(2024), tickets(2023)
    for frame in (now, before):
        frame.loc[frame.index[::100], "device_model"] = "型9"
    with compared(tmp_path, {"tickets": now}, {"tickets": before}) as subject:
        assert told(checks.copied_properties_differ(subject)) == []


def test_a_post_that_no_record_names_is_one_too_many(tmp_path: Path) -> None:
    extra = placed(
        [{"post": "E07", "stint": 1, "begun": datetime.date(2020, 1, 1), "ended": None}], "exports/花名册.csv"
    )
    with compared(tmp_path, {"roster": pd.concat([roster(2024), extra])}) as subject:
        (check,) = checks.entries_never_named(subject)
    assert check.table == "roster"
    assert [row.value for row in check.failing_rows] == ["E07"]


def test_an_entry_that_is_rarely_named_anyway_says_nothing(tmp_path: Path) -> None:
    few = tickets(2024).iloc[::30]
    few = few[few["engineer"] != "E02"]
    with compared(tmp_path, {"tickets": few}) as subject:
        assert told(checks.entries_never_named(subject)) == []


def test_two_stints_of_a_post_that_overlap_are_named(tmp_path: Path) -> None:
    posts = roster(2024)
    posts.loc[posts["post"] == "E03", "begun"] = [datetime.date(2020, 1, 1), datetime.date(2024, 5, 1)]
    with compared(tmp_path, {"roster": posts}) as subject:
        (check,) = checks.stints_overlap(subject)
    assert "E03" in str(check.failing_rows[0].value)


def test_stints_that_follow_each_other_with_a_gap_say_nothing(tmp_path: Path) -> None:
    posts = roster(2024)
    posts.loc[posts["post"] == "E03", "begun"] = [datetime.date(2020, 1, 1), datetime.date(2024, 7, 1)]
    with compared(tmp_path, {"roster": posts}) as subject:
        assert told(checks.stints_overlap(subject)) == []
