"""One record of the exports changed: the figures change by exactly what follows, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction as F
from pathlib import Path

import openpyxl
import pytest

from helpers.activity.clean import clean_year
from helpers.measures.figures import Measures
from helpers.measures.year_attained import YearAttained, attain_year
from helpers.year.load import load_year

EXPORTS = "data/raw/2024/exports"


def attained(root: Path) -> YearAttained:
    year = load_year(root, 2024)
    clean_year(year, root / "out")
    with Measures(year, root / "out") as measures:
        return attain_year(year, measures)


def facts(found: YearAttained) -> dict[str, object]:
    """Every figure by name."""
    named: dict[str, object] = {f"activity:{a.category}": a.count for a in found.activities}
    named |= {f"actual:{i.spec.id}": i.value for i in found.indicators if not i.parts}
    named |= {f"part:{p.spec.name}": p.value for i in found.indicators for p in i.parts}
    return named | {"spent": F(found.funds.spent), "total": found.total.total}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    from tests.conftest import copy_data

    return facts(attained(copy_data(tmp_path_factory.mktemp("before"))))


def rewrite(encoding: str, name: str, change: Callable[[str], str]) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        path = root / EXPORTS / name
        text = path.read_bytes().decode(encoding)
        changed = change(text)
        assert changed != text
        path.write_bytes(changed.encode(encoding))

    return act


def without_line(start: str) -> Callable[[str], str]:
    return lambda text: "".join(line for line in text.splitlines(keepends=True) if not line.startswith(start))


def first_quick_ticket(text: str) -> str:
    """The id of a plain desktop ticket of 2024 that stands in the file once."""
    for line in text.splitlines():
        cells = line.split(",")
        if (
            len(cells) == 22
            and cells[1] == "个人办公设备故障"
            and cells[6].startswith("2024/3/")
            and cells[14] == "否"
            and cells[21] == "已办结"
            and text.count(cells[0]) == 1
            and cells[6][:9] == cells[13][:9]
            and cells[6].split(" ")[1].split(":")[0] == cells[13].split(" ")[1].split(":")[0]
        ):
            return cells[0]
    raise AssertionError("no such ticket")


def dearer(root: Path) -> None:
    path = root / EXPORTS / "支出台账_2024.xlsx"
    book = openpyxl.load_workbook(path)
    cell = next(row[5] for row in book.active.iter_rows(min_row=4) if row[0].value == "记-01-102")
    cell.value += 1100
    book.save(path)


FIRST = "工单_2024上半年.csv"
CASES: dict[str, tuple[Callable[[Path], None], Callable[[dict], dict]]] = {
    "a ticket that kept its hour is gone": (
        rewrite("gb18030", FIRST, lambda t: without_line(first_quick_ticket(t))(t)),
        lambda b: {"activity:个人办公设备故障": 9973, "part:一般桌面运维": F(9013, 9181)},
    ),
    "a ticket of another category": (
        rewrite(
            "gb18030",
            FIRST,
            lambda t: t.replace(f"{first_quick_ticket(t)},个人办公设备故障", f"{first_quick_ticket(t)},安防监控"),
        ),
        lambda b: {"activity:个人办公设备故障": 9973, "activity:安防监控": 90, "part:一般桌面运维": F(9013, 9181)},
    ),
    "a synonym is the same category": (
        rewrite(
            "gb18030",
            FIRST,
            lambda t: t.replace(f"{first_quick_ticket(t)},个人办公设备故障", f"{first_quick_ticket(t)},电脑报修"),
        ),
        lambda b: {},
    ),
    "a dissatisfied reply": (
        rewrite(
            "utf-8",
            "满意度问卷_2024.csv",
            lambda t: t.replace(
                "24DVKK,2024-12-04 08:59,D05,基本满意,满意,基本满意,满意",
                "24DVKK,2024-12-04 08:59,D05,基本满意,满意,基本满意,不满意",
            ),
        ),
        lambda b: {"actual:satisfaction": F(102, 112)},
    ),
    "one more verified complaint": (
        rewrite(
            "gb18030",
            "投诉建议登记_2024.csv",
            lambda t: (
                t + "TS2024999,2024-06-03,投诉,信息化运维,D01,重复报修三次,2024/6/5,属实\r\n"
                if "\r\n" in t
                else t + "TS2024999,2024-06-03,投诉,信息化运维,D01,重复报修三次,2024/6/5,属实\n"
            ),
        ),
        lambda b: {"actual:complaints": F(3)},
    ),
    "a dearer voucher": (dearer, lambda b: {"spent": F(1771100), "actual:cost": F(1771100, 11)}),
}


@pytest.mark.parametrize("case", CASES)
def test_exactly_what_follows_changes(case: str, data_root: Path, before: dict[str, object]) -> None:
    change, expected = CASES[case]
    change(data_root)
    after = facts(attained(data_root))
    changed = {name: value for name, value in after.items() if value != before[name] and name != "total"}
    assert changed == expected(before)
