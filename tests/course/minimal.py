"""A whole valid course as text, small enough to read, for tests of every room.

    root = write_course(tmp_path)                                   # as it is
    root = write_course(tmp_path, {"course.yaml": other_text})      # with a file replaced
    root = write_course(tmp_path, {GRADER: None})                   # with a file left out

One assignment ``a01_slopes``: ``square_derivative`` (a code part with two checks and two
misconceptions) and ``explain_sign`` (a choice and an explanation)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

EXERCISE = "exercises/a01_slopes/square_derivative.yaml"
SOLUTION = "solutions/a01_slopes/square_derivative.py"
GRADER = "graders/a01_slopes/test_square_derivative.py"
EXPLAIN = "exercises/a01_slopes/explain_sign.yaml"
EXPLAIN_SOLUTION = "solutions/a01_slopes/explain_sign.py"
EXPLAIN_GRADER = "graders/a01_slopes/test_explain_sign.py"

_FILES = {
    "course.yaml": """\
id: minimal
title: A minimal course
assignments:
  - id: a01_slopes
    title: Slopes
    introduction: What a slope is.
    exercises:
      - square_derivative
      - explain_sign
""",
    EXERCISE: """\
title: The slope of a square
objectives:
  - Differentiate a square.
minutes: 5
points: 3
introduction: Let $f(w) = w^2$.
parts:
  - part: by_hand
    kind: code
    prompt: Write `d_square(w)`, the derivative of $w^2$.
    starter: |
      def d_square(w):
          ...
    hints:
      - Bring the exponent down.
    checks:
      - check: shape
        points: 1
        public: true
        describe: The answer has the shape of w.
      - check: matches_autograd
        points: 2
        needs: [shape]
        describe: The answer is the derivative.
    misconceptions:
      - id: missing_factor_two
        pattern: {scale: 0.5}
        say: Was the 2 of 2w lost?
        sample: |
          def d_square(w):
              return w
      - id: value_not_gradient
        say: This is the square itself.
        sample: |
          def d_square(w):
              return w ** 2
""",
    SOLUTION: '''\
"""The derivative of w² is 2w."""

# %% part: by_hand
def d_square(w):
    return 2 * w
''',
    GRADER: """\
from gradeprop.gradients import Gradient


def square(w):
    return w**2


def test_shape(student, reference, device):
    w = reference.inputs((3,), dtype="float64", avoid=(0, 2))
    reference.expect(student.call("d_square", w)).to_match(Gradient(square, at=w))


def test_matches_autograd(student, reference, device):
    for shape in ((3,), (2, 5), ()):
        w = reference.inputs(shape, dtype="float64", avoid=(0, 2))
        reference.expect(student.call("d_square", w)).to_match(Gradient(square, at=w))
""",
    EXPLAIN: """\
title: Read a sign
objectives: [Say what a gradient's sign means.]
minutes: 3
points: 3
introduction: Suppose $dL/dw = -5$.
parts:
  - part: commit
    kind: choice
    prompt: What should be done to w?
    starter: direction = None
    name: direction
    options: [increase, decrease]
    checks:
      - check: direction
        points: 1
        public: true
        describe: The direction lowers the loss.
    misconceptions:
      - id: inverted_move
        say: The step goes against the gradient.
        sample: direction = "decrease"
  - part: why
    kind: explanation
    prompt: Why?
    rubric:
      words: 60
      criteria:
        - id: names
          text: Names the variable and the loss.
          points: 1
        - id: moves
          text: Says that the step goes against the gradient.
          points: 1
          key: A negative slope falls to the right.
""",
    EXPLAIN_SOLUTION: """\
# %% part: commit
direction = "increase"

# %% [markdown] part: why
# The loss falls as w rises,
# so w should rise.
""",
    EXPLAIN_GRADER: """\
from gradeprop.gradients import Fixed


def test_direction(student, reference, device):
    reference.expect(student.value("direction")).to_match(Fixed("increase", {"inverted_move": "decrease"}))
""",
}


def course_files() -> dict[str, str]:
    """Path → text of every file of the minimal course."""
    return dict(_FILES)


def write_course(root: Path, changes: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the minimal course into ``root``; ``changes`` replaces, adds or (None) leaves out
    files."""
    for name, content in {**_FILES, **(changes or {})}.items():
        if content is None:
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def replaced(name: str, old: str, new: str) -> dict[str, str]:
    """A change for ``write_course``: the file with ``old``, which occurs in it exactly once,
    replaced."""
    assert _FILES[name].count(old) == 1, f"{old!r} occurs {_FILES[name].count(old)} times in {name}"
    return {name: _FILES[name].replace(old, new)}
