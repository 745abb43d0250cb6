"""The shapes of the plans in results.json: improvement measures, spare parts, replacements."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import BeforeValidator, Field
from typing_extensions import TypedDict

from helpers.report.results_basics import Count, Day, Figure, Integer, Interval, Name, Open, Share, Text, Value, whole


class Yardstick(TypedDict):
    measure: NotRequired[Text]
    words: NotRequired[Text]
    target: NotRequired[Value]
    target_text: NotRequired[Text]
    before: NotRequired[Value]
    after: NotRequired[Value]
    unit: NotRequired[Text]


class Untouched(TypedDict):
    """Rows of the same table that the measure did not touch: their condition, and their figure before and after."""

    where: Text
    declared: bool
    before: Figure
    after: Figure


class MeasuredEffect(TypedDict):
    """What a finished measure moved: the yardstick before and after the day on which it was finished, the change less
    that of the untouched rows and of the season, its 95 % interval and two-sided p value with months as clusters.
    a_year: figures are a year's worth of a count or sum; carried: how much of a month carries over into the next;
    regression_to_mean: the year before had missed, and the p value allows for that.
    """

    before: Figure
    after: Figure
    change: float
    interval: Interval
    a_year: NotRequired[bool]
    p_value: Share
    months_before: Count
    months_after: Count
    carried: NotRequired[Share]
    comparison: Untouched | None
    regression_to_mean: bool
    already_improving: NotRequired[bool]
    seasonal: NotRequired[bool]


class ReplayedAction(TypedDict):
    """What the replay gives for the options that a measure carries, each case once; reason: why it gives nothing.
    reaches_target: whether the yardstick's target is kept then, where it is the same figure.
    """

    options: list[Name]
    reason: Text
    measure: NotRequired[Text]
    cost: NotRequired[Figure]
    saved: NotRequired[Figure]
    low: NotRequired[Figure]
    high: NotRequired[Figure]
    before: NotRequired[Figure]
    after: NotRequired[Figure]
    reaches_target: NotRequired[bool | None]


class Action(TypedDict):
    """One improvement measure."""

    id: Name
    indicator: Name
    cause: NotRequired[Text]
    confirmed: NotRequired[bool | None]
    action: Name
    part: NotRequired[Text]
    quantity: NotRequired[Text]
    cost: NotRequired[Figure]
    owner: NotRequired[Text]
    due: NotRequired[Day | None]
    yardstick: NotRequired[Yardstick | None]
    status: Literal["proposed", "adopted", "done", "carried"]
    expected_effect: NotRequired[Text]
    replayed: NotRequired[ReplayedAction | None]
    carried_from: NotRequired[Text]
    done_on: NotRequired[Day | None]
    verified: NotRequired[bool | None]
    conclusion: NotRequired[Text]
    effect: NotRequired[MeasuredEffect | None]


class CountedShare(TypedDict):
    """A share with its counts; value is null of nothing."""

    hits: Integer
    n: Integer
    value: Figure


class StockEffect(TypedDict):
    """Demands replayed with a stock: filled are those that did not wait; fill_interval_months allows for shortages
    that come together.
    """

    demands: Count
    filled: Count
    fill_rate: Figure
    fill_interval: NotRequired[Interval | None]
    fill_interval_months: NotRequired[Interval | None]
    wait_unknown: NotRequired[Integer | None]
    wait_before_hours: NotRequired[Figure]
    wait_after_hours: NotRequired[Figure]
    wait_avoided_hours: NotRequired[Figure]
    tickets_saved: NotRequired[Integer | None]
    tickets_lost: NotRequired[Integer | None]
    after_alone: NotRequired[CountedShare | None]


class _Replayed(TypedDict):
    replay_on: NotRequired[Integer]
    before: NotRequired[CountedShare | None]
    after: NotRequired[CountedShare | None]
    limit: NotRequired[CountedShare | None]
    reason: NotRequired[Text]
    not_planned: NotRequired[Integer]
    undated: NotRequired[Integer]
    assumed_leads: NotRequired[Integer]


class StockRun(_Replayed, StockEffect):
    """The whole replay: the measure as recorded (before), as replayed (after), and had no planned part been waited for
    (limit).
    """


class SparePart(TypedDict):
    """One part: demand, lead times in seconds, price in 元, base stock; stock is null with a reason."""

    part: str
    name: NotRequired[Text]
    demand: Count
    models: NotRequired[list[Open]]
    lead: NotRequired[Open | None]
    price: NotRequired[Figure]
    dispersion: NotRequired[Open | None]
    distribution: NotRequired[Literal["poisson", "negative_binomial"] | None]
    demand_in_lead: NotRequired[Figure]
    stock: Annotated[int, Field(ge=1), BeforeValidator(whole)] | None
    service: NotRequired[Figure]
    cost: NotRequired[Figure]
    reason: Text
    effect: NotRequired[StockEffect | None]


class Replacement(TypedDict):
    """Failures a machine-year by model and age with exact 95 % intervals, and the machines to replace first; plan is
    null with a reason.
    """

    year: NotRequired[Integer]
    devices: NotRequired[Integer]
    machine_years: NotRequired[float]
    failures: NotRequired[Integer]
    without_device: NotRequired[Integer]
    without_model: NotRequired[Integer]
    without_bought: NotRequired[Integer]
    age_bands: NotRequired[list[Integer]]
    fleet: NotRequired[Open]
    models: list[Open]
    cells: NotRequired[list[Open]]
    plan: NotRequired[Open | None]
    reason: Text


class Bought(TypedDict):
    """Pieces of a part: the stock, and how many are there already."""

    part: str
    stock: Count
    on_hand: Count


class Checked(TypedDict):
    """The same planned on last year's records and replayed on this year's."""

    planned_on: Integer
    replayed_on: Integer
    cost: Figure
    saved: float
    low: float
    high: float


class MoneyOption(TypedDict):
    """One measure: cost in 元 (null: not recorded), cases more in time a year with their 95 % interval, 元 a case, and
    the share before and after. standing: of the budget within which machines are chosen.
    """

    id: Name
    kind: Literal["spares", "replacement", "both", "process", "limit", "set"]
    words: str
    basis: Text
    measure: Name
    cost: Figure
    standing: Literal["assumed", "approved"] | None
    saved: float
    low: float
    high: float
    per_case: Figure
    per_case_low: Figure
    per_case_high: Figure
    before: Figure
    after: Figure
    parts: list[Bought]
    machines: Integer | None
    checked: Checked | None


class SparesAlone(TypedDict):
    """What the spare parts of a set cost and save without its machines."""

    cost: Figure
    saved: float


class ChosenSet(MoneyOption):
    """The set that keeps most cases in time within the budget."""

    budget: Figure
    spares_alone: SparesAlone | None


class Overlap(TypedDict):
    """Two options that would save the same cases: shared is what they count twice when added up."""

    options: list[Name]
    part: Text
    model: Text
    shared: float
    saved_together: float


class Options(TypedDict):
    """Measures compared by money. reasons: what could not be compared, and why."""

    measure: Text
    measure_words: Text
    rows: list[MoneyOption]
    chosen: ChosenSet | None
    overlaps: list[Overlap]
    reasons: list[str]
    assumptions: list[str]


class Spares(TypedDict):
    """The spare-part plan, proved by replay of this year (replay) and of last year's plan on this year
    (out_of_sample), and the replacement plan. proposals are plan rows that nobody has adopted.
    """

    fiscal_year: Integer
    service_level: NotRequired[Figure]
    measure: NotRequired[Text]
    measure_words: NotRequired[Text]
    reason: Text
    parts: list[SparePart]
    totals: NotRequired[Open | None]
    replay: StockRun | None
    out_of_sample: Open | None
    replacement: Replacement
    proposals: list[Action]
    options: NotRequired[Options | None]
    assumptions: NotRequired[list[str]]
