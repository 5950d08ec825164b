from __future__ import annotations

import pytest
from notebook_example import EXPLAIN, PUBLIC, course, model

from gradeprop.course.model import Exercise
from gradeprop.errors import CourseError
from gradeprop.notebook.release import release_model


def test_cells_stand_in_the_order_and_with_the_ids_of_the_contract() -> None:
    assert [(cell.grade_id, cell.role) for cell in model().cells] == [
        ("a01_slopes-introduction", "introduction"),
        ("a01_slopes-setup", "setup"),
        ("square_derivative-introduction", "introduction"),
        ("square_derivative-by_hand-prompt", "prompt"),
        ("square_derivative-by_hand", "solution"),
        ("square_derivative-by_hand-check", "check"),
        ("square_derivative-autograd-prompt", "prompt"),
        ("square_derivative-autograd", "solution"),
        ("square_derivative-autograd-check", "check"),
        ("explain_sign-introduction", "introduction"),
        ("explain_sign-commit-prompt", "prompt"),
        ("explain_sign-commit", "solution"),
        ("explain_sign-commit-check", "check"),
        ("explain_sign-why-prompt", "prompt"),
        ("explain_sign-why", "manual"),
        ("a01_slopes-progress", "progress"),
    ]


def test_points_stand_on_check_and_manual_cells_and_add_up() -> None:
    cells = model().cells
    assert {cell.role for cell in cells if cell.points is not None} == {"check", "manual"}
    assert sum(cell.points or 0 for cell in cells) == course().assignments[0].points


def test_a_check_cell_holds_only_the_call() -> None:
    sources = [cell.source for cell in model().cells if cell.role == "check"]
    assert sources[0] == 'gp.check("square_derivative", "by_hand")'


def test_declared_data_files_are_released() -> None:
    assert model().files == {"table.csv": b"1,2\n"}


def test_data_files_of_one_name_and_two_contents_are_refused() -> None:
    made = course()
    assignment = made.assignments[0]
    first, second = assignment.exercises
    clash = second.model_copy(update={"data": {"table.csv": b"other"}})
    with pytest.raises(CourseError, match=r"explain_sign\.yaml.*'table\.csv'"):
        release_model(made, assignment.model_copy(update={"exercises": (first, clash)}), PUBLIC)


def test_a_part_whose_cell_would_take_another_cells_id_is_refused() -> None:
    made = course()
    assignment = made.assignments[0]
    parts = [EXPLAIN["parts"][0] | {"part": "introduction"}]
    spec = Exercise.model_validate(EXPLAIN | {"parts": parts})
    clash = assignment.exercises[1].model_copy(update={"spec": spec})
    with pytest.raises(CourseError, match="explain_sign-introduction"):
        release_model(made, assignment.model_copy(update={"exercises": (clash,)}), {})
