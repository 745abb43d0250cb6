"""The shapes of results.json: what pydantic validates, what the schema is generated from, what mypy knows.

To add an optional key, add one line to its TypedDict, ``name: NotRequired[Text]`` (at the place where it
is to stand in the file: keys are written in this order), and run ``make schema``, which writes
``results.schema.json`` again. A key that every file must have is written without ``NotRequired``; ``| None``
says that it may be null. A new object is a new TypedDict; objects take keys that are not named here,
unless they are marked ``closed``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import BeforeValidator, Field
from typing_extensions import TypedDict

from helpers.report.results_basics import (
    Count,
    Day,
    Figure,
    Hash,
    Integer,
    Name,
    Open,
    Size,
    Text,
    Value,
    closed,
    loose,
    whole,
)
from helpers.report.results_deviations import Comparison, Deviation
from helpers.report.results_indicators import Bounds, Evidence, File, Indicator, Month, Score, SetAside
from helpers.report.results_plans import Action, Spares

# --- the project and its money --------------------------------------------------------------------


@closed
class Outline(TypedDict):
    """The report's headings and what stands under them, as in an outline file.

    ``attachments``: the ids of those that are filed with the main text; all of them where it is missing.
    """

    name: NotRequired[Name]
    title: Name
    contents: list[Open]
    attachments: NotRequired[list[Name]]


@closed
class Posts(TypedDict):
    """Posts, never names."""

    prepared_by: Name
    checked_by: Name
    date: Day


class PrintedWeight(TypedDict):
    """The weight of a level-1 group as the source prints it; null where it prints none."""

    level1: Name
    weight: Figure


class RuleValue(TypedDict):
    name: Name
    value: Any
    source: NotRequired[Text]
    confidence: NotRequired[Text]


class Rules(TypedDict):
    """The rule set that was applied."""

    id: Name
    title: NotRequired[Text]
    values: NotRequired[list[RuleValue]]


class BudgetPart(TypedDict):
    name: Name
    budget: float
    spent: NotRequired[Figure]


class FundSource(TypedDict):
    name: Name
    initial: NotRequired[Figure]
    adjusted: NotRequired[Figure]
    spent: NotRequired[Figure]


class Budget(TypedDict):
    initial: Size | None
    adjusted: Size | None
    spent: Figure
    bounds: NotRequired[Bounds]
    parts: NotRequired[list[BudgetPart]]
    sources: NotRequired[list[FundSource]]
    execution_rate: Figure
    weight: Size
    score: Size | None
    unspent_reason: NotRequired[Text]
    evidence: NotRequired[Evidence]
    declared: NotRequired[Annotated[Evidence, Field(description="Of the amounts that the year file states.")]]


@closed
class ManagementLine(TypedDict):
    item: Name
    statement: NotRequired[Text]
    problems: NotRequired[Text]


# --- records --------------------------------------------------------------------------------------


class Activity(TypedDict):
    category: Name
    count: Count
    count_text: NotRequired[Text]
    lower_bound: NotRequired[bool]
    note: NotRequired[Text]
    target: NotRequired[Text]
    monthly: NotRequired[Annotated[list[Count], Field(min_length=12, max_length=12)] | None]
    evidence: NotRequired[Evidence]


class DroppedIndicator(TypedDict):
    """An indicator that did not apply this year; rescaled: whether the others carry its weight."""

    id: Name
    level3: Name
    target_text: Name
    weight: float
    why: Name
    rescaled: bool


class CategoryRows(TypedDict):
    category: Name
    rows: Count


class ActivitySpread(TypedDict):
    """How the rows of a share lie in the categories of activities."""

    name: Name
    measure: Name
    by: list[CategoryRows]


class ActivityEvidence(TypedDict):
    """Where the counts of activities come from: query and files, and the shares taken of the same records."""

    table: Name
    sql: Name
    inputs: list[File]
    shares: list[ActivitySpread]


class FileSetAside(TypedDict):
    reason: Any
    rows: Any


class TableFile(TypedDict):
    file: Name
    rows_in: Count
    used: Count
    set_aside: list[FileSetAside]


class LossAllowed(TypedDict):
    """What the declaration of a table allows to be lost, and why."""

    allowed: dict[str, Any]
    why: Name


class TableAccount(TypedDict):
    """Reconciliation: rows_in = used + the rows set aside."""

    table: Name
    title: NotRequired[Text]
    rows_in: Count
    used: Count
    entities: NotRequired[Count | None]
    set_aside: list[SetAside]
    corrected: NotRequired[Count | None]
    files: NotRequired[Annotated[list[TableFile], Field(description="The same account for each export.")]]
    loss: NotRequired[LossAllowed]
    evidence: NotRequired[Evidence]


# --- checks and provenance ------------------------------------------------------------------------


@loose
class FindingTable(TypedDict):
    institution: NotRequired[Text]
    project: NotRequired[Text]
    year: NotRequired[Integer | str | None]


@loose
class FindingPlace(TypedDict):
    row: NotRequired[Integer | str | None]
    level3: NotRequired[Text]
    field: NotRequired[Text]


@closed
class Finding(TypedDict):
    """A finding of the audit; selfeval audit --json prints a list of these."""

    check: Name
    level: Literal["stop", "note"]
    table: NotRequired[FindingTable | None]
    where: NotRequired[FindingPlace | None]
    message: Name
    arithmetic: NotRequired[Text]
    remedy: NotRequired[Text]


class Example(TypedDict):
    source_file: NotRequired[Text]
    source_row: NotRequired[Integer | None]
    value: NotRequired[Any]


class ValidationNote(TypedDict):
    table: str
    rule: str
    words: str
    remedy: NotRequired[Text]
    failing_rows: Count
    examples: NotRequired[list[Example]]


class AcceptedNote(ValidationNote):
    """A note that is right as it is; why: the declared reason."""

    why: str


class Validation(TypedDict):
    checks: Count
    failed_stop: Count
    failed_note: Count
    notes: NotRequired[list[ValidationNote]]
    accepted: NotRequired[list[AcceptedNote]]


class ReviewRemark(TypedDict):
    """A reviewer's remark on a figure or statement of an earlier version (sheet), and the answer."""

    id: Name
    words: Name
    shown: NotRequired[Text]
    remark: NotRequired[Text]
    verdict: NotRequired[Text]
    post: NotRequired[Text]
    sheet: Name
    answer: NotRequired[Text]


