"""A form as the audit reads it: each row's target and actual understood, put against each other once."""

from __future__ import annotations

import re
from dataclasses import KW_ONLY, dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from helpers.forms.audit.written_values import actual_of, damage_of, in_its_period, target_of
from helpers.forms.filled_form import Form, FormRow
from helpers.indicators.attainment import evaluate
from helpers.indicators.findings import Finding, Place
from helpers.indicators.lexicon import direction_of, head_of, is_elsewhere, is_placeholder, words
from helpers.indicators.model import UNKNOWN, Actual, Direction, Outcome, Target
from helpers.indicators.normal_text import normal
from helpers.indicators.rule_sets import RuleSet

CENT = Decimal("0.005")
#: A cell of which the figure was left out.
UNIT_ONLY = re.compile(
    "[≥≤<>=±%‰~*_()/.,;。、]+(?:%|[万千百亿]?元|人次?|个|件|次|户|台|套|项|亩|公里|米|吨)?|[万千百亿]?元|人次?|个|件|次|户|台|套|亩|公里|米|吨"
)
NUMERIC = ("number", "duration", "band", "frequency")


@dataclass(frozen=True)
class Reading:
    """One row understood. ``assumed``: the direction is taken from the row's group, no word says it; ``damage``: why
    the actual is impossible as it stands."""

    row: FormRow
    target: Target
    actual: Actual
    outcome: Outcome
    _: KW_ONLY
    assumed: bool = False
    damage: str | None = None

    @property
    def says_target(self) -> bool:
        return _filled(self.row.target_text)

    @property
    def says_actual(self) -> bool:
        return _filled(self.row.actual_text) or self.actual.value == 0 or self.none_of_it

    @property
    def none_of_it(self) -> bool:
        """无 as the answer of a count of which less is better: said in words, no figure."""
        return "not_applicable" in self.actual.notes and self.target.direction == "lower"

    @property
    def is_blank(self) -> bool:
        """A line of the form that was left empty or crossed out."""
        return (
            not self.says_target
            and not self.says_actual
            and self.row.weight in (None, 0)
            and self.row.score in (None, 0)
        )

    @property
    def full(self) -> bool:
        """Scored with its whole weight."""
        return bool(self.row.weight and self.row.score is not None and self.row.score >= self.row.weight - CENT)

    @property
    def reduced(self) -> bool:
        return self.row.weight is not None and self.row.score is not None and self.row.score < self.row.weight - CENT

    @property
    def missed(self) -> bool:
        return self.outcome.status == "not_met" and "strict_bound_hit" not in self.outcome.notes

    @property
    def reason(self) -> str:
        """What is said about the deviation; empty where the cell only looks filled."""
        text = (self.row.deviation_text or "").strip()
        return (
            ""
            if not text or is_placeholder(normal(text)) or re.fullmatch("(?:无偏差|没有偏差|无原因|正常)[。.]?", text)
            else text
        )

    @property
    def name(self) -> str:
        return self.row.level3 or f"第 {self.row.number} 行"

    def place(self, field: str) -> Place:
        return Place(self.row.number, self.row.level3, field)


@dataclass(frozen=True)
class FormReading:
    """A form with its rows understood; ``rows`` leaves out the lines that were left empty."""

    form: Form
    rows: tuple[Reading, ...]

    @property
    def reports_results(self) -> bool:
        """Whether the form states results at all: a list of targets has none by design."""
        return self.form.kind != "target_only" and any(r.says_actual or r.row.score is not None for r in self.rows)


def finding(
    check: str,
    level: Literal["stop", "note"],
    message: str,
    remedy: str,
    *,
    arithmetic: str | None = None,
    where: Place | None = None,
) -> Finding:
    """One finding; the table is filled in by the audit."""
    return Finding(
        check=check, level=level, message=message, remedy=remedy, arithmetic=arithmetic, where=where or Place()
    )


def read_form(form: Form, rules: RuleSet) -> FormReading:
    """Understand each row once, for all checks."""
    rows = [_read(row, form, rules) for row in form.rows]
    return FormReading(form, tuple(r for r in rows if not r.is_blank))


def _read(row: FormRow, form: Form, rules: RuleSet) -> Reading:
    target = target_of(row.target_text, row.level3)
    assumed = False
    if target.kind in ("number", "duration", "frequency") and target.direction is None:
        guess = direction_by_group(row, target)
        target, assumed = (replace(target, direction=guess), True) if guess else (target, False)
    actual = in_its_period(target, actual_of(row.actual_text))
    damage = damage_of(target, actual, row.level3)
    target, actual = _with_year(target, form.about.year), _with_year(actual, form.about.year)
    if "words_for_zero" in actual.notes and target.direction not in ("lower", None) and target.value != 0:
        actual = replace(actual, kind="unknown", value=None)  # 无 for a target to be reached: nothing is stated
    unclear = target.damaged or damage or "direction_conflict" in target.notes
    outcome = UNKNOWN if unclear else evaluate(target, actual, rules)
    if "operator_copied" in actual.notes and outcome.status != "met":
        outcome = UNKNOWN  # the exact value is not shown
    return Reading(row, target, actual, outcome, assumed=assumed, damage=damage)


def _with_year(value: Any, year: str | None) -> Any:
    """A date without a year is one of the form's year."""
    found = re.search(r"(?:19|20)\d{2}", year or "")
    if value.kind == "date" and found and str(value.value).startswith("--"):
        return replace(value, value=f"{found.group()}-{str(value.value)[2:]}")
    return value


#: A rate that the lexicon does not know may be one of harm, whatever its group; so may what is measured.
MEASURED = re.compile("(?:率|占比|比例|密度|浓度|强度|含量|噪声|噪音|误差|偏差|产生量)$")


def direction_by_group(row: FormRow, target: Target) -> Direction | None:
    """What the indicator's group says where its name does not: more output, less cost, sooner is better."""
    group, head = row.level2 or row.level1 or "", head_of(row.level3 or "")
    if head.endswith(words("neutral_rate")) or any(w in head for w in words("bad")) or MEASURED.search(head):
        return None
    if "提前" in head:
        return "higher"
    if "成本" in group:
        return "lower" if target.unit and target.unit.startswith("元") and not re.search("收入|节约", head) else None
    if "时效" in group or "进度" in group:
        return "higher" if target.unit == "比例" else "lower" if target.kind == "duration" else None
    if (
        re.search("数量|质量|满意|产出", group)
        and not (target.unit or "").startswith("元")
        and target.kind != "duration"
    ):
        return "higher"
    return None


def _filled(text: str | None) -> bool:
    """Whether a cell says anything: no placeholder, and more than a sign or a unit (≥, %, 万元)."""
    plain = normal(text or "")
    return bool(plain) and not is_placeholder(plain) and not UNIT_ONLY.fullmatch(plain)


def known_direction(reading: Reading) -> Direction | None:
    """The direction that the text or the name states."""
    return None if reading.assumed else reading.target.direction


def show(number: Fraction | Decimal | float | None, digits: int = 4) -> str:
    """A number for a sentence, without trailing zeros."""
    if number is None:
        return "—"
    text = f"{float(number):.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


__all__ = [
    "CENT",
    "NUMERIC",
    "FormReading",
    "Reading",
    "direction_by_group",
    "direction_of",
    "finding",
    "is_elsewhere",
    "known_direction",
    "read_form",
    "show",
]
