"""Forms as lists: JSON Lines, CSV in any encoding, worksheets; and what stops the reading of them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.forms.filled_form import Form, FormRow, FundLine, form_row
from helpers.forms.readers import FormError, read_forms
from helpers.indicators.findings import About

D = Decimal
HEAD = {
    "institution": "某县某局",
    "project": "网络租赁",
    "year": "2023",
    "table_kind": "self_eval",
    "complete": True,
    "money_unit": "万元",
    "budget_initial": 12,
    "budget_adjusted": 12.5,
    "spent": 12,
    "exec_rate_printed": "96%",
    "exec_weight": 10,
    "exec_score": 9.6,
    "total_printed": 99.6,
    "fund_total": {"initial": 12, "adjusted": 12.5, "spent": 12},
    "fund_parts": [{"name": "财政拨款", "adjusted": 12.5, "spent": 12}],
}
ROW = {
    "institution": "某县某局",
    "project": "网络租赁",
    "year": "2023",
    "level1": "产出指标",
    "level2": "数量指标",
    "level3": "线路条数",
    "target_text": "3条",
    "actual_text": "3条",
    "weight": 90,
    "score": 90.0,
    "deviation_text": None,
    "transcriber_note": "字迹不清",
}


def lines(*entries: Any) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


def written(tmp_path: Path, name: str, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def stopped(path: Path) -> FormError:
    with pytest.raises(FormError) as caught:
        read_forms(path)
    text = str(caught.value)
    assert text.startswith(path.name) and "处理：" in text and len(text) < 1000 and text.count("\n") < 12
    return caught.value


# --- JSON Lines -----------------------------------------------------------------------------------


def test_header_and_rows(tmp_path: Path) -> None:
    (form,) = read_forms(
        written(
            tmp_path, "a.jsonl", lines({"table": HEAD}, ROW, {**ROW, "level3": "带宽", "weight": "—", "score": "未评"})
        )
    )
    assert form.about == About("某县某局", "网络租赁", "2023")
    assert (form.complete, form.funds, form.exec_rate_printed) == (True, FundLine(None, D(12), D("12.5"), D(12)), "96%")
    assert form.fund_total == FundLine(None, D(12), D("12.5"), D(12)) and form.fund_parts == (
        FundLine("财政拨款", None, D("12.5"), D(12)),
    )
    assert form.source == "a.jsonl"
    first, second = form.rows
    assert first == FormRow(
        number=1,
        level1="产出指标",
        level2="数量指标",
        level3="线路条数",
        target_text="3条",
        actual_text="3条",
        weight=D(90),
        score=D("90.0"),
        deviation_text=None,
        place="文件第 2 行",
    )
    assert (second.number, second.weight, second.score, second.unread, second.place) == (
        2,
        None,
        None,
        (("score", "未评"),),
        "文件第 3 行",
    )


def test_several_tables_and_rows_without_header(tmp_path: Path) -> None:
    """A header holds for the rows that name its project; others are tables of their own."""
    other = {**ROW, "project": "软件许可"}
    forms = read_forms(
        written(
            tmp_path,
            "a.jsonl",
            lines(
                {**ROW, "year": "2022"},
                {"table": HEAD},
                ROW,
                other,
                {"level3": "无主", "target_text": "1"},
                {"table": {**HEAD, "year": "2024"}},
            ),
        )
    )
    assert [(f.about.project, f.about.year, len(f.rows), f.complete) for f in forms] == [
        ("网络租赁", "2022", 1, None),
        ("网络租赁", "2023", 1, True),
        ("软件许可", "2023", 2, None),
        ("网络租赁", "2024", 0, True),
    ]


def test_a_header_holds_for_its_own_rows_though_others_stand_first(tmp_path: Path) -> None:
    forms = read_forms(written(tmp_path, "a.jsonl", lines({"table": HEAD}, {**ROW, "project": "软件许可"}, ROW, ROW)))
    assert [(f.about.project, len(f.rows), f.complete) for f in forms] == [("网络租赁", 2, True), ("软件许可", 1, None)]


def test_a_header_that_calls_the_table_otherwise_keeps_its_rows(tmp_path: Path) -> None:
    (form,) = read_forms(
        written(tmp_path, "a.jsonl", lines({"table": {**HEAD, "institution": "某县某局（本级）"}}, ROW, ROW))
    )
    assert form.about.institution == "某县某局（本级）" and len(form.rows) == 2


def test_a_json_list_and_chinese_keys(tmp_path: Path) -> None:
    text = json.dumps(
        [
            {
                "项目名称": "甲",
                "三级指标": "线路条数",
                "指标值": "3",
                "度量单位": "条",
                "运算符号": "≥",
                "实际完成值": 4,
                "分值": 90,
            }
        ],
        ensure_ascii=False,
    )
    (form,) = read_forms(written(tmp_path, "a.json", text))
    assert form.about.project == "甲"
    assert [(r.target_text, r.actual_text, r.weight, r.place) for r in form.rows] == [
        ("≥ 3 条", "4 条", D(90), "第 1 项")
    ]


def test_a_line_separator_inside_a_text_is_no_line_end(tmp_path: Path) -> None:
    (form,) = read_forms(written(tmp_path, "a.jsonl", lines({**ROW, "deviation_text": "一\u2028二\x85三"})))
    assert form.rows[0].deviation_text == "一\u2028二\x85三"


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        (lines(ROW) + '{"level3": "带', "bad_json", "文件第 2 行", "被截断"),
        (lines(ROW, [1]), "bad_row", "文件第 2 行", "不是键值对"),
        (lines({"table": 1}), "bad_header", "文件第 1 行", "table"),
        (lines({"table": {**HEAD, "fund_parts": "无"}}, ROW), "bad_header", "文件第 1 行", "fund_parts"),
        (lines({**ROW, "target_text": ["≥3"]}), "bad_value", "文件第 1 行", "target_text"),
        (
            lines({k if k != "target_text" else "traget_text": v for k, v in ROW.items()}),
            "unknown_key",
            "文件第 1 行",
            "target_text",
        ),
        (
            lines({"table": {"institution": "甲", "budget_ajusted": 3}}, ROW),
            "unknown_key",
            "文件第 1 行",
            "budget_adjusted",
        ),
        ("[" * 100_000, "bad_json", "整个文件", "嵌套过深"),
        ('{"weight": ' + "9" * 10_000 + "}", "bad_json", "文件第 1 行", "数字过长"),
        (lines({"table": HEAD}), "no_form", None, "没有找到自评表"),
    ],
)
def test_what_stops_json_lines(tmp_path: Path, text: str, code: str, place: str | None, words: str) -> None:
    error = stopped(written(tmp_path, "a.jsonl", text))
    assert (error.code, error.place) == (code, place) and words in str(error)


# --- CSV ------------------------------------------------------------------------------------------


CSV = (
    "序号,项目名称,实施单位,年度,一级指标,二级指标,三级指标,年度指标值,实际完成值,分值,得分,偏差原因分析及改进措施,全年预算数,是否完整\r\n"
    '1,网络租赁,某县某局,2023,产出指标,数量指标,线路条数,3条,"2条",90,60,"其一，断线；\n其二，延期",12.5,是\r\n'
    "2,网络租赁,某县某局,2023,产出指标,质量指标,接通率,≥98%,99%,,,,12.5,是\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_any_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    (form,) = read_forms(written(tmp_path, "表.csv", CSV.replace(",", delimiter), encoding))
    assert (
        form.about == About("某县某局", "网络租赁", "2023")
        and form.complete is True
        and form.funds.adjusted == D("12.5")
    )
    assert form.rows == (
        FormRow(
            number=1,
            level1="产出指标",
            level2="数量指标",
            level3="线路条数",
            target_text="3条",
            actual_text="2条",
            weight=D(90),
            score=D(60),
            deviation_text="其一，断线；\n其二，延期",
            place="文件第 3 行",
        ),
        FormRow(
            number=2,
            level1="产出指标",
            level2="质量指标",
            level3="接通率",
            target_text="≥98%",
            actual_text="99%",
            weight=None,
            score=None,
            deviation_text=None,
            place="文件第 4 行",
        ),
    )


def test_an_official_form_saved_as_csv(tmp_path: Path) -> None:
    text = (
        "项目支出绩效自评表,,,,,\n（2023年度）,,,,,\n项目名称,网络租赁,,,,\n,年初预算数,全年预算数,全年执行数,,\n年度资金总额,12,12,11,,\n"
        "一级指标,三级指标,指标值,实际完成值,分值,得分\n产出指标,线路条数,3条,3条,60,60\n,带宽,≥200兆,220兆,30,30\n总分,,,,,99.17\n"
    )
    (form,) = read_forms(written(tmp_path, "表.csv", text))
    assert (
        form.about == About(None, "网络租赁", "2023")
        and form.funds == FundLine(None, D(12), D(12), D(11))
        and form.total_printed == D("99.17")
    )
    assert [(r.level1, r.level3, r.place) for r in form.rows] == [
        ("产出指标", "线路条数", "文件第 7 行"),
        ("产出指标", "带宽", "文件第 8 行"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "place", "words"),
    [
        ("三级指标,指标值,实际完成值\n线路,3条,3条,多出来\n", "ragged_row", "文件第 2 行", "4 列，表头只有 3 列"),
        ("三级指标,指标值,实际完成值\n", "no_rows", "文件第 1 行", "只有表头"),
        ('三级指标,指标值,实际完成值\n线路,"3条,3条\n', "bad_csv", "文件第 2 行起", "引号"),
        ("三级指标,完成得如何\n线路,好\n", "no_form", "文件第 1 行", "三级指标、完成得如何"),
        ("姓名,部门\n甲,乙\n", "no_form", None, "没有找到自评表"),
    ],
)
def test_what_stops_csv(tmp_path: Path, text: str, code: str, place: str | None, words: str) -> None:
    error = stopped(written(tmp_path, "表.csv", text))
    assert (error.code, error.place) == (code, place) and words in str(error)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "empty_file", "空的"),
        (b"\xef\xbb\xbf \r\n", "empty_file", "空的"),
        (b"level3,target_text\n\xff\xff\xff,1\n", "wrong_encoding", "UTF-8"),
        (b"level3,target\0\n", "not_text", "不是文字"),
    ],
)
def test_what_is_no_text(tmp_path: Path, content: bytes, code: str, words: str) -> None:
    error = stopped(written(tmp_path, "表.csv", content))
    assert error.code == code and words in str(error)


# --- worksheets -----------------------------------------------------------------------------------


def test_a_list_below_a_title_on_a_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "汇总"
    for cells in (
        ["2023年度自评指标汇总"],
        ["单位名称", "项目名称", "三级指标", "指标值", "单位", "实际完成值", "权重", "得分"],
        ["某县某局", "网络租赁", "线路条数", 3, "条", 3, 50, 50],
        ["某县某局", "软件许可", "许可数", "≥20", "个", "21个", 50, 50],
    ):
        book.active.append(cells)
    book.save(tmp_path / "表.xlsx")
    forms = read_forms(tmp_path / "表.xlsx")
    assert [(f.about.institution, f.about.project, f.complete, f.source) for f in forms] == [
        ("某县某局", "网络租赁", None, "表.xlsx 汇总"),
        ("某县某局", "软件许可", None, "表.xlsx 汇总"),
    ]
    assert [(r.target_text, r.actual_text, r.place) for f in forms for r in f.rows] == [
        ("3 条", "3 条", "汇总!A3"),
        ("≥20 个", "21个", "汇总!A4"),
    ]


# --- the same again -------------------------------------------------------------------------------

#: Letters, digits and signs as cells hold them, without the odd spaces that trimming takes.
WORDS = st.text(
    st.sampled_from("产出指标数量质效益满意度线路带宽故障率≥≤<>=%％‰0123456789.,，、；;()（）\"'年月日前abcXYZ/|—"),
    min_size=1,
    max_size=24,
).filter(lambda text: not text.startswith("=") and text not in ("是", "否"))
MAYBE = st.none() | WORDS
POINTS = st.none() | st.decimals(0, 100, places=2)
MONEY = st.none() | st.decimals(0, 10**9, places=2)


@st.composite
def forms(draw: Any) -> Form:
    rows = tuple(
        form_row(
            {
                **{k: draw(MAYBE) for k in ("level1", "level2", "target_text", "actual_text", "deviation_text")},
                "level3": draw(WORDS),
                "weight": draw(POINTS),
                "score": draw(POINTS),
            },
            number,
        )
        for number in range(1, draw(st.integers(2, 5)))
    )
    parts = tuple(FundLine(draw(WORDS), draw(MONEY), draw(MONEY), draw(MONEY)) for _ in range(draw(st.integers(0, 2))))
    return Form(
        about=About(draw(WORDS), draw(WORDS), draw(st.integers(2015, 2030).map(str))),
        kind=draw(MAYBE),
        complete=draw(st.none() | st.booleans()),
        money_unit=draw(st.sampled_from(["元", "万元"])),
        funds=FundLine(None, draw(MONEY), draw(MONEY), draw(MONEY)),
        exec_rate_printed=draw(MAYBE),
        exec_weight=draw(POINTS),
        exec_score=draw(POINTS),
        total_printed=draw(POINTS),
        fund_total=FundLine(None, draw(MONEY), draw(MONEY), draw(MONEY)),
        fund_parts=parts,
        goal=draw(MAYBE),
        result=draw(MAYBE),
        rows=rows,
    )


def header_of(form: Form) -> dict[str, Any]:
    def line(one: FundLine | None) -> dict[str, Any] | None:
        return (
            None
            if one is None
            else {"name": one.name, **{k: number(getattr(one, k)) for k in ("initial", "adjusted", "spent")}}
        )

    return {
        "institution": form.about.institution,
        "project": form.about.project,
        "year": form.about.year,
        "table_kind": form.kind,
        "complete": form.complete,
        "money_unit": form.money_unit,
        "budget_initial": number(form.funds.initial),
        "budget_adjusted": number(form.funds.adjusted),
        "spent": number(form.funds.spent),
        "exec_rate_printed": form.exec_rate_printed,
        "exec_weight": number(form.exec_weight),
        "exec_score": number(form.exec_score),
        "total_printed": number(form.total_printed),
        "fund_total": line(form.fund_total),
        "fund_parts": [line(p) for p in form.fund_parts] or None,
        "goal": form.goal,
        "result": form.result,
    }


def number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def row_of(row: FormRow) -> dict[str, Any]:
    texts = {k: getattr(row, k) for k in ("level1", "level2", "level3", "target_text", "actual_text", "deviation_text")}
    return {**texts, "weight": number(row.weight), "score": number(row.score)}


def flat(form: Form) -> list[list[Any]]:
    """A list of one line a row, the table's own columns repeated on each."""
    head = header_of(form)
    cells = {
        k: json.dumps(v, ensure_ascii=False)
        if isinstance(v, dict | list)
        else str(v).lower()
        if isinstance(v, bool)
        else v
        for k, v in head.items()
    }
    return [[*cells, *row_of(form.rows[0])]] + [[*cells.values(), *row_of(row).values()] for row in form.rows]


