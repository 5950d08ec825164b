"""A batch of submissions through the real sandbox and pytest, in one session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from course.minimal import GRADER, write_course
from gradeprop.errors import GraderFault, StorageError
from gradeprop.grading.checks.seeds import INPUT_SETS
from gradeprop.grading.result.score import NOT_BEGUN
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.publish import record_public_checks
from grading.conftest import Classroom, part_of

BY_HAND = ("square_derivative", "by_hand")


def by_hand(classroom: Any, source: Any) -> Any:
    return part_of(
        classroom.grade_one(classroom.notebook(square_derivative__by_hand=source)), *BY_HAND
    )


def test_a_right_submission_gets_all_that_checks_can_give(classroom: Any) -> None:
    result = classroom.grade_one(classroom.notebook())
    assert result.status == "needs_manual"
    assert result.auto_score == 4.0
    assert result.score is None
    assert result.max_score == 6.0
    assert part_of(result, *BY_HAND).status == "passed"
    assert part_of(result, "explain_sign", "why").status == "manual"


def test_the_result_is_json_with_the_contracts_keys(classroom: Any) -> None:
    data = json.loads(
        json.dumps(classroom.grade_one(classroom.notebook()).to_json(), allow_nan=False)
    )
    assert list(data) == [
        "schema", "student", "assignment", "status", "message", "score", "max_score", "auto_score",
        "exercises", "isolation", "device", "seed", "timing", "versions", "late", "late_days", "extension",
        "group",
    ]  # fmt: skip
    assert list(data["exercises"][0]["parts"][0]["checks"][0]) == [
        "check", "device", "public", "status", "score", "max_score", "message", "detail", "misconception",
        "voided", "not_begun", "asked", "report", "hint", "rows", "more_rows", "line", "plot",
        "raised",
    ]  # fmt: skip
    assert data["versions"]["course"] == classroom.course.digest
    assert "student_package" not in data["versions"]  # the notebook's cell carries none


def test_the_result_says_what_checked_in_the_notebook(classroom: Any) -> None:
    notebook = json.loads(classroom.notebook())
    setup = next(cell for cell in notebook["cells"] if cell["id"].endswith("-setup"))
    there = setup["source"].index("import gradeprop as gp\n")
    setup["source"].insert(there, "# gradeprop 1.2.3, sha256 0123456789ab\n")
    result = classroom.grade_one(json.dumps(notebook).encode())
    assert result.versions["student_package"] == "1.2.3 0123456789ab"
    assert result.message is None


def test_many_submissions_share_one_session_and_none_affects_another(classroom: Any) -> None:
    results = classroom.grade(
        classroom.notebook(),
        classroom.notebook(square_derivative__by_hand="def d_square(w):\n    return w"),
        classroom.notebook(square_derivative__by_hand="import os\nos._exit(3)"),
        b"not a notebook",
        classroom.notebook(),
    )
    assert [result.auto_score for result in results] == [4.0, 1.0, 1.0, 0.0, 4.0]
    assert [result.status for result in results] == [
        "needs_manual", "needs_manual", "needs_manual", "ungradable", "needs_manual",
    ]  # fmt: skip
    assert part_of(results[2], *BY_HAND).status == "killed"


def test_a_known_mistake_is_named_and_its_dependants_are_skipped(classroom: Any) -> None:
    part = by_hand(classroom, "def d_square(w):\n    return w")
    first, second = part.checks
    assert (first.status, first.misconception) == ("failed", "missing_factor_two")
    assert "Was the 2 of 2w lost?" in first.message
    assert (second.status, second.score) == ("skipped", 0.0)
    assert second.message == "Not checked yet: “The answer has the shape of w” must pass first."


@pytest.mark.parametrize(
    "source",
    [
        "d_square = lambda w: 2 * w",
        "import torch\nd_square = torch.func.grad(lambda w: (w ** 2).sum())",
        "class Slope:\n    def __call__(self, w):\n        return w + w\nd_square = Slope()",
        "def d_square(w):\n    print('hello')\n    import warnings\n    warnings.warn('')\n    "
        "return 2 * w",
        "def d_square(w):\n    return 2 * w.clone().requires_grad_()",
        "%matplotlib inline\ndef d_square(w):\n    return 2 * w",
        "def d_square(w):\n    return 2 * w\nraise RuntimeError('after the definition')",
    ],
)
def test_honest_work_in_any_style_passes(classroom: Any, source: str) -> None:
    assert by_hand(classroom, source).score == 3.0


def test_an_endless_loop_in_a_function_costs_only_its_checks(tmp_path: Path, sandbox: Any) -> None:
    root = write_course(tmp_path)
    text = (root / "course.yaml").read_text() + "limits: {check_s: 3}\n"
    (root / "course.yaml").write_text(text)
    classroom = Classroom(root, sandbox)
    result = classroom.grade_one(
        classroom.notebook(
            square_derivative__by_hand="def d_square(w):\n    while True:\n        pass"
        )
    )
    assert part_of(result, *BY_HAND).status == "timeout"
    message = part_of(result, *BY_HAND).checks[0].message
    assert message == "`d_square` did not finish in 3 s: does a loop never end?"
    assert part_of(result, "explain_sign", "commit").score == 1.0


def test_a_cell_that_ran_out_of_time_keeps_what_it_defined_late_in_it(
    tmp_path: Path, sandbox: Any
) -> None:
    """Going back to the place ends such a cell sooner than the first run did: only the process that
    has run all cells has the function."""
    root = write_course(tmp_path)
    (root / "course.yaml").write_text((root / "course.yaml").read_text() + "limits: {cell_s: 4}\n")
    classroom = Classroom(root, sandbox)
    answer = "import time\ntime.sleep(2)\ndef d_square(w):\n    return 2 * w\nwhile True:\n    pass"
    result = classroom.grade_one(classroom.notebook(square_derivative__by_hand=answer))
    assert part_of(result, *BY_HAND).score == 3.0


def test_a_deleted_cell_is_missing_and_costs_only_its_part(classroom: Any) -> None:
    notebook = json.loads(classroom.notebook())
    notebook["cells"] = [
        cell for cell in notebook["cells"] if cell["id"] != "square_derivative-by_hand"
    ]
    result = classroom.grade_one(json.dumps(notebook).encode())
    assert part_of(result, *BY_HAND).status == "missing"
    assert part_of(result, *BY_HAND).score == 0.0
    # Nobody left the name out of a cell that was not there: deleted, or added after the release.
    assert {check.misconception for check in part_of(result, *BY_HAND).checks} == {None}
    assert part_of(result, "explain_sign", "commit").score == 1.0


def test_a_part_is_judged_on_the_state_at_its_own_place(classroom: Any) -> None:
    notebook = json.loads(classroom.notebook())
    last = {
        "cell_type": "code",
        "id": "late",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    later = {**last, "source": "d_square = None\ndirection = 'decrease'"}
    result = classroom.grade_one(
        json.dumps({**notebook, "cells": [*notebook["cells"], later]}).encode()
    )
    assert result.auto_score == 4.0
    first = {**last, "source": "direction = 'increase'\nd_square = lambda w: 2 * w"}
    blank = json.loads(
        classroom.notebook(
            square_derivative__by_hand="pass", explain_sign__commit="direction = 'decrease'"
        )
    )
    blank["cells"].insert(2, first)
    result = classroom.grade_one(json.dumps(blank).encode())
    assert part_of(result, *BY_HAND).score == 3.0
    assert part_of(result, "explain_sign", "commit").score == 0.0


def test_a_submission_that_cannot_be_read_is_told_what_to_do(classroom: Any) -> None:
    (result,) = classroom.grade(Submission("tom", b"%PDF-1.4"))
    assert result.status == "ungradable"
    assert result.auto_score == 0.0
    assert result.message
    (absent,) = classroom.grade(Submission("eve", b"", problem="The notebook is missing."))
    assert (absent.status, absent.message) == ("ungradable", "The notebook is missing.")


@pytest.mark.parametrize(
    "body",
    [
        "    raise RuntimeError('a bug in the grader')",
        "    pass",
        "    reference.expect(student.call('d_square', object())).to_match(Gradient(square, at=1))",
        "    if student.value('w'):\n        pass",
    ],
)
def test_a_fault_of_the_grader_is_nobodys_zero(tmp_path: Path, sandbox: Any, body: str) -> None:
    root = write_course(tmp_path)
    classroom = Classroom(root, sandbox)
    text = (root / GRADER).read_text()
    head = text.index("def test_matches_autograd")
    (root / GRADER).write_text(
        f"{text[:head]}def test_matches_autograd(student, reference, device):\n{body}\n"
    )
    result = classroom.grade_one(classroom.notebook())
    part = part_of(result, *BY_HAND)
    assert result.status == "error"
    assert (part.status, part.score) == ("error", None)
    assert part.checks[0].score == 1.0
    assert part.checks[1].score is None
    assert "not your fault" in part.checks[1].message
    assert part.checks[1].detail
    assert part_of(result, "explain_sign", "commit").score == 1.0


def test_a_grader_that_cannot_be_imported_is_nobodys_zero(tmp_path: Path, sandbox: Any) -> None:
    root = write_course(tmp_path)
    classroom = Classroom(root, sandbox)
    (root / GRADER).write_text("import no_such_module\n" + (root / GRADER).read_text())
    result = classroom.grade_one(classroom.notebook())
    assert result.status == "error"
    assert "no_such_module" in part_of(result, *BY_HAND).checks[0].detail
    assert part_of(result, "explain_sign", "commit").score == 1.0
    with pytest.raises(GraderFault, match="no_such_module"):
        record_public_checks(classroom.course, classroom.assignment)


def test_hidden_inputs_differ_between_students_and_repeat_for_one(classroom: Any) -> None:
    wrong = "def d_square(w):\n    return 2 * w + 0.3 * w ** 2 * (w.numel() > 3)"
    notebook = classroom.notebook(square_derivative__by_hand=wrong)
    ada, bob, again = (
        part_of(classroom.grade(Submission(student, notebook))[0], *BY_HAND).checks[1]
        for student in ("ada", "bob", "ada")
    )
    assert ada.detail == again.detail
    assert ada.detail != bob.detail


def hidden_check(classroom: Any, notebook: bytes, student: str = "ada") -> Any:
    return part_of(classroom.grade(Submission(student, notebook))[0], *BY_HAND).checks[1]


def test_hidden_inputs_are_other_ones_for_every_hand_in_and_the_same_for_the_same(
    classroom: Any,
) -> None:
    wrong = "def d_square(w):\n    return 2 * w + 0.3 * w ** 2 * (w.numel() > 3)"
    notebook = classroom.notebook(square_derivative__by_hand=wrong)
    run_before = json.loads(notebook)
    for cell in run_before["cells"]:
        cell["metadata"]["tags"] = ["seen"]
        if cell["cell_type"] == "code":
            cell |= {"execution_count": 3, "outputs": []}
    first = hidden_check(classroom, notebook)
    assert hidden_check(classroom, json.dumps(run_before).encode()).detail == first.detail
    another = classroom.notebook(square_derivative__by_hand=f"{wrong}\n# once more")
    assert hidden_check(classroom, another).detail != first.detail
    results = [classroom.grade(Submission("ada", item))[0] for item in (notebook, another)]
    assert results[0].seed == results[1].seed


def test_a_hidden_input_does_not_leave_through_a_line_number(classroom: Any) -> None:
    source = """def d_square(w):
    if w.numel() == 3 and w.dim() == 1 and not hasattr(d_square, "called"):
        d_square.called = True
        return 2 * w
    n = int(abs(w.reshape(-1)[0].item()) * 100000)
    name = d_square.__code__.co_filename
    made = compile("\\n" * (n - 1) + "def g(): raise ValueError()", name, "exec")
    names = {}
    exec(made, names)
    names["g"]()
