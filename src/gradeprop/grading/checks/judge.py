"""From what a check asked and what came back to a judgement: passed, or what is wrong and why."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gradeprop.gradients.compare import Mismatch, compare, wrong_type
from gradeprop.gradients.diagnose import Observation, diagnose
from gradeprop.gradients.mismatch import WELL_KNOWN
from gradeprop.gradients.render import SMALL, render_value, with_article
from gradeprop.gradients.rule import Rule
from gradeprop.gradients.values import TensorState, Value
from gradeprop.grading.checks.rows import MOST, Item, Row, row_of
from gradeprop.grading.checks.script import Probe, Script, anywhere
from gradeprop.grading.result import words
from gradeprop.grading.result.verdict import Status
from gradeprop.session.interface import Ask, Call, Missing, Outcome, Raised, Returned, Stopped


@dataclass(frozen=True)
class Judgement:
    """What became of a check.

    Attributes:
        asked: the question as a student would have written it, where its inputs are public.
        report: what came of it, in words for the student.
        hint: the words for the cause.
        not_begun: the answer is still the starter.
        detail: everything that is known, for the instructor.
        causes: one id when the cause is known, several when they cannot be told apart here.
        rows: where asked for, what was asked and what came.
        observations: if a value is wrong, what came on every probe and what could have.
    """

    status: Status
    report: str | None = None
    detail: str | None = None
    causes: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    observations: tuple[Observation, ...] = field(default=(), compare=False, repr=False)
    asked: str | None = None
    hint: str | None = None
    not_begun: bool = False

    @property
    def message(self) -> str | None:
        """The whole of what the student is told."""
        return words.message(self.asked, self.report, self.hint)

    @property
    def misconception(self) -> str | None:
        return self.causes[0] if len(self.causes) == 1 else None


def judge(
    script: Script,
    outcomes: Sequence[Outcome],
    *,
    public: bool,
    declared: Mapping[str, str],
    forbid: Sequence[str] = (),
    earlier: Sequence[Observation] = (),
    rows: bool = False,
) -> Judgement:
    """Judge one check.

    Args:
        script: what was asked and expected.
        outcomes: what came back, one for each ask.
        public: whether messages may show inputs, expected numbers and the student's exception text.
        declared: the exercise's words for its misconceptions, by id.
        forbid: machinery that the part forbids (``"autograd"``, ``"optimizer"``).
        earlier: observations of the same check on other inputs, that a cause must explain too.
        rows: whether to write down, for showing, what was asked and what came.
    """
    if len(outcomes) != len(script.asks):
        raise ValueError(f"{len(script.asks)} asks but {len(outcomes)} outcomes")
    trouble = next(
        (
            found
            for ask, outcome in zip(script.asks, outcomes, strict=True)
            if (found := _trouble(ask, outcome, public, declared, forbid)) is not None
        ),
        None,
    )
    if trouble is not None:
        return trouble
    mismatches = [_mismatch(probe, script, outcomes) for probe in script.probes]
    shown = tuple(_rows(script, outcomes, mismatches)) if rows else ()
    if not any(mismatches):
        return Judgement("passed", rows=shown)
    return replace(_explained(script, outcomes, mismatches, public, declared, earlier), rows=shown)


def expression(ask: Ask, most: int = SMALL) -> str:
    """How a student would have written it: ``d_square([1.5, -0.7])``; of a tensor with more than
    ``most`` elements the form only."""
    if not isinstance(ask, Call):
        return ask.name
    arguments = [render_value(item, most=most) for item in ask.arguments]
    arguments += [f"{name}={render_value(item, most=most)}" for name, item in ask.keywords.items()]
    return f"{ask.name}({', '.join(arguments)})"


def _trouble(
    ask: Ask, outcome: Outcome, public: bool, declared: Mapping[str, str], forbid: Sequence[str]
) -> Judgement | None:
    """What goes before any comparison: stopped, missing, raised, forbidden, changed input."""
    if isinstance(outcome, Stopped):
        return Judgement(
            outcome.reason, words.stopped(outcome), f"{expression(ask)}: {outcome.message}"
        )
    if isinstance(outcome, Missing):
        return _missing(ask, outcome, public)
    if isinstance(outcome, Raised):
        return _raised(ask, outcome, public, declared)
    for machinery in forbid:
        if machinery in outcome.used:
            cause = words.FORBIDDEN_CAUSE[machinery]
            detail = f"{expression(ask)} used {machinery}"
            hint = words.words_for(cause, declared)
            return Judgement("failed", None, detail, (cause,), hint=hint)
    if isinstance(ask, Call) and (changed := _changed(ask, outcome)) is not None:
        hint = words.words_for("mutates_input", declared)
        detail = f"{expression(ask)}: {changed}"
        return Judgement("failed", None, detail, ("mutates_input",), hint=hint)
    return None


def _missing(ask: Ask, outcome: Missing, public: bool) -> Judgement:
    if outcome.found_type is None:
        message = (
            f"`{ask.name}` is not defined. Did its cell run to the end, and is the name spelled so?"
        )
        return Judgement("failed", message, f"no name {ask.name!r}", ("missing_name",))
    found = with_article(outcome.found_type)
    # an earlier question may have left a name made of its input
    known = public or found in WELL_KNOWN
    message = (
        f"`{ask.name}` should be a function, but it is {found if known else 'something else'}."
        " Was the name used again for something else?"
    )
    return Judgement("failed", message, f"{ask.name!r} is a {outcome.found_type}", ("wrong_type",))


def _raised(ask: Ask, outcome: Raised, public: bool, declared: Mapping[str, str]) -> Judgement:
    place = f" in line {outcome.line} of your cell" if outcome.line else ""
    cause = _cause_of(ask, outcome)
    if public:
        message = f"`{expression(ask)}` raised {outcome.type_name}{place}: {outcome.message}"
    else:
        # The text and even the type's name are the student's to choose: they could carry a hidden
        # input.
        known = isinstance(getattr(builtins, outcome.type_name, None), type)
        message = (
            f"`{ask.name}` raised {outcome.type_name if known else 'an error'}{place} on inputs "
            "that you cannot see. Try it with other values, shapes and dtypes."
        )
    hint = words.words_for(cause, declared) if cause else None
    detail = f"{expression(ask)} raised {outcome.type_name}{place}: {outcome.message}"
    return Judgement("failed", message, detail, (cause,) if cause else (), hint=hint)


def _cause_of(ask: Ask, outcome: Raised) -> str | None:
    """The cause that torch's own words for an error tell, if any."""
    if outcome.type_name == "RuntimeError" and "does not require grad" in outcome.message:
        return "detached"
    if any(tensor.device != "cpu" for tensor in _tensors(_arguments(ask))):
        apart = outcome.type_name == "RuntimeError" and "on the same device" in outcome.message
        # Tensor.numpy(), or a numpy function applied to a tensor.
        to_numpy = (
            outcome.type_name == "TypeError" and "device type tensor to numpy" in outcome.message
        )
        if apart or to_numpy:
            return "wrong_device"
    return None


