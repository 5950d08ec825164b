"""Whether everyday wrong answers are given a wrong cause: how often a named cause is right, and how
often a known one is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from gradeprop.course.keys import PartKey
from gradeprop.course.slips import LoadedSlip
from gradeprop.grading.result.faults import Fault, faults_in
from gradeprop.grading.result.verdict import PartResult, SubmissionResult
from gradeprop.grading.run.paper import Setting, Submission
from gradeprop.grading.verify import Grade, Proof, filled_in, grade_here
from gradeprop.notebook.render import to_notebook

__all__ = ["Finding", "Tally", "judge_slips", "submissions_of", "tally"]


@dataclass(frozen=True)
class Finding:
    """What became of a slip.

    Attributes:
        named: the causes that its checks named, on any device.
        problems: empty where none is wrong, and the slip did not get full marks.
        faults: checks of its exercise that failed by themselves.
    """

    slip: LoadedSlip
    named: tuple[str, ...]
    problems: tuple[str, ...]
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Tally:
    """Of answers whose cause is known, or known to be none of those declared.

    Attributes:
        named, right: causes that were named, and those of them that are acceptable.
        known, found: answers with an acceptable cause, and those of them for which one was named.
    """

    named: int = 0
    right: int = 0
    known: int = 0
    found: int = 0

    @property
    def precision(self) -> float:
        """How often a named cause is right; 1 if none was named."""
        return self.right / self.named if self.named else 1.0

    @property
    def recall(self) -> float:
        """How often a known cause is found; 1 if none is known."""
        return self.found / self.known if self.known else 1.0


def submissions_of(
    setting: Setting, slips: Sequence[LoadedSlip]
) -> list[tuple[Submission, tuple[LoadedSlip, ...]]]:
    """Trial submissions with the slips in them; the n-th holds the n-th slip of every exercise."""
    columns: dict[str, list[LoadedSlip]] = {}
    for slip in slips:
        columns.setdefault(slip.exercise, []).append(slip)
    made = []
    for number in range(max(map(len, columns.values()), default=0)):
        row = tuple(column[number] for column in columns.values() if number < len(column))
        made.append((Submission(str(number), _notebook(setting, row)), row))
    return made


def judge_slips(
    setting: Setting,
    slips: Sequence[LoadedSlip],
    on_finding: Callable[[Finding], None] | None = None,
    grade: Grade | None = None,
) -> list[Finding]:
    """Grade the slips of the setting's assignment as any submission is graded.

    Args:
        grade: grades submissions; in this process if not given.
    """
    made = submissions_of(setting, slips)
    findings: list[Finding] = []

    def judge(result: SubmissionResult) -> None:
        for slip in made[int(result.student)][1]:
            finding = _finding(slip, result)
            findings.append(finding)
            if on_finding is not None:
                on_finding(finding)

    graded = grade or partial(grade_here, setting)
    graded([submission for submission, _ in made], judge, True)
    return findings


def tally(findings: Iterable[Finding], proofs: Iterable[Proof] = ()) -> Tally:
    """Over slips, and the samples among the proofs of an exercise's graders; without those at which
    a grader failed by itself, of which nothing is known."""
    total = Tally()
    for finding in findings:
        if finding.faults:
            continue
        acceptable = set(finding.slip.spec.causes)
        right = acceptable.intersection(finding.named)
        total = Tally(
            total.named + len(finding.named),
            total.right + len(right),
            total.known + bool(acceptable),
            total.found + bool(right),
        )
    for proof in proofs:
        if proof.case.kind == "misconception" and not proof.faults:
            is_right = not proof.problems
            total = Tally(
                total.named + 1, total.right + is_right, total.known + 1, total.found + is_right
            )
    return total


def _notebook(setting: Setting, slips: Sequence[LoadedSlip]) -> bytes:
    """The release with every answer filled in: solutions, but for what the slips say."""
    sources = {
        exercise.key(part): text
        for exercise in setting.assignment.exercises
        for part, text in exercise.solution.items()
    }
    for slip in slips:
        sources |= {
            PartKey(slip.exercise, part): text for part, text in slip.spec.sources().items()
        }
    return to_notebook(filled_in(setting.release, sources))


def _finding(slip: LoadedSlip, result: SubmissionResult) -> Finding:
    exercise = next(item for item in result.exercises if item.exercise == slip.exercise)
    parts = [part for part in exercise.parts if part.part in slip.spec.sources()]
    checks = [check for part in parts for check in part.checks]
    named = tuple(dict.fromkeys(check.misconception for check in checks if check.misconception))
    problems = [
        f"{slip.spec.slip}: is called {cause} (acceptable: {_listed(slip.spec.causes)})"
        for cause in named
        if cause not in slip.spec.causes
    ]
    if all(map(_is_full, parts)):
        problems.append(f"{slip.spec.slip}: gets full marks")
    faults = tuple(fault for fault in faults_in([result]) if fault.exercise == slip.exercise)
    return Finding(slip, named, tuple(problems), faults)


def _is_full(part: PartResult) -> bool:
    return part.score is not None and part.score >= part.max_score


def _listed(causes: Sequence[str]) -> str:
    return ", ".join(causes) or "none"
