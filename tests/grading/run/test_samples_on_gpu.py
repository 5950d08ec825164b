"""Where a check fails on the CPU, too, samples are asked there: on a GPU each costs a process with a
context of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from course.minimal import EXERCISE, write_course
from gradeprop.gradients.inputs import Inputs
from gradeprop.gradients.values import TensorState
from gradeprop.grading.run.paper import Setting
from gradeprop.session.interface import Ask, Call, CellSource, Code, Read, Returned, Run, moved
from grading.conftest import KEY, Classroom, part_of

MISCONCEPTIONS = """\
    misconceptions:
      - id: cubed
        say: That is the derivative of something else.
        sample: |
          def d_square(w):
              return 3 * w ** 2
      - id: halved
        say: Half of it.
        sample: |
          def d_square(w):
              return w
      - id: moved
        say: What is moved is a copy, and the gradient stays with what was moved.
        sample: |
          def d_square(w):
              x = w.detach().requires_grad_()
              y = x.to(x.dtype)
              (y ** 2).sum().backward()
              return y.grad
"""
CUBED = "def d_square(w):\n    return 3 * (w * w)"
UNKNOWN = "def d_square(w):\n    return 7 * w + 1"
RIGHT = "def d_square(w):\n    return w + w"
CUBED_OF_COPY = """\
def d_square(w):
    x = w.detach().requires_grad_()
    y = x.to(x.dtype)
    loss = (y * y * y).sum()
    loss.backward()
    return y.grad
"""
COPIES = """\
import torch
_to = torch.Tensor.to
torch.Tensor.to = lambda self, *given, **how: _to(self, *given, **{**how, "copy": True})
"""


@pytest.fixture(autouse=True)
def inputs_are_drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graders draw hidden inputs on the check's device."""
    drawn = Inputs.draw
    monkeypatch.setattr(
        Inputs, "draw", lambda *given, **how: drawn(*given, **{**how, "device": "cpu"})
    )


class OnGpu:
    """A sandbox that stands for one with a GPU where there is none: what is asked there is asked
    here, and tensors come back as from there.

    Args:
        factor: of every number that comes back, as if the device computed something else.
        before: a cell to run in each session, before any other.
    """

    level = "full"

    def __init__(self, sandbox: Any, factor: float = 1.0, before: str = "") -> None:
        self._sandbox = sandbox
        self._factor = factor
        self._before = before
        self.opened = 0

    def open(self, **how: Any) -> Any:
        self.opened += 1
        session = self._sandbox.open(**how)
        session.run(CellSource(self._before, "before", None))
        return _Session(session, self._factor)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sandbox, name)


class _Session:
    def __init__(self, session: Any, factor: float) -> None:
        self._session = session
        self._factor = factor

    def ask(self, asks: Sequence[Ask], **how: Any) -> Any:
        return self._from_there(self._session.ask(_here(asks), **how))

    def recall(self, asks: Sequence[Ask], **how: Any) -> Any:
        return self._from_there(self._session.recall(_here(asks), **how))

    def _from_there(self, outcomes: Any) -> Any:
        return outcomes and [self._marked(outcome) for outcome in outcomes]

    def _marked(self, outcome: Any) -> Any:
        if not isinstance(outcome, Returned) or not isinstance(outcome.value, TensorState):
            return outcome
        value = replace(outcome.value, value=outcome.value.value * self._factor, device="cuda:0")
        return replace(outcome, value=value)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


def _here(asks: Sequence[Ask]) -> list[Ask]:
    return [moved(ask, "cuda", "cpu") for ask in asks]


def graded(root: Path, sandbox: Any, gpu: OnGpu, answer: str) -> dict[tuple[str, str], str | None]:
    """The status of each check by its name and device, or its cause if it has one."""
    write_course(root)
    text = (root / EXERCISE).read_text()
    (root / EXERCISE).write_text(text[: text.index("    misconceptions:")] + MISCONCEPTIONS)
    room = Classroom(root, sandbox)
    devices = {"cpu": sandbox, "cuda": gpu}
    room.setting = Setting(
        room.course, room.assignment, room.release, KEY, ("cpu", "cuda"), devices
    )
    result = room.grade_one(room.notebook(square_derivative__by_hand=answer))
    room.setting.close()
    part = part_of(result, "square_derivative", "by_hand")
    return {(item.check, item.device): item.misconception or item.status for item in part.checks}


def test_right_work_is_right_on_both(tmp_path: Path, sandbox: Any) -> None:
    found = graded(tmp_path, sandbox, OnGpu(sandbox), RIGHT)
    assert len(found) == 4
    assert set(found.values()) == {"passed"}


@pytest.mark.parametrize(("answer", "cause"), [(CUBED, "cubed"), (UNKNOWN, "failed")])
def test_what_is_wrong_on_both_is_explained_without_a_sample_on_the_gpu(
    tmp_path: Path, sandbox: Any, answer: str, cause: str
) -> None:
    right = OnGpu(sandbox)
    graded(tmp_path / "right", sandbox, right, RIGHT)
    gpu = OnGpu(sandbox)
    found = graded(tmp_path / "wrong", sandbox, gpu, answer)
    assert {
        (name, device): said for (name, device), said in found.items() if said != "skipped"
    } == {
        ("shape", "cpu"): cause,
        ("shape", "cuda"): cause,
    }
    assert gpu.opened <= right.opened + 1  # the wrong answer is asked once more, at its own place


def test_what_is_wrong_on_the_gpu_alone_is_asked_there(tmp_path: Path, sandbox: Any) -> None:
    gpu = OnGpu(sandbox, factor=0.5)
    found = graded(tmp_path, sandbox, gpu, RIGHT)
    assert found["shape", "cpu"] == "passed"
    # What is right in itself is halved there as well; asked on the CPU it would fit nothing.
    assert found["shape", "cuda"] == "moved"
    assert gpu.opened > 2


def test_what_is_wrong_in_another_way_on_the_gpu_is_asked_there(
    tmp_path: Path, sandbox: Any
) -> None:
    """Moving to a GPU makes a copy, and moving to the CPU none: what explains the one failure does
    not explain the other, nor do its samples do the same on both."""
    gpu = OnGpu(sandbox, before=COPIES)
    found = graded(tmp_path, sandbox, gpu, CUBED_OF_COPY)
    assert found["shape", "cpu"] == "cubed"
    assert found["shape", "cuda"] == "moved"


def test_all_that_is_on_a_device_moves_and_nothing_else() -> None:
    state = TensorState(torch.ones(2), "cuda", requires_grad=True)
    kept = TensorState(torch.ones(2))
    code = Code("f", "def f(): ...")
    asked = Call("f", ([state, ("cuda", 1)], {"a": kept, "b": state}, code), {"device": "cuda"})
    found: Any = moved(asked, "cuda", "cpu")
    (first, (name, number)), named, function = found.arguments
    assert (first.device, first.requires_grad, name, number) == ("cpu", True, "cpu", 1)
    assert first.value is state.value
    assert (named["a"], named["b"].device, function) == (kept, "cpu", code)
    assert found.keywords == {"device": "cpu"}
    ran: Any = moved(Run(code, (state,)), "cuda", "cpu")
    assert ran.arguments[0].device == "cpu"
    assert moved(Read("w"), "cuda", "cpu") == Read("w")
