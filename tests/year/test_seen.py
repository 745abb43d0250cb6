"""A year that notes what is read of it: nothing that a reader can tell apart goes unnoted."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from helpers.year.base import Model
from helpers.year.hashes import file_sha256
from helpers.year.load import Year, load_year
from helpers.year.models import Budget, MeasureRef
from helpers.year.seen import ABSENT, Reads, SeenYear, files_from, files_now, of_year_now
from tests import small_year

TABLE = """\
  tickets:
    title: 工单
    files: exports/t*.csv
    columns: {id: 编号, at: {from: 时间, type: datetime}}
    year_by: at
    key: id
"""


def written(root: Path, year: str = "", **others: Any) -> Year:
    small_year.write(root, year or small_year.head() + TABLE, files={"t.csv": "编号,时间\n1,2024-01-01\n"}, **others)
    return load_year(root, 2024)


def seen(year: Year) -> tuple[SeenYear, Reads]:
    reads = Reads()
    return SeenYear(year, reads, file_sha256), reads


def changed(noted: Reads, year: Year) -> list[Any]:
    return [place for place, told in noted.noted.items() if of_year_now(year, place, file_sha256) != told]


def test_only_what_is_read_is_noted(tmp_path: Path) -> None:
    year, reads = seen(written(tmp_path))
    assert year.year.project == "信息化运维" and year.year.tables["tickets"].title == "工单"
    values = ("value", 2024, "year")
    assert set(reads.noted) == {
        (*values, "project"),
        (*values, "tables"),
        (*values, "tables", "tickets", "title"),
    }


def test_properties_and_methods_of_a_model_note_the_fields_that_they_read(tmp_path: Path) -> None:
    year, reads = seen(written(tmp_path))
    assert year.year.tables["tickets"].tidy_key == ("id",)
    assert any(place[-1] == "key" for place in reads.noted) and not any(place[0] == "whole" for place in reads.noted)


WHOLE: dict[str, Callable[[Any], Any]] = {
    "a copy": lambda m: m.model_copy(update={"adjusted": "1元"}),
    "a dump": lambda m: m.model_dump(),
    "as JSON": lambda m: m.model_dump_json(),
    "compared": lambda m: m == 3,
    "a key": hash,
    "gone through": list,
    "shown": repr,
    "said": str,
    "copied deeply": copy.deepcopy,
    "pickled": pickle.dumps,
    "its dictionary": vars,
    "which fields are set": lambda m: m.model_fields_set,
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_looks_at_all_of_a_model_notes_all_of_it(tmp_path: Path, name: str) -> None:
    year, reads = seen(written(tmp_path))
    WHOLE[name](year.year.budget)
    assert ("whole", 2024, "year", "budget") in reads.noted
    other = written(tmp_path, small_year.head().replace("adjusted: 10万元", "adjusted: 11万元") + TABLE)
    assert ("whole", 2024, "year", "budget") in changed(reads, other)


def test_a_view_passes_for_its_model(tmp_path: Path) -> None:
    year, _ = seen(written(tmp_path))
    assert isinstance(year, Year) and isinstance(year.year.budget, Budget) and isinstance(year.year.budget, Model)
    assert not isinstance(year.year.budget, MeasureRef)
    with pytest.raises(ValueError, match="frozen"):
        year.year.budget.adjusted = "1元"
    with pytest.raises(AttributeError):
        _ = year.year.budget.adjustde


def test_another_kind_of_value_is_another_value(tmp_path: Path) -> None:
    year, reads = seen(written(tmp_path))
    assert isinstance(year.year.budget.spent, str)
    other = written(tmp_path, small_year.head(spent="{measure: spent}") + TABLE)
    assert changed(reads, other) == [("value", 2024, "year", "budget", "spent")]


def test_the_folder_is_given_with_the_files_of_the_tables(tmp_path: Path) -> None:
    year, reads = seen(written(tmp_path))
    assert year.folder == tmp_path / "data/raw/2024"
    assert {place[0] for place in reads.noted} == {"exports", "again", "file"}
    (tmp_path / "data/raw/2024/exports/t.csv").write_text("编号,时间\n2,2024-01-01\n", encoding="utf-8")
    assert changed(reads, load_year(tmp_path, 2024)) == [("file", 2024, "exports/t.csv")]
    (tmp_path / "data/raw/2024/exports/t9.csv").write_text("编号,时间\n3,2024-01-01\n", encoding="utf-8")
    assert ("exports", 2024, "tickets") in changed(reads, load_year(tmp_path, 2024))


def test_where_keys_stand_is_the_files_to_the_letter(tmp_path: Path) -> None:
    year, reads = seen(written(tmp_path))
    assert year.lines["year.yml"].of(("project",)) == 2
    path = tmp_path / "data/raw/2024/year.yml"
    path.write_text("# a line\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert changed(reads, load_year(tmp_path, 2024)) == [("files", 2024)]


def test_the_first_that_was_seen_counts(tmp_path: Path) -> None:
    reads, above = Reads(), Reads()
    below = Reads(above)
    reads.note(("value", 1), "a")
    reads.note(("value", 1), "b")
    below.note(("value", 2), "c")
    assert reads.noted == {("value", 1): "a"} and above.noted == {("value", 2): "c"}


EDITS = (
    ("project: 信息化运维", "project: 网络运维"),
    ("adjusted: 10万元", "adjusted: 12万元"),
    ("spent: 9万元", "spent: {measure: spent}"),
    ("title: 工单", "title: 服务工单"),
    ("key: id", "key: [id, at]"),
    ("year_by: at", "year_by: at\n    personal: [id]"),
    ("overall_goal: 保障运行", "overall_goal: 保障\nself_name: 我局"),
    ("{id: 编号,", "{id: [编号, 号],"),
    ("type: datetime", "type: date"),
    ("tables:\n", "tables:\n  other: {title: 其他, files: exports/o.csv, columns: {x: 甲}}\n"),
)


def walk(node: Any, steps: list[int]) -> Any:
    """What a reader finds who takes these turns, as text that tells values apart."""
    for step in steps:
        if isinstance(node, BaseModel):
            fields = sorted(node.__class__.model_fields)
            node = getattr(node, fields[step % len(fields)])
        elif isinstance(node, dict) and node:
            node = node[sorted(node)[step % len(node)]]
        elif isinstance(node, tuple) and node:
            node = node[step % len(node)]
    if isinstance(node, BaseModel):
        return node.__class__.__name__
    if isinstance(node, dict):
        return [list(node), [v.__class__.__name__ for v in node.values()]]
    return [v.__class__.__name__ for v in node] if isinstance(node, tuple) else repr(node)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    chosen=st.lists(st.sampled_from(EDITS), min_size=1, max_size=3, unique=True),
    turns=st.lists(st.lists(st.integers(0, 40), max_size=7), min_size=1, max_size=6),
)
def test_whoever_finds_something_else_has_noted_it(
    tmp_path_factory: pytest.TempPathFactory, chosen: list[tuple[str, str]], turns: list[list[int]]
) -> None:
    root = tmp_path_factory.getbasetemp()
    text = small_year.head() + TABLE
    before = written(root / "a")
    for old, new in chosen:
        text = text.replace(old, new, 1)
    after = written(root / "b", text)
    view, reads = seen(before)
    found = [walk(view.year, steps) for steps in turns]
    assert found == [walk(before.year, steps) for steps in turns]
    if found != [walk(after.year, steps) for steps in turns]:
        assert changed(reads, after)
    assert not changed(reads, before)


def test_year_files_in_which_all_was_seen_are_known_as_long_as_they_say_the_same(tmp_path: Path) -> None:
    first = written(tmp_path)
    year, reads = seen(first)
    assert reads.files == {2024: files_now(first)}
    view, own = year.for_table("tickets")
    assert view.year.project and own.files == reads.files
    other = written(tmp_path, small_year.head(spent="8万元") + TABLE)
    SeenYear(other, own, file_sha256)
    assert own.files == reads.files == {2024: ABSENT}
    SeenYear(first, reads, file_sha256)
    assert files_from(json.loads(json.dumps(reads.files_as_json()))) == {2024: ABSENT}
