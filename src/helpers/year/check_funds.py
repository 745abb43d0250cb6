"""The declared money: amounts that can be read, parts and sources that add up, funds management listed once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from helpers.indicators import parse_money
from helpers.year.check_tables import Path_, unknown
from helpers.year.faults import Fault
from helpers.year.load import Lines, Year
from helpers.year.models import OWN_FUNDS, TRANSFER_FUNDS, MeasureRef

AMOUNTS = {"initial": "年初预算", "adjusted": "全年预算", "spent": "全年支出"}


def check_funds(year: Year) -> list[Fault]:
    """Every fault in ``budget`` and ``funds_management``."""
    return [*_budget(year), *_management(year)]


def _budget(year: Year) -> Iterator[Fault]:
    lines, budget = year.lines["year.yml"], year.year.budget
    amounts: dict[Path_, Decimal] = {}
    for path, said in _said(year):
        if isinstance(said, MeasureRef):
            yield from _measure(year, path, said)
            continue
        for found in _money(lines, path, said):
            if isinstance(found, Fault):
                yield found
            else:
                amounts[path] = found
    parts = [amounts.get(("budget", "parts", i, "budget")) for i in range(len(budget.parts))]
    initial = amounts.get(("budget", "initial"))
    known = [part for part in parts if part is not None]
    if parts and len(known) == len(parts) and initial is not None and sum(known) != initial:
        yield lines.fault(
            "budget_parts", ("budget", "parts"), f"各部分合计 {sum(known):f} 元，与年初预算 {initial:f} 元不一致"
        )
    yield from _sources(year, amounts)


def _said(year: Year) -> Iterator[tuple[Path_, str | MeasureRef]]:
    """Every amount that is written, with its place."""
    budget = year.year.budget
    yield ("budget", "initial"), budget.initial
    yield ("budget", "adjusted"), budget.adjusted
    yield ("budget", "spent"), budget.spent
    if budget.reported is not None:
        yield ("budget", "reported"), budget.reported
    for index, part in enumerate(budget.parts):
        yield ("budget", "parts", index, "budget"), part.budget
        if part.spent is not None:
            yield ("budget", "parts", index, "spent"), part.spent
    for index, source in enumerate(budget.sources):
        for key in AMOUNTS:
            if (said := getattr(source, key)) is not None:
                yield ("budget", "sources", index, key), said


def _money(lines: Lines, path: Path_, text: str) -> Iterator[Fault | Decimal]:
    try:
        yield parse_money(text)
    except ValueError as error:
        yield lines.fault("bad_money", path, str(error), value=text, hint="写成 120万元 或 1200000元")


def _measure(year: Year, path: Path_, said: MeasureRef) -> Iterator[Fault]:
    lines, whole = year.lines["year.yml"], year.year.budget.spent
    if said.measure not in year.measures:
        yield unknown(lines, (*path, "measure"), "度量", said.measure, year.measures)
    elif "sources" in path and said != whole:
        yield lines.fault(
            "other_measure",
            (*path, "measure"),
            "来源的支出要引用度量时，只能是 budget.spent 的那一个",
            value=said.measure,
            hint="写金额，如 120万元；可以先写一个 show: true 的度量算出来，再把数抄在这里",
        )


def _sources(year: Year, amounts: Mapping[Path_, Decimal]) -> Iterator[Fault]:
    """A source stands once; where all of a form's sources are given, they add up to the whole."""
    lines, sources = year.lines["year.yml"], year.year.budget.sources
    names = [source.name for source in sources]
    for at, name in enumerate(names):
        if name in names[:at]:
            yield lines.fault("listed_twice", ("budget", "sources", at, "name"), "这一项写了两次", value=name)
    for form in (OWN_FUNDS, TRANSFER_FUNDS):
        for key, words in AMOUNTS.items():
            whole = amounts.get(("budget", key))
            given = [amounts.get(("budget", "sources", at, key)) for at, name in enumerate(names) if name in form]
            known = [amount for amount in given if amount is not None]
            complete = len(known) == len(form)
            if whole is not None and known and (sum(known) > whole or (complete and sum(known) != whole)):
                yield lines.fault(
                    "fund_sources",
                    ("budget", "sources"),
                    f"{'、'.join(n for n in names if n in form)}的{words}合计 {sum(known):f} 元，"
                    f"与总额 {whole:f} 元不一致",
                )


def _management(year: Year) -> Iterator[Fault]:
    items = [line.item for line in year.year.funds_management]
    for at, item in enumerate(items):
        if item in items[:at]:
            yield year.lines["year.yml"].fault(
                "listed_twice", ("funds_management", at, "item"), "这一项写了两次", value=item
            )
