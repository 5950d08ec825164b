"""Answers asks in a namespace, for the sandbox and for the student's own kernel alike.

Runs beside student code; whatever that code raises becomes an outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradeprop.gradients.values import Evidence
from gradeprop.session.interface import (
    Ask,
    Call,
    Define,
    Missing,
    Outcome,
    Raised,
    Read,
    ReadAll,
    Returned,
    Run,
    Stopped,
)
from gradeprop.session.kept_builtins import KEPT
from gradeprop.session.messages import answer_too_large
from gradeprop.session.student.arguments import made, made_function
from gradeprop.session.student.capture import TooLargeError, capture, type_name
from gradeprop.session.student.clues import seen_of_name
from gradeprop.session.student.tracebacks import raised
from gradeprop.session.student.watching import watch

__all__ = ["Answering", "out_of_memory"]

__builtins__ = KEPT

MEMORY_MESSAGE = "your code needed more memory than it may use"


def out_of_memory(error: BaseException) -> bool:
    """Whether ``error`` says that memory ran out (Python's or one of torch's ways to say so)."""
    if isinstance(error, MemoryError):
        return True
    # torch.OutOfMemoryError is a RuntimeError; so is what torch's CPU allocator raises.
    if type(error).__name__ == "OutOfMemoryError":
        return True
    return type(error) is RuntimeError and "DefaultCPUAllocator" in str(error)


@dataclass(frozen=True)
class Answering:
    """How to answer: what an answer may weigh, and which code is the student's.

    Attributes:
        max_bytes: what one check's answers may weigh together.
        cell_of: the label of the student's cell that has this file name, else None.
    """

    max_bytes: int = 32 << 20
    cell_of: Callable[[str], str | None] = lambda _: None

    def answer_all(self, asks: Sequence[Ask], namespace: Mapping[str, Any]) -> Iterator[Outcome]:
        """One outcome per ask, in order; all that follow a `Stopped` are that same one."""
        stopped: Stopped | None = None
        for ask in asks:
            outcome = stopped or self.answer(ask, namespace)
            if isinstance(outcome, Stopped):
                stopped = outcome
            yield outcome

    def answer(self, ask: Ask, namespace: Mapping[str, Any]) -> Outcome:
        """What ``ask`` gives in ``namespace``; never raises for anything that student code does."""
        if isinstance(ask, Define):
            return self._define(ask, namespace)
        for name in ask.names:
            if name not in namespace:
                return Missing(name)
        if isinstance(ask, Call) and not callable(namespace[ask.name]):
            return Missing(ask.name, type_name(namespace[ask.name]))
        try:
            if isinstance(ask, Read):
                found = namespace[ask.name]
                value = capture(found, self.max_bytes)
                return Returned(value, seen=seen_of_name(found, namespace))
            if isinstance(ask, ReadAll):
                things = tuple(namespace[name] for name in ask.names)
                seen = _in_common([seen_of_name(thing, namespace) for thing in things])
                return Returned(capture(things, self.max_bytes), seen=seen)
            return self._call(ask, namespace)
        except TooLargeError:
            return Stopped("output", answer_too_large(ask.subject, self.max_bytes / (1 << 20)))
        except BaseException as error:
            if out_of_memory(error):
                return Stopped("memory", MEMORY_MESSAGE)
            return raised(error, self.cell_of)

    def _define(self, ask: Define, namespace: Mapping[str, Any]) -> Outcome:
        """What it defined before an error counts, as in a cell."""
        try:
            exec(compile(ask.source, "<sample>", "exec"), namespace)  # type: ignore[arg-type]
        except BaseException as error:
            if out_of_memory(error):
                return Stopped("memory", MEMORY_MESSAGE)
            return raised(error, self.cell_of)
        return Returned(None)

    def _call(self, ask: Call | Run, namespace: Mapping[str, Any]) -> Returned | Raised:
        is_run = isinstance(ask, Run)
        function = made_function(ask.function) if isinstance(ask, Run) else namespace[ask.name]
        arguments = [made(item, namespace) for item in ask.arguments]
        keywords = {key: made(item, namespace) for key, item in ask.keywords.items()}
        afterwards = (*arguments, *keywords.values())
        with watch() as watched:
            try:
                value = function(*arguments, **keywords)
            except BaseException as error:
                if out_of_memory(error):
                    raise
                return replace(raised(error, self.cell_of), used=watched.used)
        seen = watched.seen(function, afterwards, value)
        return Returned(
            value=capture(value, self.max_bytes),
            arguments=tuple(capture(item, self.max_bytes) for item in afterwards),
            used=watched.used,
            # whether the grader's own function returns something is no news
            seen=replace(seen, returns=None) if is_run else seen,
        )


def _in_common(seen: Sequence[Evidence]) -> Evidence:
    """What is known of several names, where they do not contradict one another."""
    reached = {item.reached for item in seen} - {None}
    piled = {item.piled for item in seen} - {None}
    return Evidence(
        reached=reached.pop() if len(reached) == 1 else None,
        piled=piled.pop() if len(piled) == 1 else None,
    )
