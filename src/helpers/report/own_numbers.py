"""Numbers that no result gives, in the sentences that an outline writes by hand and in those of the program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from helpers.indicators.findings import About, Finding, Place
from helpers.report import followed_numbers as numerals
from helpers.report.blocks import Closing, Heading
from helpers.report.followed_numbers import Ledger
from helpers.report.results_types import Results

CHECK = "numeral_without_source"
#: What a sentence quotes or cites: figures by name, titles, numbers of documents, days, places in an order.
_NOT_OURS = re.compile(
    r"\{[^{}]*\}|《[^《》]*》|[〔\[(（]\d{4}[〕\])）]\s*(?:第?\d+号)?|\d+号|GB/?T?\s*[\d.—-]+|\d{4}(?:-\d{1,2}){1,2}"
    r"|\d{4}年(?:度)?|\d{1,2}月(?:份)?(?:\d{1,2}日)?|\d{1,2}日|第\d+|附件\d+|表\d+|图\d+|\d+[x×]\d+"
)
_NARROW = str.maketrans("０１２３４５６７８９．％（）", "0123456789.%()")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


#: So many sentences are named, with so much around their number.
MOST_NAMED, AROUND = 5, 20


def without_source(results: Results, report: Iterable[Any], ledger: Ledger) -> list[Finding]:
    """A stop for each number in a sentence, table or chart that its writer was not told by the results."""
    written = [block for block in report if not isinstance(block, Heading | Closing)]
    counted = ledger.counted(ledger.everything)
    found = dict.fromkeys([*ledger.unsourced, *numerals.unsourced(written, ledger.told, counted)])
    return [
        _stop(
            results,
            f"报告里的“{_around(text, number)}”写着 {number}，没有一项结果给出这个数",
            "这句话是程序写的：请连同这条信息告知程序的维护者，由其改为引用结果",
        )
        for number, text in [*found][:MOST_NAMED]
    ]


def _around(text: str, number: str) -> str:
    """The piece of a text in which a number stands."""
    plain = text.translate(_NARROW).replace(",", "")
    at = max(plain.find(number), 0)
    return plain[max(at - AROUND, 0) : at + len(number) + AROUND]


def unsourced(results: Results, report: Iterable[Any]) -> list[Finding]:
    """A stop for each sentence of the outline with a number that stands nowhere else in the report: what is worked out
    is quoted by its name (``{score}``), so that it cannot be another one next year."""
    outline = cast(Mapping[str, Any], results.get("outline") or {})
    sentences = list(_sentences(outline.get("contents") or ()))
    if not any(_numbers(sentence) for sentence in sentences):
        return []
    written = re.compile("|".join(_as_written(sentence) for sentence in sentences), re.DOTALL)
    others = (text.translate(_NARROW) for text in numerals.texts(list(report)) if not written.fullmatch(text))
    known = {number for text in others for number in _NUMBER.findall(text)}
    return [
        _stop(
            results,
            f"提纲里的句子“{sentence[:40]}{'…' if len(sentence) > 40 else ''}”写着 {number}，结果里没有这个数",
            "改为引用结果，如 {score}、{spent}、{actual.指标编号}；引自文件的数，写明《文件名》",
        )
        for sentence in sentences
        for number in dict.fromkeys(_numbers(sentence))
        if number not in known
    ]


def _stop(results: Results, message: str, remedy: str) -> Finding:
    return Finding(
        check=CHECK,
        level="stop",
        message=message,
        remedy=remedy,
        where=Place(field="narrative"),
        table=About(results["institution"], results["project"], str(results["fiscal_year"])),
    )


def _numbers(sentence: str) -> list[str]:
    return _NUMBER.findall(_NOT_OURS.sub(" ", sentence.translate(_NARROW)))


def _as_written(sentence: str) -> str:
    """A pattern of the sentence as the report has it, whatever its quotations came to."""
    return ".*".join(re.escape(piece) for piece in re.split(r"\{[^{}]*\}", sentence))


def _sentences(nodes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for node in nodes:
        if node.get("text"):
            yield str(node["text"])
        yield from _sentences(node.get("contents") or ())
