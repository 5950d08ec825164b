"""Whose marks a regrade has changed, on the screen."""

from __future__ import annotations

from typing import Any

import pytest

from gradeprop.cli.changes_table import print_changes
from gradeprop.grading.result.regraded import Regraded
from records.graded_class import result_for
from records.report.classes import assignment, result

WRONG: tuple[Any, str] = ("failed", "used_the_median")


@pytest.mark.parametrize(
    ("ids", "shown"),
    [
        (("matriculation-70001", "matriculation-70002"), ("matriculat…70001", "matriculat…70002")),
        (("begins-alike-1-but-the-end", "begins-alike-2-but-the-end"), None),
    ],
)
def test_no_two_ids_are_cut_so_that_they_look_the_same(
    ids: tuple[str, ...], shown: tuple[str, ...] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    regraded = Regraded()
    for student in ids:
        regraded.add(result_for(student, (), hidden=2.0), result_for(student, (), hidden=0.0))
    print_changes(regraded)
    said = capsys.readouterr().err
    assert "Marks changed in 2 of 2 regraded submissions" in said
    for name in shown or ids:
        assert said.count(name) == 1, said


def test_whoever_is_told_a_cause_now_is_named_and_of_many_the_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    of = assignment("a04_descent")
    key, check = next(iter(of.checks()))
    regraded = Regraded()
    for number in range(12):
        now = result(f"student-{number:02}", of, {f"{key.exercise}.{check.check}": WRONG})
        regraded.add(result(now.student, of), now)
    print_changes(regraded)
    lines = capsys.readouterr().err.split("\n")
    at = lines.index(f"   12 × used the median  ({key.exercise})")
    named = lines[at + 1 : at + 4]
    assert all(line.startswith(" " * 8) and len(line) <= 80 for line in named if line)
    said = " ".join(" ".join(named).split())
    assert said.startswith("student-00, student-01,")
    assert said.endswith("student-09 and 2 more")
