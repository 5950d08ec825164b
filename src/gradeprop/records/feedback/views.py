"""What stands on a student's feedback page, as values."""

from __future__ import annotations

from dataclasses import dataclass

from gradeprop.grading.result.questions import Row
from gradeprop.records.answers import Answer


@dataclass(frozen=True)
class CheckView:
    """One check. ``tone`` is right, wrong or open (neither: nobody's mistake, or not run).

    Attributes:
        anchor: its id on the page.
        begin: whether it is the one to begin with.
        rows: of a public check, the questions that were answered wrongly; ``more``: how many others
            there are, as a sentence.
        line: of the student's code below, where it stopped.
        picture: SVG of our own making.
    """

    describe: str
    tone: str
    word: str
    points: str
    hidden: bool
    anchor: str = ""
    begin: bool = False
    asked: str | None = None
    rows: tuple[Row, ...] = ()
    more: str | None = None
    report: str | None = None
    line: int | None = None
    hint: str | None = None
    same_cause: bool = False
    picture: str | None = None


@dataclass(frozen=True)
class CriterionView:
    """``met`` is None as long as nobody has marked it."""

    text: str
    points: str
    met: bool | None = None


@dataclass(frozen=True)
class Stop:
    """A line of the student's code at which something stopped, and what."""

    line: int
    said: str


@dataclass(frozen=True)
class PartView:
    """One part. ``tone`` is as of a check, or part: some of the points. ``title`` is None where the
    exercise has only one part.

    Attributes:
        anchor: its id on the page; line n of its code has ``<anchor>-line-<n>``.
        line: of the code, what the message is about.
        solution: a right answer, where students may see one by now.
        hints: the exercise's own, as its notebook has them, of a part that lost points.
    """

    title: str | None
    kind: str
    tone: str
    points: str
    message: str | None
    checks: tuple[CheckView, ...]
    criteria: tuple[CriterionView, ...]
    given: str | None
    comment: str | None
    answer: Answer | None
    anchor: str = ""
    line: int | None = None
    stops: tuple[Stop, ...] = ()
    solution: str | None = None
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExerciseView:
    title: str
    tone: str
    points: str
    parts: tuple[PartView, ...]


@dataclass(frozen=True)
class BeginView:
    """The check to begin with: its id on the page, and what the link to it says."""

    anchor: str
    label: str


@dataclass(frozen=True)
class BarView:
    """How many students have so many points. ``share`` is the bar's length, in per cent."""

    label: str
    count: int
    share: float
    mine: bool


@dataclass(frozen=True)
class SpreadView:
    """How the class did: in words, and bar by bar."""

    said: str
    bars: tuple[BarView, ...]


@dataclass(frozen=True)
class Page:
    """A student's page. ``share`` is how much of the bar is filled, in per cent.

    Attributes:
        problem: why the hand-in could not be read; then nothing else is told but ``steps``, what to
            do now.
        request: a ready text that asks for a second look, where a point is lost.
    """

    course: str
    assignment: str
    student: str
    name: str | None
    points: str
    share: float
    opening: str
    lines: tuple[str, ...]
    problem: str | None
    note: str | None
    exercises: tuple[ExerciseView, ...]
    steps: tuple[str, ...] = ()
    begin: BeginView | None = None
    spread: SpreadView | None = None
    request: str | None = None
