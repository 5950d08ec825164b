"""Where a session's children come from: what it needs of the sandbox that opened it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from gradeprop.errors import UsageError
from gradeprop.session.grader.allowance import Allowance
from gradeprop.session.grader.conversation import Conversation
from gradeprop.session.interface import Limits, Session

__all__ = ["Nursery", "Setup", "working_files"]


@dataclass(frozen=True)
class Setup:
    """What a session starts from, each time anew.

    Attributes:
        allowance: what all its children may use together; a fresh one for each if not given.
    """

    limits: Limits
    seed: int
    files: Mapping[str, bytes]
    allowance: Allowance | None = None


class Nursery(Protocol):
    """Forks children of a warm process, which it starts again when it dies.

    Attributes:
        can_fork_children: whether a child may be forked when its cells have run.
        memory_is_shared: whether what runs beside a child can take memory that it could have had: a
            GPU's, or all where nothing bounds it.
        last_words: what the warm process said before it died last.
    """

    can_fork_children: bool
    memory_is_shared: bool
    last_words: str

    def fork(self, setup: Setup) -> Conversation:
        """The conversation with a fresh child, told what to start from.

        Raises:
            GraderFault: the child does not start.
            WarmProcessLostError: the warm process died.
        """

    def alone(self, session: Session) -> bool:
        """Whether no other session is open."""

    def forget(self, session: Session) -> None:
        """This session has closed."""


def working_files(files: Mapping[str, bytes] | None) -> dict[str, bytes]:
    """What is to lie in a notebook's working folder, by name.

    Raises:
        UsageError: a name leads out of it.
    """
    given = dict(files or {})
    for name in given:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.name or "\0" in name:
            raise UsageError(f"not a file name within the working folder: {name!r}")
    return given
