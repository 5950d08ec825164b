"""``gradeprop verify``."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gradeprop.cli import screen, verify_mutants, verify_slips, verify_table
from gradeprop.cli.fault_list import print_faults
from gradeprop.cli.selection import chosen_exercises, open_sound
from gradeprop.course.excuses import load_excuses
from gradeprop.course.model import Course, LoadedAssignment, LoadedExercise
from gradeprop.course.slips import load_slips
from gradeprop.course.voided import as_written
from gradeprop.errors import UsageError, VerificationFailed
from gradeprop.grading.result.faults import merged
from gradeprop.grading.run.devices import chosen_devices
from gradeprop.records.files.key import course_key
from gradeprop.wording import counted

if TYPE_CHECKING:
    from gradeprop.grading.mutants.judge import Trials
    from gradeprop.grading.result.faults import Fault
    from gradeprop.grading.result.verdict import SubmissionResult
    from gradeprop.grading.run.interface import Graders
    from gradeprop.grading.run.paper import Submission
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.worker import Shown
    from gradeprop.grading.slips import Finding
    from gradeprop.grading.verify import Proof
    from gradeprop.session.grader.sandbox import Isolation


_FOR_ONE_WORKER: Final = 200
"""Answers; with fewer for each, starting another worker costs more than it saves."""


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line.

    Attributes:
        names: exercises, assignments or paths; all if there is none.
        slips: also grade the everyday wrong answers of ``tests/content/slips``.
        mutants: also grade solutions with one small fault each.
        saved: names, too: only what they name as well.
    """

    names: tuple[str, ...]
    folder: Path | None
    device: str
    isolation: Isolation
    slips: bool
    mutants: bool
    as_json: bool
    saved: tuple[str, ...] = ()


@dataclass
class Found:
    """What came out, in the order in which it did."""

    proofs: list[Proof] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    trials: list[Trials] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return (
            all(proof.holds for proof in self.proofs)
            and not any(finding.problems or finding.faults for finding in self.findings)
            and all(trials.holds for trials in self.trials)
        )


def run(request: Request) -> int:
    """Verify; return the exit code: 1 if a grader is wrong about an answer, else 0.

    Raises:
        CourseError: an exercise is not valid; the others have been verified by then.
    """
    root, course, invalid = open_sound(request.folder, request.names, request.saved)
    course = as_written(course)  # a voided check has a grader all the same
    chosen = chosen_exercises(course)
    if not chosen:
        return 0  # what was saved is none of what was asked for
    found = verified(root, course, chosen, request)
    if request.as_json:
        about_slips = verify_slips.as_data(found.findings, found.proofs) if request.slips else {}
        about_mutants = verify_mutants.as_data(found.trials) if request.mutants else {}
        proofs = [asdict(proof) for proof in found.proofs]
        met = [fault.to_json() for fault in _faults(found.proofs, found.findings)]
        screen.print_json({"proofs": proofs, "faults": met, **about_slips, **about_mutants})
    else:
        verify_table.show(chosen, found.proofs)
        if request.slips:
            verify_slips.show(found.findings, found.proofs)
        print_faults(screen.out(), _faults(found.proofs, found.findings), "trial")
        if request.mutants:
            verify_mutants.show(root, chosen, found.trials)
        verify_table.show_limits(course.spec.limits, found.proofs)
    if invalid is not None:
        raise invalid
    return 0 if found.holds else VerificationFailed.exit_code


