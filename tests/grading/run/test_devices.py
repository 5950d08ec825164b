"""Which devices are graded on, and grading on a GPU where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from gradeprop.course.load import load_course
from gradeprop.errors import MissingFacility
from gradeprop.grading.run import devices
from gradeprop.grading.run.paper import Setting
from gradeprop.grading.run.publish import release_of
from gradeprop.grading.verify import trials, verify
from gradeprop.session.grader.sandbox import open_sandbox
from gradeprop.session.isolation import gpu

NO_GPU = not devices.gpu_present()


@pytest.mark.parametrize(
    ("asked", "course", "gpu", "expected"),
    [
        ("auto", ("cpu",), True, ("cpu",)),
        ("auto", ("cpu", "cuda"), True, ("cpu", "cuda")),
        ("auto", ("cpu", "cuda"), False, ("cpu",)),
        ("cpu", ("cpu", "cuda"), True, ("cpu",)),
        ("cuda", ("cpu",), True, ("cpu", "cuda")),
    ],
)
def test_the_cpu_always_and_the_gpu_where_asked_and_present(
    monkeypatch: pytest.MonkeyPatch, asked: str, course: Any, gpu: bool, expected: Any
) -> None:
    monkeypatch.setattr(devices, "gpu_present", lambda: gpu)
    assert devices.chosen_devices(asked, course) == expected


def test_a_gpu_that_is_asked_for_and_absent_is_a_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(devices, "gpu_present", lambda: False)
    with pytest.raises(MissingFacility, match="there is no GPU") as error:
        devices.chosen_devices("cuda", ("cpu",))
    assert error.value.exit_code == 3


@pytest.mark.skipif(NO_GPU, reason="this machine has no GPU that torch can use")
def test_the_course_is_proven_on_the_gpu() -> None:
    course = load_course(Path(__file__).parents[3])
    with open_sandbox("auto") as cpu, open_sandbox("auto", device="cuda") as cuda:
        for assignment in course.assignments:
            setting = Setting(
                course,
                assignment,
                release_of(course, assignment),
                b"k" * 32,
                ("cpu", "cuda"),
                {"cpu": cpu, "cuda": cuda},
            )
            proofs = verify(setting, trials(setting, assignment.exercises))
            assert [problem for proof in proofs for problem in proof.problems] == []


def test_what_keeps_cuda_from_starting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "gpu_devices", list)
    assert devices.why_no_gpu() is None
    monkeypatch.setattr(gpu, "gpu_devices", lambda: ["/dev/nvidia0"])
    monkeypatch.setattr(torch.version, "cuda", None)
    assert "built without CUDA" in devices.why_no_gpu()


@pytest.mark.skipif(not NO_GPU, reason="CUDA starts on this machine")
def test_cuda_is_tried_in_a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "gpu_devices", lambda: ["/dev/nvidia0"])
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    assert devices.why_no_gpu().startswith("there is a GPU, but CUDA does not start: ")
