"""What tests say to a session, in few words."""

from __future__ import annotations

from gradeprop.session.grader.sandbox import ProcessSession
from gradeprop.session.interface import (
    Call,
    CellOutcome,
    CellSource,
    Outcome,
    Read,
    Returned,
    Session,
)

SWALLOWS = "while True:\n    try:\n        while True: pass\n    except BaseException: pass"


def run(
    session: Session, source: str, label: str = "cell", seconds: float | None = None
) -> CellOutcome:
    return session.run(CellSource(source, label, seconds))


def ask(session: Session, *asks: Read | Call, seconds: float | None = None) -> list[Outcome]:
    return session.ask(asks, seconds=seconds)


def returned(session: Session, *asks: Read | Call) -> list[object]:
    """What the asks returned; all of them must."""
    outcomes = ask(session, *asks)
    assert all(isinstance(outcome, Returned) for outcome in outcomes), outcomes
    return [outcome.value for outcome in outcomes if isinstance(outcome, Returned)]


def has_ended(session: Session) -> bool:
    """Whether its process has."""
    assert isinstance(session, ProcessSession)
    present = session._replay._run
    return present is not None and present.conversation.has_ended


def value(session: Session, name: str) -> object:
    return returned(session, Read(name))[0]
