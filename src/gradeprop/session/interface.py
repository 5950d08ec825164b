"""The boundary between grader and student code: what may be asked and what can come back.

Both sides of every session speak in these frozen values. Nothing here runs student code.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Literal, NewType, TypeAlias, TypeVar

from gradeprop.course.limits import Limits
from gradeprop.gradients.values import NOTHING_SEEN, Evidence, Opaque, TensorState, Value
from gradeprop.session.questions import (
    Argument,
    Ask,
    Bound,
    Call,
    Code,
    Define,
    Read,
    ReadAll,
    Run,
    carries_code,
    each_in,
    moved,
    only_reads,
)

__all__ = [
    "LEVELS",
    "Argument",
    "Ask",
    "Bound",
    "Call",
    "CellOutcome",
    "CellSource",
    "Code",
    "Define",
    "IsolatingLevel",
    "Level",
    "Limits",
    "Missing",
    "Opaque",
    "Outcome",
    "Place",
    "Raised",
    "Read",
    "ReadAll",
    "Returned",
    "Run",
    "Sandbox",
    "Session",
    "Stopped",
    "TensorState",
    "Value",
    "carries_code",
    "each_in",
    "moved",
    "only_reads",
]

StopReason: TypeAlias = Literal["timeout", "killed", "memory", "output"]
IsolatingLevel: TypeAlias = Literal["full", "restricted"]
"""A level that isolates; ``"restricted"`` is what is left where namespaces are refused."""
Level: TypeAlias = IsolatingLevel | Literal["none"]
"""How much stands around student code; ``gradeprop.session.isolation`` says what."""
LEVELS: Final[tuple[Level, ...]] = ("full", "restricted", "none")
"""From the strongest to the weakest."""
Place = NewType("Place", int)
"""Where a session's notebook has stood, as `Session.mark` gave it."""


@dataclass(frozen=True, eq=False)
class Returned:
    """The value of a name, or what a call or run returned.

    ``arguments`` is the state of the arguments afterwards (positional, then keywords in
    order), so that a mutated input is seen. ``used`` names machinery that ran during the call, best
    effort: ``"autograd"`` (any backward or forward-mode pass), ``"optimizer"`` (a ``torch.optim``
    step). ``seen`` is what else was seen, for excluding causes; student code could forge it."""

    value: Value
    arguments: tuple[Value, ...] = ()
    used: frozenset[str] = frozenset()
    seen: Evidence = NOTHING_SEEN


@dataclass(frozen=True)
class Raised:
    """Student code raised.

    Attributes:
        line: the line in the student's own cell, when known.
        used: as in `Returned`, until then.
        bases: names of the classes that the exception's type is derived from, nearest first.
    """

    type_name: str
    message: str
    traceback: str = ""
    line: int | None = None
    used: frozenset[str] = frozenset()
    bases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missing:
    """No such name (for a call: no such callable; then ``found_type`` says what is there).

    Attributes:
        unkept_by: the magic (``%%timeit``) of a cell that may have defined it, but keeps no names.
        deleted_by: what has taken the name away again (``del w``).
    """

    name: str
    found_type: str | None = None
    unkept_by: str | None = None
    deleted_by: str | None = None


@dataclass(frozen=True)
class Stopped:
    """The session ended the exchange: a limit was reached or the student's process died."""

    reason: StopReason
    message: str


Outcome: TypeAlias = Returned | Raised | Missing | Stopped
"""What came of one question."""


@dataclass(frozen=True)
class CellSource:
    """A code cell to run.

    Attributes:
        label: identifies it in tracebacks and messages.
        seconds: how long it may take, `Limits.cell_s` if not given.
    """

    source: str
    label: str
    seconds: float | None = None


@dataclass(frozen=True)
class DisplayUpdate:
    """What displays of this id show from now on, those of earlier cells, too."""

    display_id: str
    data: Mapping[str, Any]
    metadata: Mapping[str, Any]


