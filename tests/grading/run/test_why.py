"""Who writes a grader is told why a wrong answer has no cause."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from course.minimal import EXERCISE, GRADER, write_course
from gradeprop.grading.checks.judgement import Why
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Submission
from grading.conftest import Classroom

POSITIVE_GRADER = """\
from gradeprop.gradients import Gradient


def positive(student, reference):
    for shape in ((3,), (4,)):
        w = reference.inputs(shape, dtype="float64", low=0.5, high=2, positive=True)
        reference.expect(student.call("d_square", w)).to_match(Gradient(lambda w: w**2, at=w))


def test_shape(student, reference):
    positive(student, reference)


def test_matches_autograd(student, reference):
    positive(student, reference)
"""


def sample(name: str, body: str) -> str:
    return (
        f"      - id: {name}\n        say: About {name}.\n        sample: |\n"
        f"          def d_square(w):\n              return {body}\n"
    )


def why(root: Path, sandbox: Any, samples: str, answer: str) -> Why | None:
    """What is said of the first check, whatever its points."""
    write_course(root)
    (root / GRADER).write_text(POSITIVE_GRADER)
    text = (root / EXERCISE).read_text()
    begin = text.index("    misconceptions:")
    (root / EXERCISE).write_text(f"{text[:begin]}    misconceptions:\n{samples}")
    classroom = Classroom(root, sandbox)
    notebook = classroom.notebook(
        square_derivative__by_hand=f"def d_square(w):\n    return {answer}"
    )
    shown: dict[str, Any] = {}
    grade_batch(
        classroom.setting,
        [Submission("ada", notebook)],
        lambda _: None,
        on_check=lambda item: shown.setdefault(item.site.check.check, item.judgement),
    )
    said: Why | None = shown["shape"].why
    return said


def test_of_two_causes_that_fit_it_is_told_where_they_would_not(
    tmp_path: Path, sandbox: Any
) -> None:
    samples = sample("kept", "w * 1") + sample("without_sign", "w.abs()")
    said = why(tmp_path, sandbox, samples, "w + 0")
    assert said is not None
    assert said.words.startswith("kept and without_sign fit equally")
    assert "They differ at d_square(w=[-" in said.words
    assert "where kept gives [-" in said.words


def test_of_two_names_for_one_mistake_that_is_said(tmp_path: Path, sandbox: Any) -> None:
    samples = sample("kept", "w * 1") + sample("also_kept", "w.clone()")
    said = why(tmp_path, sandbox, samples, "w + 0")
    assert said is not None
    assert "two names for one mistake" in said.words


def test_what_comes_nearest_is_told_with_its_numbers(tmp_path: Path, sandbox: Any) -> None:
    samples = sample("kept", "w * 1") + sample("cubed", "3 * w**2")
    said = why(tmp_path, sandbox, samples, "w if len(w) == 3 else 7 * w")
    assert said is not None
    assert said.words.startswith(
        "nearest is kept, which explains 1 of 2 questions: at d_square(w=["
    )
    assert "it would give [" in said.words
    assert said.explained == 1


@pytest.mark.parametrize("answer", ["2 * w", "w + 0"])
def test_nothing_is_said_of_what_is_right_or_has_a_cause(
    tmp_path: Path, sandbox: Any, answer: str
) -> None:
    assert why(tmp_path, sandbox, sample("kept", "w * 1"), answer) is None
