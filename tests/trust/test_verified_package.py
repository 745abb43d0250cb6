"""``selfeval verify`` on a package alone: one changed digit anywhere is found, whoever changed the hashes too."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.report.blocks import MIME
from helpers.trust import verdict_words as screen
from helpers.trust.compared import compared
from helpers.trust.verified import NoPackage, Verdict, verify_package
from tests.conftest import selfeval
from tests.trust import tampered as t

Tamper = Callable[[Path], None]


@pytest.fixture
def package(made: Path, tmp_path: Path) -> Path:
    return t.copied(made / "reports" / "2024", tmp_path / "2024")


def said(verdict: Verdict) -> str:
    return "\n".join(screen.verdict_lines(verdict, None))


def test_a_package_as_it_was_published_holds(made: Path) -> None:
    verdict = verify_package(made / "reports" / "2024")
    assert (verdict.status, verdict.wrong, verdict.bytes, verdict.unchecked) == (0, (), (), ())
    assert "逐字、逐图比较" in said(verdict)
    assert "用 --root 指向生成它的项目文件夹" in said(verdict)


# --- one digit --------------------------------------------------------------------------------------


def html(package: Path) -> None:
    t.replace_text(package / "report.html", "93.96分", "93.97分")


def html_script(package: Path) -> None:
    t.replace_text(package / "report.html", "</body>", "<script>document.title=1</script></body>")


def pdf(package: Path) -> None:
    t.forged_pdf(package, "93.96", "93.97")


def docx(package: Path) -> None:
    t.replace_in_zip(package / "report.docx", "word/document.xml", "93.96", "93.97")


def xlsx_number(package: Path) -> None:
    t.replace_in_zip(package / "self_evaluation.xlsx", "xl/worksheets/sheet1.xml", "<v>39.87</v>", "<v>39.97</v>")


def xlsx_words(package: Path) -> None:
    t.replace_in_zip(package / "self_evaluation.xlsx", "xl/sharedStrings.xml", "84.2%", "84.3%")


def xlsx_formula(package: Path) -> None:
    t.replace_in_zip(package / "self_evaluation.xlsx", "xl/worksheets/sheet1.xml", "<f>F6/E6</f>", "<f>F6/E6+0</f>")


def results_score(package: Path) -> None:
    t.replace_text(package / "results.json", '"total": 93.96', '"total": 95.96')


def results_actual(package: Path) -> None:
    t.replace_text(package / "results.json", '"actual_text": "84.2%"', '"actual_text": "94.2%"')


def results_count(package: Path) -> None:
    t.replace_text(package / "results.json", '"entities": 120', '"entities": 121')


def validation(package: Path) -> None:
    t.replace_text(package / "validation.json", '"tickets": 120', '"tickets": 121')


def notebook_view(stage: str) -> Tamper:
    """A digit in what a notebook shows, not in the data beside it."""

    def tamper(package: Path) -> None:
        path, notebook, outputs = t.first_output(package, stage)
        data = next(o["data"] for o in outputs if re.search(r">[^<]*\d{2,}", "".join(o["data"]["text/html"])))
        data["text/html"] = t.change_digit("".join(data["text/html"]))
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    return tamper


def notebook_both(stage: str, cell: Callable[[Any], Any]) -> Tamper:
    """The same digit in what is shown and in the data beside it."""

    def tamper(package: Path) -> None:
        path, notebook, outputs = t.first_output(package, stage)
        for output in outputs:
            table = output["data"][MIME][0]
            found = [c for row in table.get("rows", []) for c in row if any(ch.isdigit() for ch in c["text"])]
            if found:
                old = found[-1]["text"]
                found[-1]["text"] = new = f"{old}7"
                output["data"]["text/html"] = "".join(output["data"]["text/html"]).replace(f">{old}<", f">{new}<", 1)
                break
        else:
            raise AssertionError("no figure in the notebook")
        path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    return tamper


def notebook_words(package: Path) -> None:
    """The words with which a stage ends."""

    def change(notebook: Any) -> None:
        shown = [o["data"] for c in notebook["cells"] for o in c.get("outputs", []) if "text/markdown" in o["data"]]
        shown[-1]["text/markdown"] = ["检查未通过"]

    t.edit_json(package / "notebooks" / "2_validate.ipynb", change)


def notebook_code(package: Path) -> None:
    path = package / "notebooks" / "5_report.ipynb"

    def change(notebook: Any) -> None:
        cell = next(c for c in notebook["cells"] if c["cell_type"] == "code" and "results_json" in "".join(c["source"]))
        cell["source"] = "".join(cell["source"]) + "\n# 1"

    t.edit_json(path, change)


DIGITS: list[tuple[str, Tamper, str]] = [
    ("report.html", html, "“93.97”分，优，应为“93.96”"),
    ("report.html", html_script, "标记和图形"),
    ("report.pdf", pdf, "“93.97"),
    ("report.docx", docx, "“93.97”分，优，应为“93.96”"),
    ("self_evaluation.xlsx", xlsx_number, "“39.97”，应为“39.87”"),
    ("self_evaluation.xlsx", xlsx_words, "“84.3%”，应为“84.2%”"),
    ("self_evaluation.xlsx", xlsx_formula, "=F6/E“6+0”"),
    ("results.json", results_score, "总分写着 95.96，各项得分与预算执行得分相加是 93.96"),
    ("report.html", results_actual, "“84.2%”，应为“94.2%”"),
    ("results.json", results_count, "校验时是 120 条"),
    ("validation.json", validation, "校验时是 121 条"),
    ("notebooks/1_clean.ipynb", notebook_view("1_clean"), "应为"),
    ("notebooks/1_clean.ipynb", notebook_both("1_clean", list), "应为"),
    ("notebooks/2_validate.ipynb", notebook_both("2_validate", list), "应为"),
    ("notebooks/3_attainment.ipynb", notebook_both("3_attainment", list), "应为"),
    ("notebooks/4_deviation.ipynb", notebook_both("4_deviation", list), "应为"),
    ("notebooks/5_report.ipynb", notebook_view("5_report"), "应为"),
    ("notebooks/5_report.ipynb", notebook_code, "应为"),
    ("notebooks/2_validate.ipynb", notebook_words, "应为"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "tamper", "words"), DIGITS, ids=lambda v: getattr(v, "__name__", None))
def test_a_changed_digit_is_found_though_every_hash_was_updated(
    package: Path, file: str, tamper: Tamper, words: str
) -> None:
    tamper(package)
    t.cover_up(package)
    verdict = verify_package(package)
    assert verdict.status == 1
    assert not any(wrong.startswith("manifest.json") for wrong in verdict.wrong), verdict.wrong
    assert any(words in wrong for wrong in verdict.wrong), verdict.wrong
    assert file.split("/")[-1] in said(verdict)


@pytest.mark.parametrize("tamper", [html, docx, validation], ids=lambda v: v.__name__)
def test_a_changed_file_without_its_hash_is_named(package: Path, tamper: Tamper) -> None:
    tamper(package)
    verdict = verify_package(package)
    assert verdict.status == 1
    assert any("“93.97" in wrong or "121 条" in wrong for wrong in verdict.wrong), verdict.wrong


def test_hashes_updated_by_hand_do_not_agree_with_the_manifests_own(package: Path) -> None:
    html(package)
    t.cover_up(package, sealed=False)
    assert "manifest.json：清单自身的校验值不符，发布后改过" in verify_package(package).wrong


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"python": "3.', '"python": "4.', "Python 版本与 results.json 所写的不同"),
        ('"fiscal_year": 2024', '"fiscal_year": 2023', "年度与 results.json 所写的不同"),
        ('"sha256": "0', '"sha256": "1', "与 results.json 所写的不同"),
    ],
)
def test_a_manifest_that_says_otherwise_than_the_results_is_found(
    package: Path, old: str, new: str, words: str
) -> None:
    t.replace_text(package / "manifest.json", old, new)
    t.edit_json(package / "manifest.json", lambda m: m.update(self_sha256=t.seal(m)))
    verdict = verify_package(package)
    assert verdict.status == 1
    assert any(words in wrong for wrong in verdict.wrong), verdict.wrong


# --- only bytes -------------------------------------------------------------------------------------


def test_the_same_words_in_other_bytes_are_told_apart(package: Path) -> None:
    """Saved again by another program: every figure is there, the bytes are not."""
    for name, member in (("report.docx", "word/settings.xml"), ("self_evaluation.xlsx", "docProps/app.xml")):
        t.replace_in_zip(package / name, member, "?>", " ?>")
    content = json.loads((package / "results.json").read_text(encoding="utf-8"))
    (package / "results.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    verdict = verify_package(package)
    assert (verdict.status, verdict.wrong) == (3, ())
    assert set(verdict.bytes) == {"report.docx", "self_evaluation.xlsx", "results.json"}
    assert "△ 数字相同，字节不同" in said(verdict)


# --- the set of files -------------------------------------------------------------------------------


def test_what_does_not_belong_there_is_named(package: Path) -> None:
    (package / "补充说明.txt").write_text("x", encoding="utf-8")
    (package / "notebooks" / "more").mkdir()
    (package / "latest").symlink_to("report.html")
    os.mkfifo(package / "pipe")
    verdict = verify_package(package)
    assert verdict.status == 1
    assert set(verdict.wrong) == {
        "补充说明.txt：清单没有列出，不属于成套材料",
        "notebooks/more：是空文件夹，成套材料里没有这样的东西",
        "latest：是链接，成套材料里没有这样的东西",
        "pipe：是特殊文件（设备、管道等），成套材料里没有这样的东西",
    }


def test_a_file_replaced_by_a_link_is_not_followed(package: Path, tmp_path: Path) -> None:
    shutil.move(package / "report.html", tmp_path / "elsewhere.html")
    (package / "report.html").symlink_to(tmp_path / "elsewhere.html")
    verdict = verify_package(package)
    assert verdict.status == 1
    assert "report.html：是链接，成套材料里没有这样的东西" in verdict.wrong


def test_a_missing_file_is_named(package: Path) -> None:
    (package / "report.pdf").unlink()
    verdict = verify_package(package)
    assert verdict.status == 1
    assert "report.pdf：清单列有，文件夹里没有" in verdict.wrong


def test_emptied_outputs_prove_nothing(package: Path) -> None:
    t.edit_json(package / "manifest.json", lambda m: m.update(outputs=[]))
    t.edit_json(package / "manifest.json", lambda m: m.update(self_sha256=t.seal(m)))
    verdict = verify_package(package)
    assert verdict.status == 1
    assert "report.html：清单没有列出，不属于成套材料" in verdict.wrong
    assert "results.json：清单没有列出，成套材料应当有它" in verdict.wrong


@pytest.mark.parametrize("name", ["/dev/zero", "../outside.txt", "notebooks/../../outside.txt"])
def test_an_entry_outside_the_package_is_never_opened(package: Path, name: str) -> None:
    (package.parent / "outside.txt").write_text("x", encoding="utf-8")
    t.edit_json(
        package / "manifest.json", lambda m: m["outputs"].append({"file": name, "sha256": "0" * 64, "bytes": 1})
    )
    verdict = verify_package(package)
    assert verdict.status == 1
    assert f"{name}：清单列有，文件夹里没有" in verdict.wrong


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"outputs": 5}', '{"outputs": [{"file": 1, "sha256": "x", "bytes": 1}]}', "[" * 100_000],
)
def test_a_manifest_that_is_none_is_said_to_be(package: Path, text: str) -> None:
    (package / "manifest.json").write_text(text, encoding="utf-8")
    verdict = verify_package(package)
    assert verdict.status == 1
    assert any(wrong.startswith("manifest.json：读不出来") for wrong in verdict.wrong), verdict.wrong


OTHERS = ("report.docx", "report.pdf", "self_evaluation.xlsx", "report.html", "notebooks/5_report.ipynb")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"[" * 20_000, b"\xff\xfe"])
@pytest.mark.parametrize(
    "names", [("results.json",), ("validation.json",), OTHERS], ids=["results", "validation", "rest"]
)
def test_damaged_files_are_faults_not_tracebacks(package: Path, names: tuple[str, ...], content: bytes) -> None:
    for name in names:
        (package / name).write_bytes(content)
    t.cover_up(package)
    verdict = verify_package(package)
    assert verdict.status == 1
    for name in names:
        assert any(name in wrong for wrong in verdict.wrong), (name, verdict.wrong)


def test_a_chart_with_another_line_is_not_the_same() -> None:
    """A figure has no words: its marks are compared."""
    page = '<html><body><p>图1</p><svg><path d="M 10 20 L 30 40"/></svg></body></html>'
    found = compared("report.html", page.replace("20", "21").encode(), page.encode())
    assert found.told == ("标记和图形看到的与应有的不同",)
    assert compared("report.html", page.replace("<p>图1</p>", "<p>图1 </p>").encode(), page.encode()).told == ()


def test_a_bomb_is_not_unpacked(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpers.trust.readable.UNPACKED", 2_000_000)
    t.replace_in_zip(package / "report.docx", "word/settings.xml", "<", "<" + " " * 3_000_000)
    t.cover_up(package)
    assert any("解开后超过" in wrong for wrong in verify_package(package).wrong)


# --- the command ------------------------------------------------------------------------------------


def test_the_command_says_what_it_found_by_its_status(made: Path, package: Path) -> None:
    whole = selfeval("verify", str(made / "reports" / "2024"))
    assert whole.returncode == 0, whole.stdout
    assert "✓ 材料自身一致" in whole.stdout
    html(package)
    found = selfeval("verify", str(package), "--json")
    assert found.returncode == 1
    told = json.loads(found.stdout)
    assert told["status"] == 1
    assert any("“93.97”分，优，应为“93.96”" in wrong for wrong in told["wrong"])
    nothing = selfeval("verify", str(package / "notebooks"))
    assert nothing.returncode == 2
    assert "[no_package]" in nothing.stderr


def test_no_folder_is_no_package(tmp_path: Path) -> None:
    with pytest.raises(NoPackage, match="没有这个文件夹"):
        verify_package(tmp_path / "2024")
