"""Grade a batch of submissions of one assignment in one pytest session."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial

from gradeprop.course.keys import PartKey
from gradeprop.course.model import LoadedExercise
from gradeprop.errors import UngradableSubmission
from gradeprop.grading.checks.plugin import GradingPlugin
from gradeprop.grading.checks.pytest_run import run_pytest
from gradeprop.grading.checks.seeds import (
    check_seed,
    input_set,
    inputs_seed,
    public_seed,
    session_seed,
)
from gradeprop.grading.checks.sites import CheckSite, GraderCodeError, Write, check_sites
from gradeprop.grading.checks.watch import Watch
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.run import assembly
from gradeprop.grading.run.conditions import combined_limits, limits_of
from gradeprop.grading.run.faults import Faults
from gradeprop.grading.run.inquiry import Inquiry
from gradeprop.grading.run.paper import Paper, Setting, Submission
from gradeprop.grading.run.question import Circumstances, OnCheck, Question
from gradeprop.grading.run.submission import Foreseen, SubmissionRun
from gradeprop.notebook.restore import handed_in, restore


def grade_batch(
    setting: Setting,
    submissions: Sequence[Submission],
    on_result: Callable[[SubmissionResult], None],
    *,
    on_check: OnCheck | None = None,
    watch: Watch | None = None,
    faults: Faults | None = None,
) -> None:
    """Grade submissions in order; every result is handed over as soon as it is final.

    Args:
        on_check: for an instructor's eyes, hears of every check with all its inputs and expected
            values.
        watch: where graders' own code notes where it stands, if anybody looks.
        faults: checks that are known to fail by themselves and are not run again.

    Nothing that a student wrote can make this raise. A fault of a grader's own becomes status
    ``error`` with a null score in the results that it touches."""
    known = Faults() if faults is None else faults
    _Batch(setting, submissions, on_result, on_check, watch or Watch(), known).grade()


class _Batch:
    """The `Examiner` that grades."""

    def __init__(
        self,
        setting: Setting,
        submissions: Sequence[Submission],
        on_result: Callable[[SubmissionResult], None],
        on_check: OnCheck | None,
        watch: Watch,
        faults: Faults,
    ) -> None:
        self.watch = watch
        self._faults = faults
        self._setting = setting
        self._on_result = on_result
        self._on_check = on_check
        self._limits = combined_limits(setting.course, setting.assignment)
        self._own_limits = {
            exercise.slug: limits_of(setting.course, exercise)
            for exercise in setting.assignment.exercises
        }
        self._sites = check_sites(setting.assignment)
        self._answers = {cell.grade_id: part for part, cell in setting.release.answers().items()}
        papers = [self._open(item) for item in submissions]
        self._numbers = [at for at, paper in enumerate(papers) if paper.restored is not None]
        self._papers = [papers[at] for at in self._numbers]
        self._unreadable = [paper for paper in papers if paper.restored is None]
        self._done: set[int] = set()
        self._collection_errors: Mapping[str, str] = {}
        self._foreseen: dict[PartKey, Foreseen] | None = None
        self._inquiries: dict[int, Inquiry] = {}

    @property
    def subjects(self) -> int:
        return len(self._papers)

    def grade(self) -> None:
        for paper in self._unreadable:
            self._on_result(assembly.ungradable(self._setting, paper))
        try:
            if self._papers and self._sites:
                setting = self._setting
                plugin = GradingPlugin(
                    setting.course, setting.assignment, setting.devices, self, setting.scripts
                )
                self._collection_errors = plugin.collection_errors
                self.watch.begins()
                run_pytest(setting.course, self._exercises(), plugin)
                self.watch.ends()
            for index in range(len(self._papers)):
                self.finished(index)
        finally:
            for paper in self._papers:
                for run in paper.runs.values():
                    run.close()

    # --- the Examiner's side ----------------------------------------------------------------------

    def wanted(self, site: CheckSite) -> bool:
        return not site.check.voided and site.key not in self._faults.of_all

    def seed(self, subject: int, site: CheckSite, attempt: int) -> bytes:
        if site.check.public:
            return public_seed(*site.key, attempt)
        number = self._papers[subject].input_set
        assert number is not None
        return check_seed(inputs_seed(self._setting.pool_key, number), *site.key, attempt)

    def foresee(self, checks: Sequence[tuple[int, CheckSite, Write]]) -> None:
        self._foreseen = {}
        for subject, site, write in checks:
            if self._faults.why(self._papers[subject].submission.student, site) is not None:
                continue
            self._begin(subject, site)
            with suppress(GraderCodeError):  # told when it is the check's turn
                self._foreseen.setdefault(site.place, Foreseen()).add(write(0).asks)

    def prerequisite(self, subject: int, site: CheckSite, device: str) -> str | None:
        self._begin(subject, site)
        fault = self._faults.why(self._papers[subject].submission.student, site)
        if fault is not None:
            self.fault(subject, site, device, fault)
            return fault
        return self._inquiry(subject).prerequisite(site, device)

    def examine(self, subject: int, site: CheckSite, device: str, write: Write) -> str | None:
        return self._inquiry(subject).examine(Question(site, device, write))

    def fault(self, subject: int, site: CheckSite, device: str, error: str) -> None:
        self._inquiry(subject).fault(site, device, error)

    def finished(self, subject: int) -> None:
        if subject in self._done:
            return
        self._done.add(subject)
        paper = self._papers[subject]
        self._inquiry(subject).finish()
        self.watch.ends()
        for run in paper.runs.values():
            run.close()
        self._blame_unrun(subject)
        del self._inquiries[subject]
        paper.answers.clear()  # they may be large, and the other papers are still to come
        self._on_result(assembly.result(self._setting, paper))

    # --- helpers ----------------------------------------------------------------------------------

    def _open(self, submission: Submission) -> Paper:
        seed = submission.seed_by(self._setting.course_key)
        if submission.problem is not None:
            return Paper(submission, seed, None, submission.problem)
        try:
            restored = restore(submission.notebook, self._setting.release)
        except UngradableSubmission as error:
            return Paper(submission, seed, None, str(error))
        message = " ".join(restored.notes) or None
        number = 0 if self._setting.same_inputs else input_set(seed, handed_in(restored))
        return Paper(submission, seed, restored, message, input_set=number)

    def _begin(self, subject: int, site: CheckSite) -> None:
        """From now on the graders' code runs for this check."""
        self.watch.begins(self._numbers[subject], self._sites.index(site))

    def _inquiry(self, subject: int) -> Inquiry:
        if subject not in self._inquiries:
            paper = self._papers[subject]
            self._inquiries[subject] = Inquiry(
                paper,
                partial(self._run, paper),
                Circumstances(
                    at_once=self._foreseen is None,
                    begin=partial(self._begin, subject),
                    watch=self.watch,
                    left_out=self._faults.of_all,
                    on_check=self._on_check,
                    samples=self._setting.samples,
                    judged=self._setting.judged,
                ),
            )
        return self._inquiries[subject]

    def _run(self, paper: Paper, device: str) -> SubmissionRun:
        if paper.started is None:
            paper.started = time.perf_counter()
        if device not in paper.runs:
            assert paper.restored is not None
            paper.runs[device] = SubmissionRun(
                paper.restored,
                self._answers,
                lambda: self._setting.sandboxes[device].open(
                    limits=self._limits,
                    seed=session_seed(paper.seed, self._setting.assignment.id),
                    files=self._setting.release.files,
                ),
                self._own_limits,
                self._foreseen or {},
                self._setting.late_answers,
            )
        return paper.runs[device]

    def _exercises(self) -> list[LoadedExercise]:
        """Those of which a check is to be run: a grader that is known to hang when it is imported
        is left alone."""
        wanted = {site.exercise.slug for site in filter(self.wanted, self._sites)}
        return [item for item in self._setting.assignment.exercises if item.slug in wanted]

    def _blame_unrun(self, subject: int) -> None:
        """Checks that never ran, because a grader cannot be imported, are the grader's fault."""
        paper = self._papers[subject]
        for site in self._sites:
            if site.check.voided:
                continue
            known = {verdict.device for verdict in paper.verdicts.get(site.key, [])}
            for device in self._setting.devices:
                if device not in known:
                    why = self._faults.why_never_run(
                        self._setting.course,
                        site,
                        paper.submission.student,
                        self._collection_errors,
                    )
                    self.fault(subject, site, device, why)
