"""``result.json`` as Classroom 50 reads it, schema ``classroom50/result/v1``.

https://github.com/foundation50/classroom50/wiki/Advanced-Autograding (read in 2026): scores are
whole numbers from 0 to ``max-score``, the totals are sums over ``tests``, and further fields of a
test are kept as they are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from gradeprop.course.keys import CheckKey, PartKey
from gradeprop.course.model import LoadedAssignment
from gradeprop.grading.result.verdict import PartResult
from gradeprop.records.exports.interface import by_checks_alone, checks_of, describes, part_titles
from gradeprop.records.marks import ClassMarks, Marks
from gradeprop.wording import number, points

SCHEMA: Final = "classroom50/result/v1"
_FINEST: Final = 1000
"""Points are taken to be multiples of a fraction with a denominator up to this."""


def factor(assignment: LoadedAssignment) -> int:
    """The smallest number that makes the points of all checks and parts whole."""
    given = [
        *(check.points for _, check in assignment.checks()),
        *(part.points for _, part in assignment.parts() if part.kind != "explanation"),
    ]
    shares = (Fraction(value).limit_denominator(_FINEST).denominator for value in given)
    return math.lcm(1, *shares)


def result(
    marks: ClassMarks, identity: Mapping[str, str], *, submitted: str, graded: str
) -> dict[str, Any] | None:
    """The object of result.json for the one student of ``marks``, without explanations, which a
    person marks; None where a grader failed: then there is no score to give.

    Args:
        identity: the fields ``classroom``, ``assignment``, ``submission`` and so on.
        submitted, graded: when, as ``2026-06-01T14:32:01Z``.
    """
    (student,) = marks.students
    if by_checks_alone(student) is None:
        return None
    times = factor(marks.assignment)
    tests = list(_tests(marks, student, times))
    return {
        "schema": SCHEMA,
        **identity,
        "datetime": submitted,
        "graded_at": graded,
        "score": sum(test["score"] for test in tests),
        "max-score": sum(test["max-score"] for test in tests),
        "tests": tests,
        # Classroom 50 leaves alone what it does not know.
        "gradeprop": {
            "factor": times,
            "points": by_checks_alone(student),
            "max-points": sum(part.max_score for _, part in _checked(student)),
            "by-hand": sum(
                part.max_score for _, part in student.result.parts() if part.kind == "explanation"
            ),
            "status": student.result.status,
            "message": student.result.message,
            "note": _note(times),
        },
    }


def release_body(data: Mapping[str, Any]) -> str:
    """What a student reads on the submission's page, as Markdown."""
    own = data["gradeprop"]
    lines = [f"### {number(own['points'])} of {points(own['max-points'])} by the checks", ""]
    if own["message"]:
        lines += [_harmless(own["message"]), ""]
    for test in data["tests"]:
        mark = "✓" if test["passed"] else "✗"
        earned = f"{number(test['points'])}/{number(test['max-points'])}"
        lines.append(f"- {mark} **{_harmless(test['test-name'])}** {earned}")
        if test.get("output"):
            lines.append(f"  <br>{_harmless(test['output'])}")
    if own["by-hand"]:
        more = f"{points(own['by-hand'])} more can be given by a person, who reads your texts."
        lines += ["", more]
    if own["factor"] != 1:
        lines += ["", own["note"]]
    return "\n".join(lines) + "\n"


def _note(times: int) -> str:
    if times == 1:
        return "Scores are points."
    return (
        f"Scores here are points × {times}, since Classroom 50 counts in whole numbers: "
        f"{times} stands for one point."
    )


def _checked(student: Marks) -> Iterator[tuple[PartKey, PartResult]]:
    return (item for item in student.result.parts() if item[1].kind != "explanation")


def _tests(marks: ClassMarks, student: Marks, times: int) -> Iterator[dict[str, Any]]:
    words, titles = describes(marks.assignment), part_titles(marks)
    for key, part in _checked(student):
        checks = checks_of(part)
        if not checks:  # nothing could be asked
            yield _test(titles[key], False, part.score or 0.0, part.max_score, times, part.message)
        for check in checks:
            what = words.get(CheckKey(*key, check.check), check.check.replace("_", " "))
            passed = check.status == "passed"
            yield _test(
                f"{titles[key]}: {what}",
                passed or check.voided,
                check.score or 0.0,
                check.max_score,
                times,
                None if passed else check.message,
            )


def _test(
    name: str, passed: bool, score: float, most: float, times: int, output: str | None
) -> dict[str, Any]:
    whole = round(most * times)
    test: dict[str, Any] = {
        "test-name": " ".join(name.split()),
        "passed": passed,
        "score": min(whole, round(score * times)),
        "max-score": whole,
        "points": score,
        "max-points": most,
    }
    return test | {"output": output} if output else test


def _harmless(text: str) -> str:
    """Text in Markdown that calls nobody and is no HTML; code stays code."""
    shown = " ".join(text.split())
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("@", "&#64;")):
        shown = shown.replace(char, entity)
    return shown
