"""The course that ships with the engine, read once for all tests of a process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from gradeprop.course.load import load_course
from gradeprop.course.model import Course

ROOT = Path(__file__).parents[2]


@cache
def shipped() -> Course:
    return load_course(ROOT)
