"""Where a student stands, as values: what the last check of each part found, and which parts have
not been checked. Nothing is run for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal, TypeAlias, TypeVar, cast

from gradeprop.errors import UsageError
from gradeprop.grading.public.report import PublicReport

__all__ = ["ExerciseStanding", "LastChecks", "PartStanding", "State", "Written", "standings"]

State: TypeAlias = Literal["passed", "not yet", "not begun", "not checked", "stopped", "error"]

_Reporting = TypeVar("_Reporting", bound=Callable[..., list[PublicReport]])


@dataclass(frozen=True)
class PartStanding:
    """One part that has public checks.

    Attributes:
        right: how many of the checks passed.
        checks: how many there are.
        sure: points that nothing can take away any more.
        open: points that are decided after handing in.
    """

    title: str
    points: float
    state: State
    right: int
    checks: int
    sure: float
    open: float


@dataclass(frozen=True)
class Written:
    """An answer in the student's own words, which no check reads and no kernel sees."""

    title: str
    points: float


@dataclass(frozen=True)
class ExerciseStanding:
    """One exercise; ``written`` is None where the notebook does not tell of such answers, as
    earlier releases do not."""

    title: str
    parts: tuple[PartStanding, ...]
    written: tuple[Written, ...] | None

    @property
    def sure(self) -> float:
        return sum(part.sure for part in self.parts)

    @property
    def open(self) -> float:
        return sum(part.open for part in self.parts)

    @property
    def here(self) -> float:
        """Points that the public checks can still give."""
        here = sum(part.points - part.sure - part.open for part in self.parts)
        return max(0.0, round(here, 6))

    @property
    def in_words(self) -> float:
        return sum(answer.points for answer in self.written or ())


@dataclass(frozen=True)
class _Found:
    """Numbers only, so that nothing of a student's is kept alive."""

    state: State
    right: int = 0
    sure: float | None = None


class LastChecks:
    """What the last check of each part found, by exercise and part."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str | None], _Found] = {}

    def remembers(self, reporting: _Reporting) -> _Reporting:
        """``reporting``, a function of exercise, part and more, whose findings are kept from now
        on."""

        @wraps(reporting)
        def kept(exercise: str, part: str | None, *others: Any, **named: Any) -> list[PublicReport]:
            try:
                reports = reporting(exercise, part, *others, **named)
            except UsageError:  # nothing there to be checked
                raise
            except KeyboardInterrupt:
                self._lose(exercise, part, "stopped")
                raise
            except Exception:
                self._lose(exercise, part, "error")
                raise
            for report in reports:
                right = 0 if report.outdated else _right(report)
                found = _Found(_state_of(report), right, report.sure)
                self._found[report.exercise, report.part] = found
            return reports

        return cast(_Reporting, kept)

    def of(self, exercise: str, part: str) -> _Found | None:
        """Of one part; None if it was not checked."""
        return self._found.get((exercise, part), self._found.get((exercise, None)))

    def forget(self) -> None:
        self._found.clear()

    def _lose(self, exercise: str, part: str | None, state: State) -> None:
        if part is None:
            for key in [key for key in self._found if key[0] == exercise]:
                del self._found[key]
        self._found[exercise, part] = _Found(state)


def standings(
    exercises: Mapping[str, Mapping[str, Any]], last: LastChecks
) -> tuple[ExerciseStanding, ...]:
    """Every exercise of a notebook, in its order.

    Args:
        exercises: the public checks' data, as the notebook's set-up cell loaded them.
    """
    return tuple(_exercise(slug, data, last) for slug, data in exercises.items())


def _exercise(slug: str, data: Mapping[str, Any], last: LastChecks) -> ExerciseStanding:
    written = data.get("written")
    return ExerciseStanding(
        data.get("title", slug),
        tuple(_part(part, last.of(slug, part["part"])) for part in data["parts"]),
        None if written is None else tuple(Written(it["title"], it["points"]) for it in written),
    )


def _part(part: Mapping[str, Any], found: _Found | None) -> PartStanding:
    checks, given = part["checks"], part.get("given", 0.0)
    if not checks:  # all of them were taken out: nothing is left to do
        found = _Found("passed")
    elif found is None:
        found = _Found("not checked")
    return PartStanding(
        part.get("title", part["part"]),
        part["points"],
        found.state,
        found.right,
        len(checks),
        given if found.sure is None else found.sure,
        max(0.0, part["points"] - given - _points(checks)),
    )


def _points(checks: Iterable[Mapping[str, Any]]) -> float:
    return sum(float(check["points"]) for check in checks)


def _right(report: PublicReport) -> int:
    return sum(check.judgement.status == "passed" for check in report.checks)


def _state_of(report: PublicReport) -> State:
    if _right(report) == len(report.checks) and not report.outdated:
        return "passed"
    return "not begun" if report.not_begun else "not yet"
