"""How an event log is declared: which events open, resolve, close, suspend and resume a case."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from helpers.year.base import Identifier, Model, Strings, Words, as_list

Take = Literal["first", "last"]
Unfinished = Literal["keep", "set_aside"]

#: Columns that the grain makes by itself.
MADE = ("opened_at", "resolved_at", "closed_at", "hold_seconds", "events", "reopened")


def _as_moment(value: Any) -> Any:
    """``opens: "status = 'New'"`` is short for ``opens: {when: …}``, ``closes: last`` for the last event of all."""
    if value in ("first", "last"):
        return {"take": value}
    return {"when": value} if isinstance(value, str) else value


class Moment(Model):
    """Which of a case's events tells a moment: the first or last for which ``when``, an expression
    over the event columns, is true (of all events when it is not said)."""

    when: Words | None = None
    take: Take | None = None

    @model_validator(mode="after")
    def _something(self) -> Moment:
        if self.when is None and self.take is None:
            raise ValueError("写一个条件，或 first、last")
        return self


class Attribute(Model):
    """A column of the case, taken from its first, last or worst event in which it is not empty.

    ``order``: the values of a text from mildest to worst (numbers and dates need none).
    """

    source: Identifier = Field(alias="from")
    take: Literal["first", "last", "worst"] = "last"
    order: Strings = ()
    words: Words | None = None


class Scope(Model):
    """Cases that do not belong to this project, and why; ``where`` is over the columns of the case."""

    where: Words
    why: Words


class Grain(Model):
    """One row per case out of a log of events.

    Events of one case are taken in the order of ``time``, equal times in the order of the source.
    ``opens``: the opening event (the first of all when not said, the first of several);
    ``resolves``, ``closes``: the last of several unless ``take: first``. ``suspends`` puts the case on
    hold until the next event that ``resumes`` (any event that does not suspend, when not said),
    resolves or closes. ``reopened`` counts the returns from resolved or closed to work.

    The case has the columns ``opened_at``, ``resolved_at``, ``closed_at``, ``hold_seconds`` (each
    where declared), ``events``, ``reopened`` and the ``attributes``. A case without an opening or a
    resolution is kept with an empty date or set aside with all its events.
    """

    case: Strings = Field(min_length=1)
    time: Identifier
    opens: Annotated[Moment | None, BeforeValidator(_as_moment)] = None
    resolves: Annotated[Moment | None, BeforeValidator(_as_moment)] = None
    closes: Annotated[Moment | None, BeforeValidator(_as_moment)] = None
    suspends: Words | None = None
    resumes: Words | None = None
    attributes: dict[Identifier, Attribute] = Field(default_factory=dict)
    without_opening: Unfinished = "set_aside"
    without_resolution: Unfinished = "keep"
    out_of_scope: Annotated[tuple[Scope, ...], BeforeValidator(as_list)] = ()

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """``impact: last`` takes the column of the same name; ``team: owner_team`` another column's last."""
        attributes = value.get("attributes") if isinstance(value, dict) else None
        if not isinstance(attributes, dict):
            return value
        full = {
            name: ({"from": name, "take": spec} if spec in ("first", "last", "worst") else {"from": spec})
            if isinstance(spec, str)
            else {"from": name, **spec}
            if isinstance(spec, dict)
            else spec
            for name, spec in attributes.items()
        }
        return {**value, "attributes": full}

    @model_validator(mode="after")
    def _complete(self) -> Grain:
        if self.resumes and not self.suspends:
            raise ValueError("写了 resumes 就要写 suspends")
        if self.without_resolution == "set_aside" and not (self.resolves or self.closes):
            raise ValueError("写了 without_resolution 就要写 resolves 或 closes")
        return self

    def made(self) -> dict[str, str]:
        """The columns that the grain makes, with their SQL types."""
        kinds = {
            "opened_at": "TIMESTAMP",
            "resolved_at": "TIMESTAMP",
            "closed_at": "TIMESTAMP",
            "hold_seconds": "BIGINT",
            "events": "BIGINT",
            "reopened": "BIGINT",
        }
        there = {
            "opened_at": True,
            "resolved_at": self.resolves,
            "closed_at": self.closes,
            "hold_seconds": self.suspends,
            "events": True,
            "reopened": self.resolves or self.closes,
        }
        return {column: kinds[column] for column in MADE if there[column]}

    def expressions(self) -> dict[str, str]:
        """Each condition over the event columns, by its place in the declaration."""
        said = {"opens": self.opens, "resolves": self.resolves, "closes": self.closes}
        found = {name: moment.when for name, moment in said.items() if moment and moment.when}
        return found | {n: e for n, e in (("suspends", self.suspends), ("resumes", self.resumes)) if e}
