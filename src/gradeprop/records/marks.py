"""The marks of an assignment: what the checks have earned, and over it what people have given.

Where a gradebook exists its scores count (manual scores, extra credit, late penalties), as nbgrader
counts them; else those of the results. A score is None as long as a part waits for a person or a
grader's fault stands: it is unknown then, and never 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from gradeprop.course.keys import PartKey
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.grading.result.verdict import SubmissionResult, SubmissionStatus
from gradeprop.records.files.names import shown_id
from gradeprop.records.files.results import read_results
from gradeprop.records.gradebook.given import PartMark, Person, Recorded
from gradeprop.records.together import Together, together

_SHOWN = 5


@dataclass(frozen=True)
class Marks:
    """One student's marks for one assignment.

    Attributes:
        left_group: the work is that of a group that the student is no longer in; what it earned is
            not the student's total.
    """

    result: SubmissionResult
    parts: Mapping[PartKey, PartMark]
    retired: float = 0.0
    penalty: float = 0.0
    person: Person = field(default_factory=Person)
    recorded: bool = False
    left_group: bool = False

    @property
    def student(self) -> str:
        """The id as text that any file can hold: not every folder's name is Unicode."""
        return printable_id(self.result.student)

    @property
    def shown(self) -> str:
        """The id for a sentence on a screen."""
        return shown_id(self.result.student)

    @property
    def max_score(self) -> float:
        return self.result.max_score

    @property
    def score(self) -> float | None:
        """The total; None while it is unknown."""
        if self.left_group or any(part.score is None for part in self.parts.values()):
            return None
        return max(0.0, self.certain - self.penalty)

    @property
    def look_again(self) -> bool:
        """Whether a person's score that counts was given for an earlier answer or result."""
        return any(part.again and part.score is not None for part in self.parts.values())

    @property
    def awaits(self) -> Literal["group", "person", "grader"] | None:
        """Who has to act before the total is known: whoever keeps groups.csv, a person who gives
        points, or whoever mends a grader that failed. None: it is known."""
        if self.left_group:
            return "group"
        open_states = {
            part.status for key, part in self.result.parts() if self.parts[key].score is None
        }
        if not open_states:
            return None
        return "grader" if "error" in open_states else "person"

    @property
    def status(self) -> SubmissionStatus:
        """The result's, but none that waits for a person who has given all points by now."""
        settled = self.result.status == "needs_manual" and self.awaits is None
        return "graded" if settled else self.result.status

    @property
    def certain(self) -> float:
        """What is certain so far, before any penalty."""
        return sum(part.score or 0.0 for part in self.parts.values()) + self.retired

    @property
    def extra(self) -> float:
        return sum(part.extra for part in self.parts.values() if part.score is not None)

    def exercise_score(self, exercise: str) -> float | None:
        scores = [part.score for (of, _), part in self.parts.items() if of == exercise]
        return None if None in scores else sum(score or 0.0 for score in scores)

    def counted(self) -> SubmissionResult:
        """The result with the points that count, where people have given some."""
        exercises = tuple(
            replace(
                item,
                parts=tuple(
                    replace(part, score=self.parts[PartKey(item.exercise, part.part)].score)
                    for part in item.parts
                ),
                score=self.exercise_score(item.exercise),
            )
            for item in self.result.exercises
        )
        return replace(self.result, exercises=exercises, score=self.score, status=self.status)

    def to_json(self) -> dict[str, Any]:
        """As the result file, ``score`` and ``status`` being those that count, and how they came
        about: of each part what people gave, and ``marks`` of the whole."""
        data = self.counted().to_json()
        for exercise in data["exercises"]:
            for part in exercise["parts"]:
                part.update(self.parts[PartKey(exercise["exercise"], part["part"])].to_json())
        return {
            **data,
            "marks": {
                "source": "gradebook" if self.recorded else "results",
                "late_penalty": self.penalty,
                "extra_credit": self.extra,
                "retired_points": self.retired,
            },
        }


@dataclass(frozen=True)
class ClassMarks:
    """Everybody's marks, in the order of their ids, and what an instructor should know of them.

    Attributes:
        without_result: who is in the gradebook with a submission, but has no result here.
        together: who hands in together.
    """

    assignment: LoadedAssignment
    students: tuple[Marks, ...]
    notes: tuple[str, ...] = ()
    without_result: tuple[str, ...] = ()
    together: Together = field(default_factory=Together)


def printable_id(student: str) -> str:
    """A student's id; percent-encoded if the folder's name is no valid Unicode."""
    try:
        student.encode()
    except UnicodeEncodeError:
        return quote(student, errors="surrogateescape")
    return student


