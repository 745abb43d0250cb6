"""The portfolio: what is taken from results, who is compared with whom, ranks, changes, what stands out."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.report.portfolio import Entry, Portfolio, distances, make_portfolio
from helpers.report.portfolio_facts import facts_of
from helpers.report.results import validate_results
from tests.report import sample_results
from tests.report.made_facts import facts


def entry(place: str, total: float, year: int = 2024, **more: Any) -> Entry:
    return Entry(place=place, fiscal_year=year, facts=facts(total, fiscal_year=year, **more))


def by_place(portfolio: Portfolio, year: int = 2024) -> dict[str, Any]:
    return {row.entry.place: row for row in portfolio.rows if row.entry.fiscal_year == year}


# --- what is taken from results -------------------------------------------------------------------


def test_facts_are_the_figures_of_the_results() -> None:
    data = sample_results.fy2024()
    found = facts_of(validate_results(data))
    states = [one["status"] for one in data["indicators"]]
    assert (found.unit, found.project, found.fiscal_year) == ("某人民法院", "信息化运维服务", 2024)
    assert found.total == data["score"]["total"] and found.grade == "优" and found.complete
    assert (found.met, found.not_met, found.unknown) == (states.count("met"), states.count("not_met"), 0)
    assert found.budget == 1780000 and found.execution_rate == 1770000 / 1780000
    assert found.shortfalls == sum(d["kind"] == "shortfall" for d in data["deviations"])
    assert found.rows_in == 14530 + 118 + 13 and found.rows_used == 14405 + 112 + 13
    assert found.notice == data["notice"] and found.basis == "按推定权重测算，非申报得分"
    missed = [one for one in data["indicators"] if one["status"] == "not_met"]
    assert len(found.missed) == len(missed) and found.missed[0].startswith(missed[0]["level3"])
    assert found.audit_notes == sum(f["level"] == "note" for f in data["audit"])


def test_what_the_results_do_not_say_is_unknown() -> None:
    bare = facts_of(validate_results(sample_results.bare()))
    assert bare.overdue is None and bare.rows_lost is None and bare.rules is None and bare.complete
    unknown = facts_of(validate_results(sample_results.unknown()))
    assert not unknown.complete and unknown.grade is None and unknown.unknown == 1
    assert unknown.execution_rate is None and unknown.upper == 100.0


def test_a_measure_is_overdue_by_the_date_of_the_report() -> None:
    data = sample_results.fy2024()
    data["posts"]["date"] = "2025-02-20"
    data["followup"] = []
    data["plan"] = [
        {"id": "1", "indicator": data["indicators"][0]["id"], "action": "甲", "status": status, "due": due}
        for status, due in (
            ("adopted", "2025-02-19"),
            ("adopted", "2025-02-20"),
            ("done", "2024-01-01"),
            ("proposed", None),
        )
    ]
    assert facts_of(data).overdue == 1  # type: ignore[arg-type]


def test_rows_are_lost_where_the_gate_says_so() -> None:
    data = sample_results.fy2024()
    note = {"table": "tickets", "words": "甲", "failing_rows": 7}
    data["validation"]["notes"] = [{**note, "rule": "rows_lost"}, {**note, "rule": "column_values_to_not_be_null:a"}]
    data["validation"]["accepted"] = [{**note, "rule": "rows_lost", "failing_rows": 2, "why": "乙"}]
    assert facts_of(data).rows_lost == 9  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda d: d.update(weights_basis="另一依据", score={**d["score"], "basis": "另一依据"}), False),
        (lambda d: d["rules"].update(id="hubei-2020"), False),
        (lambda d: d["rules"]["values"][2].update(value="ratio"), False),
        (lambda d: d["indicators"][0].update(weight=d["indicators"][0]["weight"] - 5), False),
        (lambda d: d["rules"]["values"][6].update(value=1.5), True),  # from where an overshoot needs a word
        (lambda d: d.update(institution="另一单位"), True),
        (lambda d: d["budget"].update(adjusted=1), True),
    ],
)
def test_scores_are_comparable_by_what_made_them(change: Any, same: bool) -> None:
    one, other = sample_results.fy2024(), sample_results.fy2024()
    change(other)
    assert (facts_of(one).yardstick == facts_of(other).yardstick) is same  # type: ignore[arg-type]


# --- ranks ----------------------------------------------------------------------------------------


def test_equal_scores_share_a_rank_within_year_and_yardstick() -> None:
    found = make_portfolio(
        [
            entry("甲", 90),
            entry("乙", 95),
            entry("丙", 95),
            entry("丁", 99, yardstick="b"),
            entry("戊", 98, yardstick="b"),
            entry("己", 70, complete=False, grade=None),
            Entry(place="庚", fiscal_year=2024, failure="[gate_stop]  停"),
            entry("甲", 50, 2023),
        ]
    )
    rows = by_place(found)
    assert {p: (r.rank, r.ranked, r.yardstick) for p, r in rows.items()} == {
        "乙": (1, 3, "口径1"),
        "丙": (1, 3, "口径1"),
        "甲": (3, 3, "口径1"),
        "丁": (1, 2, "口径2"),
        "戊": (2, 2, "口径2"),
        "己": (None, 0, "口径1"),
        "庚": (None, 0, None),
    }
    assert rows["己"].unranked == "得分未评全，不参加排名" and rows["庚"].unranked == "未能完成自评，没有得分"
    assert by_place(found, 2023)["甲"].unranked == "本年度口径1仅此一个，不排名"
    assert [r.entry.place for r in found.rows] == ["丙", "乙", "甲", "丁", "戊", "己", "庚", "甲"]
    assert [(y.name, y.count) for y in found.yardsticks] == [("口径1", 5), ("口径2", 2)]


def test_years_of_other_months_are_not_ranked_together() -> None:
    calendar, april = sample_results.fy2024(), {**sample_results.fy2024(), "year_start": "04-01"}
    found = make_portfolio(
        [
            Entry(place=p, fiscal_year=2024, facts=facts_of(validate_results(d)))
            for p, d in (("甲", calendar), ("乙", april))
        ]
    )
    assert {row.rank for row in found.rows} == {None}
    assert [y.words for y in found.yardsticks if y.words.endswith("；年度自4月1日起")] == [
        f"{one.words}；年度自4月1日起" for one in found.yardsticks if "起" not in one.words
    ]


def test_a_change_needs_two_years_of_one_yardstick_scored_in_full() -> None:
    found = make_portfolio(
        [
            *(entry("甲", 98.5), entry("甲", 99.01, 2023)),
            *(entry("乙", 98), entry("乙", 97, 2023, yardstick="b")),
            *(entry("丙", 98), entry("丙", 97, 2023, complete=False)),
            *(entry("丁", 98), Entry(place="丁", fiscal_year=2023, failure="停")),
            *(entry("戊", 98), entry("戊", 90, 2022)),
        ]
    )
    rows = by_place(found)
    assert rows["甲"].change == Decimal("-0.51") and rows["甲"].unchanged is None
    assert {p: rows[p].unchanged for p in "乙丙丁戊"} == {
        "乙": "两个年度评分口径不同",
        "丙": "有年度得分未评全",
        "丁": "上年度未能完成自评",
        "戊": "上年度不在本次范围内",
    }
    assert all(rows[p].change is None for p in "乙丙丁戊")


SCORES = st.integers(0, 40).map(lambda n: 80 + n / 2)
ENTRIES = st.lists(
    st.tuples(st.sampled_from((2023, 2024)), SCORES, st.sampled_from("ab"), st.booleans(), st.booleans()), max_size=30
)


def made(drawn: list[tuple[int, float, str, bool, bool]]) -> list[Entry]:
    return [
        Entry(place=f"p{at}", fiscal_year=year, failure="停")
        if failed
        else entry(f"p{at}", total, year, yardstick=stick, complete=complete)
        for at, (year, total, stick, complete, failed) in enumerate(drawn)
    ]


@given(ENTRIES, st.randoms(use_true_random=False))
def test_ranks_hold_what_ranks_promise_in_any_order(drawn: Any, dice: random.Random) -> None:
    entries = made(drawn)
    found = make_portfolio(entries)
    shuffled = list(entries)
    dice.shuffle(shuffled)
    assert make_portfolio(shuffled) == found
    assert {r.entry.place for r in found.rows} == {e.place for e in entries}  # nobody is lost
    for row in found.rows:
        own = row.entry.facts
        peers = [
            r.entry.facts
            for r in found.rows
            if own and r.entry.facts and r.entry.facts.complete
            if (r.entry.fiscal_year, r.entry.facts.yardstick) == (row.entry.fiscal_year, own.yardstick)
        ]
        if own is None or not own.complete or len(peers) == 1:
            assert row.rank is None and row.unranked
        else:
            assert row.rank == 1 + sum(peer.total > own.total for peer in peers) and row.ranked == len(peers)


# --- what stands out ------------------------------------------------------------------------------


def test_one_far_below_the_others_stands_out_in_words() -> None:
    found = make_portfolio([entry(f"p{n}", 95 + n / 10) for n in range(9)] + [entry("远", 71.2)])
    rows = by_place(found)
    assert rows["远"].outliers == ("得分71.2分，明显低于本年度口径1的10个项目的中位数95.35分",)
    assert all(not row.outliers for place, row in rows.items() if place != "远")
    assert found.few == ()


def test_with_few_projects_nothing_stands_out_and_that_is_said() -> None:
    found = make_portfolio([entry(f"p{n}", 95 + n / 10) for n in range(6)] + [entry("远", 71.2)])
    assert all(not row.outliers for row in found.rows)
    assert found.few[0] == "2024年度口径1得分可比的项目7个"


def test_scores_of_another_yardstick_are_no_measure_of_what_stands_out() -> None:
    others = [entry(f"q{n}", 60 + n / 10, yardstick="b") for n in range(8)]
    found = make_portfolio([entry(f"p{n}", 95 + n / 10) for n in range(9)] + others)
    assert all(not row.outliers for row in found.rows)


def test_a_rate_stands_out_across_yardsticks_and_a_trifle_nowhere() -> None:
    rates = [0.98, 0.981, 0.979, 0.98, 0.98, 0.98, 0.982, 0.98, 0.60]
    found = make_portfolio([entry(f"p{n}", 95, execution_rate=r, yardstick="ab"[n % 2]) for n, r in enumerate(rates)])
    assert by_place(found)["p8"].outliers == ("预算执行率60%，明显低于本年度9个项目的中位数98%",)
    trifle = make_portfolio([entry(f"p{n}", 95 if n else 95.5) for n in range(12)])
    assert all(not row.outliers for row in trifle.rows)


def test_most_equal_and_one_far_is_still_seen() -> None:
    found = make_portfolio([entry(f"p{n}", 95 if n else 60) for n in range(12)])
    assert by_place(found)["p0"].outliers and not by_place(found)["p1"].outliers


@given(st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=40), st.decimals(-50, 50, places=1))
def test_distances_do_not_move_with_the_figures(values: list[Decimal], shift: Decimal) -> None:
    moved = distances([value + shift for value in values])
    assert all(abs(a - b) < Decimal("1e-9") for a, b in zip(distances(values), moved, strict=True))
    assert distances([values[0]] * 9) == [0] * 9


def test_notices_are_counted() -> None:
    found = make_portfolio(
        [entry("甲", 90, notice="示例数据：合成"), entry("乙", 91, notice="示例数据：合成"), entry("丙", 92)]
    )
    assert found.notices == (("示例数据：合成", 2),)
