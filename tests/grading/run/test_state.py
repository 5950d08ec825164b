"""State of many kinds, that later cells change, in whole notebooks that are graded: what a part is
given is what its own place gave, whoever is asked first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course.minimal import GRADER, write_course
from gradeprop.grading.run.paper import Submission
from grading.conftest import Classroom, part_of, with_later
from session.state import IMPORTS, KINDS

# Nothing gives this, so that every answer is judged twice or known to be settled.
NEVER = """
def test_matches_autograd(student, reference, device):
    import torch
    from gradeprop.gradients import Fixed

    reference.expect(student.call("f")).to_match(Fixed(torch.tensor([1e6, 2e6])))
"""


@pytest.fixture
def classroom(tmp_path: Path, sandbox: Any) -> Classroom:
    root = write_course(tmp_path)
    grader = (root / GRADER).read_text()
    (root / GRADER).write_text(grader.partition("\n\ndef test_matches")[0] + NEVER)
    return Classroom(root, sandbox)


def told(classroom: Classroom, kinds: dict[str, tuple[str, str]]) -> dict[str, Any]:
    """By its name, what the check that calls ``f`` was told."""
    right = f"{IMPORTS}def d_square(w):\n    return 2 * w\n"
    results = classroom.grade(
        *(
            Submission(
                kind, with_later(classroom, changes, square_derivative__by_hand=right + defines)
            )
            for kind, (defines, changes) in kinds.items()
        )
    )
    found = {}
    for result in results:
        first, second = part_of(result, "square_derivative", "by_hand").checks
        assert first.status == "passed", result.student
        found[result.student] = second
    return found


@pytest.mark.parametrize(
    "share", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 10))]
)
def test_an_answer_is_the_places_own_whatever_a_later_cell_changes(
    classroom: Any, share: int
) -> None:
    kinds = dict(list(KINDS.items())[share::10])
    told_late = told(classroom, kinds)
    classroom.setting = replace(classroom.setting, late_answers=False)
    told_there = told(classroom, kinds)
    for kind in kinds:
        assert told_late[kind] == told_there[kind], kind
