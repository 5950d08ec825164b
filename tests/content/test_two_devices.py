# ruff: noqa: ARG002 - an Examiner is asked with more than this one needs
"""The course's graders on a device that is not the one where Python makes its tensors."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from content.conftest import ASSIGNMENTS
from content.two_devices import TwoDevices
from course.shipped import shipped
from gradeprop.grading.checks.plugin import GradingPlugin
from gradeprop.grading.checks.pytest_run import run_pytest
from gradeprop.grading.checks.seeds import public_seed
from gradeprop.grading.checks.sites import check_sites
from gradeprop.grading.checks.watch import Watch


class Writer:
    """An `Examiner` that has every check written, and its known wrong answers worked out."""

    subjects = 1

    def __init__(self) -> None:
        self.watch = Watch()
        self.written: list[str] = []
        self.faults: dict[str, str] = {}

    def wanted(self, site: Any) -> bool:
        return not site.check.voided

    def seed(self, subject: int, site: Any, attempt: int) -> bytes:
        return public_seed(*site.key, attempt)

    def prerequisite(self, subject: int, site: Any, device: str) -> None:
        return None

    def foresee(self, checks: Any) -> None: ...

    def examine(self, subject: int, site: Any, device: str, write: Any) -> None:
        for probe in write(0).probes:
            list(probe.alternatives.values())
        self.written.append(site.check.check)

    def fault(self, subject: int, site: Any, device: str, error: str) -> None:
        self.faults[f"{site.exercise.slug}.{site.check.check}"] = error.strip()

    def finished(self, subject: int) -> None: ...


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_graders_make_no_tensor_elsewhere_than_on_the_graded_device(assignment: str) -> None:
    course = shipped()
    (loaded,) = (item for item in course.assignments if item.id == assignment)
    writer = Writer()
    plugin = GradingPlugin(course, loaded, ("cpu",), writer)
    with TwoDevices():
        errors = run_pytest(course, loaded.exercises, plugin)
    assert not errors
    assert not writer.faults
    assert len(writer.written) >= len(list(check_sites(loaded)))


def test_two_devices_are_not_mixed() -> None:
    with TwoDevices():
        x = torch.linspace(0, 1, 3)
        there = torch.ones(3).to("cpu")
        with pytest.raises(RuntimeError, match="same device"):
            x + there
        with pytest.raises(RuntimeError, match="same device"):
            torch.stack([there, x.copy_(there)])
        assert (there * torch.tensor(2.0) + x.to("cpu")).shape == (3,)
        assert torch.ones(3, device=there.device).add(there).sum() == 6
