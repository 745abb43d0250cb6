"""Weights of indicators that did not apply go to the others, in hundredths that add up exactly."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from helpers.indicators import rescaled

WEIGHTS = st.lists(st.decimals(min_value="0.01", max_value="90", places=2), min_size=1, max_size=60)


def test_three_of_four_equal_weights_carry_the_fourth() -> None:
    assert rescaled([Decimal(20)] * 3, Decimal(90)) == [Decimal(30)] * 3
    assert rescaled([Decimal("12.5"), Decimal(30), Decimal(10)], Decimal(90)) == [
        Decimal("21.43"),
        Decimal("51.43"),
        Decimal("17.14"),
    ]


@given(WEIGHTS, st.sampled_from([Decimal(90), Decimal(100), Decimal(80)]))
def test_they_add_up_and_keep_their_order(weights: list[Decimal], whole: Decimal) -> None:
    spread = rescaled(weights, whole)
    assert sum(spread) == whole
    assert all(
        abs(new - old * whole / sum(weights)) < Decimal("0.01") for new, old in zip(spread, weights, strict=True)
    )
    assert all(
        a <= b
        for old, a in zip(weights, spread, strict=True)
        for heavier, b in zip(weights, spread, strict=True)
        if old < heavier
    )