def _arguments(ask: Ask) -> list[Value]:
    return [*ask.arguments, *ask.keywords.values()] if isinstance(ask, Call) else []


def _tensors(values: Iterable[Value]) -> Iterator[TensorState]:
    """The tensors among ``values`` and in the lists, tuples and dicts among them."""
    for value in values:
        if isinstance(value, TensorState):
            yield value
        elif isinstance(value, list | tuple):
            yield from _tensors(value)
        elif isinstance(value, dict):
            yield from _tensors(value.values())


def _changed(ask: Call, outcome: Returned) -> str | None:
    """Which argument came back changed, in value or ``.grad``; None if none did."""
    for position, (old, new) in enumerate(zip(_arguments(ask), outcome.arguments, strict=False)):
        if isinstance(old, TensorState) and (
            not isinstance(new, TensorState) or not _same(old, new)
        ):
            return f"argument {position} came back as {render_value(new)}"
    return None


def _same(old: TensorState, new: TensorState) -> bool:
    import torch

    def equal(a: torch.Tensor | None, b: torch.Tensor | None) -> bool:
        if a is None or b is None:
            return a is b
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        return torch.equal(a, b) or torch.equal(a.nan_to_num(), b.nan_to_num())

    return equal(old.value, new.value) and equal(old.grad, new.grad)


def _called(probe: Probe, script: Script) -> str | None:
    """The function whose value the probe looks at; None for a variable."""
    ask = script.asks[probe.handle.ask]
    return ask.name if isinstance(ask, Call) else None


def _rule(probe: Probe, script: Script) -> Rule:
    """A function answers where its input lives; what the student made without one lives where they
    chose."""
    ask = script.asks[probe.handle.ask]
    given = any(True for _ in _tensors(_arguments(ask)))
    return probe.rule if given else anywhere(probe.rule)


def _got(probe: Probe, outcomes: Sequence[Outcome]) -> _Found | _NoSuchItem:
    outcome = outcomes[probe.handle.ask]
    assert isinstance(outcome, Returned)  # all else was dealt with before
    return _resolve(outcome.value, probe)


def _mismatch(probe: Probe, script: Script, outcomes: Sequence[Outcome]) -> Mismatch | str | None:
    """What is wrong with the value that the probe looks at, in words where it is only a flag."""
    found = _got(probe, outcomes)
    if isinstance(found, _NoSuchItem):
        return found.mismatch
    called = _called(probe, script) is not None
    rule = _rule(probe, script)
    mismatch = compare(found.value, probe.answer, rule, probe.labels, called=called)
    return mismatch or _flag(found.value, probe)


