"""From what a check asked and what came back to a judgement: passed, or what is wrong and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from gradeprop.course.facts import Reveal
from gradeprop.course.options import Allowed
from gradeprop.gradients.comparison.compare import compare
from gradeprop.gradients.comparison.mismatch import Mismatch
from gradeprop.gradients.comparison.render import SMALL
from gradeprop.gradients.comparison.rule import Rule
from gradeprop.gradients.diagnosis.clues import Clues
from gradeprop.gradients.diagnosis.diagnose import diagnose
from gradeprop.gradients.diagnosis.observation import Observation
from gradeprop.gradients.values import NOTHING_SEEN, Evidence, TensorState, Value
from gradeprop.grading.checks.choice import as_meant, no_option
from gradeprop.grading.checks.expression import arguments_of, tensors_in
from gradeprop.grading.checks.flags import Flag, flag_of
from gradeprop.grading.checks.handle import After
from gradeprop.grading.checks.judgement import Judgement
from gradeprop.grading.checks.nothing import (
    awaits_backward,
    why_no_grad,
    why_none,
    why_nothing_came,
    why_nothing_returned,
)
from gradeprop.grading.checks.resolve import Found, NoSuchItem, found_at, path_text
from gradeprop.grading.checks.rows import MOST, Item, Row, row_of
from gradeprop.grading.checks.script import Probe, Script, anywhere
from gradeprop.grading.checks.secrecy import kept_secret, opened, told_by_seal
from gradeprop.grading.checks.trouble import trouble
from gradeprop.grading.result import words
from gradeprop.session.interface import Call, Outcome, Returned, Run

_Wrong: TypeAlias = Mismatch | Flag


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
    rows: bool = False,
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
        rows: whether to write down, for showing, what was asked and what came.
        lines: how many the student's answer has, where that is known.
        by_sample: misconceptions of which a sample gives what the student's answer gave (see
            `gradeprop.grading.checks.sampled`).
    """
    if len(outcomes) != len(script.asks):
        raise ValueError(f"{len(script.asks)} asks but {len(outcomes)} outcomes")
    for ask, outcome in zip(script.asks, outcomes, strict=True):
        found = trouble(ask, outcome, public, declared, forbid, lines)
        if found is not None:
            return found.called(by_sample, declared)
    nonsense = no_option(script, outcomes, allowed or {}, public=public)
    if nonsense is not None:
        return nonsense
    script, outcomes = as_meant(script, outcomes, allowed or {})
    mismatches = [_mismatch(probe, script, outcomes) for probe in script.probes]
    rows = rows and reveal == "numbers"
    shown = tuple(_rows(script, outcomes, mismatches)) if rows else ()
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


def resolved(probe: Probe, script: Script, outcomes: Sequence[Outcome]) -> Value | TypeError:
    """The value that a probe looks at, or an error if what came has no such item."""
    found = _got(probe, script, outcomes)
    return found.value if isinstance(found, Found) else TypeError("there is no such item")


def _got(probe: Probe, script: Script, outcomes: Sequence[Outcome]) -> Found | NoSuchItem:
    outcome = outcomes[probe.handle.ask]
    assert isinstance(outcome, Returned)  # all else was dealt with before
    return found_at(probe.handle, outcome, script.asks[probe.handle.ask])


def _mismatch(probe: Probe, script: Script, outcomes: Sequence[Outcome]) -> _Wrong | None:
    """What is wrong with the value that the probe looks at."""
    found = _got(probe, script, outcomes)
    if isinstance(found, NoSuchItem):
        return found.mismatch
    seen = _seen(probe, outcomes)
    mismatch = compare(found.value, probe.answer, rule_of(probe, script), probe.labels)
    if probe.seal is not None:
        mismatch = told_by_seal(probe, found.value, mismatch)
    if mismatch is None:
        return flag_of(found.value, probe, seen)
    if mismatch.kind != "none":
        return mismatch
    return replace(mismatch, remedy=_why_nothing(probe, script, found, mismatch, seen))


