"""``gradeprop try``: what a student would read for an answer, public and hidden."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradeprop.cli import screen
from gradeprop.cli.fault_list import print_faults
from gradeprop.cli.selection import open_chosen
from gradeprop.course.answer_file import read_answer
from gradeprop.course.model import Check, ExplanationPart, LoadedExercise
from gradeprop.course.voided import as_written
from gradeprop.errors import GraderFault, UsageError
from gradeprop.grading.result.faults import faults_in, first_line
from gradeprop.grading.run.devices import chosen_devices
from gradeprop.records.files.key import course_key
from gradeprop.wording import number, points

if TYPE_CHECKING:
    from gradeprop.grading.result.verdict import CheckVerdict, PartResult, SubmissionResult
    from gradeprop.grading.run.paper import Submission
    from gradeprop.grading.run.worker import Shown
    from gradeprop.session.grader.sandbox import Isolation

_STUDENT = "try"


def run(
    name: str,
    answer: Path,
    device: str,
    isolation: Isolation,
    folder: Path | None,
    *,
    as_json: bool,
) -> int:
    """Grade an answer in a sandbox and print what its student would read, part by part. Parts that
    the file leaves out hold the solution and are not shown. Return the exit code: 1 if a grader
    failed by itself, else 0.

    Raises:
        UsageError: no such exercise or file, or the file does not say what it answers.
    """
    root, course = open_chosen(folder, [name])
    course = as_written(course)
    assignment = course.assignments[0]
    if len(course.assignments) > 1 or len(assignment.exercises) > 1:
        raise UsageError(
            f"{name!r} is several exercises",
            remedy="name one: " + ", ".join(item.slug for item in assignment.exercises),
        )
    exercise = assignment.exercises[0]
    answers = read_answer(answer, exercise)
    devices = chosen_devices(device, course.spec.devices)
    from gradeprop.grading.run.paper import Submission
    from gradeprop.grading.run.plan import Plan
    from gradeprop.grading.run.pool import graders
    from gradeprop.grading.run.publish import release_in_use
    from gradeprop.grading.verify import filled_in
    from gradeprop.notebook.render import to_notebook

    release, faults = release_in_use(course, assignment)
    sources = {exercise.key(part): text for part, text in {**exercise.solution, **answers}.items()}
    handed = Submission(_STUDENT, to_notebook(filled_in(release, sources)))
    plan = Plan(course, assignment.id, release, course_key(root), devices, isolation, faults)
    results: list[SubmissionResult] = []
    seen: list[Shown] = []
    with graders(plan.facilities, 1) as running:
        running.grade(plan, [partial(_itself, handed)], results.append, seen.append)
    (result,) = results
    found = faults_in(results)
    if as_json:
        screen.print_json(_json(result, exercise, answers.keys(), [f.to_json() for f in found]))
    else:
        for text in _told(result, exercise, answers, seen):
            screen.out().print(screen.plain(text), soft_wrap=True)
        print_faults(screen.out(), found, "answer")
    return GraderFault.exit_code if found else 0


def _itself(submission: Submission) -> Submission:
    return submission


def _json(
    result: SubmissionResult,
    exercise: LoadedExercise,
    given: Set[str],
    faults: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    parts = result.to_json()["exercises"][0]["parts"]
    return {
        "exercise": exercise.slug,
        "message": result.message,
        "parts": [part for part in parts if part["part"] in given],
        "faults": list(faults),
    }


def _told(
    result: SubmissionResult,
    exercise: LoadedExercise,
    answers: Mapping[str, str],
    seen: Sequence[Shown],
) -> Iterator[str]:
    for part in result.exercises[0].parts:
        if part.part in answers:
            yield from _part(part, exercise, seen)
    left = [part.part for part in exercise.spec.parts if part.part not in answers]
    if left:
        yield f"Not in the file, so solved as in the solution: {', '.join(left)}."


def _part(result: PartResult, exercise: LoadedExercise, seen: Sequence[Shown]) -> Iterator[str]:
    spec = exercise.part(result.part)
    if isinstance(spec, ExplanationPart):
        yield f"{result.part}: a person reads this and gives up to {points(spec.points)}."
        yield ""
        return
    yield from _in_the_notebook(result, exercise, seen)
    yield ""
    hidden = [verdict for verdict in result.checks if not verdict.public]
    if hidden:
        yield "After handing in:"
    known = {check.check: check for check in spec.checks}
    for verdict in hidden:
        yield from _hidden(verdict, known[verdict.check])
    if result.message and all(result.message != verdict.message for verdict in result.checks):
        yield from _wrapped(result.message, "  ")
    score = "?" if result.score is None else number(result.score)
    causes = dict.fromkeys(item.misconception for item in result.checks if item.misconception)
    cause = f", {' and '.join(causes)}" if causes else ", no cause named"
    full = result.score is not None and result.score >= result.max_score
    yield f"{result.part}: {score} of {points(result.max_score)}{'' if full else cause}"
    yield ""


def _in_the_notebook(
    result: PartResult, exercise: LoadedExercise, seen: Sequence[Shown]
) -> Iterator[str]:
    """What the check cell says: the public checks, on the CPU, as the notebook shows them."""
    from gradeprop.grading.checks.judgement import Judgement
    from gradeprop.grading.public.present import ReportView
    from gradeprop.grading.public.report import PublicCheck, PublicReport
    from gradeprop.grading.run.recording import part_title

    spec = exercise.part(result.part)
    assert not isinstance(spec, ExplanationPart)
    shown = {item.check: item.judgement for item in seen if item.device == "cpu"}
    secret = {check.check for check in spec.checks if spec.reveals(check) == "verdict"}
    judged: dict[str, Judgement] = {}
    for verdict in result.checks:
        if verdict.device == "cpu":
            # Nothing was shown of what was not asked, as it waits for another check.
            plain = Judgement(verdict.status, verdict.message, not_begun=verdict.not_begun)
            judgement = shown.get(verdict.check, plain)
            hint = judgement.hint_there
            if verdict.check in secret:  # what is shown has all numbers
                judgement = replace(plain, report=verdict.report, asked=verdict.asked)
            said = verdict.report if hint else judgement.report
            judged[verdict.check] = replace(judgement, report=said, hint=hint)
    checks = [check for check in spec.checks if check.public]
    report = PublicReport(
        exercise.slug,
        result.part,
        part_title(exercise, spec),
        spec.points,
        sum(not check.public for check in spec.checks),
        tuple(
            PublicCheck(item.check, item.describe.strip(), item.points, judged[item.check])
            for item in checks
        ),
        asks_with_inputs=spec.kind not in ("choice", "prediction"),
    )
    yield "In the notebook:"
    yield textwrap.indent(repr(ReportView([report])), "  ")


def _hidden(verdict: CheckVerdict, check: Check) -> Iterator[str]:
    from gradeprop.grading.public.marks import mark_of

    device = "" if verdict.device == "cpu" else f" on {verdict.device}"
    sign, word = mark_of(verdict.status, verdict.not_begun, handed_in=True)
    head = f"{sign} {word}: {check.describe.strip()}{device} ({points(check.points)})"
    yield from _wrapped(head, "  ", "    ")
    if verdict.status == "error":
        yield from _wrapped(first_line(verdict.detail or ""), "      ")
    elif verdict.status != "passed" and verdict.message:
        yield from _wrapped(verdict.message, "      ")


def _wrapped(text: str, first: str, then: str | None = None) -> list[str]:
    width = min(screen.out().width, 100)
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=then or first)
