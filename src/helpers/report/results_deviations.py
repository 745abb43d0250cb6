"""The shape of a deviation in results.json: causes, what chance allows, control chart, time in state."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from helpers.report.results_basics import Count, Figure, Integer, Interval, Name, Open, Share, Size, Text


class Replayed(TypedDict):
    """The actual without a cause, with its 95 % interval. basis: the wait recorded for the cause (wait) cut out of its
    late cases and the clocks run again (recorded_waits), or the group at the rate, or mean, of all other rows
    (others_rate). saved: the misses fewer; null for a mean.
    """

    value: float
    low: float
    high: float
    basis: Literal["recorded_waits", "others_rate"]
    wait: Text
    saved: Figure


class Others(TypedDict):
    """A group with the dimensions of ``adjusted_for`` held alike: the misses to be expected of its rows then, those
    beyond them, and how many times the odds of the other rows it has; null where no others are left to compare.
    turned: beside all rows the group stands on the other side, beyond chance.
    """

    expected: Size
    excess: float
    odds_ratio: NotRequired[Size | None]
    turned: NotRequired[bool]


class Cause(TypedDict):
    """contribution: the group's part of the gap, in its unit, adding up to it within a dimension; avoidable: the
    actual had every miss of the group been kept, the most there can be; replayed: what the records bear out. Neither
    is ever added.
    """

    dimension: NotRequired[Text]
    dimension_words: NotRequired[Text]
    cause: Text
    contribution: float
    avoidable: NotRequired[Figure]
    replayed: NotRequired[Replayed | None]
    rows: NotRequired[Count | None]
    misses: NotRequired[Count | None]
    expected: NotRequired[
        Annotated[
            Size | None,
            Field(
                description="Misses at the rate of all rows, or of those with a value (compared_with), where every "
                "row could belong to the group."
            ),
        ]
    ]
    beyond_chance: NotRequired[
        Annotated[
            bool | None,
            Field(
                description="Whether the group has more misses than chance gives it; null where that was not tested."
            ),
        ]
    ]
    adjusted: NotRequired[Others | None]
    words: NotRequired[Text]


class Drill(TypedDict):
    """How many misses one combination of values has; further dimensions stand beside these two."""

    cause: NotRequired[Text]
    device_model: NotRequired[Text]
    rows: Count


class Ticket(TypedDict):
    """A row that missed, with the columns of its table."""

    ticket_id: str
    opened_at: NotRequired[Text]
    resolved_at: NotRequired[Text]
    cause: NotRequired[Text]
    device_model: NotRequired[Text]
    part_no: NotRequired[Text]
    workdays: NotRequired[Figure]
    hours: NotRequired[Figure]


class Composition(TypedDict):
    """A change split by one column: mix comes from other cases than before, rate from the same cases faring otherwise;
    together they are the change (E. M. Kitagawa 1955). declared: a dimension of the indicator.
    """

    dimension: Name
    mix: float
    rate: float
    groups: Count
    declared: bool


class Since(TypedDict):
    """Last year's figure; change is this year's less last year's, null where the two are not measured alike."""

    fiscal_year: Integer
    value: Figure
    unit: NotRequired[Text]
    change: Figure
    comparable: NotRequired[bool]
    p_value: NotRequired[Share | None]
    beyond_chance: NotRequired[bool | None]
    composition: NotRequired[list[Composition]]
    part_of_year: NotRequired[Annotated[bool, Field(description="Either year's records cover a part of it.")]]
    repeats_unlike: NotRequired[
        Annotated[bool, Field(description="Repeats of one year alone were held against the year before it.")]
    ]


class Comparison(Since):
    """A measured result beside last year's, whether it was raised or not."""

    indicator: Name
    part: NotRequired[Text]


class Trend(TypedDict):
    """A course against the target beyond chance. slope: change a month; first, last: fitted; ahead: next year's figure
    if it goes on so.
    """

    by: Annotated[list[Literal["months", "last_year"]], Field(min_length=1)]
    tau: NotRequired[Annotated[float, Field(ge=-1, le=1)]]
    p_value: NotRequired[Share]
    months: NotRequired[Count]
    slope: NotRequired[float]
    first: NotRequired[float]
    last: NotRequired[float]
    ahead: NotRequired[float]
    ahead_misses: NotRequired[bool]
    seasonal: NotRequired[Annotated[bool, Field(description="Last year's months went the same way.")]]


class Dimension(TypedDict):
    """tells_apart: whether some group is beyond chance with the dimensions of adjusted_for held alike; explained_by:
    those with which held alike none is, though one was without them; clustered_by: what misses come in blocks of, where
    such blocks alone bring about as much.
    """

    dimension: Name
    test: NotRequired[Literal["chi_square", "permutation", "evenness", "rank"] | None]
    groups: NotRequired[Count]
    p_value: NotRequired[Share | None]
    tells_apart: bool | None
    compared_with: NotRequired[Literal["all", "recorded"] | None]
    adjusted_for: NotRequired[list[str] | None]
    adjusted_p_value: NotRequired[Share | None]
    explained_by: NotRequired[list[str]]
    clustered_by: NotRequired[Literal["day", "week", "device"] | None]


