"""A misconception is recognised by what its sample gives, and by nothing else the author wrote."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course.minimal import EXERCISE, GRADER, SOLUTION, write_course
from gradeprop.errors import GraderFault
from gradeprop.grading.run.samples import Samples
from gradeprop.session.interface import CellOutcome, Define
from gradeprop.session.messages import NO_MEMORY_HERE
from grading.conftest import Classroom, part_of

MISCONCEPTIONS = """\
    misconceptions:
      - id: cubed
        say: That is the slope of a cube.
        samples:
          - |
            def d_square(w):
                return 3 * w ** 2
          - |
            def d_square(w):
                return w * w * 3 + 1
      - id: halved
        say: Where is the 2?
        change: {"2 * w": "w"}
      - id: complains
        say: You need not refuse negative numbers.
        sample: |
          def d_square(w):
              if (w < 0).any():
                  raise ValueError("w must not be negative")
              return 2 * w
      - id: doubles_in_place
        say: Leave w as it is.
        sample: |
          def d_square(w):
              return w.mul_(2)
"""
READ_GRADER = """\
import torch

from gradeprop.gradients import Fixed


def test_shape(student, reference):
    reference.expect(student.value("grad")).to_match(Fixed(torch.tensor(6.0)))


def test_matches_autograd(student, reference):
    reference.expect(student.value("grad")).to_match(Fixed(torch.tensor(6.0)))
"""


def course_with(root: Path, sandbox: Any, misconceptions: str = MISCONCEPTIONS) -> Classroom:
    write_course(root)
    text = (root / EXERCISE).read_text()
    begin = text.index("    misconceptions:")
    (root / EXERCISE).write_text(text[:begin] + misconceptions)
    return Classroom(root, sandbox)


def judged(classroom: Classroom, answer: str) -> dict[str, str | None]:
    """The cause of each check that did not pass."""
    notebook = classroom.notebook(square_derivative__by_hand=textwrap.dedent(answer))
    part = part_of(classroom.grade_one(notebook), "square_derivative", "by_hand")
    return {item.check: item.misconception for item in part.checks if item.status == "failed"}


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ("def d_square(w):\n    three = 3\n    return three * (w * w)", "cubed"),
        ("def d_square(w):\n    return 3 * w.pow(2) + 1", "cubed"),
        ("def d_square(w):\n    return w + 0", "halved"),
        (
            "def d_square(w):\n    if w.min() < 0:\n        raise ValueError('w must not be negative')"
            "\n    return 2 * w",
            "complains",
        ),
        ("def d_square(w):\n    w *= 2\n    return w", "doubles_in_place"),
    ],
)
def test_an_answer_that_does_what_a_sample_does_is_called_so(
    tmp_path: Path, sandbox: Any, answer: str, cause: str
) -> None:
    found = judged(course_with(tmp_path, sandbox), answer)
    assert set(found.values()) == {cause}, found


@pytest.mark.parametrize(
    "answer",
    [
        "def d_square(w):\n    return 4 * w ** 2",
        "def d_square(w):\n    return 3 * w ** 2 + 2",
        "def d_square(w):\n    raise ValueError('w must be negative')",
        "def d_square(w):\n    raise TypeError('w must not be negative')",
        "def d_square(w):\n    return w * (w > 0)",
    ],
)
def test_what_no_sample_does_has_no_cause(tmp_path: Path, sandbox: Any, answer: str) -> None:
    found = judged(course_with(tmp_path, sandbox), answer)
    assert found
    assert not {"cubed", "halved", "complains", "doubles_in_place"} & set(found.values()), found


REBOUND = """\
    misconceptions:
      - id: rebound
        say: A tensor that is itself a result has no .grad.
        sample: |
          def d_square(w):
              v = w.detach().clone().requires_grad_()
              (v ** 2).sum().backward()
              v = v * 1
              return 1 * v.grad
"""


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("(v * v).sum().backward()\n    v = v + 0\n    return 1 * v.grad", "rebound"),
        ("loss = (v * v).sum()\n    return 1 * v.grad", "none_used"),
        ("slope = print\n    return 1 * slope(v)", "none_used"),
    ],
)
def test_an_error_that_comes_of_something_else_is_not_the_samples(
    tmp_path: Path, sandbox: Any, body: str, cause: str | None
) -> None:
    """The same words, but in the sample backward has run."""
    answer = f"def d_square(w):\n    v = w.detach().clone().requires_grad_()\n    {body}"
    found = judged(course_with(tmp_path, sandbox, REBOUND), answer)
    assert set(found.values()) == {cause}


def test_two_samples_that_give_the_same_name_nothing(tmp_path: Path, sandbox: Any) -> None:
    twin = MISCONCEPTIONS + (
        "      - id: also_halved\n        say: Another reason.\n        sample: |\n"
        "          def d_square(w):\n              return w * 1\n"
    )
    found = judged(course_with(tmp_path, sandbox, twin), "def d_square(w):\n    return w + 0")
    assert set(found.values()) == {None}


def course_whose_sample_needs_an_earlier_part(tmp_path: Path, sandbox: Any) -> Classroom:
    write_course(tmp_path)
    text = (tmp_path / EXERCISE).read_text()
    begin = text.index("  - part: by_hand")
    earlier = """\
  - part: factor
    kind: code
    prompt: Set `factor` to 2.
    starter: factor = None
    checks:
      - {check: is_two, points: 1, public: true, describe: It is 2.}
