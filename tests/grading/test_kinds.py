"""Choices, predictions and repairs: graded, proven, and the same on the student's side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from course.kinds import MEND, edited, write_kinds
from course.minimal import EXERCISE, GRADER, course_files, replaced, write_course
from gradeprop.course.load import load_course
from gradeprop.errors import GraderFault
from gradeprop.grading.public.in_notebook import load, report
from gradeprop.grading.result.words import NOT_BEGUN
from gradeprop.grading.run.publish import record_public_checks
from gradeprop.grading.verify import trials, verify
from gradeprop.notebook.reading import read_notebook
from gradeprop.notebook.setup_cell import public_json
from gradeprop.session.interface import CellSource
from gradeprop.session.kernel import KernelSession
from grading.conftest import Classroom, part_of

FILLED = "whose_grad__filled"
COMMIT = "two_steps__commit"
LOOP = "mend_descent__loop"
PREDICTED = 'w_after_two = {}\npasses_zero = "{}"\ngood_rate = {}'


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory, sandbox: Any) -> Any:
    return Classroom(write_kinds(tmp_path_factory.mktemp("kinds")), sandbox)


def verdicts(classroom: Any, **answer: str) -> Any:
    """By check of the part that is answered: status, message and misconception."""
    ((name, _),) = answer.items()
    result = classroom.grade_one(classroom.notebook(**answer))
    part = part_of(result, *name.split("__"))
    return {check.check: check for check in part.checks}


def test_the_pages_exercises_are_proven(kinds: Any) -> None:
    proofs = verify(kinds.setting, trials(kinds.setting, kinds.assignment.exercises))
    assert [(proof.case, proof.problems) for proof in proofs if proof.problems] == []
    assert len(proofs) == 2 * 5 + 3 + 3 + 2 + 3
    assert "ascent+grad_accumulated" in {proof.case.misconception for proof in proofs}


@pytest.mark.parametrize("text", ['["a"]', '{"a"}', '("A", " a ")', '"a"', 'frozenset(["a"])'])
def test_several_options_in_any_order_and_container_are_right(kinds: Any, text: str) -> None:
    (check,) = verdicts(kinds, **{FILLED: f"filled = {text}"}).values()
    assert check.status == "passed", check


@pytest.mark.parametrize(
    ("text", "cause", "said"),
    [
        ('["loss", "m", "a"]', "all_of_the_graph", "which is not right. The graph leads through"),
        ('["b", "a"]', "every_leaf", "which is not right. b is a leaf"),
        ('["m"]', None, "which is not right."),
        ("[]", None, "which is not right."),
        ('["a", "c"]', None, "is no list of the options"),
        ("1", "wrong_type", "is no list of the options"),
    ],
)
def test_a_wrong_choice_of_several_is_named_and_not_corrected(
    kinds: Any, text: str, cause: str | None, said: str
) -> None:
    (check,) = verdicts(kinds, **{FILLED: f"filled = {text}"}).values()
    assert (check.status, check.score, check.misconception) == ("failed", 0.0, cause)
    assert said in check.message
    assert "expected" not in check.message


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        (("1.92", "no", "0.3"), {"value", "path", "rate"}),
        (("1.9299", " NO ", "0.01"), {"value", "path", "rate"}),
        (("torch.tensor([1.911])", "no", "0.99"), {"value", "path", "rate"}),
        (("1.931", "yes", "0.999"), set()),
        (("2.4", "no", "0"), {"path"}),
        (("None", "no", "2"), {"path"}),
    ],
)
def test_a_prediction_is_right_within_its_tolerance_or_range(
    kinds: Any, given: Any, passed: set[str]
) -> None:
    found = verdicts(kinds, **{COMMIT: PREDICTED.format(*given)})
    assert {name for name, check in found.items() if check.status == "passed"} == passed


def test_a_prediction_says_how_it_came_about_and_not_what_is_right(kinds: Any) -> None:
    found = verdicts(kinds, **{COMMIT: PREDICTED.format("2.4", "yes", "1.5")})
    assert found["value"].misconception == "one_step"
    assert found["value"].message == (
        "`w_after_two`: Your answer is 2.4, which is not right. That is where one step leads. A "
        "second one starts there."
    )
    assert found["path"].message == '`passes_zero`: Your answer is "yes", which is not right.'
    assert "1.92" in found["value"].detail
    for_students = (found["value"].message, found["value"].report, found["value"].hint)
    assert not any("1.92" in str(text) or "0.48" in str(text) for text in for_students)


def test_numbers_are_shown_where_the_author_reveals_them(tmp_path: Path, sandbox: Any) -> None:
    shown = edited(
        "exercises/a01_slopes/two_steps.yaml",
        "describe: w_after_two is",
        "reveal: numbers\n        describe: w_after_two is",
    )
    classroom = Classroom(write_kinds(tmp_path, shown), sandbox)
    found = verdicts(classroom, **{COMMIT: PREDICTED.format("2.4", "no", "1.5")})
    assert "expected 1.92" in found["value"].message


def test_the_experiment_follows_the_answer_and_cannot_be_changed(kinds: Any) -> None:
    ids = [cell.grade_id for cell in kinds.release.cells if cell.exercise == "two_steps"]
    assert ids[-3:] == ["two_steps-commit", "two_steps-commit-after", "two_steps-commit-check"]
    notebook = json.loads(kinds.notebook())
    for cell in notebook["cells"]:
        if cell["metadata"]["gradeprop"]["role"] in ("after", "given"):
            cell["source"] = "1 / 0"
    result = kinds.grade_one(json.dumps(notebook).encode())
    assert result.auto_score == kinds.assignment.points - 2  # two points are a person's to give
    assert "Put back as released, after changes" in result.message


def test_an_untouched_repair_is_judged_and_a_half_mended_one_told_what_is_left(kinds: Any) -> None:
    starter = kinds.assignment.exercises[-1].spec.parts[0].starter
    result = kinds.grade_one(kinds.notebook(**{LOOP: starter}))
    part = part_of(result, "mend_descent", "loop")
    assert (part.score, part.status, part.message, part.not_begun) == (0.0, "failed", None, True)
    assert not any(check.not_begun for check in part.checks)
    assert {check.misconception for check in part.checks} == {"ascent"}
    half = verdicts(kinds, **{LOOP: starter.replace("+=", "-=")})
    assert half["one_step"].status == "passed"
    assert half["several_steps"].misconception == "grad_accumulated"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("w = w.clone().requires_grad_(True)\n          for _ in range(steps):\n              "
         "loss_of(w).backward()\n              with torch.no_grad():\n                  w += lr * w.grad\n"
         "          return w.detach()\n    checks",
         "return 1 / 0\n      descend(1, 2, 3)\n    checks", "the starter does not run (ZeroDivisionError"),
        ("                  w += lr * w.grad\n          return w.detach()\n    checks",
         "                  w += 3 * lr * w.grad\n          return w.detach()\n    checks",
         "none of the starter's faults is named"),
    ],
)  # fmt: skip
def test_a_repair_that_does_not_run_or_hides_its_faults_is_found(
    tmp_path: Path, sandbox: Any, old: str, new: str, said: str
) -> None:
    classroom = Classroom(write_kinds(tmp_path, edited(MEND, old, new)), sandbox)
    exercises = classroom.assignment.exercises[-1:]
    proofs = verify(classroom.setting, trials(classroom.setting, exercises))
    assert any(said in problem for proof in proofs for problem in proof.problems), proofs


def test_a_grader_that_fails_by_itself_is_no_fault_of_the_starters(
    tmp_path: Path, sandbox: Any
) -> None:
    grader = "graders/a01_slopes/test_mend_descent.py"
    loops = edited(
        MEND, "w += lr * w.grad\n          return", "w += 3 * lr * w.grad\n          return"
    )
    hidden = edited(grader, '"descend", w, 0.1, 4', '"descend", undefined, 0.1, 4')
    classroom = Classroom(write_kinds(tmp_path, {**loops, **hidden}), sandbox)
    exercises = classroom.assignment.exercises[-1:]
    proofs = verify(classroom.setting, trials(classroom.setting, exercises))
    starter = next(proof for proof in proofs if proof.case.kind == "starter")
    assert starter.problems == ()
    assert "undefined" in str(starter.faults[0])


WRONG = {
    FILLED: ['filled = ["a"]', 'filled = ["b", "a"]', 'filled = ["m"]', "filled = 3", "x = 1"],
    COMMIT: [
        PREDICTED.format("1.925", "No", "0.5"),
        PREDICTED.format("None", "no", "0.5"),
        PREDICTED.format("2.43", "yes", "0.5"),
        PREDICTED.format("7", "perhaps", "0.5"),
        PREDICTED.format('"1.92"', "no", "0.5"),
        PREDICTED.format("float('nan')", "no", "0.5"),
        PREDICTED.format("torch.tensor([2.4])", "no", "0.5"),
        PREDICTED.format("torch.tensor([2.4, 1.0])", "no", "0.5"),
    ],
}


def said_by_both(classroom: Any, name: str, text: str) -> tuple[Any, Any]:
    """Of each public check of a part: status, message and cause, by the grader and by gp.check."""
    by_grader = {
        check: (found.status, found.message, found.misconception)
        for check, found in verdicts(classroom, **{name: text}).items()
        if found.public
    }
    names: dict[str, Any] = {}
    load(public_json(_public(classroom)))
    exercise, part = name.split("__")
    with KernelSession(names) as session:
        session.run(CellSource("import torch", "set-up"))
        for cell in read_notebook(classroom.notebook(**{name: text})).cells:
            if cell.grade_id in (f"{exercise}-given", f"{exercise}-{part}"):
                session.run(CellSource(cell.source, cell.grade_id))
    (told,) = report(exercise, part, names, session)
    by_student = {
        check.name: (check.judgement.status, check.judgement.message, check.judgement.misconception)
        for check in told.checks
    }
    return by_grader, by_student


def _public(classroom: Any) -> Any:
    return record_public_checks(classroom.course, classroom.assignment)


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts]
)
def test_the_notebook_says_what_the_grader_says(kinds: Any, name: str, text: str) -> None:
    """Though there the right answer is sealed."""
    by_grader, by_student = said_by_both(kinds, name, text)
    assert by_student == by_grader
    assert NOT_BEGUN not in [message for _, message, _ in by_grader.values()]


@pytest.fixture(scope="module")
def secretive(tmp_path_factory: pytest.TempPathFactory, sandbox: Any) -> Any:
    """A function whose public check shows its verdict alone."""
    shown = replaced(EXERCISE, "public: true\n", "public: true\n        reveal: verdict\n")
    return Classroom(write_course(tmp_path_factory.mktemp("secretive"), shown), sandbox)


@pytest.mark.parametrize(
    ("body", "cause", "said"),
    [
        ("2 * w", None, None),
        ("w * 2.0000001", None, None),
        ("w", "missing_factor_two", "Your answer is not right. Was the 2 of 2w lost?"),
        ("w ** 2", "value_not_gradient", "This is the square itself."),
        ("2.01 * w", None, "Your answer is not right."),
        ("2 * w[:2]", "wrong_shape", "has shape (2,), expected (3,)"),
        ("w * float('nan')", "not_finite", "Your answer is not right."),
        ("1 / 0", None, "raised ZeroDivisionError"),
    ],
)
def test_tensors_are_kept_secret_as_well(
    secretive: Any, body: str, cause: str | None, said: str | None
) -> None:
    answer = f"def d_square(w):\n    return {body}"
    by_grader, by_student = said_by_both(secretive, "square_derivative__by_hand", answer)
    assert by_student == by_grader
    status, message, misconception = by_grader["shape"]
    assert (status == "passed", misconception) == (said is None, cause)
    assert said is None or said in message


@pytest.mark.parametrize(
    ("expectation", "why"),
    [
        ('to_raise("RuntimeError")', "to_raise() accepts every type derived from one"),
        ("to_be_within(0.0, 9.0)", "to_be_within() accepts as many numbers as come"),
        ('to_be_one_of("up", "down")', "to_be_one_of() accepts several words"),
        ("to_match(Gradient(square, at=w * float('inf')))", "a right answer is not finite"),
    ],
)
def test_what_cannot_be_kept_secret_is_refused_with_its_line_and_reason(
    tmp_path: Path, expectation: str, why: str
) -> None:
    secret = replaced(EXERCISE, "public: true\n", "public: true\n        reveal: verdict\n")
    grader = course_files()[GRADER].replace("to_match(Gradient(square, at=w))", expectation, 1)
    course = load_course(write_course(tmp_path, {**secret, GRADER: grader}))
    with pytest.raises(GraderFault) as refused:
        record_public_checks(course, course.assignments[0])
    said = str(refused.value)
    assert f"{GRADER}:8: shape shows only its verdict" in said
    assert f"{why}" in said
    assert said.endswith("write reveal: numbers, or make it a hidden check")


def test_neither_answers_nor_what_is_said_of_wrong_ones_can_be_read(kinds: Any) -> None:
    data = _public(kinds)
    assert "loss rises. Which way" in public_json(data)  # a repair's checks show numbers
    del data["mend_descent"], data["square_derivative"]
    text = public_json(data)
    secret = [
        "1.92",
        "2.4",
        "graph leads through",
        "every_leaf",
        "inverted_move",
        "0.99",
        "one_step",
    ]
    assert [word for word in secret if word in text] == []
