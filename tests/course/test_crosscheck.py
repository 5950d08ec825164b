from __future__ import annotations

from collections.abc import Callable

import pytest

from course.minimal import (
    EXERCISE,
    EXPLAIN,
    EXPLAIN_GRADER,
    EXPLAIN_SOLUTION,
    GRADER,
    SOLUTION,
    course_files,
    replaced,
)

Changes = dict[str, str | bytes | None]
Problems = Callable[[Changes], list[str]]
SAMPLE = """\
        sample: |
          def d_square(w):
              return w
"""
SECOND = "  - id: a02\n    title: T\n    introduction: I\n    exercises: [other]\n"


def both(name: str, *pairs: tuple[str, str]) -> Changes:
    text = course_files()[name]
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return {name: text}


CASES: dict[str, tuple[Changes, str]] = {
    # Files that are missing or stray
    "exercise missing": ({EXERCISE: None, SOLUTION: None, GRADER: None},
        f"course.yaml:8:9: the exercise 'square_derivative' has no exercise file; write "
        f"{EXERCISE}, or take it off"),
    "solution missing": ({SOLUTION: None},
        f"course.yaml:8:9: the exercise 'square_derivative' has no solution file; write "
        f"{SOLUTION}"),
    "grader missing": ({GRADER: None},
        f"course.yaml:8:9: the exercise 'square_derivative' has no grader file; write {GRADER}"),
    "exercise not listed": (both("course.yaml", ("      - explain_sign\n", "")),
        f"{EXPLAIN}: is not listed in course.yaml under the assignment 'a01_slopes'; add "
        f"explain_sign"),
    "conftest": ({"graders/conftest.py": ""}, "graders/conftest.py: a conftest.py is not allowed here"),
    "yml": ({"exercises/a01_slopes/x.yml": ""}, "exercises/a01_slopes/x.yml: ends in .yml, which is not read"),
    "stray data": ({"exercises/a01_slopes/x.csv": ""}, "exercises/a01_slopes/x.csv: belongs to no exercise; list it"),
    "stray solution": ({"solutions/a01_slopes/x.py": ""}, "solutions/a01_slopes/x.py: belongs to no exercise 'x'"),
    "grader astray": ({"graders/test_explain_sign.py": ""},
        f"graders/test_explain_sign.py: is not where the grader of {EXPLAIN} belongs; move it to "
        f"{EXPLAIN_GRADER}"),
    "data missing": (replaced(EXERCISE, "parts:\n", "files: [x.csv]\nparts:\n"),
        f"{EXERCISE}:7:9: the data file exercises/a01_slopes/x.csv does not exist; add it"),
    "data twice": ({"exercises/a01_slopes/x.csv": "1", **replaced(EXERCISE, "parts:\n", "files: [x.csv, x.csv]\nparts:\n")},
        f"{EXERCISE}:7:16: the data file 'x.csv' is listed twice"),
    "data that would release an exercise": (replaced(EXERCISE, "parts:\n", "files: [square_derivative.yaml]\nparts:\n"),
        f"{EXERCISE}:7:9: the data file 'square_derivative.yaml' could be taken for an exercise "
        f"or a notebook"),
    # Names
    "exercise listed twice": (replaced("course.yaml", "      - explain_sign\n", "      - explain_sign\n      - explain_sign\n"),
        "course.yaml:10:9: the exercise 'explain_sign' is listed twice (also in a01_slopes); "
        "rename one"),
    "assignment listed twice": (
        {
            "course.yaml": course_files()["course.yaml"] + SECOND.replace("a02", "a01_slopes"),
            "exercises/a01_slopes/other.yaml": course_files()[EXERCISE],
            "solutions/a01_slopes/other.py": course_files()[SOLUTION],
            "graders/a01_slopes/test_other.py": course_files()[GRADER],
        },
        "course.yaml:10:9: the assignment 'a01_slopes' is listed twice"),
    "device listed twice": (replaced("course.yaml", "id: minimal\n", "id: minimal\ndevices: [cpu, cpu]\n"),
        "course.yaml:2:16: the device 'cpu' is listed twice"),
    "misconception twice": (replaced(EXERCISE, "id: value_not_gradient", "id: missing_factor_two"),
        f"{EXERCISE}:32:13: the misconception 'missing_factor_two' is defined twice (first in "
        f"line 26)"),
    "criterion twice": (replaced(EXPLAIN, "id: moves", "id: names"),
        f"{EXPLAIN}:31:15: the criterion 'names' is defined twice (first in line 28)"),
    "option twice but for capitals": (
        replaced(EXPLAIN, "[increase, decrease]", '[increase, decrease, " Increase"]'),
        f"{EXPLAIN}:12:35: the option 'increase' is defined twice (first in line 12)"),
    "option twice": (replaced(EXPLAIN, "[increase, decrease]", "[increase, decrease, increase]"),
        f"{EXPLAIN}:12:35: the option 'increase' is defined twice (first in line 12)"),
    "part that collides with a cell": (
        both(EXPLAIN, ("part: commit", "part: introduction")) | both(EXPLAIN_SOLUTION, ("part: commit", "part: introduction")),
        f"{EXPLAIN}:7:11: its grade id 'explain_sign-introduction' is taken by {EXPLAIN}:1:1; "
        f"rename"),
    # Points, needs, public checks
    "points": (both(EXERCISE, ("points: 3", "points: 4")), f"{EXERCISE}:5:9: points is 4, but the parts add up to 3 (3); write points: 3"),
    "no public check": (replaced(EXERCISE, "        public: true\n", ""),
        f"{EXERCISE}:17:7: the part 'by_hand' has no public check"),
    "needs unknown": (replaced(EXERCISE, "needs: [shape]", "needs: [shap]"),
        f"{EXERCISE}:23:17: needs the check 'shap', which this exercise does not have; its checks "
        f"are: shape,"),
    "needs itself": (replaced(EXERCISE, "needs: [shape]", "needs: [matches_autograd]"),
        f"{EXERCISE}:23:16: these checks need each other: matches_autograd → matches_autograd"),
    "needs in a circle": (both(EXERCISE, ("        public: true\n", "        public: true\n        needs: [matches_autograd]\n"), ("points: 2\n", "points: 2\n        public: true\n")),
        f"{EXERCISE}:25:16: these checks need each other: matches_autograd → shape → "
        f"matches_autograd"),
    "public needs hidden": (both(EXERCISE, ("        public: true\n", "        public: true\n        needs: [matches_autograd]\n"), ("        needs: [shape]\n", "")),
        f"{EXERCISE}:20:17: the public check 'shape' needs the hidden check 'matches_autograd'"),
    # Code
    "starter is not Python": (replaced(EXERCISE, "          ...\n", "          return (\n"),
        f"{EXERCISE}:13:18: the starter is not Python: '(' was never closed"),
    "sample is not Python": (replaced(EXERCISE, "              return w ** 2", "              return w ** "),
        f"{EXERCISE}:36:27: the sample of 'value_not_gradient' is not Python"),
    "solution is not Python": (replaced(SOLUTION, "    return 2 * w", "    return 2 *"),
        f"{SOLUTION}:5:15: the solution of 'by_hand' is not Python"),
    "solution is the starter": (replaced(SOLUTION, "return 2 * w", "...  # here"),
        f"{SOLUTION}:3:1: the solution of 'by_hand' is its starter"),
    "no sample": (replaced(EXERCISE, SAMPLE, ""),
        f"{EXERCISE}:26:13: id: give exactly one of sample, samples, change"),
    "two ways to show it": (replaced(EXERCISE, SAMPLE, SAMPLE + "        change: {2 * w: w}\n"),
        f"{EXERCISE}:26:13: id: give exactly one of sample, samples, change"),
    "one of samples is not Python": (replaced(EXERCISE, SAMPLE, "        samples: ['x = 1', 'x =']\n"),
        f"{EXERCISE}:29:28: the sample 2 of 'missing_factor_two' is not Python"),
    "change of what is not there": (replaced(EXERCISE, SAMPLE, "        change: {3 * w: w}\n"),
        f"{EXERCISE}:29:17: '3 * w' stands in the solution 0 times, not once"),
    "change of nothing": (replaced(EXERCISE, SAMPLE, "        change: {2 * w: (2 * w)}\n"),
        f"{EXERCISE}:29:17: the sample of 'missing_factor_two' is the solution of 'by_hand'"),
    "change into no Python": (replaced(EXERCISE, SAMPLE, "        change: {2 * w: 2 *}\n"),
        f"{EXERCISE}:29:17: the changed solution is not Python"),
    "solution is a sample": (replaced(SOLUTION, "return 2 * w", "return w"),
        f"{SOLUTION}:3:1: the solution of 'by_hand' is the sample of 'missing_factor_two'"),
    "part without solution": (both(EXPLAIN_SOLUTION, ("# %% [markdown] part: why\n", "")),
        f"{EXPLAIN}:22:11: the part 'why' has no solution; add a cell '# %% [markdown] part: why' "
        f"to {EXPLAIN_SOLUTION}"),
    "solution without part": ({SOLUTION: course_files()[SOLUTION] + "# %% part: by_hnd\nx = 1\n"},
        f"{SOLUTION}:6:1: the exercise has no part 'by_hnd'; did you mean 'by_hand'?"),
    "part solved twice": ({SOLUTION: course_files()[SOLUTION] + "# %% part: by_hand\nx = 1\n"},
        f"{SOLUTION}:6:1: the part 'by_hand' is solved twice (first in line 3)"),
    "prose for code": (replaced(SOLUTION, "# %% part: by_hand\ndef d_square(w):\n    return", "# %% [markdown] part: by_hand\n#"),
        f"{SOLUTION}:3:1: the part 'by_hand' is code; write the marker as '# %% part: by_hand'"),
    "code for prose": (replaced(EXPLAIN_SOLUTION, "[markdown] ", ""),
        f"{EXPLAIN_SOLUTION}:4:1: the part 'why' is explanation; write the marker as '# %% "
        f"[markdown] part: why'"),
    "option unknown": (replaced(EXPLAIN_SOLUTION, '"increase"', '"up"'),
        f"{EXPLAIN_SOLUTION}:1:1: the solution of 'commit' assigns none of its options to "
        f"'direction'"),
    "starter holds the answer": (replaced(EXPLAIN, "starter: direction = None", "starter: x = 1; direction = 'increase'"),
        f"{EXPLAIN_SOLUTION}:1:1: the starter of 'commit' holds the right option"),
    "explanation is its starter": (replaced(EXPLAIN_SOLUTION, "# The loss falls as w rises,\n# so w should rise.", "# *Write your explanation here.*"),
        f"{EXPLAIN_SOLUTION}:4:1: the solution of 'why' is its starter"),
    # Graders
    "check without test": (replaced(GRADER, "def test_shape", "def shape"),
        f"{EXERCISE}:17:16: the check 'shape' has no test; write def test_shape(student, "
        f"reference, device) in {GRADER}"),
    "test without check": ({GRADER: course_files()[GRADER] + "\n\ndef test_shpe():\n    pass\n"},
        f"{GRADER}:19:1: the test 'test_shpe' belongs to no check of {EXERCISE}; declare check: "
        f"shpe, or rename it (did you mean 'test_shape'?)"),
    "test defined twice": ({GRADER: course_files()[GRADER] + "\n\ndef test_shape():\n    pass\n"},
        f"{GRADER}:19:1: the test 'test_shape' is defined twice (first in line 8)"),
    "async test": (replaced(GRADER, "def test_shape", "async def test_shape"), f"{GRADER}:8:1: the test 'test_shape' is async"),
    "test class": ({GRADER: course_files()[GRADER] + "\n\nclass TestMore:\n    pass\n"},
        f"{GRADER}:19:1: the test class 'TestMore' is not a check"),
    "grader is not Python": (replaced(GRADER, "return w**2", "return w**"), f"{GRADER}:5:15: is not Python: invalid syntax; mend"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_disagreement_is_one_problem_at_its_place(problems: Problems, case: str) -> None:
    changes, problem = CASES[case]
    (line,) = problems(changes)
    assert line.startswith(problem)
    assert "; " in line


def test_an_exercise_slug_is_unique_across_assignments(problems: Problems) -> None:
    changes: Changes = {
        "course.yaml": course_files()["course.yaml"] + SECOND.replace("other", "explain_sign")
    }
    for name in (EXPLAIN, EXPLAIN_SOLUTION, EXPLAIN_GRADER):
        changes[name.replace("a01_slopes", "a02")] = course_files()[name]
    (line,) = problems(changes)
    assert line.startswith(
        "course.yaml:13:17: the exercise 'explain_sign' is listed twice (also in a01_slopes)"
    )


def test_a_check_name_is_unique_across_the_parts_of_an_exercise(problems: Problems) -> None:
    text = course_files()[EXERCISE]
    second = text[text.index("  - part:") : text.index("    misconceptions:")].replace(
        "by_hand", "again"
    )
    changes: Changes = {
        EXERCISE: text.replace("points: 3", "points: 6") + second,
        SOLUTION: course_files()[SOLUTION] + "# %% part: again\nd_square = lambda w: 2 * w\n",
    }
    assert [line.split(": ", 1)[1] for line in problems(changes)] == [
        "the check 'shape' is defined twice (first in line 17); rename one of them",
        "the check 'matches_autograd' is defined twice (first in line 21); rename one of them",
    ]


def test_a_part_defined_twice_is_one_problem(problems: Problems) -> None:
    changes = replaced(EXPLAIN, "part: why", "part: commit")
    changes |= both(EXPLAIN_SOLUTION, ("# %% [markdown] part: why\n", ""))  # type: ignore[arg-type]
    lines = problems(dict(changes))
    assert lines[0].startswith(
        f"{EXPLAIN}:22:11: the part 'commit' is defined twice (first in line 7)"
    )


def test_an_exercise_id_cannot_be_that_of_its_assignment(problems: Problems) -> None:
    changes: Changes = {
        "course.yaml": course_files()["course.yaml"].replace("a01_slopes", "explain_sign")
    }
    for name, text in course_files().items():
        if name != "course.yaml":
            changes |= {name: None, name.replace("/a01_slopes/", "/explain_sign/"): text}
    (line,) = problems(changes)
    assert "its grade id 'explain_sign-introduction' is taken by the notebook's own cell" in line


def test_caches_and_hidden_files_are_not_stray(problems: Problems) -> None:
    changes: Changes = {
        "graders/__pycache__/x.pyc": b"",
        "exercises/.DS_Store": b"",
        "solutions/a01_slopes/y.pyc": b"",
    }
    (line,) = problems(changes | {"graders/a01_slopes/helper.py": ""})
    assert "helper.py" in line


def test_a_broken_exercise_does_not_make_its_data_stray(problems: Problems) -> None:
    (line,) = problems({EXERCISE: "title: [x", "exercises/a01_slopes/x.csv": "1"})
    assert "'[' is not closed" in line