"""
    text = text[:begin] + earlier + text[begin : text.index("    misconceptions:")]
    text += """\
    misconceptions:
      - id: uses_it_wrongly
        say: Multiply by factor, and not by its square.
        sample: |
          def d_square(w):
              return factor ** 2 * w
"""
    (tmp_path / EXERCISE).write_text(text.replace("points: 3", "points: 4", 1))
    with (tmp_path / SOLUTION).open("a") as solution:
        solution.write("\n\n# %% part: factor\nfactor = 2\n")
    with (tmp_path / GRADER).open("a") as grader:
        grader.write(
            "\n\nfrom gradeprop.gradients import Fixed\n\n\n"
            "def test_is_two(student, reference):\n"
            '    reference.expect(student.value("factor")).to_match(Fixed(2))\n'
        )
    return Classroom(tmp_path, sandbox)


def test_a_sample_stands_after_the_solutions_of_earlier_parts(tmp_path: Path, sandbox: Any) -> None:
    classroom = course_whose_sample_needs_an_earlier_part(tmp_path, sandbox)
    found = judged(classroom, "def d_square(w):\n    return 4 * w")
    assert set(found.values()) == {"uses_it_wrongly"}


def test_cells_before_a_sample_that_were_cut_short_run_once_more(
    tmp_path: Path, sandbox: Any
) -> None:
    """The machine may have been busy, and what the sample gives is kept for the whole class."""
    classroom = course_whose_sample_needs_an_earlier_part(tmp_path, sandbox)
    short = Short(sandbox, 1, Slow)
    classroom.setting = replace(classroom.setting, for_samples={"cpu": short})
    found = judged(classroom, "def d_square(w):\n    return 4 * w")
    assert set(found.values()) == {"uses_it_wrongly"}


def test_of_a_name_that_is_read_the_evidence_must_agree_too(tmp_path: Path, sandbox: Any) -> None:
    """Both have 3.0; only one of them has had backward called."""
    write_course(tmp_path)
    (tmp_path / GRADER).write_text(READ_GRADER.replace('value("grad")', 'value("w").grad'))
    text = (tmp_path / EXERCISE).read_text()
    text = text[: text.index("    misconceptions:")].replace(
        "      def d_square(w):\n          ...", "      w = torch.tensor(3.0, requires_grad=True)"
    )
    text += """\
    misconceptions:
      - id: differentiated_w
        say: Differentiate w squared.
        sample: |
          w = torch.tensor(3.0, requires_grad=True)
          (3 * w).backward()
"""
    (tmp_path / EXERCISE).write_text(text)
    (tmp_path / SOLUTION).write_text(
        "# %% part: by_hand\nw = torch.tensor(3.0, requires_grad=True)\n(w ** 2).backward()\n"
    )
    classroom = Classroom(tmp_path, sandbox)
    start = "w = torch.tensor(3.0, requires_grad=True)\n"
    assert set(judged(classroom, start + "(w * 3.0).backward()").values()) == {"differentiated_w"}
    assert set(judged(classroom, start + "w.grad = torch.tensor(3.0)").values()) == {None}


def test_a_sample_cannot_reach_the_grader(tmp_path: Path, sandbox: Any) -> None:
    """It runs where student code runs, and what it leaves behind is gone with its copy."""
    hostile = """\
    misconceptions:
      - id: hostile
        say: No.
        samples:
          - |
            import os
            os._exit(3)
          - |
            import builtins
            builtins.print = None
            def d_square(w):
                return w * 7
