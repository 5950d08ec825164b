"""``gradeprop verify``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from gradeprop.cli import screen, verify_slips
from gradeprop.cli.fault_list import print_faults
from gradeprop.cli.selection import chosen_exercises, open_course
from gradeprop.course.fault_names import ids_in
from gradeprop.course.limits import Limits
from gradeprop.course.model import LoadedExercise
from gradeprop.course.slips import load_slips
from gradeprop.course.voided import as_written
from gradeprop.errors import VerificationFailed
from gradeprop.grading.result.faults import merged
from gradeprop.grading.run.devices import chosen_devices
from gradeprop.records.files.key import course_key
from gradeprop.wording import counted

if TYPE_CHECKING:
    from gradeprop.grading.result.faults import Fault
    from gradeprop.grading.result.verdict import SubmissionResult
    from gradeprop.grading.run.interface import Graders
    from gradeprop.grading.run.paper import Submission
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.worker import Shown
    from gradeprop.grading.slips import Finding
    from gradeprop.grading.verify import Proof
    from gradeprop.session.grader.sandbox import Isolation


def run(
    names: Sequence[str],
    folder: Path | None,
    device: str,
    isolation: Isolation,
    *,
    slips: bool,
    as_json: bool,
) -> int:
    """Verify; return the exit code: 1 if a grader is wrong about an answer, else 0.

    Args:
        slips: also grade the everyday wrong answers of ``tests/content/slips``.
    """
    root, course = open_course(folder)
    course = as_written(course)  # a voided check has a grader all the same
    chosen = chosen_exercises(course, names)
    devices = chosen_devices(device, course.spec.devices)
    key = course_key(root)
    from gradeprop.grading.run.facilities import facilities_for
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.pool import graders
    from gradeprop.grading.run.publish import release_in_use
    from gradeprop.grading.slips import judge_slips
    from gradeprop.grading.verify import cases_of, trials, verify

    proofs: list[Proof] = []
    findings: list[Finding] = []
    bank = load_slips(root, chosen) if slips else []
    answers = Counter({exercise.slug: len(cases_of(exercise)) for exercise in chosen})
    answers.update(slip.exercise for slip in bank)
    with screen.progress("Verifying", answers.total()) as bar:
        left = answers.copy()

        def step(exercise: str) -> None:
            bar.step(exercise)
            left[exercise] -= 1
            if not left[exercise]:
                bar.line(f"{exercise}: {counted(answers[exercise], 'answer')} tried")

        def note(proof: Proof) -> None:
            step(proof.case.exercise)

        def note_slip(finding: Finding) -> None:
            findings.append(finding)
            step(finding.slip.exercise)

        with graders(facilities_for(course, isolation, devices), 1) as running:
            for assignment in course.assignments:
                mine = [exercise for exercise in assignment.exercises if exercise in chosen]
                if not mine:
                    continue
                bar.line(f"Verifying {assignment.id} ({counted(len(mine), 'exercise')})")
                release, faults = release_in_use(course, assignment)
                plan = Plan(
                    course, assignment.id, release, key, devices, isolation, faults, proven=1
                )
                setting = plan.setting({})
                grading = _Grading(running, plan)
                made = trials(setting, mine)
                proofs += verify(setting, made, note, grading.grade, grading.explain)
                own = {exercise.slug for exercise in mine}
                slips_here = [slip for slip in bank if slip.exercise in own]
                judge_slips(setting, slips_here, note_slip, grading.grade)
    if as_json:
        about_slips = verify_slips.as_data(findings, proofs) if slips else {}
        faults_met = [fault.to_json() for fault in _faults(proofs, findings)]
        screen.print_json(
            {"proofs": [asdict(proof) for proof in proofs], "faults": faults_met, **about_slips}
        )
    else:
        _print(chosen, proofs)
        if slips:
            verify_slips.show(findings, proofs)
        print_faults(screen.out(), _faults(proofs, findings), "trial")
        _print_limits(course.spec.limits, proofs)
    holds = all(proof.holds for proof in proofs)
    holds = holds and not any(finding.problems or finding.faults for finding in findings)
    return 0 if holds else VerificationFailed.exit_code


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
                said[shown.exercise, shown.check] = shown.judgement.why

        self.running.grade(self.plan, [partial(_itself, submission)], lambda _: None, note)
        return said


def _itself(submission: Submission) -> Submission:
    return submission


def _print(exercises: Sequence[LoadedExercise], proofs: Sequence[Proof]) -> None:
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


def _faults(proofs: Sequence[Proof], findings: Sequence[Finding]) -> list[Fault]:
    of_proofs = (fault for proof in proofs for fault in proof.faults)
    of_slips = (fault for finding in findings for fault in finding.faults)
    return merged(chain(of_proofs, of_slips))


def _print_limits(limits: Limits, proofs: Sequence[Proof]) -> None:
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
