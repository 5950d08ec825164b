"""The exercise that the guide shows is a whole one: it loads, and its grader is proven."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
import torch

from cli.conftest import gradeprop
from course.minimal import write_course
from gradeprop.course.known_ids import CAUSES
from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.judge import judge
from gradeprop.grading.checks.script import Reference, Script
from gradeprop.grading.checks.student import Student
from gradeprop.session.interface import Returned
from gradeprop.session.kernel import KernelSession

GUIDE = Path(__file__).parents[2] / "docs" / "writing-exercises.md"


def files_of_the_guide() -> Any:
    """Each heading names a file; the first code block under it is its content."""
    heading = r"^## [^\n`]*`((?:exercises|solutions|graders)/[^\n`]+)`$"
    block = r"^```\w+\n(.*?)^```$"
    return dict(
        re.findall(
            f"{heading}.*?{block}", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
    )


@pytest.mark.slow
def test_the_guides_exercise_is_proven(tmp_path: Path) -> None:
    files = files_of_the_guide()
    assert len(files) == 3
    yaml = next(name for name in files if name.endswith(".yaml"))
    files[yaml] = files[yaml].partition("\n")[2]  # the schema it names is not in this course
    root = write_course(tmp_path, files)
    course = root / "course.yaml"
    course.write_text(
        course.read_text().replace("- explain_sign", "- explain_sign\n      - slope_of_cube")
    )
    done = gradeprop("verify", "slope_of_cube", "--isolation", "none", cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3" in done.stdout


CUBE = """
import torch
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k):
        ctx.save_for_backward(x)
        ctx.k = k
        return k * x**3
    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        return upstream * 3 * ctx.k * x**2, None
"""


def test_the_guides_harnesses_do_what_it_says(tmp_path: Path) -> None:
    """The first is right of a right answer; the trap is taken in by a fake, the Jacobian is not."""
    blocks = re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text("utf-8"), re.M | re.S)
    grader = next(text for text in blocks if "def through(" in text)
    trap = next(text for text in blocks if "def trap(" in text)
    path = tmp_path / "test_guide.py"
    path.write_text(grader + trap)
    module = module_at(path)
    student, reference = Student("cpu"), Reference(bytes(32), "cpu", {}, {})
    module.test_gradient_of_the_cube(student, reference)
    x = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
    for harness in (module.trap, module.jacobian):
        student.run(harness, student.name("Cube"), x)
    script = Script(tuple(student.asks), tuple(reference.probes))
    names: dict[str, Any] = {}
    exec(CUBE, names)
    right = KernelSession(names).ask(script.asks)
    assert judge(script, right, public=True, declared={}).status == "passed"
    fakes = (
        "torch.autograd.gradcheck = lambda *_: True\nclass Cube:\n    apply = lambda x, k: x * 0"
    )
    gradcheck = torch.autograd.gradcheck
    try:
        exec(fakes, names)
        _, faked, jacobian = KernelSession(names).ask(script.asks)
    finally:
        torch.autograd.gradcheck = gradcheck
    assert isinstance(right[1], Returned)
    assert isinstance(faked, Returned)
    assert right[1].value is faked.value is True
    assert isinstance(right[2], Returned)
    assert isinstance(jacobian, Returned)
    assert isinstance(right[2].value, TensorState)
    assert isinstance(jacobian.value, TensorState)
    assert not torch.equal(right[2].value.value, jacobian.value.value)


def module_at(path: Path) -> Any:
    spec = spec_from_file_location("guide", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_guide_names_every_cause_of_the_engine() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert [cause for cause in CAUSES if f"`{cause}`" not in text] == []
