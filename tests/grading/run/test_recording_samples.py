"""What samples give travels in the notebook, so that `gp.check` names what only a sample can tell;
the samples themselves do not."""

from __future__ import annotations

import base64
import bz2
import json
import textwrap
from pathlib import Path
from typing import Any

import pytest

from course.minimal import EXERCISE, write_course
from gradeprop.course.load import load_course
from gradeprop.grading.public import in_notebook
from gradeprop.grading.public.checking import PublicChecks
from gradeprop.grading.public.in_notebook import report
from gradeprop.grading.public.sampled_data import decode_given, encode_given
from gradeprop.grading.run.publish import release_in_use, release_of
from gradeprop.notebook.render import to_notebook
from gradeprop.notebook.restore import restore
from gradeprop.session.kernel import KernelSession

MISCONCEPTIONS = """\
    misconceptions:
      - id: cubed
        say: That is the slope of a cube.
        sample: |
          def d_square(w):
              secret_of_the_sample = 3
              return secret_of_the_sample * w ** 2
      - id: complains
        say: You need not refuse negative numbers.
        sample: |
          def d_square(w):
              raise ValueError("no negative numbers, please")
      - id: unspoken
        public: false
        say: Never told before handing in.
        sample: |
          def d_square(w):
              return w - 12345.0
"""


@pytest.fixture
def course(tmp_path: Path) -> Any:
    write_course(tmp_path)
    text = (tmp_path / EXERCISE).read_text()
    (tmp_path / EXERCISE).write_text(text[: text.index("    misconceptions:")] + MISCONCEPTIONS)
    return load_course(tmp_path)


@pytest.fixture
def release(course: Any, warm_sandbox: Any) -> Any:
    return release_of(course, course.assignments[0], lambda: {"cpu": warm_sandbox()})


def told(release: Any, monkeypatch: pytest.MonkeyPatch, answer: str) -> dict[str, Any]:
    """What `gp.check` names in a kernel that has run the set-up cell and this answer."""
    monkeypatch.setattr(in_notebook, "PUBLIC_CHECKS", PublicChecks())
    names: dict[str, Any] = {}
    with KernelSession(names):
        setup = next(cell for cell in release.cells if cell.role == "setup")
        exec(setup.source, names)
        exec(textwrap.dedent(answer), names)
        (found,) = report("square_derivative", "by_hand", names)
    return {item.name: item.judgement for item in found.checks}


@pytest.mark.parametrize(
    ("answer", "cause", "said"),
    [
        ("def d_square(w):\n    return w * w * 3", "cubed", "That is the slope of a cube."),
        (
            "def d_square(w):\n    raise ValueError('no negative numbers, please')",
            "complains",
            "You need not refuse",
        ),
        ("def d_square(w):\n    return w * w * 4", None, ""),
        ("def d_square(w):\n    return w - 12345", None, ""),
    ],
)
def test_the_notebook_names_what_a_sample_does(
    release: Any, monkeypatch: pytest.MonkeyPatch, answer: str, cause: str | None, said: str
) -> None:
    judgement = told(release, monkeypatch, answer)["shape"]
    assert judgement.status == "failed"
    assert judgement.misconception == cause
    assert said in (judgement.message or "")


def test_neither_samples_nor_words_that_are_not_public_travel(release: Any) -> None:
    text = to_notebook(release).decode()
    assert "That is the slope of a cube" in text
    assert "secret_of_the_sample" not in text
    assert "12345" not in text
    assert "Never told" not in text


def test_a_notebook_with_them_is_no_changed_notebook_when_it_is_graded(
    course: Any, release: Any
) -> None:
    """Grading a class does without them: no check of the notebook's runs there."""
    graded, faults = release_in_use(course, course.assignments[0])
    assert not faults
    assert to_notebook(graded) != to_notebook(release)
    assert restore(to_notebook(release), graded).notes == ()


def test_it_is_the_same_to_the_byte_each_time(course: Any, release: Any, warm_sandbox: Any) -> None:
    again = release_of(course, course.assignments[0], lambda: {"cpu": warm_sandbox()})
    assert to_notebook(again) == to_notebook(release)


def test_what_was_given_reads_back_as_it_was(release: Any) -> None:
    setup = next(cell for cell in release.cells if cell.role == "setup").source
    packed = setup.split("gp.load_samples(r'''")[1].partition("'''")[0]
    data = json.loads(bz2.decompress(base64.b64decode(packed)))
    assert data["square_derivative"]["shape"]
    for ways in data["square_derivative"]["shape"].values():
        for way in ways:
            assert encode_given(decode_given(way)) == way
