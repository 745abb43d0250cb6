"""Every key of a table's declaration is explained where the README points to."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from helpers.year.declared_clocks import Derived, Hold, ScheduleBy
from helpers.year.declared_grain import Attribute, Grain, Moment, Scope
from helpers.year.declared_indicators import Measure
from helpers.year.declared_plan import Yardstick
from helpers.year.expect import Expect
from helpers.year.models import Calendar, Correction, NotPersonal, Plausible
from helpers.year.tables import Checks, Column, Keep, Loss, NearDuplicates, OutOfScope, Period, State, States

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "cleaning.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "model",
    [
        Attribute,
        Calendar,
        Checks,
        Column,
        Correction,
        Derived,
        Expect,
        Grain,
        Hold,
        Keep,
        Loss,
        Moment,
        NearDuplicates,
        NotPersonal,
        OutOfScope,
        Period,
        Plausible,
        Scope,
        ScheduleBy,
        State,
        States,
    ],
)
def test_every_key_is_documented(model: type[BaseModel]) -> None:
    internal = {("Hold", "events"), ("Keep", "by"), ("Keep", "take"), ("Keep", "why")}
    keys = [info.alias or name for name, info in model.model_fields.items() if (model.__name__, name) not in internal]
    assert [key for key in keys if f"`{key}`" not in TEXT and f"{key}:" not in TEXT] == []


@pytest.mark.parametrize("model", [Measure, Yardstick])
def test_what_is_measured_and_verified_is_documented(model: type[BaseModel]) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "effects.md").read_text(encoding="utf-8")
    assert [name for name in model.model_fields if f"`{name}`" not in text] == []
