"""Where an exercise's files stand, relative to the course folder."""

from __future__ import annotations


def exercise_path(assignment: str, exercise: str) -> str:
    return f"exercises/{assignment}/{exercise}.yaml"


def solution_path(assignment: str, exercise: str) -> str:
    return f"solutions/{assignment}/{exercise}.py"


def grader_path(assignment: str, exercise: str) -> str:
    return f"graders/{assignment}/test_{exercise}.py"


SHARED = "graders/shared/"
"""Where helpers lie that graders share."""


def data_path(assignment: str, name: str) -> str:
    return f"exercises/{assignment}/{name}"
