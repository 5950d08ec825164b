"""Names the wheels that a machine with Python, torch and numpy still needs to grade.

    python -m prove_gpu.wheels 3.12   # for that Python, one ``name==version`` a line

The versions are those of the environment that runs this.
"""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# What grading and the product's quick tests of the session import, without what only a desk needs.
ROOTS: Final = """
    ipython typer rich pytest pytest-timeout hypothesis pyyaml pydantic jinja2 pygments nbformat
    orjson pyseccomp
"""
# These come with the machine; a wheel of them would be large and the wrong one.
THE_MACHINES: Final = {"torch", "numpy"}


def wanted(python: str) -> list[str]:
    """The roots and all that they require, by name."""
    environment = {"python_version": python, "python_full_version": f"{python}.0", "extra": ""}
    found: set[str] = set()
    waiting = ROOTS.split()
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found or name in THE_MACHINES:
            continue
        found.add(name)
        for text in _requirements(name):
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(environment):
                waiting.append(requirement.name)
    return sorted(found)


def _requirements(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:  # needed there and not here
        return []


def pinned(name: str) -> str:
    try:
        return f"{name}=={version(name)}"
    except PackageNotFoundError:
        return name


def main() -> None:
    for name in wanted(sys.argv[1]):
        print(pinned(name))


if __name__ == "__main__":
    main()
