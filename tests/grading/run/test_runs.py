"""Classes of the student's, asked about by the grader's own code in the sandbox and in the kernel."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from course.minimal import EXERCISE, GRADER, SOLUTION, course_files, write_course
from gradeprop.grading.public.checking import PublicChecks
from gradeprop.grading.run.publish import record_public_checks
from gradeprop.session.kernel import KernelSession
from grading.conftest import Classroom, part_of

CUBE = """\
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
UPSTREAM_DROPPED = CUBE.replace("upstream * 3", "3")
K_DROPPED = CUBE.replace("3 * ctx.k", "3")
TEXTS = {
    SOLUTION: f"# %% part: by_hand\n{CUBE}",
    "graders/shared/functions.py": """\
import torch

SECRET_SCALE = 4.0


def through(cube, x, upstream):
    y = cube.apply(x, SECRET_SCALE)
    (grad,) = torch.autograd.grad(y, x, upstream)
    return {"value": y, "grad": grad}
""",
    GRADER: """\
import torch

from gradeprop.gradients import Fixed
from graders.shared.functions import SECRET_SCALE, through


def jacobian(cube, x):
    return torch.autograd.functional.jacobian(lambda a: cube.apply(a, SECRET_SCALE), x)


def ask(student, reference, x):
    upstream = torch.full_like(x, 5.0)
    x.requires_grad_()
    right = {"value": SECRET_SCALE * x**3, "grad": 3 * SECRET_SCALE * x**2 * upstream}
    dropped = {**right, "grad": 3 * SECRET_SCALE * x**2}
    got = student.run(through, student.name("Cube"), x, upstream)
    reference.expect(got).to_match(Fixed(right, {"upstream_ignored": dropped}))


def test_shape(student, reference, device):
    ask(student, reference, torch.tensor([1.0, -2.0], dtype=torch.float64))


def test_matches_autograd(student, reference, device):
    x = reference.inputs((3,), dtype="float64", avoid=(0, 1))
    ask(student, reference, x)
    right = torch.diag(3 * SECRET_SCALE * x.detach() ** 2)
    reference.expect(student.run(jacobian, student.name("Cube"), x)).to_match(
        Fixed(right, {"upstream_ignored": []})
    )
""",
}


@pytest.fixture
def cubes(tmp_path: Path, sandbox: Any) -> Any:
    text = course_files()[EXERCISE]
    text = re.sub(
        r"(?s)    starter:.*?    hints",
        "    starter: |\n      class Cube(torch.autograd.Function):\n          ...\n    hints",
        text,
    )
    text = re.sub(r"(?s)    misconceptions:.*", "    misconceptions:\n", text)
    text += misconception("upstream_ignored", UPSTREAM_DROPPED) + misconception(
        "k_dropped", K_DROPPED
    )
    return Classroom(write_course(tmp_path, {**TEXTS, EXERCISE: text}), sandbox)


def misconception(name: str, sample: str) -> str:
    lines = "".join(f"          {line}\n" for line in sample.splitlines())
    return f"      - id: {name}\n        say: {name} it is.\n        sample: |\n{lines}"


def graded(cubes: Any, answer: str, *later: str) -> Any:
    book = json.loads(cubes.notebook(square_derivative__by_hand=answer))
    for source in later:
        book["cells"].append(
            {"cell_type": "code", "id": f"later{len(book['cells'])}", "metadata": {}, "source": source,
             "outputs": [], "execution_count": None}
        )  # fmt: skip
    return part_of(cubes.grade_one(json.dumps(book).encode()), "square_derivative", "by_hand")


def test_a_class_earns_its_points(cubes: Any) -> None:
    part = graded(cubes, CUBE)
    assert [check.status for check in part.checks] == ["passed", "passed"]
    assert part.score == 3


def test_a_wrong_answer_to_the_graders_code_is_asked_again_at_its_place(cubes: Any) -> None:
    """The code may ask for anything of torch: nobody can tell that no later cell is to blame."""
    for answer, again in ((CUBE, 0), (UPSTREAM_DROPPED, 1)):
        result = cubes.grade_one(cubes.notebook(square_derivative__by_hand=answer))
        assert result.timing.asked_again == again


