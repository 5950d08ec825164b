"""The same figures for programs: one row per student and check, and one object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from gradeprop.grading.result.score import counted_in_class
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.records.exports.csv_cells import Cell, to_csv
from gradeprop.records.marks import printable_id
from gradeprop.records.report.class_figures import ClassFigures
from gradeprop.records.report.course_figures import CourseFigures
from gradeprop.records.report.people import People

__all__ = ["COLUMNS", "as_csv", "class_data", "course_data"]

COLUMNS = (
    "assignment",
    "student",
    "exercise",
    "part",
    "kind",
    "check",
    "public",
    "device",
    "status",
    "score",
    "max_score",
    "misconception",
    "not_begun",
    "voided",
    "late_days",
)


def as_csv(results: Sequence[SubmissionResult], people: People) -> str:
    """A row for each student and check, on the device where it went worst. Of what cannot be read
    there are none, nor of explanations, which have no checks. What was not begun has no cause.
    Truth is 1 or 0, what is unknown is empty."""
    turns = {name: turn for turn, name in enumerate(dict.fromkeys(r.assignment for r in results))}
    ordered = sorted(results, key=lambda r: (turns[r.assignment], people.place(r.student)))
    return to_csv([COLUMNS, *(row for result in ordered for row in _rows(result, people))])


def _rows(result: SubmissionResult, people: People) -> Iterator[tuple[Cell, ...]]:
    if result.status == "ungradable":
        return
    student = _name(result.student, people)
    for key, part in result.parts():
        for verdict in counted_in_class(part):
            yield (
                result.assignment,
                student,
                key.exercise,
                key.part,
                part.kind,
                verdict.check,
                int(verdict.public),
                verdict.device,
                verdict.status,
                verdict.score,
                verdict.max_score,
                verdict.misconception or "",
                int(verdict.not_begun),
                int(verdict.voided),
                result.late_days,
            )


def class_data(figures: ClassFigures, people: People) -> dict[str, Any]:
    """All figures of an assignment as JSON-able data; None where something cannot be told."""
    handed = asdict(figures.handed)
    data: dict[str, Any] = {
        "assignment": figures.assignment,
        "title": figures.title,
        "handed_in": {
            "count": figures.handed.handed_in,
            **{name: _names(ids, people) for name, ids in handed.items()},
        },
        "outdated": _names(figures.outdated, people),
        "distribution": {
            "of": figures.counted,
            "open_for": sorted(figures.open_for),
            "max_score": figures.most,
            "scores": list(figures.scores),
            "quartiles": figures.quartiles and asdict(figures.quartiles),
        },
        "alpha": figures.alpha,
        "seconds": None
        if figures.seconds is None
        else {"median": figures.seconds[0], "longest": figures.seconds[1]},
        "exercises": [asdict(item) for item in figures.exercises],
        "checks": [{**asdict(item), "share_right": item.share} for item in figures.checks],
        "causes": [
            {
                **asdict(item),
                "students": _names(item.students, people),
                "before": _names(item.before, people),
                "places": [
                    {"exercise": key.exercise, "part": key.part, "students": count}
                    for key, count in item.places
                ],
            }
            for item in figures.causes
        ],
        "faults": [item.to_json() for item in figures.faults],
        "teach_next": None
        if figures.next is None
        else {
            "cause": figures.next.cause.id,
            "exercise": figures.next.part.exercise,
            "part": figures.next.part.part,
            "answers": list(figures.next.answers),
            "right": figures.next.right,
        },
    }
    if people.anonymous:
        del data["handed_in"]["enrolled"], data["handed_in"]["missing"]
    return data


def course_data(figures: CourseFigures) -> dict[str, Any]:
    """The whole course's; no student is in it."""
    return asdict(figures)


def _names(students: Iterable[str], people: People) -> list[str]:
    return [_name(student, people) for student in sorted(students, key=people.place)]


def _name(student: str, people: People) -> str:
    return people.label(student) if people.anonymous else printable_id(student)
