"""Tables taken over from the last time: one by one, and never where anything speaks against it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.activity import kept_tables
from helpers.activity.both_years import clean_years
from helpers.activity.clean import Reconciliation, clean_year
from helpers.year.hashes import file_sha256
from helpers.year.load import load_year
from helpers.year.seen import ALONE, Reads, SeenYear, of_year_now
from tests import small_year

YEAR = (
    small_year.head()
    + """\
  tickets:
    title: 工单
    files: exports/t*.csv
    columns: {id: 编号, opened: {from: 受理, type: datetime}, closed: {from: 完成, type: datetime}}
    derived:
      hours: {clock: hours, start: opened, end: closed, words: 小时数,
              hold: [{table: waits, key: id, from: since, to: until}]}
    year_by: opened
    key: id
  waits:
    title: 等待
    files: exports/w.csv
    columns: {id: 编号, since: {from: 起, type: datetime}, until: {from: 止, type: datetime}}
    year_by: since
    key: id
  ledger:
    title: 台账
    files: exports/l.csv
    columns: {no: 凭证, on: {from: 日期, type: date}}
    year_by: on
    key: no
"""
)
FILES = {
    "t.csv": "编号,受理,完成\n1,2024-01-02 08:00,2024-01-02 12:00\n2,2024-02-02 08:00,2024-02-02 09:00\n",
    "w.csv": "编号,起,止\n1,2024-01-02 09:00,2024-01-02 10:00\n",
    "l.csv": "凭证,日期\nA,2024-05-01\nB,2024-06-01\n",
}
CORRECTION = """\
corrections:
  - {table: ledger, key: {no: A}, expect: {on: "2024-05-01"}, change: {on: "2024-05-02"}, reason: 笔误, evidence: 凭证,
     date: 2025-01-05}
"""


@pytest.fixture
def cleaned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that are really cleaned, as it happens."""
    done: list[str] = []
    work: Callable[..., Reconciliation] = kept_tables.clean_table

    def noted(year: SeenYear, table: str, out: Path) -> Reconciliation:
        done.append(table)
        return work(year, table, out)

    monkeypatch.setattr(kept_tables, "clean_table", noted)
    return done


@pytest.fixture
def root(tmp_path: Path, cleaned: list[str]) -> Path:
    small_year.write(tmp_path, YEAR, files=FILES)
    clean(tmp_path)
    assert sorted(cleaned) == ["ledger", "tickets", "waits"]
    cleaned.clear()
    return tmp_path


def clean(root: Path, basis: str = "code") -> Reads:
    """Clean what has to be; the outcome is as if all had been cleaned anew."""
    year, reads = load_year(root, 2024), Reads()
    ((*found,),) = clean_years([(SeenYear(year, reads, file_sha256), root / "out")], basis)
    shutil.rmtree(root / "anew", ignore_errors=True)
    assert [one.to_json() for one in found] == [one.to_json() for one in clean_year(year, root / "anew")]
    tables = {p.name: p.read_bytes() for p in (root / "out").glob("*") if p.is_file()}
    assert tables == {p.name: p.read_bytes() for p in (root / "anew").glob("*") if p.is_file()}
    return reads


def rewrite(root: Path, name: str, old: str, new: str) -> None:
    path = root / "data/raw/2024" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_nothing_is_cleaned_twice_and_what_was_read_is_still_known(root: Path, cleaned: list[str]) -> None:
    reads = clean(root)
    assert cleaned == []
    rewrite(root, "exports/l.csv", "B,2024-06-01", "B,2024-06-02")
    year = load_year(root, 2024)
    changed = [place for place, told in reads.noted.items() if of_year_now(year, place, file_sha256) != told]
    assert changed == [("file", 2024, "exports/l.csv")]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("exports/l.csv", "B,2024-06-01", "B,2024-06-02", ["ledger"]),
        ("exports/t.csv", "09:00", "10:00", ["tickets"]),
        ("exports/w.csv", "10:00", "11:00", ["tickets", "waits"]),
        ("year.yml", "title: 台账", "title: 总账", ["ledger"]),
        ("year.yml", "words: 小时数", "words: 时长", ["tickets"]),
        ("year.yml", "institution: 某单位", "institution: 某局", []),
        ("year.yml", "project: 信息化运维", "project: 信息化运维  # 说明", []),
    ],
)
def test_a_change_costs_the_tables_that_it_touches(
    root: Path, cleaned: list[str], file: str, old: str, new: str, expected: list[str]
) -> None:
    rewrite(root, file, old, new)
    clean(root)
    assert sorted(cleaned) == expected


def test_a_correction_costs_its_own_table(root: Path, cleaned: list[str]) -> None:
    (root / "data/raw/2024/corrections.yml").write_text(CORRECTION, encoding="utf-8")
    clean(root)
    assert "ledger" in cleaned and json.dumps(sorted(cleaned)) in ('["ledger"]', '["ledger", "tickets", "waits"]')
    cleaned.clear()
    rewrite(root, "corrections.yml", "reason: 笔误", "reason: 录入笔误")
    clean(root)
    assert cleaned in ([], ["ledger"])