def test_its_mistake_is_named(cubes: Any) -> None:
    part = graded(cubes, UPSTREAM_DROPPED)
    assert part.score == 0
    assert part.checks[0].misconception == "upstream_ignored"


def test_a_mistake_that_only_its_sample_shows_is_named(cubes: Any) -> None:
    """The sample's class is asked by the same code of the grader's."""
    part = graded(cubes, K_DROPPED.replace("ctx.k = k", "ctx.k = float(k)"))
    assert part.checks[0].misconception == "k_dropped"


@pytest.mark.parametrize(
    "later",
    ["Cube = None", "Cube.apply = None", "torch.autograd.grad = None", "class Cube: pass"],
)
def test_a_later_cell_costs_a_class_nothing(cubes: Any, later: str) -> None:
    assert graded(cubes, CUBE, later).score == 3


@pytest.mark.parametrize(
    "later", [f"Cube.backward = staticmethod(lambda c, u: None)\n{CUBE}", CUBE]
)
def test_a_class_that_comes_later_earns_nothing(cubes: Any, later: str) -> None:
    assert graded(cubes, UPSTREAM_DROPPED, later).score == 0
    assert graded(cubes, "pass", later).checks[0].misconception == "missing_name"


HIDDEN_ONLY = (
    "class Cube(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x, k):\n"
    "        if x.numel() == 3:\n            raise ValueError(f'{x} {k}')\n"
    "        ctx.save_for_backward(x)\n        ctx.k = k\n        return k * x**3\n"
    "    @staticmethod\n    def backward(ctx, upstream):\n        (x,) = ctx.saved_tensors\n"
    "        return upstream * 3 * ctx.k * x**2, None\n"
)


def test_a_hidden_run_shows_nothing_of_itself(cubes: Any) -> None:
    shown, hidden = graded(cubes, HIDDEN_ONLY).checks
    assert shown.status == "passed"
    assert hidden.message == (
        "`Cube` raised ValueError in line 5 of your cell on inputs that you cannot see. Try it "
        "with other values, shapes and dtypes, and with tensors that require grad."
    )
    assert "run: through(Cube, " in (hidden.detail or "")


def test_a_hidden_run_that_fails_by_itself_has_no_line(cubes: Any) -> None:
    only_public = HIDDEN_ONLY.replace("raise ValueError(f'{x} {k}')", "return None")
    hidden = graded(cubes, only_public).checks[1]
    assert hidden.status == "failed"
    assert " line " not in hidden.message
    assert not {"through", "apply", "4.0", "shared"} & set(re.findall(r"[\w.]+", hidden.message))


def test_a_run_that_says_yes_is_compared_and_not_believed(cubes: Any) -> None:
    """Student code can replace what the grader's own code calls; it cannot know the numbers."""
    fakes = (
        "class Cube:\n    @staticmethod\n    def apply(x, k):\n        return x * 0\n"
        "torch.autograd.gradcheck = lambda *_, **__: True\n"
        "torch.autograd.grad = lambda y, x, u: (x * 0 + 1,)\n"
        "torch.autograd.functional.jacobian = lambda f, x: True\n"
    )
    assert graded(cubes, fakes).score == 0


def test_gp_check_runs_it_in_the_kernel(cubes: Any) -> None:
    public = record_public_checks(cubes.course, cubes.assignment)
    text = json.dumps(public)
    assert "def through" in text
    assert "def jacobian" not in text
    checks = PublicChecks()
    checks.load(text)
    for answer, earned in ((CUBE, 3.0), (UPSTREAM_DROPPED, 0.0)):
        names: dict[str, Any] = {}
        exec(f"import torch\n{answer}", names)
        (report,) = checks.report("square_derivative", None, KernelSession(names))
        assert report.earned == earned
    judgement = report.checks[0].judgement
    assert judgement.misconception == "upstream_ignored"
    assert judgement.rows[0].expression.startswith("run: through(Cube, [1.0, -2.0]")
