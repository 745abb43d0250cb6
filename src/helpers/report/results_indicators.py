"""The shape of an indicator in results.json: target, actual, evidence, parts."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from helpers.report.results_basics import (
    Count,
    Day,
    Figure,
    Hash,
    Integer,
    Interval,
    Name,
    Size,
    Status,
    Text,
    Value,
    closed,
)


@closed
class File(TypedDict):
    """A file by its path inside the project root."""

    file: Name
    sha256: Hash
    bytes: NotRequired[Count]


@closed
class Document(TypedDict):
    """A supporting document; custodian is a post."""

    document: Name
    date: NotRequired[Day | None]
    custodian: NotRequired[Text]
    file: NotRequired[Text]
    sha256: NotRequired[Hash | None]


class Target(TypedDict):
    kind: Literal["number", "duration", "date", "period", "band", "frequency", "choice", "compound", "unknown"]
    op: Literal["<", "<=", "=", ">=", ">"] | None
    value: Value
    unit: Text
    direction: Literal["higher", "lower", "equal"] | None
    direction_source: NotRequired[Literal["text", "year_file", "lexicon", "unknown"] | None]
    reason: NotRequired[Text]


class Month(TypedDict):
    month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]
    value: Figure
    n: NotRequired[Count | None]


class Previous(TypedDict):
    """Last year's result of the same indicator."""

    fiscal_year: Integer
    actual: NotRequired[Value]
    actual_text: NotRequired[Text]
    status: NotRequired[Status | None]
    target_text: NotRequired[Text]
    unlike: NotRequired[
        Annotated[
            Literal["part_of_year", "repeats", "measured"],
            Field(description="Why it does not compare with this year's; not there where it does."),
        ]
    ]


class Bounds(TypedDict):
    """Between which values a figure lies because rows were lost or cells unreadable: all good, or all bad;
    null: not known on that side."""

    lost_rows: Annotated[int, Field(ge=1)]
    low: Figure
    high: Figure
    unit: NotRequired[Text]


class SetAside(TypedDict):
    reason: Name
    rows: Count


class Evidence(TypedDict):
    """Where a figure comes from. ``inputs``: of a computed one the exports, of one that is stated or rated the year
    file that says so. ``rows``: the records that it is taken of; ``set_aside``, ``corrected``: the rows of the exports
    that were left out on the way, by reason, and those that were changed."""

    kind: Literal["computed", "stated", "rated"]
    measure: NotRequired[Text]
    words: NotRequired[Text]
    sql: NotRequired[Text]
    monthly_sql: NotRequired[Annotated[Text, Field(description="The query of the same figure by month.")]]
    clocks: NotRequired[Annotated[list[str], Field(description="What each clock that the figure reads counts.")]]
    inputs: NotRequired[list[File]]
    rows: NotRequired[Count | None]
    set_aside: NotRequired[list[SetAside]]
    corrected: NotRequired[Count | None]
    note: NotRequired[Text]
    method: NotRequired[Text]
    documents: NotRequired[list[Document]]
    bounds: NotRequired[Bounds]


class _IndicatorHead(TypedDict):
    id: Name
    name: NotRequired[Text]
    level1: Text
    level2: Text


class _PartHead(TypedDict):
    id: NotRequired[Name]
    name: NotRequired[Text]
    level1: NotRequired[Text]
    level2: NotRequired[Text]


class Judged(TypedDict):
    """What an indicator and a part of one have in common."""

    level3: Name
    definition: NotRequired[Text]
    target_text: Text
    target: Target
    actual_text: Text
    actual: Value
    actual_unit: NotRequired[Text]
    decimals: NotRequired[Count | None]
    attainment: Size | None
    variance: NotRequired[Figure]
    variance_rate: NotRequired[Figure]
    favourable: NotRequired[bool | None]
    status: Status
    weight: Size | None
    score: Size | None
    required: NotRequired[Annotated[float, Field(gt=0, le=1)] | None]
    share_of_weight: NotRequired[Figure]
    interval: NotRequired[Interval | None]
    notes: NotRequired[list[str]]
    direction_words: NotRequired[Text]
    previous: NotRequired[Previous | None]
    monthly: NotRequired[list[Month]]
    evidence: NotRequired[Evidence | None]
    parts: NotRequired[list[Part]]


class Indicator(_IndicatorHead, Judged):
    """One indicator."""


class Part(_PartHead, Judged):
    """One part of a compound target; name is the part's."""


class Score(TypedDict):
    total: float
    upper: float
    grade: Text
    basis: NotRequired[Text]