"""
    classroom = course_with(tmp_path, sandbox, hostile)
    for _ in range(2):
        found = judged(classroom, "def d_square(w):\n    return 7 * w")
        assert set(found.values()) == {"hostile"}
    assert judged(classroom, "def d_square(w):\n    return 2 * w") == {}


class Short:
    """A sandbox in which memory runs out around the first ``times`` sessions that are asked."""

    level = "full"

    def __init__(self, sandbox: Any, times: int, kind: type[_Session]) -> None:
        self._sandbox = sandbox
        self.times = times
        self._kind = kind

    def open(self, **how: Any) -> Any:
        return self._kind(self._sandbox.open(**how), self)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sandbox, name)


class _Session:
    def __init__(self, session: Any, sandbox: Short) -> None:
        self._session = session
        self._sandbox = sandbox

    def _asked(self, how: str, *given: Any, **named: Any) -> Any:
        if self._sandbox.times:
            self._sandbox.times -= 1
            raise GraderFault(NO_MEMORY_HERE)
        return getattr(self._session, how)(*given, **named)

    def ask(self, *given: Any, **named: Any) -> Any:
        return self._asked("ask", *given, **named)

    def recall(self, *given: Any, **named: Any) -> Any:
        return self._asked("recall", *given, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


class ShortBefore(_Session):
    """Already while the cells run that come before."""

    def run(self, *given: Any, **named: Any) -> Any:
        return self._asked("run", *given, **named)


class Slow(_Session):
    """Its cells do not end in their time."""

    def run(self, *given: Any, **named: Any) -> Any:
        if self._sandbox.times:
            self._sandbox.times -= 1
            return CellOutcome("timeout")
        return self._session.run(*given, **named)


@pytest.mark.parametrize("kind", [_Session, ShortBefore])
@pytest.mark.parametrize(("times", "found"), [(1, "cubed"), (2, None)])
def test_a_sample_around_which_memory_runs_out_once_is_asked_again(
    tmp_path: Path, sandbox: Any, times: int, found: str | None, kind: type[_Session]
) -> None:
    """The student has no part in it. Where it happens again it is the grader's fault."""
    classroom = course_with(tmp_path, sandbox)
    open_before = dict(sandbox._sessions)
    samples = {"cpu": Short(sandbox, times, kind)}
    classroom.setting = replace(classroom.setting, for_samples=samples)
    wrong = "def d_square(w):\n    return 3 * (w * w)"
    notebook = classroom.notebook(square_derivative__by_hand=wrong)
    part = part_of(classroom.grade_one(notebook), "square_derivative", "by_hand")
    shape = next(item for item in part.checks if item.check == "shape")
    assert (shape.status, shape.misconception) == ("failed" if found else "error", found)
    assert judged(classroom, wrong)["shape"] == "cubed"  # all is there again
    classroom.setting.samples.close()
    assert sandbox._sessions.keys() == open_before.keys()


def test_right_work_costs_no_sample(
    tmp_path: Path, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    classroom = course_with(tmp_path, sandbox)
    asked: list[Any] = []
    monkeypatch.setattr(
        type(classroom.setting.samples), "of", lambda *given, **_: asked.append(given) or ()
    )
    assert judged(classroom, "def d_square(w):\n    return w + w") == {}
    assert not asked
    judged(classroom, "def d_square(w):\n    return w")
    assert asked


def test_a_later_check_tries_the_cause_of_the_earlier_one_alone(
    tmp_path: Path, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    classroom = course_with(tmp_path, sandbox)
    exercise = (tmp_path / EXERCISE).read_text().replace("        needs: [shape]\n", "")
    (tmp_path / EXERCISE).write_text(exercise)
    classroom = Classroom(tmp_path, sandbox)
    asked: list[str] = []
    original = Samples.given

    def given(self: Samples, part: Any, misconception: str, *others: Any) -> Any:
        asked.append(misconception)
        return original(self, part, misconception, *others)

    monkeypatch.setattr(Samples, "given", given)
    found = judged(classroom, "def d_square(w):\n    return w + 0")
    assert found == {"shape": "halved", "matches_autograd": "halved"}
    assert asked == ["cubed", "halved", "complains", "doubles_in_place", "halved"]
    # What explains the first check only is not the cause of the second.
    asked.clear()
    only_three = "def d_square(w):\n    return w if w.shape == (3,) and w.dtype == torch.float64 "
    found = judged(classroom, only_three + "else w * 7")
    assert found["shape"] == "halved"
    assert len(asked) > 5


def test_code_before_the_questions_is_seen_by_them_alone(sandbox: Any) -> None:
    from gradeprop.session.interface import Call, CellSource, Limits, Missing, Returned

    with sandbox.open(limits=Limits(), seed=1) as session:
        session.run(CellSource("a = 1", "cell"))
        before, called = session.ask([Define("def f():\n    return a + 1"), Call("f")])
        assert isinstance(before, Returned)
        assert isinstance(called, Returned)
        assert called.value == 2
        (later,) = session.ask([Call("f")])
        assert later == Missing("f")
