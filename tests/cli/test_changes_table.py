"""Whose marks a regrade has changed, on the screen."""

from __future__ import annotations

import pytest

from gradeprop.cli.changes_table import print_changes
from gradeprop.grading.result.regraded import Regraded
from records.graded_class import result_for


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
