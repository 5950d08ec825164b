"""Dates in words."""

from __future__ import annotations

import locale
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from gradeprop.course.course_spec import AssignmentSpec
from gradeprop.course.dates import (
    build_notes,
    day_in_words,
    later_releases,
    moment,
    moment_in_words,
)
from zones import machine_in

ZURICH = "CET-1CEST,M3.5.0,M10.5.0/3"


def spec(name: str, **dates: object) -> AssignmentSpec:
    return AssignmentSpec.model_validate(
        {"id": name, "title": "T", "introduction": "I", "exercises": ["x"], **dates}
    )


def test_a_day_is_told_in_full_whatever_the_locale() -> None:
    before = locale.setlocale(locale.LC_TIME)
    try:
        for name in ("de_DE.UTF-8", "C.UTF-8", "C"):
            try:
                locale.setlocale(locale.LC_TIME, name)
            except locale.Error:
                continue
            assert day_in_words(date(2026, 9, 1)) == "Tuesday 1 September 2026"
    finally:
        locale.setlocale(locale.LC_TIME, before)


@pytest.mark.parametrize(
    ("minutes", "zone"),
    [(0, "UTC"), (120, "UTC+2"), (330, "UTC+5:30"), (-300, "UTC-5"), (-210, "UTC-3:30")],
)
def test_a_due_date_is_told_with_its_zone(minutes: int, zone: str) -> None:
    due = datetime(2026, 9, 30, 23, 59, tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment_in_words(due) == f"Wednesday 30 September 2026, 23:59 ({zone})"


def test_seconds_are_told_only_where_there_are_some() -> None:
    assert "23:59:59 (UTC)" in moment_in_words(datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC))


def test_without_a_zone_it_is_the_machines_time_at_that_time_of_the_year() -> None:
    summer, winter = datetime(2026, 9, 30, 23, 59), datetime(2026, 12, 24, 12, 0)
    with machine_in(ZURICH):
        assert moment_in_words(summer).endswith("23:59 (UTC+2)")
        assert moment_in_words(winter).endswith("12:00 (UTC+1)")
        assert moment(summer) == datetime(2026, 9, 30, 21, 59, tzinfo=UTC)
    with machine_in("UTC0"):
        assert moment_in_words(summer).endswith("23:59 (UTC)")


def test_what_is_not_to_be_handed_out_yet() -> None:
    listed = [spec("a01", release="2026-09-01"), spec("a02", release="2026-10-01"), spec("a03")]
    assert later_releases(listed, date(2026, 9, 1)) == {"a02": date(2026, 10, 1)}
    assert later_releases(listed, date(2026, 10, 1)) == {}


def test_an_instructor_is_told_of_early_releases_and_of_due_dates_without_a_zone() -> None:
    listed = [
        spec("a01", due="2026-09-30T23:59"),
        spec("a02", due="2026-09-30T23:59+02:00"),
        spec("a03", release="2026-10-01", due="2026-12-24T12:00"),
    ]
    with machine_in(ZURICH):
        assert build_notes(listed, date(2026, 9, 30)) == [
            "Not to be handed out before Thursday 1 October 2026: a03.",
            "No time zone is given with due, so this machine's counts: a01, a03. "
            "2026-09-30T23:59:00+02:00 would mean the same everywhere.",
        ]
    assert build_notes([spec("a02", due="2026-09-30T23:59Z")], date(2026, 9, 30)) == []
