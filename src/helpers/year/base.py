"""What every model of an authored file shares: frozen, no unknown keys, a few small types."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, Field(min_length=1)]


def as_list(value: Any) -> Any:
    """A single entry may be written without its brackets."""
    return value if isinstance(value, list | tuple) or value is None else [value]


Strings = Annotated[tuple[str, ...], BeforeValidator(as_list)]


class Model(BaseModel):
    """Frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)
