"""Measures that were taken: planted effects are found at their day, useless ones are seldom called effective."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from helpers.deviation.effect import Cell, change_at
from helpers.deviation.plan import judge_action
from helpers.deviation.verify import prove
from helpers.indicators import parse_target
from helpers.measures.figures import Figure, Side
from helpers.year.declared_indicators import Measure
from helpers.year.declared_plan import Action
from helpers.year.fiscal import FiscalYear

TARGET = parse_target("不低于95%")


def plan_action(**yardstick):
    return Action.model_validate(
        {
            "id": "P1",
            "indicator": "share",
            "cause": "没有库存",
            "action": "储备",
            "owner": "信息岗",
            "due": "2024-03-31",
            "yardstick": {"measure": "kept", "target": "不低于95%", **yardstick},
            "status": "done",
            "done_on": "2024-03-01",
        }
    )


@dataclass
class Fake:
    """A year's measures: hits and rows of each month, and of the rows that meet other conditions."""

    fiscal_year: int
    months: list
    others: list = field(default_factory=list)
    where: str | None = "repair and part = 'A'"
    agg: str = "share"

    @property
    def year(self):
        measure = Measure(agg=self.agg, words="x", table="t", where=self.where, value="hours < 2")
        table = SimpleNamespace()
        return SimpleNamespace(
            measures={"kept": measure}, fiscal=FiscalYear(self.fiscal_year), year=SimpleNamespace(tables={"t": table})
        )

    def months_of(self, table):
        return {f"{self.fiscal_year}-{m:02d}" for m in range(1, 13)}

    def sides(self, name, since, where=None):
        """The month of ``since`` lies on its day."""
        rows = self.months if where is None else self.others
        for at, (hits, n) in enumerate(rows, start=1):
            month = f"{self.fiscal_year}-{at:02d}"
            if n:
                after = month >= since.isoformat()[:7]
                yield Side(month=month, after=after, value=Fraction(hits, n), n=n, hits=hits, unknown=0)

    def figure(self, name):
        hits, n = sum(h for h, _ in self.months), sum(n for _, n in self.months)
        return Figure(
            measure=name,
            value=Fraction(hits, n),
            n=n,
            hits=hits,
            unknown=0,
            unit="比例",
            words="x",
            sql="",
            tables=("t",),
        )


@pytest.fixture(autouse=True)
def _any_condition_fits(monkeypatch):
    monkeypatch.setattr("helpers.deviation.verify._fits", lambda *_: True)


def verdict(last, now, done_on=date(2024, 3, 1), action=None):
    proof = prove(action or plan_action(), done_on, TARGET, "higher", last, now)
    kept = now.figure("kept").value >= Fraction(95, 100)
    return proof, judge_action("done", last.figure("kept") if last else None, now.figure("kept"), kept, "higher", proof)


def steady(rate, n=60, months=12):
    return [(round(rate * n), n)] * months


# --- planted --------------------------------------------------------------------------------------


def test_a_step_at_the_day_is_found_with_its_size():
    last, now = Fake(2023, steady(0.85)), Fake(2024, steady(0.85, months=2) + steady(0.98, months=10), steady(0.9))
    last.others = steady(0.9)
    proof, found = verdict(last, now)
    assert proof.against.change == pytest.approx(59 / 60 - 51 / 60, abs=1e-9)
    assert (found.verified, found.beyond_chance) == (True, True)
    assert proof.rows == "repair AND NOT coalesce((part = 'A'), false)" and not proof.declared
    told = proof.to_json()
    assert told["comparison"]["before"] == told["comparison"]["after"] == pytest.approx(0.9)
    assert told["regression_to_mean"] is True  # last year had missed


def test_the_day_decides():
    last, now = Fake(2023, steady(0.85)), Fake(2024, steady(0.85, months=2) + steady(0.99, months=10))
    first, late = verdict(last, now)[0], verdict(last, now, date(2024, 9, 1))[0]
    assert (first.own.months_after, late.own.months_after) == (10, 4)
    assert first.own.p_value < 1e-6 < late.own.p_value  # half of its gain lies before the wrong day
    assert verdict(last, now, date(2024, 11, 1))[0].reason == "few_after"
    assert verdict(last, now, date(2025, 2, 1))[0].reason == "not_yet"


def test_what_everybody_gained_is_no_effect():
    better = steady(0.85, months=2) + steady(0.98, months=10)
    last, now = Fake(2023, steady(0.85), steady(0.85)), Fake(2024, better, better)
    proof, found = verdict(last, now)
    assert abs(proof.against.change) < 1e-9 and proof.own.change > 0.1
    assert (found.verified, found.beyond_chance) == (None, False)


