"""The portfolio's page and table: nothing runs or loads, every way of sorting is there, unknown is unknown."""

from __future__ import annotations

import io
import re

import pyarrow.parquet
import pytest

from helpers.formats.portfolio_page import HEADS, WAYS, portfolio_page
from helpers.formats.portfolio_parquet import SCHEMA, portfolio_parquet
from helpers.report.portfolio import Entry, Portfolio, make_portfolio
from tests.report.made_facts import facts


@pytest.fixture
def portfolio() -> Portfolio:
    entries = [
        Entry(
            place="区/甲",
            fiscal_year=2024,
            report="../区/甲/reports/2024/report.html",
            facts=facts(
                71.2, unit="甲局<script>", not_met=1, met=3, missed=("时效（维修）",), budget=None, overdue=None
            ),
        ),
        Entry(place="区/甲", fiscal_year=2023, facts=facts(80, fiscal_year=2023, unit="甲局<script>")),
        Entry(place="乙", fiscal_year=2024, facts=facts(99.5, unit="乙局", budget=1234567.0, notice="示例数据：合成")),
        Entry(
            place="丙",
            fiscal_year=2024,
            facts=facts(60, unit="丙局", yardstick="b", upper=90, complete=False, grade=None),
        ),
        Entry(place="丁", fiscal_year=2024, failure="[gate_stop]  停\x00", unit="丁局", project="网络"),
    ]
    return make_portfolio(entries, [("戊", 2024)])


def view(page: str, name: str) -> str:
    found = re.search(rf'<section class="view" id="view-{name}">(.*?)</section>', page, re.DOTALL)
    assert found
    return found[1]


def units(text: str) -> list[str]:
    """Unit and year of each row, in order."""
    rows = re.findall(r"<td>[^<]*</td><td>(?:<a[^>]*>)?([甲乙丙丁])[^<]*<br>[^<]*(?:</a>)?</td><td>(\d{4})", text)
    return [unit + year[2:] for unit, year in rows]


def test_every_way_of_sorting_is_there_without_a_script(portfolio: Portfolio) -> None:
    page = portfolio_page(portfolio)
    assert {name: units(view(page, name)) for name, _, _ in WAYS} == {
        "score": ["乙24", "甲24", "丙24", "丁24", "甲23"],
        "unit": ["丁24", "丙24", "乙24", "甲24", "甲23"],
        "missed": ["甲24", "乙24", "丙24", "丁24", "甲23"],
        "rate": ["乙24", "甲24", "丙24", "丁24", "甲23"],
        "change": ["甲24", "乙24", "丙24", "丁24", "甲23"],
        "budget": ["乙24", "丙24", "甲24", "丁24", "甲23"],
    }
    assert page.count('<input type="radio"') == len(WAYS) and page.count(" checked>") == 1
    for name, _, _ in WAYS:
        assert f'id="by-{name}"' in page and f"#by-{name}:checked ~ #view-{name}" in page


def test_nothing_runs_and_nothing_loads(portfolio: Portfolio) -> None:
    page = portfolio_page(portfolio)
    assert "<script" not in page and "甲局&lt;script&gt;" in page and "\x00" not in page
    assert "default-src 'none'" in page and not re.search(r"""(?:src|url)\s*[=(]|https?://""", page)
    assert 'href="../%E5%8C%BA/%E7%94%B2/reports/2024/report.html"' in page


def test_unknown_is_unknown_and_marks_are_said(portfolio: Portfolio) -> None:
    page = portfolio_page(portfolio)
    (row,) = re.findall(r"<tr><td>2／2（口径1）</td>.*?</tr>", view(page, "score"))
    cells = dict(zip(HEADS, re.findall(r"<td>(.*?)</td>", row), strict=True))
    assert (cells["得分"], cells["较上年"], cells["全年预算（万元）"], cells["措施逾期"]) == (
        "71.20",
        "-8.80",
        "无法判定",
        "无法判定",
    )
    assert cells["完成／部分／未完成／无法判定"] == "3／0／1／0"
    assert "已评60，最高90" in page and "得分未评全，不参加排名" in page and "暂不评定" in page
    assert "未能完成自评：[gate_stop] 停" in page and "戊：没有2024年度的年度文件" in page
    assert "未完成或部分完成的指标：时效（维修）。" in page
    assert '<p class="notice">示例数据：合成（1项）</p>' in page
    assert "评分口径不同的得分不可比" in page


def test_the_table_has_a_row_each_and_the_same_bytes(portfolio: Portfolio) -> None:
    content = portfolio_parquet(portfolio)
    assert content == portfolio_parquet(portfolio)
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    assert table.schema.equals(SCHEMA)
    rows = {(r["place"], r["fiscal_year"]): r for r in table.to_pylist()}
    first, failed = rows["区/甲", 2024], rows["丁", 2024]
    assert (first["score"], first["rank"], first["ranked"], first["change"]) == (71.2, 2, 2, -8.8)
    assert first["missed"] == ["时效（维修）"] and first["budget"] is None and first["measures_overdue"] is None
    assert failed["failed"] and failed["unit"] == "丁局" and failed["failure"].startswith("[gate_stop]")
    assert failed["score"] is None and failed["met"] is None and failed["report"] is None
    assert rows["丙", 2024]["rank"] is None and not rows["丙", 2024]["complete"]


def test_an_empty_portfolio_is_a_page_too() -> None:
    page = portfolio_page(make_portfolio([]))
    assert "项目支出绩效自评汇总" in page
    assert pyarrow.parquet.read_table(io.BytesIO(portfolio_parquet(make_portfolio([])))).num_rows == 0
