"""What a process needs to know to have sandboxes warm up, long before it knows what to grade."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from gradeprop.course.model import Course
from gradeprop.session.grader.sandbox import Isolation, open_sandbox
from gradeprop.session.interface import Sandbox

PRELOADED = ("gradeprop.grading.public.in_notebook",)
"""Imported once in each sandbox besides torch and what course.yaml declares: every notebook's
set-up cell uses it, and importing it anew in every child takes time."""


@dataclass(frozen=True)
class Facilities:
    """Isolation and devices for grading, and the packages that notebooks import."""

    isolation: Isolation
    devices: tuple[str, ...]
    packages: tuple[str, ...]


def facilities_for(course: Course, isolation: Isolation, devices: Sequence[str]) -> Facilities:
    """What grading this course needs."""
    return Facilities(isolation, tuple(devices), (*course.spec.packages, *PRELOADED))


@contextmanager
def open_sandboxes(facilities: Facilities, *, wait: bool = True) -> Iterator[dict[str, Sandbox]]:
    """A sandbox for each device; closed again at the end. Without ``wait`` they may still be
    warming up.

    Raises:
        MissingFacility: the machine cannot isolate as asked, or has no such device or package.
    """
    with ExitStack() as stack:
        yield {
            device: stack.enter_context(
                open_sandbox(
                    facilities.isolation, packages=facilities.packages, device=device, wait=wait
                )
            )
            for device in facilities.devices
        }
