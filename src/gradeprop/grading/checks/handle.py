"""What stands for a student's value while a check is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

__all__ = ["After", "Handle", "Key", "Step"]


_NOT_KNOWN: Final = (
    "a student's value: it is only known after the test function returned; state what you expect"
    " with reference.expect(...)"
)


@dataclass(frozen=True)
class Key:
    """A step to the item of a dict that has this name."""

    name: str


@dataclass(frozen=True)
class After:
    """A first step, to an argument (by position or keyword) as the call left it."""

    argument: int | str


Step = Literal["grad"] | int | Key | After


@dataclass(frozen=True)
class Handle:
    """Stands for a student's value. ``handle[1]`` is an item of it, ``handle["W1"]`` the item of a
    dict, ``handle.grad`` its ``.grad``; ``handle.after(0)`` an argument as the call left it.

    Attributes:
        passed: the arguments that there are, by position or keyword.
        length: how many items it has, where that is known.
    """

    ask: int
    path: tuple[Step, ...] = ()
    passed: tuple[int | str, ...] = field(default=(), compare=False, repr=False)
    length: int | None = field(default=None, compare=False, repr=False)

    def __getitem__(self, item: int | str) -> Handle:
        if type(item) not in (int, str):
            raise TypeError(f"an item is named by its number or its key, not by {item!r}")
        step = Key(item) if isinstance(item, str) else item
        return replace(self, path=(*self.path, step), length=None)

    def __iter__(self) -> Iterator[Handle]:
        if self.length is None:
            raise TypeError(
                "how many items a student's value has is only known after the test function"
                " returned: write handle[0], handle[1] and so on"
            )
        return (self[number] for number in range(self.length))

    def after(self, argument: int | str) -> Handle:
        """Stands for an argument, by its position (from 0) or its keyword, as the call left it."""
        if self.path or argument not in self.passed:
            known = ", ".join(map(repr, self.passed)) or "none"
            raise TypeError(
                f"there is no argument {argument!r} to look at after the call; of this handle's"
                f" call there are: {known}"
            )
        return Handle(self.ask, (After(argument),))

    @property
    def grad(self) -> Handle:
        """Stands for the ``.grad`` of the value."""
        return replace(self, path=(*self.path, "grad"), length=None)

    def __bool__(self) -> bool:
        raise TypeError(f"a grader cannot branch on {_NOT_KNOWN}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Handle):
            raise TypeError(f"a grader cannot compare {_NOT_KNOWN}")
        return (self.ask, self.path) == (other.ask, other.path)