@dataclass(frozen=True)
class CellOutcome:
    """What running one cell left: nbformat 4 output dicts, and why it stopped if it did.

    Attributes:
        displays: ids of outputs that later cells may change, by their places in ``outputs``.
        updates: what this cell changed of earlier cells' outputs.
    """

    status: Literal["ok", "error", "timeout", "killed", "memory", "output"]
    outputs: tuple[dict[str, Any], ...] = ()
    execution_count: int | None = None
    seconds: float = 0.0
    message: str | None = None
    displays: Mapping[int, str] = field(default_factory=dict)
    updates: tuple[DisplayUpdate, ...] = ()


_Opened = TypeVar("_Opened", bound="_Closing")


class _Closing(ABC):
    """A context manager that closes at its end."""

    @abstractmethod
    def close(self) -> None:
        """End it and everything it started. Idempotent."""

    def __enter__(self: _Opened) -> _Opened:  # typing.Self needs Python 3.11
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class Session(_Closing):
    """One student's notebook running somewhere. Use as a context manager.

    Attributes:
        disturbed: whether something ran out of time that had not had the processor for itself, so
            that it is to be tried again alone.
    """

    disturbed: bool = False

    @abstractmethod
    def run(self, cell: CellSource) -> CellOutcome:
        """Run one cell; never raises for anything that the student's code does."""

    @abstractmethod
    def mark(self, names: Iterable[str] = ()) -> Place:
        """Remember where the notebook stands now, to ask about it when later cells have run.

        Args:
            names: what `recall` will ask about; the objects are held weakly.
        """

    @abstractmethod
    def ask(
        self, asks: Sequence[Ask], *, at: Place | None = None, seconds: float | None = None
    ) -> list[Outcome]:
        """Answer all asks of one check, in order, on a copy of the state.

        None changes what a later check or cell sees (the in-kernel session cannot promise this and
        documents it).

        Args:
            at: the place whose state it is, now if not given: the answers come from a process that
                has run the cells up to there and nothing else. Ask in the order of the places; no
                cell may run afterwards.
            seconds: for all asks together, `Limits.check_s` if not given.

        Returns exactly ``len(asks)`` outcomes; after a ``Stopped`` all that follow are ``Stopped``
        too."""

    def recall(
        self,
        asks: Sequence[Ask],  # noqa: ARG002
        *,
        at: Place,  # noqa: ARG002
        seconds: float | None = None,  # noqa: ARG002
    ) -> list[Outcome] | None:
        """Ask the process that has run all cells about objects that were there at ``at``.

        Such a late answer may award and never cost: what later cells changed may have made it
        wrong, so only a right one counts. It costs next to nothing. All of one check's asks are
        answered by this process, or none.

        Returns: None where it cannot be asked (any more), or the objects are gone.
        """
        return None

    def printed(self) -> str:
        """What student code printed while it was asked, since this was asked last; empty where it
        is not kept."""
        return ""


class Sandbox(_Closing):
    """Opens sessions. One per worker; use as a context manager."""

    level: Level

    def ready(self) -> None:
        """Wait until it can open sessions; the first session would wait as long.

        Raises:
            GraderFault: it does not start.
            MissingFacility: a package to preload is not installed.
        """

    @abstractmethod
    def double(self) -> Sandbox:
        """Another sandbox like this one, opened more quickly than the first. What runs in the one
        is not counted in the other. It is closed by itself, before this one.

        Raises:
            GraderFault: it does not start.
        """

    @abstractmethod
    def open(
        self, *, limits: Limits, seed: int, files: Mapping[str, bytes] | None = None
    ) -> Session:
        """Start a session in a working folder that holds ``files`` alone.

        Args:
            limits: what it may use.
            seed: for its generators of random numbers.
            files: names within the folder, and what they hold.

        Raises:
            GraderFault: the sandbox itself could not start one (never the student's fault).
        """