def class_marks(course: Course, assignment: LoadedAssignment) -> ClassMarks:
    """The marks of all who have a result.

    Raises:
        UsageError: the gradebook's URL or groups.csv cannot be read.
        MissingFacility, StorageError: there is a gradebook, but it cannot be used.
    """
    root = Path(course.root)
    groups = together(root)
    results, unreadable = read_results(root, assignment.id)
    recorded = (
        recorded_marks(course, assignment, [result.student for result in results])
        if results
        else {}
    )
    students = tuple(
        replace(combined(result, recorded.get(result.student)), left_group=groups.left(result))
        for result in results
    )
    known = {result.student for result in results}
    without_result = tuple(name for name in recorded if name not in known)
    notes = [
        *_about_files(unreadable, root),
        *_about_gradebook(students, without_result, recorded),
        *_about_removed(assignment.id, students),
        *_unknown(students),
    ]
    return ClassMarks(assignment, students, tuple(notes), without_result, groups)


def marks_of(course: Course, result: SubmissionResult) -> Marks:
    """The marks of one student.

    Raises:
        UsageError, MissingFacility, StorageError: as of `class_marks`.
    """
    assignment = course.assignment(result.assignment)
    recorded = recorded_marks(course, assignment, [result.student]) if assignment else {}
    marks = combined(result, recorded.get(result.student))
    return replace(marks, left_group=together(Path(course.root)).left(result))


def combined(result: SubmissionResult, recorded: Recorded | None) -> Marks:
    """A result with what the gradebook says of it, if it does."""
    parts = {key: PartMark(part.score) for key, part in result.parts()}
    if recorded is None:
        return Marks(result, parts)
    known = {key: recorded.parts.get(key, mark) for key, mark in parts.items()}
    return Marks(result, known, recorded.retired, recorded.penalty, recorded.person, recorded=True)


def recorded_marks(
    course: Course, assignment: LoadedAssignment, students: Sequence[str]
) -> Mapping[str, Recorded]:
    """What the gradebook holds, by student; empty if there is no gradebook.

    A gradebook is never created here. Loading nbgrader takes seconds, so that is left until there
    is one."""
    root = Path(course.root)
    if course.spec.gradebook is None and not (root / "gradebook.db").exists():
        return {}
    from gradeprop.records.gradebook.recorded import read_gradebook

    return read_gradebook(root, assignment, students, course.spec.gradebook)


def named(students: Sequence[str]) -> str:
    """``a, b, c, d, e and 3 more``."""
    rest = len(students) - _SHOWN
    return ", ".join(students[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _about_files(unreadable: Sequence[Path], root: Path) -> list[str]:
    names = [str(path.relative_to(root)) for path in unreadable]
    return [f"Not readable as a result, left out: {named(names)}"] if names else []


def _about_gradebook(
    students: Sequence[Marks], without_result: Sequence[str], recorded: Mapping[str, Recorded]
) -> list[str]:
    if not recorded:
        return []
    outside = [marks.shown for marks in students if not marks.recorded]
    other = [marks.shown for marks in students if marks.recorded and _differs(marks)]
    again = [marks.shown for marks in students if marks.look_again]
    said = (
        ("Not in the gradebook, so by the results alone", outside),
        ("In the gradebook, but without a result, left out", [*map(shown_id, without_result)]),
        (
            "The gradebook's automatic scores are not those of the results (grade again to agree)",
            other,
        ),
        (
            "A person's score is of an earlier answer or result; it counts, but look at it again",
            again,
        ),
    )
    return [f"{what}: {named(names)}" for what, names in said if names]


def _about_removed(assignment: str, students: Sequence[Marks]) -> list[str]:
    names = [f"{marks.shown} {marks.retired:g}" for marks in students if marks.retired]
    if not names:
        return []
    return [
        "Points for a part that the course no longer has count, too, until it is graded again, and "
        f"those that a person gave until `gradeprop grade {assignment} --forget-removed`: "
        f"{named(names)}"
    ]


def _differs(marks: Marks) -> bool:
    return any(
        part.kind != "explanation" and marks.parts[key].auto != part.score
        for key, part in marks.result.parts()
    )


def _unknown(students: Sequence[Marks]) -> list[str]:
    """Whose total is unknown, and why."""
    left = [marks.shown for marks in students if marks.awaits == "group"]
    waiting = [marks.shown for marks in students if marks.awaits == "person"]
    faulty = [marks.shown for marks in students if marks.awaits == "grader"]
    return [
        f"{what}: {named(names)}"
        for what, names in (
            (
                "By groups.csv no longer in the group whose work was graded, so no total is given "
                "(grade again, and where nothing else was handed in, remove the result)",
                left,
            ),
            ("A part waits for a person, so no total is given", waiting),
            ("A grader failed (its fault, not theirs), so no total is given", faulty),
        )
        if names
    ]
