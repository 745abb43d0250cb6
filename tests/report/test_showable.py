"""What the data says is shown as text, whatever it says; what no face can draw leaves a mark, and its row a note."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from helpers.fonts.packaged import missing_glyphs
from helpers.formats.docx import render_docx
from helpers.formats.html import render_html
from helpers.formats.pdf import render_pdf
from helpers.formats.xlsx import write_forms
from helpers.report.narrative import build_report
from helpers.report.results import dump_results, validate_results
from helpers.report.showable import LONGEST, MARK, showable
from tests.report import sample_results as sample
from tests.run.small_project import edit, run_all, shows_nothing, write_project

#: By kind the text of a cause, and how the report has it.
CAUSES = {
    "formula": (r"$\frac{1}{2}$ 与 $x_1$", r"$\frac{1}{2}$ 与 $x_1$"),
    "broken formula": (r"价$\frac{$元", r"价$\frac{$元"),
    "emoji": ("缺件💥\U0001f468\u200d\U0001f469\ufe0f等货", f"缺件{MARK}等货"),
    "rare": ("𠮷田缺件", f"{MARK}田缺件"),
    "joined": ("缺\u200d件，等\u202e货", "缺件，等货"),
    "underscore": ("_缺件", "_缺件"),
    "escape": ("缺\x1b[31m件", "缺[31m件"),
    "long": ("缺件等货" * 10_000, "缺件等货" * 20),
    "long word": ("A" * 40_000, "A" * 80),
}


def with_cause(root: Path, cause: str) -> None:
    """The small project with another cause, and the outline that comes with the program."""
    folder = write_project(root)
    edit(folder / "year.yml", "outline: brief.yml\n", "")
    tickets = folder / "exports" / "tickets.csv"
    quoted = '"' + cause.replace('"', '""') + '"'
    tickets.write_text(tickets.read_text(encoding="utf-8").replace(",缺件\n", f",{quoted}\n"), encoding="utf-8")


def text_of_pdf(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "".join(document[at].get_textpage().get_text_bounded() for at in range(len(document)))


def whole(package: bytes) -> str:
    """The text of an Office file all of whose parts can be read."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        parts = [etree.fromstring(archive.read(n)) for n in archive.namelist() if n.endswith((".xml", ".rels"))]
    return "".join("".join(part.itertext()) for part in parts)


@pytest.mark.parametrize("kind", CAUSES)
def test_a_cause_is_shown_as_it_is_and_every_file_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    cause, shown = CAUSES[kind]
    shows_nothing(monkeypatch)
    with_cause(tmp_path, cause)
    run_all(tmp_path)
    results = json.loads((tmp_path / "data/processed/2024/results.json").read_text(encoding="utf-8"))
    kept = {one["cause"] for deviation in results["deviations"] for one in deviation["causes"]}
    unseen = "[\u200d\u202e\x1b]"  # cleaning takes these away
    assert re.sub(unseen, "", cause) in kept, "the data's own text stays in the results"
    report = build_report(showable(validate_results(results)))
    html = render_html(report)
    assert shown in re.sub("<[^>]*>", "", html).replace("&amp;", "&")
    page = re.sub(r"\s", "", text_of_pdf(render_pdf(report)))
    assert re.sub(r"\s", "", shown)[:12] in page and len(page) < 60_000
    assert shown in whole(render_docx(report)) and whole(write_forms(showable(results)))
    notes = [one for one in results["audit"] if one["check"] == "unshown_characters"]
    assert bool(notes) == (MARK in shown)
    for note in notes:
        assert re.search(
            r"“工单”（tickets\.cause）的exports/tickets\.csv 第\d+行.* 等 \d+ 行有印不出来的字符 U\+", note["message"]
        )
        assert not missing_glyphs(note["message"]) and "数据表" in html and note["remedy"].rstrip("。") in html


@given(st.lists(st.text(max_size=400), min_size=1, max_size=6, unique=True))
def test_what_was_different_is_shown_differently_and_can_be_drawn(texts: list[str]) -> None:
    shown = showable({"deviations": texts})["deviations"]
    assert not any(missing_glyphs(one) for one in shown) and max(map(len, shown)) <= LONGEST + 10
    changed = [one for text, one in zip(texts, shown, strict=True) if text != one]
    assert len(set(changed)) == len(changed)


def test_good_texts_are_not_touched_and_queries_stand_as_they_are_run() -> None:
    data = {"overall_goal": "保障运行。" * 500, "indicators": [{"evidence": {"sql": "SELECT '💥' " * 900}}], "n": 3}
    assert showable(data) == data


def test_whole_results_are_shown_in_the_order_of_the_file() -> None:
    """A combination of columns reads the same in the report and in what is made again of results.json."""
    results = sample.fy2024()
    results["deviations"][0]["concentration"] = {
        "values": {"part_no": "P1", "cause": "备件到货迟"}, "rows": 3, "misses": 3, "share": 0.5,
    }  # fmt: skip
    first = showable(results)["deviations"][0]["concentration"]
    again = showable(json.loads(dump_results(results)))["deviations"][0]["concentration"]
    assert list(first["values"]) == list(again["values"])
