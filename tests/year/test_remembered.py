"""Answers about year files are remembered, bounded, and can be handed to another process."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import ClassVar

import pytest

from helpers.year import authored, load, remembered
from helpers.year.expressions import ExpressionError, check_expression


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(remembered, "_ANSWERS", {})
    return []


def test_the_latest_answers_are_kept_and_the_oldest_forgotten(asked: list[str]) -> None:
    @remembered.remembered(2)
    def doubled(text: str) -> str:
        asked.append(text)
        return text * 2

    assert [doubled(t) for t in ("a", "b", "a", "c", "a", "b")] == ["aa", "bb", "aa", "cc", "aa", "bb"]
    assert asked == ["a", "b", "c", "b"]


def test_an_error_is_found_again(asked: list[str]) -> None:
    @remembered.remembered(2)
    def refused(text: str) -> str:
        asked.append(text)
        raise ValueError(text)

    for _ in range(2):
        with pytest.raises(ValueError, match="a"):
            refused("a")
    assert asked == ["a", "a"]


def test_answers_go_to_another_process_as_they_are(asked: list[str]) -> None:
    @remembered.remembered(8)
    def length(text: str, unit: str = "") -> str:
        asked.append(text)
        return f"{len(text)}{unit}"

    assert length("abc", unit="字") == "3字"
    known = pickle.loads(pickle.dumps(remembered.answers()))
    remembered.take_over({name: {} for name in known})
    next(iter(remembered._ANSWERS.values())).clear()
    remembered.take_over(known)
    assert length("abc", unit="字") == "3字"
    assert asked == ["abc"]


class Unpacked:
    """Counts what is packed and unpacked of it."""

    counts: ClassVar[list[int]] = [0, 0]

    def __init__(self, text: str) -> None:
        self.text = text

    def __getstate__(self) -> dict[str, str]:
        self.counts[0] += 1
        return {"text": self.text}

    def __setstate__(self, state: dict[str, str]) -> None:
        self.counts[1] += 1
        self.text = state["text"]


def test_an_answer_is_packed_once_and_unpacked_by_who_asks(asked: list[str]) -> None:
    made = remembered.remembered(8)(Unpacked)
    assert [made(text).text for text in "abc"] == ["a", "b", "c"]
    sent = [pickle.dumps(remembered.answers()) for _ in range(3)]
    assert Unpacked.counts == [3, 0]
    for one in sent:
        next(iter(remembered._ANSWERS.values())).clear()
        remembered.take_over(pickle.loads(one))
    assert Unpacked.counts == [3, 0]
    assert [made("b").text, made("b").text] == ["b", "b"] and made("b") is made("b")
    assert Unpacked.counts == [3, 1]


def test_lines_of_a_file_are_told_from_what_was_handed_over() -> None:
    text = "fiscal_year: 2024\nproject: 运维\ntables:\n  # 工单\n  tickets: {files: a.csv}\n"
    authored._tree(text)
    known = pickle.loads(pickle.dumps(remembered.answers()))
    tree = known["helpers.year.authored._tree"][(text,), ()].answer()
    assert load.Lines("year.yml", tree).of(("tables", "tickets", "files")) == 5
    assert load.Lines("year.yml", tree).value(("project",)) == "运维"


def test_an_expression_is_judged_by_the_columns_it_is_asked_about() -> None:
    assert check_expression("hours <= 1", {"hours": "DOUBLE"}) == "BOOLEAN"
    assert check_expression("hours", {"hours": "DOUBLE"}) == "DOUBLE"
    assert check_expression("hours", {"hours": "BIGINT"}) == "BIGINT"
    with pytest.raises(ExpressionError, match="没有列 hours"):
        check_expression("hours <= 1", {"minutes": "DOUBLE"})
    with pytest.raises(ExpressionError, match="要一个条件"):
        check_expression("hours", {"hours": "DOUBLE"}, boolean=True)


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "outline.yml"
    for text in ("a: 1\n", "a: 2\n"):
        path.write_text(text, encoding="utf-8")
        assert authored._tree(path.read_text(encoding="utf-8"))["a"] == int(text[3])
