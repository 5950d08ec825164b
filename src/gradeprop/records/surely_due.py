"""Whom a run has to grade, as far as that can be told at once: to know it exactly takes torch, and
importing that takes seconds in which the graders could already be starting."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from gradeprop.course.model import Course
from gradeprop.records.files.results import result_path
from gradeprop.records.files.submissions import Handed
from gradeprop.version import __version__

__all__ = ["surely_due"]


def surely_due(root: Path, course: Course, assignment: str, handed: Sequence[Handed]) -> int:
    """How many hand-ins have no result, or one that says that it is of something else."""
    here = {
        "gradeprop": __version__,
        "torch": _installed("torch"),
        "course": course.digest,
        "python": python_version(),
        "ipython": _installed("ipython"),
    }
    kept = ((item, _kept(result_path(root, assignment, item.student))) for item in handed)
    return sum(_is_due(item, result, here) for item, result in kept)


def _is_due(item: Handed, result: dict[str, Any], here: dict[str, str | None]) -> bool:
    if not result or result.get("status") == "error" or result.get("group") != item.group:
        return True
    notebook, _ = item.read()
    now = {**here, "submission": hashlib.sha256(notebook).hexdigest()}
    return any(_public(result["versions"].get(name)) != _public(it) for name, it in now.items())


def _public(version: Any) -> Any:
    """Without the build (``+cpu``): some of torch's name it within the package only."""
    return version.partition("+")[0] if isinstance(version, str) else version


def _kept(path: Path) -> dict[str, Any]:
    """A result as it lies there; empty where there is none that can be read."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("versions"), dict) else {}


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
