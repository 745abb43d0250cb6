"""Year files that want to take the memory, the time or the screen are refused in words; decent ones are not."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.year.authored import Unreadable, content_of, parse
from helpers.year.faults import YearFileError
from helpers.year.load import load_year
from tests import small_year

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
#: By kind a text for the end of year.yml, and the code with which it is refused.
HOSTILE = {
    "alias bomb": (BOMB, "too_big"),
    "reference to itself": ("loop: &x [*x]\n", "unknown_key"),
    "merge bomb": ("b: &b {<<: *b}\n", "yaml"),
    "deep lists": (f"deep: {'[' * 20_000}{']' * 20_000}\n", "too_deep"),
    "deep mappings": (f"deep: {'{a: ' * 300}1{'}' * 300}\n", "too_deep"),
    "deep dashes": (f"deep:\n  {'- ' * 20_000}1\n", "too_deep"),
    "deep indents": ("".join(" " * n + "a:\n" for n in range(1_500)), "too_deep"),
    "never closed": (f"deep: {'[' * 20_000}\n", "too_deep"),
    "huge number": (f"n: {'9' * 6_000}\n", "yaml"),
    "huge hexadecimal number": (f"n: 0x{'f' * 200_000}\n", "yaml"),
    "huge exponent": ("n: 1e999999999\n", "unknown_key"),
    "impossible day": ("d: 2024-13-45\n", "yaml"),
    "no such day": ("d: 2023-02-29\n", "yaml"),
    "impossible time": ("d: 2024-01-01 25:61:61\n", "yaml"),
    "list as a key": ("? [a, b]\n: 1\n", "yaml"),
    "mapping as a key": ("? {a: b}\n: 1\n", "yaml"),
    "python tag": ("x: !!python/object/apply:os.system ['touch hacked']\n", "unknown_key"),
    "escape": ('"\\e[31mred\\e[0m": 1\n', "unknown_key"),
    "raw escape": ("x\x1b[31m: 1\n", "yaml"),
    "long key": (f"{'k' * 100_000}: 1\n", "yaml"),
    "second document": ("---\nx: 1\n", "yaml"),
}
YEAR = small_year.head() + "  {}\n"


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_year_file_is_one_fault_in_words(tmp_path: Path, kind: str) -> None:
    text, code = HOSTILE[kind]
    small_year.write(tmp_path, YEAR.replace("tables:\n  {}", "tables: {}") + text)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(YearFileError) as refused:
        load_year(tmp_path, 2024)
    faults = refused.value.faults
    assert code in {fault.code for fault in faults} and {fault.file for fault in faults} == {"data/raw/2024/year.yml"}
    assert len(str(refused.value)) < 3_000 and not (tmp_path / "hacked").exists()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000, "KiB more"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("d: 2024-13-45", "不成立的值：2024-13-45"),
        ("d: [1, {e: 2023-02-29}]", "不成立的值：2023-02-29"),
        ("2024-01-01 25:61:61: 1", "不成立的值：2024-01-01 25:61:61"),
        (f"n: {'9' * 6_000}", f"不成立的值：{'9' * 40}……"),
        (f"n: 0x{'f' * 2_000}", "超过 40 位的整数"),
        (f"n: -{'9' * 50}", "超过 40 位的整数"),
        ("n: !!int 0b2", "不成立的值：0b2"),
        ("? [a, b]\n: 1", "键不是文字"),
        ("{a: b}: 1", "键不是文字"),
        ("x: &x {{a: b}: 1}", "键不是文字"),
        ("? [[a], {b: c}]\n: 1", "不成立的值：键是列表或键值对"),
        ("x\x1b[31m: 1", "控制字符"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_line(tmp_path: Path, written: str, shown: str) -> None:
    file = tmp_path / "a.yml"
    sound = (
        "dates: [2024-02-29, 2024-01-01 23:59:59]\nnumbers: [0x1f, 1e400, -12]\n# a comment\ntext: |\n  2024-13-45\n"
    )
    file.write_text(f"{sound}{written}\nlast: 2025-99-99x\n", encoding="utf-8")
    with pytest.raises(Unreadable) as refused:
        parse(content_of(file))
    assert refused.value.line == 6 and shown in refused.value.message and refused.value.code == "yaml"
    file.write_text(sound, encoding="utf-8")
    assert list(parse(content_of(file))) == ["dates", "numbers", "text"]


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("x: 1\na: &a\n  b: 1\n  <<: *a\n", 4, "yaml"),
        (
            "a: &a [1, 2, 3]\n"
            + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{f'*{chr(97 + n)}, ' * 9}]\n" for n in range(9)),
            2,
            "too_big",
        ),
    ],
)
def test_a_reference_that_never_ends_is_named_with_its_line(tmp_path: Path, text: str, line: int, code: str) -> None:
    file = tmp_path / "a.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable) as refused:
        parse(content_of(file))
    assert (refused.value.line, refused.value.code) == (line, code)


def test_references_that_stay_small_are_read(tmp_path: Path) -> None:
    file = tmp_path / "a.yml"
    file.write_text("usual: &usual {encoding: gb18030, empty: [无]}\na: {<<: *usual}\nb: *usual\n", encoding="utf-8")
    assert parse(content_of(file))["a"]["encoding"] == parse(content_of(file))["b"]["encoding"] == "gb18030"


def test_a_file_that_is_no_file_and_one_that_leads_outside_are_named(tmp_path: Path) -> None:
    root = tmp_path / "root"
    folder = small_year.write(root, YEAR.replace("tables:\n  {}", "tables: {}"))
    secret = tmp_path / "secret.yml"
    secret.write_text("password: hunter2\n", encoding="utf-8")
    (folder / "plan.yml").symlink_to(secret)
    os.mkfifo(folder / "corrections.yml")
    with pytest.raises(YearFileError) as refused:
        load_year(root, 2024)
    assert {(fault.file[14:], fault.code) for fault in refused.value.faults} == {
        ("plan.yml", "file_outside"),
        ("corrections.yml", "no_file"),
    }
    assert "hunter2" not in str(refused.value)


@given(st.text(alphabet="&*a1:[]{}-?!<>|'\"\n \t\x1b#%@,", max_size=60))
def test_whatever_is_written_there_is_a_tree_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "wild.yml"
    file.write_text(text, encoding="utf-8")
    try:
        parse(content_of(file))
    except Unreadable as error:
        assert error.message and len(error.message) < 300
