"""Calendars: the Chinese one with its make-up days, another country's, a custom one, plain weekdays."""

from __future__ import annotations

import datetime as dt

import pytest

from helpers.activity.calendar import CalendarUnknown, calendar_problem, day_kind, known_span, office_days
from helpers.year.declared_clocks import Schedule
from helpers.year.fiscal import FiscalYear
from helpers.year.models import Calendar
from helpers.year.models import _as_calendar as as_calendar

CN, WEEKDAYS = Calendar(), Calendar(base="weekdays")


@pytest.mark.parametrize(
    ("calendar", "day", "kind"),
    [
        (CN, "2024-02-12", "holiday"),
        (CN, "2024-02-10", "holiday"),
        (CN, "2024-02-18", "workday"),
        (CN, "2024-03-02", "weekend"),
        (WEEKDAYS, "2024-02-12", "workday"),
        (WEEKDAYS, "2024-02-18", "weekend"),
        (WEEKDAYS, "1970-01-01", "workday"),
        (Calendar(base="DE"), "2024-10-03", "holiday"),
        (Calendar(base="DE"), "2024-11-01", "workday"),
        (Calendar(base="DE", subdivision="BY"), "2024-11-01", "holiday"),
        (Calendar(base="DE"), "2024-10-05", "weekend"),
        (
            Calendar(base="custom", holidays=(dt.date(2024, 6, 3),), workdays=(dt.date(2024, 6, 8),)),
            "2024-06-03",
            "holiday",
        ),
        (
            Calendar(base="custom", holidays=(dt.date(2024, 6, 3),), workdays=(dt.date(2024, 6, 8),)),
            "2024-06-08",
            "workday",
        ),
        (Calendar(base="weekdays", years={2024: {"holidays": ["2024-07-04"]}}), "2024-07-04", "holiday"),
    ],
)
def test_what_a_day_is(calendar: Calendar, day: str, kind: str) -> None:
    assert day_kind(dt.date.fromisoformat(day), calendar) == kind


def test_a_country_that_the_library_does_not_know_is_told() -> None:
    assert calendar_problem(Calendar(base="QQ")) == "节假日库里没有 QQ"
    assert calendar_problem(Calendar(base="DE", subdivision="XX")) == "节假日库里没有 DE 的 XX"
    assert calendar_problem(CN) is calendar_problem(WEEKDAYS) is calendar_problem(Calendar(base="DE")) is None


@pytest.mark.parametrize(
    "wrong", ["chn", "de", {"base": "cn", "holidays": ["2024-01-01"]}, {"base": "cn", "subdivision": "BY"}]
)
def test_a_calendar_that_cannot_be_meant_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"base|holidays|subdivision"):
        Calendar.model_validate(as_calendar(wrong))


def test_no_clock_runs_over_a_year_that_the_calendar_does_not_know() -> None:
    first, last = dt.date(1999, 3, 1), dt.date(2024, 6, 1)
    assert known_span(first, last, CN, FiscalYear(2024)) == (
        dt.date(2004, 1, 1),
        last,
    )  # farther off: those clocks stay empty
    with pytest.raises(CalendarUnknown, match="1999"):
        known_span(first, last, CN, None)  # a log of many years needs them all
    with pytest.raises(CalendarUnknown, match="2040"):
        known_span(
            dt.date(2039, 12, 1), dt.date(2040, 1, 2), Calendar(years={2039: {"holidays": []}}), FiscalYear(2039)
        )
    assert known_span(first, last, WEEKDAYS, None) == (first, last)
    far = Calendar(years={2039: {"holidays": []}})  # 2027 to 2038 lie between: no gap is bridged
    assert known_span(dt.date(2024, 1, 1), dt.date(2039, 5, 1), far, FiscalYear(2024))[1] < dt.date(2039, 1, 1)


def test_office_days_count_working_time_before_each_day() -> None:
    schedule = Schedule.model_validate({"mon-fri": ["09:00-12:00", "14:00-16:00"], "holidays": "10:00-11:00"})
    days = office_days(dt.date(2024, 2, 8), dt.date(2024, 2, 20), CN, [schedule, Schedule.model_validate("24x7")])
    hours = [before // 3600 for before, _ in days]
    # Thursday and Friday five hours each, eight holidays one each, a make-up Sunday as Monday, Monday.
    assert hours[:13] == [0, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 23, 28]
    assert hours[13:] == [24 * n for n in range(13)]
    assert days[0][1] == ((9 * 3600, 12 * 3600), (14 * 3600, 16 * 3600)) and days[13][1] == ((0, 86400),)
