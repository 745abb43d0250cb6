"""Outlines: shipped ones are sound, a year's own is read and checked, faults name file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from helpers.year.crosscheck import crosscheck
from helpers.year.faults import YearFileError
from helpers.year.load import load_year
from helpers.year.outline_file import CONTENTS, QUOTES, outline_faults, read_shipped, shipped_outlines

PROJECT = Path(__file__).resolve().parents[2]
OWN = """
title: 绩效自评简报
contents:
  - opening: 摘要
    contents: [decision]
  - chapter: 结论
    contents:
      - text: "{project}得{score}，有效投诉{actual.complaints}。"
      - section: 指标
        contents: [each_indicator]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(PROJECT / "data" / "raw" / "2024", tmp_path / "data" / "raw" / "2024")
    choose(tmp_path, "brief.yml")
    return tmp_path


def choose(root: Path, name: str) -> None:
    path = root / "data" / "raw" / "2024" / "year.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("outline: default", f"outline: {name}"), encoding="utf-8")


def write(root: Path, text: str) -> None:
    (root / "data" / "raw" / "2024" / "brief.yml").write_text(text, encoding="utf-8")


def faults(root: Path) -> list[tuple[str, str, int | None]]:
    try:
        found = crosscheck(load_year(root, 2024))
    except YearFileError as error:
        found = list(error.faults)
    return [(fault.code, fault.file, fault.line) for fault in found]


@pytest.mark.parametrize("name", shipped_outlines())
def test_the_shipped_outlines_hold_everything_and_no_fault(name: str) -> None:
    outline = read_shipped(name)
    assert list(outline_faults(outline, set())) == []
    text = str(outline.model_dump())
    # Measures for looking stand behind all else by themselves, where there are any.
    assert [content for content in CONTENTS if f"'{content}'" not in text] == ["shown_measures"]


def test_a_year_brings_its_own_outline_as_an_input(root: Path) -> None:
    write(root, OWN)
    year = load_year(root, 2024)
    assert crosscheck(year) == []
    assert year.outline.title == "绩效自评简报"
    assert "brief.yml" in year.sha256


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("[decision]", "[decisoin]", "outline_content", 5),
        ("[each_indicator]", "[decision]", "outline_twice", 10),
        ("得{score}", "得99分", "outline_figure", 8),
        ("{score}", "{scores}", "outline_quote", 8),
        ("{actual.complaints}", "{actual.complaint}", "outline_quote", 8),
        ("{score}", "{score", "outline_quote", 8),
        ("chapter: 结论", "section: 结论", "outline_level", 6),
        ("section: 指标", "chapter: 指标", "outline_level", 9),
        ("section: 指标", "section: 1.指标", "outline_figure", 9),
        ("section: 指标", "sektion: 指标", "unknown_key", 9),
        ("    contents: [decision]", "", "bad_value", 4),
        ("title: 绩效自评简报", "", "missing_key", None),
        ("opening: 摘要", "opening: 摘要\n    id: first", "bad_value", 4),
    ],
)
def test_a_fault_names_file_and_line(root: Path, before: str, after: str, code: str, line: int | None) -> None:
    assert before in OWN
    write(root, OWN.replace(before, after))
    assert (code, "data/raw/2024/brief.yml", line) in faults(root)


def test_attachments_are_picked_by_their_ids(root: Path) -> None:
    choose(root, "default")
    path = root / "data" / "raw" / "2024" / "year.yml"
    text = path.read_text(encoding="utf-8").replace(
        "outline: brief.yml", "outline: default\nattachments: [causes, evidense]"
    )
    path.write_text(text, encoding="utf-8")
    (fault,) = crosscheck(load_year(root, 2024))
    assert (fault.code, fault.hint) == ("unknown_name", "是否想写 evidence?")
    assert "没有这个附件" in str(fault)


def test_two_attachments_of_one_id_are_a_fault(root: Path) -> None:
    more = "  - {attachment: 甲, id: same, contents: [basis]}\n  - {attachment: 乙, id: same, contents: [activity]}\n"
    write(root, OWN + more)
    assert [code for code, _, _ in faults(root)] == ["outline_twice"]


def test_an_outline_that_is_not_there_is_found_by_check(root: Path) -> None:
    write(root, OWN)
    choose_again = root / "data" / "raw" / "2024" / "year.yml"
    choose_again.write_text(
        choose_again.read_text(encoding="utf-8").replace("brief.yml", "breif.yml"), encoding="utf-8"
    )
    with pytest.raises(YearFileError, match="没有这个提纲") as stopped:
        load_year(root, 2024)
    assert stopped.value.faults[0].hint == "是否想写 brief.yml?"
    assert stopped.value.faults[0].code == "unknown_outline"


def test_contents_and_quotations_are_documented() -> None:
    text = (PROJECT / "docs" / "outline.md").read_text(encoding="utf-8")
    assert [name for name in CONTENTS if f"`{name}`" not in text] == []
    assert [name for name in QUOTES if f"`{{{name}" not in text] == []