def _got_value(probe: Probe, script: Script, outcomes: Sequence[Outcome]) -> Value:
    found = _got(probe, script, outcomes)
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
    mismatches: Sequence[_Wrong | None],
    public: bool,
    declared: Mapping[str, str],
    clues: Mapping[str, Clues] | None,
    earlier: Sequence[Observation],
    reveal: Reveal,
    by_sample: Sequence[str],
) -> Judgement:
    """The judgement of values of which at least one is wrong."""
    observations: list[Observation] = []
    wrong: list[tuple[str, _Wrong]] = []
    told: list[_Wrong] = []
    right_elsewhere = True
    for probe, mismatch in zip(script.probes, mismatches, strict=True):
        got, rule = _got_value(probe, script, outcomes), rule_of(probe, script)
        observations.append(_observation(probe, script, outcomes))
        if mismatch is not None:
            wrong.append((question_of(probe, script), mismatch))
            told.append(mismatch if reveal == "numbers" else kept_secret(mismatch, got))
            right_elsewhere = right_elsewhere and (
                isinstance(mismatch, Mismatch)
                and mismatch.kind == "device"
                and compare(got, probe.answer, rule.ignoring_place(), probe.labels) is None
            )
    if script.sealed:
        found_out = opened(script, observations, mismatches)
        diagnosis, declared = found_out.diagnosis, {**declared, **found_out.words}
    else:
        diagnosis = diagnose([*earlier, *observations], clues, by_sample)
    causes = (diagnosis.named,) if diagnosis.named else tuple(diagnosis.candidates)
    if right_elsewhere and not causes:
        causes = ("wrong_device",)
    detail = "; ".join(
        f"{said}: {item.text if isinstance(item, Flag) else item.detail()}"
        for said, item in wrong[:3]
    )
    hint = _hint(diagnosis.named, declared) or diagnosis.unsure
    # An exercise's own words say it best; before them only numbers, and those only where they are
    # public. Of numbers that are written in, no remedy for their form leads on.
    says_all = diagnosis.named in declared or diagnosis.named == "hard_coded"
    said_by_the_hint = hint is not None and says_all and not public
    return Judgement(
        "failed",
        None if said_by_the_hint else _report(told, len(script.probes), public),
        detail,
        causes,
        observations=tuple(observations),
        asked=wrong[0][0] if public else None,
        hint=hint,
    )


def _observation(probe: Probe, script: Script, outcomes: Sequence[Outcome]) -> Observation:
    """What came on this probe, with all that may explain it."""
    found, seen = _got(probe, script, outcomes), _seen(probe, outcomes)
    is_grad = bool(probe.handle.path) and probe.handle.path[-1] == "grad"
    return Observation(
        _got_value(probe, script, outcomes),
        probe.answer,
        probe.alternatives,
        rule_of(probe, script),
        probe.labels,
        _called(probe, script),
        seen,
        of_grad=is_grad,
        awaits_backward=isinstance(found, Found) and awaits_backward(found.owner, seen),
    )


def _rows(
    script: Script, outcomes: Sequence[Outcome], mismatches: Sequence[_Wrong | None]
) -> Iterator[Row]:
    """What was asked and what came, probe by probe."""
    wrong = False
    for probe, mismatch in zip(script.probes, mismatches, strict=True):
        shown = question_of(probe, script, MOST)
        found, got = _got(probe, script, outcomes), _got_value(probe, script, outcomes)
        missing = isinstance(found, NoSuchItem)
        # A part of what is not there is told once, with the thing itself where that was asked for,
        # too.
        if not (missing and wrong):
            yield row_of(shown, got, probe.answer, rule_of(probe, script), probe.labels)
        if isinstance(mismatch, Flag) and mismatch.attribute:
            flags = Item("", str(mismatch.expected), str(not mismatch.expected), False)
            yield Row(f"{shown}.{mismatch.attribute}", (flags,))
        wrong = wrong or mismatch is not None


def question_of(probe: Probe, script: Script, most: int = SMALL) -> str:
    """What a probe looks at, as a student would have written it."""
    return path_text(probe.handle, script.asks[probe.handle.ask], most)


def _hint(named: str | None, declared: Mapping[str, str]) -> str | None:
    """What to say of a cause besides what is wrong with the value."""
    if named is None:
        return None
    return declared.get(named) or (words.ENGINE_WORDS[named] if named == "hard_coded" else None)


def _report(wrong: Sequence[_Wrong], asked: int, public: bool) -> str:
    first = wrong[0]
    report = first.text if isinstance(first, Flag) else first.student(public)
    if not public and len(wrong) < asked:
        report = f"{report} On some of the hidden inputs the answer is right, on others it is not."
    return report
