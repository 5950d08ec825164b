"""Prove the graders: starters get nothing, solutions everything, every sample is caught and
named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeAlias

from gradeprop.course.fault_names import ids_in
from gradeprop.course.keys import PartKey
from gradeprop.course.model import ExplanationPart, LoadedExercise, RepairPart
from gradeprop.grading.chance import Chance, by_chance, may_depend_on_chance
from gradeprop.grading.repairs import must_be_faulty, undeclared
from gradeprop.grading.requirements import differences, must_be_named, must_earn_nothing, must_pass
from gradeprop.grading.result.faults import Fault, faults_in
from gradeprop.grading.result.verdict import PartResult, SubmissionResult, Timing
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Setting, Submission
from gradeprop.notebook.release import ReleaseModel
from gradeprop.notebook.render import to_notebook

CaseKind = Literal["solution", "starter", "misconception"]
Grade: TypeAlias = Callable[[Sequence[Submission], Callable[[SubmissionResult], None], bool], None]
"""Grades submissions and hands over their results; the third argument says whether late answers
count if they are right (see `gradeprop.grading.run.paper.Setting`)."""


Explain: TypeAlias = Callable[[Submission], Mapping[tuple[str, str], str]]
"""Why wrong answers of a submission have no cause, by exercise and check."""


@dataclass(frozen=True)
class Case:
    """One answer with a known verdict: what stands in one exercise's cells of a trial
    submission."""

    exercise: str
    part: str | None
    kind: CaseKind
    misconception: str | None = None
    way: int = 0
    """Which of the misconception's samples it is."""

    @property
    def label(self) -> str:
        if self.misconception is None:
            return self.kind
        return f"{self.misconception} ({self.way + 1})" if self.way else self.misconception


@dataclass(frozen=True)
class Proof:
    """What became of a case. ``problems`` and ``faults`` are empty when the graders were right
    about it; ``warnings`` speak of what may be meant; ``timing`` is that of the whole trial
    submission; ``unnamed`` says that the case is a sample which was not called by its id."""

    case: Case
    problems: tuple[str, ...]
    timing: Timing
    message: str | None = None
    faults: tuple[Fault, ...] = ()
    unnamed: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.problems and not self.faults


@dataclass(frozen=True)
class Trial:
    """A submission made of cases, at most one for each exercise; the other cells hold solutions."""

    cases: tuple[Case, ...]
    submission: Submission


def trials(setting: Setting, exercises: Sequence[LoadedExercise]) -> list[Trial]:
    """Trial submissions that cover every case of these exercises with as few sessions as
    possible."""
    columns = [cases_of(exercise) for exercise in exercises]
    rows = max((len(column) for column in columns), default=0)
    made = []
    for row in range(rows):
        cases = tuple(column[row] for column in columns if row < len(column))
        made.append(Trial(cases, Submission(f"trial-{row}", _notebook(setting, cases))))
    return made


def verify(
    setting: Setting,
    made: Sequence[Trial],
    on_proof: Callable[[Proof], None] | None = None,
    grade: Grade | None = None,
    explain: Explain | None = None,
) -> list[Proof]:
    """Grade the trials as any submission is graded, and hold the results against what they must
    be; of a few, every check is asked at its own place, too, and must say the same there.

    Args:
        on_proof: hears of each case at once, before it is explained.
        grade: grades submissions; in this process if not given.
        explain: says why wrong answers have no cause; nobody does if not given.
    """
    by_student = {trial.submission.student: trial for trial in made}
    proofs: list[Proof] = []
    results: dict[str, SubmissionResult] = {}
    there: dict[str, SubmissionResult] = {}
    sampled = [trial.submission for trial in made[:: max(1, len(made) - 1)]]
    graded = grade or partial(grade_here, setting)
    graded(sampled, lambda result: there.update({result.student: result}), False)

    def judge(result: SubmissionResult) -> None:
        results[result.student] = result
        for case in by_student[result.student].cases:
            proof = _proof(setting, case, result)
            other = there.get(result.student)
            if other is not None:
                differing = tuple(differences(case.exercise, result, other))
                proof = replace(proof, problems=(*proof.problems, *differing))
            proofs.append(proof)
            if on_proof is not None:
                on_proof(proof)

    graded([trial.submission for trial in made], judge, True)
    by_case = {proof.case: proof for proof in proofs}
    for case, found in _by_chance(setting, made, results, graded):
        by_case[case] = _with_chance(by_case[case], found)
    for trial in made:
        mine = [by_case[case] for case in trial.cases if case in by_case]
        asked = [proof for proof in mine if proof.unnamed or _is_repaired(setting, proof.case)]
        if not asked:
            continue
        known = explain(trial.submission) if explain else {}
        result = results[trial.submission.student]
        by_case |= {proof.case: _explained(setting, proof, result, known) for proof in asked}
    return [by_case[case] for trial in made for case in trial.cases if case in by_case]


def _by_chance(
    setting: Setting,
    made: Sequence[Trial],
    results: Mapping[str, SubmissionResult],
    graded: Grade,
) -> Iterator[tuple[Case, list[Chance]]]:
    """Where a second run of the cases that speak of anything random gives something else; its
    session draws other numbers, since it is of another student. Nobody can tell where every student
    has inputs of their own."""
    if not setting.same_inputs:
        return
    suspects = {
        f"{trial.submission.student}-again": (trial, cases)
        for trial in made
        if (cases := [case for case in trial.cases if _speaks_of_chance(setting, case)])
    }
    again: dict[str, SubmissionResult] = {}
    twice = [replace(trial.submission, student=student) for student, (trial, _) in suspects.items()]
    if twice:
        graded(twice, lambda result: again.update({result.student: result}), True)
    for student, (trial, cases) in suspects.items():
        first = results[trial.submission.student]
        for case in cases:
            yield case, list(by_chance(case.exercise, first, again[student]))


