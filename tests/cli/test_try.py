"""`gradeprop try`: what a student would read for an answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.conftest import HALVED, answered, gradeprop, hand_in, result_of
from course.kinds import write_kinds
from course.minimal import (
    EXERCISE,
    EXPLAIN_GRADER,
    GRADER,
    course_files,
    replaced,
    write_course,
)

NONE = ("--isolation", "none")
HALF = "def d_square(w):\n    return w\n"


def tried(course: Any, exercise: str, text: str, *options: str) -> Any:
    path = course / "mine.py"
    path.write_text(text)
    return gradeprop("try", exercise, path, *NONE, *options, cwd=course)


def unwrapped(text: str) -> str:
    return " ".join(text.split())


def test_plain_code_is_the_answer_of_the_only_part(course: Any) -> None:
    done = tried(course, "square_derivative", HALF)
    assert done.returncode == 0, done.stderr
    notebook, handed_in = done.stdout.split("After handing in:")
    assert "The slope of a square\n    0 of 1 check passed: no points sure yet. " in notebook
    assert "Was the 2 of 2w lost?" in notebook
    assert "– not checked: The answer is the derivative. (2 points)" in handed_in
    assert "by_hand: 0 of 3 points, missing_factor_two" in handed_in


def test_what_a_student_reads_is_what_the_notebook_and_a_grading_run_say(built: Any) -> None:
    done = tried(built, "square_derivative", HALF, "--json")
    (part,) = json.loads(done.stdout)["parts"]
    notebook = hand_in(built, "ada", answered(built, HALVED))
    checked = gradeprop("check", notebook, "--json", cwd=built)
    public = json.loads(checked.stdout)["parts"][0]["checks"][0]
    assert part["checks"][0]["misconception"] == public["misconception"] == "missing_factor_two"
    text = tried(built, "square_derivative", HALF).stdout
    for question in public["questions"]:
        assert question["expression"] in text
    assert gradeprop("grade", "a01_slopes", *NONE, cwd=built).returncode == 0
    graded = result_of(built, "ada")["exercises"][0]["parts"][0]
    assert [check["status"] for check in graded["checks"]] == [
        check["status"] for check in part["checks"]
    ]
    assert graded["checks"][1]["message"] == part["checks"][1]["message"]


def test_a_secret_answer_is_said_no_more_than_in_the_notebook(tmp_path: Any) -> None:
    course = write_kinds(tmp_path)
    wrong = 'w_after_two = 7.0\npasses_zero = "no"\ngood_rate = 0.3\n'
    done = tried(course, "two_steps", wrong)
    assert "`w_after_two`: Your answer is 7.0, which is not right." in unwrapped(done.stdout)
    assert "1.92" not in done.stdout
    named = tried(course, "two_steps", wrong.replace("7.0", "2.4"))
    assert "That is where one step leads." in unwrapped(named.stdout)


OWN = """      - id: seven_times
        say: Where do the seven come from?
        sample: |
          def d_square(w):
              return 7 * w
