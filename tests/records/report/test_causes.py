"""Who has which cause, since when, and whether it lasts."""

from pathlib import Path
from typing import Any

import pytest

from gradeprop.course.model import Course
from gradeprop.records.files.results import write_result
from gradeprop.records.report.beside import beside
from gradeprop.records.report.causes import cause_figures, lasting, letters
from gradeprop.records.report.history import history
from records.report.classes import assignment, course, result


@pytest.fixture
def elsewhere(tmp_path: Path) -> Course:
    """The course, with its results in a folder of their own."""
    return course().model_copy(update={"root": str(tmp_path)})


def a_check_of(of: Any, exercise: str) -> str:
    return next(
        f"{exercise}.{check.check}" for key, check in of.checks() if key.exercise == exercise
    )


def test_letters_go_on_after_z() -> None:
    names = [name for _, name in zip(range(703), letters(), strict=False)]
    assert names[0] == "A"
    assert names[25:28] == ["Z", "AA", "AB"]
    assert names[701:703] == ["ZZ", "AAA"]


def test_the_most_frequent_comes_first_with_the_words_that_were_told(elsewhere: Course) -> None:
    of = assignment("a04_descent")
    first, second = (a_check_of(of, item.slug) for item in of.exercises[:2])
    results = [
        result("ada", of, {first: ("failed", "ascent")}),
        result("bob", of, {first: ("failed", "ascent"), second: ("failed", "sign_flipped")}),
        result("cy", of),
    ]
    figures = cause_figures(of, results, history(elsewhere))
    assert [(item.letter, item.id, item.students) for item in figures] == [
        ("A", "ascent", ("ada", "bob")),
        ("B", "sign_flipped", ("bob",)),
    ]
    assert figures[0].words == "Words for ascent."
    assert figures[0].places == (((of.exercises[0].slug, figures[0].places[0][0].part), 2),)


def test_what_was_had_before_and_what_lasts(elsewhere: Course) -> None:
    """A cause that can be told in one exercise of a04 and in one of a08: ada has it in both, bob in
    the first, cy in the first and does not begin the second, dan in the second only."""
    early, late = assignment("a04_descent"), assignment("a08_graph_control")
    cause = "broadcast"
    in_early, in_late = a_check_of(early, "fit_line"), a_check_of(late, "detach_branch")
    root = Path(elsewhere.root)
    for student in ("ada", "bob", "cy"):
        write_result(root, result(student, early, {in_early: ("failed", cause)}))
    write_result(root, result("dan", early))
    results = [
        result("ada", late, {in_late: ("failed", cause)}),
        result("bob", late),
        result("cy", late, not_begun=["detach_branch"]),
        result("dan", late, {in_late: ("failed", cause)}),
    ]
    for item in results:
        write_result(root, item)
    past = history(elsewhere)
    (row,) = cause_figures(late, results, past)
    assert (row.students, row.before) == (("ada", "dan"), ("ada",))
    assert (row.met_again, row.still) == (0, 0)  # there is no later exercise
    (earlier,) = cause_figures(early, [result("ada", early, {in_early: ("failed", cause)})], past)
    assert (earlier.met_again, earlier.still) == (1, 1)
    (through,) = lasting(past, course().assignments)
    assert through.by_assignment == {"a04_descent": 3, "a08_graph_control": 2}
    assert (through.students, through.met_again, through.still) == (4, 2, 1)


def test_the_answers_beside_are_anonymous_short_and_different(elsewhere: Course) -> None:
    of = assignment("a04_descent")
    check = a_check_of(of, "fit_line")
    part = next(key for key, _ in of.checks() if key.exercise == "fit_line")
    results = [
        result(name, of, {check: ("failed", "grad_accumulated")}) for name in ("ada", "bob", "cy")
    ]
    sources = {
        "ada": '# Ada Lovelace, 4711\ndef fit_line(x):\n    """By Ada."""\n    return 1',
        "bob": "def fit_line(x):\n\n    return 1  # mine\n",
        "cy": "def fit_line(x):\n    return 22222",
    }
    figures = cause_figures(of, results, history(elsewhere))

    class Answer:
        def __init__(self, source: str) -> None:
            self.source = source

    def answers_of(item: Any) -> Any:
        return {part: Answer(sources[item.student])}

    found = beside(of, results, figures, answers_of)
    assert found is not None
    assert found.answers == (
        "def fit_line(x):\n    return 1",
        "def fit_line(x):\n    return 22222",
    )
    assert found.right.startswith("def fit_line")
    unnamed = beside(of, results, figures, answers_of, ["22222"])
    assert unnamed is not None
    assert unnamed.answers == found.answers[:1]
