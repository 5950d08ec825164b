"""What is said of kinds of part, figures, prerequisites and common misconceptions that cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from course.kinds import (
    MEND,
    PAGE,
    SLUGS,
    TWO_STEPS,
    TWO_STEPS_SOLUTION,
    WHOSE_GRAD,
    WHOSE_GRAD_SOLUTION,
    edited,
    kinds_files,
    write_kinds,
)
from course.minimal import course_files
from gradeprop.course.load import load_course
from gradeprop.course.model import PredictionPart
from gradeprop.errors import CourseError

LISTED = course_files()["course.yaml"] + "".join(f"      - {slug}\n" for slug in SLUGS)


def problems(root: Path, changes: dict[str, str | None]) -> list[str]:
    with pytest.raises(CourseError) as caught:
        load_course(write_kinds(root, changes))
    return [str(problem) for problem in caught.value.problems]


CASES = {
    "option that is none": (edited(WHOSE_GRAD, "option: [a, b]", "option: [a, bb]"),
        f"{WHOSE_GRAD}:34:17: 'bb' is none of the options; did you mean 'b'?"),
    "option of no choice": (edited(MEND, "      - id: ascent\n", "      - id: ascent\n        option: up\n"),
        f"{MEND}:36:17: the part 'loop' is no choice and has no options; write a sample"),
    "right sample": (edited(WHOSE_GRAD, "option: increase", "option: decrease"),
        f"{WHOSE_GRAD_SOLUTION}:4:1: the solution of 'sign' is the sample of 'inverted_move'"),
    "sample that is right in other words": (edited(WHOSE_GRAD, "option: [a, m, loss]", 'sample: filled = ("A",)'),
        f"{WHOSE_GRAD}:31:17: the sample of 'all_of_the_graph' holds the right answer; a sample must be"),
    "solution of several that states nothing": (edited(WHOSE_GRAD_SOLUTION, '["a"]', '["c"]'),
        f"{WHOSE_GRAD_SOLUTION}:1:1: the solution of 'filled' does not say what 'filled' is; write filled = and in "
        "square brackets some of 'a', 'b', 'm', 'loss'"),
    "computed prediction": (edited(TWO_STEPS_SOLUTION, "1.92", "3 * 0.8 ** 2"),
        f"{TWO_STEPS_SOLUTION}:1:1: the solution of 'commit' does not say what 'w_after_two' is; write w_after_two = "
        "and a number as it is"),
    "prediction outside of its range": (edited(TWO_STEPS_SOLUTION, "good_rate = 0.3", "good_rate = 1.5"),
        f"{TWO_STEPS_SOLUTION}:1:1: the solution of 'commit' is outside of its range: good_rate = 1.5"),
    "sample that predicts nothing": (edited(TWO_STEPS, "w_after_two = 2.4\n", "x = 2.4\n"),
        f"{TWO_STEPS}:52:17: the sample of 'one_step' does not say what 'w_after_two' or"),
    "range without numbers": (edited(TWO_STEPS, "[0.01, 0.99]", "[0.99, 0.01]"),
        f"{TWO_STEPS}:21:18: no number lies between 0.99 and 0.01; write the smaller one first"),
    "range and tolerance": (edited(TWO_STEPS, "tolerance: 0.01", "tolerance: 0.01\n        options: [a, b]"),
        f"{TWO_STEPS}:15:20: 'w_after_two' has options and tolerance"),
    "unknown check": (edited(TWO_STEPS, "check: path\n      - name", "check: pat\n      - name"),
        f"{TWO_STEPS}:19:16: the part 'commit' has no check 'pat'; did you mean 'path'?"),
    "whose check": (edited(TWO_STEPS, "        tolerance: 0.01\n        check: value\n", "        tolerance: 0.01\n"),
        f"{TWO_STEPS}:14:15: which check looks at 'w_after_two'?; add check: value or path or rate"),
    "experiment that answers": (edited(TWO_STEPS, "print(step + 1, round(w.item(), 4))", "w_after_two = w.item()"),
        f"{TWO_STEPS}:23:12: the code after the answer assigns to 'w_after_two', which is predicted before it"),
    "given code that is not Python": (edited(WHOSE_GRAD, "m = 3 * a + b", "m = 3 *"),
        f"{WHOSE_GRAD}:14:10: the given code is not Python"),
    "prerequisite that comes later": (edited(WHOSE_GRAD, "level: 1", "level: 1\nprerequisites: [two_steps]"),
        f"{WHOSE_GRAD}:7:17: builds on 'two_steps', which does not come before it"),
    "prerequisite that is none": (edited(TWO_STEPS, "[whose_grad]", "[whose_grads]"),
        f"{TWO_STEPS}:6:17: builds on 'whose_grads', which is no exercise of the course; did you mean 'whose_grad'?"),
    "level": (edited(WHOSE_GRAD, "level: 1", "level: 4"), f"{WHOSE_GRAD}:6:8: level must be at most 3, not 4"),
    "figure without a file": (edited(WHOSE_GRAD, "level: 1", "figure: {file: graph.py, alt: A graph.}"),
        f"{WHOSE_GRAD}:6:16: the figure exercises/a01_slopes/graph.py does not exist"),
    "figure that is not Python": (
        edited(WHOSE_GRAD, "level: 1", "figure: {file: graph.py, alt: A graph.}") | {"exercises/a01_slopes/graph.py": "import (\n"},
        "exercises/a01_slopes/graph.py:1:8: is not Python"),
    "code of no figure": ({"exercises/a01_slopes/graph.py": "x = 1\n"},
        "exercises/a01_slopes/graph.py: belongs to no exercise"),
    "common twice": ({"course.yaml": LISTED + "common:\n  - {id: a, say: A.}\n  - {id: a, say: B.}\n"},
        "course.yaml:15:10: the common misconception 'a' is listed twice; give each its own id"),
    "neither said here nor in common": (edited(MEND, "        say: The loss rises. Which way does a step have to go, seen from the gradient?\n", ""),
        f"{MEND}:35:9: the key 'say' is missing here"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_disagreement_is_one_problem_at_its_place(tmp_path: Path, case: str) -> None:
    changes, problem = CASES[case]
    found = problems(tmp_path, dict(changes))
    assert len(found) == 1, found
    assert found[0].startswith(problem), found[0]


def test_a_misconception_takes_from_the_common_one_what_it_does_not_say(tmp_path: Path) -> None:
    common = "common:\n  - id: ascent\n    say: Uphill.\n    unseen: [piled]\n"
    say = "        say: The loss rises. Which way does a step have to go, seen from the gradient?\n"
    root = write_kinds(tmp_path, {"course.yaml": LISTED + common, **edited(MEND, say, "")})
    ascent, other = load_course(root).assignments[0].exercises[-1].spec.parts[0].misconceptions
    assert (ascent.say, ascent.unseen) == ("Uphill.", ("piled",))
    assert other.id == "grad_accumulated"
    assert other.unseen == ()


def test_what_a_misconception_says_itself_goes_before_the_common_one(tmp_path: Path) -> None:
    common = "common:\n  - id: ascent\n    say: Uphill.\n"
    root = write_kinds(tmp_path, {"course.yaml": LISTED + common})
    ascent = load_course(root).assignments[0].exercises[-1].spec.parts[0].misconceptions[0]
    assert ascent.say.startswith("The loss rises.")


def test_a_prediction_begins_with_nothing(tmp_path: Path) -> None:
    part = load_course(write_kinds(tmp_path)).assignments[0].exercises[3].spec.parts[0]
    assert isinstance(part, PredictionPart)
    assert part.starter == "w_after_two = None\npasses_zero = None\ngood_rate = None\n"


def test_only_tests_that_are_needed_are_demanded(tmp_path: Path) -> None:
    grader = "graders/a01_slopes/test_two_steps.py"
    text = "def test_value(student, reference):\n    ...\n"
    (exercise,) = load_course(write_kinds(tmp_path, {grader: text})).assignments[0].exercises[3:4]
    assert exercise.stated == ("path", "rate")
    assert exercise.has_tests


def test_the_pages_explanation_can_follow_a_prediction(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    (explanation,) = re.findall(
        r"^```yaml\n(  - part: why\n.*?)^```$", page, re.MULTILINE | re.DOTALL
    )
    exercise = edited(TWO_STEPS, "\npoints: 3", "\npoints: 5")[TWO_STEPS] + explanation
    solution = (
        kinds_files()[TWO_STEPS_SOLUTION] + "\n# %% [markdown] part: why\n# The loss rises.\n"
    )
    root = write_kinds(tmp_path, {TWO_STEPS: exercise, TWO_STEPS_SOLUTION: solution})
    exercises = load_course(root).assignments[0].exercises
    part = next(it for it in exercises if it.slug == "two_steps").part("why")
    assert (part.kind, part.points) == ("explanation", 2)
