"""One paper's checks: each is asked, and asked again where that did not suffice.

Every check is first asked in the way that costs least, after the last cell or, if it only reads
names, on the way. A late answer counts only if it is right, since a later cell may be to blame for
anything else. What is left is asked again when all has been asked once, in one further run of the
notebook, each check at its own place, and that answer counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any

from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.grading.checks.behaviour import behaviour
from gradeprop.grading.checks.blame import told_of
from gradeprop.grading.checks.cell_error import with_cell_error
from gradeprop.grading.checks.choice import uncommitted
from gradeprop.grading.checks.declared import clues_of, words_of
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.script import Script
from gradeprop.grading.checks.sites import CheckSite, GraderCodeError
from gradeprop.grading.plots.between import Asking
from gradeprop.grading.public.checking import skipped_because
from gradeprop.grading.result import score
from gradeprop.grading.result.words import NO_CELL, NOT_BEGUN, NOTHING_ASSIGNED
from gradeprop.grading.run import assembly
from gradeprop.grading.run.explaining import fitting_by_sample, where_asked
from gradeprop.grading.run.paper import Paper, lines_of
from gradeprop.grading.run.plotting import with_plot
from gradeprop.grading.run.question import Answered, Circumstances, Question
from gradeprop.grading.run.submission import SubmissionRun
from gradeprop.grading.run.telling_apart import told_apart
from gradeprop.grading.run.why import why_not_declared
from gradeprop.notebook.restore import PartState
from gradeprop.session.interface import Outcome, only_reads

__all__ = ["Inquiry"]


class Inquiry:
    """Asks a paper's checks and keeps their verdicts in it.

    Args:
        paper: readable.
        run_on: the paper's run on a device.
    """

    def __init__(
        self,
        paper: Paper,
        run_on: Callable[[str], SubmissionRun],
        circumstances: Circumstances,
    ) -> None:
        self._paper = paper
        self._run_on = run_on
        self._how = circumstances
        self._waiting: list[Question] = []

    def prerequisite(self, site: CheckSite, device: str) -> str | None:
        """Why the check is skipped, which is noted; None if it is not, or perhaps not."""
        if self._waits(site, device):
            return None
        missing = [check for check in site.needs if not self._passed(site, device, check)]
        if not missing:
            return None
        reason = skipped_because(site.described(missing))
        self._note(site, device, Judgement("skipped", reason))
        return reason

    def examine(self, question: Question) -> str | None:
        """Ask; the reason if the check failed, None if it passed or waits for `finish`."""
        waits = self._waits(question.site, question.device)
        judgement = None if waits else self._first(question)
        if judgement is None and self._how.at_once and not waits:
            judgement = self._again(question)
        if judgement is None:
            self._waiting.append(question)
            return None
        self._note(question.site, question.device, judgement)
        return None if judgement.status == "passed" else judgement.message or judgement.status

    def finish(self) -> None:
        """Ask again, each at its own place and in the notebook's order, what is still open."""
        waiting, self._waiting = sorted(self._waiting, key=attrgetter("turn")), []
        for question in waiting:
            self._how.begin(question.site)
            if self.prerequisite(question.site, question.device) is not None:
                continue
            try:
                self._note(question.site, question.device, self._again(question))
            except GraderCodeError as error:
                self.fault(question.site, question.device, str(error))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # whatever a grader may raise, as in pytest
                grader = question.site.exercise.grader
                self.fault(question.site, question.device, told_of(grader, error))

    def fault(self, site: CheckSite, device: str, error: str) -> None:
        """The grader's own code failed in this check."""
        judgement = Judgement(
            "error",
            "This check itself failed, which is not your fault. Your instructor can see why and "
            "grade again.",
            error.strip(),
        )
        self._note(site, device, judgement)

    # --- asking -----------------------------------------------------------------------------------

    def _first(self, question: Question) -> Judgement | None:
        """The judgement of what the notebook as it stands says; None if that may not count."""
        run, script = self._run_on(question.device), question.script
        place = question.site.place
        with self._how.watch.away():
            first = run.first(place, script.asks)
        if first is None:
            return None
        judgement = self._judge(question, script, first.outcomes)
        counts = (
            judgement.status == "passed"
            or first.there
            or judgement.not_begun
            or (judgement.status == "failed" and run.is_settled(place, script.asks))
        )
        if not counts:
            return None
        explained = self._explained(question, script, first.outcomes, judgement)
        return self._told(question, first.outcomes, explained, partial(run.recall, place))

    def _again(self, question: Question) -> Judgement:
        """The judgement of what is said at the check's own place."""
        run, script = self._run_on(question.device), question.script
        ask = partial(run.again, question.site.place)
        with self._how.watch.away():
            outcomes = ask(script.asks)
        judgement = self._judge(question, script, outcomes)
        explained = self._explained(question, script, outcomes, judgement)
        return self._told(question, outcomes, explained, ask)

    def _told(
        self, question: Question, outcomes: Sequence[Outcome], judgement: Judgement, ask: Asking
    ) -> Judgement:
        """The answer that counts, with one cause if further questions can tell, and with a plot."""

        def judged(
            script: Script, outcomes: Sequence[Outcome], earlier: Sequence[Observation]
        ) -> Judgement:
            found = self._judge(question, script, outcomes, earlier)
            return self._explained(question, script, outcomes, found, earlier)

        told = told_apart(question, judgement, ask, judged, self._how.watch.away)
        told = with_plot(question, outcomes, told, ask, self._how.watch.away)
        self._show(question, outcomes, told)
        return told

    def _judge(
        self,
        question: Question,
        script: Script,
        outcomes: Sequence[Outcome],
        earlier: Sequence[Observation] = (),
    ) -> Judgement:
        site = question.site
        judgement = self._judged(site, script, outcomes, earlier)
        state = self._state_of(site)
        # What a late call gives may be a later cell's doing; what is read is read at its place.
        none = only_reads(script.asks) and uncommitted(outcomes, site.part.allowed)
        if judgement.status == "failed" and (none or state == "starter"):
            said = NOT_BEGUN if state == "starter" else NOTHING_ASSIGNED
            return Judgement("failed", said, judgement.detail, not_begun=True)
        if judgement.misconception == "missing_name" and state == "missing":
            # Nobody left a name out of a cell that was not there.
            return Judgement("failed", NO_CELL, judgement.detail)
        cell = self._run_on(question.device).part_outcomes.get(site.place)
        return with_cell_error(judgement, script, cell, words_of(site.part.misconceptions))

    def _explained(
        self,
        question: Question,
        script: Script,
        outcomes: Sequence[Outcome],
        judgement: Judgement,
        earlier: Sequence[Observation] = (),
    ) -> Judgement:
        """The same judgement with what the misconceptions' samples say of it."""
        site, samples = question.site, self._how.samples
        if samples is None or self._state_of(site) in ("starter", "missing"):
            return judgement
        if script is question.script and len(samples.sandboxes) > 1:
            self._paper.answers[*site.key, question.device] = script, outcomes
        device, asked = where_asked(samples, site, question.device, script, self._paper)
        known = self._paper.verdicts
        with self._how.watch.away():
            by_sample = fitting_by_sample(
                samples, site, device, asked, outcomes, judgement, verdicts=known
            )
        if by_sample:
            return self._judged(site, script, outcomes, earlier, by_sample=by_sample)
        return judgement

    def _judged(
        self,
        site: CheckSite,
        script: Script,
        outcomes: Sequence[Outcome],
        earlier: Sequence[Observation] = (),
        *,
        shown: bool = False,
        by_sample: Sequence[str] = (),
    ) -> Judgement:
        part, public = site.part, site.check.public
        how: dict[str, Any] = {
            "public": public or shown,
            "reveal": "numbers" if shown else part.reveals(site.check),
            "rows": shown or ("wrong" if public else False),
            "lines": lines_of(self._paper, site.place),
            "by_sample": tuple(by_sample),
        }

        def judge_now() -> Judgement:
            return judge(
                script,
                outcomes,
                declared=words_of(part.misconceptions),
                clues=clues_of(part.misconceptions),
                forbid=part.forbid,
                allowed=part.allowed,
                earlier=earlier,
                **how,
            )

        return self._how.judged.of(script, outcomes, earlier, tuple(how.values()), judge_now)

    def _show(self, question: Question, outcomes: Sequence[Outcome], told: Judgement) -> None:
        """Tell who listens of the answer that counts, with all numbers."""
        if self._how.on_check is None:
            return
        site, script = question.site, question.script
        plain, samples = self._judged(site, script, outcomes, shown=True), self._how.samples
        causes = told.misconceptions or plain.misconceptions
        there = self._hint_there(question, outcomes, told)
        shown = replace(plain, misconceptions=causes, hint=told.hint, hint_there=there)
        with self._how.watch.away():
            if samples is not None and not told.not_begun:
                device, asked = where_asked(samples, site, question.device, script, self._paper)
                why = why_not_declared(samples, site, device, asked, outcomes, shown, plain)
                shown = replace(shown, why=why)
            gave = behaviour(script, outcomes)
            student = self._paper.submission.student
            self._how.on_check(Answered(student, site, question.device, shown, gave))

    def _hint_there(
        self, question: Question, outcomes: Sequence[Outcome], told: Judgement
    ) -> str | None:
        """The words that the notebook has for the cause: it knows nothing of the part's cell, of
        fresh inputs, of words that stay behind, nor of samples where the answer is secret."""
        site = question.site
        if not site.check.public or told.status != "failed" or told.not_begun:
            return None
        judgement = self._judged(site, question.script, outcomes)
        if site.part.reveals(site.check) == "numbers":
            judgement = self._explained(question, question.script, outcomes, judgement)
        kept = {item.id for item in site.part.misconceptions if not item.public}
        return None if judgement.misconception in kept else judgement.hint

    def _state_of(self, site: CheckSite) -> PartState:
        """What restoring found of the answer; code that is given to be mended is one."""
        assert self._paper.restored is not None
        state = self._paper.restored.parts[site.place]
        return "present" if state == "starter" and site.part.kind == "repair" else state

    def _waits(self, site: CheckSite, device: str) -> bool:
        """Whether something that the check needs is still open."""
        needs = {(site.exercise.slug, check) for check in site.needs}
        return any(item.site.key in needs and item.device == device for item in self._waiting)

    def _passed(self, site: CheckSite, device: str, needed: str) -> bool:
        """Whether another check of its exercise does not stand in its way: it has passed, or its
        failing says nothing of the student."""
        key = (site.exercise.slug, needed)
        if key in self._how.left_out:
            return True
        known = [item for item in self._paper.verdicts.get(key, []) if item.device == device]
        return any(item.status in ("passed", "error") for item in known)

    def _note(self, site: CheckSite, device: str, judgement: Judgement) -> None:
        verdict = assembly.verdict(site, device, judgement)
        known = self._paper.verdicts.setdefault(site.key, [])
        same = next((i for i, item in enumerate(known) if item.device == device), None)
        if same is None:
            known.append(verdict)
        elif score.at_worst([known[same], verdict])[0] is verdict:
            known[same] = verdict  # a parametrised check: its worst case
