"""From a paper that has been judged to its result."""

from __future__ import annotations

import hashlib
import time

from gradeprop.course.gradeids import part_ids
from gradeprop.course.keys import PartKey
from gradeprop.course.model import AnyPart, ExplanationPart
from gradeprop.course.voided import VoidedCheck
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.places import line_in
from gradeprop.grading.checks.sites import CheckSite
from gradeprop.grading.result import score
from gradeprop.grading.result.questions import worth_keeping
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    ExerciseResult,
    PartResult,
    SubmissionResult,
    SubmissionStatus,
    Timing,
)
from gradeprop.grading.run.conditions import versions
from gradeprop.grading.run.paper import Paper, Setting


def result(setting: Setting, paper: Paper) -> SubmissionResult:
    """The result of a paper of which every check has a verdict."""
    exercises = []
    for exercise in setting.assignment.exercises:
        parts = [_part(setting, paper, exercise.slug, part) for part in exercise.spec.parts]
        exercises.append(score.exercise_result(exercise, parts))
    return _assembled(setting, paper, tuple(exercises), score.submission_status(exercises))


def ungradable(setting: Setting, paper: Paper) -> SubmissionResult:
    """The result of a hand-in that is no notebook."""
    exercises = score.all_parts(setting.assignment, "missing", 0.0)
    return _assembled(setting, paper, exercises, "ungradable")


def verdict(site: CheckSite, device: str, judgement: Judgement) -> CheckVerdict:
    """A judgement with the points that it is worth."""
    check = site.check
    wrong = check.public and judgement.status == "failed" and not judgement.not_begun
    rows, more_rows = worth_keeping(judgement.rows if wrong else ())
    earned = {"passed": check.points, "error": None}.get(judgement.status, 0.0)
    return CheckVerdict(
        check.check,
        device,
        check.public,
        judgement.status,
        earned,
        check.points,
        judgement.message,
        judgement.detail,
        judgement.misconception,
        not_begun=judgement.not_begun,
        asked=judgement.asked,
        report=judgement.report,
        hint=judgement.hint,
        rows=rows,
        more_rows=more_rows,
        line=line_in(judgement.places, part_ids(*site.place).answer),
        plot=judgement.plot,
        raised=judgement.raised if judgement.status == "failed" else None,
    )


def _part(
    setting: Setting,
    paper: Paper,
    exercise: str,
    part: AnyPart,
) -> PartResult:
    assert paper.restored is not None
    key = PartKey(exercise, part.part)
    state = paper.restored.parts[key]
    if isinstance(part, ExplanationPart):
        return score.explanation_part(part, state)
    verdicts: list[CheckVerdict] = []
    for check in part.checks:
        if isinstance(check, VoidedCheck):
            verdicts += [score.taken_out(check, device) for device in setting.devices]
        else:
            verdicts += paper.verdicts.get((exercise, check.check), [])
    cells = [run.part_outcomes.get(key) for run in paper.runs.values()]
    cell = next((cell for cell in cells if cell is not None and cell.status != "ok"), None)
    return score.code_part(part, verdicts, state=state, cell=cell)


def _assembled(
    setting: Setting,
    paper: Paper,
    exercises: tuple[ExerciseResult, ...],
    status: SubmissionStatus,
) -> SubmissionResult:
    return SubmissionResult(
        student=paper.submission.student,
        assignment=setting.assignment.id,
        status=status,
        message=paper.message,
        score=score.total_score(exercises),
        max_score=setting.assignment.points,
        auto_score=score.auto_score(exercises),
        exercises=exercises,
        isolation=setting.sandboxes[setting.devices[0]].level,
        device=setting.devices[-1],
        seed=paper.seed.hex(),
        timing=_timing(paper),
        versions={
            **versions(setting.course),
            "input": paper.submission.fingerprint,
            "submission": hashlib.sha256(paper.submission.notebook).hexdigest(),
            **_input_set(paper),
            **_student_package(paper),
        },
        cells=next(iter(paper.runs.values())).executed() if paper.runs else (),
        contended=any(run.disturbed for run in paper.runs.values()),
    )


def _input_set(paper: Paper) -> dict[str, str]:
    return {} if paper.input_set is None else {"input_set": str(paper.input_set)}


def _student_package(paper: Paper) -> dict[str, str]:
    """What checked in the notebook, where it says so."""
    package = None if paper.restored is None else paper.restored.package
    return {} if package is None else {"student_package": package}


def _timing(paper: Paper) -> Timing:
    runs = paper.runs.values()
    cells = [cell.seconds for run in runs for _, cell in run.outcomes]
    return Timing(
        total_s=0.0 if paper.started is None else time.perf_counter() - paper.started,
        run_s=sum(run.run_s for run in runs),
        checks_s=sum(run.checks_s for run in runs),
        asked=sum(run.asked for run in runs),
        asked_again=sum(run.asked_again for run in runs),
        longest_cell_s=max(cells, default=0.0),
        longest_check_s=max((run.longest_check_s for run in runs), default=0.0),
    )
