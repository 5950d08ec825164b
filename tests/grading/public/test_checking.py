"""`gp.check`, from a notebook's public data and a namespace."""

from __future__ import annotations

import json
from typing import Any

import numpy
import pytest
import torch

from gradeprop.errors import UsageError
from gradeprop.grading.public import in_notebook
from gradeprop.grading.public.checking import PublicChecks
from gradeprop.grading.public.in_notebook import CheckFailed, Interrupted, NotChecked, report
from gradeprop.session.fake import FakeSession
from grading.public_example import HALF, check, part, public_text, slopes


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch) -> Any:
    checks = PublicChecks()
    checks.load(public_text())
    monkeypatch.setattr(in_notebook, "PUBLIC_CHECKS", checks)
    return checks


def by_hand(function: Any) -> Any:
    (found,) = report("squares", "by_hand", {"d_square": function})
    return found


def message(function: Any) -> Any:
    return by_hand(function).checks[0].judgement.message


def test_right_answers_earn_the_parts_points() -> None:
    found = by_hand(lambda w: 2 * w)
    assert found.earned == found.points == 3.0
    assert found.checks[0].judgement.status == "passed"


def test_a_mistake_is_named_in_the_parts_words_with_what_was_asked() -> None:
    judgement = by_hand(lambda w: w.clone()).checks[0].judgement
    assert judgement.misconception == "missing_factor_two"
    assert judgement.hint == HALF
    first, second = judgement.rows
    assert (first.expression, first.items[0].expected) == ("d_square([3.0, -1.5])", "[6.0, -3.0]")
    assert second.items[0].got == "[[ 0.5,  7.0],\n [-4.0,  2.5]]"


def test_several_checks_earn_their_share_and_wait_for_each_other() -> None:
    three = torch.tensor([3.0], requires_grad=True)
    (three**2).backward()
    names = {"w": three, "d_square": lambda w: w.clone()}
    (found,) = report("squares", "autograd", names)
    assert found.earned == pytest.approx(1 / 3)
    (found,) = report("squares", "autograd", names | {"w": 3.0})
    assert [item.judgement.status for item in found.checks] == ["failed", "skipped"]
    assert found.checks[1].judgement.message == "Not checked yet: “at_w is right” must pass first."


def test_all_points_are_never_exceeded_by_rounding() -> None:
    # 3 * 0.1 / 0.1 is more than 3; nbgrader refuses that.
    for points in (0.1, 0.3, 0.7, 1.1):
        checks = PublicChecks()
        data = {"title": "", "parts": [part("p", [check("slopes", slopes, points)])]}
        checks.load(json.dumps({"e": data}))
        session_names = {"d_square": lambda w: 2 * w}
        (found,) = checks.report("e", None, in_notebook.KernelSession(session_names))
        assert found.earned == found.points


def test_no_part_means_all_parts() -> None:
    found = report("squares", None, {"d_square": lambda w: 2 * w})
    assert [item.part for item in found] == ["by_hand", "autograd"]


def test_what_the_starter_left_is_not_judged() -> None:
    def d_square(w: Any) -> None: ...

    assert message(d_square).startswith("Nothing has been written here yet")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda _: None, "Nothing has been written"),
        (lambda w: print(w), "backward() and print() return nothing"),
        (lambda w: (2 * w).numpy(), "is a numpy.ndarray, expected a tensor"),
        (lambda _: numpy.float64(1.0), "expected a tensor"),
        (lambda w: w.undefined, "raised AttributeError"),
        (lambda w: w.mul_(2), "changed what was passed in"),
        (lambda w: 2 * w / 0, "contains inf"),
        (3.0, "should be a function, but it is a float"),
        (7, "should be a function, but it is an int"),
        (..., "Nothing has been written"),
    ],
)
def test_wrong_answers_of_every_kind_get_words(function: Any, words: str) -> None:
    assert words in message(function)


def test_a_missing_name_is_told() -> None:
    (found,) = report("squares", "by_hand", {})
    assert "`d_square` is not defined" in found.checks[0].judgement.message


def test_forbidden_machinery_is_seen() -> None:
    def d_square(w: Any) -> Any:
        w = w.clone().requires_grad_()
        (w**2).sum().backward()
        return w.grad

    assert by_hand(d_square).checks[0].judgement.misconception == "used_autograd"


def test_an_exception_shows_the_students_own_lines() -> None:
    source = "def d_square(w):\n    return helper(w)\n\ndef helper(w):\n    return w * nothing\n"
    names = {}
    exec(compile(source, "<ipython-input-3-0123456789ab>", "exec"), names)
    (found,) = report("squares", "by_hand", names)
    assert "raised NameError in line 5 of your cell" in found.checks[0].judgement.message
    trace = found.checks[0].trace.splitlines()
    assert trace[0] == "In [3], line 2, in d_square"
    assert trace[2] == "In [3], line 5, in helper"


def test_the_frames_of_a_recursion_are_shown_once() -> None:
    names = {}
    exec(
        compile("def d_square(w):\n    return d_square(w)\n", "<ipython-input-3-01>", "exec"), names
    )
    (found,) = report("squares", "by_hand", names)
    assert found.checks[0].trace.count("in d_square") == 1


def test_the_students_default_device_and_dtype_change_nothing() -> None:
    torch.set_default_device("meta")
    torch.set_default_dtype(torch.float64)
    try:
        assert by_hand(lambda w: 2 * w).earned == 3.0
        assert (
            by_hand(lambda w: w.clone()).checks[0].judgement.misconception == "missing_factor_two"
        )
    finally:
        torch.set_default_device(None)
        torch.set_default_dtype(torch.float32)


def test_patched_torch_gives_a_short_error_and_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "tensor", None)
    with pytest.raises(CheckFailed, match="restart the kernel"):
        by_hand(lambda w: 2 * w)


def test_an_interrupted_check_says_where_and_asks_no_more() -> None:
    calls = []

    def d_square(w: Any) -> None:
        calls.append(w)
        raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="while `d_square` was running"):
        by_hand(d_square)
    assert len(calls) == 1


def test_errors_show_no_traceback_in_a_notebook() -> None:
    with pytest.raises(
        NotChecked, match="no exercise 'square' here; known here: squares"
    ) as caught:
        report("square", None, {})
    assert caught.value._render_traceback_() == [
        "gp.check: there is no exercise 'square' here; known here: squares"
    ]
    with pytest.raises(NotChecked, match="no part 'hand' to check; its parts: by_hand, autograd"):
        report("squares", "hand", {})


def test_before_the_set_up_cell_the_remedy_is_to_run_it() -> None:
    with pytest.raises(UsageError, match="set-up cell has not been run yet; run it"):
        PublicChecks().report("squares", None, FakeSession())


def test_what_is_left_of_a_part_that_was_begun_is_not_called_unwritten() -> None:
    """The grader says that of a whole cell."""
    three = torch.tensor([3.0], requires_grad=True)
    (three**2).backward()
    (found,) = report("squares", "autograd", {"w": three, "d_square": ...})
    assert not found.checks[1].judgement.not_begun
    assert found.checks[1].judgement.misconception == "wrong_type"
    (found,) = report("squares", "autograd", {"w": ..., "d_square": ...})
    assert found.checks[0].judgement.not_begun
