"""Spare parts and fleet in year.yml: what does not fit is named with its line and what is probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from helpers.year.crosscheck import crosscheck
from helpers.year.declared_spares import Catalogue, Failures, Fleet, Spares, StockMoves
from helpers.year.faults import YearFileError
from helpers.year.load import load_year
from tests.deviation.spare_samples import BOOK, FLEET, MOVES, SPARES, write_year

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "spares.md").read_text(encoding="utf-8")


def faults(root: Path, declared: str) -> list[tuple[str, str, str | None]]:
    """Code, place and hint of every fault that the declaration makes."""
    try:
        found = crosscheck(load_year(write_year(root, declared=declared), 2024))
    except YearFileError as error:
        found = list(error.faults)
    return [(f.code, f.where, f.hint) for f in found if f.where.startswith(("spares", "fleet"))]


def test_the_sample_is_sound(tmp_path: Path) -> None:
    assert faults(tmp_path, SPARES + FLEET) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "table: tickets, part: part,",
            "table: ticket, part: part,",
            ("unknown_name", "spares.table", "是否想写 tickets?"),
        ),
        ("part: part, model", "part: prat, model", ("unknown_name", "spares.part", "是否想写 part?")),
        ("opened: opened_at", "opened: opend_at", ("unknown_name", "spares.opened", "是否想写 opened_at?")),
        ("opened: opened_at", "opened: model", ("not_a_date", "spares.opened", "在 columns.model 里写 type: datetime")),
        ("resolved: resolved_at", "resolved: workdays", ("unknown_name", "spares.resolved", None)),
        ("measure: in_time", "measure: intime", ("unknown_name", "spares.measure", "是否想写 in_time?")),
        ("measure: in_time", "measure: mean", ("not_replayable", "spares.measure", None)),
        (
            "price: price}}\nfleet",
            "price: name}}\nfleet",
            ("not_a_number", "spares.catalogue.price", "在 columns.name 里写 type: money"),
        ),
        (
            "catalogue: {table: parts",
            "catalogue: {table: part",
            ("unknown_name", "spares.catalogue.table", "是否想写 parts?"),
        ),
        (
            "measure: in_time",
            "measure: in_time, where: \"modle = 'x'\"",
            ("bad_expression", "spares.where", "是否想写 model?"),
        ),
        (
            "measure: in_time",
            "measure: in_time, servcie_level: 0.9",
            ("unknown_key", "spares.servcie_level", "是否想写 service_level?"),
        ),
        ("measure: in_time", "measure: in_time, service_level: 1", ("bad_value", "spares.service_level", None)),
        ("ordered: ordered_at, arrived: arrived_at,", "ordered: ordered_at,", ("bad_value", "spares", None)),
        ("ordered: ordered_at, arrived: arrived_at,", "", ("bad_value", "spares", None)),
        ("table: devices", "table: device", ("unknown_name", "fleet.table", "是否想写 devices?")),
        ("bought: bought", "bought: boght", ("unknown_name", "fleet.bought", "是否想写 bought?")),
        ("id: device, model: model", "id: device, model: modell", ("unknown_name", "fleet.model", "是否想写 model?")),
        ("budget: 1万元", "budget: 一些钱", ("bad_money", "fleet.budget", "写成 20万元 或 200000元")),
        ("at: opened_at", "at: openedat", ("unknown_name", "fleet.failures.at", "是否想写 opened_at?")),
        (
            "failures: {table: tickets",
            "failures: {table: tikets",
            ("unknown_name", "fleet.failures.table", "是否想写 tickets?"),
        ),
        ("budget: 1万元", "budget: 1万元, age_bands: [5, 3]", ("bad_value", "fleet", None)),
        ("budget: 1万元", "budget: 1万元, age_bands: [0, 3]", ("bad_value", "fleet", None)),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, old: str, new: str, expected: tuple[str, str, str | None]) -> None:
    declared = SPARES + FLEET
    assert old in declared
    code, where, hint = expected
    found = faults(tmp_path, declared.replace(old, new, 1))
    assert [(c, w) for c, w, _ in found] == [(code, where)]
    assert hint is None or found[0][2] == hint


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("{table: moves,", "{table: move,", ("unknown_name", "spares.moves.table", "是否想写 moves?")),
        ("kind: kind, quantity", "kind: knid, quantity", ("unknown_name", "spares.moves.kind", "是否想写 kind?")),
        ("quantity: pieces", "quantity: part", ("not_a_number", "spares.moves.quantity", None)),
        ("moved: moved,", "moved: part,", ("not_a_date", "spares.moves.moved", None)),
        ("issued: 出库", "issued: [出库, 入库]", ("both_ways", "spares.moves.issued", None)),
        ("issued: 出库", "isued: 出库", ("unknown_key", "spares.moves.isued", "是否想写 issued?")),
    ],
)
def test_what_does_not_fit_the_book_is_named(
    tmp_path: Path, old: str, new: str, expected: tuple[str, str, str | None]
) -> None:
    declared = SPARES.replace("measure: in_time,", f"measure: in_time,\n         {BOOK}")
    assert faults(tmp_path / "sound", MOVES + declared + FLEET) == [] and old in declared
    found = faults(tmp_path / "not", MOVES + declared.replace(old, new, 1) + FLEET)
    assert any(fault[:2] == expected[:2] and expected[2] in (None, fault[2]) for fault in found)


@pytest.mark.parametrize("model", [Spares, Catalogue, Fleet, Failures, StockMoves])
def test_every_key_is_documented(model: type[BaseModel]) -> None:
    assert [key for key in model.model_fields if f"{key}:" not in DOCS] == []