def test_another_file_of_the_pattern_and_one_of_last_year_are_seen(root: Path, cleaned: list[str]) -> None:
    (root / "data/raw/2024/exports/t2.csv").write_text(
        "编号,受理,完成\n9,2024-03-02 08:00,2024-03-02 12:00\n", encoding="utf-8"
    )
    clean(root)
    assert cleaned == ["tickets"]
    cleaned.clear()
    before = root / "data/raw/2023/exports"
    before.mkdir(parents=True)
    (before / "other.csv").write_text("x\n", encoding="utf-8")
    clean(root)
    assert cleaned == []


@pytest.mark.parametrize("what", ["ledger.parquet", "ledger.set_aside.parquet", ".kept/ledger.json"])
@pytest.mark.parametrize("how", ["half", "gone", "other"])
def test_what_is_damaged_is_made_again(root: Path, cleaned: list[str], what: str, how: str) -> None:
    path = root / "out" / what
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if how == "half" else content + b" ")
    clean(root)
    assert cleaned == ["ledger"]


@pytest.mark.parametrize("content", ["[]", "{}", '{"whole": "x"}', "null", '"x"'])
def test_a_record_that_says_nonsense_is_not_believed(root: Path, cleaned: list[str], content: str) -> None:
    (root / "out/.kept/ledger.json").write_text(content, encoding="utf-8")
    clean(root)
    assert cleaned == ["ledger"]


def test_other_code_cleans_all_again(root: Path, cleaned: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clean(root, "other code")
    assert sorted(cleaned) == ["ledger", "tickets", "waits"]
    cleaned.clear()
    monkeypatch.setattr(kept_tables, "FORMAT", kept_tables.FORMAT + 1)
    clean(root, "other code")
    assert sorted(cleaned) == ["ledger", "tickets", "waits"]


def test_a_table_no_longer_declared_leaves_nothing_behind(root: Path, cleaned: list[str]) -> None:
    rewrite(root, "year.yml", YEAR[YEAR.index("  ledger:") :], "")
    clean(root)
    assert not list((root / "out").rglob("ledger*"))


def test_without_a_basis_or_a_view_all_is_cleaned(root: Path, cleaned: list[str]) -> None:
    year = load_year(root, 2024)
    assert [one.table for one in clean_years([(year, root / "out")], "code")[0]] == ["tickets", "waits", "ledger"]
    assert cleaned == []


def test_a_neighbouring_years_run_hands_its_tables_over(root: Path, cleaned: list[str]) -> None:
    (root / "data/processed/2024").mkdir(parents=True)
    shutil.move(root / "out", root / "data/processed/2024/tables")
    ours = root / "data/processed/2025/previous"
    anew = clean_years([(SeenYear(load_year(root, 2024), Reads(), file_sha256), ours)], "code")
    assert cleaned == []
    assert anew == [clean_year(load_year(root, 2024), root / "anew")]
    theirs = root / "data/processed/2024/tables"
    assert {p.relative_to(ours): p.read_bytes() for p in ours.rglob("*.*") if p.is_file()} == {
        p.relative_to(theirs): p.read_bytes() for p in theirs.rglob("*.*") if p.is_file()
    }


@pytest.mark.parametrize("why", ["damaged", "another file", "other code", "told to do all by itself", "gone"])
def test_a_neighbours_table_is_believed_no_sooner_than_ones_own(
    root: Path, cleaned: list[str], monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    theirs = root / "data/processed/2025/previous"
    theirs.parent.mkdir(parents=True)
    shutil.move(root / "out", theirs)
    if why == "damaged":
        (theirs / "ledger.parquet").write_bytes(b"")
    if why == "another file":
        rewrite(root, "exports/l.csv", "B,2024-06-01", "B,2024-06-02")
    if why == "told to do all by itself":
        monkeypatch.setenv(ALONE, "1")
    if why == "gone":
        shutil.rmtree(theirs)
    ours = root / "data/processed/2024/tables"
    basis = "other code" if why == "other code" else "code"
    clean_years([(SeenYear(load_year(root, 2024), Reads(), file_sha256), ours)], basis)
    assert sorted(cleaned) == (["ledger"] if why in ("damaged", "another file") else ["ledger", "tickets", "waits"])
    clean_year(load_year(root, 2024), root / "anew")
    assert {p.name: p.read_bytes() for p in ours.glob("*") if p.is_file()} == {
        p.name: p.read_bytes() for p in (root / "anew").glob("*") if p.is_file()
    }


def test_what_is_copied_over_a_file_leaves_other_names_of_it_alone(root: Path, cleaned: list[str]) -> None:
    shutil.copytree(root / "out", root / "data/processed/2025/previous")
    ours = root / "data/processed/2024/tables"
    ours.mkdir(parents=True)
    (ours / "ledger.parquet").write_bytes(b"an older one")
    (ours / "ledger.uncertain.parquet").write_bytes(b"an older one")
    (root / "linked.parquet").hardlink_to(ours / "ledger.parquet")
    clean_years([(SeenYear(load_year(root, 2024), Reads(), file_sha256), ours)], "code")
    assert cleaned == []
    assert (root / "linked.parquet").read_bytes() == b"an older one"
    assert not (ours / "ledger.uncertain.parquet").exists()