def _speaks_of_chance(setting: Setting, case: Case) -> bool:
    exercise = _exercise(setting, case)
    if case.kind == "starter":
        return False
    known = {} if case.part is None else _ways(exercise, case.part)
    answer = known[case.misconception][case.way] if case.misconception else ""
    return may_depend_on_chance(exercise, answer)


def _with_chance(proof: Proof, found: Sequence[Chance]) -> Proof:
    """Other numbers are no fault of a sample that is recognised all the same."""
    own = [f"{proof.case.part}: {item.what}" if proof.case.part else item.what for item in found]
    if proof.unnamed or any(item.counts for item in found):
        return replace(proof, problems=(*proof.problems, *own))
    return replace(proof, warnings=(*proof.warnings, *own))


def _is_repaired(setting: Setting, case: Case) -> bool:
    """Whether it is the starter of an exercise that gives code to be mended."""
    parts = _exercise(setting, case).spec.parts
    return case.kind == "starter" and any(isinstance(part, RepairPart) for part in parts)


def _explained(
    setting: Setting, proof: Proof, result: SubmissionResult, known: Mapping[tuple[str, str], str]
) -> Proof:
    """Of a sample that was not named, why not; of code to be mended, which of its faults nobody
    declares."""
    case = proof.case
    whys = {check: why for (exercise, check), why in known.items() if exercise == case.exercise}
    if proof.unnamed:
        said = (f"{case.part}: {check}: {why}" for check, why in whys.items())
        return replace(proof, problems=(*proof.problems, *said))
    exercise, parts = _exercise(setting, case), _parts(case, result)
    warnings = (item for part in parts for item in undeclared(exercise, part, whys))
    return replace(proof, warnings=(*proof.warnings, *warnings))


def _exercise(setting: Setting, case: Case) -> LoadedExercise:
    return next(item for item in setting.assignment.exercises if item.slug == case.exercise)


def _parts(case: Case, result: SubmissionResult) -> tuple[PartResult, ...]:
    return next(item.parts for item in result.exercises if item.exercise == case.exercise)


def grade_here(
    setting: Setting,
    submissions: Sequence[Submission],
    on_result: Callable[[SubmissionResult], None],
    late_answers: bool,
) -> None:
    """Grade submissions in this process."""
    if late_answers == setting.late_answers:
        grade_batch(setting, submissions, on_result)
        return
    with closing(replace(setting, late_answers=late_answers)) as other:
        grade_batch(other, submissions, on_result)


def cases_of(exercise: LoadedExercise) -> list[Case]:
    """All that must hold for an exercise: its solution, its starter, each misconception."""
    cases = [Case(exercise.slug, None, "solution"), Case(exercise.slug, None, "starter")]
    for part in exercise.spec.parts:
        for name, ways in exercise.samples(part.part).items():
            for way in range(len(ways)):
                cases.append(Case(exercise.slug, part.part, "misconception", name, way))
        for name, ways in exercise.together(part.part).items():
            # what is given to be mended is a case of its own
            made = sum(source != part.starter for source in ways)
            cases += [Case(exercise.slug, part.part, "misconception", name, i) for i in range(made)]
    return cases


def _notebook(setting: Setting, cases: Sequence[Case]) -> bytes:
    """The release with every answer filled in: solutions, but for what the cases say."""
    by_exercise = {case.exercise: case for case in cases}
    sources = {}
    for exercise in setting.assignment.exercises:
        case = by_exercise.get(exercise.slug)
        for part in exercise.spec.parts:
            source = exercise.solution[part.part]
            if case is not None and case.kind == "starter":
                source = part.starter
            elif case is not None and case.part == part.part:
                source = _ways(exercise, part.part)[case.misconception or ""][case.way]
            sources[exercise.key(part.part)] = source
    return to_notebook(filled_in(setting.release, sources))


def _ways(exercise: LoadedExercise, part: str) -> dict[str, tuple[str, ...]]:
    """The answers that show one mistake of a part, or several at once, by name."""
    return {**exercise.samples(part), **exercise.together(part)}


def filled_in(release: ReleaseModel, answers: Mapping[PartKey, str]) -> ReleaseModel:
    """The release as a student would hand it in who wrote these answers, by (exercise, part)."""
    cells = (
        cell
        if cell.locked or cell.key is None
        else replace(cell, source=answers.get(cell.key, cell.source))
        for cell in release.cells
    )
    return replace(release, cells=tuple(cells))


def _proof(setting: Setting, case: Case, result: SubmissionResult) -> Proof:
    exercise = _exercise(setting, case)
    automatic = {part.part for part in exercise.spec.parts if not isinstance(part, ExplanationPart)}
    parts = [part for part in _parts(case, result) if part.part in automatic]
    if case.kind == "solution":
        problems = must_pass(case.exercise, parts, result)
        message = None
    elif case.kind == "starter":
        problems = [must_earn_nothing(part) for part in parts if part.score]
        problems += [item for part in parts for item in must_be_faulty(exercise, part, result)]
        message = None
    else:
        part = next(part for part in parts if part.part == case.part)
        problems = must_be_named(part, case.misconception or "")
        message = next(
            (
                item.message
                for item in part.checks
                if item.misconception in ids_in(case.misconception or "")
            ),
            None,
        )
    faults = tuple(fault for fault in faults_in([result]) if fault.exercise == case.exercise)
    unnamed = case.kind == "misconception" and any("is not named" in item for item in problems)
    return Proof(case, tuple(problems), result.timing, message, faults, unnamed)
