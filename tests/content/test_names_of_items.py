"""Where an exercise says by which names a function returns several values, messages say them: "Your
b is", and not "Your item 2 is"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gradeprop.course.load import load_course
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.public.data import decode_answer
from gradeprop.grading.run.publish import record_public_checks

pytestmark = pytest.mark.slow

COURSE = load_course(Path(__file__).parents[2])
_STATED = re.compile(r"[Rr]eturns?\b[^`.]{0,30}`?\(([A-Za-z_]+(?:, [A-Za-z_]+)+)\)")


def stated(assignment: LoadedAssignment) -> dict[str, tuple[str, ...]]:
    """By exercise, the names of what its only function returns."""
    found = {}
    for exercise in assignment.exercises:
        texts = [f"{part.prompt}\n{getattr(part, 'starter', '')}" for part in exercise.spec.parts]
        if names := {match for text in texts for match in _STATED.findall(text)}:
            (one,) = names
            found[exercise.slug] = tuple(one.split(", "))
    return found


def probes(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, dict) and {"labels", "answer"} <= data.keys():
        yield data
    elif isinstance(data, dict | list):
        for item in data.values() if isinstance(data, dict) else data:
            yield from probes(item)


NAMING = [item for item in COURSE.assignments if stated(item)]


@pytest.mark.parametrize("assignment", NAMING, ids=[item.id for item in NAMING])
def test_public_checks_name_what_is_returned(assignment: LoadedAssignment) -> None:
    recorded = record_public_checks(COURSE, assignment)
    for exercise, names in stated(assignment).items():
        for probe in probes(recorded[exercise]):
            answer = decode_answer(probe["answer"])
            if isinstance(answer, tuple) and len(answer) == len(names):
                assert tuple(probe["labels"]) == names, exercise


def test_many_exercises_say_such_names() -> None:
    assert "least_squares_line" in stated(COURSE.assignment("a04_descent") or NAMING[0])
    assert len([name for item in NAMING for name in stated(item)]) >= 7
