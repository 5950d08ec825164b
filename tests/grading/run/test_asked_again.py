"""A later cell costs no earlier part anything, and a later answer earns nothing for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course.minimal import EXPLAIN_GRADER, GRADER, write_course
from gradeprop.grading.checks.plugin import GradingPlugin
from gradeprop.grading.result.words import NOT_BEGUN
from gradeprop.grading.run.batch import grade_batch
from gradeprop.grading.run.paper import Submission
from gradeprop.grading.run.submission import SubmissionRun
from gradeprop.session.interface import Place
from grading.conftest import Classroom, part_of, with_later

BY_HAND = ("square_derivative", "by_hand")
RIGHT = "def d_square(w):\n    return 2 * w"
BIG = (
    "def d_square(w):\n    table = torch.linspace(-3, 3, 60_000_000) ** 2\n"
    "    return 2 * w + 0 * table[0].item()"
)
LATER = {
    "a large tensor displayed": (BIG, "torch.zeros(200_000_000)"),
    "a large tensor kept by an error": (
        BIG,
        "def look():\n    x = torch.zeros(200_000_000)\n    return x[0] + y\nlook()",
    ),
    "a large tensor in a cycle": (
        BIG,
        "class N: pass\nn = N(); n.me = n; n.x = torch.zeros(200_000_000)\ndel n",
    ),
    "a method of one's own on Tensor": (
        "factor = torch.tensor(2.0, dtype=torch.float64)\n"
        "torch.Tensor.scaled = lambda self: (self * factor).to(self.dtype)\n"
        "def d_square(w):\n    return w.scaled()",
        "factor += 1",
    ),
    "a frozen defaultdict": (
        "from collections import defaultdict\nfactor = defaultdict(lambda: 2.0)\n"
        "def d_square(w):\n    return factor[str(tuple(w.shape))] * w",
        "factor.default_factory = None",
    ),
    "a frozen array": (
        "import numpy as np\nbuffer = np.zeros(64)\ndef d_square(w):\n    n = w.numel()\n"
        "    buffer[:n] = 2 * w.detach().reshape(-1).numpy()\n"
        "    return torch.tensor(buffer[:n]).reshape(w.shape).to(w.dtype)",
        "buffer.flags.writeable = False",
    ),
    "autocast left on": (
        "A = torch.tensor([[2.0]])\ndef d_square(w):\n"
        "    return (w.reshape(-1, 1).float() @ A).reshape(w.shape).to(w.dtype)",
        "amp = torch.autocast('cpu', dtype=torch.bfloat16)\namp.__enter__()\n"
        "import builtins; builtins.amp = amp",
    ),
    "another default dtype": (
        "def d_square(w):\n    return torch.tensor(2.0) * w.float() if w.dtype == torch.float32 "
        "else w * torch.tensor(2.0).to(torch.get_default_dtype()).float().double()",
        "torch.set_default_dtype(torch.float16)",
    ),
    "no gradients any more": (
        "def d_square(w):\n    w = w.detach().clone().requires_grad_()\n"
        "    (w ** 2).sum().backward()\n    return w.grad",
        "torch.set_grad_enabled(False)",
    ),
    "a logger's level": (
        "import logging\nlog = logging.getLogger('steps')\nlog.setLevel(10)\n"
        "def d_square(w):\n    return 2 * w if log.isEnabledFor(10) else w",
        "log.setLevel(40)",
    ),
    "a global name used again": (
        "factor = 2\ndef d_square(w):\n    return factor * w",
        "factor = 'the factor'",
    ),
    "a helper written anew": (
        "def helper(w):\n    return 2 * w\ndef d_square(w):\n    return helper(w)",
        "def helper(points, labels):\n    return points, labels",
    ),
    "the function's own name used again": (RIGHT, "d_square = 3.0"),
    "a library's setting": (
        "import numpy as np\ndef d_square(w):\n    np.array(1.0) / np.array(0.0)\n    return 2 * w",
        "np.seterr(all='raise')",
    ),
    "the working folder": (
        "open('factor.txt', 'w').write('2')\ndef d_square(w):\n"
        "    return float(open('factor.txt').read()) * w",
        "import os\nos.remove('factor.txt')",
    ),
    "a builtin's name used again": (
        "def d_square(w):\n    return sum([w, w])",
        "sum = 0",
    ),
    "a builtin's name for a function": (
        "def d_square(w):\n    return max(2, abs(-1)) * w",
        "def abs(x, y):\n    return x - y\nmax = 10",
    ),
    "a library's name used again": (
        "def d_square(w):\n    w = w.detach().clone().requires_grad_()\n"
        "    (w ** 2).sum().backward()\n    return w.grad",
        "kept = torch.Tensor.grad\ntorch.Tensor.grad = None",
    ),
    "a context manager of one's own": (
        "def d_square(w):\n    w = w.detach().clone().requires_grad_()\n"
        "    (w ** 2).sum().backward()\n    return w.grad",
        "class Timer:\n    def __enter__(self): return self\n    def __exit__(self, *_): pass\n"
        "g = torch.no_grad()\ng.__enter__()",
    ),
    "a process that ends": (
        RIGHT,
        "import threading, os, time\nthreading.Timer(0, os._exit, (3,)).start()\ntime.sleep(5)",
    ),
}


@pytest.fixture
def small(tmp_path: Path, sandbox: Any) -> Classroom:
    root = write_course(tmp_path)
    with (root / "course.yaml").open("a") as course:
        course.write("limits: {memory_mb: 1024}\n")
    return Classroom(root, sandbox)


@pytest.mark.parametrize("kind", LATER)
def test_honest_work_keeps_its_marks_whatever_a_later_cell_does(small: Any, kind: str) -> None:
    answer, later = LATER[kind]
    result = small.grade_one(with_later(small, later, square_derivative__by_hand=answer))
    part = part_of(result, *BY_HAND)
    assert [check.status for check in part.checks] == ["passed"] * 2, part.checks
    assert result.auto_score == 4.0


@pytest.mark.parametrize("keeps", ["", "kept = d_square\n"])
def test_a_later_right_answer_earns_nothing_for_an_earlier_part(classroom: Any, keeps: str) -> None:
    notebook = with_later(
        classroom, keeps + RIGHT, square_derivative__by_hand="def d_square(w):\n    return w"
    )
    part = part_of(classroom.grade_one(notebook), *BY_HAND)
    assert part.score == 0.0
    assert part.checks[0].misconception == "missing_factor_two"


def test_a_name_that_is_read_is_read_at_its_place(classroom: Any) -> None:
    wrong, right = 'direction = "decrease"', 'direction = "increase"'
    for there, later, score in ((right, wrong, 1.0), (wrong, right, 0.0)):
        notebook = with_later(classroom, later, explain_sign__commit=there)
        result = classroom.grade_one(notebook)
        assert part_of(result, "explain_sign", "commit").score == score


def test_the_cause_comes_from_the_answer_that_counts(classroom: Any) -> None:
    """After the last cell it raises; at its place it is half of the slope."""
    notebook = with_later(
        classroom,
        "del one",
        square_derivative__by_hand="one = 1\ndef d_square(w):\n    return one * w",
    )
    first, second = part_of(classroom.grade_one(notebook), *BY_HAND).checks
    assert first.misconception == "missing_factor_two"
    assert "NameError" not in (first.message or "") + (first.detail or "")
    assert second.status == "skipped"


def test_what_needs_a_check_waits_for_its_last_word(classroom: Any) -> None:
    """The first check passes only at its place, and so its dependant is asked there, too."""
    notebook = with_later(
        classroom,
        "del two",
        square_derivative__by_hand="two = 2\ndef d_square(w):\n    return two * w",
    )
    part = part_of(classroom.grade_one(notebook), *BY_HAND)
    assert [check.status for check in part.checks] == ["passed", "passed"]


def test_a_check_that_is_asked_twice_is_written_down_once(
    classroom: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: Counter[str] = Counter()
    script = GradingPlugin._script

    def noted(plugin: GradingPlugin, item: Any, attempt: int) -> Any:
        written[item.originalname] += 1
        return script(plugin, item, attempt)

    monkeypatch.setattr(GradingPlugin, "_script", noted)
    answer = "two = 2\ndef d_square(w):\n    return two * w"
    notebook = with_later(classroom, "del two", square_derivative__by_hand=answer)
    assert part_of(classroom.grade_one(notebook), *BY_HAND).score == 3.0
    # Once to foresee what will be asked of everybody, and once to ask.
    assert set(written.values()) == {2}


def test_a_right_notebook_is_not_run_again(classroom: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_again: list[Any] = []
    monkeypatch.setattr(SubmissionRun, "again", lambda _, *args: asked_again.append(args))
    result = classroom.grade_one(with_later(classroom, "import os\nos.environ['A'] = '1'"))
    assert result.auto_score == 4.0
    assert not asked_again


def test_open_checks_are_asked_in_one_further_run_in_the_notebooks_order(
    tmp_path: Path, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, calls = 'student.value("direction")', 'student.call("towards")'
    grader = (write_course(tmp_path / "plain") / EXPLAIN_GRADER).read_text().replace(reads, calls)
    classroom = Classroom(write_course(tmp_path / "calls", {EXPLAIN_GRADER: grader}), sandbox)
    later = with_later(
        classroom,
        "del one",
        square_derivative__by_hand="one = 1\ndef d_square(w):\n    return one * w",
        explain_sign__commit="def towards():\n    return 'decrease' * one",
    )
    classroom.grade_one(later)  # from now on the samples have their session
    places: list[int] = []
    again = SubmissionRun.again

    def noted(run: SubmissionRun, part: Any, asks: Any) -> Any:
        places.append(run._places[part])
        return again(run, part, asks)

    monkeypatch.setattr(SubmissionRun, "again", noted)
    started: list[int] = []
    fork = type(sandbox).fork
    monkeypatch.setattr(type(sandbox), "fork", lambda *a: (started.append(1), fork(*a))[1])
    result = classroom.grade_one(later)
    assert part_of(result, "explain_sign", "commit").checks[0].misconception == "inverted_move"
    assert places == sorted(places)
    assert set(places) == {Place(0), Place(1)}
    assert len(started) == 2, "one process for all cells, and one that goes through them again"


def test_checks_with_fixtures_of_their_own_are_asked_at_their_places(
    tmp_path: Path, sandbox: Any
) -> None:
    grader = (write_course(tmp_path / "plain") / GRADER).read_text()
    grader = "import pytest\n\n@pytest.fixture\ndef size():\n    return 3\n\n" + grader
    grader = grader.replace(
        "def test_shape(student, reference, device):",
        "def test_shape(student, reference, device, size):",
    )
    classroom = Classroom(write_course(tmp_path / "own", {GRADER: grader}), sandbox)
    later = with_later(
        classroom,
        "del two",
        square_derivative__by_hand="two = 2\ndef d_square(w):\n    return two * w",
    )
    assert classroom.grade_one(later).auto_score == 4.0


@pytest.mark.parametrize(
    "later",
    ["d_square.__code__ = (lambda w, by=1: 2 * w).__code__", "d_square.__defaults__ = (2,)"],
)
def test_a_function_that_is_given_other_code_later_earns_nothing(
    classroom: Any, later: str
) -> None:
    wrong = "def d_square(w, by=1):\n    return by * w"
    result = classroom.grade_one(with_later(classroom, later, square_derivative__by_hand=wrong))
    part = part_of(result, *BY_HAND)
    assert part.score == 0
    assert "missing_factor_two" in {check.misconception for check in part.checks}


def test_both_ways_of_asking_agree(classroom: Any) -> None:
    answers = [
        {},
        {"square_derivative__by_hand": "def d_square(w):\n    return w"},
        {"square_derivative__by_hand": "def d_square(w):\n    raise ValueError"},
        {"square_derivative__by_hand": "import os\ndef d_square(w):\n    os._exit(3)"},
        {"explain_sign__commit": 'direction = "decrease"'},
    ]
    found = []
    for late in (True, False):
        results: list[Any] = []
        submissions = [
            Submission(str(number), classroom.notebook(**item))
            for number, item in enumerate(answers)
        ]
        grade_batch(replace(classroom.setting, late_answers=late), submissions, results.append)
        found.append([result.exercises for result in sorted(results, key=lambda r: r.student)])
    assert found[0] == found[1]


@pytest.fixture
def calling(tmp_path: Path, sandbox: Any) -> Classroom:
    """The choice is asked by a call."""
    reads, calls = 'student.value("direction")', 'student.call("towards")'
    grader = (write_course(tmp_path / "plain") / EXPLAIN_GRADER).read_text().replace(reads, calls)
    return Classroom(write_course(tmp_path / "calls", {EXPLAIN_GRADER: grader}), sandbox)


MADE_NONE = "answer = None"


@pytest.mark.parametrize(("answer", "score"), [("increase", 1.0), ("decrease", 0.0)])
def test_a_choice_that_a_call_gives_is_not_unwritten_for_a_later_cells_none(
    calling: Any, answer: str, score: float
) -> None:
    there = f"answer = {answer!r}\ndef towards():\n    return answer"
    result = calling.grade_one(with_later(calling, MADE_NONE, explain_sign__commit=there))
    part = part_of(result, "explain_sign", "commit")
    assert part.score == score
    assert part.checks[0].message != NOT_BEGUN
    assert not part.checks[0].not_begun


def test_a_choice_that_is_none_at_its_place_is_unwritten(classroom: Any) -> None:
    for later in ("x = 1", 'direction = "increase"'):
        notebook = with_later(classroom, later, explain_sign__commit="direction = None")
        part = part_of(classroom.grade_one(notebook), "explain_sign", "commit")
        assert part.score == 0.0
        assert [check.message for check in part.checks] == [NOT_BEGUN]
        assert part.checks[0].not_begun


def test_a_choice_that_a_later_cell_makes_none_keeps_its_marks(classroom: Any) -> None:
    for answer, score in (("increase", 1.0), ("decrease", 0.0)):
        there = f"direction = {answer!r}"
        notebook = with_later(classroom, "direction = None", explain_sign__commit=there)
        part = part_of(classroom.grade_one(notebook), "explain_sign", "commit")
        assert part.score == score
        assert not part.checks[0].not_begun
