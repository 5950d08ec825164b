"""A sample is asked in the process that stands there where its calls leave nothing, else in a copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from course.minimal import EXERCISE, write_course
from gradeprop.course.keys import PartKey
from gradeprop.course.load import load_course
from gradeprop.gradients.values import TensorState
from gradeprop.grading.checks.script import Script
from gradeprop.grading.run.publish import release_of
from gradeprop.grading.run.samples import Samples
from gradeprop.grading.run.settled import leaves_nothing
from gradeprop.session.interface import Call, CellSource, Define, Limits, Missing, Raised, Returned

PART = PartKey("square_derivative", "by_hand")
MISCONCEPTIONS = """\
    misconceptions:
      - id: plain
        say: Three.
        sample: |
          def three():
              return 3.0
          def d_square(w):
              return three() * w
      - id: needs_three
        say: What is three?
        sample: |
          def d_square(w):
              return three() * w
      - id: counts
        say: It counts.
        sample: |
          asked = []
          def d_square(w):
              asked.append(w)
              return w * len(asked)
"""


@pytest.fixture
def samples(tmp_path: Path, sandbox: Any) -> Any:
    write_course(tmp_path)
    text = (tmp_path / EXERCISE).read_text()
    (tmp_path / EXERCISE).write_text(text[: text.index("    misconceptions:")] + MISCONCEPTIONS)
    course = load_course(tmp_path)
    assignment = course.assignments[0]
    found = Samples(course, assignment, release_of(course, assignment), {"cpu": sandbox})
    yield found
    found.close()


def asked(samples: Samples, name: str) -> Any:
    asks = [Call("d_square", (TensorState(torch.tensor(2.0)),))] * 2
    ((first, second),) = samples.of(PART, name, "cpu", Script(tuple(asks), ()))
    return first, second


def numbers(outcomes: Any) -> list[float]:
    assert all(isinstance(item, Returned) for item in outcomes), outcomes
    return [float(item.value.value) for item in outcomes]


@pytest.mark.parametrize("again", range(3))
def test_one_sample_leaves_nothing_to_the_next(samples: Samples, again: int) -> None:
    for _ in range(again + 1):
        assert numbers(asked(samples, "plain")) == [6.0, 6.0]
        missing, _second = asked(samples, "needs_three")
        assert isinstance(missing, Raised)
        assert missing.type_name == "NameError"
        assert numbers(asked(samples, "counts")) == [2.0, 4.0]


@pytest.mark.parametrize(
    ("source", "nothing"),
    [
        ("def f(x):\n    return 3 * x", True),
        ("def f(x):\n    return g(x)\ndef g(x):\n    return x", True),
        ("seen = []\ndef f(x):\n    seen.append(x)\n    return x", False),
        ("def f(x, seen=[]):\n    seen.append(x)\n    return x", False),
        ("def f(x):\n    f.calls = 1\n    return x", False),
        ("def f(x):\n    return torch.rand(1)", False),
        ("def f(x):\n    torch.set_default_dtype(torch.float64)\n    return x", False),
        ("def given(x):\n    return x\ndef f(x):\n    return given(x)", False),
        ("def f(x:\n", False),
    ],
)
def test_which_samples_leave_nothing(source: str, nothing: bool) -> None:
    before = ["import torch", "def given(x):\n    return 2 * x"]
    assert leaves_nothing(before, source, ["f"]) is nothing


def test_before_cells_that_are_no_plain_python_nothing_is_known() -> None:
    assert not leaves_nothing(["!true"], "def f(x):\n    return x", ["f"])


def test_the_process_that_stands_there_has_its_names_back(sandbox: Any) -> None:
    with sandbox.open(limits=Limits(), seed=1) as session:
        session.run(CellSource("def f():\n    return 1\ndef g():\n    return f()", "cell"))
        place = session.mark()
        answers = session.recall([Define("def f():\n    return 2"), Call("g")], at=place)
        assert answers is not None
        assert isinstance(answers[1], Returned)
        assert answers[1].value == 2
        answers = session.recall([Define("h = 1"), Call("g")], at=place)
        assert answers is not None
        assert isinstance(answers[1], Returned)
        assert answers[1].value == 1
        assert session.ask([Call("h")]) == [Missing("h")]
