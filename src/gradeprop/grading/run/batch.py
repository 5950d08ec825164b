"""Grade a batch of submissions of one assignment in one pytest session."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from gradeprop.course.model import ChoicePart
from gradeprop.errors import UngradableSubmission
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.grading.checks.declared import clues_of
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.plugin import GradingPlugin
from gradeprop.grading.checks.pytest_run import run_pytest
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.seeds import check_seed, public_seed, session_seed, student_seed
from gradeprop.grading.checks.sites import CheckSite, Rewrite, check_sites
from gradeprop.grading.public.checking import skipped_because
from gradeprop.grading.result import score
from gradeprop.grading.result.verdict import (
    CheckVerdict,
    SubmissionResult,
)
from gradeprop.grading.result.words import NO_CELL, NOT_BEGUN
from gradeprop.grading.run import assembly
from gradeprop.grading.run.conditions import combined_limits, limits_of
from gradeprop.grading.run.paper import Paper, Setting, Submission
from gradeprop.grading.run.submission import SubmissionRun
from gradeprop.notebook.restore import restore
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
) -> None:
    """Grade submissions in order; every result is handed over as soon as it is final.

    Args:
        on_check: for an instructor's eyes, hears of every check with all its inputs and expected
            values.

    Nothing that a student wrote can make this raise. A fault of a grader's own becomes status
    ``error`` with a null score in the results that it touches."""
    _Batch(setting, submissions, on_result, on_check).grade()


class _Batch:
    """The `Examiner` that grades."""

    def __init__(
        self,
        setting: Setting,
        submissions: Sequence[Submission],
        on_result: Callable[[SubmissionResult], None],
        on_check: OnCheck | None,
    ) -> None:
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
        self._papers = [paper for paper in papers if paper.restored is not None]
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
                run_pytest(setting.course, setting.assignment.exercises, plugin)
            for index in range(len(self._papers)):
                self.finished(index)
        finally:
            for paper in self._papers:
                for run in paper.runs.values():
                    run.close()

    # --- the Examiner's side ----------------------------------------------------------------------

    def wanted(self, site: CheckSite) -> bool:
        return not site.check.voided

    def seed(self, subject: int, site: CheckSite, attempt: int) -> bytes:
        if site.check.public:
            return public_seed(*site.key, attempt)
        return check_seed(self._papers[subject].seed, *site.key, attempt)

    def prerequisite(self, subject: int, site: CheckSite, device: str) -> str | None:
        verdicts = self._papers[subject].verdicts

        def passed(check: str) -> bool:
            known = verdicts.get((site.exercise.slug, check), [])
            return any(item.status == "passed" for item in known if item.device == device)

        voided = {check.check for check in site.exercise.checks() if check.voided}
        missing = [check for check in site.check.needs if check not in voided and not passed(check)]
        if not missing:
            return None
        reason = skipped_because(missing)
        self._note(subject, site, device, Judgement("skipped", reason))
        return reason

    def examine(
        self, subject: int, site: CheckSite, device: str, script: Script, again: Rewrite
    ) -> str | None:
        paper = self._papers[subject]
        if paper.started is None:
            paper.started = time.perf_counter()
        run = self._run(paper, device)
        outcomes = run.ask(site.place, script.asks)
        if self._on_check is not None:
            self._on_check(site, device, self._judge(site, script, outcomes, shown=True))
        judgement = self._judge(site, script, outcomes)
        if judgement.observations:
            judgement = self._told_apart(run, site, judgement, again)
        if judgement.status == "failed" and self._not_begun(paper, site):
            judgement = Judgement("failed", NOT_BEGUN, judgement.detail, not_begun=True)
        elif judgement.misconception == "missing_name" and self._has_no_cell(paper, site):
            judgement = Judgement("failed", NO_CELL, judgement.detail)
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
        return Paper(submission, seed, restored, " ".join(restored.notes) or None)

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

    def _has_no_cell(self, paper: Paper, site: CheckSite) -> bool:
        """Nobody left a name out of a cell that was not there."""
        assert paper.restored is not None
        return paper.restored.parts[site.place] == "missing"

    def _judge(
        self,
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
            clues=clues_of(site.part.misconceptions),
            forbid=site.part.forbid,
            options=site.part.options if isinstance(site.part, ChoicePart) else (),
            earlier=earlier,
            rows=shown,
        )

    def _told_apart(
        self, run: SubmissionRun, site: CheckSite, judgement: Judgement, again: Rewrite
    ) -> Judgement:
        """While several causes fit, ask about fresh inputs until they are told apart."""
        for attempt in range(1, PROBES_AGAIN + 1):
            if len(judgement.misconceptions) <= 1:
                break
            script = again(attempt)
            if not any(isinstance(ask, Call) for ask in script.asks):
                break  # a name has one value, however often it is read
            fresh = self._judge(
                site,
                script,
                run.ask(site.place, script.asks),
                judgement.observations,
            )
            if not fresh.observations:
                break
            judgement = _with_causes_of(judgement, fresh)
        return judgement

    def _note(self, subject: int, site: CheckSite, device: str, judgement: Judgement) -> None:
        earned = {"passed": site.check.points, "error": None}.get(judgement.status, 0.0)
        verdict = CheckVerdict(
            site.check.check,
            device,
            site.check.public,
            judgement.status,
            earned,
            site.check.points,
            judgement.message,
            judgement.detail,
            judgement.misconception,
            not_begun=judgement.not_begun,
            asked=judgement.asked,
            report=judgement.report,
            hint=judgement.hint,
        )
        known = self._papers[subject].verdicts.setdefault(site.key, [])
        same = next((i for i, item in enumerate(known) if item.device == device), None)
        if same is None:
            known.append(verdict)
        elif score.at_worst([known[same], verdict])[0] is verdict:
            # a parametrised check: its worst case
            known[same] = verdict

    def _blame_unrun(self, subject: int) -> None:
        """Checks that never ran, because a grader cannot be imported, are the grader's fault."""
        for site in filter(self.wanted, self._sites):
            for device in self._setting.devices:
                known = self._papers[subject].verdicts.get(site.key, [])
                if not any(verdict.device == device for verdict in known):
                    why = next(
                        (
                            text
                            for path, text in self._collection_errors.items()
                            if path.endswith(site.exercise.grader)
                        ),
                        "the check never ran",
                    )
                    self.fault(subject, site, device, why)


def _with_causes_of(judgement: Judgement, fresh: Judgement) -> Judgement:
    """The first judgement's numbers with the causes that also explain the fresh inputs."""
    left = tuple(cause for cause in judgement.misconceptions if cause in fresh.misconceptions)
    said = fresh if len(left) == 1 else judgement
    return replace(
        judgement,
        misconceptions=left,
        observations=(*judgement.observations, *fresh.observations),
        asked=said.asked,
        report=said.report,
        hint=said.hint,
    )
