"""What columns are called says nothing about what is found in them: each word that a query uses for its own columns."""

from __future__ import annotations

import datetime
import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import helpers
from helpers.activity import looked_through
from helpers.activity.clean import clean_year
from helpers.gate import judge_year
from helpers.year.expressions import GIVEN
from helpers.year.load import load_year
from tests import small_year
from tests.activity.test_long_tables import make_long, tables

ROLES = ("id", "who", "kind", "note", "at", "done", "held", "back", "held_2", "back_2", "amount")
REPLY_ROLES = ("reply_id", "speed", "manner", "whole", "sent_at")
WORD = re.compile(r"[a-z][a-z0-9_]*")
#: Names by which values were once mistaken.
FOUND_ONCE = {"amount": "place", "kind": "island", "at": "fresh", "speed": "reply", "manner": "run", "sent_at": "n"}
#: So many sets of names are tried, each with every other word.
SETS = 8


def year(name: dict[str, str]) -> str:
    of = name.__getitem__
    return f"""\
  tickets:
    title: 工单
    files: exports/a.csv
    columns: {{{of("id")}: 编号, {of("who")}: 报修人代码, {of("kind")}: 类别, {of("note")}: 说明,
      {of("at")}: {{from: 受理, type: datetime}}, {of("done")}: {{from: 完成, type: datetime}},
      {of("held")}: {{from: 停, type: datetime}}, {of("back")}: {{from: 复, type: datetime}},
      {of("held_2")}: {{from: 再停, type: datetime}}, {of("back_2")}: {{from: 再复, type: datetime}},
      {of("amount")}: {{from: 金额, type: number}}}}
    key: {of("id")}
    personal: [{of("who")}]
    year_by: {of("at")}
    near_duplicates: [{{columns: [{of("who")}, {of("kind")}], by: {of("at")}, within: 90 分钟, why: 重复报修}}]
    out_of_scope: [{{where: "{of("note")} = '测试'", why: 测试工单}}]
    derived:
      office_hours_spent: {{clock: office_hours, start: {of("at")}, end: {of("done")}, words: 办公小时,
        office_hours: {{mon-fri: ["09:00-17:00"]}},
        hold: [{{from: {of("held")}, to: {of("back")}}}, {{from: {of("held_2")}, to: {of("back_2")}}}]}}
  survey:
    title: 问卷
    files: exports/s.csv
    columns: {{{of("reply_id")}: 序号, {of("speed")}: 响应速度, {of("manner")}: 服务态度, {of("whole")}: 总体评价,
      {of("sent_at")}: {{from: 提交时间, type: datetime}}}}
    key: {of("reply_id")}
    year_by: {of("sent_at")}
"""


def exports() -> dict[str, str]:
    """Telephone numbers, a total, rows handed in twice and a run of equal replies among others."""
    dice, tickets = random.Random(7), ["编号,报修人代码,类别,说明,受理,完成,停,复,再停,再复,金额"]
    moment = datetime.datetime(2024, 1, 2, 9)
    for n in range(120):
        moment += datetime.timedelta(minutes=dice.choice([30, 3000, 4500]))
        times = [moment + datetime.timedelta(minutes=m) for m in (0, dice.choice([60, 300, 1800]), 5, 25, 15, 40)]
        told = [f"{t:%Y-%m-%d %H:%M:%S}" for t in times]
        note = dice.choice(["换了硬盘", "测试", f"请致电 138{n:08}", f"请致电 138{n:08}"])
        held = told[2:] if n % 3 == 0 else [""] * 4
        tickets.append(
            ",".join([f"T{n:03}", f"U{n % 5}", dice.choice(["维修", "保养"]), note, *told[:2], *held, str(n)])
        )
    tickets += [tickets[5], ",,合计,,,,,,,,999"]
    replies, sent = ["序号,响应速度,服务态度,总体评价,提交时间"], datetime.datetime(2024, 3, 1, 9)
    for n in range(90):
        sent += datetime.timedelta(minutes=dice.randrange(4000))
        said = ["满意"] * 3 if 30 <= n < 60 else dice.choices(["满意", "基本满意", "不满意"], k=3)
        replies.append(",".join([str(n + 1), *said, f"{sent:%Y-%m-%d %H:%M:%S}"]))
    return {"a.csv": "\n".join(tickets) + "\n", "s.csv": "\n".join(replies) + "\n"}


def found(root: Path, names: dict[str, str]) -> list[Any]:
    """What cleaning and the gate find, without the names."""
    small_year.write(root, small_year.head() + year(names), files=exports())
    (root / "data" / ".personal.key").write_bytes(b"k" * 32)
    loaded, out = load_year(root, 2024), root / "out"
    accounts = clean_year(loaded, out)
    checks = [vars(check) for check in judge_year(loaded, out, accounts).checks]
    return [leaves(told) for told in ([one.to_json() for one in accounts], tables(out), checks)]


def leaves(told: Any) -> Counter[str]:
    """The values in it, words of year files apart."""
    if isinstance(told, dict):
        told = [*told.values()]
    if isinstance(told, list | tuple):
        return sum(map(leaves, told), Counter())
    text = told if isinstance(told, str) else json.dumps(told, default=str)
    return Counter() if WORD.fullmatch(text) else Counter([WORD.sub("#", text)])


def words() -> list[str]:
    """What queries call their own columns and tables, anywhere."""
    texts = (path.read_text(encoding="utf-8") for path in Path(helpers.__file__).parent.rglob("*.py"))
    return sorted({word for text in texts for word in re.findall(r"\bAS ([a-z][a-z0-9_]*)\b", text)} - {*GIVEN})


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return found(tmp_path_factory.mktemp("usual"), {role: f"own_{role}" for role in (*ROLES, *REPLY_ROLES)})


@pytest.mark.parametrize("number", range(SETS))
def test_no_word_of_a_query_is_taken_for_a_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual: list[Any], number: int
) -> None:
    monkeypatch.setattr(looked_through, "HELD", 5)  # more rows than that are asked once more
    if number % 2:
        make_long(monkeypatch, looked_through.FEW)
    every = words()
    random.Random(number).shuffle(every)
    first = FOUND_ONCE if number == 0 else {}
    free = iter([word for word in every if word not in first.values()])
    assert found(tmp_path, {role: first.get(role) or next(free) for role in (*ROLES, *REPLY_ROLES)}) == usual