"""
    check = hidden_check(classroom, classroom.notebook(square_derivative__by_hand=source))
    assert "raised ValueError on inputs that you cannot see" in check.message
    assert "in line" in check.detail


def test_public_checks_are_asked_before_any_hidden_one(classroom: Any) -> None:
    asked: list[str] = []
    grade_batch(
        classroom.setting,
        [Submission("ada", classroom.notebook())],
        lambda _: None,
        on_check=lambda item: asked.append(item.site.check.check),
    )
    assert asked == ["shape", "direction", "matches_autograd"]


ONE_OR_THREE = """
def test_matches_autograd(student, reference, device):
    # At w = 1, half of the slope and w² are the same number; at w = 3 they are not.
    w = reference.inputs((), integer=True, positive=True, low=1, high=3, avoid=(2,))
    reference.expect(student.call("d_square", w)).to_match(Gradient(square, at=w))
"""


def test_two_causes_that_coincide_are_told_apart_by_probing_again(
    tmp_path: Path, sandbox: Any
) -> None:
    root = write_course(tmp_path)
    grader = (root / GRADER).read_text()
    (root / GRADER).write_text(grader[: grader.index("def test_matches_autograd")] + ONE_OR_THREE)
    classroom = Classroom(root, sandbox)
    # Right in the public check (three numbers), wrong in the hidden one (a single number).
    wrong = "def d_square(w):\n    return 2 * w if w.numel() == 3 else w"
    submissions = [
        Submission(f"s{number}", classroom.notebook(square_derivative__by_hand=wrong))
        for number in range(8)
    ]
    checks = [part_of(result, *BY_HAND).checks[1] for result in classroom.grade(*submissions)]
    assert {"expected 2.0, got 1.0" in check.detail for check in checks} == {True, False}, (
        "both must occur"
    )
    assert {check.misconception for check in checks} == {"missing_factor_two"}


def test_what_hidden_checks_print_never_reaches_the_notebooks_outputs(classroom: Any) -> None:
    source = "def d_square(w):\n    print('secret', w)\n    return 2 * w"
    result = classroom.grade_one(classroom.notebook(square_derivative__by_hand=source))
    assert part_of(result, *BY_HAND).score == 3.0
    assert "secret" not in json.dumps([cell.outputs for cell in result.cells])


def test_the_executed_notebook_is_kept_beside_the_result(classroom: Any) -> None:
    result = classroom.grade_one(
        classroom.notebook(square_derivative__by_hand="print('hi')\n1 + 1")
    )
    cell = next(cell for cell in result.cells if cell.grade_id == "square_derivative-by_hand")
    assert [item["output_type"] for item in cell.outputs] == ["stream", "execute_result"]
    assert cell.execution_count is not None


def test_an_untouched_starter_gets_no_cause(classroom: Any) -> None:
    starter = classroom.assignment.exercises[0].part("by_hand").starter
    part = by_hand(classroom, starter)
    assert part.score == 0.0
    assert part.message == NOT_BEGUN
    assert [check.misconception for check in part.checks] == [None, None]
    assert part.checks[0].message == NOT_BEGUN


def test_a_result_that_cannot_be_kept_stops_the_batch_with_its_own_error(classroom: Any) -> None:
    kept = []

    def keep(result: Any) -> None:
        if kept:
            raise StorageError("the disk is full")
        kept.append(result)

    submissions = [Submission(student, classroom.notebook()) for student in ("ada", "bob", "cy")]
    with pytest.raises(StorageError, match="the disk is full"):
        grade_batch(classroom.setting, submissions, keep)
    assert [result.student for result in kept] == ["ada"]


def test_a_public_check_is_worked_out_once_and_a_hidden_one_for_each_set(
    tmp_path: Path, sandbox: Any
) -> None:
    root, log = write_course(tmp_path / "course"), tmp_path / "log"
    classroom = Classroom(root, sandbox)
    note = f"    open({str(log)!r}, 'a').write('%s\\n')\n"
    grader = (root / GRADER).read_text()
    for check in ("shape", "matches_autograd"):
        head = f"def test_{check}(student, reference, device):\n"
        grader = grader.replace(head, head + note % check)
    (root / GRADER).write_text(grader)
    wrong = classroom.notebook(square_derivative__by_hand="def d_square(w):\n    return w")
    classroom.grade(classroom.notebook())  # what one batch has worked out serves the next
    right = [Submission(f"r{number}", classroom.notebook()) for number in range(INPUT_SETS)]
    results = classroom.grade(*right, Submission("w1", wrong), Submission("w2", wrong))
    assert [result.auto_score for result in results] == [4.0] * INPUT_SETS + [1.0, 1.0]
    assert part_of(results[-1], *BY_HAND) == part_of(results[-2], *BY_HAND)
    ran = log.read_text().split()
    assert ran.count("shape") == 1
    sets = {result.versions["input_set"] for result in results[:INPUT_SETS]}
    assert len(sets) <= ran.count("matches_autograd") <= len(sets) + 1  # the first batch's own
    assert len(sets) < INPUT_SETS