def verified(
    root: Path, course: Course, chosen: Sequence[LoadedExercise], request: Request
) -> Found:
    """Try all answers of these exercises.

    Raises:
        UsageError: the sample of one came from a student, and there would be no sandbox.
        MissingFacility, GraderFault: as in grading.
    """
    devices = chosen_devices(request.device, course.spec.devices)
    _refuse_unsafe(chosen, request.isolation)
    key = course_key(root)
    from gradeprop.grading.mutants.make import mutants_of
    from gradeprop.grading.run.facilities import facilities_for
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.pool import graders
    from gradeprop.grading.run.publish import release_in_use
    from gradeprop.grading.slips import judge_slips
    from gradeprop.grading.verify import cases_of, trials, verify

    found = Found()
    bank = load_slips(root, chosen) if request.slips else []
    mutants = {item.slug: mutants_of(item) for item in chosen} if request.mutants else {}
    excuses = load_excuses(root, chosen) if request.mutants else []
    answers = Counter({exercise.slug: len(cases_of(exercise)) for exercise in chosen})
    answers.update(slip.exercise for slip in bank)
    answers.update({slug: len(made) for slug, made in mutants.items()})
    workers = max(1, min(answers.total() // _FOR_ONE_WORKER, os.cpu_count() or 1))

    def planned(course: Course, assignment: LoadedAssignment) -> Plan:
        release, faults = release_in_use(course, assignment)
        return Plan(
            course,
            assignment.id,
            release,
            key,
            devices,
            request.isolation,
            faults,
            proven=1,
            same_inputs=True,
        )

    with (
        screen.progress("Verifying", answers.total()) as bar,
        graders(facilities_for(course, request.isolation, devices), workers) as running,
    ):
        left = answers.copy()

        def step(exercise: str) -> None:
            bar.step(exercise)
            left[exercise] -= 1
            if not left[exercise]:
                bar.line(f"{exercise}: {counted(answers[exercise], 'answer')} tried")

        def note(proof: Proof) -> None:
            step(proof.case.exercise)

        def note_slip(finding: Finding) -> None:
            found.findings.append(finding)
            step(finding.slip.exercise)

        for assignment in course.assignments:
            mine = assignment.exercises
            bar.line(f"Verifying {assignment.id} ({counted(len(mine), 'exercise')})")
            plan = planned(course, assignment)
            setting = plan.setting({})
            grading = _Grading(running, plan)
            made = trials(setting, mine)
            found.proofs += verify(setting, made, note, grading.grade, grading.explain)
            own = {exercise.slug for exercise in mine}
            slips_here = [slip for slip in bank if slip.exercise in own]
            judge_slips(setting, slips_here, note_slip, grading.grade)
        for exercise in chosen:
            if mutants.get(exercise.slug) and _is_solved(exercise, found.proofs):
                found.trials.append(
                    verify_mutants.tried(
                        course,
                        exercise,
                        mutants[exercise.slug],
                        excuses,
                        found.proofs,
                        planned,
                        lambda plan: _Grading(running, plan).grade,
                        partial(step, exercise.slug),
                    )
                )
    return found


def _refuse_unsafe(chosen: Sequence[LoadedExercise], isolation: Isolation) -> None:
    """Code of students is run in a sandbox, also as a sample."""
    if isolation != "none":
        return
    for exercise in chosen:
        for part in exercise.spec.parts:
            for item in getattr(part, "misconceptions", ()):
                if item.from_student:
                    raise UsageError(
                        f"the sample of {item.id} came from a student; it is run in a sandbox only",
                        where=exercise.place(part.part, item.id),
                        remedy="verify without --isolation none",
                    )


def _is_solved(exercise: LoadedExercise, proofs: Sequence[Proof]) -> bool:
    """Whether the solution gets full marks: else its mutants tell nothing."""
    cases = [proof for proof in proofs if proof.case.exercise == exercise.slug]
    return all(proof.holds for proof in cases if proof.case.kind == "solution")


@dataclass
class _Grading:
    """Grades trials of an assignment. A check that has once shown that it does not come to an end
    is not waited for again."""

    running: Graders
    plan: Plan

    def grade(
        self,
        submissions: Sequence[Submission],
        on_result: Callable[[SubmissionResult], None],
        late_answers: bool,
    ) -> None:
        plan = replace(self.plan, late_answers=late_answers)
        loads = [partial(_itself, item) for item in submissions]
        faults = self.running.grade(plan, loads, on_result)
        self.plan = replace(self.plan, faults=faults)

    def explain(self, submission: Submission) -> dict[tuple[str, str], str]:
        """Why its wrong answers have no cause, by exercise and check."""
        said: dict[tuple[str, str], str] = {}

        def note(shown: Shown) -> None:
            if shown.judgement.why is not None:
                said[shown.exercise, shown.check] = shown.judgement.why.words

        self.running.grade(self.plan, [partial(_itself, submission)], lambda _: None, note)
        return said


def _itself(submission: Submission) -> Submission:
    return submission


def _faults(proofs: Sequence[Proof], findings: Sequence[Finding]) -> list[Fault]:
    of_proofs = (fault for proof in proofs for fault in proof.faults)
    of_slips = (fault for finding in findings for fault in finding.faults)
    return merged(chain(of_proofs, of_slips))
