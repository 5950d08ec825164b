"""What a process needs to know to have sandboxes warm up, long before it knows what to grade."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


class LaterSandboxes(Mapping[str, Sandbox]):
    """A double of each device's sandbox, opened when it is first asked for.

    Args:
        stack: closes them.
    """

    def __init__(self, sandboxes: Mapping[str, Sandbox], stack: ExitStack) -> None:
        self._sandboxes = sandboxes
        self._stack = stack
        self._opened: dict[str, Sandbox] = {}

    def __getitem__(self, device: str) -> Sandbox:
        """The device's.

        Raises:
            GraderFault: as `Sandbox.double`.
        """
        if device not in self._opened:
            double = self._sandboxes[device].double()
            self._opened[device] = self._stack.enter_context(double)
        return self._opened[device]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sandboxes)

    def __len__(self) -> int:
        return len(self._sandboxes)


class KeptSandboxes:
    """Sandboxes for one job after another: warm ones stay open until a job needs others.

    They warm up while their job does something else."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._facilities: Facilities | None = None
        self._opened: Mapping[str, Sandbox] = {}

    def of(self, facilities: Facilities) -> Mapping[str, Sandbox]:
        """One for each device.

        Raises:
            MissingFacility, GraderFault: as `open_sandbox`.
        """
        if facilities != self._facilities:
            self.close()
            self._opened = self._stack.enter_context(open_sandboxes(facilities, wait=False))
            self._facilities = facilities
        return self._opened

    def close(self) -> None:
        """Close those that are open; the next job opens its own. Idempotent."""
        self._facilities = None
        self._stack.close()


@contextmanager
def open_later(sandboxes: Mapping[str, Sandbox]) -> Iterator[LaterSandboxes]:
    """Doubles of them, opened when they are first asked for; closed again at the end."""
    with ExitStack() as stack:
        yield LaterSandboxes(sandboxes, stack)


@contextmanager
def open_sandboxes(facilities: Facilities, *, wait: bool = True) -> Iterator[dict[str, Sandbox]]:
    """A sandbox for each device; closed again at the end. Without ``wait`` they may still be
    warming up.

    Raises:
        MissingFacility: the machine cannot isolate as asked, or has no such device or package.
    """
    with ExitStack() as stack:
        yield {
            device: stack.enter_context(_opened(facilities, device, wait=wait))
            for device in facilities.devices
        }


def _opened(facilities: Facilities, device: str, *, wait: bool = True) -> Sandbox:
    return open_sandbox(
        facilities.isolation, packages=facilities.packages, device=device, wait=wait
    )
