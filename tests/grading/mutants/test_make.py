"""Which mutants a solution has: what changes, and that all else stays as it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.minimal import write_course
from gradeprop.course.load import load_course
from gradeprop.grading.mutants.make import Mutant, mutants_of

(EXERCISE,) = (
    exercise
    for exercise in load_course(Path(__file__).parents[3]).assignments[0].exercises
    if exercise.slug == "square_derivative"
)


def mutants(solution: str) -> list[Mutant]:
    exercise = EXERCISE.model_copy(update={"solution": {"by_hand": solution, "autograd": "x"}})
    return [item for item in mutants_of(exercise) if item.part == "by_hand"]


def changes(solution: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in mutants(solution):
        found.setdefault(item.what, set()).add(item.after)
    return found


@pytest.mark.parametrize(
    ("line", "what", "becomes"),
    [
        ("y = -f(x)", "without the minus", {"y = f(x)"}),
        ("y = (a + b) - (c)", "with the other sign", {"y = (a - b) - (c)", "y = (a + b) + (c)"}),
        ("w -= lr * g", "with the other sign", {"w += lr * g"}),
        ("y = (x ** 2).sum()", "with another reduction", {"y = (x ** 2).mean()"}),
        ("y = torch.mean(x)", "with another reduction", {"y = torch.sum(x)"}),
        ("y = f(a, b + 1, c)", "with its arguments swapped", {"y = f(b + 1, a, c)"}),
        ("y = x ** 3", "with another constant", {"y = x ** 4"}),
        ("y = h(0.5)", "with another constant", {"y = h(1.0)"}),
        ("y = h(k=True)", "with another constant", {"y = h(k=False)"}),
        ("y = a * b / c", "with another operation", {"y = a / b / c", "y = a * b * c"}),
        ("y = x.detach().clone()", "without detach", {"y = x.clone()"}),
        ("y = x.detach().clone()", "without clone", {"y = x.detach()"}),
        ("y = a < b", "with another comparison", {"y = a > b", "y = a <= b"}),
        ("with torch.no_grad(): f()", "without no_grad", {"with torch.enable_grad(): f()"}),
    ],
)
def test_every_everyday_fault_is_made(line: str, what: str, becomes: set[str]) -> None:
    assert changes(line + "\nz = y")[what] == becomes


def test_each_statement_is_left_out_once_and_never_a_docstring_or_a_print() -> None:
    solution = (
        'def f(w):\n    """Slope."""\n    w.grad.zero_()  # π\n    print(w)\n    return w\n\nf'
    )
    left_out = [item for item in mutants(solution) if item.what == "without this statement"]
    assert [(item.line, item.before, item.after) for item in left_out] == [
        (3, "w.grad.zero_()  # π", ""),
        (5, "return w", ""),
    ]
    assert left_out[0].source == solution.replace("    w.grad.zero_()  # π\n", "")


def test_a_block_that_would_be_empty_says_pass() -> None:
    (item,) = [item for item in mutants("for i in x:\n    f(i)\ny") if "state" in item.what]
    assert item.source == "for i in x:\n    pass\ny"


def test_characters_of_more_than_one_byte_do_not_move_a_change() -> None:
    assert changes("é = 'ü'; y = é - x")["with the other sign"] == {"é = 'ü'; y = é + x"}


def test_the_order_is_that_of_the_text_and_always_the_same() -> None:
    solution = "a = 1 + 2\nb = f(a, 3)\nreturn_ = a < b"
    first = mutants(solution)
    assert first == mutants(solution)
    assert [item.line for item in first] == sorted(item.line for item in first)
    assert len({item.source for item in first}) == len(first)


def test_what_means_the_same_is_no_mutant() -> None:
    assert changes("y = f(x, x)").keys() == {"without this statement"}


def test_prose_has_none(tmp_path: Path) -> None:
    (assignment,) = load_course(write_course(tmp_path)).assignments
    assert {item.part for item in mutants_of(assignment.exercises[1])} == {"commit"}


def test_a_solution_with_a_magic_has_none() -> None:
    assert mutants("%matplotlib inline\nx = 1") == []
