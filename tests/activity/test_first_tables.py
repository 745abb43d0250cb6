"""A first year begins with the tables that its exports seem to be."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from tests.conftest import selfeval

HEAD = "工单编号,受理时间,完成时间,类别\n"


def begin(root: Path, **files: str) -> tuple[str, dict]:
    folder = root / "data" / "raw" / "2024" / "exports"
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    done = selfeval("new-year", "2024", "--root", str(root))
    assert done.returncode == 0, done.stderr
    text = (root / "data" / "raw" / "2024" / "year.yml").read_text("utf-8")
    return done.stdout, YAML(typ="safe").load(text)


def rows(month: int, count: int) -> str:
    return HEAD + "".join(
        f"T{month}{n},2024-{month:02d}-{n:02d} 09:00,2024-{month:02d}-{n:02d} 10:30,甲\n" for n in range(1, count + 1)
    )


def test_files_of_one_shape_are_one_table(tmp_path: Path) -> None:
    said, year = begin(tmp_path, 上半年__csv=rows(1, 9), 下半年__csv=rows(7, 8))
    (table,) = year["tables"].values()
    assert table["files"] == ["exports/上半年.csv", "exports/下半年.csv"]
    assert table["columns"]["ticket_id"] == "工单编号" and table["year_by"] == "opened_at"
    assert "exports/上半年.csv、exports/下半年.csv：17 行" in said


def test_two_tables_never_share_a_name_and_the_larger_has_the_plain_one(tmp_path: Path) -> None:
    other = "工单编号,受理时间,完成时间,原因\nA1,2024-01-02 09:00,2024-01-02 10:00,断电\n"
    _, year = begin(tmp_path, a__csv=other, b__csv=rows(3, 9))
    assert {name: table["files"] for name, table in year["tables"].items()} == {
        "tickets": "exports/b.csv",
        "tickets_2": "exports/a.csv",
    }


def test_what_cannot_be_read_is_said_and_left_out(tmp_path: Path) -> None:
    said, year = begin(tmp_path, a__csv=rows(3, 9), b__xlsx="PK\x03\x04 no workbook")
    assert list(year["tables"]) == ["tickets"]
    assert "exports/b.xlsx：没有读出来" in said


def test_without_exports_there_is_nothing_to_propose(tmp_path: Path) -> None:
    said, year = begin(tmp_path)
    assert year["tables"] == {} and "推定" not in said


def test_an_export_without_records_is_said_and_makes_no_table(tmp_path: Path) -> None:
    said, year = begin(tmp_path, a__csv=rows(3, 9), b__csv="设备编号,型号\n", c__csv="")
    assert list(year["tables"]) == ["tickets"]
    assert "exports/b.csv：只有表头，没有一条记录；" in said and "exports/b.csv：0 行" not in said
    assert "exports/c.csv：空文件（0 字节），里面什么也没有；" in said
    text = (tmp_path / "data" / "raw" / "2024" / "year.yml").read_text("utf-8")
    assert "# exports/b.csv：只有表头" in text and "# exports/c.csv：空文件" in text


def test_an_empty_one_among_files_of_one_shape_stays_with_them_and_is_said(tmp_path: Path) -> None:
    said, year = begin(tmp_path, 一月__csv=rows(1, 9), 二月__csv=HEAD)
    assert year["tables"]["tickets"]["files"] == ["exports/一月.csv", "exports/二月.csv"]
    assert "exports/二月.csv：只有表头，没有一条记录" in said and "exports/一月.csv：只有" not in said


def test_nothing_but_empty_exports_is_said_too(tmp_path: Path) -> None:
    said, year = begin(tmp_path, a__csv="")
    assert year["tables"] == {} and "exports/a.csv：空文件（0 字节）" in said


def test_beside_last_years_tables_only_the_empty_exports_are_said(tmp_path: Path) -> None:
    begin(tmp_path, a__csv=rows(3, 9))
    folder = tmp_path / "data" / "raw" / "2025" / "exports"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(rows(4, 9), encoding="utf-8")
    (folder / "b.csv").write_text(HEAD, encoding="utf-8")
    (folder / "c.xlsx").write_bytes(b"")
    said = selfeval("new-year", "2025", "--root", str(tmp_path)).stdout
    assert "exports/b.csv：只有表头" in said and "exports/c.xlsx：空文件" in said and "exports/a.csv" not in said


def english(*, second: str = "Priority") -> str:
    head = f"Number,Opened,Resolved,Category,{second},Caller,Parent incident,Serial number,Site\n"
    return head + "".join(
        f"INC{n},2024-03-{n:02d} 09:00,2024-03-{n:02d} 10:30,Network,P{n % 3},User {n},,S{n},North\n"
        for n in range(1, 20)
    )


def test_an_english_column_that_is_recognised_is_called_in_chinese(tmp_path: Path) -> None:
    _, year = begin(tmp_path, a__csv=english())
    columns = year["tables"]["tickets"]["columns"]
    words = {name: one["words"] for name, one in columns.items() if isinstance(one, dict) and "words" in one}
    assert words == {
        "number": "工单编号",
        "opened": "受理时间",
        "resolved": "完成时间",
        "category": "类别",
        "priority": "优先级",
        "caller": "报修人",
    }
    # what the meaning does not fit stays a remark, or is not said at all
    text = (tmp_path / "data" / "raw" / "2024" / "year.yml").read_text("utf-8")
    assert "serial_number: Serial number  # 设备编号" in text and "site: Site  # 地点" in text
    assert columns["parent_incident"] == "Parent incident"


def test_words_that_two_columns_would_share_stay_remarks(tmp_path: Path) -> None:
    _, year = begin(tmp_path, a__csv=english(second="类别"))
    columns = year["tables"]["tickets"]["columns"]
    assert columns["category"] == "Category" or columns["category"].get("words") is None


def test_a_moment_outside_a_table_of_cases_stays_a_remark(tmp_path: Path) -> None:
    survey = "Response Date,Overall Satisfaction\n" + "".join(f"2024-11-{n:02d},满意\n" for n in range(1, 20))
    _, year = begin(tmp_path, a__csv=survey)
    columns = year["tables"]["survey"]["columns"]
    assert "words" not in columns["response_date"] and columns["overall_satisfaction"]["words"] == "满意度"
