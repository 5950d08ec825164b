"""What may be asked: the value of a name, a call of the student's, a run of the grader's code.

Frozen values of which both sides speak; `gradeprop.session.interface` shows them with the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from gradeprop.gradients.values import TensorState, Value

__all__ = [
    "Argument",
    "Ask",
    "Bound",
    "Call",
    "Code",
    "Define",
    "Read",
    "ReadAll",
    "Run",
    "carries_code",
    "each_in",
    "moved",
    "only_reads",
]


@dataclass(frozen=True)
class Code:
    """A function of a grader's that runs on the student's side.

    Attributes:
        name: of the function.
        source: Python that defines it and all that it needs; it imports nothing but torch and math.
    """

    name: str
    source: str


@dataclass(frozen=True)
class Bound:
    """An object of the student's: what this global name is bound to."""

    name: str


Argument: TypeAlias = "Value | Code | Bound | Sequence[Argument] | Mapping[str, Argument]"
"""What a function may be given: values, functions of the grader's, objects of the student's, and
lists, tuples and dicts of them."""


@dataclass(frozen=True)
class Read:
    """Ask: what is the value of this global name?"""

    name: str

    @property
    def names(self) -> tuple[str, ...]:
        """The global names that it asks about."""
        return (self.name,)

    @property
    def subject(self) -> str:
        """What of the student's it is about, for messages."""
        return self.name


@dataclass(frozen=True)
class ReadAll:
    """Ask: what are the values of these global names, as one tuple?"""

    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """All of them."""
        return ", ".join(self.names)

    @property
    def subject(self) -> str:
        """What of the student's it is about, for messages."""
        return self.name


@dataclass(frozen=True, eq=False)
class Call:
    """Ask: what does this function return for these arguments?

    Tensor arguments arrive on the student's side as fresh tensors on ``TensorState.device``, with
    the given ``requires_grad`` and, where given, ``grad``.

    Attributes:
        may_change: the arguments, by position or keyword, that may come back changed.
        parameters: what ``arguments`` are called, for showing; they are passed by position all the
            same. Empty if that is not known.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    keywords: Mapping[str, Argument] = field(default_factory=dict)
    may_change: tuple[int | str, ...] = ()
    parameters: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The global names that it asks about: the function's first, then those passed along."""
        return (self.name, *_bound_in((*self.arguments, *self.keywords.values())))

    @property
    def subject(self) -> str:
        """What of the student's it is about, for messages."""
        return self.name


@dataclass(frozen=True, eq=False)
class Run:
    """Ask: what does this function of the grader's return for these arguments, objects of the
    student's among them?

    It runs beside student code, which could make it return anything: the value is compared as any
    other, and never believed."""

    function: Code
    arguments: tuple[Argument, ...] = ()
    keywords: Mapping[str, Argument] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The function's."""
        return self.function.name

    @property
    def names(self) -> tuple[str, ...]:
        """The global names that are passed along."""
        return tuple(_bound_in((*self.arguments, *self.keywords.values())))

    @property
    def subject(self) -> str:
        """What of the student's it is about, for messages: never the grader's own function."""
        return ", ".join(dict.fromkeys(self.names)) or "the check"


@dataclass(frozen=True)
class Define:
    """Run this code in the notebook's names, for the questions that follow; answered with None."""

    source: str
    name: str = "the code before the questions"

    @property
    def names(self) -> tuple[str, ...]:
        """None: it asks about nothing."""
        return ()

    @property
    def subject(self) -> str:
        """What it is about, for messages."""
        return self.name


Ask: TypeAlias = Read | ReadAll | Call | Run | Define
"""One question."""


def only_reads(asks: Iterable[Ask]) -> bool:
    """Whether no code of the student's runs to answer them."""
    return all(isinstance(ask, Read | ReadAll) for ask in asks)


def carries_code(ask: Ask) -> bool:
    """Whether a function of the grader's travels with it."""
    if isinstance(ask, Call):
        return any(
            isinstance(item, Code) for item in each_in((*ask.arguments, *ask.keywords.values()))
        )
    return isinstance(ask, Run)


def moved(ask: Ask, device: str, to: str) -> Ask:
    """The same question with all that is on one device, and the device's name, on another.

    Args:
        device: by the name that the question has for it (``"cuda"``).
    """
    if not isinstance(ask, Call | Run):
        return ask
    return replace(
        ask,
        arguments=tuple(_moved(item, device, to) for item in ask.arguments),
        keywords={key: _moved(item, device, to) for key, item in ask.keywords.items()},
    )


def _moved(item: Argument, device: str, to: str) -> Argument:
    if isinstance(item, TensorState) and item.device == device:
        return replace(item, device=to)
    if isinstance(item, str) and item == device:
        return to
    if isinstance(item, list):
        return [_moved(each, device, to) for each in item]
    if isinstance(item, tuple):
        return tuple(_moved(each, device, to) for each in item)
    if isinstance(item, dict):
        return {key: _moved(each, device, to) for key, each in item.items()}
    return item


def _bound_in(arguments: Iterable[Argument]) -> Iterator[str]:
    for item in each_in(arguments):
        if isinstance(item, Bound):
            yield item.name


def each_in(arguments: Iterable[Argument]) -> Iterator[Argument]:
    """All that is passed, at any depth of lists, tuples and dicts."""
    for item in arguments:
        if isinstance(item, list | tuple):
            yield from each_in(item)
        elif isinstance(item, dict):
            yield from each_in(item.values())
        else:
            yield item
