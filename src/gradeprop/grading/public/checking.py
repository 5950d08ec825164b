"""``gp.check``: the public checks in the student's own kernel, from nothing but the notebook.

Needs torch and IPython only. What it says of a check is what the grader will say of the same check:
the questions, the expected numbers and the judging code are the same."""

from __future__ import annotations

import bz2
import json
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from gradeprop.course.fault_names import ids_in
from gradeprop.course.options import Allowed
from gradeprop.errors import UsageError
from gradeprop.gradients.diagnosis.clues import Clues
from gradeprop.grading.checks.choice import uncommitted
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.likely import cause_so_far, singly_or_together
from gradeprop.grading.checks.sampled import fitting, given, worth_trying
from gradeprop.grading.checks.script import Script
from gradeprop.grading.plots.drawing import drawing_from_json
from gradeprop.grading.plots.plotted import plotted
from gradeprop.grading.public.data import decode_allowed, decode_script
from gradeprop.grading.public.report import PublicCheck, PublicReport, told_apart
from gradeprop.grading.public.sampled_data import decode_given
from gradeprop.grading.result import words
from gradeprop.session.interface import Outcome, Raised, Session

_FRAMES = 3


class PublicChecks:
    """The public checks that a notebook's set-up cell loaded, by exercise."""

    def __init__(self) -> None:
        self._unread: list[str] = []
        self._read: dict[str, Mapping[str, Any]] = {}
        self._samples: dict[str, Mapping[str, Any]] = {}

    def load(self, text: str) -> None:
        """Take in one or more exercises. They are read at the first check: where a notebook is
        graded there is none, and reading costs a tenth of what running its cells does.

        Args:
            text: JSON, ``{exercise: data}``, written by `gradeprop.grading.run.publish`.
        """
        self._unread.append(text)

    def load_samples(self, text: str) -> None:
        """Take in what misconceptions' samples give to these checks.

        Args:
            text: base64 of bzip2 of JSON, or as in earlier releases that JSON itself,
                ``{exercise: {check: {misconception: [given, …]}}}``; see
                `gradeprop.grading.public.sampled_data`.
        """
        plain = text.lstrip().startswith("{")
        self._samples.update(json.loads(text if plain else bz2.decompress(b64decode(text))))

    def _exercises(self) -> Mapping[str, Mapping[str, Any]]:
        while self._unread:  # what is not JSON is told once, and not in the way of a mended cell
            self._read.update(json.loads(self._unread.pop(0)))
        return self._read

    def places(self) -> dict[tuple[str, str], frozenset[str]]:
        """By exercise and part, the names that its cell defines; in earlier releases, those that
        its checks ask about."""
        return {
            (name, part["part"]): frozenset(part["names"] if "names" in part else _asked_of(part))
            for name, data in self._exercises().items()
            for part in data["parts"]
        }

    def loaded(self) -> Mapping[str, Mapping[str, Any]]:
        """The data of every exercise that was taken in, in the notebook's order.

        Raises:
            ValueError: what was loaded is not JSON.
        """
        return self._exercises()

    def report(
        self,
        exercise: str | None,
        part: str | None,
        session: Session,
        begun: Callable[[str], bool] = lambda _: True,
    ) -> list[PublicReport]:
        """Run the public checks of a part, or of all parts of the exercise.

        Args:
            exercise: its slug.
            part: its slug; None for all.
            session: where the student's code is.
            begun: whether there is more at a name than what the starter left.

        Raises:
            UsageError: no or an unknown exercise, or an unknown part.
            ValueError: what was loaded is not JSON.
        """
        name, data = self._found(exercise)
        parts = [item for item in data["parts"] if part is None or item["part"] == part]
        if not parts:
            known = ", ".join(item["part"] for item in data["parts"])
            raise UsageError(f"{name} has no part {part!r} to check", remedy=f"its parts: {known}")
        samples = self._samples.get(name, {})
        return [_check_part(name, item, samples, session, begun) for item in parts]

    def _found(self, exercise: object) -> tuple[str, Mapping[str, Any]]:
        """An exercise's name and data."""
        exercises = self._exercises()
        if isinstance(exercise, str) and exercise in exercises:
            return exercise, exercises[exercise]
        if not exercises:
            raise UsageError(
                "the notebook's set-up cell has not been run yet",
                remedy="run it (it is near the top), then check again",
            )
        known = ", ".join(exercises)
        if isinstance(exercise, str):
            raise UsageError(
                f"there is no exercise {exercise!r} here", remedy=f"known here: {known}"
            )
        raise UsageError(
            "this needs the name of an exercise, in quotes",
            remedy=f'for example gp.check("{next(iter(exercises))}"); known here: {known}',
        )