class Combination(TypedDict):
    """A combination of up to three values with more misses than chance explains. chance: of this very combination;
    p_value: of any of the combinations looked at, rows and whole days, weeks or machines dealt anew.
    """

    values: dict[str, str]
    rows: Count
    misses: Count
    share: Share
    expected: NotRequired[Size]
    excess: NotRequired[float]
    lift: NotRequired[Size]
    chance: NotRequired[Share]
    p_value: NotRequired[Share]
    looked_at: NotRequired[Count]
    replayed: NotRequired[Replayed]
    unknown: NotRequired[Annotated[Count, Field(description="Misses without a value, where half of them have none.")]]


class Lead(TypedDict):
    """The strongest cause over all dimensions, by its misses beyond those to be expected (excess)."""

    kind: Literal["recorded", "group", "combination"]
    dimension: NotRequired[Text]
    cause: NotRequired[Text]
    values: dict[str, str]
    rows: Count
    misses: Count
    expected: NotRequired[Size | None]
    excess: float
    contribution: NotRequired[Figure]
    unknown: NotRequired[Annotated[Count, Field(description="Misses without a value, where half of them have none.")]]


class StateTime(TypedDict):
    state: Name
    seconds: Count
    hours: NotRequired[Size]
    rows: Count
    share: NotRequired[Share | None]


class Spent(TypedDict):
    rows: Count
    left_out: Count
    seconds: Count
    hours: NotRequired[Size]
    parts: list[StateTime]


class States(TypedDict):
    """Where the time of the cases went. The seconds of the parts add up exactly."""

    start: NotRequired[str]
    end: NotRequired[str]
    start_words: NotRequired[str]
    end_words: NotRequired[str]
    all: Spent
    misses: Spent


class ControlPoint(TypedDict):
    month: str
    value: float
    n: Count
    low: Figure
    high: Figure
    small: NotRequired[bool]
    rules: NotRequired[list[str]]


class Signal(TypedDict):
    rule: str
    words: str
    side: NotRequired[Literal["high", "low"]]
    months: Annotated[list[str], Field(min_length=1)]
    favourable: NotRequired[bool | None]
    misses: NotRequired[Count]
    tickets: NotRequired[list[str]]
    composition: NotRequired[list[Composition]]


class Control(TypedDict):
    """A control chart by month. centre and limits are null with too few months."""

    kind: Literal["xmr", "p", "c"]
    centre: Figure
    source: NotRequired[str]
    rules: NotRequired[list[str]]
    range_limit: NotRequired[Figure]
    dispersion: NotRequired[
        Annotated[
            Size | None,
            Field(description="Of a share: how many times wider its months vary than sampling makes them (Laney)."),
        ]
    ]
    based_on: NotRequired[Annotated[int, Field(description="Months that centre and limits rest on.")]]
    missing: NotRequired[list[str]]
    small: NotRequired[Annotated[list[str], Field(description="Months with too few rows for the usual limits.")]]
    wide_ranges: NotRequired[list[str]]
    points: list[ControlPoint]
    signals: list[Signal]


class Deviation(TypedDict):
    """gap: target minus actual in the target's unit (for an upper bound the other way round);
    positive is a shortfall."""

    indicator: Name
    part: NotRequired[Text]
    kind: Literal["shortfall", "overshoot", "fragile", "trend"]
    gap: NotRequired[Figure]
    unit: NotRequired[Text]
    points_lost: NotRequired[
        Annotated[
            Figure,
            Field(description="Of the indicator's weight; of a part, before the indicator's score is rounded."),
        ]
    ]
    since_last_year: NotRequired[Since | None]
    trend: NotRequired[Trend | None]
    causes: NotRequired[list[Cause]]
    dimensions: NotRequired[
        Annotated[
            list[Dimension],
            Field(
                description="Whether each dimension tells its groups apart beyond chance, in the order of the causes."
            ),
        ]
    ]
    lead: NotRequired[Lead | None]
    combinations: NotRequired[list[Combination]]
    concentration: NotRequired[
        Annotated[
            Combination | None,
            Field(description="Of the combinations of several values the one with the most misses."),
        ]
    ]
    unexplained_rows: NotRequired[Count | None]
    interval: NotRequired[Interval | None]
    drilldown: NotRequired[list[Drill]]
    tickets: NotRequired[list[Ticket]]
    drill_columns: NotRequired[
        Annotated[
            list[str], Field(description="The dimensions of the drill-down in the order in which they are shown.")
        ]
    ]
    ticket_columns: NotRequired[
        Annotated[list[str], Field(description="The columns of the tickets in the order in which they are shown.")]
    ]
    states: NotRequired[States | None]
    control: NotRequired[Control | None]
    text_facts: NotRequired[Open | None]
    column_words: NotRequired[
        Annotated[
            dict[str, str] | None,
            Field(description="What columns of the records are called, for dimensions and tickets."),
        ]
    ]
