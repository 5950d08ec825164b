"""What is graded, and what grading it needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gradeprop.course.keys import PartKey
from gradeprop.course.model import Course, LoadedAssignment
from gradeprop.errors import GraderFault
from gradeprop.grading.checks.kept_scripts import KeptScripts
from gradeprop.grading.checks.plugin import Devices
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.seeds import pool_key, student_seed
from gradeprop.grading.result.verdict import CheckVerdict
from gradeprop.grading.run.judged_before import JudgedBefore
from gradeprop.grading.run.samples import Samples
from gradeprop.grading.run.submission import SubmissionRun
from gradeprop.notebook.release import ReleaseModel
from gradeprop.notebook.restore import RestoredNotebook
from gradeprop.session.interface import Outcome, Sandbox


@dataclass(frozen=True)
class Submission:
    """What a student handed in.

    Attributes:
        problem: why there is no notebook to read, when there is none; for the student.
        fingerprint: recorded in the result, to see later whether anything changed.
        seed: the student's or the group's; needed only for a group, and where the course key is
            not at hand.
        group: the group that handed it in, if it was one.
    """

    student: str
    notebook: bytes
    problem: str | None = None
    fingerprint: str = ""
    seed: bytes = b""
    group: str | None = None

    def seed_by(self, course_key: bytes) -> bytes:
        """Its own seed, or the student's by the course key.

        Raises:
            GraderFault: there is neither; of an empty key everybody could work out the seeds.
        """
        if self.seed:
            return self.seed
        if not course_key:
            raise GraderFault(f"{self.student} came without a seed, and no course key is here")
        return student_seed(course_key, self.student)


@dataclass(frozen=True)
class Setting:
    """All that grading a batch needs besides the submissions."""

    course: Course
    assignment: LoadedAssignment
    release: ReleaseModel
    course_key: bytes
    """Where students' seeds come from; empty on a machine to which they are sent."""
    devices: Devices
    sandboxes: Mapping[str, Sandbox]
    """An open sandbox for each device."""
    late_answers: bool = True
    """Whether to ask after the last cell first, which is quicker, and only then at each place."""
    for_samples: Mapping[str, Sandbox] | None = None
    """Where samples run, by device. What is open in a sandbox counts together, so that a submission
    keeps its bounds only where nothing else is; ``sandboxes`` if not given."""

    same_inputs: bool = False
    """Whether all submissions get the same hidden inputs, as trials of a grader's author may: then
    all of them share what is worked out for one."""

    sent_pool_key: bytes = b""
    """On a machine without the course key, what `pool_key` would be."""

    @cached_property
    def pool_key(self) -> bytes:
        """Where the assignment's hidden inputs come from.

        Raises:
            GraderFault: nothing is here to make it of.
        """
        if self.sent_pool_key:
            return self.sent_pool_key
        if not self.course_key:
            raise GraderFault("neither the course key is here nor what hidden inputs are made of")
        return pool_key(self.course_key, self.assignment.id)

    @cached_property
    def samples(self) -> Samples:
        """What the misconceptions' samples give."""
        sandboxes = self.sandboxes if self.for_samples is None else self.for_samples
        return Samples(self.course, self.assignment, self.release, sandboxes)

    @cached_property
    def scripts(self) -> KeptScripts:
        """What checks ask and expect, as far as it has been written down."""
        return KeptScripts()

    @cached_property
    def judged(self) -> JudgedBefore:
        """What answers were judged to be."""
        return JudgedBefore()

    def close(self) -> None:
        """End what it has opened itself. Idempotent."""
        if "samples" in vars(self):
            self.samples.close()


@dataclass
class Paper:
    """One submission while it is being graded.

    Attributes:
        seed: the student's; its session's random numbers come from it.
        answers: by exercise, check and device, what a check last asked, and what that gave; only
            where there are several devices, and while it is being graded.
        input_set: which set of hidden inputs this hand-in gets; None where it cannot be read.
    """

    submission: Submission
    seed: bytes
    restored: RestoredNotebook | None
    message: str | None
    runs: dict[str, SubmissionRun] = field(default_factory=dict)
    verdicts: dict[tuple[str, str], list[CheckVerdict]] = field(default_factory=dict)
    answers: dict[tuple[str, str, str], tuple[Script, Sequence[Outcome]]] = field(
        default_factory=dict
    )
    started: float | None = None
    input_set: int | None = None


def lines_of(paper: Paper, part: PartKey) -> int:
    """How many lines the answer has; none where there is no answer."""
    if paper.restored is None:
        return 0
    return len(paper.restored.answers.get(part, "").splitlines())
