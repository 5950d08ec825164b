"""What grading says: verdicts of checks, parts, exercises and submissions (the contract's
result)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, TypeAlias

from gradeprop.grading.result.words import TAKEN_OUT

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
PartKind: TypeAlias = Literal["code", "choice", "explanation"]


@dataclass(frozen=True)
class CheckVerdict:
    """One check on one device.

    ``message`` is for the student; for a hidden check it gives away no hidden input or reference.
    ``detail`` is for the instructor. ``score`` is None exactly when ``status`` is ``"error"``.
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

    @property
    def taken_out(self) -> bool:
        """Whether the check is voided: it was not run and counts for nobody, or for everybody."""
        return self.status == "skipped" and (self.message or "").startswith(TAKEN_OUT)


@dataclass(frozen=True)
class PartResult:
    part: str
    kind: PartKind
    score: float | None
    max_score: float
    status: Status
    message: str | None = None
    checks: tuple[CheckVerdict, ...] = ()


@dataclass(frozen=True)
class ExerciseResult:
    exercise: str
    score: float | None
    max_score: float
    parts: tuple[PartResult, ...]


@dataclass(frozen=True)
class Timing:
    """Wall-clock seconds: all of it, running the student's cells, the checks.

    The longest cell and the longest check are not part of the result file; `verify` holds them
    against the limits."""

    total_s: float = 0.0
    run_s: float = 0.0
    checks_s: float = 0.0
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
    checked: tuple[str, str] | None = None
    outputs: tuple[dict[str, Any], ...] = ()
    execution_count: int | None = None


@dataclass(frozen=True)
class SubmissionResult:
    """One student's result for one assignment: the file ``results/<assignment>/<student>.json``.

    ``cells`` is what the notebook looked like after it ran; it is not part of the result file.
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
    cells: tuple[ExecutedCell, ...] = field(default=(), repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """The result as the contract's JSON object, keys in the contract's order."""
        data = asdict(replace(self, cells=()))
        del data["cells"]
        data["timing"] = {
            name: round(data["timing"][name], 4) for name in ("total_s", "run_s", "checks_s")
        }
        return {"schema": SCHEMA, **data}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SubmissionResult:
        """Read what `to_json` wrote.

        Raises:
            ValueError: another schema, or fields are missing.
        """
        if data.get("schema") != SCHEMA:
            raise ValueError(f"unknown schema {data.get('schema')!r}")
        fields = {name: value for name, value in data.items() if name != "schema"}
        try:
            fields["exercises"] = tuple(_exercise(item) for item in data["exercises"])
            fields["timing"] = Timing(**data["timing"])
            return cls(**fields)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a result: {error}") from error


def _exercise(data: dict[str, Any]) -> ExerciseResult:
    parts = tuple(
        PartResult(**{**part, "checks": tuple(CheckVerdict(**check) for check in part["checks"])})
        for part in data["parts"]
    )
    return ExerciseResult(**{**data, "parts": parts})
