"""What ``gradeprop verify`` prints of its proofs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from gradeprop.cli import screen
from gradeprop.course.fault_names import ids_in
from gradeprop.course.limits import Limits
from gradeprop.course.model import LoadedExercise

if TYPE_CHECKING:
    from gradeprop.grading.verify import Proof

__all__ = ["show", "show_limits"]


def show(exercises: Sequence[LoadedExercise], proofs: Sequence[Proof]) -> None:
    """A line for each exercise, and below them all that is wrong or worth a note."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("exercise", "solution", "starter", "mistakes caught and named", "verdict"):
        table.add_column(column, justify="left" if column in ("exercise", "verdict") else "center")
    for exercise in exercises:
        mine = [proof for proof in proofs if proof.case.exercise == exercise.slug]
        table.add_row(
            exercise.slug,
            _mark(mine, "solution"),
            _mark(mine, "starter"),
            _share(mine),
            _verdict(mine),
        )
    screen.out().print(table)
    by_slug = {exercise.slug: exercise for exercise in exercises}
    for proof in proofs:
        for problem in proof.problems:
            place = _place(by_slug[proof.case.exercise], proof)
            screen.out().print(f"{place}: {screen.plain(problem)}", soft_wrap=True)
    for proof in proofs:
        for warning in proof.warnings:
            place = by_slug[proof.case.exercise].path
            screen.out().print(f"{place}: note: {screen.plain(warning)}", soft_wrap=True)


def show_limits(limits: Limits, proofs: Sequence[Proof]) -> None:
    """How near the solutions come to the limits, for whoever sets them."""
    timings = [proof.timing for proof in proofs if proof.case.kind == "solution"]
    for what, took, most in (
        ("cell", max(timing.longest_cell_s for timing in timings), limits.cell_s),
        ("check", max(timing.longest_check_s for timing in timings), limits.check_s),
        ("submission", max(timing.run_s + timing.checks_s for timing in timings), limits.total_s),
    ):
        screen.out().print(
            f"Slowest {what} of the solutions: {took:.2f} s; the course's limit is {most:g} s."
        )


def _place(exercise: LoadedExercise, proof: Proof) -> str:
    """Where to look first: the sample's place in the YAML, or the solution or grader."""
    if proof.case.part is not None and proof.case.misconception is not None:
        return exercise.place(proof.case.part, ids_in(proof.case.misconception)[0])
    return exercise.grader if proof.case.kind == "solution" else exercise.path


def _verdict(proofs: Sequence[Proof]) -> Text:
    if any(proof.problems for proof in proofs):
        return screen.styled("wrong", "bold red")
    if any(proof.faults for proof in proofs):
        return screen.styled("grader fault", "bold red")
    return screen.styled("proven", "green")


def _mark(proofs: Sequence[Proof], kind: str) -> str:
    """``?`` where a check that failed by itself leaves it open."""
    mine = [proof for proof in proofs if proof.case.kind == kind]
    if any(proof.problems for proof in mine):
        return "✗"
    return "?" if any(proof.faults for proof in mine) else "✓"


def _share(proofs: Sequence[Proof]) -> str:
    mistakes = [proof for proof in proofs if proof.case.kind == "misconception"]
    known = [proof for proof in mistakes if proof.problems or not proof.faults]
    if len(known) < len(mistakes) and not known:
        return "?"
    unknown = f", {len(mistakes) - len(known)} unknown" if len(known) < len(mistakes) else ""
    return f"{sum(proof.holds for proof in known)} of {len(mistakes)}{unknown}"