def _explained(
    script: Script,
    outcomes: Sequence[Outcome],
    mismatches: Sequence[Mismatch | str | None],
    public: bool,
    declared: Mapping[str, str],
    earlier: Sequence[Observation],
) -> Judgement:
    """The judgement of values of which at least one is wrong."""
    observations: list[Observation] = []
    wrong: list[tuple[str, Mismatch | str]] = []
    right_elsewhere = True
    for probe, mismatch in zip(script.probes, mismatches, strict=True):
        found = _got(probe, outcomes)
        got = found.container if isinstance(found, _NoSuchItem) else found.value
        rule, called = _rule(probe, script), _called(probe, script)
        observations.append(
            Observation(got, probe.answer, probe.alternatives, rule, probe.labels, called)
        )
        if mismatch is not None:
            wrong.append((_expression(probe, script), mismatch))
            right_elsewhere = right_elsewhere and (
                isinstance(mismatch, Mismatch)
                and mismatch.kind == "device"
                and compare(got, probe.answer, rule.ignoring_place(), probe.labels) is None
            )
    diagnosis = diagnose([*earlier, *observations])
    causes = (diagnosis.named,) if diagnosis.named else tuple(diagnosis.candidates)
    if right_elsewhere and not causes:
        causes = ("wrong_device",)
    detail = "; ".join(
        f"{said}: {item if isinstance(item, str) else item.detail()}" for said, item in wrong[:3]
    )
    hint = _hint(diagnosis.named, declared)
    # An exercise's own words say it best; before them only numbers, and those only where they are
    # public.
    said_by_the_hint = hint is not None and diagnosis.named in declared and not public
    return Judgement(
        "failed",
        None if said_by_the_hint else _report(wrong, len(script.probes), public),
        detail,
        causes,
        observations=tuple(observations),
        asked=wrong[0][0] if public else None,
        hint=hint,
    )


def _rows(
    script: Script, outcomes: Sequence[Outcome], mismatches: Sequence[Mismatch | str | None]
) -> Iterator[Row]:
    """What was asked and what came, probe by probe."""
    wrong = False
    for probe, mismatch in zip(script.probes, mismatches, strict=True):
        shown = _expression(probe, script, MOST)
        found = _got(probe, outcomes)
        missing = isinstance(found, _NoSuchItem)
        got = found.container if isinstance(found, _NoSuchItem) else found.value
        # A part of what is not there is told once, with the thing itself where that was asked for,
        # too.
        if not (missing and wrong):
            yield row_of(shown, got, probe.answer, _rule(probe, script), probe.labels)
        if isinstance(mismatch, str):
            flags = Item("", str(probe.requires_grad), str(not probe.requires_grad), False)
            yield Row(f"{shown}.requires_grad", (flags,))
        wrong = wrong or mismatch is not None


def _expression(probe: Probe, script: Script, most: int = SMALL) -> str:
    return expression(script.asks[probe.handle.ask], most) + _path_text(probe)


def _hint(named: str | None, declared: Mapping[str, str]) -> str | None:
    """What to say of a cause besides what is wrong with the value."""
    if named is None:
        return None
    return declared.get(named) or (words.ENGINE_WORDS[named] if named == "hard_coded" else None)


def _report(wrong: Sequence[tuple[str, Mismatch | str]], asked: int, public: bool) -> str:
    _, first = wrong[0]
    report = first if isinstance(first, str) else first.student(public)
    if not public and len(wrong) < asked:
        report = f"{report} On some of the hidden inputs the answer is right, on others it is not."
    return report


@dataclass(frozen=True)
class _Found:
    value: Value


@dataclass(frozen=True)
class _NoSuchItem:
    container: Value
    mismatch: Mismatch


def _resolve(value: Value, probe: Probe) -> _Found | _NoSuchItem:
    for step in probe.handle.path:
        if step == "grad":
            if not isinstance(value, TensorState):
                return _NoSuchItem(value, wrong_type(value, "a tensor with a .grad", ""))
            value = None if value.grad is None else TensorState(value.grad, value.device)
        elif isinstance(value, (list, tuple)) and step < len(value):
            value = value[step]
        else:
            return _NoSuchItem(
                value, wrong_type(value, f"a tuple of at least {step + 1} items", "")
            )
    return _Found(value)


def _path_text(probe: Probe) -> str:
    return "".join(".grad" if step == "grad" else f"[{step}]" for step in probe.handle.path)


def _flag(got: Value, probe: Probe) -> str | None:
    if probe.requires_grad is None or not isinstance(got, TensorState):
        return None
    if got.requires_grad == probe.requires_grad:
        return None
    return (
        "it does not require a gradient: create it with requires_grad=True."
        if probe.requires_grad
        else "it should not require a gradient."
    )
