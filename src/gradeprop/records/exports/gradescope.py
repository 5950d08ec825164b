"""``gradescope``: a results.json per student, as Gradescope's autograder specification has it.

https://gradescope-autograders.readthedocs.io/en/latest/specs/ (read in 2026): ``score`` at the top
stands before the sum of the tests'; a test without a score informs only; ``text`` is shown as it
is, whatever characters are in it; ``after_published`` is seen when the grades are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradeprop.course.keys import CheckKey, PartKey
from gradeprop.grading.result.verdict import CheckVerdict, PartResult
from gradeprop.records.exports.interface import by_checks_alone, checks_of, describes, part_titles
from gradeprop.records.marks import ClassMarks, Marks
from gradeprop.wording import number

_WAITS = "A person reads this part and gives its points."
NOT_YOUR_FAULT = (
    "The grader failed. This is not your fault, and you have not been given any score for it. "
    "Your submission"
    " is kept; please tell the course staff, who can run the autograder again."
)


def export(marks: ClassMarks, *, by_checks: bool = False) -> dict[str, dict[str, Any]]:
    """By student (the folder's name), the object of results.json.

    While a total is unknown there is no ``score`` in it, neither at the top nor in any test:
    Gradescope would take the sum of the tests for the total.

    Args:
        by_checks: give the total of the parts that checks decide, whatever explanations wait for a
            person. For the autograder itself, whose score Gradescope adds to that of its manual
            questions.
    """
    words = describes(marks.assignment)
    titles = part_titles(marks)
    return {
        student.result.student: _results(student, words, titles, by_checks)
        for student in marks.students
    }


def _results(
    student: Marks, words: dict[CheckKey, str], titles: dict[PartKey, str], by_checks: bool
) -> dict[str, Any]:
    total = by_checks_alone(student) if by_checks else student.score
    known = total is not None
    data: dict[str, Any] = {
        "execution_time": round(student.result.timing.run_s, 3),
        "output": _checks_summary(student, total) if by_checks else _summary(student),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": list(_tests(student, words, titles, known)),
        "extra_data": {
            "student": student.student,
            "assignment": student.result.assignment,
            "status": student.status,
        },
    }
    return {"score": total, **data} if known else data


def _checks_summary(student: Marks, total: float | None) -> str:
    decided = sum(
        part.max_score for _, part in student.result.parts() if part.kind != "explanation"
    )
    by_hand = student.max_score - decided
    if total is None:
        lines = [NOT_YOUR_FAULT]
    else:
        lines = [f"{number(total)} of {number(decided)} points by the checks."]
    if by_hand:
        lines.append(
            f"{number(by_hand)} more points are given by a person, who reads your explanations."
        )
    # Why a grader failed is for the instructor.
    if student.result.message and student.result.status != "error":
        lines.append(student.result.message)
    return "\n".join(lines)


def _summary(student: Marks) -> str:
    lines = []
    if student.score is None:
        lines.append("The total is not known yet: a part is still to be looked at by a person.")
    else:
        lines.append(f"{number(student.score)} of {number(student.max_score)} points.")
    if student.extra:
        lines.append(f"With {number(student.extra)} points of extra credit.")
    if student.penalty:
        lines.append(f"{number(student.penalty)} points were taken off for handing in late.")
    if student.result.message:
        lines.append(student.result.message)
    return "\n".join(lines)


def _tests(
    student: Marks, words: dict[CheckKey, str], titles: dict[PartKey, str], known: bool
) -> Iterator[dict[str, Any]]:
    for place, (key, part) in enumerate(student.result.parts(), start=1):
        mark = student.parts[key]
        shown = 0
        for shown, check in enumerate(checks_of(part), start=1):
            what = words.get(CheckKey(*key, check.check), check.check.replace("_", " "))
            # A person's score stands for the whole part: the checks then inform only.
            counts = known and mark.manual is None
            yield _check(check, f"{titles[key]}: {what}", f"{place}.{shown}", counts)
        if mark.manual is not None or not part.checks:
            yield _whole(part, mark.score, mark.comment, titles[key], f"{place}.{shown + 1}", known)


def _check(check: CheckVerdict, name: str, position: str, counts: bool) -> dict[str, Any]:
    test: dict[str, Any] = {
        "name": name,
        "number": position,
        "status": "passed" if check.status == "passed" else "failed",
        "visibility": "visible" if check.public else "after_published",
        "tags": [check.misconception] if check.misconception else [],
    }
    if check.voided:
        del test["status"]  # neither: without one, a test only informs
    if check.message and check.status != "passed":
        test["output"] = check.message
    if counts and check.score is not None:
        test |= {"score": check.score, "max_score": check.max_score}
    return test


def _whole(
    part: PartResult,
    score: float | None,
    comment: str | None,
    name: str,
    position: str,
    known: bool,
) -> dict[str, Any]:
    said = [text for text in (part.message, comment) if text]
    if score is None and part.status != "error":
        said.append(_WAITS)
    test: dict[str, Any] = {
        "name": name,
        "number": position,
        "visibility": "visible" if score is None else "after_published",
        "output": "\n\n".join(said),
    }
    if known and score is not None:
        test |= {"score": score, "max_score": part.max_score}
    return test
