"""What of a grader travels to the student's side, and what is refused."""

from __future__ import annotations

import ast
from textwrap import dedent
from typing import Any

import pytest
import torch

from gradeprop.course.harness import PythonFile, travelling

HEAD = """\
import math
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from gradeprop.gradients import Fixed
from graders.shared.room import slope, renamed as other
from graders.shared.nowhere import lost
"""
ROOM = """\
import torch

HALF = 0.5

def slope(f, x):
    return _inner(f, x) * HALF

def _inner(f, x):
    return f(x)

def renamed():
    return 1
"""


def a_file(text: str, path: str = "graders/a/test_f.py") -> PythonFile:
    return PythonFile(path, text, ast.parse(text))


def packed(text: str, name: str = "harness") -> Any:
    shared = {"room": a_file(ROOM, "graders/shared/room.py")}
    return travelling(name, a_file(HEAD + dedent(text)), shared)


def run(text: str, *arguments: Any) -> Any:
    found = packed(text)
    assert not found.refused, list(map(str, found.refused))
    module: dict[str, Any] = {}
    exec(found.source, module)
    return module["harness"](*arguments)


TRAVELS = [
    ("def harness(x): return torch.sin(x) + math.pi - math.pi", torch.sin(torch.ones(1))),
    ("def harness(x): return F.relu(nn.Identity()(x))", torch.ones(1)),
    ("def harness(x): return twice(x)\ndef twice(x): return x * TWO\nTWO = 2.0", torch.full((1,), 2.0)),
    ("X = torch.tensor([3.0])\ndef harness(x, y=X): return y", torch.tensor([3.0])),
    ("A = 1; B = A + 1\ndef harness(x): return x * B", torch.full((1,), 2.0)),
    ("STEPS = [0.1**n for n in range(2)]\ndef harness(x): return x * STEPS[0]", torch.ones(1)),
    ("def harness(x): return slope(abs, x)", torch.full((1,), 0.5)),
    ("def harness(x: Fixed) -> 'Nowhere': return x", torch.ones(1)),
    ("def harness(x):\n    from torch.nn import Identity\n    return Identity()(x)", torch.ones(1)),
    ("@torch.no_grad()\ndef harness(x): return x * 1", torch.ones(1)),
    ("class Base:\n    k = 2\nclass Mine(Base):\n    n = 2.0\ndef harness(x): return x * Mine.k", torch.full((1,), 2.0)),
    ("def harness(x): return [y for y in [x]][0] if x is not None else harness(x)", torch.ones(1)),
    ("def harness(x):\n    def inner(y): return y * x\n    return inner(1.0)", torch.ones(1)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "result"), TRAVELS)
def test_what_a_function_names_travels_along(text: str, result: torch.Tensor) -> None:
    assert torch.equal(run(text, torch.ones(1)), result)


def test_nothing_else_of_the_file_travels() -> None:
    source = packed(
        "SECRET = 42\n# the answer\ndef harness(x): return x\ndef test_f(): SECRET"
    ).source
    assert source == "from __future__ import annotations\ndef harness(x): return x\n"


REFUSED = [
    ("def harness(x): return np.sin(x)",
     "graders/a/test_f.py:9:24: 'harness' runs on the student's side and names 'np' of 'import "
     "numpy as np', which does not travel; only torch and math do"),
    ("def harness(x): return Fixed(x)", "names 'Fixed' of 'from gradeprop.gradients import Fixed'"),
    ("def harness(x): return Cube(x)",
     "names 'Cube', which this file does not define; pass it as an argument: an object of the "
     "student's is student.name('Cube')"),
    ("def harness(x): return student.call('f', x)", "names 'student', which this file does not"),
    ("R = torch.rand(3)\ndef harness(x): return R", "names 'R', which is not a constant"),
    ("A, B = 1, 2\ndef harness(x): return A", "names 'A', which is not a constant"),
    ("for n in [1]:\n    pass\ndef harness(x): return n", "names 'n', which is not a constant"),
    ("N = 1\nN = 2\ndef harness(x): return N", "names 'N', which is bound more than once"),
    ("N = 1\nN += 1\ndef harness(x): return N", "names 'N', which is bound more than once"),
    ("def harness(x):\n    import copy\n    return x",
     "graders/a/test_f.py:10:5: 'harness' runs on the student's side and says 'import copy'; only "
     "torch and math may be imported there"),
    ("def harness(x): return two(x)\ndef two(x): return np.cos(x)",
     "graders/a/test_f.py:10:20: 'harness' runs on the student's side and names 'np'"),
    ("def harness(x): return lost(x)",
     "names 'lost' of graders/shared/nowhere.py, which is not there; write graders/shared/nowhere"),
    ("def harness(x): return other()", "names 'renamed' by another name; write from graders.shared"),
    ("HALF = 3\ndef harness(x): return slope(x, HALF)",
     "names 'HALF', which means two things in two files; rename one of them"),
    ("@np.vectorize\ndef harness(x): return x", "names 'np'"),
    ("def harness(x, y=np.pi): return x", "names 'np'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_what_does_not_travel_is_refused_by_name(text: str, said: str) -> None:
    (problem,) = packed(text).refused
    assert said in str(problem)


def test_what_a_shared_file_builds_on_comes_before_it() -> None:
    files = {
        "base": a_file(
            "from graders.shared.numbers import N\nclass Base:\n    n = N\n",
            "graders/shared/base.py",
        ),
        "numbers": a_file("N = 5\n", "graders/shared/numbers.py"),
    }
    text = (
        "from graders.shared.base import Base\nfrom graders.shared.numbers import N\n"
        "class Mine(Base):\n    m = N\ndef harness(): return Mine.n + Mine.m\n"
    )
    found = travelling("harness", a_file(text), files)
    module: dict[str, Any] = {}
    exec(found.source, module)
    assert module["harness"]() == 10


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_python_ends_them(end: str) -> None:
    lines = ["X = 'a\fb\u2028'", "@staticmethod", "def harness():", "    return X", "Y = 1"]
    found = travelling("harness", a_file(end.join(lines)), {})
    assert found.source.splitlines(keepends=False)[-1] == "    return X"
    module: dict[str, Any] = {}
    exec(found.source, module)
    assert module["harness"].__func__() == "a\fb\u2028"
