"""Rule sets: every number by which a year is scored, each with its source and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

Confidence = Literal["H", "M"]


class RuleError(ValueError):
    """The rule set or an override (``value``, by its name) cannot be used."""

    def __init__(self, message: str, value: str | None = None) -> None:
        self.value = value
        super().__init__(message)


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Origin(_Frozen):
    """``source``: the regulation or form; ``confidence``: H confirmed from public documents, M known to
    practitioners, wording not at hand."""

    source: str
    confidence: Confidence


class Band(_Frozen):
    """From ``at_least`` on: a grade's name, or the share of the weight that is given."""

    at_least: Decimal
    gives: str | Decimal


class RuleSet(_Frozen):
    """How a year is scored. Shares are fractions of 1, weights and scores points of 100.

    ``lower_formula``: what a missed ≤ target scores, 2 − a/t (difference) or t/a (ratio).
    ``pass_mark``: below it nothing, above it (rate − mark)/(1 − mark). ``satisfaction_bands`` and
    ``execution_bands``: shares of the weight by the rate, None for proportional.
    """

    id: str
    title: str
    execution_weight: Decimal
    group_weights: dict[str, Decimal]
    lower_formula: Literal["difference", "ratio"]
    pass_mark: Decimal | None
    satisfaction_bands: tuple[Band, ...] | None
    execution_bands: tuple[Band, ...] | None
    execution_reason_below: Decimal | None
    choice_shares: tuple[tuple[Decimal, Decimal], ...]
    grades: tuple[Band, ...]
    overshoot_from: Decimal | None
    strict_hit_scores: bool
    rescale_dropped: bool
    origins: dict[str, Origin]
    overridden: tuple[str, ...] = ()

    @field_validator("pass_mark")
    @classmethod
    def _below_one(cls, mark: Decimal | None) -> Decimal | None:
        """Of a mark of 1 or more nothing is left to score by."""
        if mark is not None and not 0 <= mark < 1:
            raise ValueError("要在 0 至 1 之间（不含 1），如 0.6 表示完成率六成以下不得分")
        return mark

    @field_validator("satisfaction_bands", "execution_bands")
    @classmethod
    def _shares(cls, bands: tuple[Band, ...] | None) -> tuple[Band, ...] | None:
        """No band gives more than the whole weight or less than nothing, and a better rate gives no less."""
        order = sorted(bands or (), key=lambda band: band.at_least)
        gives = [_number(band.gives) for band in order]
        if any(share is None or not 0 <= share <= 1 for share in gives):
            raise ValueError("各档的 gives 写分值的比例，在 0 至 1 之间")
        if gives != sorted(gives, key=lambda share: share or 0):
            raise ValueError("at_least 高的一档，gives 不能更低")
        return bands

    def to_json(self) -> dict[str, Any]:
        """What was applied, for the report: name, value, source, confidence."""
        values = []
        for name, origin in self.origins.items():
            mine = name in self.overridden
            values.append(
                {
                    "name": name,
                    "value": _shown(getattr(self, name)),
                    "source": "本年度 year.yml 的 rule_overrides" if mine else origin.source,
                    "confidence": None if mine else origin.confidence,
                }
            )
        return {"id": self.id, "title": self.title, "values": values}


def _number(value: str | Decimal) -> Decimal | None:
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _shown(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Band):
        return {"at_least": _shown(value.at_least), "gives": _shown(value.gives)}
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_shown(item) for item in value]
    return value


def available() -> tuple[str, ...]:
    """The ids of the packaged rule sets."""
    folder = resources.files(__package__).joinpath("rulesets")
    return tuple(sorted(p.name.removesuffix(".yml") for p in folder.iterdir() if p.name.endswith(".yml")))


@cache
def _file(name: str) -> dict[str, Any]:
    from ruamel.yaml import YAML

    text = resources.files(__package__).joinpath("rulesets", f"{name}.yml").read_text("utf-8")
    data: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return data


def _merged(name: str) -> tuple[dict[str, Any], dict[str, Origin]]:
    """The values of a rule set on top of the one it is based on, and where each comes from."""
    data = _file(name)
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    if "based_on" in data:
        values, origins = _merged(data["based_on"])
        values, origins = dict(values), dict(origins)
    for key, entry in data["values"].items():
        values[key] = entry["value"]
        origins[key] = Origin(source=entry["source"], confidence=entry["confidence"])
    return {**values, "id": name, "title": data["title"]}, origins


def load_rules(name: str, overrides: Mapping[str, Any] | None = None) -> RuleSet:
    """The packaged rule set ``name`` with single values replaced.

    Raises ``RuleError`` naming the rule sets or values that there are.
    """
    if name not in available():
        raise RuleError(f"没有规则集 {name}；可用的有：{'、'.join(available())}")
    values, origins = _merged(name)
    unknown = [key for key in overrides or {} if key not in origins]
    if unknown:
        raise RuleError(f"规则集里没有 {'、'.join(unknown)}；可以改的有：{'、'.join(origins)}", unknown[0])
    try:
        return RuleSet.model_validate(
            {**values, **(overrides or {}), "origins": origins, "overridden": tuple(overrides or ())}
        )
    except ValidationError as error:
        first = error.errors()[0]
        why = f"；{first['ctx']['error']}" if first["type"] == "value_error" else ""
        named = ".".join(map(str, first["loc"]))
        raise RuleError(f"规则值 {named} 不合要求：{first['input']!r}{why}", str(first["loc"][0])) from error
