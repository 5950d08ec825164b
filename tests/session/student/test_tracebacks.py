from __future__ import annotations

from types import TracebackType

import torch

from gradeprop.session.student.tracebacks import raised, shortened
from gradeprop.session.student.unattended import unattended


def trace_of(depth: int) -> TracebackType | None:
    def down(left: int) -> None:
        if left == 0:
            raise ValueError
        down(left - 1)

    try:
        down(depth)
    except ValueError as error:
        return error.__traceback__
    return None


def lines(trace: TracebackType | None) -> list[int]:
    found = []
    while trace is not None:
        found.append(trace.tb_lineno)
        trace = trace.tb_next
    return found


def test_a_short_one_stays_as_it_is() -> None:
    trace = trace_of(5)
    assert shortened(trace, 20) is trace
    assert shortened(None, 20) is None


def test_of_a_long_one_beginning_and_end_stay() -> None:
    trace = trace_of(200)
    short = lines(shortened(trace, 20))
    assert short == lines(trace)[:10] + lines(trace)[-10:]
    assert len(lines(trace)) == 202  # the error's own is as it was


def test_where_we_raise_is_left_out() -> None:
    with unattended():
        try:
            input()
        except Exception as error:
            trace = error.__traceback__
    assert len(lines(trace)) == 2
    assert lines(shortened(trace, 20)) == lines(trace)[:1]


def test_the_bases_of_an_exception_are_told_nearest_first() -> None:
    class Own(KeyError, RuntimeError):
        pass

    found = raised(Own("w"), lambda _: None)
    assert found.bases == ("KeyError", "LookupError", "RuntimeError", "Exception", "BaseException")
    out_of_memory = raised(torch.OutOfMemoryError("no"), lambda _: None)
    assert (out_of_memory.type_name, out_of_memory.bases[0]) == (
        "torch.OutOfMemoryError",
        "RuntimeError",
    )


def test_a_type_that_lies_about_itself_changes_nothing() -> None:
    class Lying(type):
        @property
        def __mro__(cls) -> tuple[type, ...]:
            raise AssertionError

        def __subclasscheck__(cls, subclass: type) -> bool:
            raise AssertionError

    class Own(ValueError, metaclass=Lying):
        pass

    assert raised(Own(), lambda _: None).bases == ("ValueError", "Exception", "BaseException")
