"""The course of docs/kinds-of-part.md: one exercise of each kind, after those of the minimal one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from course.minimal import write_course

PAGE = Path(__file__).parents[2] / "docs" / "kinds-of-part.md"
WHOSE_GRAD = "exercises/a01_slopes/whose_grad.yaml"
WHOSE_GRAD_SOLUTION = "solutions/a01_slopes/whose_grad.py"
TWO_STEPS = "exercises/a01_slopes/two_steps.yaml"
TWO_STEPS_SOLUTION = "solutions/a01_slopes/two_steps.py"
MEND = "exercises/a01_slopes/mend_descent.yaml"
SLUGS = ("whose_grad", "two_steps", "mend_descent")


def kinds_files() -> dict[str, str]:
    """Each heading names a file; the first code block under it is its content."""
    heading = r"^## [^\n`]*`((?:exercises|solutions|graders)/[^\n`]+)`$"
    block = r"^```\w+\n(.*?)^```$"
    text = PAGE.read_text(encoding="utf-8")
    return dict(re.findall(f"{heading}.*?{block}", text, re.MULTILINE | re.DOTALL))


def write_kinds(root: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """Write the course into ``root``; ``changes`` replaces, adds or (None) leaves out files."""
    write_course(root, {**kinds_files(), **(changes or {})})
    if "course.yaml" not in (changes or {}):
        course = root / "course.yaml"
        listed = "".join(f"      - {slug}\n" for slug in SLUGS)
        course.write_text(course.read_text() + listed)
    return root


def edited(name: str, old: str, new: str) -> dict[str, str]:
    """A change for ``write_kinds``: the file with ``old``, which occurs in it exactly once,
    replaced."""
    text = kinds_files()[name]
    assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {name}"
    return {name: text.replace(old, new)}