def _check_part(
    exercise: str,
    part: Mapping[str, Any],
    samples: Mapping[str, Any],
    session: Session,
    begun: Callable[[str], bool],
) -> PublicReport:
    checks: list[PublicCheck] = []
    passed: set[str] = set()
    words_of = {item["check"]: item["describe"] for item in part["checks"]}
    for item in part["checks"]:
        missing = [name for name in item["needs"] if name not in passed]
        if missing:
            reason = skipped_because(words_of[name] for name in missing)
            judgement, trace, printed = Judgement("skipped", reason), None, ""
        else:
            known = samples.get(item["check"], {})
            failed = [it.judgement for it in checks if it.judgement.status == "failed"]
            likely = cause_so_far(it.misconception for it in failed)
            judgement, trace, printed = _check(item, part, known, likely, session, begun)
        if judgement.status == "passed":
            passed.add(item["check"])
        checks.append(
            PublicCheck(item["check"], item["describe"], item["points"], judgement, trace, printed)
        )
    return PublicReport(
        exercise,
        part["part"],
        part["title"],
        part["points"],
        part["hidden"],
        tuple(told_apart(checks)),
        part.get("given", 0.0),
        asks_with_inputs=any("read" not in ask and "all" not in ask for ask in _asks_of(part)),
    )


def _asked_of(part: Mapping[str, Any]) -> Iterator[str]:
    for ask in _asks_of(part):
        yield from (ask[kind] for kind in ("read", "call") if kind in ask)
        yield from ask.get("all", ())


def _asks_of(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (ask for item in part["checks"] for ask in item["script"]["asks"])


def _check(
    item: Mapping[str, Any],
    part: Mapping[str, Any],
    samples: Mapping[str, Any],
    likely: str | None,
    session: Session,
    begun: Callable[[str], bool],
) -> tuple[Judgement, str | None, str]:
    """The judgement, where an exception came from, and what the student's code printed."""
    # A student may have set another default device: their code keeps it, the judging does not
    # depend on it.
    with torch.device("cpu"):
        script = decode_script(item["script"])
        allowed = decode_allowed(part, script)
    outcomes = session.ask(script.asks)
    printed = session.printed()
    judged = partial(
        judge,
        script,
        outcomes,
        public=True,
        declared=part["words"],
        clues=_clues(part),
        forbid=part["forbid"],
        allowed=allowed,
        reveal=item.get("reveal", "numbers"),
        rows=True,
    )
    with torch.device("cpu"):
        judgement = judged()
        by_sample = _fitting(script, outcomes, judgement, allowed, samples, likely)
        judgement = judged(by_sample=by_sample) if by_sample else judgement
    if judgement.status == "failed":
        untouched = _untouched(script, part, begun) or uncommitted(outcomes, allowed)
        if untouched:
            not_begun = Judgement("failed", words.NOT_BEGUN, judgement.detail, not_begun=True)
            return not_begun, None, printed
        if "plot" in item:
            drawing = drawing_from_json(item["plot"])
            plot = plotted(drawing, script, outcomes, judgement, session.ask)
            judgement = replace(judgement, plot=plot)
            session.printed()  # what only the plot asked for belongs to no check
    return judgement, _trace(outcomes), printed


def _fitting(
    script: Script,
    outcomes: Sequence[Outcome],
    judgement: Judgement,
    allowed: Mapping[str, Allowed],
    samples: Mapping[str, Sequence[dict[str, Any]]],
    likely: str | None,
) -> tuple[str, ...]:
    """The misconceptions of which a sample gave the same."""

    def fit(names: Sequence[str]) -> tuple[str, ...]:
        tried = worth_trying(script, names, judgement)
        mine = given(script, outcomes, allowed) if tried else None
        return fitting(script, mine, {name: map(decode_given, samples[name]) for name in tried})

    several = [name for name in samples if len(ids_in(name)) > 1]
    single = [name for name in samples if name not in several]
    return singly_or_together(fit, single, several, judgement, likely)


def _clues(part: Mapping[str, Any]) -> dict[str, Clues]:
    return {
        cause: Clues(tuple(told["seen"]), tuple(told["unseen"]), told["unsure"])
        for cause, told in part.get("clues", {}).items()
    }


def _untouched(script: Script, part: Mapping[str, Any], begun: Callable[[str], bool]) -> bool:
    """Whether nothing is written of what the check asks about, nor of what the part's others do:
    the grader says so of a cell, and not of a name."""
    names = _names_in(script)
    if not names or any(map(begun, names)):
        return False
    scripts = (decode_script(item["script"]) for item in part["checks"])
    return not any(begun(name) for other in scripts for name in _names_in(other))


def _names_in(script: Script) -> list[str]:
    return [name for ask in script.asks for name in ask.names]


def _trace(outcomes: Sequence[Outcome]) -> str | None:
    """Of the first outcome that is not a value, if that is an exception: the lines that led to
    it."""
    raised = next((item for item in outcomes if isinstance(item, Raised)), None)
    if raised is None:
        return None
    frames: list[str] = []
    for line in raised.traceback.splitlines()[:-1]:  # the last one repeats the message
        if line.startswith("    ") and frames:
            frames[-1] += f"\n{line}"
        elif line != "...":
            frames.append(line)
    return "\n".join(list(dict.fromkeys(frames))[-_FRAMES:]) or None  # a recursion's frames once


def skipped_because(missing: Iterable[str]) -> str:
    """Why a check was not run: the ones that it builds on have not passed.

    Args:
        missing: what these check, in the student's words.
    """
    names = " and ".join(f"“{words.strip().rstrip('.')}”" for words in missing)
    return f"Not checked yet: {names} must pass first."
