"""All that the kit uses of the product is imported here: when a module moves, this file follows.

`counting`, `landlock`, `layers` and `syscalls` are given as modules, since `leave_out` changes
copies of them.
"""

from __future__ import annotations

from gradeprop.course.keys import PartKey
from gradeprop.course.limits import Limits
from gradeprop.course.load import load_course
from gradeprop.course.model import LoadedAssignment
from gradeprop.errors import GradepropError
from gradeprop.grading.verify import filled_in
from gradeprop.notebook.release import release_model
from gradeprop.notebook.render import to_notebook
from gradeprop.session.grader import counting
from gradeprop.session.grader.sandbox import ProcessSandbox, open_sandbox
from gradeprop.session.interface import CellOutcome, CellSource, Session
from gradeprop.session.isolation import landlock, layers, syscalls
from gradeprop.session.isolation.filters import build_filters
from gradeprop.session.isolation.gpu import driver_folders, gpu_devices
from gradeprop.session.isolation.interpreter import package_paths
from gradeprop.session.isolation.launch import closed_to_others, sandbox_uid
from gradeprop.session.isolation.layers import Layers
from gradeprop.session.isolation.survey import layers_for

__all__ = [
    "CellOutcome",
    "CellSource",
    "GradepropError",
    "Layers",
    "Limits",
    "LoadedAssignment",
    "PartKey",
    "ProcessSandbox",
    "Session",
    "build_filters",
    "closed_to_others",
    "counting",
    "driver_folders",
    "filled_in",
    "gpu_devices",
    "landlock",
    "layers",
    "layers_for",
    "load_course",
    "open_sandbox",
    "package_paths",
    "release_model",
    "sandbox_uid",
    "solution_keys",
    "syscalls",
    "to_notebook",
    "without_starting_cuda",
]


def solution_keys(assignment: LoadedAssignment) -> dict[PartKey, str]:
    """The source that answers each part."""
    return {
        PartKey(exercise.slug, part): source
        for exercise in assignment.exercises
        for part, source in exercise.solution.items()
    }


def without_starting_cuda(box: ProcessSandbox) -> None:
    """From now on sessions of ``box`` leave it to their cells to start CUDA, behind its layers."""
    assert hasattr(box, "_gpu"), "ProcessSandbox keeps this elsewhere now"
    box._gpu = False