def bare(form: Form) -> Form:
    """Without where it was read from."""
    return replace(form, source=None, rows=tuple(replace(row, place=None) for row in form.rows))


CAREFUL = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@CAREFUL
@given(forms())
def test_what_is_written_as_json_lines_reads_back(tmp_path: Path, form: Form) -> None:
    assert [
        bare(f)
        for f in read_forms(written(tmp_path, "a.jsonl", lines({"table": header_of(form)}, *map(row_of, form.rows))))
    ] == [form]


@CAREFUL
@given(forms(), st.sampled_from(["utf-8-sig", "gb18030"]))
def test_what_is_written_as_csv_reads_back(tmp_path: Path, form: Form, encoding: str) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(flat(form))
    assert [bare(f) for f in read_forms(written(tmp_path, "a.csv", out.getvalue(), encoding))] == [form]


@CAREFUL
@given(forms())
def test_what_is_written_as_a_worksheet_reads_back(tmp_path: Path, form: Form) -> None:
    book = openpyxl.Workbook()
    for cells in flat(form):
        book.active.append(cells)
    book.save(tmp_path / "a.xlsx")
    assert [bare(f) for f in read_forms(tmp_path / "a.xlsx")] == [form]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    st.sampled_from(["a.csv", "a.jsonl", "a.xlsx", "a.txt"]),
)
def test_arbitrary_content_is_read_or_refused(tmp_path: Path, content: bytes, name: str) -> None:
    try:
        assert read_forms(written(tmp_path, name, content))
    except FormError as error:
        assert error.hint and str(error).startswith(name)
