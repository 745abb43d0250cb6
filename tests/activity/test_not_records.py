"""Totals, repeated heads, footers and signatures are no records; what may be either is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.activity.errors import ExportError
from helpers.activity.not_records import is_footer, total_kind
from tests.activity.activity_samples import cleaned, project, reasons

KEYED = """\
  tickets:
    title: 支出
    files: exports/台账*.csv
    columns:
      id: 凭证号
      kind: 摘要
      paid_on: {from: 日期, type: date}
      amount: {from: 金额, type: money, unit: 元}
    year_by: paid_on
    key: id
"""
FREE = KEYED.replace("    key: id\n", "")
HEAD = "凭证号,摘要,日期,金额\n"
ROWS = "记-1,差旅,2024-01-05,100\n记-2,差旅,2024-02-05,200\n记-3,会议,2024-02-06,300\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("合计", "plain"),
        ("合 计：", "plain"),
        ("合计3156项", "plain"),
        ("合计（元）", "plain"),
        ("总计 1,770,000.00元", "plain"),
        ("本月合计", "strong"),
        ("本年累计", "strong"),
        ("本页小计", "strong"),
        ("3月份合计", "strong"),
        ("2024年3月小计", "strong"),
        ("第一季度合计", "strong"),
        ("2024年合计", "strong"),
        ("人工费小计", "prefixed"),
        ("期初余额", "carried"),
        ("上年结转", "carried"),
        ("承前页", "carried"),
        ("TOTAL", "plain"),
        ("Sub-total:", "plain"),
        ("Grand Total", "strong"),
        ("March total", "strong"),
        ("Total for March", "prefixed"),
        ("Balance brought forward", "carried"),
        ("合计金额错误", None),
        ("统计报表小计功能异常", None),
        ("差旅", None),
        ("累计折旧核对", None),
        ("Total loss of signal", None),
        ("2024-03-01", None),
    ],
)
def test_what_names_a_total(text: str, kind: str | None) -> None:
    assert total_kind(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "第 1 页 共 3 页",
        "Page 1 of 3",
        "打印时间：2024-12-31 10:00",
        "打印时间",
        "制表人:张三",
        "审核：",
        "单位负责人（签字）：",
        "注：不含税",
        "备注:见附件",
        "数据来源：财务系统",
        "以下空白",
        "(3 rows)",
        "-----",
        "共 15 条记录",
    ],
)
def test_what_is_a_footer(text: str) -> None:
    assert is_footer(text)


@pytest.mark.parametrize("text", ["审核系统无法登录", "打印机卡纸", "2024-03-01", "注销账号", "页面打不开", "Notebook"])
def test_what_is_none(text: str) -> None:
    assert not is_footer(text)


@pytest.mark.parametrize("spec", [KEYED, FREE])
@pytest.mark.parametrize(
    "line",
    [
        ",本月合计,2024-02-29,600",
        "合计,,,600",
        "合计,,2024-12-31,600",
        ",合计,,600",
        "本年累计,,,600.00元",
        "合计3笔,,,",
        ",Grand Total,2024-12-31,600",
    ],
)
def test_a_total_is_not_summed(tmp_path: Path, spec: str, line: str) -> None:
    account, tidy, aside = cleaned(project(tmp_path, spec, {"台账.csv": HEAD + ROWS + line + "\n"}), tmp_path)
    assert (len(tidy), int(tidy["amount"].sum())) == (3, 600)
    assert reasons(account) == {"合计行": 1}
    assert list(aside["_reason"]) == ["合计行"]


def test_month_totals_of_a_ledger_are_kept_for_the_control(tmp_path: Path) -> None:
    text = (
        "记-1,差旅,2024-01-05,100\n,本月合计,2024-01-31,100\n,本年累计,2024-01-31,100\n"
        "记-2,差旅,2024-02-05,200\n,本月合计,2024-02-29,200\n,本年累计,2024-02-29,300\n"
    )
    year = project(tmp_path, FREE, {"台账.csv": HEAD + text})
    account, tidy, aside = cleaned(year, tmp_path)
    assert int(tidy["amount"].sum()) == 300
    assert reasons(account) == {"合计行": 4}
    assert aside[["source_row", "kind", "amount"]].values.tolist() == [
        [3, "本月合计", "100"],
        [4, "本年累计", "100"],
        [6, "本月合计", "200"],
        [7, "本年累计", "300"],
    ]
    assert set(aside["source_file"]) == {"exports/台账.csv"}


def test_the_label_may_stand_outside_the_declared_columns(tmp_path: Path) -> None:
    text = "序号,日期,金额\n1,2024-01-05,100\n2,2024-01-06,200\n合计,,300\n"
    spec = FREE.replace("      id: 凭证号\n      kind: 摘要\n", "").replace("    year_by: paid_on\n", "")
    account, tidy, _ = cleaned(project(tmp_path, spec, {"台账.csv": text}), tmp_path)
    assert int(tidy["amount"].sum()) == 300
    assert reasons(account) == {"合计行": 1}


def asked_about_unless_kept(tmp_path: Path, files: dict[str, str], *said: str) -> None:
    """What is said of a row that may be a total; where its label is declared to stand in records, it is one of them."""
    with pytest.raises(ExportError, match=r"total_or_record") as stop:
        cleaned(project(tmp_path, KEYED, files), tmp_path)
    for words in said:
        assert words in str(stop.value)
    kept = KEYED + "    loss: {records: [合计], why: 确有这一项}\n"
    _, tidy, _ = cleaned(project(tmp_path, kept, files), tmp_path)
    assert int(tidy["amount"].sum()) == 650


def test_a_label_outside_the_declared_columns_of_what_may_be_a_record_is_asked_about(tmp_path: Path) -> None:
    lines = [*(HEAD + ROWS).splitlines(), "记-4,会议,2024-03-01,50"]
    told = ["说明", "正常", "正常", "正常", "合计"]
    files = {"台账.csv": "".join(f"{said},{line}\n" for said, line in zip(told, lines, strict=True))}
    asked_about_unless_kept(tmp_path, files, "没有声明的列：合计", "把写着“合计”的那一列声明为 columns")


def test_heads_footers_and_notes_between_and_below(tmp_path: Path) -> None:
    text = (
        HEAD
        + "记-1,差旅,2024-01-05,100\n第 1 页 共 2 页,,,\n2024年支出台账,,,\n凭 证 号,摘要,日期,金额\n"
        + "记-2,差旅,2024-02-05,200\n记-3,会议,2024-02-06,300\n合计,,,600\n制表人：E01,审核：E02,,\n注：本表不含税,,,\n"
        + "上述金额以银行回单为准，如有出入请联系财务岗。,,,\n"
    )
    account, tidy, _ = cleaned(project(tmp_path, KEYED, {"台账.csv": text}), tmp_path)
    assert int(tidy["amount"].sum()) == 600
    assert reasons(account) == {"页脚、签字或表下附注": 5, "重复的表头": 1, "合计行": 1}
    assert account.losses == ()


def test_a_title_above_a_repeated_head(tmp_path: Path) -> None:
    text = HEAD + ROWS + "2024年支出台账,,,\n" + HEAD + "记-9,会议,2024-03-06,300\n"
    account, tidy, _ = cleaned(project(tmp_path, KEYED, {"台账.csv": text}), tmp_path)
    assert (len(tidy), reasons(account)) == (4, {"重复的表头": 2})


def test_a_record_that_may_be_a_total_is_asked_about(tmp_path: Path) -> None:
    files = {"台账.csv": HEAD + ROWS + "记-4,合计,2024-03-01,50\n"}
    asked_about_unless_kept(tmp_path, files, "记-4，合计", "records: [合计]")
    out = KEYED + "    out_of_scope: [{where: \"kind = '合计'\", why: 合计行}]\n"
    _, tidy, _ = cleaned(project(tmp_path, out, files), tmp_path)
    assert int(tidy["amount"].sum()) == 600


def test_stock_at_hand_is_a_record_and_a_balance_carried_over_is_none(tmp_path: Path) -> None:
    stock = HEAD + "K-1,期初,2024-01-01,100\nK-2,入库,2024-01-05,20\nK-3,期初,2024-01-01,5\n"
    _, tidy, _ = cleaned(project(tmp_path, KEYED, {"台账.csv": stock}), tmp_path)
    assert int(tidy["amount"].sum()) == 125
    ledger = HEAD + ",上年结转,2024-01-01,999\n" + ROWS
    account, tidy, _ = cleaned(project(tmp_path, FREE, {"台账.csv": ledger}), tmp_path)
    assert int(tidy["amount"].sum()) == 600
    assert reasons(account) == {"合计行": 1}


def test_titles_that_speak_of_totals_are_records(tmp_path: Path) -> None:
    rows = "A1,请核对报表合计,2024-01-05,1\nA2,报表小计,2024-01-06,2\nA3,备注：打印机,2024-01-07,3\n"
    account, tidy, _ = cleaned(project(tmp_path, KEYED, {"台账.csv": HEAD + rows}), tmp_path)
    assert len(tidy) == 3
    assert reasons(account) == {}


WIDE = """\
  tickets:
    title: 工单
    files: exports/工单.csv
    columns: {id: 编号, kind: 类别, name: 标题, who: 工程师, note: 备注, at: {from: 受理, type: date}}
    year_by: at
