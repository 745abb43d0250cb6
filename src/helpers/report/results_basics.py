"""What the shapes of results.json are made of: names, figures, counts, days; open and closed objects."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, with_config


def whole(value: object) -> object:
    """JSON knows no difference between 5 and 5.0."""
    return int(value) if type(value) is float and value.is_integer() else value


closed = with_config(ConfigDict(extra="forbid"))
loose = with_config(ConfigDict(extra="ignore"))
"""For an object inside a closed one, which would otherwise be closed with it."""

Text = str | None
Name = Annotated[str, Field(min_length=1)]
Integer = Annotated[int, BeforeValidator(whole)]
Count = Annotated[int, Field(ge=0), BeforeValidator(whole)]
Figure = float | None
Size = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Interval = Annotated[list[float], Field(min_length=2, max_length=2)]
Value = Annotated[
    float | str | list[float | str] | None,
    Field(
        description="A figure in base units; a date in ISO 8601, a grade or a word as text, a band as two figures; "
        "null: unknown."
    ),
]
Status = Literal["met", "partly_met", "not_met", "unknown"]
Open = dict[str, Any]
"""An object whose keys are not part of the contract."""
