"""`gradeprop extend` to the second, over the end of summer time, and beside columns of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import SOLVED, answered, gradeprop, hand_in, result_of
from zones import machine_in

ZURICH = "CET-1CEST,M3.5.0,M10.5.0/3"
"""Summer time ends on 25 October 2026."""


def due(root: Path, text: str) -> None:
    path = root / "course.yaml"
    line = "  - id: a01_slopes\n"
    assert line in path.read_text()
    path.write_text(path.read_text().replace(line, f"{line}    due: {text}\n"))


def extended(root: Path, until: str) -> Any:
    done = gradeprop("extend", "ada", "a01_slopes", until, "--json", cwd=root)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["until"]


@pytest.fixture
def handed(built: Path) -> Path:
    hand_in(built, "ada", answered(built, SOLVED))
    return built


def test_seconds_are_kept(handed: Path) -> None:
    due(handed, "2026-10-20T23:59:59+02:00")
    assert extended(handed, "+3d") == "2026-10-23T23:59:59+02:00"
    assert extended(handed, "+1h") == "2026-10-21T00:59:59+02:00"
    assert extended(handed, "2026-10-21T10:00:30") == "2026-10-21T10:00:30+02:00"
    assert "ada,a01_slopes,2026-10-21T10:00:30+02:00" in (handed / "extensions.csv").read_text()


def test_days_end_at_the_same_time_of_the_day_where_summer_time_ends(handed: Path) -> None:
    due(handed, "2026-10-23T18:00")
    with machine_in(ZURICH):
        assert extended(handed, "+3d") == "2026-10-26T18:00+01:00"
        assert extended(handed, "+72h") == "2026-10-26T18:00+02:00"
        assert extended(handed, "2026-10-26") == "2026-10-26T23:59:59+01:00"


def test_a_day_that_a_person_wrote_is_a_whole_day(handed: Path) -> None:
    due(handed, "2026-03-01T12:00+00:00")
    path = handed / "submitted/ada/a01_slopes/timestamp.txt"
    path.write_text("2026-03-03 23:59:58 UTC")
    (handed / "extensions.csv").write_text("student,assignment,until\nada,a01_slopes,2026-03-03\n")
    with machine_in("UTC0"):
        gradeprop("grade", "a01_slopes", "--isolation", "none", cwd=handed)
    result = result_of(handed, "ada")
    assert (result["late"], result["extension"]) == (False, "2026-03-03T23:59:59+00:00")


def test_columns_of_ones_own_stay(handed: Path) -> None:
    due(handed, "2026-03-01T12:00+00:00")
    path = handed / "extensions.csv"
    path.write_text(
        "reason,student,assignment,until\n"
        "ill,bob,a01_slopes,2026-03-05T12:00+00:00\n"
        '"=bad, ill",ada,a01_slopes,2026-03-02T12:00+00:00\n'
    )
    extended(handed, "+3d")
    hand_in(handed, "cy", b"{}")
    gradeprop("extend", "cy", "a01_slopes", "+1d", cwd=handed)
    assert path.read_text() == (
        "student,assignment,until,reason\n"
        'ada,a01_slopes,2026-03-04T12:00+00:00,"\'=bad, ill"\n'
        "bob,a01_slopes,2026-03-05T12:00+00:00,ill\n"
        "cy,a01_slopes,2026-03-02T12:00+00:00,\n"
    )
