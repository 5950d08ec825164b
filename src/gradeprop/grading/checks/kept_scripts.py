"""Scripts that have been written down, for the next hand-in that is asked the same.

Hidden inputs come from a pool of sets, and public ones are everybody's: what a grader's function
asks and expects on them is worked out once. What is worked out later, the wrong answers that are
compared, is kept by the script itself."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import torch

from gradeprop.gradients.answer import Answer
from gradeprop.grading.checks.expression import arguments_of, tensors_in
from gradeprop.grading.checks.script import Script

__all__ = ["KeptScripts", "Key"]

Key: TypeAlias = tuple[tuple[str, str], str, int, bytes]
"""Exercise and check, device, attempt, and the seed of the inputs."""

_MOST_BYTES: Final = 64 << 20
_SCRIPT_BYTES: Final = 16 << 10
_WRONG_ANSWERS: Final = 8


@dataclass(frozen=True)
class _Entry:
    script: Script
    tensors: tuple[torch.Tensor, ...]
    versions: tuple[int, ...]
    size: int


class KeptScripts:
    """Those used last, as many as fit into ``most_bytes`` (an estimate)."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most_bytes
        self._size = 0
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Script | None:
        """The script that was put there; None if it is not kept any more, or if a tensor in it has
        been changed since, which only code of a grader's can have done."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if _versions(entry.tensors) != entry.versions:
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return entry.script

    def put(self, key: Key, script: Script) -> None:
        tensors = tuple(_tensors_in(script))
        weight = sum(tensor.numel() * tensor.element_size() for tensor in tensors)
        entry = _Entry(script, tensors, _versions(tensors), _SCRIPT_BYTES + _WRONG_ANSWERS * weight)
        if key in self._entries:
            self._drop(key)
        self._entries[key] = entry
        self._size += entry.size
        while self._size > self._most:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Key) -> None:
        self._size -= self._entries.pop(key).size


def _versions(tensors: tuple[torch.Tensor, ...]) -> tuple[int, ...]:
    return tuple([tensor._version for tensor in tensors])


def _tensors_in(script: Script) -> Iterator[torch.Tensor]:
    for state in tensors_in(item for ask in script.asks for item in arguments_of(ask)):
        yield state.value
        if state.grad is not None:
            yield state.grad
    for probe in script.probes:
        yield from _in_answer(probe.answer)


def _in_answer(answer: Answer) -> Iterator[torch.Tensor]:
    if isinstance(answer, torch.Tensor):
        yield answer
    elif isinstance(answer, tuple):
        for item in answer:
            yield from _in_answer(item)
    elif isinstance(answer, dict):
        for item in answer.values():
            yield from _in_answer(item)