def test_declared_rows_are_taken_as_they_are():
    last, now = Fake(2023, steady(0.85), steady(0.5, 4)), Fake(2024, steady(0.98), steady(0.5, 4))
    assert verdict(last, now)[0].rows is None  # too few to serve by themselves
    proof, _ = verdict(last, now, action=plan_action(comparison="part = 'B'"))
    assert (proof.rows, proof.declared) == ("part = 'B'", True)


def test_months_that_were_getting_better_already_prove_nothing():
    rising = [(48 + i, 60) for i in range(12)]
    last, now = Fake(2023, rising), Fake(2024, steady(1.0))
    proof, found = verdict(last, now)
    assert proof.already and found.verified is None
    assert "完成以前各月已在好转" in found.conclusion


@pytest.mark.parametrize(("agg", "reason"), [("quantile", "whole_figure"), ("max", "whole_figure")])
def test_figures_of_all_rows_together_have_no_months(agg, reason):
    now = Fake(2024, steady(0.9))
    now.agg = agg
    measure = Measure.model_construct(agg=agg, table="t", where=None, value="x", repeat_of=())
    year = SimpleNamespace(measures={"kept": measure}, fiscal=FiscalYear(2024))
    assert prove(plan_action(), date(2024, 3, 1), TARGET, "higher", None, SimpleNamespace(year=year)).reason == reason
    assert prove(plan_action(measure=None), date(2024, 3, 1), TARGET, "higher", None, now).reason == "no_measure"


# --- useless --------------------------------------------------------------------------------------


def noisy(rng, carried, spread, mean, n=60):
    """Two years of months whose rates wander about a mean: months share their fate, and pass some of it on."""
    state, shocks = rng.normal(), []
    for _ in range(24):
        state = carried * state + (1 - carried**2) ** 0.5 * rng.normal()
        shocks.append(state)
    rates = np.clip(mean + spread * np.array(shocks), 0.02, 0.995)
    cases = rng.integers(n // 2, n * 3 // 2, 24)
    hits = rng.binomial(cases, rates)
    return [(int(h), int(k)) for h, k in zip(hits, cases, strict=True)]


def verified_share(seed, trials, carried, spread, mean, missed_only, compared):
    rng, good, tried = np.random.default_rng(seed), 0, 0
    while tried < trials:
        months, others = noisy(rng, carried, spread, mean), noisy(rng, carried, spread, mean)
        last, now = Fake(2023, months[:12]), Fake(2024, months[12:])
        if compared:
            last.others, now.others = others[:12], others[12:]
        if missed_only and last.figure("kept").value >= Fraction(95, 100):
            continue
        tried += 1
        good += verdict(last, now, date(2024, 3, 1))[1].verified is True
    return good / trials


@pytest.mark.parametrize(
    ("carried", "spread", "mean", "missed_only", "compared"),
    [
        (0.0, 0.0, 0.95, False, False),
        (0.0, 0.03, 0.95, True, False),  # taken because an unlucky year had missed
        (0.5, 0.03, 0.96, True, False),
        (0.8, 0.03, 0.95, True, False),  # a level that wanders
        (0.5, 0.03, 0.95, True, True),
    ],
)
def test_a_useless_measure_is_seldom_verified(carried, spread, mean, missed_only, compared):
    assert verified_share(20240301, 120, carried, spread, mean, missed_only, compared) <= 0.05


# --- the change itself ----------------------------------------------------------------------------


def test_a_change_without_enough_months_is_none():
    cells = [Cell(at=float(i), after=i >= 2, n=10, value=0.5) for i in range(8)]
    assert change_at(cells) is None
    assert change_at([Cell(at=float(i), after=i >= 4, n=10, value=0.5) for i in range(8)]).p_value == 1.0


def test_the_season_is_not_taken_for_a_change():
    def cells(step):
        wave = [0.9 + 0.08 * np.sin(2 * np.pi * i / 12) for i in range(24)]
        rng = np.random.default_rng(3)
        return [
            Cell(at=i + 0.5, after=i >= 18, n=400, value=w + step * (i >= 18) + rng.normal(0, 0.005), noise=0.09)
            for i, w in enumerate(wave)
        ]

    assert abs(change_at(cells(0.0)).change) < 0.02 and change_at(cells(0.0)).p_value > 0.05
    assert change_at(cells(0.06)).p_value < 0.001


def test_given_that_the_year_missed_a_rise_is_less_sure():
    rng = np.random.default_rng(5)
    values = [0.945 + rng.normal(0, 0.01) for _ in range(12)] + [0.956 + rng.normal(0, 0.01) for _ in range(12)]
    cells = [Cell(at=i + 0.5, after=i >= 13, n=100, value=v, noise=0.05, selected=i < 12) for i, v in enumerate(values)]
    year = sum(values[:12]) / 12
    chosen, plain = change_at(cells, (year + 0.001, -1)), change_at(cells)
    assert chosen.selected and not plain.selected and chosen.p_value > plain.p_value
    assert change_at(cells, (year - 0.001, -1)).p_value == plain.p_value  # it had not missed
