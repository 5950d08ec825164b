"""Grade a batch of submissions of one assignment in one pytest session."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from gradeprop.course.model import LoadedExercise
from gradeprop.errors import UngradableSubmission
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.plugin import GradingPlugin
from gradeprop.grading.checks.pytest_run import run_pytest
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.seeds import (
    check_seed,
    inputs_seed,
    public_seed,
    session_seed,
    student_seed,
)
from gradeprop.grading.checks.sites import CheckSite, Rewrite, check_sites
from gradeprop.grading.checks.watch import Watch
from gradeprop.grading.public.checking import skipped_because
from gradeprop.grading.result import score
from gradeprop.grading.result.verdict import SubmissionResult
from gradeprop.grading.result.words import NOT_BEGUN
from gradeprop.grading.run import assembly
from gradeprop.grading.run.conditions import combined_limits, limits_of
from gradeprop.grading.run.faults import Faults
from gradeprop.grading.run.paper import Paper, Setting, Submission, lines_of
from gradeprop.grading.run.submission import SubmissionRun
from gradeprop.notebook.restore import handed_in, restore
from gradeprop.session.interface import Call, Outcome

OnCheck: TypeAlias = Callable[[CheckSite, str, Judgement], None]

PROBES_AGAIN = 3
"""How often a check is asked again on fresh inputs when two causes fit."""


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

    @property
    def subjects(self) -> int:
        return len(self._papers)

    def grade(self) -> None:
        for paper in self._unreadable:
            self._on_result(assembly.ungradable(self._setting, paper))
        try:
            if self._papers and self._sites:
                setting = self._setting
                plugin = GradingPlugin(setting.course, setting.assignment, setting.devices, self)
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
        return check_seed(self._papers[subject].inputs_seed, *site.key, attempt)

    def prerequisite(self, subject: int, site: CheckSite, device: str) -> str | None:
        paper = self._papers[subject]
        self.watch.begins(self._numbers[subject], self._sites.index(site))
        fault = self._faults.why(paper.submission.student, site)
        if fault is not None:
            self.fault(subject, site, device, fault)
            return fault
        missing = [check for check in site.check.needs if self._waits(paper, site, device, check)]
        if not missing:
            return None
        reason = skipped_because(missing)
        self._note(subject, site, device, Judgement("skipped", reason))
        return reason

    def _waits(self, paper: Paper, site: CheckSite, device: str, needed: str) -> bool:
        """Whether the check waits in vain for another one of its exercise, and not only because
        that one was taken out or is the grader's fault."""
        key = (site.exercise.slug, needed)
        voided = any(item.check == needed and item.voided for item in site.exercise.checks())
        if voided or key in self._faults.of_all:
            return False
        known = [item for item in paper.verdicts.get(key, []) if item.device == device]
        return not any(item.status in ("passed", "error") for item in known)

    def examine(
        self, subject: int, site: CheckSite, device: str, script: Script, again: Rewrite
    ) -> str | None:
        paper = self._papers[subject]
        if paper.started is None:
            paper.started = time.perf_counter()
        run = self._run(paper, device)
        with self.watch.away():
            outcomes = run.ask(site.place, script.asks)
        if self._on_check is not None:
            shown = self._judge(paper, site, script, outcomes, shown=True)
            with self.watch.away():
                self._on_check(site, device, shown)
        judgement = self._judge(paper, site, script, outcomes)
        if judgement.observations:
            judgement = self._told_apart(paper, device, site, judgement, again)
        if judgement.status == "failed" and self._not_begun(paper, site):
            judgement = Judgement("failed", NOT_BEGUN, judgement.detail, not_begun=True)
        self._note(subject, site, device, judgement)
        return None if judgement.status == "passed" else judgement.message or judgement.status

    def fault(self, subject: int, site: CheckSite, device: str, error: str) -> None:
        judgement = Judgement(
            "error",
            "This check itself failed, which is not your fault. Your instructor can see why and "
            "grade again.",
            error.strip(),
        )
        self._note(subject, site, device, judgement)

    def finished(self, subject: int) -> None:
        if subject in self._done:
            return
        self.watch.ends()
        self._done.add(subject)
        paper = self._papers[subject]
        for run in paper.runs.values():
            run.close()
        self._blame_unrun(subject)
        self._on_result(assembly.result(self._setting, paper))

    # --- helpers ----------------------------------------------------------------------------------

    def _open(self, submission: Submission) -> Paper:
        seed = student_seed(self._setting.course_key, submission.student)
        if submission.problem is not None:
            return Paper(submission, seed, None, submission.problem)
        try:
            restored = restore(submission.notebook, self._setting.release)
        except UngradableSubmission as error:
            return Paper(submission, seed, None, str(error))
        message = " ".join(restored.notes) or None
        inputs = inputs_seed(seed, handed_in(restored))
        return Paper(submission, seed, restored, message, inputs_seed=inputs)

    def _run(self, paper: Paper, device: str) -> SubmissionRun:
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
            )
        return paper.runs[device]

    def _not_begun(self, paper: Paper, site: CheckSite) -> bool:
        assert paper.restored is not None
        return paper.restored.parts[site.place] == "starter"

    def _judge(
        self,
        paper: Paper,
        site: CheckSite,
        script: Script,
        outcomes: Sequence[Outcome],
        earlier: Sequence[Observation] = (),
        *,
        shown: bool = False,
    ) -> Judgement:
        return judge(
            script,
            outcomes,
            public=site.check.public or shown,
            declared={item.id: item.say.strip() for item in site.part.misconceptions},
            forbid=site.part.forbid,
            earlier=earlier,
            rows=shown,
            lines=lines_of(paper, site.place),
        )

    def _told_apart(
        self, paper: Paper, device: str, site: CheckSite, judgement: Judgement, again: Rewrite
    ) -> Judgement:
        """While several causes fit, ask about fresh inputs until they are told apart."""
        for attempt in range(1, PROBES_AGAIN + 1):
            if len(judgement.misconceptions) <= 1:
                break
            script = again(attempt)
            if not any(isinstance(ask, Call) for ask in script.asks):
                break  # a name has one value, however often it is read
            with self.watch.away():
                outcomes = self._run(paper, device).ask(site.place, script.asks)
            fresh = self._judge(paper, site, script, outcomes, judgement.observations)
            if not fresh.observations:
                break
            judgement = judgement.narrowed_by(fresh)
        return judgement

    def _note(self, subject: int, site: CheckSite, device: str, judgement: Judgement) -> None:
        verdict = assembly.verdict(site.check, device, judgement)
        known = self._papers[subject].verdicts.setdefault(site.key, [])
        same = next((i for i, item in enumerate(known) if item.device == device), None)
        if same is None:
            known.append(verdict)
        elif score.at_worst([known[same], verdict])[0] is verdict:
            # a parametrised check: its worst case
            known[same] = verdict

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
