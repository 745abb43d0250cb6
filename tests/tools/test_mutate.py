"""The damage harness: each kind changes a file as it says, and what becomes of a mutant is judged rightly."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from helpers.year.load import load_year
from tools.mutate import grid as grids
from tools.mutate import kinds as _kinds  # noqa: F401
from tools.mutate import moments
from tools.mutate.classify import classify
from tools.mutate.engine import Outcome, Said, flat
from tools.mutate.run import tasks
from tools.mutate.subject import KINDS, Damage, Exports, attempts
from tools.mutate.variations import VARIATIONS, Vary

PROJECT = Path(__file__).resolve().parents[2]
YEAR = load_year(PROJECT, 2024)
#: So many rows of each export are enough for every kind.
ROWS = 700


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """Both example years with short exports."""
    root = tmp_path_factory.mktemp("short")
    shutil.copytree(PROJECT / "data" / "raw", root / "data" / "raw")
    years = [load_year(root, year) for year in (2024, 2023)]
    for year in years:
        for spec in year.year.tables.values():
            for file in spec.files:
                short = grids.read(year.folder / file, spec.header_row)
                short.rows = [*short.rows[:ROWS], *short.rows[max(ROWS, len(short.rows) - 2) :]]
                (year.folder / file).write_bytes(short.content())
    return Exports(*years)


def test_there_are_at_least_sixty_kinds_in_a_dozen_groups() -> None:
    assert len(KINDS) >= 90
    assert len({one.group for one in KINDS.values()}) >= 12


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_kind_changes_the_file_that_it_names_and_is_the_same_again(name: str, exports: Exports) -> None:
    damage = next(attempts(KINDS[name], exports, "test"))
    again = next(attempts(KINDS[name], exports, "test"))
    assert damage == again
    for file, content in damage.files.items():
        before = exports.year.folder / file
        assert not before.is_file() or content != before.read_bytes(), file
    assert damage.tables and set(damage.tables) <= set(YEAR.year.tables)
    declared = {c for t in damage.tables for c in YEAR.year.tables[t].columns}
    assert set(damage.columns) <= declared
    assert any(file in damage.what for file in damage.files), damage.what


@pytest.mark.parametrize(
    "file", ["exports/工单_2024上半年.csv", "exports/工单_2024下半年.csv", "exports/支出台账_2024.xlsx"]
)
def test_an_export_written_again_says_the_same(file: str, tmp_path: Path) -> None:
    header_row = 3 if "台账" in file else 1
    before = grids.read(YEAR.folder / file, header_row)
    again = tmp_path / Path(file).name
    again.write_bytes(before.content())
    after = grids.read(again, header_row)
    assert (after.header, after.rows, after.above) == (before.header, before.rows, before.above)
    if file.endswith(".csv"):
        assert before.content() == (YEAR.folder / file).read_bytes()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024/3/5 9:07", "2024/12/5 09:07"),
        ("2024-03-05 09:07:31", "2024-12-05 09:07:31"),
        ("2023年3月5日 9:07", "2023年12月5日 09:07"),
        ("05.03.2024 09:07", "05.12.2024 09:07"),
        ("2015-11", "2015-12"),
        ("２０２４／３／５ 9:07", "2024/12/5 09:07"),
        ("待核实", "待核实"),
    ],
)
def test_a_time_is_written_again_as_it_was(text: str, expected: str) -> None:
    assert moments.changed(text, lambda m: m.replace(month=12)) == expected


# --- what becomes of a mutant ---------------------------------------------------------------------

DAMAGE = Damage(
    {"exports/支出台账_2024.xlsx": b""}, "", ("ledger",), ("amount",), frozenset({("exports/支出台账_2024.xlsx", 9)})
)
BEFORE = Outcome(notes={"tickets/old": Said("old", "tickets", "一直有", 3)}, figures={".budget.spent": 10, ".other": 1})


def judged(after: Outcome, causes: tuple = ()) -> tuple[str, bool]:
    verdict = classify(DAMAGE, YEAR, BEFORE, after, lambda: causes)
    return verdict.result, verdict.named


def noted(said: Said, spent: int = 9) -> Outcome:
    return Outcome(notes={**BEFORE.notes, "new": said}, figures={".budget.spent": spent, ".other": 1})


def test_a_stop_counts_and_is_known_to_name_the_file_or_not() -> None:
    assert judged(Outcome(stop="exports/支出台账_2024.xlsx  [bad]  坏了")) == ("stopped", True)
    assert judged(Outcome(stop="[bad]  坏了")) == ("stopped", False)
    assert judged(Outcome(stop="division by zero", crash=True)) == ("crash", False)


@pytest.mark.parametrize(
    ("said", "result"),
    [
        (Said("new", "ledger", "合计不符", 0), "noted"),
        (Said("new", "tickets", "与“支付金额(元)”不符", 0), "noted"),
        (Said("new", "", "支出台账_2024.xlsx 少了", 0), "noted"),
        (Said("new", "x", "某行", 1, frozenset({("exports/支出台账_2024.xlsx", 9)})), "noted"),
        (Said("new", "survey", "答卷太少", 0), "unnamed"),
    ],
)
def test_a_note_counts_where_it_names_what_is_damaged(said: Said, result: str) -> None:
    assert judged(noted(said))[0] == result


def test_a_figure_that_moves_without_a_new_word_is_silent() -> None:
    after = Outcome(notes=BEFORE.notes, figures={".budget.spent": 9, ".other": 1})
    verdict = classify(DAMAGE, YEAR, BEFORE, after, tuple)
    assert (verdict.result, verdict.moved) == ("silent", ((".budget.spent", 10, 9),))


def test_a_note_of_before_is_no_new_word_unless_it_is_about_more_rows() -> None:
    more = Said("old", "tickets", "一直有", 4)
    after = Outcome(notes={"tickets/old": more}, figures={".budget.spent": 9, ".other": 1})
    assert judged(after)[0] == "unnamed"


def test_equal_figures_are_harmless_only_if_the_causes_are_equal_too() -> None:
    assert judged(Outcome(notes=BEFORE.notes, figures=BEFORE.figures))[0] == "harmless"
    assert judged(Outcome(notes=BEFORE.notes, figures=BEFORE.figures), ((".gap", 1, 2),))[0] == "silent"


def test_figures_are_named_by_what_they_are_about() -> None:
    attained = {"indicators": [{"id": "cost", "actual": 5, "evidence": {"rows": 3}}], "score": {"total": 99}}
    assert dict(flat(attained)) == {
        ".indicators[cost].id": "cost",
        ".indicators[cost].actual": 5,
        ".score.total": 99,
    }


def test_the_scenes_take_turns() -> None:
    made = tasks(["a", "b"], ["one", "two"], 7, 2)
    assert made == tasks(["a", "b"], ["one", "two"], 7, 2)
    assert sorted((t.kind, t.scene, t.seed) for t in made) == [
        ("a", "one", "7/0"),
        ("a", "two", "7/1"),
        ("b", "one", "7/1"),
        ("b", "two", "7/0"),
    ]


@pytest.mark.parametrize("vary", VARIATIONS, ids=lambda v: v.__name__)
def test_a_variation_loses_no_cell(vary: Vary, exports: Exports) -> None:
    (sheet,) = exports.sheets("complaints")
    cells = sorted(str(v) for row in sheet.grid.rows for v in row)
    assert vary(sheet.grid, random.Random(1)) is not None or vary.__name__ == "bom_changed"
    after = sorted(str(v) for row in sheet.grid.rows for v in row if not str(v).startswith("X0"))
    assert after == cells
