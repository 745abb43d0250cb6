"""The score that a form's own figures give by the rule set, to stand beside the printed one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from helpers.forms.audit.reading import read_form
from helpers.forms.filled_form import Form
from helpers.indicators.rule_sets import RuleSet
from helpers.indicators.scoring import rate_of, rounded, score


@dataclass(frozen=True)
class Recomputed:
    """``total``: None where no row has a weight. ``as_printed``: rows that cannot be judged and count as printed."""

    total: Decimal | None
    as_printed: int = 0


def recomputed(form: Form, rules: RuleSet) -> Recomputed:
    """Each row by its target and actual, the execution by its rate; what cannot be judged counts as printed."""
    whole, as_printed, weighed = Decimal(0), 0, False
    for read in read_form(form, rules).rows:
        if read.row.weight is None:
            continue
        weighed = True
        satisfaction = "满意" in (read.row.level1 or "") + (read.row.level3 or "")
        own = score(read.row.weight, read.outcome, rules, satisfaction=satisfaction, rate=rate_of(read.actual))
        as_printed += own is None
        whole += (read.row.score or Decimal(0)) if own is None else own
    if not weighed:
        return Recomputed(None)
    return Recomputed(whole + _execution(form), as_printed)


def _execution(form: Form) -> Decimal:
    funds = form.funds
    if form.exec_weight is None or funds.spent is None or not funds.adjusted:
        return form.exec_score or Decimal(0)
    return rounded(
        Fraction(form.exec_weight)
        * max(Fraction(0), min(Fraction(1), Fraction(funds.spent) / Fraction(funds.adjusted)))
    )
