"""What ``gradeprop verify --mutants`` does and prints: solutions with one small fault each."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.table import Table

from gradeprop.cli import screen
from gradeprop.cli.fault_list import print_faults
from gradeprop.course.excuses import FOLDER, LoadedExcuse
from gradeprop.course.limits import Limits
from gradeprop.course.model import Course, LimitOverrides, LoadedAssignment, LoadedExercise
from gradeprop.course.solution import read_solution
from gradeprop.grading.result.faults import merged
from gradeprop.wording import counted

if TYPE_CHECKING:
    from gradeprop.grading.mutants.judge import Trials
    from gradeprop.grading.mutants.make import Mutant
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.verify import Grade, Proof

MakePlan = Callable[[Course, LoadedAssignment], "Plan"]


def tried(
    course: Course,
    exercise: LoadedExercise,
    mutants: Sequence[Mutant],
    excuses: Sequence[LoadedExcuse],
    proofs: Sequence[Proof],
    make_plan: MakePlan,
    grader: Callable[[Plan], Grade],
    step: Callable[[], None],
) -> Trials:
    """Try an exercise's mutants, in a notebook that holds nothing else.

    Args:
        proofs: of all exercises; they tell how long the solution takes.
    """
    from gradeprop.grading.mutants.judge import judge_mutants, patient_limits
    from gradeprop.grading.run.conditions import limits_of

    solution = next(
        proof for proof in proofs
        if (proof.case.exercise, proof.case.kind) == (exercise.slug, "solution")
    )  # fmt: skip
    limits = patient_limits(limits_of(course, exercise), solution.timing)
    alone, assignment, exercise = _alone(course, exercise, limits)
    plan = make_plan(alone, assignment)
    own = [item for item in excuses if item.exercise == exercise.slug]
    return judge_mutants(plan.setting({}), exercise, mutants, own, grader(plan), step)


def _alone(
    course: Course, exercise: LoadedExercise, limits: Limits
) -> tuple[Course, LoadedAssignment, LoadedExercise]:
    """The course with nothing but the exercise in it, under these limits."""
    own = LimitOverrides(**{item.name: getattr(limits, item.name) for item in fields(limits)})
    spec = exercise.spec.model_copy(update={"limits": own})
    exercise = exercise.model_copy(update={"spec": spec})
    whole = next(item for item in course.assignments if item.id == exercise.assignment)
    assignment = whole.model_copy(update={"exercises": (exercise,)})
    return course.model_copy(update={"assignments": (assignment,)}), assignment, exercise


def as_data(found: Sequence[Trials]) -> dict[str, Any]:
    """For ``--json``."""
    return {
        "mutants": [
            {
                "exercise": item.mutant.exercise,
                "part": item.mutant.part,
                "line": item.mutant.line,
                "what": item.mutant.what,
                "before": item.mutant.before,
                "after": item.mutant.after,
                "survives": item.survives,
                "excused": item.excuse.spec.why if item.excuse else None,
            }
            for trials in found
            for item in trials.trials
        ],
        "not_tried": {trials.exercise: trials.left for trials in found if trials.left},
        "unused_excuses": [asdict_of(item) for trials in found for item in trials.unused],
        "mutant_faults": [
            asdict(fault) for trials in found for item in trials.trials for fault in item.faults
        ],
    }


def asdict_of(excuse: LoadedExcuse) -> dict[str, Any]:
    """An excuse with its place, for ``--json``."""
    return {"place": excuse.place, **excuse.spec.model_dump()}


def show(root: Path, exercises: Sequence[LoadedExercise], found: Sequence[Trials]) -> None:
    """Print a row for each exercise, and each survivor with its diff."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("exercise")
    for column in ("mutants", "caught", "excused", "survive", "not tried"):
        table.add_column(column, justify="right")
    for trials in found:
        survive = len(trials.survivors)
        excused = sum(item.excuse is not None for item in trials.trials)
        table.add_row(
            trials.exercise,
            str(len(trials.trials) + trials.left),
            str(len(trials.trials) - survive - excused),
            str(excused),
            screen.styled(str(survive), "bold red" if survive else "green"),
            str(trials.left),
        )
    screen.out().print(table)
    by_slug = {exercise.slug: exercise for exercise in exercises}
    for trials in found:
        for line in _survivors(root, by_slug[trials.exercise], trials):
            screen.out().print(screen.plain(line), soft_wrap=True)
    faults = merged(fault for trials in found for item in trials.trials for fault in item.faults)
    print_faults(screen.out(), faults, "mutant")


def _survivors(root: Path, exercise: LoadedExercise, trials: Trials) -> Iterator[str]:
    path = exercise.solution_path
    text = (root / path).read_text(encoding="utf-8-sig")
    first = {cell.part: cell.first for cell in read_solution(text, path)[0]}
    for item in trials.survivors:
        mutant = item.mutant
        begin = first[mutant.part] - 1
        place = f"{path}:{begin + mutant.line}"
        yield f"{place}: full marks {mutant.what}, which no check sees:"
        lines = text.splitlines()
        length = len(exercise.solution[mutant.part].splitlines())
        changed = [*lines[:begin], *mutant.source.splitlines(), *lines[begin + length :]]
        diff = difflib.unified_diff(lines, changed, path, "mutant", lineterm="", n=2)
        yield from (f"  {line}" for line in diff)
    if trials.survivors:
        yield (
            f"What is as right as the solution is excused in {FOLDER}/{exercise.slug}.yaml, by "
            "part, line, becomes and why; for the rest, let a check ask about it."
        )
    for excuse in trials.unused:
        yield f"{excuse.place}: no surviving mutant needs this excuse; delete it"
    if trials.left:
        yield f"{exercise.slug}: the time was over with {counted(trials.left, 'mutant')} left."