"""


@pytest.mark.parametrize("key", ["", "    key: id\n"])
def test_a_sparse_record_stays_one(tmp_path: Path, key: str) -> None:
    rows = "".join(f"A{i},桌面,打印,E0{i},无,2024-01-0{i}\n" for i in range(1, 6))
    sparse = "A6,,报表小计,,,2024-01-06\nA7,,,,备注：待补,2024-01-07\nA8,,审核：打不开,,,2024-01-08\n"
    year = project(tmp_path, WIDE + key, {"工单.csv": "编号,类别,标题,工程师,备注,受理\n" + rows + sparse})
    account, tidy, _ = cleaned(year, tmp_path)
    assert (len(tidy), reasons(account)) == (8, {})


@pytest.mark.parametrize("label", ["小計", "合計", "總計", "累计发生额", "平均", "∑", "Total général"])
def test_other_spellings_of_a_line_below_the_table(label: str) -> None:
    assert total_kind(label) is not None


def test_an_average_below_a_table_is_no_record_and_a_rating_stays_one(tmp_path: Path) -> None:
    tables = """\
  tickets:
    title: 评价
    files: exports/t.csv
    columns:
      id: 编号
      grade: 等级
      points: {from: 分, type: number}
    key: id
"""
    text = "编号,等级,分\n1,优,90\n2,平均,70\n3,差,50\n平均,,70\n"
    year = project(tmp_path, tables, {"t.csv": text})
    account, tidy, _ = cleaned(year, tmp_path / "out")
    assert list(tidy["grade"]) == ["优", "平均", "差"]
    assert reasons(account) == {"合计行": 1}


def test_a_line_of_two_signatures_is_a_footer(tmp_path: Path) -> None:
    tables = """\
  tickets:
    title: 台账
    files: exports/t.csv
    columns:
      id: 凭证号
      paid_on: {from: 日期, type: date}
      amount: {from: 金额, type: money, unit: 元}
    key: id
