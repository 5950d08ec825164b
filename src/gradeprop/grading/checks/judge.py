"""From what a check asked and what came back to a judgement: passed, or what is wrong and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from gradeprop.course.facts import Reveal
from gradeprop.course.options import Allowed
from gradeprop.gradients.comparison.compare import compare
from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.render import SMALL
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.diagnosis.clues import Clues
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.gradients.values import NOTHING_SEEN, Evidence, TensorState, Value
from gradeprop.grading.checks.before import before_values
from gradeprop.grading.checks.choice import as_meant
from gradeprop.grading.checks.expected import Raising, wrong_value
from gradeprop.grading.checks.explanation import diagnosis_of
from gradeprop.grading.checks.expression import arguments_of, tensors_in
from gradeprop.grading.checks.flags import Flag, flag_of
from gradeprop.grading.checks.handle import After
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.nothing import (
    awaits_backward,
    is_computed,
    why_no_grad,
    why_none,
    why_nothing_came,
    why_nothing_returned,
)
from gradeprop.grading.checks.raising import raising_row, unraised
from gradeprop.grading.checks.resolve import Found, NoSuchItem, path_text
from gradeprop.grading.checks.resolving import looked_at
from gradeprop.grading.checks.rows import MOST, Item, Row, row_of, row_of_expected
from gradeprop.grading.checks.script import Probe, Script, anywhere
from gradeprop.grading.checks.secrecy import all_kept_secret, opened, told_by_seal
from gradeprop.grading.checks.signs import renamed
from gradeprop.grading.checks.telling import Wrong, detail_of, hint_of, report_of
from gradeprop.session.interface import Call, Outcome, Returned, Run


def judge(
    script: Script,
    outcomes: Sequence[Outcome],
    *,
    public: bool,
    declared: Mapping[str, str],
    clues: Mapping[str, Clues] | None = None,
    forbid: Sequence[str] = (),
    allowed: Mapping[str, Allowed] | None = None,
    reveal: Reveal = "numbers",
    earlier: Sequence[Observation] = (),
    rows: bool | Literal["wrong"] = False,
    lines: int | None = None,
    by_sample: Sequence[str] = (),
) -> Judgement:
    """Judge one check.

    Args:
        script: what was asked and expected.
        outcomes: what came back, one for each ask.
        public: whether messages may show inputs, expected numbers and the student's exception text.
        declared: the exercise's words for its misconceptions, by id.
        clues: what a misconception must have left in the process, by id.
        forbid: machinery that the part forbids (``"autograd"``, ``"optimizer"``).
        allowed: of choices and predictions, what may be assigned, by name.
        reveal: ``"verdict"``: whatever is public, nothing is said of how the answer is wrong but
            the words of its cause.
        earlier: observations of the same check on other inputs, that a cause must explain too.
        rows: whether to write down, for showing, what was asked and what came; ``"wrong"``: only
            where something is wrong.
        lines: how many the student's answer has, where that is known.
        by_sample: misconceptions of which a sample gives what the student's answer gave (see
            `gradeprop.grading.checks.sampled`).
    """
    if len(outcomes) != len(script.asks):
        raise ValueError(f"{len(script.asks)} asks but {len(outcomes)} outcomes")
    allowed = allowed or {}
    wrong_at = partial(_mismatch, script=script, outcomes=outcomes)
    found = before_values(
        script, outcomes, public, declared, forbid, allowed, lines, by_sample, wrong_at
    )
    if found is None:
        script, outcomes = as_meant(script, outcomes, allowed)
        found = _of_values(
            script, outcomes, public, declared, clues, earlier, rows, by_sample, reveal
        )
    return renamed(found, script.signs, declared, public=public)


def _of_values(
    script: Script,
    outcomes: Sequence[Outcome],
    public: bool,
    declared: Mapping[str, str],
    clues: Mapping[str, Clues] | None,
    earlier: Sequence[Observation],
    rows: bool | Literal["wrong"],
    by_sample: Sequence[str],
    reveal: Reveal,
) -> Judgement:
    mismatches = [_mismatch(probe, script, outcomes) for probe in script.probes]
    wanted = reveal == "numbers" and (rows is True or (rows == "wrong" and any(mismatches)))
    shown = tuple(_rows(script, outcomes, mismatches)) if wanted else ()
    if not any(mismatches):
        return Judgement("passed", rows=shown)
    explained = _explained(
        script, outcomes, mismatches, public, declared, clues, earlier, reveal, by_sample
    )
    return replace(explained, rows=shown)


def _called(probe: Probe, script: Script) -> str | None:
    """The function whose value the probe looks at; None for a variable."""
    ask = script.asks[probe.handle.ask]
    return ask.name if isinstance(ask, Call) else None


def rule_of(probe: Probe, script: Script) -> Rule:
    """A function answers where its input lives; what the student made without one lives where they
    chose."""
    ask = script.asks[probe.handle.ask]
    given = any(True for _ in tensors_in(arguments_of(ask)))
    return probe.rule if given else anywhere(probe.rule)


def _mismatch(probe: Probe, script: Script, outcomes: Sequence[Outcome]) -> Wrong | None:
    """What is wrong with the value that the probe looks at."""
    if isinstance(probe.expected, Raising):
        return unraised(outcomes[probe.handle.ask], probe.expected)
    found = looked_at(probe, script, outcomes)
    if isinstance(found, NoSuchItem):
        return found.mismatch
    seen = _seen(probe, outcomes)
    if probe.expected is not None:
        mismatch = wrong_value(found.value, probe.expected)
    else:
        mismatch = compare(found.value, probe.answer, rule_of(probe, script), probe.labels)
    if probe.seal is not None:
        mismatch = told_by_seal(probe, found.value, mismatch)
    if mismatch is None:
        return flag_of(found.value, probe, seen)
    if mismatch.kind != "none":
        return mismatch
    return replace(mismatch, remedy=_why_nothing(probe, script, found, mismatch, seen))


def _got_value(probe: Probe, script: Script, outcomes: Sequence[Outcome]) -> Value:
    if not isinstance(outcomes[probe.handle.ask], Returned):
        return None
    found = looked_at(probe, script, outcomes)
    return found.container if isinstance(found, NoSuchItem) else found.value


def _seen(probe: Probe, outcomes: Sequence[Outcome]) -> Evidence:
    outcome = outcomes[probe.handle.ask]
    if not isinstance(outcome, Returned):
        return NOTHING_SEEN
    if probe.handle.path and isinstance(probe.handle.path[0], After):
        # these are told of what came back
        return replace(outcome.seen, is_input=None, is_gradient=None, returns=None)
    return outcome.seen


def _why_nothing(
    probe: Probe, script: Script, found: Found, mismatch: Mismatch, seen: Evidence
) -> str:
    """Why None came where a value should be."""
    if isinstance(found.owner, TensorState):
        path = replace(probe.handle, path=probe.handle.path[:-1])
        return why_no_grad(found.owner, question_of(replace(probe, handle=path), script), seen)
    ask = script.asks[probe.handle.ask]
    if isinstance(ask, Run):
        return why_nothing_came(ask.subject)
    if _called(probe, script) is None:
        return why_none() if "tensor" in mismatch.expected else "Has it been given a value?"
    return why_nothing_returned(seen, item=bool(probe.handle.path or mismatch.place))


def _explained(
    script: Script,
    outcomes: Sequence[Outcome],
    mismatches: Sequence[Wrong | None],
    public: bool,
    declared: Mapping[str, str],
    clues: Mapping[str, Clues] | None,
    earlier: Sequence[Observation],
    reveal: Reveal,
    by_sample: Sequence[str],
) -> Judgement:
    """The judgement of values of which at least one is wrong."""
    observations: list[Observation] = []
    wrong: list[tuple[Probe, Wrong]] = []
    right_elsewhere = True
    for probe, mismatch in zip(script.probes, mismatches, strict=True):
        if mismatch is not None:
            wrong.append((probe, mismatch))
        if isinstance(probe.expected, Raising):
            right_elsewhere = right_elsewhere and mismatch is None
            continue
        got, rule = _got_value(probe, script, outcomes), rule_of(probe, script)
        observations.append(_observation(probe, script, outcomes))
        if mismatch is not None:
            right_elsewhere = right_elsewhere and (
                isinstance(mismatch, Mismatch)
                and mismatch.kind == "device"
                and compare(got, probe.answer, rule.ignoring_place(), probe.labels) is None
            )
    if script.sealed:
        found_out = opened(script, observations, mismatches)
        diagnosis, declared = found_out.diagnosis, {**declared, **found_out.words}
    else:
        known = [*earlier, *observations]
        diagnosis = diagnosis_of(script, outcomes, wrong, known, clues, by_sample)
    causes = (diagnosis.named,) if diagnosis.named else tuple(diagnosis.candidates)
    if right_elsewhere and not causes:
        causes = ("wrong_device",)
    told = [(question_of(probe, script), item) for probe, item in wrong]
    shown = told
    if reveal == "verdict":
        values = [_got_value(probe, script, outcomes) for probe, _ in wrong]
        shown = all_kept_secret(told, values)
    hint = hint_of(diagnosis.named, declared) or diagnosis.unsure
    # An exercise's own words say it best; before them only numbers, and those only where they are
    # public. Of numbers that are written in, no remedy for their form leads on.
    says_all = diagnosis.named in declared or diagnosis.named == "hard_coded"
    said_by_the_hint = hint is not None and says_all and not public
    return Judgement(
        "failed",
        None if said_by_the_hint else report_of(shown, len(script.probes), public),
        detail_of(told),
        causes,
        observations=tuple(observations),
        asked=told[0][0] if public else None,
        hint=hint,
    )


def _observation(probe: Probe, script: Script, outcomes: Sequence[Outcome]) -> Observation:
    """What came on this probe, with all that may explain it."""
    found, seen = looked_at(probe, script, outcomes), _seen(probe, outcomes)
    is_grad = bool(probe.handle.path) and probe.handle.path[-1] == "grad"
    return Observation(
        _got_value(probe, script, outcomes),
        probe.answer,
        probe.alternatives,
        rule_of(probe, script),
        probe.labels,
        _called(probe, script),
        arguments_of(script.asks[probe.handle.ask]),
        seen,
        of_grad=is_grad,
        awaits_backward=isinstance(found, Found) and awaits_backward(found.owner, seen),
        of_computed=isinstance(found, Found) and is_computed(found.owner),
        wrong_in=partial(wrong_value, expected=probe.expected) if probe.expected else None,
    )


def _rows(
    script: Script, outcomes: Sequence[Outcome], mismatches: Sequence[Wrong | None]
) -> Iterator[Row]:
    """What was asked and what came, probe by probe."""
    wrong = False
    for probe, mismatch in zip(script.probes, mismatches, strict=True):
        shown = question_of(probe, script, MOST)
        if isinstance(probe.expected, Raising):
            yield raising_row(shown, outcomes[probe.handle.ask], probe.expected)
            continue
        found, got = looked_at(probe, script, outcomes), _got_value(probe, script, outcomes)
        missing = isinstance(found, NoSuchItem)
        # A part of what is not there is told once, with the thing itself where that was asked for,
        # too.
        if probe.expected is not None:
            yield row_of_expected(shown, got, probe.expected)
        elif not (missing and wrong):
            yield row_of(shown, got, probe.answer, rule_of(probe, script), probe.labels)
        if isinstance(mismatch, Flag) and mismatch.attribute:
            flags = Item("", str(mismatch.expected), str(not mismatch.expected), False)
            yield Row(f"{shown}.{mismatch.attribute}", (flags,))
        wrong = wrong or mismatch is not None


def question_of(probe: Probe, script: Script, most: int = SMALL) -> str:
    """What a probe looks at, as a student would have written it."""
    return path_text(probe.handle, script.asks[probe.handle.ask], most)
