"""Texts that lost their encoding before they were exported, and unusual ones that did not."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.gate.plausibility.garbled import garbled_texts, is_garbled
from tests.gate.plausibility.two_years import compared, tickets


@pytest.mark.parametrize("text", ["硬件维修", "网络故障", "打印机卡纸", "视频会议"])
def test_chinese_read_by_another_encoding_is_seen(text: str) -> None:
    assert not is_garbled(text)
    assert is_garbled(text.encode().decode("cp1252", "ignore") + "\ufffd")
    assert is_garbled(text.encode().decode("gb18030", "replace"))
    assert is_garbled(text.encode("gb18030").decode("latin-1"))


def test_western_words_read_by_another_encoding_are_seen() -> None:
    assert is_garbled("Dépannage réseau".encode().decode("cp1252"))


@pytest.mark.parametrize(
    "text", ["联通", "喆堃", "龘靐齉", "Réparation créée", "éé", "±5℃", "“硬件”", "①②", "naïve ü", "ÄÖÜ"]
)
def test_unusual_texts_are_left_alone(text: str) -> None:
    assert not is_garbled(text)


def test_a_column_that_decides_stops_and_another_one_is_noted(tmp_path: Path) -> None:
    frame = tickets(2024)
    frame.loc[[1, 2], "engineer"] = "锟斤拷"
    with compared(tmp_path / "a", {"tickets": frame}, alone=True) as subject:
        (check,) = garbled_texts(subject)
    assert (check.level, check.failing, check.rule) == ("note", 2, "garbled_texts:engineer")
    frame = tickets(2024)
    few, many = frame.copy(), frame.copy()
    few.loc[1, "category"], many.loc[range(len(frame) // 50), "category"] = "??", "??"
    for folder, damaged, level in (("b", few, "note"), ("c", many, "stop")):
        with compared(tmp_path / folder, {"tickets": damaged}, alone=True) as subject:
            (check,) = garbled_texts(subject)
        assert (check.level, check.rule) == (level, "garbled_texts:category")
        assert "不能判断是否符合度量的条件" in check.words
