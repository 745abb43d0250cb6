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
