"""Where a class is graded: on this machine, or on the workers of a Dask scheduler."""

from __future__ import annotations

import importlib.util
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal

from gradeprop.cli import screen
from gradeprop.cli.installed import INSTALL_DASK
from gradeprop.errors import MissingFacility, UsageError
from gradeprop.grading.run.devices import chosen_devices
from gradeprop.grading.run.facilities import Facilities
from gradeprop.grading.run.interface import Graders, Start
from gradeprop.grading.run.pool import graders

if TYPE_CHECKING:
    from gradeprop.course.course_spec import CourseSpec

__all__ = ["Engine", "devices_for", "starting"]

Engine = Literal["local", "dask"]


def starting(
    engine: Engine | None, scheduler: str | None, workers: int | None, spec: CourseSpec
) -> Start:
    """What starts graders.

    Args:
        engine, scheduler: the command line's; None: course.yaml's.
        workers: how many processes the command line asks for on this machine.

    Raises:
        UsageError: these do not fit together, or the scheduler's address is none.
        MissingFacility: Dask is not installed, or there are no certificates for the address.
    """
    if (engine or spec.engine) == "local":
        if scheduler is not None:
            raise UsageError("--scheduler is for --engine dask", remedy="add --engine dask")
        return graders
    address = scheduler or spec.scheduler
    if address is None:
        raise UsageError(
            "grading with Dask needs the address of its scheduler",
            remedy="add --scheduler tcp://127.0.0.1:8786, or `scheduler:` in course.yaml",
        )
    if workers is not None:
        raise UsageError(
            "--workers is for --engine local",
            remedy="how many grade is decided where the workers are started: `dask worker "
            "--nthreads N`",
        )
    if importlib.util.find_spec("distributed") is None:
        raise MissingFacility("dask.distributed is not installed", remedy=INSTALL_DASK)
    from gradeprop.grading.run.cluster.engine import checked, cluster_graders

    checked(address)  # also where nothing turns out to be due, and nobody is asked

    def start(_: Facilities, _workers: int) -> AbstractContextManager[Graders]:
        return cluster_graders(address, _tell)

    return start


def devices_for(start: Start, asked: str, course_devices: tuple[str, ...]) -> tuple[str, ...]:
    """The devices for ``--device``. What the workers of a scheduler have is not seen from here, so
    there the GPU is used if it is asked for by name.

    Raises:
        MissingFacility: a GPU of this machine is asked for, and there is none.
    """
    if start is graders:
        return chosen_devices(asked, course_devices)
    return ("cpu", "cuda") if asked == "cuda" else ("cpu",)


def _tell(sentence: str) -> None:
    screen.err().print(screen.plain(sentence), soft_wrap=True)
