"""``jsonl``: one JSON object per student, for programs: everything of the result, and the marks."""

from __future__ import annotations

import json
from typing import Any

from gradeprop.course.keys import PartKey
from gradeprop.records.marks import ClassMarks, Marks


def export(marks: ClassMarks) -> str:
    """JSON Lines. As the result file without ``seed``, ``versions.input_set`` and ``detail``;
    ``score`` is the final one everywhere, and ``marks`` says how it came about. null means
    unknown."""
    return "".join(_line(student) for student in marks.students)


def _line(student: Marks) -> str:
    result = student.result
    score = student.score
    data: dict[str, Any] = {
        **result.to_json(),
        "student": student.student,
        "score": score,
        "exercises": [_exercise(student, exercise) for exercise in result.to_json()["exercises"]],
        "marks": {
            "source": "gradebook" if student.recorded else "results",
            "late_penalty": student.penalty,
            "extra_credit": student.extra,
            "retired_points": student.retired,
        },
    }
    del data["seed"]
    versions = result.versions.items()  # nobody is to learn who has whose hidden inputs
    data["versions"] = {name: text for name, text in versions if name != "input_set"}
    # ASCII only: a lone surrogate in a message could not be written as UTF-8.
    return json.dumps(data, allow_nan=False) + "\n"


def _exercise(student: Marks, exercise: dict[str, Any]) -> dict[str, Any]:
    parts = [_part(student, exercise["exercise"], part) for part in exercise["parts"]]
    return {**exercise, "score": student.exercise_score(exercise["exercise"]), "parts": parts}


def _part(student: Marks, exercise: str, part: dict[str, Any]) -> dict[str, Any]:
    mark = student.parts[PartKey(exercise, part["part"])]
    return {
        **part,
        "score": mark.score,
        "auto_score": mark.auto,
        "manual_score": mark.manual,
        "extra_credit": mark.extra,
        "comment": mark.comment,
        "look_again": mark.again,
        "checks": [
            {name: value for name, value in check.items() if name != "detail"}
            for check in part["checks"]
        ],
    }
