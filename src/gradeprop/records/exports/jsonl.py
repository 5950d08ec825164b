"""``jsonl``: one JSON object per student, for programs: everything of the result, and the marks."""

from __future__ import annotations

import json

from gradeprop.records.marks import ClassMarks, Marks


def export(marks: ClassMarks) -> str:
    """JSON Lines. As the result file without ``seed``, ``versions.input_set`` and ``detail``;
    ``score`` is the final one everywhere, and ``marks`` says how it came about. null means
    unknown."""
    return "".join(_line(student) for student in marks.students)


def _line(student: Marks) -> str:
    data = {**student.to_json(), "student": student.student}
    del data["seed"]
    data["versions"].pop("input_set", None)  # nobody is to learn who has whose hidden inputs
    for exercise in data["exercises"]:
        for part in exercise["parts"]:
            for check in part["checks"]:
                del check["detail"]
    # ASCII only: a lone surrogate in a message could not be written as UTF-8.
    return json.dumps(data, allow_nan=False) + "\n"