class EvidenceItem(TypedDict):
    indicator: NotRequired[Text]
    level3: NotRequired[Text]
    document: Name
    date: NotRequired[Day | None]
    custodian: NotRequired[Text]
    file: NotRequired[Text]
    sha256: NotRequired[Hash | None]
    rows: NotRequired[Count | None]


class Provenance(TypedDict):
    inputs: NotRequired[list[File]]
    lock_sha256: NotRequired[Text]
    code_sha256: NotRequired[Text]
    rules: NotRequired[Any]
    python: NotRequired[Text]
    commands: NotRequired[list[str]]


class ShownMeasure(TypedDict):
    """A measure that is printed for looking; it is held against no target."""

    measure: Name
    words: Text
    value: Value
    unit: Text
    monthly: list[Month]
    evidence: Evidence


class Results(TypedDict):
    """The results of one fiscal year's self-evaluation. Money in 元, durations in hours, ratios as fractions, dates in
    ISO 8601; nothing is rounded for display except scores, which are rounded per row by rule.
    """

    schema_version: Annotated[Literal[1], BeforeValidator(whole)]
    fiscal_year: Annotated[int, Field(ge=2000, le=2100), BeforeValidator(whole)]
    year_start: NotRequired[
        Annotated[
            str,
            Field(
                pattern=r"^(0[2-9]|1[0-2])-01$",
                description="Month and day on which a fiscal year begins that is no calendar year.",
            ),
        ]
    ]
    project: Name
    institution: Name
    self_name: NotRequired[Text]
    form_cell_limit: NotRequired[Count | None]
    department: NotRequired[Text]
    central_department: NotRequired[Text]
    local_department: NotRequired[Text]
    notice: NotRequired[Text]
    outline: NotRequired[Outline | None]
    funding: NotRequired[Text]
    posts: NotRequired[Posts | None]
    overall_goal: NotRequired[Text]
    scope: NotRequired[list[str]]
    assessed_on: NotRequired[list[str]]
    implementation: NotRequired[list[str]]
    use_of_results: NotRequired[list[str]]
    rules: NotRequired[Rules | None]
    printed_weights: NotRequired[list[PrintedWeight]]
    weights_basis: NotRequired[Text]
    budget: Budget
    funds_management: NotRequired[list[ManagementLine]]
    activities: list[Activity]
    activity_total: NotRequired[Count | None]
    activity_unit: NotRequired[Text]
    activity_words: NotRequired[Text]
    activity_evidence: NotRequired[ActivityEvidence]
    dropped: NotRequired[list[DroppedIndicator]]
    shown_measures: NotRequired[list[ShownMeasure]]
    comparisons: NotRequired[list[Comparison]]
    tables: list[TableAccount]
    indicators: Annotated[list[Indicator], Field(min_length=1)]
    score: Score
    deviations: list[Deviation]
    plan: list[Action]
    followup: NotRequired[list[Action]]
    spares: NotRequired[Spares | None]
    validation: NotRequired[Validation | None]
    audit: list[Finding]
    evidence_list: NotRequired[list[EvidenceItem]]
    remarks: NotRequired[list[ReviewRemark]]
    provenance: NotRequired[Provenance | None]
