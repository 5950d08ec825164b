"""Where Python, the packages and our own code are, and what student code is told they are called.

The names are those of a virtual environment, since a student reads them in warnings and
tracebacks; where this machine keeps these folders is nobody's business."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gradeprop.session.interface import Level
from gradeprop.session.isolation.interpreter import is_below, own_code, package_paths

__all__ = ["VENV", "Mount", "find_mounts", "renamed", "version"]

VENV: Final = "/opt/venv"
_PYTHON: Final = "/opt/python"
_OWN: Final = "/opt/gradeprop"
_USR: Final = Path("/usr")


@dataclass(frozen=True)
class Mount:
    """A folder that the warm process sees.

    Attributes:
        path: where it is.
        target: what it is called below the staging folder.
        source: where bubblewrap or the warm process finds it.
        inside: what the warm process calls it.
        shown: what student code's output calls it.
    """

    path: Path
    target: str
    source: str
    inside: str
    shown: str


def version() -> str:
    """``3.11``, as folders of Python's are called."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def find_mounts(level: Level, stage: Path | None) -> list[Mount]:
    """Python's prefix first, then the packages, then our own code unless it lies in those.

    Args:
        level: at ``full`` bubblewrap shows the folders by neutral names.
        stage: where root binds them for another user, if it does.
    """
    names = {Path(sys.base_prefix).resolve(): _PYTHON}
    for number, path in enumerate(package_paths()):
        venv = VENV if number == 0 else f"{VENV}{number + 1}"
        names.setdefault(path, f"{venv}/lib/python{version()}/site-packages")
    if not any(is_below(own_code(), path) for path in list(names)[1:]):
        names[own_code()] = f"{_OWN}/{own_code().name}"
    return [
        _mount(level, stage, path, f"{number}/{path.name}", name)
        for number, (path, name) in enumerate(names.items())
    ]


def _mount(level: Level, stage: Path | None, path: Path, target: str, name: str) -> Mount:
    if is_below(path, _USR):  # shown as it is, and no secret
        return Mount(path, target, str(path), str(path), str(path))
    source = str(path) if stage is None else str(stage / target)
    return Mount(path, target, source, name if level == "full" else source, name)


def renamed(mounts: Sequence[Mount]) -> dict[str, str]:
    """What in output is to be called otherwise than the warm process calls it."""
    names = {mount.inside: mount.shown for mount in mounts}
    names |= {str(mount.path): mount.shown for mount in mounts}
    # Python may have been found through a link.
    names.setdefault(sys.base_prefix, mounts[0].shown)
    # What lies within another first.
    return {
        folder: names[folder]
        for folder in sorted(names, key=len, reverse=True)
        if folder != names[folder]
    }
