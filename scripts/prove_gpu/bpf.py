"""What a seccomp program answers to a system call, worked out without the kernel.

So it can be told of a call that CUDA makes outside whether the product's filters would let it pass
inside, arguments included, whatever the filters are made of.
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Callable, Sequence
from typing import Final

__all__ = ["answer", "refused"]

# The instructions of classic BPF that seccomp programs consist of.
_LOAD: Final = 0x20
_AND: Final = 0x54
_GO_ON_AT: Final = 0x05
_RETURN: Final = 0x06
_TESTS: Final[dict[int, Callable[[int, int], bool]]] = {
    0x15: operator.eq,
    0x25: operator.gt,
    0x35: operator.ge,
    0x45: lambda value, bits: value & bits != 0,
}
_ALLOW: Final = 0x7FFF0000


def answer(program: bytes, call: bytes) -> int:
    """What ``program`` returns for ``call``.

    Args:
        program: BPF instructions, as the kernel takes them.
        call: the kernel's ``struct seccomp_data``: number, architecture, place, six arguments.
    """
    instructions = list(struct.iter_unpack("=HBBI", program))
    place = value = 0
    while True:
        code, if_true, if_false, operand = instructions[place]
        place += 1
        if code == _RETURN:
            return int(operand)
        if code == _LOAD:
            (value,) = struct.unpack_from("=I", call, operand)
        elif code == _AND:
            value &= operand
        elif code == _GO_ON_AT:
            place += operand
        elif code in _TESTS:
            place += if_true if _TESTS[code](value, operand) else if_false
        else:
            raise ValueError(f"not known here: BPF instruction {code:#x}")


def refused(programs: Sequence[bytes], call: bytes) -> bool:
    """Whether one of ``programs`` does not let ``call`` pass."""
    return any(answer(program, call) != _ALLOW for program in programs)
