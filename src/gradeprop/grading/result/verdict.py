"""What grading says: verdicts of checks, parts, exercises and submissions (the contract's
result)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias, get_args

from gradeprop.course.keys import PartKey
from gradeprop.grading.result.plot import Plot, plot_from_json
from gradeprop.grading.result.questions import Row, row_from_json

SCHEMA = 1

Status: TypeAlias = Literal[
    "passed",
    "failed",
    "timeout",
    "killed",
    "memory",
    "output",
    "missing",
    "manual",
    "skipped",
    "error",
]
SubmissionStatus: TypeAlias = Literal["graded", "needs_manual", "ungradable", "error"]
PartKind: TypeAlias = Literal["code", "choice", "prediction", "repair", "explanation"]


@dataclass(frozen=True)
class CheckVerdict:
    """One check on one device.

    Attributes:
        score: None exactly when ``status`` is ``"error"``.
        message: all that the student is told; of a hidden check it gives away no input or
            reference.
        detail: for the instructor.
        voided: the check was taken out: it was not run and counts for nobody, or for everybody.
        not_begun: the answer is still the starter.
        asked, report, hint: the message in its parts, for programs: the question as a student
            would have written it (public checks only), what came of it, the words for the cause.
        rows: of a public check that failed, what `gp.check` shows in its table: the first questions
            that were answered wrongly; ``more_rows`` says how many more there are.
        line: of the part's own cell, where an exception came from, if it did.
        plot: of a public check that failed and declares one, the numbers of a picture.
        raised: the type of the exception that came, if it is a well-known one, else ``another
            error``.
    """

    check: str
    device: str
    public: bool
    status: Status
    score: float | None
    max_score: float
    message: str | None = None
    detail: str | None = None
    misconception: str | None = None
    voided: bool = False
    not_begun: bool = False
    asked: str | None = None
    report: str | None = None
    hint: str | None = None
    rows: tuple[Row, ...] = ()
    more_rows: int = 0
    line: int | None = None
    plot: Plot | None = None
    raised: str | None = None


@dataclass(frozen=True)
class PartResult:
    """One part; ``not_begun`` where its answer is still the starter and earns nothing by it. Code
    that was given to be mended is judged all the same, and its checks say what is wrong with it.
    ``line`` is where its cell stopped, if it did and that is known."""

    part: str
    kind: PartKind
    score: float | None
    max_score: float
    status: Status
    message: str | None = None
    checks: tuple[CheckVerdict, ...] = ()
    not_begun: bool = False
    line: int | None = None


@dataclass(frozen=True)
class ExerciseResult:
    """An exercise: the sum of its parts, None while one of them is unknown."""

    exercise: str
    score: float | None
    max_score: float
    parts: tuple[PartResult, ...]


@dataclass(frozen=True)
class Timing:
    """Wall-clock seconds: all of it, running the student's cells, the checks; how many checks were
    asked, and how often something was asked again at its own place.

    The longest cell and the longest check are not part of the result file; `verify` holds them
    against the limits."""

    total_s: float = 0.0
    run_s: float = 0.0
    checks_s: float = 0.0
    asked: int = 0
    asked_again: int = 0
    longest_cell_s: float = 0.0
    longest_check_s: float = 0.0


@dataclass(frozen=True)
class ExecutedCell:
    """A cell of the restored notebook after it ran, in order. ``outputs`` are nbformat 4 dicts.

    ``checked`` is the part that a check cell stands for; such a cell is not run by the grader, its
    outcome is in the part's checks."""

    source: str
    kind: Literal["code", "markdown"]
    grade_id: str | None = None
    checked: PartKey | None = None
    outputs: tuple[dict[str, Any], ...] = ()
    execution_count: int | None = None


@dataclass(frozen=True)
class SubmissionResult:
    """One student's result for one assignment: the file ``results/<assignment>/<student>.json``.

    ``cells`` is what the notebook looked like after it ran, ``contended`` whether something ran out
    of time while others had the processor; both are not part of the result file.

    Attributes:
        late: whether it was handed in after the due date, an extension counted in; None where that
            is not known.
        late_days: how many days after; 0 if it is not late, None where it is not known.
        group: the group that handed it in, if students hand in together.
        extension: until when this student may hand in, where that is later than for everybody: ISO
            8601, in UTC.
    """

    student: str
    assignment: str
    status: SubmissionStatus
    message: str | None
    score: float | None
    max_score: float
    auto_score: float
    exercises: tuple[ExerciseResult, ...]
    isolation: str
    device: str
    seed: str
    timing: Timing = Timing()
    versions: dict[str, str] = field(default_factory=dict)
    late: bool | None = None
    late_days: float | None = None
    extension: str | None = None
    group: str | None = None
    cells: tuple[ExecutedCell, ...] = field(default=(), repr=False, compare=False)
    contended: bool = field(default=False, repr=False, compare=False)

    def parts(self) -> Iterator[tuple[PartKey, PartResult]]:
        """All parts of all exercises, in the order of the notebook."""
        for exercise in self.exercises:
            for part in exercise.parts:
                yield PartKey(exercise.exercise, part.part), part

    def to_json(self) -> dict[str, Any]:
        """The result as the contract's JSON object, keys in the contract's order."""
        data = asdict(replace(self, cells=()))
        del data["cells"], data["contended"]
        data["timing"] = {
            name: round(data["timing"][name], 4)
            for name in ("total_s", "run_s", "checks_s", "asked", "asked_again")
        }
        return {"schema": SCHEMA, **data}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SubmissionResult:
        """Read what `to_json` wrote.

        Raises:
            ValueError: another schema, fields are missing, or status or versions are not of their
                kind.
        """
        if data.get("schema") != SCHEMA:
            raise ValueError(f"unknown schema {data.get('schema')!r}")
        fields = {name: value for name, value in data.items() if name != "schema"}
        try:
            fields["exercises"] = tuple(_exercise(item) for item in data["exercises"])
            fields["timing"] = Timing(**data["timing"])
            result = cls(**fields)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a result: {error}") from error
        if not isinstance(result.versions, dict) or result.status not in get_args(SubmissionStatus):
            raise ValueError("not a result: its status or versions are not of this kind")
        return result


def _exercise(data: dict[str, Any]) -> ExerciseResult:
    return ExerciseResult(**{**data, "parts": tuple(_part(part) for part in data["parts"])})


# Results of before the facts were told apart have only these words for it.
_NOT_BEGUN_THEN = "Nothing has been written here yet: the cell is as it was released."


def _part(data: dict[str, Any]) -> PartResult:
    checks = tuple(_check(check) for check in data["checks"])
    not_begun = data["message"] == _NOT_BEGUN_THEN
    return PartResult(**{"not_begun": not_begun, **data, "checks": checks})


def _check(data: dict[str, Any]) -> CheckVerdict:
    # Then, too: a check that waits for another one earns nothing, one that was taken out has its
    # points.
    voided = data["status"] == "skipped" and data["score"] == data["max_score"]
    not_begun = data["message"] == _NOT_BEGUN_THEN
    then = {"voided": voided, "not_begun": not_begun, "report": data["message"]}
    rows = tuple(map(row_from_json, data.get("rows", ())))
    plot = data.get("plot")
    return CheckVerdict(**{**then, **data, "rows": rows, "plot": plot and plot_from_json(plot)})
