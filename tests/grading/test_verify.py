"""Graders are proven, and the ones that are wrong about an answer are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from course.minimal import EXERCISE, EXPLAIN_SOLUTION, GRADER, SOLUTION, write_course
from gradeprop.grading.verify import trials, verify
from grading.conftest import Classroom


def proofs_of(root: Any, sandbox: Any) -> Any:
    setting = Classroom(root, sandbox).setting
    return verify(setting, trials(setting, setting.assignment.exercises))


def problems_of(root: Any, sandbox: Any) -> Any:
    return [problem for proof in proofs_of(root, sandbox) for problem in proof.problems]


def test_a_good_course_is_proven_case_by_case(tmp_path: Path, sandbox: Any) -> None:
    proofs = proofs_of(write_course(tmp_path), sandbox)
    assert sorted((proof.case.exercise, proof.case.label) for proof in proofs) == [
        ("explain_sign", "inverted_move"),
        ("explain_sign", "solution"),
        ("explain_sign", "starter"),
        ("square_derivative", "missing_factor_two"),
        ("square_derivative", "solution"),
        ("square_derivative", "starter"),
        ("square_derivative", "value_not_gradient"),
    ]
    assert [proof.problems for proof in proofs] == [()] * len(proofs)


def test_the_words_a_student_reads_are_kept_with_the_proof(tmp_path: Path, sandbox: Any) -> None:
    proofs = proofs_of(write_course(tmp_path), sandbox)
    said = {proof.case.misconception: proof.message for proof in proofs}
    assert "Was the 2 of 2w lost?" in said["missing_factor_two"]


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        pytest.param(
            GRADER, "return w**2", "return w**3", "the solution does not pass", id="wrong reference"
        ),
        pytest.param(
            EXERCISE,
            "          ...",
            "          return w + w",
            "the starter earns 3 of 3 points: it passes shape and matches_autograd",
            id="right starter",
        ),
        pytest.param(
            EXERCISE, "return w\n", "return w + w\n", "gets full marks", id="right sample"
        ),
        pytest.param(
            EXERCISE, "return w\n", "return w * 1.3\n", "is not named", id="sample of nothing"
        ),
        pytest.param(EXERCISE, "scale: 0.5", "scale: 0.25", "is not named", id="wrong pattern"),
        pytest.param(
            EXERCISE,
            "return w\n",
            "return w ** 2 + 0 * w\n",
            "also called value_not_gradient",
            id="another's",
        ),
        pytest.param(
            SOLUTION,
            "def d_square",
            "[][1]\n\n\ndef d_square",
            "; Your cell stopped with an error: IndexError: list index out of range",
            id="a solution that raises",
        ),
        pytest.param(
            EXERCISE,
            "def d_square(w):\n              return w\n",
            "[][1]\n          def d_square(w):\n              return w\n",
            "; Your cell stopped with an error: IndexError: list index out of range",
            id="a sample that raises",
        ),
        pytest.param(
            EXERCISE,
            "parts:\n",
            "given: |\n  torch.Tensor.__rmul__ = None\n  [][1]\nparts:\n",
            "the cell square_derivative-given stops with an error: IndexError: list index out",
            id="given code that raises",
        ),
    ],
)
def test_a_wrong_grader_or_sample_is_found(
    tmp_path: Path, sandbox: Any, path: Any, old: str, new: str, said: str
) -> None:
    root = write_course(tmp_path)
    text = (root / path).read_text()
    assert old in text
    (root / path).write_text(text.replace(old, new, 1))
    assert any(said in problem for problem in problems_of(root, sandbox))


@pytest.mark.slow
def test_an_answer_that_later_cells_mend_is_found(tmp_path: Path, sandbox: Any) -> None:
    """It would pass for whoever is asked after the last cell."""
    root = write_course(tmp_path)
    text = (root / SOLUTION).read_text()
    (root / SOLUTION).write_text(text.replace("return 2 * w", "return w * factor"))
    later = (root / EXPLAIN_SOLUTION).read_text()
    later = later.replace('direction = "increase"', 'direction = "increase"\nfactor = 2')
    (root / EXPLAIN_SOLUTION).write_text(later)
    found = problems_of(root, sandbox)
    assert any(
        "shape on cpu is passed when asked after the last cell, and failed (unknown_name) at its own "
        "place" in item
        for item in found
    ), found
