"""Every number of the narrative comes from a result: a typed one stops publication, so do most changed digits."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers import report
from helpers.report import followed_numbers as numerals
from helpers.report import wording as w
from helpers.report.blocks import Cell, Figure, Items, Paragraph, Table, TableColumn
from helpers.report.narrative import by_outline, chapters, followed_report
from helpers.report.own_numbers import without_source
from tests.report import sample_results as sample

WRITTEN = sorted(p for folder in ("narrative", "figures") for p in Path(report.__path__[0], folder).glob("*.py"))
#: Rules of control charts, which are told in words; the smallest p that is printed.
RULES = {"p < 0.001", "连续9个月都{side}", "3个月中有2个月明显{side}", "5个月中有4个月{side}", "连续6个月"}


def found(results: Any) -> list[str]:
    blocks, ledger = followed_report(results)
    return [finding.message for finding in without_source(results, blocks, ledger)]


@pytest.mark.parametrize("make", [sample.fy2024, sample.bare, sample.unknown, sample.many])
def test_what_the_results_give_passes(make: Any) -> None:
    assert found(make()) == []


def test_what_is_counted_in_long_lists_passes() -> None:
    """A log with thousands of misses: how many are listed, in how many combinations, is no result of its own."""
    results = sample.fy2024()
    deviation = next(d for d in results["deviations"] if d.get("tickets") and len(d.get("drilldown") or ()) > 1)
    deviation["tickets"] = [{**deviation["tickets"][0], "ticket_id": f"T{at}"} for at in range(200)]
    deviation["text_facts"]["misses"] = 4749
    deviation["drilldown"] = [{**deviation["drilldown"][0], "rows": 1} for _ in range(49)]
    texts = list(numerals.texts(followed_report(results)[0]))
    assert any("共4749条，前200条见" in text for text in texts) and any("另有39种" in text for text in texts)
    assert found(results) == []


def test_who_has_looked_at_a_list_may_count_in_it_and_nobody_else() -> None:
    data = numerals.followed({"long": [1] * 40, "named": dict.fromkeys(map(str, range(30)), 0), "score": 9})
    with numerals.following({}) as ledger:
        with numerals.writing():
            assert len(data["long"]) == 40
            numerals.judge([Paragraph(text="其中39条，另有41条。")])
        with numerals.writing():
            numerals.judge([Paragraph(text="其中13条。")])
            assert max(data["named"])
            numerals.judge([Paragraph(text="其中30项。")])
    assert [number for number, _ in ledger.unsourced] == ["41", "13"]


def table(text: str) -> Table:
    return Table(caption="表", columns=(TableColumn(title="列"),), rows=((Cell(text=text),),))


@pytest.mark.parametrize(
    "block",
    [
        Paragraph(text="满意率达到97.53%，较好。"),
        Items(items=("另有７７７次上门服务。",)),
        table("97.53"),
        table("甲").model_copy(update={"caption": "97.53万元的去向"}),
        table("甲").model_copy(update={"note": "共 1,234,567 元。"}),
        Figure(caption="各月", svg="<svg/>", alt="12月最多，为97531次", data=table("甲")),
    ],
    ids=["sentence", "list", "cell", "caption", "note", "chart"],
)
def test_a_number_that_a_writer_typed_stops_publication(monkeypatch: pytest.MonkeyPatch, block: Any) -> None:
    """Between what it was told, a writer says a number of its own."""

    def writes(results: Any) -> Iterator[Any]:
        yield Paragraph(text=f"自评得{w.score_text(results['score']['total'])}，共{len(results['indicators'])}项。")
        yield block

    monkeypatch.setattr(by_outline, "WRITERS", {**by_outline.WRITERS, "funds": writes})
    messages = found(sample.fy2024())
    assert messages
    assert re.search(r"写着 (97\.53|777|1234567|97531)，没有一项结果给出这个数", messages[0])


def test_a_block_changed_after_it_was_written_is_found() -> None:
    results = sample.fy2024()
    blocks, ledger = followed_report(results)
    at = next(at for at, b in enumerate(blocks) if isinstance(b, Paragraph) and "9974" in b.text)
    blocks[at] = blocks[at].model_copy(update={"text": blocks[at].text.replace("9974", "9947")})
    (finding,) = without_source(results, blocks, ledger)
    assert (finding.check, finding.level) == ("numeral_without_source", "stop")
    assert "写着 9947" in finding.message


def test_of_changed_digits_most_are_caught_where_numbers_have_three_or_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The share of all and of long numbers, as docs/trust.md states it for the example years."""
    said: list[tuple[str, set[str], int]] = []

    def judge(blocks: Any) -> None:
        ledger = numerals._LEDGER.get()
        assert ledger is not None
        scope = ledger.scopes[-1]
        said.extend((text, {*scope.told}, ledger.counted(scope)) for text in numerals.texts(list(blocks)))

    monkeypatch.setattr(chapters, "judge", judge)
    followed_report(sample.fy2024())
    caught: dict[bool, list[bool]] = {True: [], False: []}
    for text, told, listed in said:
        for number in numerals.numbers(text):
            for at in (at for at, char in enumerate(number) if char.isdigit()):
                changed = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
                long = len(number.replace(".", "")) > 2
                caught[long].append(bool(numerals.unsourced([Paragraph(text=changed)], told, listed)))
    assert len(caught[True]) > 500
    assert sum(caught[True]) / len(caught[True]) > 0.9


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.name)
def test_no_sentence_of_the_program_has_a_number_typed_into_it(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bodies = (n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef))
    after = (n for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))
    docs = {id(n.body[0].value) for n in bodies if isinstance(n.body[0], ast.Expr)} | {id(n.value) for n in after}
    typed = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
        if re.search(r"\d", node.value) and re.search(r"[\u4e00-\u9fff ]", node.value)
    ]
    assert set(typed) <= RULES


def test_numbers_of_the_results_are_noted_as_they_are_written() -> None:
    data = numerals.followed({"rows": 120, "left": [30, 4.25], "flag": True})
    with numerals.following({}) as ledger:
        assert f"{data['rows']}件" == "120件"
        assert str(data["rows"] - data["left"][0]) == "90"
        assert f"{data['left'][1]}" == "4.25"
        assert w.ratio_text(0.98765) == "98.8%"
        assert w.clause("《办法》第37条。") == "《办法》第37条"
        assert data["flag"] is True
    assert ledger.told == {"120", "90", "4.25", "98.8", "37"}
