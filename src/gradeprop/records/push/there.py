"""What Canvas holds, as values: its students, the assignment and the scores that stand there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class CanvasStudent:
    """A student of the Canvas course. What the token's owner may not see is empty."""

    id: int
    name: str
    login: str = ""
    sis: str = ""
    email: str = ""


@dataclass(frozen=True)
class Standing:
    """What Canvas has for one student.

    Attributes:
        score: the points that were entered, before Canvas takes any off for lateness; None for
            none.
        excused: Canvas does not count the assignment for this student.
        deducted: the points that Canvas takes off by its own late policy.
    """

    score: float | None = None
    excused: bool = False
    deducted: float = 0.0


@dataclass(frozen=True)
class CanvasAssignment:
    """The assignment that scores go to.

    Attributes:
        points: what can be earned there; None if Canvas has no number.
        grading: Canvas' grading type, such as ``points`` or ``pass_fail``.
        shared: one grade counts for a whole group there.
        hidden: students see a grade only once somebody posts it.
    """

    id: int
    name: str
    points: float | None
    grading: str = "points"
    shared: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class There:
    """All that is asked of Canvas before anything is changed; ``standing`` by the student's id
    there."""

    assignment: CanvasAssignment
    students: tuple[CanvasStudent, ...]
    standing: Mapping[int, Standing] = field(default_factory=dict)
