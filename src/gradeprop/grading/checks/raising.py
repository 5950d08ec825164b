"""A call that should raise: whether it did, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from gradeprop.gradients.comparison.mismatch import WELL_KNOWN
from gradeprop.gradients.comparison.render import with_article
from gradeprop.gradients.values import Opaque, TensorState, Value
from gradeprop.grading.checks.expected import Raising
from gradeprop.grading.checks.known_errors import WELL_KNOWN_ERRORS
from gradeprop.grading.checks.rows import Item, Row
from gradeprop.grading.result.words import shortened
from gradeprop.session.interface import Outcome, Raised, Returned

__all__ = ["Unraised", "is_of_type", "raising_row", "unraised"]


@dataclass(frozen=True)
class Unraised:
    """What came in place of the exception.

    Attributes:
        public, hidden: for the student, where the question is public or hidden.
        known: for the instructor.
    """

    public: str
    hidden: str
    known: str

    def student(self, public: bool) -> str:
        return self.public if public else self.hidden

    def detail(self) -> str:
        return self.known


def is_of_type(raised: Raised, type_name: str) -> bool:
    """Whether the exception is of this type or of one derived from it, as far as its names tell;
    where ``type_name`` has no module, modules do not count."""
    names = (raised.type_name, *raised.bases)
    if "." in type_name:
        return type_name in names
    return any(name.rpartition(".")[2] == type_name for name in names)


def unraised(outcome: Outcome, expected: Raising) -> Unraised | None:
    """None if the exception came, else what is wrong."""
    wanted = _told(expected)
    if isinstance(outcome, Raised):
        if _fits(outcome, expected):
            return None
        known = f"{outcome.type_name}: {shortened(outcome.message)}"
        hidden = outcome.type_name if outcome.type_name in WELL_KNOWN_ERRORS else "another error"
        if is_of_type(outcome, expected.type_name):
            hidden = f"{expected.type_name} for another reason"
        return Unraised(
            f"It raised {known}. Here it should raise {wanted}.",
            f"It raised {hidden}. Here it should raise {with_article(expected.type_name)}.",
            f"expected {wanted}, got {known}",
        )
    got = _type_of(outcome.value) if isinstance(outcome, Returned) else "nothing"
    shown = got if got in WELL_KNOWN or got == "None" else "something"
    remedy = f"Here it should raise {with_article(expected.type_name)}"
    about = f' that says "{expected.says}"' if expected.says else ""
    return Unraised(
        f"It returned {got} and raised nothing. {remedy}{about}.",
        f"It returned {shown} and raised nothing. {remedy}.",
        f"expected {wanted}, got {got}",
    )


def raising_row(expression: str, outcome: Outcome, expected: Raising) -> Row:
    """The question as a line of the table that a student sees."""
    if isinstance(outcome, Raised):
        got = f"raised {outcome.type_name}: {shortened(outcome.message)}"
    else:
        got = _type_of(outcome.value) if isinstance(outcome, Returned) else "nothing"
    right = unraised(outcome, expected) is None
    return Row(expression, (Item("", f"raises {_told(expected)}", got, right),))


def _fits(raised: Raised, expected: Raising) -> bool:
    said = expected.says is None or expected.says.casefold() in raised.message.casefold()
    return said and is_of_type(raised, expected.type_name)


def _told(expected: Raising) -> str:
    named = with_article(expected.type_name)
    return f'{named} that says "{expected.says}"' if expected.says else named


def _type_of(value: Value) -> str:
    if value is None:
        return "None"
    if isinstance(value, TensorState):
        return "a tensor"
    if isinstance(value, Opaque):
        return with_article(value.type_name)
    return with_article("text" if isinstance(value, str) else type(value).__name__)
