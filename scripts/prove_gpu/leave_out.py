"""Copies the product without one part of its sandbox, to find the part that stops CUDA.

    python -m prove_gpu.leave_out               # the names of the parts
    python -m prove_gpu.leave_out PART FOLDER   # FOLDER/gradeprop: the product without that part

What is to be left out is replaced by a few lines at the end of its module. If it is not there any
more, this ends with exit code 1. And whatever is left out says so on stderr when it would have been
put on, so that a part that is put on elsewhere by now is noticed, too. The copy is for nothing but
this proof.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

import gradeprop
from prove_gpu import product

__all__ = ["PARTS", "NothingToLeaveOutError", "copy_without"]

_SAY: Final = """

# Below: written by prove_gpu.leave_out.


def _left_out():
    import os

    os.write(2, b"left out: {part}\\n")


"""


class NothingToLeaveOutError(Exception):
    """A module does not have what is to be replaced in it."""


@dataclass(frozen=True)
class Part:
    """A part of the sandbox.

    Attributes:
        module: where it is put on.
        names: what the lines below replace or use there.
        instead: these lines; they call ``_left_out``.
    """

    module: ModuleType
    names: tuple[str, ...]
    instead: str


def _layer_without(field: str, nothing: str) -> Part:
    """All layers are put on, but for what one field of `Layers` holds."""
    return Part(
        product.layers,
        ("Layers.close_in", f"Layers.__dataclass_fields__.{field}"),
        f"""
def _close_in(self, folder, _whole=Layers.close_in):
    import dataclasses

    _left_out()
    return _whole(dataclasses.replace(self, {field}={nothing}), folder)


Layers.close_in = _close_in
""",
    )


PARTS: Final[dict[str, Part]] = {
    "seccomp": _layer_without("refuse", "()"),
    "supervisor": _layer_without("supervise", "None"),
    "landlock": Part(
        product.landlock,
        ("restrict",),
        """
def restrict(reading, writing):
    _left_out()
    return 0
""",
    ),
    "capabilities": Part(
        product.syscalls,
        ("drop_capabilities",),
        """
def drop_capabilities():
    _left_out()
""",
    ),
    "limits": Part(
        product.layers,
        ("limit_resources",),
        """
def limit_resources(limits):
    _left_out()
""",
    ),
    "user-namespace": Part(
        product.syscalls,
        ("unshare", "map_own_ids", "NEW_USER"),
        """
def unshare(flags, _whole=unshare):
    if flags == NEW_USER:
        _left_out()
    else:
        _whole(flags)


def map_own_ids(uid, gid):
    pass
""",
    ),
    # Then it sees bubblewrap's.
    "own-proc": Part(
        product.syscalls,
        ("mount",),
        """
def mount(kind, target, *details, _whole=mount):
    if target == "/proc":
        _left_out()
    else:
        _whole(kind, target, *details)
""",
    ),
    "scratch-size": Part(
        product.syscalls,
        ("mount",),
        """
def mount(kind, target, flags=0, options="", _whole=mount):
    if target in ("/tmp", "/dev/shm"):
        _left_out()
        options = "mode=1777"
    _whole(kind, target, flags, options)
""",
    ),
    "group": Part(
        product.counting,
        ("control_group",),
        """
def control_group():
    _left_out()
    raise OSError("left out")
""",
    ),
}


def copy_without(part: str, folder: Path) -> None:
    """Make ``folder/gradeprop``.

    Raises:
        NothingToLeaveOutError: the module has changed.
    """
    wanted = PARTS[part]
    for name in wanted.names:
        if not _has(wanted.module, name):
            raise NothingToLeaveOutError(
                f"{part}: {wanted.module.__name__} has no {name} any more; mend {__file__}"
            )
    package = Path(gradeprop.__file__).parent
    copied = folder / package.name
    shutil.copytree(package, copied, ignore=shutil.ignore_patterns("__pycache__"))
    module = copied / Path(str(wanted.module.__file__)).relative_to(package)
    with module.open("a", encoding="utf-8") as file:
        file.write(_SAY.format(part=part) + wanted.instead.lstrip())


def _has(module: ModuleType, dotted: str) -> bool:
    first, *rest = dotted.split(".")
    found = getattr(module, first, None)
    for name in rest:
        found = found.get(name) if isinstance(found, dict) else getattr(found, name, None)
    return found is not None


def main() -> None:
    if not sys.argv[1:]:
        print("\n".join(PARTS))
        return
    part, folder = sys.argv[1:]
    try:
        copy_without(part, Path(folder))
    except NothingToLeaveOutError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
