"""What a year would come to with another target: status, attainment, score, total; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from helpers.indicators.plain import plain
from helpers.lab.lab_error import LabError, unknown
from helpers.lab.lab_year import LabYear
from helpers.measures.year_attained import Attained, Part, YearAttained, attain_year
from helpers.report import wording as w
from helpers.year.crosscheck import crosscheck
from helpers.year.load import Year

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Came:
    """What an indicator came to: of a part ``score`` is that of its whole indicator."""

    target: str
    status: str
    attainment: float | None
    score: float | None
    total: float
    grade: str | None


@dataclass(frozen=True)
class Tried:
    """The trial beside what is declared; ``status``, ``attainment``, ``score`` and so on are the trial's."""

    indicator: str
    before: Came
    after: Came

    @property
    def status(self) -> str:
        """met · partly_met · not_met · unknown."""
        return self.after.status

    @property
    def attainment(self) -> float | None:
        return self.after.attainment

    @property
    def score(self) -> float | None:
        return self.after.score

    @property
    def total(self) -> float:
        return self.after.total

    @property
    def grade(self) -> str | None:
        return self.after.grade

    @property
    def table(self) -> pd.DataFrame:
        """Both side by side."""
        import pandas as pd

        rows = {
            "年度指标值": (self.before.target, self.after.target),
            "完成情况": (w.status_words(self.before.status), w.status_words(self.after.status)),
            "完成率": (_rate(self.before.attainment), _rate(self.after.attainment)),
            "得分": (self.before.score, self.after.score),
            "总分": (self.before.total, self.after.total),
            "等级": (self.before.grade, self.after.grade),
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=["现在", "试算"])

    def __repr__(self) -> str:
        return f"{self.indicator}（试算，没有写入任何文件）\n{self.table}"

    def _repr_html_(self) -> str:
        return f"<p>{self.indicator}（试算，没有写入任何文件）</p>{self.table.to_html()}"


def tried(year: LabYear, indicator: str, target: str) -> Tried:
    """See ``LabYear.try_target``."""
    now = year.declared
    known = [*year.indicators.index]
    if indicator not in known:
        raise unknown("no_indicator", "指标", indicator, known)
    other = _with_target(now, indicator, target)
    said = {str(fault) for fault in crosscheck(now)}
    wrong = [fault for fault in crosscheck(other) if str(fault) not in said]
    if wrong:
        lines = [one.message + (f"（{one.hint}）" if one.hint else "") for one in wrong]
        raise LabError("bad_target", f"{indicator} 的指标值不能写 {target}：" + "；".join(lines))
    return Tried(indicator, _came(_attained_now(year), indicator), _came(_attained(year, other), indicator))


@lru_cache(maxsize=2)
def _attained_now(year: LabYear) -> YearAttained:
    return attain_year(year.declared, year.engine)


def _attained(year: LabYear, other: Year) -> YearAttained:
    with year.over(other) as measures:
        return attain_year(other, measures)


def _with_target(year: Year, indicator: str, target: str) -> Year:
    """The year with one target changed."""
    id_, _, part = indicator.partition(".")
    changed = []
    for one in year.indicators.indicators:
        if one.id != id_:
            changed.append(one)
            continue
        if one.not_applicable is not None:
            raise LabError("not_applicable", f"指标 {id_} 本年度不适用，没有可以试算的")
        if not part and one.parts:
            names = "、".join(f"{id_}.{p.name}" for p in one.parts)
            raise LabError("has_parts", f"指标 {id_} 有几个部分，各有各的指标值", f"写其中一个：{names}")
        parts = tuple(p.model_copy(update={"target": target}) if p.name == part else p for p in one.parts)
        changed.append(one.model_copy(update={"parts": parts} if part else {"target": target}))
    return replace(year, indicators=year.indicators.model_copy(update={"indicators": tuple(changed)}))


def _came(found: YearAttained, indicator: str) -> Came:
    id_, _, part = indicator.partition(".")
    whole = next(one for one in found.indicators if one.spec.id == id_)
    one: Attained | Part = next((p for p in whole.parts if p.spec.name == part), whole)
    return Came(
        target=one.spec.target,
        status=one.outcome.status,
        attainment=plain(one.outcome.attainment),
        score=plain(whole.score),
        total=plain(found.total.total),
        grade=found.total.grade,
    )


def _rate(value: float | None) -> str:
    return w.value_text(value, "比例")
