"""``gradeprop verify``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.table import Table

from gradeprop.cli import screen
from gradeprop.cli.devices import chosen_devices
from gradeprop.course.load import find_course, load_course
from gradeprop.course.model import Course, LoadedExercise
from gradeprop.errors import UsageError, VerificationFailed
from gradeprop.grading.batch import Setting
from gradeprop.grading.pool import open_sandboxes
from gradeprop.grading.publish import record_public_checks
from gradeprop.grading.verify import Proof, trials, verify
from gradeprop.notebook.release import release_model
from gradeprop.records.key import course_key
from gradeprop.session.process import Isolation


def run(
    names: Sequence[str], folder: Path | None, device: str, isolation: Isolation, *, as_json: bool
) -> int:
    """Verify; return the exit code: 1 if a grader is wrong about an answer, else 0."""
    root = find_course(folder)
    course = load_course(root)
    chosen = _chosen(course, names)
    devices = chosen_devices(device, course.spec.devices)
    key = course_key(root)
    proofs: list[Proof] = []
    total = sum(2 + sum(len(part.misconceptions) for part in exercise.spec.parts) for exercise in chosen)
    with screen.progress("Verifying", total) as bar:

        def note(proof: Proof) -> None:
            proofs.append(proof)
            bar.step(proof.case.exercise)

        with open_sandboxes(isolation, course, devices) as sandboxes:
            for assignment in course.assignments:
                mine = [exercise for exercise in assignment.exercises if exercise in chosen]
                if not mine:
                    continue
                release = release_model(course, assignment, record_public_checks(course, assignment))
                setting = Setting(course, assignment, release, key, devices, sandboxes)
                verify(setting, trials(setting, mine), note)
    if as_json:
        screen.print_json({"proofs": [asdict(proof) for proof in proofs]})
    else:
        _print(chosen, proofs)
    return VerificationFailed.exit_code if any(proof.problems for proof in proofs) else 0


def _chosen(course: Course, names: Sequence[str]) -> list[LoadedExercise]:
    known = {
        exercise.slug: exercise for assignment in course.assignments for exercise in assignment.exercises
    }
    if absent := [name for name in names if name not in known]:
        raise UsageError(f"the course has no exercise {absent[0]!r}", remedy=f"known: {', '.join(known)}")
    return [known[name] for name in names] or list(known.values())


def _print(exercises: Sequence[LoadedExercise], proofs: Sequence[Proof]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("exercise", "solution", "starter", "mistakes caught and named", "verdict"):
        table.add_column(column, justify="left" if column in ("exercise", "verdict") else "center")
    for exercise in exercises:
        mine = [proof for proof in proofs if proof.case.exercise == exercise.slug]
        wrong = [proof for proof in mine if proof.problems]
        table.add_row(
            exercise.slug,
            _mark(mine, "solution"),
            _mark(mine, "starter"),
            _share(mine),
            screen.styled("proven" if not wrong else "wrong", "green" if not wrong else "bold red"),
        )
    screen.out().print(table)
    places = {exercise.slug: exercise for exercise in exercises}
    for proof in proofs:
        exercise = places[proof.case.exercise]
        for problem in proof.problems:
            screen.out().print(
                f"{exercise.grader}: {proof.case.label}: {screen.plain(problem)}"
                f" (its YAML: exercises/{exercise.assignment}/{exercise.slug}.yaml)",
                soft_wrap=True,
            )


def _mark(proofs: Sequence[Proof], kind: str) -> str:
    return "✓" if all(not proof.problems for proof in proofs if proof.case.kind == kind) else "✗"


def _share(proofs: Sequence[Proof]) -> str:
    mistakes = [proof for proof in proofs if proof.case.kind == "misconception"]
    return f"{sum(not proof.problems for proof in mistakes)} of {len(mistakes)}"