"""
SEVEN = "def d_square(w):\n    return 7 * w\n"


def told_of_seven(folder: Any, changes: dict[str, str]) -> tuple[str, str]:
    """What the notebook says of an answer that only its sample explains, and what is said after
    handing in."""
    text = course_files()[EXERCISE]
    for old, new in {"    misconceptions:\n": f"    misconceptions:\n{OWN}", **changes}.items():
        assert old in text
        text = text.replace(old, new, 1)
    done = tried(write_course(folder, {EXERCISE: text}), "square_derivative", SEVEN)
    assert "by_hand: 0 of 3 points, seven_times" in done.stdout, done.stderr
    notebook, handed_in = done.stdout.split("After handing in:")
    return notebook, handed_in


def test_what_the_notebook_cannot_know_is_not_said_there(tmp_path: Any) -> None:
    secret = {"public: true\n": "public: true\n        reveal: verdict\n"}
    notebook, _ = told_of_seven(tmp_path / "secret", secret)
    assert "d_square" in notebook
    assert "Where do the seven come from?" not in notebook
    kept = {"from?\n": "from?\n        public: false\n"}
    notebook, _ = told_of_seven(tmp_path / "kept", kept)
    assert "expected" in notebook
    assert "Where do the seven come from?" not in notebook


def test_full_marks_are_said_without_a_cause(course: Any) -> None:
    done = tried(
        course, "exercises/a01_slopes/square_derivative.yaml", HALF.replace("w\n", "2*w\n")
    )
    assert "by_hand: 3 of 3 points\n" in done.stdout


def test_parts_left_out_hold_the_solution_and_are_not_judged(course: Any) -> None:
    done = tried(course, "explain_sign", '# %% part: commit\ndirection = "decrease"\n')
    assert "The step goes against the gradient." in unwrapped(done.stdout)
    assert "Not in the file, so solved as in the solution: why." in done.stdout
    done = tried(course, "explain_sign", "# %% [markdown] part: why\n# Because.\n")
    assert "why: a person reads this and gives up to 2 points." in done.stdout
    assert "commit" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("exercise", "text", "said"),
    [
        ("square_derivative", "# %% part: by_hnd\nx = 1\n", "did you mean 'by_hand'?"),
        ("square_derivative", "# %%\nx = 1\n", "names no part"),
        ("square_derivatve", "x = 1\n", "did you mean 'square_derivative'?"),
        ("a01_slopes", "x = 1\n", "name one: square_derivative, explain_sign"),
    ],
)
def test_a_file_that_answers_nothing_is_told(
    course: Any, exercise: str, text: str, said: str
) -> None:
    done = tried(course, exercise, text)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_file_that_is_not_there_is_told(course: Any) -> None:
    done = gradeprop("try", "square_derivative", "none.py", *NONE, cwd=course)
    assert done.returncode == 2
    assert "none.py: cannot be read" in done.stderr


def test_of_several_parts_plain_code_must_say_which(tmp_path: Any) -> None:
    second = """\
  - part: again
    kind: choice
    prompt: Again?
    starter: side = None
    name: side
    options: [a, b]
    checks: [{check: side, points: 1, public: true, describe: A side.}]
  - part: why
"""
    text = replaced("exercises/a01_slopes/explain_sign.yaml", "  - part: why\n", second)
    text = {name: body.replace("points: 3", "points: 4", 1) for name, body in text.items()}
    solution = '# %% part: commit\ndirection = "increase"\n# %% part: again\nside = "a"\n'
    changes = {
        **text,
        "solutions/a01_slopes/explain_sign.py": solution + "# %% [markdown] part: why\n# So.\n",
        EXPLAIN_GRADER: "def test_direction(student): pass\n\n\ndef test_side(student): pass\n",
    }
    done = tried(write_course(tmp_path, changes), "explain_sign", "x = 1\n")
    assert done.returncode == 2
    assert "'# %% part: commit', '# %% part: again'" in done.stderr


def test_a_graders_fault_is_told_with_its_place_and_exit_code_1(course: Any) -> None:
    text = (course / GRADER).read_text()
    (course / GRADER).write_text(text.replace("reference.inputs(shape,", "reference.inputs(None,"))
    done = tried(course, "square_derivative", HALF.replace("w\n", "2 * w\n"))
    assert done.returncode == 1
    assert f"square_derivative matches_autograd: {GRADER}:" in done.stdout
    assert "Checks that failed by themselves" in done.stdout


def test_a_cause_that_only_a_sample_tells_is_said_in_the_notebook_too(tmp_path: Any) -> None:
    sample = """\
      - id: only_here
        say: Only the sample knows.
        sample: |
          def d_square(w):
              return 2 * w + 7
"""
    text = course_files()[EXERCISE] + sample
    done = tried(
        write_course(tmp_path, {EXERCISE: text}),
        "square_derivative",
        "def d_square(w):\n    return w + 7 + w\n",
    )
    notebook, handed_in = done.stdout.split("After handing in:")
    assert "Only the sample knows." in notebook
    assert "by_hand: 0 of 3 points, only_here" in handed_in
