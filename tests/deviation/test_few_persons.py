"""Where each row is a person, groups of one or two are told together with others."""

from __future__ import annotations

import pandas as pd

from helpers.deviation.few_persons import OTHERS, of_persons, told_together
from helpers.year.tables import Table


def table(**more: object) -> Table:
    columns = {"token": "答卷", "dept": "部门"}
    return Table.model_validate({"title": "问卷", "files": "a.csv", "columns": columns, **more})


def test_rows_are_persons_where_their_key_is_personal() -> None:
    assert of_persons(table(key="token", personal=["token"]))
    assert not of_persons(table(key="token"))
    assert not of_persons(table(personal=["token"]))


def together(*sizes: int) -> dict[str, int]:
    names = [f"D{n}" for n, size in enumerate(sizes) for _ in range(size)]
    return told_together(pd.Series([*names, None], dtype=object)).value_counts().to_dict()


def test_groups_of_one_and_two_are_merged() -> None:
    assert together(5, 4, 2, 1) == {"D0": 5, "D1": 4, OTHERS: 3}
    assert together(5, 4, 3) == {"D0": 5, "D1": 4, "D2": 3}


def test_a_merged_group_that_is_small_itself_takes_the_next_one() -> None:
    assert together(5, 4, 1) == {"D0": 5, OTHERS: 5}
    assert together(1, 1) == {OTHERS: 2}