"""
    text = "凭证号,日期,金额\n1,2024-03-01,10\n2,2024-03-02,20\n制表：张三,审核：李四,\n"
    _, tidy, aside = cleaned(project(tmp_path, tables, {"t.csv": text}), tmp_path / "out")
    assert list(tidy["id"]) == ["1", "2"] and list(aside["_reason"]) == ["页脚、签字或表下附注"]


@pytest.mark.parametrize("line", ["打印时间,,2024-12-31,", "导出日期：,,2024-12-31,"])
def test_a_label_with_its_date_in_another_cell_is_no_record(line: str, tmp_path: Path) -> None:
    for table in (KEYED, FREE):
        account, tidy, _ = cleaned(project(tmp_path, table, {"台账.csv": HEAD + ROWS + line + "\n"}), tmp_path / "out")
        assert (len(tidy), reasons(account)) == (3, {"页脚、签字或表下附注": 1})


def test_a_record_that_lacks_a_cell_is_one_whatever_its_name(tmp_path: Path) -> None:
    rows = ROWS + "*记-4,制表人,2024-03-01,\n负责人,会议,2024-03-01,\n审核员,,2024-04-01,\n"
    account, tidy, _ = cleaned(project(tmp_path, KEYED, {"台账.csv": HEAD + rows}), tmp_path / "out")
    assert (len(tidy), reasons(account)) == (6, {})


def test_a_total_may_be_called_so_far_to_the_right(tmp_path: Path) -> None:
    head = HEAD.strip() + ",经办,备注,审批,说明\n"
    rows = "".join(f"{row},a,b,c,付款\n" for row in ROWS.splitlines()) + "记-9,,2024-12-31,600,,,,本年合计\n"
    account, tidy, _ = cleaned(project(tmp_path, FREE, {"台账.csv": head + rows}), tmp_path / "out")
    assert (len(tidy), reasons(account)) == (3, {"合计行": 1})


def test_columns_may_be_called_like_anything_that_the_search_uses(tmp_path: Path) -> None:
    names = ["text", "texts", "typical", "counted", "cell", "l", "labels", "row", "why", "file_no", "looked_at"]
    declared = KEYED.replace("    year_by", "".join(f"      {name}: {name}\n" for name in names) + "    year_by")
    head = HEAD.strip() + "," + ",".join(names) + "\n"
    rows = "".join(f"{line},{','.join(['甲'] * len(names))}\n" for line in ROWS.split())
    files = {"台账.csv": head + rows + "合计,,,600" + "," * len(names) + "\n"}
    account, tidy, _ = cleaned(project(tmp_path, declared, files), tmp_path)
    assert reasons(account) == {"合计行": 1} and list(tidy["text"]) == ["甲"] * 3
