"""Which mutants of a solution get full marks: what they changed, no check looks at."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gradeprop.course.excuses import LoadedExcuse
from gradeprop.course.limits import Limits
from gradeprop.course.model import ExplanationPart, LoadedExercise
from gradeprop.grading.mutants.make import Mutant
from gradeprop.grading.result.faults import Fault, faults_in
from gradeprop.grading.result.verdict import ExerciseResult, SubmissionResult, Timing
from gradeprop.grading.run.paper import Setting, Submission
from gradeprop.grading.verify import Grade, filled_in
from gradeprop.notebook.render import to_notebook

MOST_S: Final = 300.0
"""How long the mutants of one exercise may take."""

_AT_ONCE: Final = 16
# A mutant may loop for ever where the solution ends, so it gets ten times as long as that took.
_PATIENCE: Final = 10.0
_LEAST_S: Final = 1.0


@dataclass(frozen=True)
class Trial:
    """What became of a mutant.

    Attributes:
        survives: it got full marks.
        excuse: where it is excused, if it is.
    """

    mutant: Mutant
    survives: bool
    excuse: LoadedExcuse | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Trials:
    """What became of an exercise's mutants.

    Attributes:
        left: how many were not tried, as the time was over.
        unused: excuses that no survivor needs.
    """

    exercise: str
    trials: tuple[Trial, ...]
    left: int = 0
    unused: tuple[LoadedExcuse, ...] = ()

    @property
    def survivors(self) -> tuple[Trial, ...]:
        """Those without an excuse."""
        return tuple(item for item in self.trials if item.survives and item.excuse is None)

    @property
    def holds(self) -> bool:
        faults = any(item.faults for item in self.trials)
        return not self.survivors and not self.unused and not faults


def patient_limits(limits: Limits, took: Timing) -> Limits:
    """The limits for mutants of a solution that took so long."""

    def bounded(seconds: float, most: float) -> float:
        return min(most, max(_LEAST_S, _PATIENCE * seconds))

    return replace(
        limits,
        cell_s=bounded(took.longest_cell_s, limits.cell_s),
        check_s=bounded(took.longest_check_s, limits.check_s),
    )


def judge_mutants(
    setting: Setting,
    exercise: LoadedExercise,
    mutants: Sequence[Mutant],
    excuses: Sequence[LoadedExcuse],
    grade: Grade,
    on_trial: Callable[[], None] = lambda: None,
    most_s: float = MOST_S,
) -> Trials:
    """Grade mutants as any submission is graded, each alone in its own.

    Args:
        setting: of an assignment that has the exercise.
        excuses: of this exercise.
    """
    began = time.monotonic()
    trials: list[Trial] = []

    def judge(result: SubmissionResult) -> None:
        mutant = mutants[int(result.student)]
        found = next(item for item in result.exercises if item.exercise == exercise.slug)
        survives = _has_full_marks(found, exercise)
        excuse = _excuse(mutant, excuses) if survives else None
        trials.append(Trial(mutant, survives, excuse, tuple(faults_in([result]))))
        on_trial()

    done = 0
    while done < len(mutants) and time.monotonic() - began < most_s:
        batch = range(done, min(done + _AT_ONCE, len(mutants)))
        handed = [Submission(str(number), _notebook(setting, mutants[number])) for number in batch]
        grade(handed, judge, True)
        done = batch.stop
    trials.sort(key=lambda item: mutants.index(item.mutant))
    left = len(mutants) - done
    used = {item.excuse.place for item in trials if item.excuse is not None}
    unused = [] if left else [item for item in excuses if item.place not in used]
    return Trials(exercise.slug, tuple(trials), left, tuple(unused))


def _has_full_marks(result: ExerciseResult, exercise: LoadedExercise) -> bool:
    read = {part.part for part in exercise.spec.parts if isinstance(part, ExplanationPart)}
    parts = [part for part in result.parts if part.part not in read]
    return all(part.score is not None and part.score >= part.max_score for part in parts)


def _excuse(mutant: Mutant, excuses: Sequence[LoadedExcuse]) -> LoadedExcuse | None:
    shown = (mutant.part, _plain(mutant.before), _plain(mutant.after))
    for item in excuses:
        spec = item.spec
        if (spec.part, _plain(spec.line), _plain(spec.becomes)) == shown:
            return item
    return None


def _plain(code: str) -> str:
    """Without what an author may write another way: indentation and blanks at the ends."""
    return "\n".join(line.strip() for line in code.strip().splitlines())


def _notebook(setting: Setting, mutant: Mutant) -> bytes:
    """The release with every answer filled in: solutions, but for the mutant."""
    sources = {
        exercise.key(part): text
        for exercise in setting.assignment.exercises
        for part, text in exercise.solution.items()
    }
    for key in sources:
        if (key.exercise, key.part) == (mutant.exercise, mutant.part):
            sources[key] = mutant.source
    return to_notebook(filled_in(setting.release, sources))
